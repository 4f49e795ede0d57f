"""Papers of a dossier over HTTP: who gets them, as what, and the signed copies beside a receipt."""

import datetime as dt
import hashlib
import io
import json
import zipfile

import pypdfium2
import pytest
from django.core.management import call_command
from django.urls import reverse
from docx import Document as Word

from assessments.choices import ScanState
from assessments.models import Assignment, Event, SignedCopy, SiteIdentity, Submission
from assessments.workflow import receipts
from assessments.workflow.documents import attach_file
from tests.workspace import uploads
from tests.workspace.filling import fill
from units.models import Membership

ENDINGS = ("pdf", "docx")


@pytest.fixture
def head(year, signed_in):
    return signed_in(year.first.head)


@pytest.fixture
def receipt(year):
    fill(year.first, year.at)
    attach_file(
        score=year.first.score("1.1"), by=year.first.focal, at=year.at, upload=uploads.pdf(),
        number="12/KH-UBND",
    )  # fmt: skip
    made = receipts.write(
        year.first.submission, by=year.first.head, at=year.at, signed_as="Giám đốc"
    )
    Submission.objects.filter(pk=year.first.submission.pk).update(state="appraising")
    return made


@pytest.fixture
def page(address):
    """Return the address of a paper of the first receipt, or of the dossier."""

    def of(name):
        base = address("receipt", sequence=1) if not name.startswith("/") else address("dossier")
        return base + name.lstrip("/")

    return of


PAPERS = (
    "/bao-cao.pdf", "/bao-cao.docx", "/ho-so.zip", "bien-nhan.pdf", "bao-cao.pdf", "bao-cao.docx",
)  # fmt: skip


def body_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def text_of(pdf):
    pages = (page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))
    return " ".join(" ".join(pages).split())


@pytest.mark.parametrize("name", PAPERS)
def test_paper_is_a_private_attachment_for_every_colleague(year, signed_in, receipt, page, name):
    for person in ("contributor", "focal", "head"):
        response = signed_in(getattr(year.first, person)).get(page(name))

        assert response.status_code == 200
        assert len(body_of(response)) > 1000
        assert response["Content-Disposition"].startswith("attachment; filename=")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, no-store"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize("name", [*PAPERS, "ban-ky/"])
def test_paper_is_missing_for_everybody_else(year, signed_in, receipt, page, name):
    for person in (year.second.head, year.secretary, year.auditor, year.outsider):
        assert signed_in(person).get(page(name)).status_code == 404
        assert signed_in(person).post(page(name)).status_code in (404, 405)


@pytest.mark.parametrize("name", PAPERS)
def test_paper_is_only_read(head, receipt, page, name):
    assert head.post(page(name)).status_code == 405


@pytest.mark.parametrize("name", [name for name in PAPERS if "/" not in name])
def test_receipt_that_is_not_there_has_no_papers(head, receipt, address, name):
    assert head.get(address("receipt", sequence=1).replace("/1/", "/2/") + name).status_code == 404


def test_draft_says_so_in_name_and_text(year, head, address):
    pdf = head.get(address("dossier") + "bao-cao.pdf")
    docx = head.get(address("dossier") + "bao-cao.docx")

    assert pdf["Content-Disposition"].endswith('-du-thao.pdf"')
    assert "DỰ THẢO" in text_of(pdf.content)
    assert "DỰ THẢO" in [line.text for line in Word(io.BytesIO(docx.content)).paragraphs]


def test_report_of_a_receipt_outlives_a_return(year, head, receipt, page):
    Submission.objects.filter(pk=year.first.submission.pk).update(
        state="returned", difficulties="Viết lại sau khi trả về"
    )

    signed, draft = text_of(head.get(page("bao-cao.pdf")).content), text_of(
        head.get(page("/bao-cao.pdf")).content
    )  # fmt: skip

    assert receipt.sha256 in signed
    assert "Viết lại" not in signed
    assert "DỰ THẢO cho đến khi được cấp số" in signed
    assert "DỰ THẢO cho đến khi được cấp số" not in draft
    assert "Viết lại sau khi trả về" in draft
    assert "DỰ THẢO" in draft


