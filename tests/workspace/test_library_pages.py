"""The pages of the library: papers found, mended, renewed, confirmed, deleted; scripted uploads."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.choices import ScanState
from assessments.models import (
    Cycle,
    Document,
    DocumentConfirmation,
    DocumentRevision,
    Event,
    Evidence,
)  # fmt: skip
from assessments.views import own
from assessments.workflow import documents, library
from tests.workspace import uploads

DAY = dt.timedelta(days=1)
AS_SCRIPT = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def add(year):
    def put(name="tệp.pdf", at=None, **paper):
        count = DocumentRevision.objects.count()
        return library.add_document(
            unit=year.first.unit, by=year.first.focal, at=at or year.at,
            upload=uploads.pdf(name, extra=b"%d" % count), **{"number": f"{count}/KH"} | paper,
        )  # fmt: skip

    return put


@pytest.fixture
def home(year):
    return reverse("workspace:library", args=[year.first.unit.slug])


def page_of(document, name="document", **more):
    return reverse(f"workspace:{name}", args=[document.unit.slug, document.pk, *more.values()])


def shown(client, address, **query):
    page = client.get(address, query).context["page"]
    return [document.number for document in page]


def test_list_shows_the_newest_first_with_files_and_uses(year, client, home, add):
    old = add(number="1/KH", abstract="Kế hoạch năm", issuer="Sở", issued_on=dt.date(2020, 1, 2))
    add(number="2/BC", at=year.at + DAY)
    for code in ("1.1", "1.2"):
        documents.attach_existing(
            score=year.first.score(code), by=year.first.focal, at=year.at, revision=old
        )
    gone = documents.attach_existing(
        score=year.first.score("1.3"), by=year.first.focal, at=year.at, revision=old
    )
    documents.detach(evidence=gone, by=year.first.focal, at=year.at)

    response = client.get(home)
    page = response.content.decode()

    assert shown(client, home) == ["2/BC", "1/KH"]
    assert [document.leaves for document in response.context["page"]] == [0, 2]
    assert old.sha256[:12] in page
    assert "02/01/2020" in page
    assert "chưa quét mã độc" in page


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ke hoach cai cach", ["1/KH"]), ("KẾ HOẠCH", ["1/KH"]), ("cach ke", ["1/KH"]),
        ("2/bc", ["2/BC"]), ("uy ban", ["2/BC"]), ("bao cao quy", ["3/X"]), ("Quý.pdf", ["3/X"]),
        ("quy – i", ["3/X"]), ("không có", []), ("%", []), ("_", []), ("", ["3/X", "2/BC", "1/KH"]),
    ],
)  # fmt: skip
def test_search_needs_no_accents_and_reads_file_names(client, home, add, text, found):
    add(number="1/KH", abstract="Kế hoạch cải cách")
    add(number="2/BC", issuer="Ủy ban nhân dân")
    add("Báo cáo - Quý I.pdf" if "Quý" not in text else "BÁO CÁO QUÝ.PDF", number="3/X")

    assert shown(client, home, q=text) == found


def test_filters(year, client, home, add):
    used = add(number="dùng", at=year.at - DAY)
    add(number="cũ", at=year.at - DAY)
    waiting = add(number="mới")
    DocumentRevision.objects.filter(pk=waiting.pk).update(scan_state=ScanState.PENDING)
    documents.attach_existing(
        score=year.first.score("1.1"), by=year.first.focal, at=year.at, revision=used,
        confirmed=True,
    )  # fmt: skip

    assert shown(client, home, loc="nam-nay") == ["mới"]
    assert shown(client, home, loc="nam-truoc") == ["cũ", "dùng"]
    assert shown(client, home, loc="chua-dung") == ["mới", "cũ"]
    assert shown(client, home, loc="cho-quet") == ["mới"]
    assert shown(client, home, loc="chua-dung", q="moi") == ["mới"]
    assert shown(client, home, loc="gì-đó") == ["mới", "cũ", "dùng"]


def test_list_is_paged_and_asks_the_same_whatever_its_length(year, client, home, add):
    add()
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(home)
    for _ in range(26):
        add()
    with CaptureQueriesContext(connection) as many:
        first = client.get(home)

    assert len(first.context["page"].object_list) == 25
    assert len(client.get(home, {"page": "2"}).context["page"].object_list) == 2
    assert client.get(home, {"page": "x"}).context["page"].number == 1
    assert len(many) == len(few)


@pytest.mark.parametrize("name", ["evidence", "document"])
def test_page_asks_the_same_whatever_stands_on_it(year, client, add, address, name):
    first = add()
    leaf = address("evidence", field="1", code="1.1")
    path = leaf if name == "evidence" else page_of(first.document)
    given = {"by": year.first.focal, "at": year.at}
    documents.attach_existing(score=year.first.score("1.1"), revision=first, **given)
    add()
    client.get(path)  # the session is stored once in a while
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for code in ("1.2", "1.3", "1.4", "1.5"):
        documents.attach_existing(score=year.first.score(code), revision=first, **given)
        documents.add_revision(
            document=first.document, upload=uploads.pdf(extra=code.encode()), **given
        )
    for _ in range(8):
        documents.attach_existing(score=year.first.score("1.1"), revision=add(), **given)
        add()
    with CaptureQueriesContext(connection) as many:
        client.get(path)

    assert len(many) == len(few)


def test_library_of_a_dossier_leads_back_to_it(year, client, home, address):
    link = f'href="{address("dossier")}"'
    leaf = client.get(address("evidence", field="1", code="1.1")).content.decode()

    assert f'href="{home}?ho-so={year.cycle.year}"' in leaf
    assert link in client.get(home, {"ho-so": str(year.cycle.year)}).content.decode()
    for other in ("1999", "x", "2031-minh-hoa"):
        assert link not in client.get(home, {"ho-so": other}).content.decode()


def test_paper_is_uploaded_on_the_page(year, client, home):
    response = client.post(home, {"upload": uploads.pdf(), "number": "9/KH", "issuer": "Sở"})
    document = Document.objects.get()

    assert response.url == page_of(document)
    assert (document.unit, document.number) == (year.first.unit, "9/KH")


@pytest.mark.parametrize(
    ("paper", "field"),
    [
        ({"upload": uploads.upload("a.exe", b"MZ")}, "upload"), ({}, "upload"),
        ({"upload": uploads.pdf(), "number": ""}, "abstract"),
        ({"upload": uploads.pdf(), "issued_on": "x"}, "issued_on"),
    ],
)  # fmt: skip
def test_bad_upload_is_refused_and_what_was_typed_stays(client, home, paper, field):
    response = client.post(home, {"number": "9/KH", "issuer": "Sở Nội vụ"} | paper)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert response.context["form"]["issuer"].value() == "Sở Nội vụ"
    assert ("Cần chọn lại tệp" in response.content.decode()) == ("upload" in paper)
    assert Document.objects.count() == 0


def test_script_is_answered_with_data(client, home, address):
    good = {"upload": uploads.pdf(), "abstract": "Kế hoạch"}
    bad = {"upload": uploads.upload("a.pdf", b"MZ"), "abstract": ""}
    added = client.post(home, good, **AS_SCRIPT)
    refused = client.post(home, bad | {"abstract": "x"}, **AS_SCRIPT)
    both = client.post(home, {"abstract": ""}, **AS_SCRIPT)
    leaf = address("evidence", field="1", code="1.1")
    attached = client.post(
        leaf, {"upload": uploads.pdf(extra=b"2"), "abstract": "Báo cáo", "attach": "1"}, **AS_SCRIPT
    )

    assert (added.status_code, added.json()) == (
        201,
        {
            "message": "Đã đưa tài liệu vào kho.",
            "url": page_of(Document.objects.get(abstract="Kế hoạch")),
        },
    )
    assert (refused.status_code, refused.json()) == (
        422,
        {
            "message": "Nội dung tệp không đúng loại .pdf; chưa lưu gì.",
            "errors": [
                {"id": "id_upload", "text": "Nội dung tệp không đúng loại .pdf; chưa lưu gì."}
            ],
        },
    )  # fmt: skip
    assert both.status_code == 422
    assert [error["id"] for error in both.json()["errors"]] == ["id_upload"]
    assert attached.status_code == 201
    assert attached.json()["url"] == page_of(Document.objects.get(abstract="Báo cáo"))
    assert Evidence.objects.count() == 1


def test_form_sent_by_script_is_answered_on_the_page_that_follows(client, address):
    leaf = address("evidence", field="1", code="1.1")
    alone = {"upload": uploads.pdf(), "number": "1/KH", "attach": "1", "then": "page"}
    dropped = {"upload": uploads.pdf(extra=b"2"), "abstract": "Báo cáo", "attach": "1"}
    client.post(leaf, alone, **AS_SCRIPT)
    client.post(leaf, dropped, **AS_SCRIPT)

    shown = client.get(leaf)

    assert list(map(str, shown.context["messages"])) == ["Đã đính kèm tệp vào tiêu chí 1.1."]


def test_file_is_to_be_chosen_again_only_where_one_was_chosen(client, home, address):
    again = "Cần chọn lại tệp"
    for target in (home, address("evidence", field="1", code="1.1")):
        without = client.post(target, {"number": "1"})
        refused = client.post(target, {"number": "1", "upload": uploads.upload("a.pdf", b"MZ")})

        assert (without.status_code, refused.status_code) == (422, 422)
        assert (again in without.content.decode(), again in refused.content.decode()) == (
            False, True,
        )  # fmt: skip


def test_script_is_told_that_the_session_is_over(client, home):
    client.logout()

    assert client.post(home, {"upload": uploads.pdf()}, **AS_SCRIPT).status_code == 401
    assert Document.objects.count() == 0


def test_paper_shows_files_years_and_leaves(year, client, add, address):
    old = add()
    documents.attach_existing(
        score=year.first.score("1.1"), by=year.first.focal, at=year.at, revision=old
    )
    new = documents.add_revision(
        document=old.document, by=year.first.head, at=year.at + DAY, upload=uploads.pdf("mới.pdf")
    )

    page = client.get(page_of(old.document)).content.decode()

    assert page.index(new.sha256) < page.index(old.sha256)
    assert str(year.first.head) in page
    assert f'href="{address("field", field="1")}#leaf-{year.first.score("1.1").pk}"' in page
    assert page_of(old.document, "document_delete") not in page


def test_details_are_saved_unless_somebody_was_faster(client, add):
    document = add().document
    address = page_of(document)
    seen = client.get(address).context["mend"]["seen"].value()
    details = {"seen": seen, "number": "5/KH", "issued_on": "02/01/2020", "issuer": "Sở"}

    saved = client.post(address, details)
    stale = client.post(address, details | {"number": "6/KH"})
    document.refresh_from_db()

    assert saved.status_code == 302
    assert (document.number, document.issued_on) == ("5/KH", dt.date(2020, 1, 2))
    assert stale.status_code == 409
    assert stale.context["mend"]["number"].value() == "6/KH"
    again = client.post(
        address, details | {"number": "6/KH", "seen": stale.context["mend"]["seen"].value()}
    )
    document.refresh_from_db()
    assert (again.status_code, document.number) == (302, "6/KH")


@pytest.mark.parametrize("details", [{"number": ""}, {"issued_on": "01/01/2999"}, {"seen": ""}])
def test_bad_details_are_refused(client, add, details):
    address = page_of(add().document)
    seen = client.get(address).context["mend"]["seen"].value()

    assert client.post(address, {"seen": seen, "number": "1"} | details).status_code == 422


def test_details_of_a_paper_before_the_council_are_read_only(year, client, add):
    revision = add()
    documents.attach_existing(
        score=year.first.score("1.1"), by=year.first.focal, at=year.at, revision=revision
    )
    address = page_of(revision.document)
    seen = client.get(address).context["mend"]["seen"].value()
    type(year.first.submission).objects.update(state="submitted")

    assert client.post(address, {"seen": seen, "number": "x"}).status_code == 422
    assert 'name="issuer"' not in client.get(address).content.decode()


def test_new_file_moves_the_chosen_leaves(year, client, add):
    old = add()
    items = [
        documents.attach_existing(
            score=year.first.score(code), by=year.first.focal, at=year.at, revision=old
        )
        for code in ("1.1", "1.2")
    ]
    page = client.get(page_of(old.document))

    response = client.post(
        page_of(old.document, "document_renew"),
        {"upload": uploads.pdf("x.pdf"), "move": items[0].pk},
    )
    new = old.document.revisions.latest("pk")

    assert [str(item.pk) for item in page.context["renew"].fields["move"].queryset] == [
        str(item.pk) for item in items
    ]
    assert response.url == page_of(old.document)
    assert year.first.score("1.1").evidence.get(removed_at=None).revision == new
    assert year.first.score("1.2").evidence.get(removed_at=None).revision == old


def test_handed_in_leaf_cannot_be_chosen_for_the_new_file(year, client, add):
    old = add()
    item = documents.attach_existing(
        score=year.first.score("1.1"), by=year.first.focal, at=year.at, revision=old
    )
    type(year.first.submission).objects.update(state="submitted")
    renew = page_of(old.document, "document_renew")

    assert "move" not in client.get(page_of(old.document)).context["renew"].fields
    assert client.post(renew, {"upload": uploads.pdf("x.pdf"), "move": item.pk}).status_code == 302
    item.refresh_from_db()
    assert (item.removed_at, item.revision) == (None, old)


def test_bad_new_file_is_refused_on_the_page(client, add):
    revision = add()
    renew = page_of(revision.document, "document_renew")
    response = client.post(renew, {"upload": uploads.upload("a.pdf", b"MZ")})

    assert response.status_code == 422
    assert list(response.context["renew"].errors) == ["upload"]
    assert client.get(renew).url == page_of(revision.document)


def test_paper_of_an_earlier_year_is_confirmed_on_its_page(year, client, home, add):
    document = add(at=year.at - DAY).document
    confirm = page_of(document, "document_confirm", key=year.cycle)

    assert "cần xác nhận cho năm 2031" in client.get(home).content.decode()
    assert f'action="{confirm}"' in client.get(page_of(document)).content.decode()
    assert client.get(confirm).status_code == 302
    assert DocumentConfirmation.objects.count() == 0
    assert client.post(confirm).url == page_of(document)
    assert DocumentConfirmation.objects.get().cycle == year.cycle
    assert f'action="{confirm}"' not in client.get(page_of(document)).content.decode()


def test_cycle_without_an_own_dossier_is_not_confirmed_for(year, client, add):
    document = add(at=year.at - DAY).document
    Cycle.objects.create(year=2029, title="Kỳ khác", state="open")

    other = page_of(document, "document_confirm", key=own.CycleKey(2029, False))
    assert client.post(other).status_code == 404


def test_paper_is_deleted_after_asking(year, client, home, add):
    document = add().document
    delete = page_of(document, "document_delete")

    assert client.get(delete).status_code == 200
    assert Document.objects.count() == 1
    assert client.post(delete).url == home
    assert Document.objects.count() == 0
    assert client.post(delete).status_code == 404


def test_used_paper_is_not_deleted(year, client, add):
    revision = add()
    documents.attach_existing(
        score=year.first.score("1.1"), by=year.first.focal, at=year.at, revision=revision
    )
    delete = page_of(revision.document, "document_delete")

    assert '<form method="post" novalidate>' not in client.get(delete).content.decode()
    assert client.post(delete).url == page_of(revision.document)
    assert Document.objects.count() == 1
    assert Event.objects.filter(action="delete_document", refused=True).count() == 1


def test_choice_beside_a_leaf_is_found_by_search_and_confirmed(year, client, add, address):
    revision = add(at=year.at - DAY, abstract="Kế hoạch cải cách")
    add(number="2/BC")
    leaf = address("evidence", field="1", code="1.1")
    found = client.get(leaf, {"q": "ke hoach"})

    assert [document.file for document in found.context["papers"]] == [revision]
    assert [document.awaits for document in client.get(leaf).context["papers"]] == [False, True]
    refused = client.post(leaf, {"choose": "1", "revision": revision.pk})
    assert refused.status_code == 422
    assert list(refused.context["choice"].errors) == ["confirmed"]
    agreed = client.post(leaf, {"choose": "1", "revision": revision.pk, "confirmed": "on"})
    assert agreed.status_code == 302
    assert [document.number for document in client.get(leaf).context["papers"]] == ["2/BC"]


def test_choice_offers_the_newest_file_that_is_not_quarantined(year, client, add, address):
    old = add()
    new = documents.add_revision(
        document=old.document, by=year.first.focal, at=year.at + DAY, upload=uploads.pdf("x.pdf")
    )
    leaf = address("evidence", field="1", code="1.1")

    assert [row.file for row in client.get(leaf).context["papers"]] == [new]
    DocumentRevision.objects.filter(pk=new.pk).update(scan_state=ScanState.QUARANTINED)
    assert [row.file for row in client.get(leaf).context["papers"]] == [old]
    DocumentRevision.objects.update(scan_state=ScanState.QUARANTINED)
    assert list(client.get(leaf).context["papers"]) == []


def test_form_says_what_is_accepted_and_what_is_needed(client, address):
    page = client.get(address("evidence", field="1", code="1.1")).content.decode()
    number = page[page.index('for="id_number"') :][:200]

    assert "PDF, DOCX, XLSX, PNG hoặc JPG, không quá 50,0\xa0MB." in page
    assert "không bắt buộc" not in number.split("</label>")[0]
    assert "không bắt buộc" in page[page.index('for="id_issuer"') :].split("</label>")[0]


@pytest.mark.parametrize("name", ["library", "document", "document_renew", "document_delete"])
def test_wrong_methods_are_refused(client, add, home, name):
    address = home if name == "library" else page_of(add().document, name)

    assert client.delete(address).status_code == 405
