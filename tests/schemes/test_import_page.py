"""Bad workbooks through the admin: the place is named, nothing is saved, never a 500."""

import io
import time
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessments.models import RespondentKind, Scheme
from assessments.queries.schemes import content_of
from assessments.resources.scheme_export import write_scheme
from tests.factories.cycles import make_user
from tests.factories.schemes import make_content, make_draft, make_officer, spoilt, with_criterion
from units.models import UnitGroup

URL = "admin:assessments_scheme_import"
#: Place of each column in our own workbook; the header stands in row 3.
COLUMN = {"code": 1, "parent": 2, "name": 4, "max_points": 5, "method": 6, "floor": 14}


@pytest.fixture(autouse=True)
def _group(group: UnitGroup) -> None:
    """Make the group that the workbooks name."""


def _upload(client: Client, data: bytes, name: str = "bo.xlsx"):
    return client.post(reverse(URL), {"workbook": SimpleUploadedFile(name, data)})


def _faults(response) -> list[tuple[str, int | None, str]]:
    assert response.status_code == 200
    assert Scheme.objects.count() == 0
    assert RespondentKind.objects.count() == 0
    return [(fault.sheet, fault.row, fault.column) for fault in response.context["faults"]]


def _set(book, cell: tuple[str, int, int], value: object) -> None:
    sheet, row, column = cell
    book[sheet].cell(row, column).value = value


#: What is wrong → the cell (sheet, row, column), its bad value, the place that must be named.
CELLS = {
    "negative": (("Tiêu chí", 5, COLUMN["max_points"]), -1, ("Tiêu chí", 5, "Điểm tối đa")),
    "absurd": (("Tiêu chí", 5, COLUMN["max_points"]), 1e30, ("Tiêu chí", 5, "Điểm tối đa")),
    "two marks": (("Tiêu chí", 5, COLUMN["max_points"]), "1.000,5", ("Tiêu chí", 5, "Điểm tối đa")),
    "text": (("Tiêu chí", 5, COLUMN["max_points"]), "bốn", ("Tiêu chí", 5, "Điểm tối đa")),
    "blank": (("Tiêu chí", 5, COLUMN["max_points"]), None, ("Tiêu chí", 5, "Điểm tối đa")),
    "formula": (("Tiêu chí", 5, COLUMN["max_points"]), "=2+2", ("Tiêu chí", 5, "Điểm tối đa")),
    "numeric code": (("Tiêu chí", 7, COLUMN["code"]), 1.1, ("Tiêu chí", 7, "Mã")),
    "duplicate code": (("Tiêu chí", 6, COLUMN["code"]), "1.1", ("Tiêu chí", 6, "Mã")),
    "orphan": (("Tiêu chí", 5, COLUMN["parent"]), "9", ("Tiêu chí", 5, "Mã cha")),
    "method": (("Tiêu chí", 5, COLUMN["method"]), "Bói", ("Tiêu chí", 5, "Cách tính")),
    "floor": (("Tiêu chí", 6, COLUMN["floor"]), 101, ("Tiêu chí", 6, "Sàn (%)")),
    "group": (("Bộ tiêu chí", 6, 2), "XYZ", ("Bộ tiêu chí", 6, "Nhóm đơn vị")),
    "wrong total": (("Bộ tiêu chí", 7, 2), 100, ("Bộ tiêu chí", 7, "Tổng điểm")),
    "level of nothing": (("Mức điểm", 4, 1), "8.8", ("Mức điểm", 4, "Mã tiêu chí")),
    "gap between levels": (("Mức điểm", 5, 5), 40, ("Mức điểm", 4, "Nội dung")),
    "weights": (("Đối tượng điều tra", 4, 4), 0.5, ("Đối tượng điều tra", 4, "Trọng số")),
    "bands": (("Xếp loại", 5, 2), 10, ("Xếp loại", 4, "Từ điểm")),
}  # fmt: skip


@pytest.mark.parametrize(("cell", "value", "place"), CELLS.values(), ids=CELLS)
def test_bad_cell_is_named_and_nothing_is_saved(officer_client, cell, value, place) -> None:
    data = spoilt(lambda book: _set(book, cell, value))
    assert place in _faults(_upload(officer_client, data))


def test_wrong_sum_names_branch_and_both_figures(officer_client) -> None:
    content = with_criterion(
        make_content(declared_total=Decimal("10.05")), "1", max_points=Decimal("10.05")
    )
    response = _upload(officer_client, write_scheme(content))
    assert _faults(response) == [("Tiêu chí", 4, "Điểm tối đa")]
    message = response.context["faults"].kept[0].message
    assert "10,5" in message
    assert "10,05" in message


def test_all_faults_come_at_once(officer_client) -> None:
    def spoil(book) -> None:
        for row in (4, 5, 6):
            book["Tiêu chí"].cell(row, COLUMN["max_points"]).value = "x"

    assert _faults(_upload(officer_client, spoilt(spoil))) == [
        ("Tiêu chí", row, "Điểm tối đa") for row in (4, 5, 6)
    ]


def test_missing_column_is_named(officer_client) -> None:
    data = spoilt(lambda book: book["Tiêu chí"].delete_cols(COLUMN["max_points"]))
    assert ("Tiêu chí", 3, "Điểm tối đa") in _faults(_upload(officer_client, data))


