"""The whole table, tried from every state by everybody: a refusal leaves no trace but one.

The expected rows are written here once more, from design 3 and 0.1 to 0.3, not read from the code.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assessments.choices import (
    AdjustmentState,
    AppealState,
    CycleState,
    PublicationState,
    SchemeState,
    SubmissionState,
)
from assessments.errors import BadInput, GuardFailed, NoteNeeded, NotPermitted, Refused, WrongState
from assessments.models import (
    Adjustment,
    Appeal,
    Cycle,
    Event,
    Explanation,
    Publication,
    Scheme,
    Submission,
)
from assessments.workflow import machine
from assessments.workflow import table as _declared  # noqa: F401 - importing declares the rows
from tests.factories.results import make_draft
from tests.factories.standing import standing, undone
from tests.workflow import world as worlds
from tests.workflow.world import CLOCK, DAY, World

pytestmark = pytest.mark.django_db
SECRETARY, CHAIR, LEADER = {"secretary"}, {"chair"}, {"leader"}
#: action → states it starts from, who does it, the state it leads to (None: the same).
EXPECTED: dict[str, tuple[set[str], set[str], str | None]] = {
    "submit": ({"draft", "returned"}, {"head"}, "submitted"),
    "lock": ({"draft"}, {CLOCK}, "locked"),
    "restore": ({"returned"}, {CLOCK}, "submitted"),
    "accept_late": ({"locked"}, SECRETARY, "submitted"),
    "close_without_dossier": ({"locked"}, CHAIR, "appraised"),
    "return": ({"submitted", "appraising"}, SECRETARY, "returned"),
    "start": ({"submitted"}, SECRETARY, "appraising"),
    "request_explanation": ({"appraising"}, SECRETARY, "explaining"),
    "resume": ({"explaining"}, SECRETARY | {CLOCK}, "appraising"),
    "conclude": ({"appraising", "correcting"}, CHAIR, "appraised"),
    "fill_surveys": ({"appraising", "correcting", "appraised"}, SECRETARY | CHAIR, None),
    "approve": ({"appraised"}, LEADER, "approved"),
    "send_back": ({"appraised"}, LEADER, "appraising"),
    "reopen": ({"approved"}, LEADER, "appraising"),
    "open_correction": ({"published"}, LEADER, "correcting"),
    "publish": ({"approved"}, {CLOCK}, "published"),
}  # fmt: skip
OTHERS: dict[type, dict[str, tuple[set[str], set[str]]]] = {
    Scheme: {"issue": ({"draft"}, {"officer"}), "retire": ({"issued"}, {"officer"})},
    Cycle: {
        "open": ({"draft"}, {"officer"}), "close": ({"published"}, {"officer"}),
        "publish": ({"open"}, {CLOCK}),
    },
    Publication: {
        "schedule": ({"draft"}, LEADER), "withdraw": ({"scheduled"}, LEADER),
        "flip": ({"scheduled"}, {CLOCK}), "record": (set(), LEADER),
    },
    Adjustment: {"accept": ({"proposed"}, CHAIR), "refuse": ({"proposed"}, CHAIR)},
    Appeal: {
        "uphold": ({"filed"}, CHAIR), "uphold_partly": ({"filed"}, CHAIR),
        "reject": ({"filed"}, CHAIR), "withdraw_appeal": ({"filed"}, {"focal", "head"}),
    },
}  # fmt: skip
STATES: dict[type, Any] = {
    Scheme: SchemeState,
    Cycle: CycleState,
    Publication: PublicationState,
    Adjustment: AdjustmentState,
    Appeal: AppealState,
}
NOTED = {"accept_late", "close_without_dossier", "return", "send_back", "reopen", "open_correction"}
actions = pytest.mark.parametrize("action", EXPECTED)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with standing(django_db_blocker):
        yield worlds.make_world()


def data_of(action: str, world: World) -> dict[str, Any]:
    at = world.year.at
    return {
        "submit": {"statement": True},
        "return": {"leaves": ["1.1"], "due_at": at + DAY},
        "close_without_dossier": {"meeting": world.meeting},
        "conclude": {"meeting": world.meeting},
        "send_back": {"leaves": ["1.1"]}, "reopen": {"leaves": ["1.1"]},
        "open_correction": {"leaves": ["1.1"]},
    }.get(action, {})  # fmt: skip


def meet_conditions(action: str, world: World) -> None:
    """Let the clock and the questions stand as the act needs them."""
    year = world.year
    if action == "lock":
        worlds.close_windows(year, year.at)
    if action == "restore":
        Submission.objects.filter(pk=year.first.submission.pk).update(return_due_at=year.at)
    if action in ("request_explanation", "resume"):
        worlds.ask(year, due_at=year.at if action == "resume" else year.at + DAY)


def attempt(world: World, action: str, state: str, name: str, **more: Any) -> Submission:
    """Try the act on a dossier in a state, everything else being as it must be."""
    submission = world.put(state)
    meet_conditions(action, world)
    given = {"note": "Theo biên bản họp"} | data_of(action, world) | more
    return machine.perform(action, submission, by=world.people[name], at=world.year.at, **given)


def refused_without_trace(act: Callable[[], Any], obj: Any, action: str) -> Refused:
    """Do what must be refused; check that only one event tells of it, and return the refusal."""
    before, log = worlds.picture(), Event.objects.count()
    with pytest.raises(Refused) as caught:
        act()
    assert worlds.picture() == before
    assert Event.objects.count() == log + 1
    event = Event.objects.latest("pk")
    assert (event.refused, event.action, event.object_id) == (True, action, str(obj.pk))
    assert str(caught.value).endswith(".")
    return caught.value


def test_table_is_the_one_of_the_design() -> None:
    assert {row.action for row in machine.rows(Submission)} == set(EXPECTED)
    for model, expected in OTHERS.items():
        assert {row.action for row in machine.rows(model)} == set(expected)
    assert {row.model for row in machine.rows()} == {Submission, *OTHERS}


@actions
def test_act_is_done_from_its_states_by_its_people(world, action) -> None:
    sources, people, target = EXPECTED[action]
    for state in sources:
        for name in people:
            with undone():
                done = attempt(world, action, state, name)
                assert done.state == (target or state)
                event = Event.objects.filter(action=action, object_type="submission").latest("pk")
                assert (event.refused, event.actor) == (False, world.people[name])
                assert (event.data["from"], event.data["to"]) == (state, target or state)


@actions
@pytest.mark.parametrize("state", SubmissionState.values)
def test_act_is_refused_to_everybody_else_and_from_every_other_state(world, action, state) -> None:
    sources, people, _target = EXPECTED[action]
    with undone():
        submission = world.put(state)
        meet_conditions(action, world)
        given = {"note": "Theo biên bản họp"} | data_of(action, world)
        for name, person in world.people.items():
            if name in people and state in sources:
                continue
            refusal = refused_without_trace(
                lambda by=person: machine.perform(
                    action, submission, by=by, at=world.year.at, **given
                ),
                submission,
                action,
            )
            assert type(refusal) is (WrongState if name in people else NotPermitted)


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("submit", "draft"), ("start", "submitted"), ("return", "submitted"), ("lock", "draft"),
        ("return", "appraising"), ("conclude", "appraising"), ("approve", "appraised"),
        ("close_without_dossier", "locked"), ("send_back", "appraised"),
    ],
)  # fmt: skip
def test_act_waits_for_its_window(world, action, state) -> None:
    change = worlds.open_windows if action == "lock" else worlds.close_windows
    submission = world.put(state)
    change(world.year, world.year.at)
    (name,) = EXPECTED[action][1]

    given = {"note": "Theo biên bản họp"} | data_of(action, world)
    refusal = refused_without_trace(
        lambda: machine.perform(
            action, submission, by=world.people[name], at=world.year.at, **given
        ),
        submission, action,
    )  # fmt: skip

    assert type(refusal) is GuardFailed
    assert len(refusal.reasons) == 1


@pytest.mark.parametrize(("action", "state"), [("restore", "returned"), ("resume", "explaining")])
def test_clock_waits_until_the_time_is_due(world, action, state) -> None:
    submission = world.put(state)
    worlds.ask(world.year, due_at=world.year.at + DAY)

    refusal = refused_without_trace(
        lambda: machine.perform(action, submission, by=None, at=world.year.at), submission, action
    )

    assert type(refusal) is GuardFailed


@pytest.mark.parametrize("action", sorted(NOTED))
def test_act_needs_its_reason(world, action) -> None:
    sources, people, _target = EXPECTED[action]
    state, (name,) = sorted(sources)[0], people
    submission = world.put(state)
    given = data_of(action, world) | {"note": " \n "}

    refusal = refused_without_trace(
        lambda: machine.perform(
            action, submission, by=world.people[name], at=world.year.at, **given
        ),
        submission,
        action,
    )

    assert type(refusal) is NoteNeeded


def test_rows_that_need_a_reason_are_these() -> None:
    assert {row.action for row in machine.rows(Submission) if row.needs_note} == NOTED


@pytest.mark.parametrize(
    ("action", "state", "given", "field"),
    [
        ("return", "submitted", {"leaves": []}, "leaves"),
        ("return", "submitted", {"leaves": ["9.9"]}, "leaves"),
        ("return", "submitted", {"leaves": ["2.3"]}, "leaves"),
        ("return", "submitted", {"due_at": None}, "due_at"),
        ("conclude", "appraising", {"meeting": None}, "meeting"),
        ("close_without_dossier", "locked", {"meeting": None}, "meeting"),
        ("reopen", "approved", {"leaves": []}, "leaves"),
        ("send_back", "appraised", {"leaves": ["1.1", "x"]}, "leaves"),
    ],
)
def test_act_names_the_input_that_is_wrong(world, action, state, given, field) -> None:
    (name,) = EXPECTED[action][1]
    submission = world.put(state)
    data = {"note": "Lý do"} | data_of(action, world) | given

    refusal = refused_without_trace(
        lambda: machine.perform(
            action, submission, by=world.people[name], at=world.year.at, **data
        ),
        submission,
        action,
    )

    assert (type(refusal), refusal.field) == (BadInput, field)


def guard_cases() -> dict[str, tuple[str, Callable[[World], Any]]]:
    """Return the conditions of the design, each broken alone: action, what breaks it."""

    def scores(world: World) -> Any:
        return world.year.first.submission.scores

    return {
        "a leaf not filled in": (
            "submit",
            lambda w: scores(w).filter(criterion__code="1.1").update(self_points=None),
        ),
        "neither evidence nor reason": (
            "submit",
            lambda w: scores(w).filter(criterion__code="1.2").update(no_evidence_reason=" "),
        ),
        "an unassigned field": (
            "start",
            lambda w: (
                w.year.council.members.get(user=w.year.member)
                .assignments.filter(field__code="1")
                .delete()
            ),
        ),
        "no open question": ("request_explanation", lambda w: Explanation.objects.all().delete()),
        "a leaf without points": (
            "conclude",
            lambda w: w.year.first.score("1.1").appraisals.all().delete(),
        ),
        "an open question": ("conclude", lambda w: worlds.ask(w.year, due_at=w.year.at + DAY)),
        "a missing final point": (
            "approve",
            lambda w: scores(w).filter(criterion__code="2.4").update(final_points=None),
        ),
    }


@pytest.mark.parametrize("case", guard_cases())
def test_each_condition_alone_stops_the_act(world, case) -> None:
    action, spoil = guard_cases()[case]
    sources, people, _target = EXPECTED[action]
    state, (name,) = sorted(sources)[0], people
    submission = world.put(state)
    meet_conditions(action, world)
    spoil(world)
    data = {"note": "Lý do"} | data_of(action, world)

    refusal = refused_without_trace(
        lambda: machine.perform(
            action, submission, by=world.people[name], at=world.year.at, **data
        ),
        submission,
        action,
    )

    assert type(refusal) is GuardFailed
    assert len(refusal.reasons) == 1


def object_of(model: type, world: World) -> Any:
    """Return an object of the other tables; a decided draft, an adjustment by the secretary."""
    if model is Publication:
        return make_draft(world.year, seen=False)
    if model is Adjustment:
        return Adjustment.objects.create(
            submission=world.year.first.submission,
            kind="bonus",
            points=1,
            reason="Sáng kiến",
            proposed_by=world.year.secretary,
        )
    if model is Appeal:
        year = world.year
        return Appeal.objects.create(
            submission=year.first.submission, kind="appeal", text="Xem lại", round=1,
            filed_by=year.first.head, filed_at=year.at, due_at=year.at + DAY,
        )  # fmt: skip
    return {Scheme: world.year.scheme, Cycle: world.year.cycle}[model]


def _goes_with(model: type, state: str, world: World) -> str:
    """Return what the table's constraints ask of a row in that state."""
    if model is Publication:
        return ", published_at = now() + interval '1 day'"
    if model is Adjustment and state != "proposed":
        return f", decided_by_user_id = {world.year.chair.pk}"
    return ""


