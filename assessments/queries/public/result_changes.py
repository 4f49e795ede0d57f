"""What changed in a group since the year before, and why nothing is compared where it is not."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from assessments.models import Publication, PublishedGroup, PublishedResult
from assessments.queries.public.rankings import Ranking, Row

_T = TypeVar("_T")


class Comparison(StrEnum):
    """Whether a group is compared with the year before, or why not."""

    MADE = "made"
    NO_YEAR = "no_year"
    NO_GROUP = "no_group"
    SCHEME = "scheme"


@dataclass(frozen=True)
class Merged:
    """A unit that follows several units of the year before, with their names then.

    `compared`: it kept its own code and is compared with its own result.
    """

    row: Row
    names: list[str]
    compared: bool


@dataclass(frozen=True)
class Movement:
    """Changes since `year`; `moved` and `gained` hold only units that can be compared."""

    comparison: Comparison
    year: int
    before: PublishedGroup | None = None
    mean: Fraction | None = None
    moved: list[tuple[Row, int]] = field(default_factory=list)
    gained: list[tuple[Row, Decimal]] = field(default_factory=list)
    new: list[Row] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    followed: list[Row] = field(default_factory=list)
    elsewhere: list[Row] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def places(self, sign: int) -> list[tuple[Row, int]]:
        """Return the units that moved up (`sign` 1), down (-1) or kept their rank (0)."""
        return [(row, by) for row, by in self.moved if (by > 0) - (by < 0) == sign]


class Past:
    """The publication of the year before: its groups and results, read once; empty without one."""

    def __init__(self, publication: Publication | None, year: int) -> None:
        self.year, self.exists = year, publication is not None
        self.groups: dict[str, PublishedGroup] = {}
        self.by_code: dict[str, PublishedResult] = {}
        if publication is not None:
            self.groups = {group.code: group for group in publication.groups.all()}
            results = publication.results.select_related("group")
            named = results.order_by("sort_name", "unit_code")
            self.by_code = {row.unit_code: row for row in named}

    def results(self, group: str) -> list[PublishedResult]:
        """Return the results of a group in the order of names."""
        return [row for row in self.by_code.values() if row.group.code == group]


def followed(tables: list[Ranking], past: Past) -> set[int]:
    """Return the keys of the earlier results that some unit of the publication follows."""
    rows = [row for table in tables for row in (*table.ranked, *table.unranked)]
    compared = {row.change.before.pk for row in rows if row.change.before}
    return compared | {found.pk for row in rows for found in _origins(row, past)}


def movement(table: Ranking, past: Past, taken: set[int]) -> Movement:
    """Return the changes of a group; `taken` are the earlier results that some unit follows."""
    if not past.exists:
        return Movement(Comparison.NO_YEAR, past.year)
    before = past.groups.get(table.group.code)
    rows = [*table.ranked, *table.unranked]
    origins = {row.result.pk: _origins(row, past) for row in rows}
    lost = [row for row in past.results(table.group.code) if row.pk not in taken]
    return Movement(
        _comparison(table.group, before), past.year, before, **_compared(table, before, past),
        new=[row for row in rows if row.change.before is None and not origins[row.result.pk]],
        merged=[
            Merged(row, [found.unit_name for found in origins[row.result.pk]],
                   row.change.before is not None)
            for row in rows if origins[row.result.pk]
        ],
        followed=[row for row in rows if _renamed(row)],
        elsewhere=[row for row in rows if row.change.group],
        gone=[row.unit_name for row in lost],
    )  # fmt: skip


def _comparison(group: PublishedGroup, before: PublishedGroup | None) -> Comparison:
    if before is None:
        return Comparison.NO_GROUP
    return Comparison.MADE if group.scheme == before.scheme else Comparison.SCHEME


def _compared(table: Ranking, before: PublishedGroup | None, past: Past) -> dict[str, Any]:
    if _comparison(table.group, before) != Comparison.MADE:
        return {}
    then = [row.index for row in past.results(table.group.code) if row.rank is not None]
    values = [Fraction(index) for index in then if index is not None]
    ranked = table.ranked
    return {
        "mean": sum(values, Fraction(0)) / len(values) if values else None,
        "moved": _known(ranked, lambda row: row.change.places),
        "gained": _known(ranked, lambda row: row.change.gained),
    }


def _known(rows: list[Row], value: Callable[[Row], _T | None]) -> list[tuple[Row, _T]]:
    return [(row, found) for row in rows if (found := value(row)) is not None]


def _origins(row: Row, past: Past) -> list[PublishedResult]:
    """Return the earlier results of the units that this one follows, but the compared one."""
    before = row.change.before
    found = [past.by_code[code] for code in row.result.predecessors if code in past.by_code]
    return [each for each in found if before is None or each.pk != before.pk]


def _renamed(row: Row) -> bool:
    before = row.change.before
    return bool(before and not row.change.group and before.unit_code != row.result.unit_code)
