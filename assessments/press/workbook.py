"""The figures of a publication as one workbook (XLSX), in Vietnamese as every data file.

Figures are numeric cells and lose nothing: a spreadsheet holds 15 significant digits and no figure
of a publication has more than 13 (an index: three before the point, ten after it). One that had
more would be written as text. The bytes are the same for the same rows: no time of writing.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from assessments.models import FrozenPage, Publication
from assessments.press import workbook_sheets as sheets
from assessments.press.files import safe_cell
from assessments.press.stored import XLSX, stored
from assessments.press.workbook_sheets import Sheet
from assessments.queries.public.addresses import workbook_address
from assessments.queries.public.rankings import Ranking

#: Significant digits that a binary number of a spreadsheet surely keeps.
SIGNIFICANT = 15
_FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_TITLE_LENGTH = 31
#: What no cell can hold: XML knows none of these characters; a cell has room for 32 767.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL_LENGTH = 32_767
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CORE = "docProps/core.xml"
_MOMENT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_BOLD, _WRAP = Font(bold=True), Alignment(wrap_text=True, vertical="top")


def printed(publication: Publication, tables: list[Ranking]) -> Iterator[FrozenPage]:
    """Yield the workbook of a publication; call it in Vietnamese."""
    yield stored(publication, workbook_address(publication), XLSX, workbook_of(publication, tables))


def workbook_of(publication: Publication, tables: list[Ranking]) -> bytes:
    """Return the bytes of the workbook: introduction, dictionary, rankings, leaves, schemes."""
    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = "CCHC", publication.title
    taken: set[str] = set()
    for made in sheets.of(publication, tables):
        _write(book.create_sheet(_title(made.title, taken)), made)
    buffer = io.BytesIO()
    book.save(buffer)
    return _timeless(buffer)


def cell_value(value: Any) -> Any:
    """Return a value as a cell holds it: exact numbers, texts that are no formula."""
    if isinstance(value, Decimal):
        exact = len(value.as_tuple().digits) <= SIGNIFICANT
        return value if exact else f"{value:f}"
    return _text(value) if isinstance(value, str) else value


@lru_cache(maxsize=4096)  # most texts of a long sheet stand in many of its rows
def _text(value: str) -> str | None:
    return safe_cell(_UNFIT.sub("", value))[:_CELL_LENGTH] or None


def _write(sheet: Any, made: Sheet) -> None:
    for place, width in enumerate(made.widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    if made.heads:
        sheet.freeze_panes = f"{get_column_letter(made.frozen + 1)}2"
        sheet.append([_dressed(sheet, cell_value(head), _BOLD) for head in made.heads])
    formats = {place: form for place, form in enumerate(made.formats) if form}
    plain = not formats and not made.wrapped
    for row in made.rows:
        cells = map(cell_value, row) if plain else _cells(sheet, row, formats, wrapped=made.wrapped)
        sheet.append(list(cells))


def _cells(
    sheet: Any, row: Iterable[Any], formats: dict[int, str], *, wrapped: bool
) -> Iterator[Any]:
    for place, raw in enumerate(row):
        value = cell_value(raw)
        if wrapped:
            yield _dressed(sheet, value, None)
        elif isinstance(value, Decimal) and place in formats:
            cell = WriteOnlyCell(sheet, value)
            cell.number_format = formats[place]
            yield cell
        else:
            yield value


def _dressed(sheet: Any, value: Any, font: Font | None) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    cell.alignment = _WRAP
    if font:
        cell.font = font
    return cell


def _title(wanted: str, taken: set[str]) -> str:
    """Return a title that a sheet may have and no other one has."""
    plain = _FORBIDDEN.sub(" ", wanted).strip() or "_"
    title, count = plain[:_TITLE_LENGTH], 1
    while title.casefold() in taken:
        count += 1
        tail = f" ({count})"
        title = plain[: _TITLE_LENGTH - len(tail)] + tail
    taken.add(title.casefold())
    return title


def _timeless(made: io.BytesIO) -> bytes:
    """Return the archive packed again, each part with one and the same date."""
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in sorted(old.namelist()):
            content = old.read(part)
            if part == _CORE:
                content = _MOMENT.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            info = zipfile.ZipInfo(part, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            new.writestr(info, content)
    return out.getvalue()