@pytest.mark.parametrize(
    ("model", "action"), [(model, action) for model, rows in OTHERS.items() for action in rows]
)
def test_act_on_another_object_is_refused_to_everybody_else(world, model, action) -> None:
    sources, people = OTHERS[model][action]
    obj = object_of(model, world)
    for state in STATES[model].values:
        with undone():
            worlds.past_triggers(
                f"UPDATE {model._meta.db_table} SET state = %s"
                + _goes_with(model, state, world) + " WHERE id = %s", state, obj.pk,
            )  # fmt: skip
            for name, person in world.people.items():
                if name in people and state in sources:
                    continue
                refused_without_trace(
                    lambda by=person: machine.perform(
                        action, obj, by=by, at=world.year.at, note="Lý do"
                    ),
                    obj,
                    action,
                )


def test_buttons_are_the_acts_that_the_person_may_do(world) -> None:
    for state in SubmissionState.values:
        with undone():
            submission = world.put(state)
            for name, person in world.people.items():
                if person is None:
                    continue
                offered = {
                    row.action for row in machine.available(submission, by=person, at=world.year.at)
                }
                assert offered == {
                    action for action, (sources, people, _to) in EXPECTED.items()
                    if state in sources and name in people
                }  # fmt: skip


def test_two_rows_for_one_act_are_refused() -> None:
    row = machine.row_of(Submission, "start")
    with pytest.raises(ValueError, match="declared twice"):
        machine.register(row)
