"""The workbook: every figure exact and recomputable, no formula, the same bytes each time."""

import io
import json
import zipfile
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone, translation

from assessments import press
from assessments.models import Publication
from assessments.press.workbook import cell_value
from tests.factories.published import Given, make_publication, make_record

D = Decimal
PATH = "/du-lieu-mo/2026.xlsx"
TEN = D("0.0000000001")


def book_of(path: str = PATH) -> Any:
    answer = Client().get(path)
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def rows_of(book: Any, title: str) -> list[dict[str, Any]]:
    heads, *rows = book[title].iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def exact(value: float | int) -> Decimal:
    """Return the decimal that a spreadsheet shows for a number: 15 significant digits."""
    return D(f"{value:.15g}")


def test_index_and_rank_recomputed_from_the_sheets_are_those_published(db: None) -> None:
    given = {"SBN-03": Given(("1", "2.3333", "3", None, "0.0001", "4"), bonus="1.5")}
    publication = make_publication(given=given, unranked="SBN-02")
    book = book_of()
    achieved: dict[str, Decimal] = defaultdict(Decimal)
    applicable: dict[str, Decimal] = defaultdict(Decimal)
    for leaf in rows_of(book, "Điểm tiêu chí"):
        if leaf["Áp dụng"] == "có":
            achieved[leaf["Mã"]] += exact(leaf["Điểm chính thức"])
            applicable[leaf["Mã"]] += exact(leaf["Điểm tối đa"])
    ranking = rows_of(book, "Xếp hạng SBN")
    ranked = []
    for row in ranking:
        code = row["Mã"]
        index = (achieved[code] / applicable[code] * 100).quantize(TEN, ROUND_HALF_UP)
        index += exact(row["Điểm thưởng"]) - exact(row["Điểm trừ"])
        result = publication.results.get(unit_code=code)
        assert exact(row["Chỉ số"]) == index == result.index
        assert row["Hạng"] == result.rank
        ranked += [(index, row["Hạng"])] if row["Hạng"] else []
    assert [rank for _index, rank in sorted(ranked, reverse=True)] == [1, 2]
    assert len(ranking) == 3


def test_sheets_hold_what_the_json_file_holds(official: Publication) -> None:
    group = json.loads(Client().get("/du-lieu-mo/2026.json").content)["groups"][0]
    book = book_of()
    assert book.sheetnames == [
        "Giới thiệu", "Từ điển", "Xếp hạng SBN", "Điểm tiêu chí", "Tiêu chí", "Mức xếp loại",
    ]  # fmt: skip
    scores = {
        (result["unit"]["code"], score["code"]): score
        for result in group["results"] for score in result["scores"]
    }  # fmt: skip
    leaves = rows_of(book, "Điểm tiêu chí")
    assert len(leaves) == len(scores)
    names = {part["code"]: part["name"] for part in group["scheme"]["criteria"]}
    for leaf in leaves:
        assert leaf["Tên tiêu chí"] == names[leaf["Mã tiêu chí"]]
        score = scores[leaf["Mã"], leaf["Mã tiêu chí"]]
        assert (leaf["Áp dụng"] == "có") == score["applicable"]
        for head, key in (("Điểm tối đa", "max_points"), ("Điểm tự chấm", "self_points"),
                          ("Điểm thẩm định", "appraised_points"),
                          ("Điểm chính thức", "final_points")):  # fmt: skip
            assert exact(leaf[head]) == D(score[key])
        assert leaf["Cách tính"] == score["trace"]
    criteria = rows_of(book, "Tiêu chí")
    scheme = group["scheme"]
    assert [(row["Mã tiêu chí"], row["Thuộc"], row["Tên tiêu chí"]) for row in criteria] == [
        (part["code"], part["parent"], part["name"]) for part in scheme["criteria"]
    ]
    bands = [(row["Xếp loại"], exact(row["Chỉ số thấp nhất"]))
             for row in rows_of(book, "Mức xếp loại")]  # fmt: skip
    assert bands == [(band["label"], D(band["min_index"])) for band in scheme["bands"]]


