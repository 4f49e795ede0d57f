"""Reading what newspapers published: one CSV into records per year, with errors and differences.

Columns: year, group_name, unit, index, rank, band, source, note and, if wanted, rank_basis and
disputed ("x" where another source contradicts the row). Ranks and bands are copied, never
computed; a missing figure stays missing (design 0.14 and 0.17).
"""

import csv
import datetime as dt
import io
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.choices import PublicationKind, RankBasis
from assessments.models import Publication, PublishedResult
from assessments.queries.wording import sentence
from assessments.scoring import ScoringError, parse_points
from assessments.workflow.drafts import RecordLine
from cchc.kit.text import fold, squeeze
from units.models import Unit, UnitGroup

COLUMNS = ("year", "group_name", "unit", "index", "rank", "band", "source", "note")
MAX_ROWS = 2000
_INFERRED = "suy ra"
_MARK = "x"


@dataclass(frozen=True)
class RowError:
    """What is wrong in one cell; `row` counts as a spreadsheet does, 0 means the whole file."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        if not self.row:
            return self.message
        if not self.column:
            return _("Row %(row)s: %(message)s") % {"row": self.row, "message": self.message}
        return _("Row %(row)s, column %(column)s: %(message)s") % {
            "row": self.row, "column": self.column, "message": self.message,
        }  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """How one unit's line differs from the record in force: new, changed or gone."""

    kind: str
    unit: str
    before: str
    after: str


@dataclass
class YearPlan:
    """What the file brings for one year, and how it differs from the record in force."""

    year: int
    lines: list[RecordLine]
    replaces: Publication | None
    differences: list[Difference]


@dataclass
class RecordPlan:
    """What an import would do; nothing is saved while `errors` has an entry."""

    years: list[YearPlan] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


class _Cells:
    """Read the cells of one row and collect what is wrong in them."""

    def __init__(self, row: int, values: dict[str, str], groups: dict[str, UnitGroup]) -> None:
        self.row = row
        self.values = values
        self.groups = groups
        self.errors: list[RowError] = []

    def refuse(self, column: str, message: str) -> None:
        self.errors.append(RowError(self.row, column, message))

    def text(self, column: str, longest: int = 4000) -> str:
        text = self.values.get(column, "").strip()
        if len(text) > longest:
            self.refuse(column, _("The text is longer than %s characters.") % longest)
        return text[:longest]

    def whole(self, column: str, lowest: int, highest: int) -> int | None:
        text = self.text(column)
        if text.isascii() and text.isdigit() and lowest <= int(text[:9]) <= highest:
            return int(text)
        self.refuse(
            column, _("“%(value)s” is not a whole number from %(low)s to %(high)s.")
            % {"value": text, "low": lowest, "high": highest},
        )  # fmt: skip
        return None

    def index(self) -> Decimal | None:
        text = self.text("index")
        if not text:
            return None
        try:
            value = parse_points(text, field="index")
        except ScoringError as error:
            self.refuse("index", sentence(error.reason, error.params))
            return None
        if value > 100:
            self.refuse("index", _("An index is at most 100."))
        return value

    def group(self) -> UnitGroup | None:
        name = squeeze(self.text("group_name"))
        found = self.groups.get(fold(name))
        if found is None:
            known = "; ".join(sorted(group.name for group in self.groups.values()))
            self.refuse(
                "group_name", _("No group is called “%(name)s”. The groups are: %(known)s.")
                % {"name": name, "known": known},
            )  # fmt: skip
        return found

    def unit(self) -> Unit | None:
        name = squeeze(self.text("unit"))
        found = Unit.objects.named(name) if name else None
        if found is None:
            similar = [unit.name for unit in Unit.objects.resembling(name)[:3]] if name else []
            hint = _("Did you mean: %s?") % "; ".join(similar) if similar else ""
            self.refuse("unit", f"{_('No unit is called “%s”.') % name} {hint}".strip())
        return found

    def rank_basis(self, rank: int | None) -> str:
        stated = self.text("rank_basis")
        if stated and stated not in (RankBasis.STATED, RankBasis.INFERRED):
            self.refuse("rank_basis", _("Write “stated” or “inferred”."))
        if stated:
            return stated
        inferred = rank is not None and _INFERRED in fold(self.text("note"))
        return RankBasis.INFERRED if inferred else RankBasis.STATED

    def disputed(self) -> bool:
        mark = self.text("disputed")
        if mark not in ("", _MARK):
            self.refuse("disputed", _("Write “x” or leave it blank."))
        return mark == _MARK


