"""Write a scheme as the workbook that `read_scheme` reads back equal (issue 2 item 4)."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from assessments.queries.schemes import CriterionContent, SchemeContent
from assessments.resources import scheme_format as form
from assessments.resources.cells import Column, escaped

_BOLD, _TITLE = Font(bold=True), Font(bold=True, size=14)
_HEAD = PatternFill("solid", fgColor="E7E6E6")
_WRAP = Alignment(wrap_text=True, vertical="top")
_WORDS: Mapping[str, Mapping[str, Any]] = {
    "level": form.LEVEL_WORDS,
    "method": form.METHOD_WORDS,
    "na_policy": form.NA_WORDS,
    "basis": form.BASIS_WORDS,
}


def write_scheme(content: SchemeContent) -> bytes:
    """Return the .xlsx bytes: title rows, headings, codes as text, numbers as numbers."""
    book = Workbook()
    book.remove(book.active)
    book.properties.creator = "CCHC"
    _write_lines(book.create_sheet(form.SHEETS[form.SCHEME]), content)
    rows = {
        form.CRITERIA: [_cells(criterion, form.CRITERIA) for criterion in content.criteria],
        form.LEVELS: [row for criterion in content.criteria for row in _levels(criterion)],
        form.BANDS: [[band.label, band.min_index] for band in content.bands],
        form.RESPONDENTS: [row for criterion in content.criteria for row in _parts(criterion)],
    }
    for part, lines in rows.items():
        _write_table(book.create_sheet(form.SHEETS[part]), part, lines, content)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write_lines(sheet: Any, content: SchemeContent) -> None:
    sheet.append([_title(form.SCHEME, content)])
    sheet.append([])
    sheet["A1"].font = _TITLE
    for line in form.LINES:
        value = getattr(content, line.key)
        sheet.append([line.heading, _shown(value, line.key)])
        sheet.cell(sheet.max_row, 1).font = _BOLD
        cell = sheet.cell(sheet.max_row, 2)
        _dress(cell, line, value)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 42, 70


def _title(part: str, content: SchemeContent) -> str:
    return form.TITLES[part] + (" (MINH HỌA)" if content.illustrative else "")


def _write_table(
    sheet: Any, part: str, rows: Iterable[Sequence[Any]], content: SchemeContent
) -> None:
    columns = form.COLUMNS[part]
    sheet.append([_title(part, content)])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(columns))
    sheet["A1"].font = _TITLE
    sheet.append([])
    sheet.append([column.heading for column in columns])
    for index, column in enumerate(columns, start=1):
        head = sheet.cell(3, index)
        head.font, head.fill, head.alignment = _BOLD, _HEAD, _WRAP
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    sheet.freeze_panes = "A4"
    for row in rows:
        sheet.append(
            [_shown(value, column.key) for column, value in zip(columns, row, strict=True)]
        )
        for index, column in enumerate(columns, start=1):
            _dress(sheet.cell(sheet.max_row, index), column, row[index - 1])


def _cells(criterion: CriterionContent, part: str) -> list[Any]:
    return [getattr(criterion, column.key) for column in form.COLUMNS[part]]


def _levels(criterion: CriterionContent) -> Iterable[list[Any]]:
    for place, level in enumerate(criterion.levels, start=1):
        values = [getattr(level, column.key) for column in form.COLUMNS[form.LEVELS][2:]]
        yield [criterion.code, Decimal(place), *values]


def _parts(criterion: CriterionContent) -> Iterable[list[Any]]:
    for part in criterion.components:
        yield [criterion.code, part.kind, part.name, part.weight, part.may_rate_own_unit]


def _shown(value: Any, key: str) -> Any:
    """Return what stands in the cell: words for choices, numbers as numbers, safe text."""
    if key in _WORDS:
        return next(word for word, choice in _WORDS[key].items() if choice == value)
    if isinstance(value, bool):
        return form.YES if value else form.NO
    if isinstance(value, str):
        return escaped(value) or None
    return value


def _dress(cell: Any, column: Column, value: Any) -> None:
    cell.alignment = _WRAP
    if column.text:
        cell.number_format = "@"
    elif isinstance(value, Decimal):
        cell.number_format = "General"
    elif isinstance(value, dt.date):
        cell.number_format = "dd/mm/yyyy"
