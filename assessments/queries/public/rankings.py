"""The tables of a publication: who stands where, what changed, printed to tell ranks apart."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from assessments.choices import PublicationKind
from assessments.models import PublishedGroup, PublishedResult
from assessments.queries.public.movement import Change, Earlier, Place
from assessments.scoring import Entry, display_all

TOP_RANK = 5
_ADDRESS = re.compile(r"https?://([^/\s;]+)[^\s;]*")


@dataclass(frozen=True)
class Source:
    """A source of a recorded figure: its address, the name of its site, and what is said beside."""

    url: str
    host: str
    rest: str


def sources_of(text: str) -> list[Source]:
    """Return the sources named in a text that separates them by semicolons."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        match = _ADDRESS.search(part)
        rest = _ADDRESS.sub("", part, count=1).strip() if match else part
        found.append(Source(match[0] if match else "", match[1] if match else "", rest))
    return found


@dataclass(frozen=True)
class Row:
    """One unit of a ranking as it is shown.

    `change` is the movement since the year before, `decimals` how many decimals tell the index
    from its neighbours (design 0.8).
    """

    result: PublishedResult
    decimals: int
    lengthened: bool
    change: Change = field(default_factory=Change)

    @cached_property
    def parts(self) -> dict[str, dict[str, Any]]:
        """Return the fields of the scorecard by code."""
        return {part["code"]: part for part in self.result.fields}

    @property
    def sources(self) -> list[Source]:
        """Return the sources of a recorded figure."""
        return sources_of(self.result.source)

    @property
    def follows(self) -> list[PublishedResult]:
        """Return the results, under other codes, of the units that this one follows."""
        before = self.change.before
        if before is None:
            return list(self.change.origins)
        return [] if before.unit_code == self.result.unit_code else [before]

    @property
    def former_name(self) -> str:
        """Return the name that the unit had the year before when it was another, else nothing."""
        before = self.change.before
        if before is None or self.follows or before.unit_name == self.result.unit_name:
            return ""
        return before.unit_name

    @property
    def scheme_changed(self) -> bool:
        """Tell whether the year before was scored by another scheme or version of it."""
        before = self.change.before
        return before is not None and before.group.scheme != self.result.group.scheme


@dataclass(frozen=True)
class Series:
    """One unit's results of one kind, newest first; kinds never share a series (design 0.17)."""

    kind: PublicationKind
    rows: list[Row]

    @property
    def is_record(self) -> bool:
        """Tell whether the figures were copied from the press."""
        return self.kind == PublicationKind.RECORD

    @property
    def is_illustrative(self) -> bool:
        """Tell whether the figures were made up."""
        return self.kind == PublicationKind.ILLUSTRATIVE

    @property
    def latest(self) -> Row:
        """Return the newest result."""
        return self.rows[0]

    @cached_property
    def extremes(self) -> list[dict[str, Any]]:
        """Return the strongest and the weakest field of the newest result, or nothing."""
        names = {part["code"]: part["name"] for part in self.latest.result.group.criteria}
        parts = [part for part in self.latest.result.fields if part["index"] is not None]
        parts.sort(key=lambda part: Decimal(part["index"]), reverse=True)
        chosen = [parts[0], parts[-1]] if len(parts) > 1 else []
        return [{"name": names.get(part["code"], ""), "index": part["index"]} for part in chosen]


@dataclass(frozen=True)
class Ranking:
    """One group of a publication, in order: the ranked units, then the others by band and name."""

    group: PublishedGroup
    ranked: list[Row]
    unranked: list[Row]

    @property
    def top(self) -> list[Row]:
        """Return the rows of the first five ranks."""
        return [row for row in self.ranked if (row.result.rank or 0) <= TOP_RANK]

    @property
    def last(self) -> list[Row]:
        """Return the rows of the last rank that are not among the first."""
        end = self.ranked[-1].result.rank if self.ranked else None
        return [row for row in self.ranked if row.result.rank == end and row not in self.top]

    @property
    def lengthened(self) -> bool:
        """Tell whether some index needs more decimals than the scheme shows."""
        return any(row.lengthened for row in self.ranked)

    @property
    def fields(self) -> list[dict[str, Any]]:
        """Return the fields of the scheme as published."""
        return [part for part in self.group.criteria if not part.get("parent")]

    @property
    def disputed(self) -> list[Row]:
        """Return the rows of a record that its sources contradict, as the imported data say."""
        return [row for row in (*self.ranked, *self.unranked) if row.result.disputed]


def printed(group: PublishedGroup, results: list[PublishedResult], earlier: Earlier) -> Ranking:
    """Return a group's table, compared with `earlier`, the results of the year before."""
    entries = [Entry(row.pk, row.index, row.rank is not None) for row in results]
    texts = display_all(entries, group.decimals)
    rows = []
    for result in results:
        text, lengthened = texts[result.pk]
        decimals = len(text.partition(",")[2]) if text else group.decimals
        now = Place(group.code, result.rank, result.index)
        change = earlier.change(result.unit_code, result.predecessors, now)
        result.group = group  # at hand: no row asks for its group again
        rows.append(Row(result, decimals, lengthened, change))
    ranked = [row for row in rows if row.result.rank is not None]
    ranked.sort(key=lambda row: (row.result.rank, row.result.sort_name))
    others = [row for row in rows if row.result.rank is None]
    others.sort(key=lambda row: (not row.result.band, row.result.band, row.result.sort_name))
    return Ranking(group, ranked, others)
