"""The own dossier's addresses with another unit's ids, or a colleague's things: refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from assessments.models import Appeal, Evidence, Explanation, SignedCopy
from assessments.workflow import documents, receipts
from tests.factories.standing import undone
from tests.permissions.stages import DAY, MOMENTS, World, changes, picture
from tests.workspace import uploads

pytestmark = pytest.mark.django_db
NEW = b"new"


@dataclass
class Other:
    """What the second unit has: evidence, paper and file, question, two receipts, copy, appeal."""

    evidence: Evidence
    question: Explanation
    copy: SignedCopy
    appeal: Appeal

    @property
    def paper(self) -> str:
        """Return the id of the paper."""
        return str(self.evidence.revision.document_id)

    @property
    def file(self) -> str:
        """Return the id of the file."""
        return str(self.evidence.revision_id)


@pytest.fixture
def other(world: World) -> Other:
    year, second = world.year, world.year.second
    evidence = documents.attach_file(
        score=second.score("1.2"), number="8/KH", by=second.focal, at=year.at,
        upload=uploads.upload("b.pdf", uploads.printed(text="other")),
    )  # fmt: skip
    question = Explanation.objects.create(
        score=second.score("1.4"), round=1, question="Vì sao?", asked_at=year.at,
        due_at=year.at + DAY, asked_by=year.council.members.get(user=year.member),
    )  # fmt: skip
    signed = {"by": second.head, "at": year.at, "signed_as": "Giám đốc"}
    kept = [receipts.write(second.submission, **signed) for _ in range(2)]
    copy = SignedCopy.objects.create(
        receipt=kept[1], file=evidence.revision.file.name, name="x.pdf", size=8, sha256="c" * 64,
        content_type="application/pdf", scan_state="clean", uploaded_by=second.focal,
        uploaded_at=year.at,
    )  # fmt: skip
    appeal = Appeal.objects.create(
        submission=second.submission, kind="appeal", text="Xem lại", round=1, filed_by=second.head,
        filed_at=year.at, due_at=year.at + DAY,
    )  # fmt: skip
    return Other(evidence, question, copy, appeal)


#: Pages that name a thing by its id → (argument, id of the other unit's thing).
NAMED: dict[str, tuple[str, Callable[[Other], Any]]] = {
    **dict.fromkeys(
        ["document", "document_renew", "document_confirm", "document_delete"],
        ("pk", lambda other: other.paper),
    ),
    **dict.fromkeys(["file", "preview", "preview_page"], ("pk", lambda other: other.file)),
    "copy": ("pk", lambda other: other.copy.pk),
    "question": ("pk", lambda other: other.question.pk),
    "appeal_withdraw": ("pk", lambda other: other.appeal.pk),
    # The first unit has one receipt, so a second one is the other's only.
    **dict.fromkeys(
        ["receipt", "receipt_content", "receipt_pdf", "receipt_report", "add_copy"],
        ("sequence", lambda other: 2),
    ),
}
FORMS = {
    "document": {"number": "x", "seen": "x"}, "document_confirm": {}, "document_delete": {},
    "document_renew": {"upload": NEW}, "question": {"answer": "x"}, "add_copy": {"upload": NEW},
    "appeal_withdraw": {},
}  # fmt: skip
people = pytest.mark.parametrize("person", ["contributor", "focal", "head", "deputy"])


def named(world: World, page: str, other: Other) -> str:
    argument, thing = NAMED[page]
    return world.address(page, **{argument: str(thing(other))})


@people
def test_another_units_id_is_missing_under_the_own_address(world, other, person) -> None:
    browser, found = world.browsers[person], {}
    for when in ("draft", "explaining", "published"):
        with world.at(MOMENTS[when]):
            for page in NAMED:
                found[when, page] = uploads.status(browser, named(world, page, other))

    assert found == dict.fromkeys(found, 404)


@people
@pytest.mark.parametrize("page", FORMS)
def test_form_with_another_units_id_changes_nothing(world, other, person, page) -> None:
    with world.at(MOMENTS["appraising"]):
        before = picture()
        sent = {
            name: uploads.pdf(extra=value) if value == NEW else value
            for name, value in FORMS[page].items()
        }
        response = world.browsers[person].post(named(world, page, other), sent)

        assert response.status_code == 404
        assert picture() == before


def refused(world: World, person: str, path: str, data: dict[str, Any]) -> int:
    """Send a form in the draft; return the status, having seen that nothing changed."""
    with undone():
        before = picture()
        status = world.browsers[person].post(path, data).status_code
        assert picture() == before
    return int(status)


@people
def test_another_units_id_in_a_form_of_the_own_dossier_is_refused(world, other, person) -> None:
    """Evidence, file and person of the other unit, where the own things are asked for."""
    users = [world.year.second.contributor, world.year.second.head, world.people["former"]]
    evidence = str(other.evidence.pk)
    with world.at(MOMENTS["draft"]):
        assert refused(world, person, world.address("detach", pk=evidence), {}) == 404
        for confirmed in ({}, {"confirmed": "on"}):
            sent = {"choose": "1", "revision": other.file} | confirmed
            assert refused(world, person, world.address("evidence"), sent) == 422
        sent = {"upload": uploads.pdf(extra=NEW), "move": evidence}
        assert refused(world, person, world.address("document_renew"), sent) == 422
        for user in users:
            sent = {"do": "delegate", "leaves": "1.2", "to": str(user.pk)}
            assert refused(world, person, world.address("delegations"), sent) == 422


@people
def test_evidence_is_taken_off_under_its_own_leaf_only(world, person) -> None:
    with world.at(MOMENTS["draft"]):
        assert refused(world, person, world.address("detach", code="1.1"), {}) == 404


def test_colleague_moves_no_evidence_of_a_leaf_in_other_hands(world) -> None:
    with world.at(MOMENTS["draft"]):
        held = documents.attach_existing(
            score=world.year.first.score("1.1"), by=world.year.first.focal, at=world.year.at,
            revision=world.evidence.revision,
        )  # fmt: skip
        sent = {"upload": uploads.pdf(extra=NEW), "move": str(held.pk)}
        path = world.address("document_renew")

        assert refused(world, "colleague", path, sent) == 422
        # The same form of the one in whose hands the leaf is does move it.
        before = picture()
        sent["upload"] = uploads.pdf(extra=NEW)
        assert world.browsers["contributor"].post(path, sent).status_code == 302
        leaf = world.year.first.score("1.1")
        assert changes(before, {leaf.pk: "1.1"}) == {
            "documentrevision new", "evidence changed", "evidence new", "leaf 1.1 changed",
        }  # fmt: skip


@pytest.mark.parametrize("person", ["colleague", "head"])
def test_preview_of_a_workbook_is_good_for_its_reader_only(world, person) -> None:
    with world.at(MOMENTS["draft"]):
        sent = {"token": world.tokens["focal"]}

        assert refused(world, person, world.address("sheet"), sent) == 302
