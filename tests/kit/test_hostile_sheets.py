"""Small workbooks made to keep a worker busy are refused at once; real ones are read."""

import io
import time
import zipfile

import openpyxl
import pytest
from django.utils import translation

from assessments.resources import workbooks
from cchc.kit import sheet_scan
from cchc.kit.sheets import UnreadableFile, read_table

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROW = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>a</t></is></c></row>'
SECONDS = 2


def real(*rows, sheets=1):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for _number in range(sheets - 1):
        book.create_sheet()
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def replaced(part, body):
    """Return a real workbook with one part written anew, by `body` from the old bytes."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(real(["Mã", "Tên"], ["A", "Sở A"]))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, body(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


def sheet(data, prolog="", after="", encoding="utf-8"):
    head = f'<?xml version="1.0" encoding="{encoding}"?>{prolog}<worksheet xmlns="{MAIN}">'
    xml = f"{head}<sheetData>{data}</sheetData>{after}</worksheet>"
    return replaced(SHEET, lambda _old: xml.encode(encoding))


MERGED = '<mergeCells><mergeCell ref="A1:B2"/>' + '<mergeCell ref="A1:B2"/>' * 100_000
ROWS = {
    "far row": lambda: sheet(ROW.format(1) + ROW.format(2_000_000_000)),
    "last row of Excel": lambda: sheet(ROW.format(1) + ROW.format(1_048_576)),
    "row number as a power": lambda: sheet('<row r="2e9"/>'),
    "row number with signs": lambda: sheet('<row r="2_000_000_000"/>'),
    "far row in UTF-16": lambda: sheet(ROW.format(2_000_000_000), encoding="utf-16"),
    "many rows": lambda: sheet("".join(ROW.format(n) for n in range(1, 800_001, 2))),
    "blank rows": lambda: sheet("<row/>" * 6_000_000),
    "nested rows": lambda: sheet("<row>" * 20_000 + "</row>" * 20_000),
}
MUCH = {
    "cells": lambda: sheet("<row>" + "<c/>" * 1_000_000 + "</row>"),
    "merged cells": lambda: sheet(ROW.format(1), after=MERGED + "</mergeCells>"),
    "bytes": lambda: sheet(" " * (sheet_scan.MAX_UNPACKED_BYTES + 1)),
    "entities": lambda: sheet("&a;", prolog='<!DOCTYPE w [<!ENTITY a "<row/>">]>'),
    "styles": lambda: replaced(
        "xl/styles.xml", lambda old: old.replace(b"<fonts", b"<fonts>" + b"<font/>" * 70_000, 1)
    ),
    "sheets on one part": lambda: replaced(
        "xl/workbook.xml",
        lambda old: old.replace(b"</sheets>", b'<sheet name="x" sheetId="1"/>' * 99 + b"</sheets>"),
    ),
}


def refused_soon(call, *arguments, error):
    started = time.perf_counter()
    with pytest.raises(error) as caught:
        call(*arguments)
    assert time.perf_counter() - started < SECONDS
    return caught.value


def scheme(content):
    return workbooks.open_sheets(io.BytesIO(content), max_bytes=50 * workbooks.MEGABYTE)


def sentence(refusal):
    return " ".join(str(fault) for fault in refusal.faults)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize("case", ROWS)
def test_rows_gaps_and_blanks_are_counted(case):
    content = ROWS[case]()

    kit = refused_soon(read_table, "a.xlsx", content, error=UnreadableFile)
    page = refused_soon(scheme, content, error=workbooks.BadWorkbook)

    assert str(kit).startswith(f"The file has more than {sheet_scan.MAX_SCANNED_ROWS} rows")
    assert f"more than {sheet_scan.MAX_SCANNED_ROWS} rows" in sentence(page)
    assert [fault.sheet for fault in page.faults] == ["Sheet"]


@pytest.mark.parametrize("case", MUCH)
def test_what_is_too_much_is_refused(case):
    content = MUCH[case]()

    kit = refused_soon(read_table, "a.xlsx", content, error=UnreadableFile)
    page = refused_soon(scheme, content, error=workbooks.BadWorkbook)

    assert str(kit) == "The file is too large to be read."
    assert "unpacks to far more" in sentence(page)


def test_sheet_under_another_name_is_counted():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("docProps/rows.bin", '<w><row r="2000000"/></w>')

    with pytest.raises(sheet_scan.TooManyRows):
        sheet_scan.scan(content)


def test_rows_of_all_sheets_count_together():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for number in range(3):
            package.writestr(f"xl/{number}.xml", '<w><row r="4000"/></w>')

    with pytest.raises(sheet_scan.TooManyRows):
        sheet_scan.scan(content)


def test_scheme_with_too_many_sheets_is_refused():
    with pytest.raises(workbooks.BadWorkbook):
        scheme(real(["a", "b"], sheets=workbooks.MAX_SHEETS + 1))
    assert len(scheme(real(["a", "b"], sheets=workbooks.MAX_SHEETS))) == workbooks.MAX_SHEETS


def test_blank_lines_of_csv_are_counted():
    content = b"a,b\n1,2\n" + b"\n" * 4_000_000

    kit = refused_soon(read_table, "a.csv", content, error=UnreadableFile)

    assert str(kit).startswith(f"The file has more than {sheet_scan.MAX_SCANNED_ROWS} rows")


def test_last_row_within_the_limit_is_read():
    limit = sheet_scan.MAX_SCANNED_ROWS
    text = '<c r="{0}" t="inlineStr"><is><t>{0}</t></is></c>'
    rows = "".join(
        f'<row r="{n}">{text.format(f"A{n}")}{text.format(f"B{n}")}</row>' for n in (1, limit)
    )

    table = read_table("a.xlsx", sheet(rows))

    assert table.dict == [{"A1": f"A{limit}", "B1": f"B{limit}"}]
    assert [number for number, _cells in scheme(sheet(rows))["Sheet"]] == [1, limit]


def test_real_workbook_of_two_thousand_rows_is_read():
    content = real(["Mã", "Tên"], *([f"M{n}", f"Đơn vị {n}"] for n in range(2000)))

    assert len(read_table("a.xlsx", content)) == 2000