def read_records(content: bytes, *, at: dt.datetime) -> RecordPlan:
    """Return what the CSV `content` brings, compared with the records in force at `at`."""
    plan = RecordPlan()
    rows = _rows(content, plan)
    groups = {fold(group.name): group for group in UnitGroup.objects.all()}
    years: dict[int, list[RecordLine]] = {}
    seen: set[tuple[int, int]] = set()
    for number, values in rows:
        cells = _Cells(number, values, groups)
        year, line = _line(cells)
        if line is not None and (year, line.unit.pk) in seen:
            cells.refuse("unit", _("This unit stands twice in one year."))
        plan.errors += cells.errors
        if line is not None and not cells.errors:
            seen.add((year, line.unit.pk))
            years.setdefault(year, []).append(line)
    if not plan.errors:
        plan.years = [_year_plan(year, lines, at) for year, lines in sorted(years.items())]
    return plan


def _rows(content: bytes, plan: RecordPlan) -> list[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
        if missing:
            plan.errors.append(RowError(0, "", _("Missing columns: %s.") % ", ".join(missing)))
            return []
        found = []
        for number, row in enumerate(reader, start=2):
            if number > MAX_ROWS:
                plan.errors.append(RowError(0, "", _("More than %s rows.") % MAX_ROWS))
                return []
            if None in row or None in row.values():
                message = _("The row has too many or too few cells.")
                plan.errors.append(RowError(number, "", message))
                continue
            found.append((number, row))
    except (UnicodeDecodeError, csv.Error):
        plan.errors.append(RowError(0, "", _("The file is not a CSV table in UTF-8.")))
        return []
    if not found and not plan.errors:
        plan.errors.append(RowError(0, "", _("The file has no rows.")))
    return found


def _line(cells: _Cells) -> tuple[int, RecordLine | None]:
    year = cells.whole("year", 1990, 2100)
    rank = cells.whole("rank", 1, 9999) if cells.text("rank") else None
    group, unit, index = cells.group(), cells.unit(), cells.index()
    source = cells.text("source")
    if not source:
        cells.refuse("source", _("Name the source."))
    basis, band = cells.rank_basis(rank), squeeze(cells.text("band", 60))
    note, disputed = cells.text("note"), cells.disputed()
    if year is None or group is None or unit is None:
        return 0, None
    return year, RecordLine(group, unit, index, rank, basis, band, source, note, disputed)


def _year_plan(year: int, lines: list[RecordLine], at: dt.datetime) -> YearPlan:
    kind = PublicationKind.RECORD
    old = Publication.objects.current(at).filter(kind=kind, year=year).first()
    before = {row.unit_code: row for row in old.results.select_related("group")} if old else {}
    differences = []
    for line in lines:
        past = before.pop(line.unit.code, None)
        now, then = _print_line(line), _print_result(past) if past else ""
        if now != then:
            differences.append(Difference("changed" if past else "new", line.unit.name, then, now))
    for row in before.values():
        differences.append(Difference("gone", row.unit_name, _print_result(row), ""))
    return YearPlan(year, lines, old, differences)


def _print_line(line: RecordLine) -> str:
    return _printed(line.group.name, line)


def _print_result(row: PublishedResult) -> str:
    return _printed(row.group.name, row)


def _printed(group: str, row: Any) -> str:
    index = "" if row.index is None else f"{row.index.normalize():f}"
    rank = "" if row.rank is None else f"{row.rank} ({row.rank_basis})"
    mark = _MARK if row.disputed else ""
    return " · ".join([group, index, rank, row.band, row.source, row.note, mark])
