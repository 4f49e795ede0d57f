"""Evidence of a leaf: attached, chosen from the library, taken off, read by who may."""

import datetime as dt

import pytest
from django.urls import reverse

from assessments.errors import BadInput, WindowClosed, WrongState
from assessments.models import (
    Assignment,
    CouncilMember,
    Document,
    DocumentRevision,
    Event,
    Evidence,
    ScoreHistory,
)  # fmt: skip
from assessments.workflow import documents
from tests.workspace import uploads


@pytest.fixture
def attach(client, address):
    def send(upload, code="1.1", **paper):
        target = address("evidence", field=code[0], code=code)
        return client.post(target, {"upload": upload, "attach": "1", "number": "12/KH-SNV"} | paper)

    return send


def test_file_is_attached_with_its_paper(year, attach, address, client):
    response = attach(
        uploads.pdf("C:\\x\\Kế hoạch.pdf"), issued_on="15/01/2020", issuer="Sở", abstract="KH CCHC"
    )
    item = Evidence.objects.get()
    document = item.revision.document
    score = year.first.score("1.1")

    assert response.status_code == 302
    assert (document.unit, document.number, document.issuer) == (year.first.unit, "12/KH-SNV", "Sở")
    assert document.issued_on == dt.date(2020, 1, 15)
    assert item.revision.name == "Kế hoạch.pdf"
    assert item.revision.file.name.startswith("evidence/")
    assert "Kế" not in item.revision.file.name
    assert score.version == 1
    assert ScoreHistory.objects.get(score=score).values["evidence"] == [item.revision.sha256]
    assert Event.objects.get(action="attach").data["sha256"] == item.revision.sha256
    assert "Kế hoạch.pdf" in client.get(address("field", field="1")).content.decode()


@pytest.mark.parametrize(
    ("paper", "field"),
    [
        ({"number": "", "abstract": " "}, "abstract"),
        ({"issued_on": "31/02/2020"}, "issued_on"),
        ({"issued_on": "01/01/2999"}, "issued_on"),
    ],
)
def test_bad_paper_is_refused_and_kept_on_screen(attach, paper, field):
    response = attach(uploads.pdf(), **{"issuer": "Sở Nội vụ"} | paper)

    assert response.status_code == 422
    assert list(response.context["paper"].errors) == [field]
    assert response.context["paper"]["issuer"].value() == "Sở Nội vụ"
    assert Document.objects.count() == 0


def test_bad_file_is_refused_beside_its_input(attach):
    response = attach(uploads.upload("a.pdf", b"MZ\x90"))

    assert response.status_code == 422
    assert list(response.context["paper"].errors) == ["upload"]
    assert Document.objects.count() == 0


def test_oversize_file_is_refused(attach, settings):
    settings.EVIDENCE_MAX_BYTES = 10

    assert list(attach(uploads.pdf()).context["paper"].errors) == ["upload"]


def test_same_file_twice_on_a_leaf_is_refused(attach):
    attach(uploads.pdf())

    assert list(attach(uploads.pdf("khác.pdf")).context["paper"].errors) == ["upload"]
    assert DocumentRevision.objects.count() == 1


def test_file_of_the_library_backs_another_leaf(year, attach, client, address):
    attach(uploads.pdf())
    revision = DocumentRevision.objects.get()
    target = address("evidence", field="1", code="1.2")

    assert list(client.get(target).context["choice"].fields["revision"].queryset) == [revision]
    assert client.post(target, {"choose": "1", "revision": revision.pk}).status_code == 302
    assert year.first.score("1.2").evidence.get().revision == revision
    with pytest.raises(BadInput):
        documents.attach_existing(
            score=year.first.score("1.2"), by=year.first.focal, at=year.at, revision=revision
        )


def test_another_units_file_is_not_taken(year, attach):
    attach(uploads.pdf())

    with pytest.raises(BadInput):
        documents.attach_existing(
            score=year.second.score("1.1"), by=year.second.focal, at=year.at,
            revision=DocumentRevision.objects.get(),
        )  # fmt: skip


