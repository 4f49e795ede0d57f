"""The lineage of a dossier as a workbook: the rows of the page, numbers as numbers."""

import datetime as dt
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from assessments.queries.lineage import Line, Lineage, Step
from assessments.resources.cells import escaped
from assessments.resources.dossiers import prose

_HEADER_ROW = 4
_BOLD, _TITLE = Font(bold=True), Font(bold=True, size=14)
_HEAD = PatternFill("solid", fgColor="D9D9D9")
_WRAP = Alignment(wrap_text=True, vertical="top")
_THIN = Side(style="thin", color="BFBFBF")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_POINTS, _MOMENT = "0.00##", "dd/mm/yyyy hh:mm:ss"
#: Widths of a step's columns: points, change, who, when, why; then what stands before them.
_STEP_WIDTHS = (9, 14, 22, 19, 44)
_LEAF_WIDTHS = (9, 40, 9)
_PAPER_A4 = 9


def lineage_book(found: Lineage) -> bytes:
    """Return the .xlsx bytes: one row for each leaf, the steps side by side."""
    book = Workbook()
    book.properties.creator = "CCHC"
    sheet = book.active
    sheet.title = _("Lineage of the points")[:31]
    submission = found.submission
    mark = f" ({_('ILLUSTRATIVE')})" if submission.cycle.illustrative else ""
    _put(sheet["A1"], f"{submission.unit_name} – {submission.cycle.year}{mark}")
    sheet["A1"].font = _TITLE
    _put(sheet["A2"], _approved(found))
    heads = _heads(found)
    for place, text in enumerate(heads, start=1):
        cell = sheet.cell(_HEADER_ROW, place)
        _put(cell, text)
        cell.font, cell.fill, cell.alignment, cell.border = _BOLD, _HEAD, _WRAP, _GRID
    lines = [line for _field, each in found.fields for line in each]
    for number, line in enumerate(lines, start=_HEADER_ROW + 1):
        for place, value in enumerate(_cells(line), start=1):
            cell = sheet.cell(number, place)
            _put(cell, value)
            cell.alignment, cell.border = _WRAP, _GRID
    _dress(sheet, len(heads))
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _approved(found: Lineage) -> str:
    approval = found.approval
    if approval is None:
        return _("Not approved: %s") % found.submission.get_state_display()
    at = timezone.localtime(approval.at)
    return _("Approved by %(who)s, %(at)s") % {"who": approval.by, "at": f"{at:%d/%m/%Y %H:%M:%S}"}


def _heads(found: Lineage) -> list[str]:
    columns = [
        _("Self-assessed"), *(_("Round %s") % number for number in found.rounds), _("Council"),
        _("Final"),
    ]  # fmt: skip
    parts = (_("points"), _("change"), _("who"), _("when"), _("why"))
    return [
        _("Code"), _("Criterion"), _("Highest points"),
        *(f"{column}: {part}" for column in columns for part in parts),
    ]  # fmt: skip


def _cells(line: Line) -> list[Any]:
    criterion = line.leaf.criterion
    kept = _("kept back until your own points are given")
    found = [criterion.code, criterion.name, criterion.max_points]
    found += _step([line.claim] if line.claim else [], _("kept back") if line.claim_kept else "")
    for steps in line.rounds:
        found += _step(steps)
    found += _step(line.council, kept if line.given_kept else "")
    return found + _step([line.final] if line.final else [], kept if line.given_kept else "")


def _step(steps: Iterable[Step], instead: str = "") -> list[Any]:
    """Return the cells of one column: the step that counts, the others told in its reason."""
    rows = list(steps)
    main = next((step for step in rows if step.counts), None)
    others = [_told(step) for step in rows if step is not main]
    if main is None:
        return [None, "", "", None, "\n".join(others) or instead]
    files = "; ".join(str(file.document.number or file.name) for file in main.files)
    version = _("version %s judged") % main.version if main.version is not None else ""
    said = [main.why, _("evidence: %s") % files if files else "", version, *others]
    return [
        _("does not apply") if not main.applies else main.points, str(main.move.word), main.who,
        main.at, "\n".join(part for part in said if part),
    ]  # fmt: skip


def _told(step: Step) -> str:
    points = "" if step.points is None else f"{step.points.normalize():f}"
    parts = (str(step.kind.word), points, step.who, step.why)
    return " – ".join(part for part in parts if part)


def _put(cell: Any, value: Any) -> None:
    """Write numbers and moments as such, text so that no program takes it for a formula."""
    if isinstance(value, str):
        if value:
            text = ILLEGAL_CHARACTERS_RE.sub("", prose(value))
            cell.value, cell.data_type = escaped(text), "s"
        return
    if isinstance(value, dt.datetime):
        cell.value, cell.number_format = timezone.localtime(value).replace(tzinfo=None), _MOMENT
    elif value is not None:
        cell.value, cell.number_format = value, _POINTS


def _dress(sheet: Any, columns: int) -> None:
    widths = [*_LEAF_WIDTHS, *_STEP_WIDTHS * ((columns - len(_LEAF_WIDTHS)) // len(_STEP_WIDTHS))]
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = sheet.cell(_HEADER_ROW + 1, len(_LEAF_WIDTHS))
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _PAPER_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