def test_zip_holds_what_the_receipt_names(head, receipt, page):
    response = head.get(page("/ho-so.zip"))
    file = zipfile.ZipFile(io.BytesIO(body_of(response)))

    assert response["Content-Type"] == "application/zip"
    assert hashlib.sha256(file.read("bien-nhan.json")).hexdigest() == receipt.sha256
    (item,) = json.loads(receipt.content)["leaves"][0]["evidence"]
    assert hashlib.sha256(file.read("1.1/12-KH-UBND – Kế hoạch.pdf")).hexdigest() == item["sha256"]


def test_paper_is_vietnamese_on_the_english_portal(head, receipt, page):
    head.cookies["django_language"] = "en"

    assert "Tổng cộng" in text_of(head.get(page("bao-cao.pdf")).content)
    assert "9,93" in text_of(head.get(page("bao-cao.pdf")).content)


def test_portal_without_an_identity_still_makes_papers(head, receipt, page):
    assert SiteIdentity.objects.count() == 0
    assert "BIÊN NHẬN" in text_of(head.get(page("bien-nhan.pdf")).content)


# Signed copies --------------------------------------------------------------------------------


def keep(browser, page, upload=None):
    return browser.post(page("ban-ky/"), {"upload": upload or uploads.pdf("Báo cáo đã ký.pdf")})


@pytest.mark.parametrize("person", ["focal", "head"])
def test_signed_copy_is_kept_beside_its_receipt(
    *, year, signed_in, receipt, page, address, person
):  # fmt: skip
    browser = signed_in(getattr(year.first, person))
    response = keep(browser, page)
    copy = SignedCopy.objects.get()
    shown = browser.get(address("receipt", sequence=1))
    file = browser.get(reverse("workspace:copy", args=[copy.pk]))

    assert response.status_code == 302
    assert (copy.receipt, copy.name, copy.size) == (receipt, "Báo cáo đã ký.pdf", len(uploads.PDF))
    assert copy.sha256 == hashlib.sha256(uploads.PDF).hexdigest()
    assert copy.uploaded_by == getattr(year.first, person)
    assert list(shown.context["copies"]) == [copy]
    assert reverse("workspace:copy", args=[copy.pk]) in shown.content.decode()
    assert body_of(file) == uploads.PDF
    assert file["Content-Disposition"].startswith("attachment;")
    event = Event.objects.get(action="attach_copy")
    assert (event.actor, event.refused) == (copy.uploaded_by, False)
    assert event.data == {"copy": copy.pk, "sha256": copy.sha256}


def test_contributor_reads_copies_and_keeps_none(year, client, receipt, page, address):
    assert not client.get(address("receipt", sequence=1)).context["may_add"]
    assert keep(client, page).status_code == 409
    assert SignedCopy.objects.count() == 0
    assert Event.objects.get(action="attach_copy").refused


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.docx", uploads.package()), ("a.pdf", b"MZ"), ("a.svg", b"<svg/>"), ("a.pdf", b"")],
)
def test_file_that_is_no_scan_is_refused(*, head, receipt, page, tmp_path, name, content):
    response = keep(head, page, uploads.upload(name, content))

    assert response.status_code == 422
    assert len(response.context["form"].errors["upload"]) == 1
    assert SignedCopy.objects.count() == 0
    assert list((tmp_path / "signed").rglob("*")) == []


def test_form_without_a_file_is_shown_again(head, receipt, page):
    response = head.post(page("ban-ky/"))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["upload"]


def test_one_file_is_kept_once_and_not_without_end(head, receipt, page):
    assert keep(head, page).status_code == 302
    assert keep(head, page).status_code == 422
    for place in range(4):
        assert keep(head, page, uploads.pdf(extra=b"%d" % place)).status_code == 302
    assert keep(head, page, uploads.pdf(extra=b"x")).status_code == 422
    assert SignedCopy.objects.count() == 5