def test_file_is_taken_off_and_stays_in_the_library(year, attach, client, address):
    attach(uploads.pdf())
    item = Evidence.objects.get()
    target = address("detach", field="1", code="1.1", pk=item.pk)

    assert client.post(target).status_code == 302
    item.refresh_from_db()
    assert item.removed_at is not None
    assert ScoreHistory.objects.latest("id").values["evidence"] == []
    assert Event.objects.filter(action="detach").count() == 1
    assert DocumentRevision.objects.count() == 1
    with pytest.raises(WrongState):
        documents.detach(evidence=item, by=year.first.focal, at=year.at)


def test_window_closes_for_evidence_to_the_second(year):
    end = year.milestone().closes_at
    paper = {"score": year.first.score("1.1"), "by": year.first.focal, "number": "1"}

    documents.attach_file(upload=uploads.pdf(), at=end - dt.timedelta(microseconds=1), **paper)
    with pytest.raises(WindowClosed):
        documents.attach_file(upload=uploads.pdf(extra=b"2"), at=end, **paper)
    with pytest.raises(WindowClosed):
        documents.detach(evidence=Evidence.objects.get(), by=year.first.focal, at=end)
    assert Evidence.objects.get().removed_at is None


def test_failed_attachment_leaves_no_bytes_behind(year, tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the log is down")

    monkeypatch.setattr(documents.events, "record", fail)

    with pytest.raises(RuntimeError):
        documents.attach_file(
            score=year.first.score("1.1"),
            by=year.first.focal,
            at=year.at,
            upload=uploads.pdf(),
            number="1",
        )
    assert DocumentRevision.objects.count() == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_file_is_served_as_a_harmless_private_attachment(attach, client):
    attach(uploads.pdf())
    path = reverse("workspace:file", args=[DocumentRevision.objects.get().pk])

    response = client.get(path)

    assert b"".join(response.streaming_content) == uploads.PDF
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"
    assert client.post(path).status_code == 405


def test_council_reads_a_file_only_once_the_dossier_is_handed_in(year, attach, signed_in):
    attach(uploads.pdf())
    path = reverse("workspace:file", args=[DocumentRevision.objects.get().pk])
    before = [
        uploads.status(signed_in(p), path) for p in (year.secretary, year.member, year.leader)
    ]
    type(year.first.submission).objects.filter(pk=year.first.submission.pk).update(
        state="submitted"
    )

    after = [uploads.status(signed_in(p), path) for p in (year.secretary, year.member, year.leader)]
    others = [
        uploads.status(signed_in(p), path)
        for p in (
            year.officer,
            year.survey_officer,
            year.administrator,
            year.outsider,
            year.second.head,
        )
    ]

    assert before == [404, 404, 404]
    assert after == [200, 200, 200]
    assert others == [404] * 5


def test_file_that_is_taken_off_is_closed_to_the_council(year, attach, signed_in):
    attach(uploads.pdf())
    Evidence.objects.update(removed_at=year.at)
    type(year.first.submission).objects.update(state="submitted")
    path = reverse("workspace:file", args=[DocumentRevision.objects.get().pk])

    assert signed_in(year.secretary).get(path).status_code == 404


def test_member_reads_only_the_evidence_of_the_assigned_fields(year, attach, signed_in):
    for code in ("1.1", "2.1"):
        attach(uploads.pdf(), code)
    type(year.first.submission).objects.update(state="submitted")
    Assignment.objects.filter(field__code="2").delete()
    paths = [
        reverse("workspace:file", args=[
            Evidence.objects.get(score__criterion__code=code).revision_id
        ])
        for code in ("1.1", "2.1")
    ]  # fmt: skip

    def read(person):
        return [uploads.status(signed_in(person), path) for path in paths]

    assert read(year.member) == [200, 404]
    for person in (year.chair, year.secretary, year.leader, year.approver, year.auditor):
        assert read(person) == [200, 200]
    CouncilMember.objects.filter(user=year.member).update(unit=year.first.unit)
    assert read(year.member) == [404, 404]
