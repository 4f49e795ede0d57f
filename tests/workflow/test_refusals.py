"""Verbs outside the table: a refused one leaves one event on its object, and nothing else."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.errors import BadInput, NotPermitted, Stale, WindowClosed, WrongState
from assessments.models import (
    Document,
    DocumentRevision,
    Event,
    Evidence,
    Explanation,
    Publication,
)
from assessments.workflow import (
    appraisals,
    decisions,
    documents,
    drafts,
    independent,
    library,
    meetings,
    questions,
    remarks,
    schemes,
    scores,
    sets,
    surveys,
)
from tests.factories.results import D, make_draft
from tests.factories.standing import standing, undone
from tests.workflow import world as worlds
from tests.workflow.world import DAY, World

pytestmark = pytest.mark.django_db
#: What the person typed: it must never reach the log.
TYPED = "Nội dung riêng của người dùng"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with standing(django_db_blocker):
        yield worlds.make_world()


def leaf(w: World) -> Any:
    return w.year.first.score("1.1")


def asked(w: World) -> Explanation:
    return worlds.ask(w.year, due_at=w.year.at + DAY)


def attached(w: World) -> Evidence:
    revision = filed(w)
    return Evidence.objects.create(
        score=leaf(w), revision=revision, added_by=w.year.first.focal, added_at=w.year.at
    )


def filed(w: World) -> DocumentRevision:
    return DocumentRevision.objects.create(
        document=Document.objects.create(unit=w.year.first.unit, abstract="Kế hoạch"),
        name="a.pdf", size=1, sha256="a" * 64, content_type="application/pdf", file="a.pdf",
        uploaded_by=w.year.first.focal, uploaded_at=w.year.at,
    )  # fmt: skip


def paper(w: World) -> Document:
    return Document.objects.filter(unit=w.year.first.unit).latest("pk")


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{TYPED}.pdf", b"%PDF-1.4")


#: verb → its action, and its object with its arguments; `by` and `at` are added.
VERBS: dict[str, tuple[Callable[..., Any], str, Callable[[World], tuple[Any, dict[str, Any]]]]] = {
    "appraise": (
        appraisals.appraise, "appraise",
        lambda w: (leaf(w), {"score": leaf(w), "version": 0, "points": "1", "reason": TYPED}),
    ),
    "abstain": (
        appraisals.abstain, "abstain", lambda w: (leaf(w), {"score": leaf(w), "reason": TYPED}),
    ),
    "judge many": (
        sets.judge_leaves, "appraise",
        lambda w: (w.submission, {
            "submission": w.submission, "judgements": {"1.1": sets.Judgement(D(1), True, TYPED)},
        }),
    ),
    "decide a leaf": (
        decisions.decide_leaf, "decide_leaf",
        lambda w: (leaf(w), {
            "score": leaf(w), "meeting": w.meeting, "points": "1", "reason": TYPED,
        }),
    ),
    "propose": (
        decisions.propose_adjustment, "propose_adjustment",
        lambda w: (w.submission, {
            "submission": w.submission, "kind": "bonus", "points": "1", "reason": TYPED,
        }),
    ),
    "ask": (
        questions.ask, "ask",
        lambda w: (leaf(w), {"score": leaf(w), "question": TYPED, "due_at": w.year.at + DAY}),
    ),
    "answer": (
        questions.answer, "answer",
        lambda w: (leaf(w), {"explanation": asked(w), "answer": TYPED}),
    ),
    "withdraw a question": (
        questions.withdraw_question, "withdraw_question",
        lambda w: (leaf(w), {"explanation": asked(w)}),
    ),
    "save": (
        scores.save_leaf, "save",
        lambda w: (leaf(w), {"score": leaf(w), "version": 0, "met": True, "note": TYPED}),
    ),
    "save many": (
        sets.save_leaves, "save",
        lambda w: (w.submission, {
            "submission": w.submission, "claims": {"1.1": scores.Claim(met=True, note=TYPED)},
        }),
    ),
    "remarks": (
        remarks.save_remarks, "remarks",
        lambda w: (w.submission, {
            "submission": w.submission, "difficulties": TYPED, "proposals": "",
            "unchanged": lambda _row: True,
        }),
    ),
    "attach": (
        documents.attach_file, "attach",
        lambda w: (leaf(w), {"score": leaf(w), "upload": upload(), "abstract": TYPED}),
    ),
    "attach again": (
        documents.attach_existing, "attach",
        lambda w: (leaf(w), {"score": leaf(w), "revision": filed(w)}),
    ),
    "detach": (
        documents.detach, "detach", lambda w: (leaf(w), {"evidence": attached(w)}),
    ),
    "add a document": (
        library.add_document, "add_document",
        lambda w: (w.year.first.unit, {
            "unit": w.year.first.unit, "upload": upload(), "abstract": TYPED,
        }),
    ),
    "add a revision": (
        documents.add_revision, "add_revision",
        lambda w: (filed(w).document, {"document": paper(w), "upload": upload()}),
    ),
    "mend a paper": (
        library.save_paper, "save_paper",
        lambda w: (filed(w).document, {
            "document": paper(w), "number": TYPED, "issued_on": None, "issuer": TYPED,
            "abstract": TYPED, "unchanged": lambda _row: True,
        }),
    ),
    "confirm a paper": (
        library.confirm, "confirm_document",
        lambda w: (filed(w).document, {"document": paper(w), "cycle": w.year.cycle}),
    ),
    "delete a paper": (
        library.delete_document, "delete_document",
        lambda w: (filed(w).document, {"document": paper(w)}),
    ),
    "decide a survey": (
        surveys.decide, "decide_survey",
        lambda w: (w.year.cycle, {
            "cycle": w.year.cycle, "unit": w.year.first.unit,
            "criterion": w.year.criterion("2.4"), "decision": "zero", "reason": TYPED,
        }),
    ),
    "enter independent figures": (
        independent.record_independent, "record_independent",
        lambda w: (leaf(w), {"score": leaf(w), "a": "2", "b": "1", "source": TYPED}),
    ),
    "draft": (
        drafts.create_draft, "draft", lambda w: (w.year.cycle, {"cycle": w.year.cycle}),
    ),
    "correct": (
        drafts.create_correction, "draft",
        lambda w: (drafted(w), {"publication": drafted(w), "reason": TYPED}),
    ),
    "dry run": (
        drafts.dry_run, "dry_run", lambda w: (drafted(w), {"publication": drafted(w)}),
    ),
    "record of the press": (
        drafts.draft_record, "draft_record",
        lambda w: (Publication(), {"year": 2021, "lines": [], "reason": TYPED}),
    ),
    "discard a scheme": (
        schemes.discard_draft, "discard_draft",
        lambda w: (w.year.scheme, {"scheme": w.year.scheme}),
    ),
    "copy a scheme": (
        schemes.copy_scheme, "copy_scheme",
        lambda w: (w.year.scheme, {"scheme": w.year.scheme}),
    ),
    "keep minutes": (
        meetings.save_meeting, "save_meeting",
        lambda w: (w.year.council, {"meeting": w.meeting}),
    ),
    "discard minutes": (
        meetings.discard_meeting, "discard_meeting",
        lambda w: (w.meeting, {"meeting": w.meeting}),
    ),
}  # fmt: skip


def drafted(w: World) -> Publication:
    found = Publication.objects.filter(cycle=w.year.cycle).first()
    return found or make_draft(w.year, seen=False)


def refused_once(
    verb: Callable[..., Any], refusal: type, obj: Any, action: str, **given: Any
) -> None:
    """Try the verb; its refusal must be one event on the object, without what was typed."""
    before, log = worlds.picture(), Event.objects.count()
    with pytest.raises(refusal):
        verb(**given)
    assert worlds.picture() == before
    assert Event.objects.count() == log + 1
    event = Event.objects.latest("pk")
    assert (event.refused, event.action, event.actor, event.at) == (
        True, action, given["by"], given["at"],
    )  # fmt: skip
    assert (event.object_type, event.object_id) == (obj._meta.model_name, str(obj.pk))
    assert all(isinstance(value, int | str) for value in event.data.values())
    assert TYPED not in str(event.data)


@pytest.mark.parametrize("name", VERBS)
def test_verb_refused_for_want_of_the_right_leaves_one_event(world, name) -> None:
    verb, action, make = VERBS[name]
    with undone():
        obj, given = make(world)
        refused_once(
            verb, NotPermitted, obj, action, by=world.year.outsider, at=world.year.at, **given
        )


@pytest.mark.parametrize(
    ("name", "who", "state"),
    [
        ("appraise", "member", "approved"), ("judge many", "member", "approved"),
        ("abstain", "member", "approved"),
        ("decide a leaf", "chair", "approved"), ("ask", "member", "approved"),
        ("propose", "secretary", "approved"), ("answer", "focal", "approved"),
        ("save", "focal", "approved"), ("save many", "focal", "approved"),
        ("remarks", "focal", "approved"), ("decide a survey", "chair", "approved"),
        ("discard a scheme", "officer", None), ("correct", "leader", None),
    ],
)  # fmt: skip
def test_verb_refused_for_the_state_leaves_one_event(world, name, who, state) -> None:
    verb, action, make = VERBS[name]
    with undone():
        obj, given = make(world)
        if state:
            world.put(state)
        refused_once(verb, WrongState, obj, action, by=world.people[who], at=world.year.at, **given)


@pytest.mark.parametrize(
    ("name", "who", "state"),
    [
        ("appraise", "member", "appraising"), ("judge many", "member", "appraising"),
        ("abstain", "member", "appraising"),
        ("decide a leaf", "chair", "appraising"), ("ask", "member", "appraising"),
        ("save", "focal", "draft"), ("save many", "focal", "draft"), ("remarks", "focal", "draft"),
    ],
)  # fmt: skip
def test_verb_refused_for_its_time_leaves_one_event(world, name, who, state) -> None:
    verb, action, make = VERBS[name]
    with undone():
        obj, given = make(world)
        world.put(state)
        world.year.first.submission.scores.filter(criterion__code="1.1").update(
            appraised_points=None
        )
        if name == "judge many":
            leaf(world).appraisals.all().delete()
        worlds.close_windows(world.year, world.year.at)
        refused_once(
            verb, WindowClosed, obj, action, by=world.people[who], at=world.year.at, **given
        )


def test_slips_of_typing_are_not_logged(world) -> None:
    year = world.year
    with undone():
        log = Event.objects.count()
        row = leaf(world)
        with pytest.raises(BadInput):
            questions.ask(score=row, by=year.member, at=year.at, question=" ", due_at=year.at + DAY)
        with pytest.raises(Stale):
            appraisals.appraise(
                score=row, by=year.member, at=year.at, version=row.version + 1, points="1"
            )
        assert Event.objects.count() == log