def test_fields_of_the_ranking_are_numbers(official: Publication) -> None:
    for row in rows_of(book_of(), "Xếp hạng SBN"):
        result = official.results.get(unit_code=row["Mã"])
        for part in result.fields:
            head = next(head for head in row if head.startswith(f"{part['code']}. "))
            assert exact(row[head]) == D(part["index"])


def test_introduction_names_decision_licence_hash_and_kind(official: Publication) -> None:
    about = {row[0]: row[1] for row in book_of()["Giới thiệu"].iter_rows(values_only=True)}
    assert about["Quyết định"] == "01/QĐ-UBND ngày 05/02/2027, Người Ký"
    assert about["SHA-256 của tệp JSON (trừ khóa sha256)"] == official.sha256
    assert about["Tệp gốc (JSON)"] == "/du-lieu-mo/2026.json"
    assert about["Điều khoản sử dụng dữ liệu"] == "/dieu-khoan-du-lieu/"
    assert about["Loại số liệu"] == "chính thức"
    assert about["Giấy phép"].startswith("Dữ liệu được sử dụng, sao chép và chia sẻ cho mọi")


def test_illustrative_book_says_so(illustrative: Publication) -> None:
    book = book_of("/du-lieu-mo/2023-minh-hoa.xlsx")
    text = [cell for row in book["Giới thiệu"].iter_rows(values_only=True) for cell in row]
    assert len([cell for cell in text if str(cell).startswith("DỮ LIỆU MINH HỌA")]) == 1


def test_no_cell_is_a_formula_and_texts_are_escaped(db: None) -> None:
    units = [("=A1", "=HYPERLINK(1)"), ("SBN-02", " +Sở Hai"), ("SBN-03", "@Sở Ba\t")]
    make_publication(groups={("SBN", "=Nhóm"): units}, note="-ghi chú")
    book = book_of()
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not str(cell.value or "").lstrip(" \u00a0").startswith(("=", "+", "@", "-"))
    assert "'=HYPERLINK(1)" in {row["Đơn vị"] for row in rows_of(book, "Xếp hạng SBN")}


def test_sheet_names_are_whole_and_apart_for_any_group_code(db: None) -> None:
    make_record([{"unit": "Sở Tư pháp", "rank": 1}], groups=[("A*B", "Một"), ("A[B", "Hai")])
    book = book_of("/du-lieu-mo/2021-bao-chi.xlsx")
    assert book.sheetnames[2:4] == ["Xếp hạng A B", "Xếp hạng A B (2)"]


def test_bytes_are_the_same_each_time_and_bear_no_moment(official: Publication) -> None:
    answer = Client().get(PATH)
    again = [page for page in press.printed(official, timezone.now()) if page.path == PATH]
    assert [page.sha256 for page in again] == [official.pages.get(path=PATH).sha256]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("1980-01-01T00:00:00Z") == 2
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer["Content-Disposition"] == 'attachment; filename="2026.xlsx"'


def test_record_has_rankings_and_no_leaves(db: None) -> None:
    make_record([{"unit": "Sở Tư pháp", "rank": 1, "index": D("95.06")}, {"unit": "Sở Y tế"}])
    book = book_of("/du-lieu-mo/2021-bao-chi.xlsx")
    assert book.sheetnames == ["Giới thiệu", "Từ điển", "Xếp hạng SBN"]
    first, second = rows_of(book, "Xếp hạng SBN")
    assert (first["Hạng"], exact(first["Chỉ số"])) == (1, D("95.06"))
    assert (second["Hạng"], second["Chỉ số"]) == (None, None)
    assert first["Nguồn"] == "https://bao.example/bai"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (D("100.0000000000"), D("100.0000000000")),
        (D("1234567890.123456"), "1234567890.123456"),
        ("=1+1", "'=1+1"),
        ("a\x00b\x1f", "ab"),
        ("x" * 40_000, "x" * 32_767),
        ("", None),
        (None, None),
    ],
)
def test_cell_holds_exactly_what_it_can_hold(value: Any, cell: Any) -> None:
    with translation.override("vi"):
        assert cell_value(value) == cell
