"""Read and write the tables people keep in Excel: XLSX and CSV, one header row, plain values."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
import tablib
from django.utils.translation import gettext as _
from import_export.formats.base_formats import CSV, XLSX
from openpyxl.utils import get_column_letter

from cchc.kit import sheet_scan
from cchc.kit.text import nfc

#: More rows than this belong to a bulk load, not to a page that shows every difference (design 9).
MAX_ROWS = 2000
MAX_COLUMNS = 60

_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")


class UnreadableFile(ValueError):
    """The file is not a table the portal can read; the message says why."""


class Formula(str):
    """The text of a cell that holds a formula instead of a value."""

    __slots__ = ()


@dataclass(frozen=True)
class Origin:
    """Where a data set stood in its file: row numbers and column letters as Excel shows them."""

    rows: tuple[int, ...]
    letters: tuple[str, ...]


def origin_of(dataset: tablib.Dataset) -> Origin:
    """Return where `dataset` stood in its file; one made in memory has its header in row 1."""
    known = getattr(dataset, "origin", None)
    if isinstance(known, Origin):
        return known
    width = len(dataset.headers or ())
    return Origin(
        tuple(range(2, len(dataset) + 2)),
        tuple(get_column_letter(place + 1) for place in range(width)),
    )


def escape(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unescape(text: str) -> str:
    """Take away the apostrophe that `escape` put there (design 0.26)."""
    return text[1:] if _ESCAPED.match(text) else text


def cell_text(value: Any) -> str:
    """Return a cell as a person reads it: whole numbers without a point, days as dd/mm/yyyy."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _value(raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw
    text = nfc(raw).strip()
    return Formula(text) if text.startswith("=") else unescape(text)


def _too_long(count: int) -> UnreadableFile:
    return UnreadableFile(
        _("The file has more than %(count)d rows. Divide it into several files.") % {"count": count}
    )


def _table(numbered: Iterable[tuple[int, list[Any]]]) -> tablib.Dataset:
    """Build the data set: titles above the header and blank rows are left out."""
    headers: list[str] = []
    places: list[int] = []
    rows: list[list[Any]] = []
    numbers: list[int] = []
    for number, cells in numbered:
        if number > sheet_scan.MAX_SCANNED_ROWS:  # blank rows cost as much to read
            raise _too_long(sheet_scan.MAX_SCANNED_ROWS)
        values = [_value(cell) for cell in cells]
        filled = [place for place, value in enumerate(values) if value not in (None, "")]
        if not headers:
            if len(filled) > 1:  # a title stands alone in its row
                places, headers = filled, [cell_text(values[place]) for place in filled]
        elif filled:
            if len(rows) == MAX_ROWS:
                raise _too_long(MAX_ROWS)
            rows.append([values[place] if place < len(values) else None for place in places])
            numbers.append(number)
    if not rows:
        raise UnreadableFile(_("The first sheet has no header row with data under it."))
    dataset = tablib.Dataset(*rows, headers=headers)
    dataset.origin = Origin(tuple(numbers), tuple(get_column_letter(place + 1) for place in places))
    return dataset


class WorkbookFormat(XLSX):
    """Read and write XLSX; a formula stays visible as a formula."""

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """Read the first sheet; raise UnreadableFile when it is no workbook, or holds too much."""
        try:
            sheet_scan.scan(io.BytesIO(in_stream))
            book = openpyxl.load_workbook(io.BytesIO(in_stream), read_only=True)
            return _table(self._rows(book))
        except UnreadableFile:
            raise
        except sheet_scan.TooManyRows as error:
            raise _too_long(sheet_scan.MAX_SCANNED_ROWS) from error
        except sheet_scan.TooMuchInside as error:
            raise UnreadableFile(_("The file is too large to be read.")) from error
        except Exception as error:  # whatever a broken file makes openpyxl raise
            raise UnreadableFile(
                _("The file is not an Excel workbook (.xlsx), whatever its name says.")
            ) from error

    def _rows(self, book: openpyxl.Workbook) -> Iterator[tuple[int, list[Any]]]:
        if not book.worksheets:
            raise UnreadableFile(_("The workbook has no sheet with cells."))
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size
        for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
            yield number, [cell.value for cell in cells]

    def _escape_formulae(self, dataset: tablib.Dataset) -> None:
        _escape_all(dataset)


class TextTableFormat(CSV):
    """Read and write CSV in UTF-8; the comma, the semicolon and the tab divide cells."""

    CONTENT_TYPE = "text/csv; charset=utf-8"

    def create_dataset(self, in_stream: bytes | str) -> tablib.Dataset:
        """Read the text; raise UnreadableFile when it is no CSV in UTF-8."""
        try:
            text = in_stream if isinstance(in_stream, str) else in_stream.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                _("The file is not text in UTF-8. In Excel choose “CSV UTF-8” when saving.")
            ) from error
        if "\0" in text or text.startswith("PK\x03\x04"):
            raise UnreadableFile(_("The file is not a CSV table, whatever its name says."))
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            return _table((number, row[:MAX_COLUMNS]) for number, row in enumerate(reader, 1))
        except csv.Error as error:
            raise UnreadableFile(
                _("The CSV table is damaged: %(error)s") % {"error": error}
            ) from error

    def _escape_formulae(self, dataset: tablib.Dataset) -> None:
        _escape_all(dataset)


def _escape_all(dataset: tablib.Dataset) -> None:
    for _index in range(len(dataset)):
        dataset.append([escape(cell_text(cell)) for cell in dataset.lpop()])


FORMATS: list[type[WorkbookFormat] | type[TextTableFormat]] = [WorkbookFormat, TextTableFormat]


def read_table(name: str, content: bytes) -> tablib.Dataset:
    """Read a table by its file name's ending; raise UnreadableFile when it cannot be read."""
    for kind in FORMATS:
        if name.lower().endswith(f".{kind().get_extension()}"):
            return kind().create_dataset(content)
    raise UnreadableFile(_("Choose an Excel workbook (.xlsx) or a CSV file (.csv)."))
