"""Open an uploaded workbook safely and find its tables; every fault names its place.

Nothing is evaluated: formula cells are seen and refused (design 0.26). A file is refused before
it is parsed when it is too large, no workbook, unpacks to too much, or carries macros (design 6).
"""

import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import openpyxl
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl.xml.constants import ARC_WORKBOOK, ARC_WORKBOOK_RELS

from assessments.errors import BadInput
from assessments.resources.cells import Column, Entry, Faults
from assessments.resources.merged import sheet_parts
from cchc.kit import sheet_scan
from cchc.kit.text import unaccent

MEGABYTE = 1024 * 1024
MAX_SHEETS = 20
#: Parts of the archive together (styles, strings …) are held in memory; sheets are streamed.
MAX_PARTS_BYTES = 24 * MEGABYTE
MAX_ROWS = 2000
MAX_COLUMNS = 60
HEADER_WITHIN = 30
#: The rows of a sheet that hold anything: their number and their cells.
Rows = list[tuple[int, tuple[Any, ...]]]
_MACROS = ("vbaproject.bin", "macrosheets/", "activex/", "embeddings/")


class BadWorkbook(BadInput):
    """A workbook that cannot be accepted; `faults` lists what is wrong and where."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(_("The workbook was not accepted; nothing was saved."))
        self.faults = faults


@dataclass(frozen=True)
class Row:
    """One row of a table; `number` is the row's number in the sheet, from 1."""

    number: int
    entries: Mapping[str, Entry]

    def __getitem__(self, key: str) -> Entry:
        return self.entries[key]


@dataclass
class Table:
    """The rows under a header; `columns` maps each key to its place in the row."""

    sheet: str
    header: int
    columns: dict[str, int] = field(default_factory=dict)
    unread: set[int] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)


def heading_key(text: str) -> str:
    """Return what two spellings of a heading or a word share: letters and digits, no accents."""
    return " ".join("".join(c if c.isalnum() else " " for c in unaccent(text)).split())


def refuse(message: str | Promise, *, sheet: str = "") -> BadWorkbook:
    """Return the refusal of a whole file or sheet."""
    faults = Faults()
    faults.add(message, sheet=sheet)
    return BadWorkbook(faults)


def open_sheets(
    file: IO[bytes], *, max_bytes: int, max_rows: int = MAX_ROWS, hidden: Collection[str] = ()
) -> dict[str, Rows]:
    """Return each visible sheet's rows that are not blank, with their numbers.

    `hidden` names the hidden sheets that are read all the same. Raise BadWorkbook when the file
    is over `max_bytes`, is no macro-free .xlsx workbook, unpacks to too much, or a sheet has more
    than `max_rows` rows.
    """
    _check_archive(file, max_bytes)
    file.seek(0)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        if len(book.worksheets) > MAX_SHEETS:  # many may share one part of the archive
            raise _unpacks()
        return {
            sheet.title: list(_filled(sheet, max_rows))
            for sheet in book.worksheets
            if sheet.sheet_state == "visible" or sheet.title in hidden
        }
    except BadWorkbook:
        raise
    # The parser raises whatever a damaged or hostile file provokes; all of it means the same.
    except Exception as error:
        raise refuse(_("The file is damaged or is not an Excel workbook (.xlsx).")) from error


