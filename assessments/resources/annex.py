"""The annexes of the City's decision as a workbook: one sheet for each group."""

from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from assessments.resources.cells import escaped

_BOLD, _TITLE, _ITALIC = Font(bold=True), Font(bold=True, size=14), Font(italic=True)
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_WRAP = Alignment(vertical="top", wrap_text=True)
_THIN = Side(style="thin", color="000000")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_WIDTHS = (6, 10, 48, 14, 16, 34)
_PAPER_A4 = 9
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def annex_book(made: Any) -> bytes:
    """Return the .xlsx bytes of `papers.annex.Annexes`; ranks and indexes are numbers."""
    book = Workbook()
    book.properties.creator = "CCHC"
    book.remove(book.active)
    for place, part in enumerate(made.annexes, start=1):
        name = f"{place}. {part.group}".translate(_FORBIDDEN)[:31].strip()
        _Sheet(book.create_sheet(name)).write(made, part)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


class _Sheet:
    """One sheet, written from the top down."""

    def __init__(self, sheet: Any) -> None:
        self.sheet, self.row = sheet, 0

    def write(self, made: Any, part: Any) -> None:
        """Write heading, table, the units without a rank, and the notes."""
        words = made.words
        for text, font in (
            *((mark, _BOLD) for mark in made.marks), (part.heading, _TITLE), (made.title, _TITLE),
            (part.group.upper(), _TITLE), (made.attached, _ITALIC),
        ):  # fmt: skip
            self._line(text, font)
        self.row += 1
        heads = (words.number, words.rank, words.unit, words.index, words.band, words.note)
        if part.ranked:
            self._cells(heads, head=True)
            self.sheet.print_title_rows = f"{self.row}:{self.row}"
        else:
            self._line(words.nothing, _ITALIC)
        for row in part.ranked:
            self._entry(row)
        if part.others:
            self.row += 1
            self._line(words.others, _BOLD)
            self._cells((*heads[:-1], words.reason), head=True)
        for row in part.others:
            self._entry(row)
        self.row += 1
        if made.marks:
            self.sheet.oddHeader.right.text = " – ".join(made.marks)
        self.sheet.oddFooter.center.text = "&P/&N"
        for text in part.notes:
            self._line(f"* {text}", _ITALIC, middle=False)
        self._dress()

    def _entry(self, row: Any) -> None:
        self._cells((int(row.number), _whole(row.rank), row.unit, row.index, row.band, row.note))
        places = len(row.index.partition(",")[2])
        cell = self.sheet.cell(self.row, 4)
        if any(letter.isdigit() for letter in row.index):
            cell.value = Decimal(row.index.replace(",", "."))
            cell.number_format = f"0.{'0' * places}" if places else "0"

    def _line(self, text: str, font: Font, *, middle: bool = True) -> None:
        self.row += 1
        cell = self.sheet.cell(self.row, 1)
        _put(cell, text)
        cell.font, cell.alignment = font, _MIDDLE if middle else _WRAP
        self.sheet.merge_cells(
            start_row=self.row, end_row=self.row, start_column=1, end_column=len(_WIDTHS)
        )
        # A merged cell grows by itself in no program.
        self.sheet.row_dimensions[self.row].height = 18 * (1 + len(text) // 110)

    def _cells(self, values: Iterable[Any], *, head: bool = False) -> None:
        self.row += 1
        for place, value in enumerate(values, start=1):
            cell = self.sheet.cell(self.row, place)
            _put(cell, value)
            cell.border = _GRID
            cell.alignment = _MIDDLE if head or place in (1, 2, 5) else _WRAP
            if head:
                cell.font = _BOLD

    def _dress(self) -> None:
        sheet = self.sheet
        for place, width in enumerate(_WIDTHS, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "portrait", _PAPER_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _whole(text: str) -> int | str:
    return int(text) if text.isdigit() else text


def _put(cell: Any, value: Any) -> None:
    """Write a number as a number, and text so that no program takes it for a formula."""
    if isinstance(value, str):
        if value:
            cell.value, cell.data_type = escaped(value), "s"
    else:
        cell.value = value