def test_missing_sheet_and_empty_sheet_are_named(officer_client) -> None:
    def spoil(book) -> None:
        del book["Xếp loại"]
        book["Tiêu chí"].delete_rows(1, 100)

    data = spoilt(spoil)
    assert {("Xếp loại", None, ""), ("Tiêu chí", None, "")} <= set(
        _faults(_upload(officer_client, data))
    )


def _archive(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _with_part(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO(write_scheme(make_content()))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


FILES = [
    pytest.param(_archive(a=b"b"), id="renamed zip"),
    pytest.param(b"not a workbook at all", id="text"),
    pytest.param(write_scheme(make_content())[:3000], id="cut off"),
    pytest.param(
        _archive(**{"[Content_Types].xml": b"<x", "xl/workbook.xml": b"<x"}), id="broken xml"
    ),
    pytest.param(_with_part("xl/vbaProject.bin", b"macro"), id="macros"),
    pytest.param(_with_part("xl/media/a.bin", b"0" * 30_000_000), id="zip bomb"),
]


@pytest.mark.parametrize("data", FILES)
def test_file_that_is_no_plain_workbook_is_refused(officer_client, data) -> None:
    assert _faults(_upload(officer_client, data)) == [("", None, "")]


def test_entity_bomb_is_refused(officer_client) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><workbook>&b;</workbook>'
    data = _archive(**{"[Content_Types].xml": bomb, "xl/workbook.xml": bomb})
    assert _faults(_upload(officer_client, data)) == [("", None, "")]


def test_hundred_thousand_rows_are_refused_fast(officer_client) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Tiêu chí")
    for number in range(100_000):
        sheet.append([str(number), "x"])
    buffer = io.BytesIO()
    book.save(buffer)
    start = time.monotonic()
    faults = _faults(_upload(officer_client, buffer.getvalue()))
    assert faults == [("Tiêu chí", None, "")]
    assert time.monotonic() - start < 5


def test_file_over_the_limit_is_refused(officer_client, settings) -> None:
    settings.WORKBOOK_MAX_BYTES = 1000
    assert _faults(_upload(officer_client, write_scheme(make_content()))) == [("", None, "")]


def _confirm(client: Client, data: bytes):
    preview = _upload(client, data)
    assert Scheme.objects.count() == 0
    return client.post(reverse(URL), {"token": preview.context["token"]})


def test_good_workbook_is_saved_only_when_confirmed(officer_client) -> None:
    content = make_content()
    response = _confirm(officer_client, write_scheme(content))
    scheme = Scheme.objects.get()
    assert response.url == reverse("admin:assessments_scheme_change", args=[scheme.pk])
    assert content_of(scheme) == content


def test_numbers_as_text_titles_and_decimal_comma_are_read(officer_client) -> None:
    def spoil(book) -> None:
        sheet = book["Tiêu chí"]
        sheet.insert_rows(1, 2)
        sheet["A1"] = "UBND THÀNH PHỐ"
        sheet.cell(9, COLUMN["max_points"]).value = "3,5"
        sheet.cell(6, COLUMN["max_points"]).value = "10.5"
        sheet.cell(7, COLUMN["max_points"]).value = " 4 "
        sheet.cell(7, COLUMN["method"]).value = "theo moc"
        sheet.cell(40, 3).value = "   "

    # Rows moved down by two: the field stands in row 6, the last leaf in row 9.
    _confirm(officer_client, spoilt(spoil))
    assert content_of(Scheme.objects.get()) == make_content()


def test_draft_of_the_same_version_is_replaced_after_its_difference(
    officer_client, officer, at
) -> None:
    draft = make_draft(officer, at)
    changed = make_content(title="Tên mới")
    preview = _upload(officer_client, write_scheme(changed))
    assert [(c.old, c.new) for c in preview.context["differences"].heading] == [
        ("Bộ tiêu chí thử", "Tên mới")
    ]
    officer_client.post(reverse(URL), {"token": preview.context["token"]})
    draft.refresh_from_db()
    assert content_of(draft) == changed


def test_draft_changed_after_the_preview_is_kept(officer_client, officer, at) -> None:
    draft = make_draft(officer, at)
    preview = _upload(officer_client, write_scheme(make_content(title="Tên mới")))
    draft.title = "Người khác sửa"
    draft.save()
    response = officer_client.post(reverse(URL), {"token": preview.context["token"]})
    assert type(response.context["refusal"]).__name__ == "Stale"
    assert Scheme.objects.get().title == "Người khác sửa"


def test_token_of_another_person_is_refused(officer_client, officer, at) -> None:
    token = _upload(officer_client, write_scheme(make_content())).context["token"]
    other = Client()
    other.force_login(make_officer(at))
    assert other.post(reverse(URL), {"token": token}).url == reverse(URL)
    assert Scheme.objects.count() == 0


def test_person_without_the_role_finds_no_page(at) -> None:
    client = Client()
    client.force_login(make_user(is_superuser=True, is_staff=True))
    assert client.get(reverse(URL)).status_code == 404


def test_visitor_is_sent_to_sign_in(db) -> None:
    assert Client().get(reverse(URL)).status_code == 302