def _check_archive(file: IO[bytes], max_bytes: int) -> None:
    file.seek(0, 2)
    size = file.tell()
    if size > max_bytes:
        raise refuse(_("The file is larger than %(size)s MB.") % {"size": max_bytes // MEGABYTE})
    try:
        with zipfile.ZipFile(file) as archive:
            sizes = {part.filename.lower(): part.file_size for part in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise refuse(_("The file is damaged or is not an Excel workbook (.xlsx).")) from error
    if "xl/workbook.xml" not in sizes or "[content_types].xml" not in sizes:
        raise refuse(_("The file is an archive, not an Excel workbook (.xlsx)."))
    if any(mark in name for name in sizes for mark in _MACROS):
        raise refuse(_("The workbook carries macros or embedded objects; save it as plain .xlsx."))
    others = [size for name, size in sizes.items() if not name.startswith("xl/worksheets/")]
    if sum(others) > MAX_PARTS_BYTES:
        raise _unpacks()
    _scan(file)


def _scan(file: IO[bytes]) -> None:
    """Count rows, gaps and blank rows included, and everything else before a parser sees them."""
    try:
        sheet_scan.scan(file)
    except sheet_scan.TooManyRows as error:
        text = _("The sheet has more than %(count)s rows.")
        text %= {"count": sheet_scan.MAX_SCANNED_ROWS}
        raise refuse(text, sheet=_title(file, error.part)) from error
    except sheet_scan.TooMuchInside as error:
        raise _unpacks() from error
    # A damaged part raises whatever its decompressor does.
    except Exception as error:
        raise refuse(_("The file is damaged or is not an Excel workbook (.xlsx).")) from error


def _title(file: IO[bytes], part: str) -> str:
    """Return the title of the sheet kept in `part`, or nothing when the workbook hides it."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = [archive.getinfo(name) for name in (ARC_WORKBOOK, ARC_WORKBOOK_RELS)]
            if sum(info.file_size for info in parts) > MEGABYTE:
                return ""
            targets = sheet_parts(archive)
    # A title is a courtesy: the workbook is refused already, whatever is wrong with these parts.
    except Exception:
        return ""
    ends = {target.lstrip("/").removeprefix("xl/"): title for title, target in targets.items()}
    return ends.get(part.removeprefix("xl/"), "")


def _unpacks() -> BadWorkbook:
    return refuse(_("The workbook unpacks to far more than a workbook of this kind needs."))


def _filled(sheet: Any, max_rows: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield the rows that hold anything; a dimension that lies is not believed."""
    sheet.reset_dimensions()
    filled = 0
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
        if not any(_holds(cell) for cell in row):
            continue
        filled += 1
        if filled > max_rows:
            text = _("The sheet has more than %(count)s rows.") % {"count": max_rows}
            raise refuse(text, sheet=sheet.title)
        yield number, row


def _holds(cell: Any) -> bool:
    value = cell.value
    return value is not None and not (isinstance(value, str) and not value.strip())


def find_sheet(sheets: Mapping[str, Rows], name: str) -> Rows | None:
    """Return the rows of the sheet called `name`, accents and case aside, or None."""
    for title, rows in sheets.items():
        if heading_key(title) == heading_key(name):
            return rows
    return None


def read_table(
    sheet: str,
    rows: Rows,
    columns: Iterable[Column],
    faults: Faults,
    ignored: Iterable[str] = (),
) -> Table | None:
    """Find the header below any title rows and return the table, or None with a fault added."""
    columns = list(columns)
    known: dict[str, Column | None] = {heading_key(text): None for text in ignored}
    known |= {heading_key(column.heading): column for column in columns}
    place = _header_place(rows, known)
    if place is None:
        wanted = ", ".join(column.heading for column in columns if column.required)
        text = _("No header row was found; it must hold: %(headings)s.") % {"headings": wanted}
        faults.add(text, sheet=sheet)
        return None
    number, cells = rows[place]
    table = Table(sheet, number)
    _read_header(table, cells, known, faults)
    for column in columns:
        if column.required and column.key not in table.columns:
            faults.add(_("The column is missing."), sheet=sheet, row=number, column=column.heading)
    for number, cells in rows[place + 1 :]:
        table.rows.append(_read_row(table, number, cells, columns, faults))
    return table


def _header_place(rows: Rows, known: Mapping[str, Column | None]) -> int | None:
    """Return the place of the row with most of the headings, at least two of them."""
    best, place = 1, None
    for index, (_number, cells) in enumerate(rows[:HEADER_WITHIN]):
        found = {heading_key(cell.value) for cell in cells if isinstance(cell.value, str)}
        count = len(found & set(known))
        if count > best:
            best, place = count, index
    return place


def _read_header(
    table: Table, cells: tuple[Any, ...], known: Mapping[str, Column | None], faults: Faults
) -> None:
    """Note the place of each column; `known` maps a heading that is not read to None."""
    for index, cell in enumerate(cells):
        if not _holds(cell):
            continue
        key = heading_key(str(cell.value))
        column = known.get(key)
        where: dict[str, Any] = {
            "sheet": table.sheet,
            "row": table.header,
            "column": str(cell.value).strip(),
        }
        if column is None:
            table.unread.add(index)
            if key not in known:
                faults.add(_("This column is not known; remove or rename it."), **where)
        elif column.key in table.columns:
            table.unread.add(index)
            faults.add(_("This column stands twice."), **where)
        else:
            table.columns[column.key] = index


def _read_row(
    table: Table, number: int, cells: tuple[Any, ...], columns: list[Column], faults: Faults
) -> Row:
    entries = {}
    for column in columns:
        index = table.columns.get(column.key)
        cell = cells[index] if index is not None and index < len(cells) else None
        entries[column.key] = Entry(cell, table.sheet, number, column.heading, faults)
    named = set(table.columns.values()) | table.unread
    for index, cell in enumerate(cells):
        if index not in named and _holds(cell):
            letter = openpyxl.utils.get_column_letter(index + 1)
            text = _("This cell stands under no heading.")
            faults.add(text, sheet=table.sheet, row=number, column=letter)
    return Row(number, entries)
