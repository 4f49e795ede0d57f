"""The library of a unit by its verbs: quota, confirmation, new files, mending, deletion."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from assessments.choices import SubmissionState
from assessments.errors import BadInput, NotPermitted, Stale, WindowClosed, WrongState
from assessments.models import (
    Cycle,
    Document,
    DocumentConfirmation,
    DocumentRevision,
    Event,
    Evidence,
    ScoreHistory,
)  # fmt: skip
from assessments.queries.library import season_of
from assessments.workflow import documents, library
from tests.factories.cycles import make_year
from tests.factories.races import refusals
from tests.workspace import uploads

DAY = dt.timedelta(days=1)


@pytest.fixture
def add(year):
    def put(upload=None, **paper):
        given = {"unit": year.first.unit, "by": year.first.contributor, "at": year.at}
        paper = {"number": "12/KH"} | paper
        return library.add_document(upload=upload or uploads.pdf(), **given | paper)

    return put


@pytest.fixture
def attach(year):
    def put(revision, code="1.1", **more):
        given = {"score": year.first.score(code), "by": year.first.focal, "at": year.at}
        return documents.attach_existing(revision=revision, **given | more)

    return put


def state(year, value):
    type(year.first.submission).objects.filter(pk=year.first.submission.pk).update(state=value)


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_paper_enters_the_library(year, add):
    revision = add(issuer="Sở Nội vụ", abstract="Kế hoạch cải cách", issued_on=dt.date(2020, 1, 2))
    document = revision.document
    event = Event.objects.get()

    assert (document.unit, document.number, document.issuer) == (
        year.first.unit, "12/KH", "Sở Nội vụ",
    )  # fmt: skip
    assert document.search_text == "12/kh so noi vu ke hoach cai cach"
    assert (revision.uploaded_by, revision.uploaded_at) == (year.first.contributor, year.at)
    assert (event.action, event.object_id, event.unit_id_at) == (
        "add_document", str(document.pk), year.first.unit.pk,
    )  # fmt: skip
    assert event.data == {"revision": revision.pk, "sha256": revision.sha256}


def test_same_bytes_enter_the_library_once(year, add, tmp_path):
    add()
    with pytest.raises(BadInput, match="12/KH"):
        add(uploads.pdf("khác.pdf"))
    assert len(files_in(tmp_path)) == DocumentRevision.objects.count() == 1
    add(unit=year.second.unit, by=year.second.head)
    assert DocumentRevision.objects.count() == 2


@pytest.mark.parametrize(
    ("paper", "field"),
    [
        ({"number": " "}, "abstract"),
        ({"issued_on": dt.date(2999, 1, 1)}, "issued_on"),
        ({"upload": uploads.upload("a.pdf", b"MZ")}, "upload"),
    ],
)
def test_bad_paper_does_not_enter(add, paper, field):
    with pytest.raises(BadInput) as refused:
        add(**paper)
    assert refused.value.field == field
    assert Document.objects.count() == 0


def test_quota_counts_to_the_byte(year, add, settings, tmp_path):
    first = add()
    size = len(uploads.pdf(extra=b"2").read())
    settings.EVIDENCE_QUOTA_BYTES = first.size + size - 1

    with pytest.raises(BadInput, match=r"không còn đủ chỗ.*đã dùng 69\sbyte trong 140\sbyte"):
        add(uploads.pdf(extra=b"2"))
    with pytest.raises(BadInput):
        documents.attach_file(
            score=year.first.score("1.1"), by=year.first.focal, at=year.at, number="1",
            upload=uploads.pdf(extra=b"2"),
        )  # fmt: skip
    with pytest.raises(BadInput):
        documents.add_revision(
            document=first.document, by=year.first.focal, at=year.at,
            upload=uploads.pdf(extra=b"2"),
        )  # fmt: skip
    assert library.used_bytes(year.first.unit.pk) == first.size
    assert len(files_in(tmp_path)) == 1
    settings.EVIDENCE_QUOTA_BYTES += 1
    add(uploads.pdf(extra=b"2"))
    assert library.used_bytes(year.first.unit.pk) == settings.EVIDENCE_QUOTA_BYTES


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_cannot_both_take_the_last_room(settings, tmp_path):
    settings.MEDIA_ROOT, settings.CLAMAV = tmp_path, ""
    year = make_year()
    files = [uploads.pdf(extra=b"%d" % number) for number in range(6)]
    settings.EVIDENCE_QUOTA_BYTES = 2 * len(files[0].read())

    outcomes = refusals(
        *(
            lambda file=file: library.add_document(
                unit=year.first.unit, by=year.first.focal, at=year.at, upload=file, number="1"
            )
            for file in files
        )
    )

    assert sorted(outcomes, key=str) == [BadInput] * 4 + [None] * 2
    assert len(files_in(tmp_path)) == DocumentRevision.objects.count() == 2
    assert library.used_bytes(year.first.unit.pk) == settings.EVIDENCE_QUOTA_BYTES


@pytest.mark.django_db(transaction=True)
def test_paper_is_either_used_or_deleted_when_both_are_tried_at_once(settings, tmp_path):
    settings.MEDIA_ROOT, settings.CLAMAV = tmp_path, ""
    year = make_year()
    given = {"by": year.first.focal, "at": year.at}
    rows = [
        library.add_document(
            unit=year.first.unit, upload=uploads.pdf(extra=b"%d" % n), number="1", **given
        )
        for n in range(6)
    ]
    acts = [
        act
        for row in rows
        for act in (
            lambda row=row: documents.attach_existing(
                score=year.first.score("1.1"), revision=row, **given
            ),
            lambda row=row: library.delete_document(document=row.document, **given),
        )
    ]

    outcomes = refusals(*acts)

    pairs = set(zip(outcomes[::2], outcomes[1::2], strict=True))
    assert pairs <= {(None, WrongState), (BadInput, None)}
    used = set(Evidence.objects.values_list("revision", flat=True))
    assert used == set(DocumentRevision.objects.values_list("pk", flat=True))
    assert len(files_in(tmp_path)) == len(used) == outcomes[::2].count(None)


def open_later(year):
    """Let the cycle have opened a day after now, so that what is there came before."""
    Cycle.objects.filter(pk=year.cycle.pk).update(opened_at=year.at + DAY)


def test_paper_of_an_earlier_year_backs_a_leaf_only_once_confirmed(year, add, attach):
    revision = add()
    open_later(year)

    with pytest.raises(BadInput, match="2031") as refused:
        attach(revision)
    assert refused.value.field == "confirmed"
    assert DocumentConfirmation.objects.count() == Evidence.objects.count() == 0

    attach(revision, confirmed=True)
    word, event = DocumentConfirmation.objects.get(), Event.objects.get(action="confirm_document")
    assert (word.document, word.cycle, word.confirmed_by, word.confirmed_at) == (
        revision.document, year.cycle, year.first.focal, year.at,
    )  # fmt: skip
    assert (event.cycle, event.unit_id_at) == (year.cycle, year.first.unit.pk)
    attach(revision, "1.2")
    assert Evidence.objects.count() == 2


def test_confirmation_counts_for_one_cycle_and_once(year, add, attach):
    revision = add()
    open_later(year)
    other = Cycle.objects.create(
        year=2030, title="Kỳ khác", state="open", opened_at=year.at + DAY, illustrative=True
    )
    given = {"document": revision.document, "by": year.first.focal, "at": year.at}

    with pytest.raises(NotPermitted):
        library.confirm(cycle=other, **given)
    DocumentConfirmation.objects.create(
        document=revision.document, cycle=other, confirmed_by=year.first.focal, confirmed_at=year.at
    )
    with pytest.raises(BadInput):
        attach(revision)
    first = library.confirm(cycle=year.cycle, **given)
    assert library.confirm(cycle=year.cycle, **given | {"at": year.at + DAY}) == first
    # The refusal, and the one word.
    assert Event.objects.filter(action="confirm_document").count() == 2
    attach(revision)


def test_paper_that_came_at_the_opening_needs_no_confirmation(year, add, attach):
    attach(add(at=year.cycle.opened_at))

    assert DocumentConfirmation.objects.count() == 0


def test_new_file_of_an_old_paper_still_waits_for_the_confirmation(year, add, attach):
    document = add().document
    open_later(year)
    newest = documents.add_revision(
        document=document, by=year.first.focal, at=year.at + 2 * DAY, upload=uploads.pdf(extra=b"2")
    )

    with pytest.raises(BadInput):
        attach(newest)


def test_new_file_leaves_evidence_on_the_old_one(year, add, attach):
    old = add()
    item = attach(old)

    new = documents.add_revision(
        document=old.document, by=year.first.focal, at=year.at, upload=uploads.pdf(extra=b"2")
    )

    item.refresh_from_db()
    assert (item.revision, item.removed_at) == (old, None)
    assert list(old.document.revisions.order_by("pk")) == [old, new]
    assert Event.objects.get(action="add_revision").data == {
        "revision": new.pk, "sha256": new.sha256,
    }  # fmt: skip


def test_evidence_moves_to_the_new_file_where_told(year, add, attach):
    old = add()
    moved, stays = attach(old), attach(old, "1.2")

    new = documents.add_revision(
        document=old.document, by=year.first.focal, at=year.at, upload=uploads.pdf(extra=b"2"),
        move=[moved],
    )  # fmt: skip

    assert [row.revision for row in year.first.score("1.1").evidence.filter(removed_at=None)] == [
        new
    ]
    assert [row.revision for row in year.first.score("1.2").evidence.filter(removed_at=None)] == [
        old
    ]
    stays.refresh_from_db()
    assert stays.removed_at is None
    assert ScoreHistory.objects.latest("pk").values["evidence"] == [new.sha256]
    assert Event.objects.get(action="replace").data["revision"] == new.pk


@pytest.mark.parametrize("value", [SubmissionState.SUBMITTED, SubmissionState.APPRAISING])
def test_submitted_evidence_stays_on_the_file_judged(year, add, attach, value, tmp_path):
    old = add()
    item = attach(old)
    state(year, value)
    given = {"document": old.document, "by": year.first.focal, "at": year.at}

    with pytest.raises(WrongState):
        documents.add_revision(upload=uploads.pdf(extra=b"2"), move=[item], **given)
    item.refresh_from_db()
    assert (item.revision, item.removed_at) == (old, None)
    assert len(files_in(tmp_path)) == old.document.revisions.count() == 1
    documents.add_revision(upload=uploads.pdf(extra=b"2"), **given)
    assert old.document.revisions.count() == 2


def test_evidence_moves_within_the_window_only(year, add, attach):
    old = add()
    item = attach(old)

    with pytest.raises(WindowClosed):
        documents.add_revision(
            document=old.document, by=year.first.focal, at=year.milestone().closes_at,
            upload=uploads.pdf(extra=b"2"), move=[item],
        )  # fmt: skip


def test_evidence_of_another_paper_is_not_moved(year, add, attach):
    first, second = add(), add(uploads.pdf(extra=b"2"))
    item = attach(first)

    with pytest.raises(WrongState):
        documents.add_revision(
            document=second.document, by=year.first.focal, at=year.at,
            upload=uploads.pdf(extra=b"3"), move=[item],
        )  # fmt: skip
    assert DocumentRevision.objects.count() == 2


def test_same_file_is_no_new_revision(year, add):
    document = add().document

    with pytest.raises(BadInput):
        documents.add_revision(
            document=document, by=year.first.focal, at=year.at, upload=uploads.pdf()
        )


def mended(year, document, **more):
    given = {
        "document": document, "by": year.first.contributor, "at": year.at, "number": "13/KH",
        "issued_on": None, "issuer": "Sở", "abstract": "Mới", "unchanged": lambda _row: True,
    }  # fmt: skip
    return library.save_paper(**given | more)


def test_paper_is_mended(year, add):
    document = mended(year, add().document)
    document.refresh_from_db()

    assert (document.number, document.issuer, document.abstract) == ("13/KH", "Sở", "Mới")
    assert document.search_text == "13/kh so moi"
    assert Event.objects.filter(action="save_paper").count() == 1


def test_lost_update_of_a_paper_is_noticed(year, add):
    document = add().document

    with pytest.raises(Stale):
        mended(year, document, unchanged=lambda _row: False)
    document.refresh_from_db()
    assert document.number == "12/KH"


@pytest.mark.parametrize(
    ("value", "frozen"),
    [
        (SubmissionState.DRAFT, False), (SubmissionState.LOCKED, True),
        (SubmissionState.SUBMITTED, True), (SubmissionState.APPROVED, True),
        (SubmissionState.PUBLISHED, False),
    ],
)  # fmt: skip
def test_paper_stays_as_handed_in_while_the_council_judges(year, add, attach, value, frozen):
    document = add().document
    attach(document.revisions.get())
    state(year, value)

    if frozen:
        with pytest.raises(WrongState):
            mended(year, document)
    else:
        mended(year, document)


def test_paper_that_was_never_used_is_deleted_with_its_bytes(
    year, add, tmp_path, django_capture_on_commit_callbacks
):
    document = add().document
    library.confirm(document=document, cycle=year.cycle, by=year.first.focal, at=year.at)

    with django_capture_on_commit_callbacks(execute=True):
        library.delete_document(document=document, by=year.first.contributor, at=year.at)

    assert Document.objects.count() == DocumentConfirmation.objects.count() == 0
    assert files_in(tmp_path) == []
    assert Event.objects.get(action="delete_document").object_id == str(document.pk)
    with pytest.raises(WrongState):
        library.delete_document(document=document, by=year.first.contributor, at=year.at)


def test_paper_that_was_used_once_stays(year, add, attach, tmp_path):
    revision = add()
    documents.detach(evidence=attach(revision), by=year.first.focal, at=year.at)

    with pytest.raises(WrongState):
        library.delete_document(document=revision.document, by=year.first.focal, at=year.at)
    assert len(files_in(tmp_path)) == 1


def test_deleted_file_is_not_attached(year, add, attach):
    revision = add()
    DocumentRevision.objects.get(pk=revision.pk).delete()

    with pytest.raises(BadInput):
        attach(revision)


@pytest.mark.parametrize("person", ["secretary", "auditor", "officer", "outsider"])
def test_library_belongs_to_its_unit(year, add, person):
    with pytest.raises(NotPermitted):
        add(by=getattr(year, person))
    with pytest.raises(NotPermitted):
        add(by=year.second.head)


def test_new_file_is_not_put_on_a_leaf_that_has_its_bytes(year, add, attach, tmp_path):
    item = attach(add(number="1/KH"))
    documents.attach_file(
        score=year.first.score("1.1"), by=year.first.focal, at=year.at, number="2/KH",
        upload=uploads.pdf("hai.pdf", b"2"),
    )  # fmt: skip
    with pytest.raises(BadInput, match=r"1\.1") as refused:
        documents.add_revision(
            document=item.revision.document, by=year.first.focal, at=year.at, move=[item],
            upload=uploads.pdf("khác.pdf", b"2"),
        )  # fmt: skip
    item.refresh_from_db()

    assert refused.value.field == "move"
    assert item.removed_at is None
    assert len(files_in(tmp_path)) == DocumentRevision.objects.count() == 2


def test_same_bytes_of_another_paper_are_not_tied_to_the_leaf(year, add, attach):
    attach(add(number="1/KH"))
    twin = documents.attach_file(
        score=year.first.score("1.2"), by=year.first.focal, at=year.at, number="2/KH",
        upload=uploads.pdf(),
    ).revision  # fmt: skip

    with pytest.raises(BadInput) as refused:
        attach(twin)
    assert refused.value.field == "revision"
    assert Evidence.objects.filter(score=year.first.score("1.1")).count() == 1


def test_paper_does_not_take_its_own_bytes_again(year, add):
    row = add()
    with pytest.raises(BadInput, match="đã có"):
        documents.add_revision(
            document=row.document, by=year.first.focal, at=year.at, upload=uploads.pdf("khác.pdf")
        )
    twin = DocumentRevision(document=row.document, sha256=row.sha256)
    with pytest.raises(ValidationError):
        twin.validate_constraints()
    with pytest.raises(IntegrityError, match="file_once_a_document"), transaction.atomic():
        DocumentRevision.objects.create(
            document=row.document, sha256=row.sha256, file="x", name="x", size=1,
            content_type=row.content_type, uploaded_by=row.uploaded_by, uploaded_at=year.at,
        )  # fmt: skip


def test_year_begins_at_local_midnight_where_no_cycle_is_open(year):
    Cycle.objects.update(state="closed")
    since = season_of(year.first.unit, dt.datetime(2026, 3, 1, tzinfo=dt.UTC)).since

    assert since == dt.datetime(2025, 12, 31, 17, tzinfo=dt.UTC)
