"""Read the first sheet of a scheme workbook: labels and values, and the decision."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.resources import scheme_format as form
from assessments.resources.cells import Entry, Faults
from assessments.resources.workbooks import Rows, heading_key


def read_lines(sheet: str, rows: Rows | None, faults: Faults) -> dict[str, Entry]:
    """Read a sheet of labels and values; titles above the first label are passed over."""
    known = {heading_key(line.heading): line for line in form.LINES}
    lines: dict[str, Entry] = {}
    for number, cells in rows or ():
        filled = [cell for cell in cells if cell.value is not None and str(cell.value).strip()]
        label = str(filled[0].value).strip()
        line = known.get(heading_key(label))
        where: dict[str, Any] = {"sheet": sheet, "row": number, "column": label[:60]}
        if line is None:
            if lines or len(filled) > 1:
                faults.add(_("This line is not known; remove or rename it."), **where)
        elif line.key in lines:
            faults.add(_("This line stands twice."), **where)
        else:
            value = filled[1] if len(filled) > 1 else None
            lines[line.key] = Entry(value, sheet, number, line.heading, faults)
    # A line that is not there reads as blank: where one is needed, it is the sheet that lacks it.
    for line in form.LINES:
        if line.key not in lines:
            lines[line.key] = Entry(None, sheet, 0, line.heading, faults if rows else Faults())
    return lines


def _slug(entry: Entry) -> str:
    text = entry.text(required=True, limit=40)
    if text and not all(char.isascii() and (char.isalnum() or char in "-_") for char in text):
        entry.fail(_("The code of a scheme holds letters a–z, digits, - and _ only."))
    return text


def heading_of(lines: Mapping[str, Entry], groups: Collection[str]) -> dict[str, Any]:
    """Return the fields of a scheme's heading; `groups` are the known codes of groups."""
    group = lines["group"].text(required=True, limit=12)
    if group and group not in groups:
        lines["group"].fail(_("There is no group of units “%(code)s”.") % {"code": group})
    version = lines["version"].whole(required=True, most=999)
    if version == 0:
        lines["version"].fail(_("Versions count from 1."))
    decimals = lines["decimals"].whole(most=4)
    decision = _decision(lines)
    return {
        "code": _slug(lines["code"]), "title": lines["title"].text(required=True, limit=200),
        "version": version or 1, "group": group,
        "declared_total": lines["declared_total"].points(required=True) or Decimal(0),
        "decimals": 2 if decimals is None else decimals,
        "illustrative": lines["illustrative"].choice(form.FLAG_WORDS, False),
        "bonus_cap": lines["bonus_cap"].points(most=Decimal(100)) or Decimal(0),
        "penalty_cap": lines["penalty_cap"].points(most=Decimal(100)) or Decimal(0),
        "dispute_spread": lines["dispute_spread"].points(), **decision,
    }  # fmt: skip


def _decision(lines: Mapping[str, Entry]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "decision_number": lines["decision_number"].text(limit=60),
        "decision_date": lines["decision_date"].day(),
        "decision_signer": lines["decision_signer"].text(limit=120),
    }
    faulty = any(lines[key].faulty for key in values)
    if any(values.values()) and not all(values.values()) and not faulty:
        first = next(key for key, value in values.items() if not value)
        lines[first].fail(_("Give the decision's number, date and signer together."))
    return values
