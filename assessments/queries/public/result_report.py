"""The figures of the report of the results: one pure structure for each group.

Statistics are over the ranked units of a group, from frozen rows only. Means are exact fractions:
whoever prints them rounds once.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from assessments.choices import PublicationKind
from assessments.models import Publication, PublishedGroup, PublishedResult, PublishedScore, Scheme
from assessments.queries.public.movement import year_before
from assessments.queries.public.rankings import Ranking, Row
from assessments.queries.public.result_changes import Comparison, Movement, Past, followed, movement

#: How many of the first ranks, and of the largest changes, a report names; ties come on top.
FOREMOST = 3
#: How many of the criteria that cost the most units points.
HARDEST = 5
_T = TypeVar("_T")


@dataclass(frozen=True)
class Leaf:
    """An applicable leaf of one unit: highest, self-assessed (None where it has none) and final."""

    code: str
    field: str
    highest: Decimal
    own: Decimal | None
    final: Decimal


@dataclass(frozen=True)
class Spread:
    """Index of the ranked units: exact mean and median, and the rows of the two ends."""

    mean: Fraction
    median: Fraction
    highest: list[Row]
    lowest: list[Row]


@dataclass(frozen=True)
class FieldMean:
    """The mean index of a field over the ranked units, now and the year before where comparable."""

    code: str
    name: str
    now: Fraction | None
    before: Fraction | None

    @property
    def gained(self) -> Fraction | None:
        """Return what the mean gained, in index points."""
        return None if self.now is None or self.before is None else self.now - self.before


@dataclass(frozen=True)
class Gaps:
    """Self-assessed less final points over the leaves that units assessed themselves.

    `mean` and `fields` are points a unit, by field code; `units` are the sums of single units.
    """

    mean: Fraction
    fields: dict[str, Fraction]
    units: list[tuple[Row, Decimal]]
    lowered: int
    raised: int
    leaves: int


@dataclass(frozen=True)
class LeafCount:
    """A criterion over the units that it applies to: how many lost points, and how many points."""

    code: str
    name: str
    units: int
    losers: int
    lost: Decimal

    @property
    def share(self) -> Fraction:
        """Return how many of the units lost points, 0 to 1."""
        return Fraction(self.losers, self.units)

    @property
    def mean(self) -> Fraction:
        """Return the points lost a unit."""
        return Fraction(self.lost) / self.units


@dataclass(frozen=True)
class GroupFigures:
    """All that the report says about one group."""

    group: PublishedGroup
    scheme: Scheme | None
    ranked: list[Row]
    unranked: list[Row]
    movement: Movement
    spread: Spread | None = None
    bands: list[tuple[str, int]] = field(default_factory=list)
    leaders: list[list[Row]] = field(default_factory=list)
    last: list[Row] = field(default_factory=list)
    fields: list[FieldMean] = field(default_factory=list)
    gaps: Gaps | None = None
    leaves: list[LeafCount] = field(default_factory=list)

    @property
    def hardest(self) -> list[LeafCount]:
        """Return the five of `hard` that cost most units points, among equals most points."""
        return foremost(self.hard, lambda leaf: (leaf.share, leaf.mean), HARDEST)

    @property
    def hard(self) -> list[LeafCount]:
        """Return the criteria that cost more than half of the units points."""
        return [leaf for leaf in self.leaves if 2 * leaf.losers > leaf.units]

    @property
    def full(self) -> list[LeafCount]:
        """Return the criteria in which all units got full points."""
        return [leaf for leaf in self.leaves if not leaf.losers]


def foremost(rows: Iterable[_T], value: Callable[[_T], Any], most: int = FOREMOST) -> list[_T]:
    """Return the rows of the `most` greatest values and all that equal the last of them."""
    ordered = sorted(rows, key=value, reverse=True)
    return [row for row in ordered if value(row) >= value(ordered[:most][-1])]


def report_figures(
    publication: Publication, tables: list[Ranking], at: dt.datetime
) -> list[GroupFigures]:
    """Return the figures of every group; raise ValueError for a record, which is never computed."""
    if publication.kind == PublicationKind.RECORD:
        raise ValueError("a record of the press is not computed")
    past = Past(year_before(at, publication), publication.year - 1)
    leaves = _leaves(publication)
    schemes = {(row.code, row.version): row for row in Scheme.objects.filter(
        code__in=[table.group.scheme_code for table in tables])}  # fmt: skip
    taken = followed(tables, past)
    found = []
    for table in tables:
        group = table.group
        scheme = schemes.get((group.scheme_code, group.scheme_version or 0))
        found.append(_figures(table, scheme, movement(table, past, taken), past, leaves))
    return found


def _leaves(publication: Publication) -> dict[int, list[Leaf]]:
    found: dict[int, list[Leaf]] = {}
    rows = PublishedScore.objects.filter(result__publication=publication, applicable=True)
    names = ("result_id", "code", "field_code", "max_points", "self_points", "final_points")
    for result, *values in rows.order_by("result", "position").values_list(*names):
        found.setdefault(result, []).append(Leaf(*values))
    return found


def _figures(
    table: Ranking, scheme: Scheme | None, moved: Movement, past: Past,
    leaves: dict[int, list[Leaf]],
) -> GroupFigures:  # fmt: skip
    ranked, group = table.ranked, table.group
    if not ranked:
        return GroupFigures(group, scheme, ranked, table.unranked, moved)
    counted = Counter(row.result.band for row in ranked)
    by_rank: dict[int, list[Row]] = {}
    for row in ranked:
        by_rank.setdefault(row.result.rank or 0, []).append(row)
    leaders = [rows for place, rows in by_rank.items() if place <= FOREMOST]
    own = {row.result.pk: leaves.get(row.result.pk, []) for row in ranked}
    return GroupFigures(
        group, scheme, ranked, table.unranked, moved,
        spread=_spread(ranked),
        bands=[(band["label"], counted[band["label"]]) for band in group.bands],
        leaders=leaders,
        last=[] if len(leaders) == len(by_rank) else by_rank[max(by_rank)],
        fields=_fields(table, moved, past),
        gaps=_gaps(ranked, own),
        leaves=_counts(group, own),
    )  # fmt: skip


def _index(row: Row) -> Decimal:
    return row.result.index or Decimal(0)


def _spread(ranked: list[Row]) -> Spread:
    values = sorted(Fraction(_index(row)) for row in ranked)
    half = len(values) // 2
    return Spread(
        mean=sum(values, Fraction(0)) / len(values),
        median=(values[half] + values[-half - 1]) / 2,
        highest=[row for row in ranked if _index(row) == values[-1]],
        lowest=[row for row in ranked if _index(row) == values[0]],
    )


def _fields(table: Ranking, moved: Movement, past: Past) -> list[FieldMean]:
    now = field_means(row.result for row in table.ranked)
    before: dict[str, Fraction] = {}
    if moved.comparison == Comparison.MADE:
        then = past.results(table.group.code)
        before = field_means(row for row in then if row.rank is not None)
    return [
        FieldMean(part["code"], part["name"], now.get(part["code"]), before.get(part["code"]))
        for part in table.fields
    ]


def field_means(results: Iterable[PublishedResult]) -> dict[str, Fraction]:
    """Return the mean index of each field over the results to which something of it applies."""
    values: dict[str, list[Fraction]] = {}
    for result in results:
        for part in result.fields:
            if part["index"] is not None:
                values.setdefault(part["code"], []).append(Fraction(part["index"]))
    return {code: sum(found, Fraction(0)) / len(found) for code, found in values.items()}


def _gaps(ranked: list[Row], leaves: dict[int, list[Leaf]]) -> Gaps | None:
    units: list[tuple[Row, Decimal]] = []
    fields: Counter[str] = Counter()
    signs: Counter[int] = Counter()
    for row in ranked:
        sums = [(leaf.field, leaf.own - leaf.final)
                for leaf in leaves[row.result.pk] if leaf.own is not None]  # fmt: skip
        if not sums:
            continue
        units.append((row, sum((gap for _code, gap in sums), Decimal(0))))
        for code, gap in sums:
            fields[code] += gap  # type: ignore[assignment]  # a Counter adds Decimals as well
            signs[(gap > 0) - (gap < 0)] += 1
    if not units:
        return None
    total = sum((gap for _row, gap in units), Decimal(0))
    return Gaps(
        Fraction(total) / len(units),
        {code: Fraction(gap) / len(units) for code, gap in fields.items()},
        units, lowered=signs[1], raised=signs[-1], leaves=sum(signs.values()),
    )  # fmt: skip


def _counts(group: PublishedGroup, leaves: dict[int, list[Leaf]]) -> list[LeafCount]:
    found: dict[str, list[Decimal]] = {}
    for sheet in leaves.values():
        for leaf in sheet:
            found.setdefault(leaf.code, []).append(leaf.highest - leaf.final)
    return [
        LeafCount(
            part["code"], part["name"], len(lost), sum(map(bool, lost)), sum(lost, Decimal(0))
        )
        for part in group.criteria
        if (lost := found.get(part["code"]))
    ]
