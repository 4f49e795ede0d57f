"""Read a scheme workbook into `SchemeContent`, with every fault at once (issue 2 item 4)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO

from django.utils.translation import gettext as _

from assessments.models import RespondentKind
from assessments.queries.scheme_checks import problems_of
from assessments.queries.schemes import (
    BandContent,
    ComponentContent,
    CriterionContent,
    SchemeContent,
)
from assessments.resources import scheme_format as form
from assessments.resources.cells import Fault, Faults
from assessments.resources.scheme_heading import heading_of, read_lines
from assessments.resources.scheme_rows import component_of, criterion_of, level_of
from assessments.resources.workbooks import (
    MEGABYTE,
    BadWorkbook,
    Row,
    Rows,
    Table,
    find_sheet,
    open_sheets,
    read_table,
)
from assessments.scoring import Level as ScoringLevel
from units.models import UnitGroup

MAX_BYTES = 2 * MEGABYTE
_OPTIONAL = (form.LEVELS, form.RESPONDENTS)


@dataclass(frozen=True)
class Known:
    """What the portal knows that a workbook must agree with."""

    groups: frozenset[str] = frozenset()
    kinds: dict[str, tuple[str, bool]] = field(default_factory=dict)

    @classmethod
    def from_database(cls) -> "Known":
        """Read the codes of the groups and the kinds of respondents."""
        rows = RespondentKind.objects.values_list("code", "name", "may_rate_own_unit")
        return cls(
            groups=frozenset(UnitGroup.objects.values_list("code", flat=True)),
            kinds={code: (name, own) for code, name, own in rows},
        )


def read_scheme(file: IO[bytes], known: Known, *, max_bytes: int = MAX_BYTES) -> SchemeContent:
    """Return the scheme of a workbook; raise BadWorkbook with every fault and its place."""
    return _Reader(open_sheets(file, max_bytes=max_bytes), known).read()


class _Reader:
    """The state of one reading: faults, and the row of each code for later complaints."""

    def __init__(self, sheets: dict[str, Rows], known: Known) -> None:
        self.sheets, self.groups, self.faults = sheets, known.groups, Faults()
        self.kinds = dict(known.kinds)
        self.rows: dict[tuple[str, str], Row] = {}
        self.faulty: set[str] = set()
        self.levels: dict[str, list[tuple[int, ScoringLevel]]] = {}
        self.components: dict[str, list[ComponentContent]] = {}

    def read(self) -> SchemeContent:
        name = form.SHEETS[form.SCHEME]
        lines = read_lines(name, self._sheet(form.SCHEME), self.faults)
        self.rows[form.SCHEME, ""] = Row(0, lines)
        heading = heading_of(lines, self.groups)
        tables = {part: self._table(part) for part in form.COLUMNS}
        self._read_levels(tables[form.LEVELS])
        self._read_components(tables[form.RESPONDENTS])
        content = SchemeContent(
            **heading,
            criteria=tuple(self._read_criteria(tables[form.CRITERIA])),
            bands=tuple(self._read_bands(tables[form.BANDS])),
        )
        self._check(content, complete=all(tables[part] for part in (form.CRITERIA, form.BANDS)))
        if self.faults:
            raise BadWorkbook(self.faults)
        return content

    # Sheets ---------------------------------------------------------------------------------

    def _sheet(self, part: str) -> Rows | None:
        name = form.SHEETS[part]
        rows = find_sheet(self.sheets, name)
        if rows is None and part not in _OPTIONAL:
            self.faults.add(_("The workbook has no such sheet."), sheet=name)
        elif rows is not None and not rows:
            self.faults.add(_("The sheet is empty."), sheet=name)
        return rows or None

    def _table(self, part: str) -> Table | None:
        rows = self._sheet(part)
        if rows is None:
            return None
        name, ignored = form.SHEETS[part], form.IGNORED
        table = read_table(name, rows, form.COLUMNS[part], self.faults, ignored)
        if table is not None and not table.rows and part not in _OPTIONAL:
            text = _("There are no rows under the header.")
            self.faults.add(text, sheet=name, row=table.header)
        return table

    # Rows -----------------------------------------------------------------------------------

    def _read_levels(self, table: Table | None) -> None:
        for row in table.rows if table else ():
            code = row["code"].code(required=True)
            self.rows.setdefault((form.LEVELS, code), row)
            place = row["order"].whole(most=999)
            found = self.levels.setdefault(code, [])
            place = len(found) + 1 if place is None else place
            if any(place == other for other, _level in found):
                row["order"].fail(_("Another level of this criterion has this place."))
            found.append((place, level_of(row)))
            self._note(row, code)

    def _read_components(self, table: Table | None) -> None:
        for row in table.rows if table else ():
            code = row["code"].code(required=True)
            self.rows.setdefault((form.RESPONDENTS, code), row)
            part = component_of(row)
            found = self.components.setdefault(code, [])
            if any(part.kind == other.kind for other in found):
                row["kind"].fail(_("This kind of respondents stands twice for the criterion."))
            self._agree(row, part)
            found.append(part)
            self._note(row, code)

    def _agree(self, row: Row, part: ComponentContent) -> None:
        """Refuse a second meaning of a kind's code, in the portal or in the same workbook."""
        meaning = (part.name, part.may_rate_own_unit)
        name, own = self.kinds.setdefault(part.kind, meaning)
        if not row["kind"].faulty and (name, own) != meaning:
            values = {"code": part.kind, "name": name, "own": form.YES if own else form.NO}
            text = _("The code %(code)s stands for “%(name)s” (rates the own unit: %(own)s).")
            row["kind"].fail(text % values)

    def _read_criteria(self, table: Table | None) -> Iterable[CriterionContent]:
        found: dict[str, CriterionContent] = {}
        for row in table.rows if table else ():
            code = row["code"].code(required=True)
            if code in found:
                first = self.rows[form.CRITERIA, code].number
                values = {"code": code, "row": first}
                row["code"].fail(_("The code %(code)s already stands in row %(row)s.") % values)
                continue
            part = criterion_of(
                row, code, found,
                levels=[level for _place, level in sorted(
                    self.levels.get(code, ()), key=lambda pair: pair[0]
                )],
                components=sorted(self.components.get(code, ()), key=lambda part: part.kind),
            )  # fmt: skip
            self._note(row, code)
            if code:
                self.rows[form.CRITERIA, code] = row
                found[code] = part
        for part_name, rows in ((form.LEVELS, self.levels), (form.RESPONDENTS, self.components)):
            for code in rows:
                if code and code not in found and table is not None:
                    text = _("There is no criterion “%(code)s”.") % {"code": code}
                    self.rows[part_name, code]["code"].fail(text)
        return found.values()

    def _read_bands(self, table: Table | None) -> Iterable[BandContent]:
        found: list[BandContent] = []
        for row in table.rows if table else ():
            self.rows.setdefault((form.BANDS, ""), row)
            label = row["label"].text(required=True, limit=60)
            limit = row["min_index"].points(required=True, most=Decimal(100))
            if any(band.label == label for band in found):
                row["label"].fail(_("This band stands twice."))
            elif any(band.min_index == limit for band in found):
                row["min_index"].fail(_("Another band begins here."))
            found.append(BandContent(label, limit or Decimal(0)))
        return sorted(found, key=lambda band: -band.min_index)

    # Whole ----------------------------------------------------------------------------------

    def _note(self, row: Row, code: str) -> None:
        if any(entry.faulty for entry in row.entries.values()):
            self.faulty.add(code)

    def _check(self, content: SchemeContent, *, complete: bool) -> None:
        """Judge what could be read; a row with a fault spares what depends on it."""
        if not complete:
            return
        for problem in problems_of(content, skip=frozenset(self.faulty)):
            row = self.rows.get((problem.part, problem.code))
            part = problem.part if row else form.CRITERIA
            row = row or self.rows.get((form.CRITERIA, problem.code))
            if row is not None and problem.column in row.entries:
                row[problem.column].fail(problem.message)
            else:
                self.faults.add(problem.message, sheet=form.SHEETS[part])


__all__ = ["MAX_BYTES", "BadWorkbook", "Fault", "Known", "read_scheme"]