def test_newest_of_several_copies_is_named(head, receipt, page, address):
    keep(head, page, uploads.pdf("một.pdf"))
    alone = head.get(address("receipt", sequence=1)).content.decode()
    keep(head, page, uploads.pdf("hai.pdf", b"2"))
    copies = head.get(address("receipt", sequence=1)).content.decode().split('id="copies"')[1]

    assert "mới nhất" not in alone
    assert copies.count("mới nhất") == 1
    assert copies.index("hai.pdf") < copies.index("mới nhất") < copies.index("một.pdf")


def test_visit_leads_to_the_receipt(head, receipt, page, address):
    assert head.get(page("ban-ky/")).url == address("receipt", sequence=1)


def test_copy_is_opened_by_the_council_that_reads_the_whole_dossier(
    year, head, signed_in, receipt, page
):
    keep(head, page)
    path = reverse("workspace:copy", args=[SignedCopy.objects.get().pk])
    readers = (year.secretary, year.chair, year.leader, year.auditor, year.member)
    others = (year.second.head, year.officer, year.administrator, year.outsider)

    assert {uploads.status(signed_in(person), path) for person in readers} == {200}
    assert {uploads.status(signed_in(person), path) for person in others} == {404}
    Assignment.objects.filter(field__code="2").delete()
    assert uploads.status(signed_in(year.member), path) == 404
    Submission.objects.filter(pk=year.first.submission.pk).update(state="draft")
    assert uploads.status(signed_in(year.secretary), path) == 404
    assert uploads.status(head, path) == 200


def test_copy_that_waits_for_the_scanner_or_failed_it(
    *, year, head, signed_in, receipt, page, settings, tmp_path, address
):
    settings.CLAMAV = str(tmp_path / "no-such-socket")
    keep(head, page)
    copy = SignedCopy.objects.get()
    path = reverse("workspace:copy", args=[copy.pk])

    assert copy.scan_state == ScanState.PENDING
    assert uploads.status(head, path) == 200
    assert uploads.status(signed_in(year.secretary), path) == 404
    settings.CLAMAV = ""
    call_command("scan_pending")
    copy.refresh_from_db()
    assert copy.scan_state == ScanState.UNSCANNED
    assert uploads.status(signed_in(year.secretary), path) == 200
    SignedCopy.objects.update(scan_state=ScanState.QUARANTINED)
    assert uploads.status(head, path) == 404
    assert path not in head.get(address("receipt", sequence=1)).content.decode()


# The council's side ----------------------------------------------------------------------------


def test_council_that_reads_the_whole_dossier_gets_its_report(
    year, head, signed_in, receipt, page
):  # fmt: skip
    keep(head, page)
    pk = year.first.submission.pk
    path = reverse("admin:assessments_submission_report", args=[pk])
    change = reverse("admin:assessments_submission_change", args=[pk])
    copy = reverse("workspace:copy", args=[SignedCopy.objects.get().pk])
    answer = signed_in(year.secretary).get(path)

    assert receipt.sha256 in text_of(answer.content)
    assert answer["Content-Disposition"].startswith("attachment;")
    shown = signed_in(year.secretary).get(change).content.decode()
    assert (path in shown, copy in shown) == (True, True)
    assert signed_in(year.officer).get(path).status_code == 404
    Assignment.objects.filter(field__code="2").delete()
    shown = signed_in(year.member).get(change).content.decode()
    assert signed_in(year.member).get(path).status_code == 404
    assert (path in shown, copy in shown) == (False, False)


def test_report_of_the_own_unit_is_missing_on_the_councils_side(year, signed_in, receipt):
    Membership.objects.create(
        user=year.secretary, unit=year.first.unit, since=dt.date(2020, 1, 1)
    )  # fmt: skip
    path = reverse("admin:assessments_submission_report", args=[year.first.submission.pk])

    assert signed_in(year.secretary).get(path).status_code == 404


@pytest.mark.parametrize("name", ["sign", "receipt"])
def test_pages_ask_the_same_for_many_rows(
    *, year, head, receipt, page, address, django_assert_num_queries, name
):
    path = address(name, **({"sequence": 1} if name == "receipt" else {}))
    head.get(path)
    few = count(head, path)
    for place in range(4):
        keep(head, page, uploads.pdf(extra=b"%d" % place))
    with django_assert_num_queries(few):
        head.get(path)


def count(browser, path):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        browser.get(path)
    return len(found)
