"""Published results side by side: units of one publication, or one unit over the years.

Kinds of figures never share a comparison and records of the press have none (design 0.17). The
best of a row is named only where one scheme scored every column of one group.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Q, QuerySet

from assessments.choices import PublicationKind
from assessments.models import Publication, PublishedResult
from assessments.queries.public import published
from assessments.scoring import Entry, display_all
from cchc.kit.text import unaccent
from units.models import Unit

#: Columns that still fit side by side.
LIMIT = 5
SUGGESTIONS = 10


@dataclass(frozen=True)
class Column:
    """One result of a comparison; `decimals` tells its index from the others'."""

    result: PublishedResult
    decimals: int

    @property
    def year(self) -> int:
        """Return the year of the figures."""
        return self.result.publication.year

    @cached_property
    def names(self) -> dict[str, str]:
        """Return the names of fields and criteria by code, as published."""
        return {part["code"]: part["name"] for part in self.result.group.criteria}


@dataclass(frozen=True)
class Figure:
    """One figure of a row: `value` of the highest `of`; `best` where no other column has more."""

    column: Column
    value: Decimal | None
    of: Decimal | None = None
    best: bool = False


@dataclass(frozen=True)
class Line:
    """A field or a criterion with its figure in every column."""

    code: str
    name: str
    figures: list[Figure]


@dataclass(frozen=True)
class Comparison:
    """Two to five results side by side, or one that waits for company."""

    columns: list[Column]

    @cached_property
    def one_group(self) -> bool:
        """Tell whether every column stands in the same group."""
        return len({column.result.group.code for column in self.columns}) < 2

    @cached_property
    def one_scheme(self) -> bool:
        """Tell whether one version of one scheme scored every column."""
        return len({column.result.group.scheme for column in self.columns}) < 2

    @property
    def comparable(self) -> bool:
        """Tell whether the best of a row may be named."""
        return self.one_group and self.one_scheme

    @cached_property
    def ranks(self) -> list[Figure]:
        """Return the ranks; the best is the least."""
        found = [column.result.rank for column in self.columns]
        return self._marked(
            [(None if rank is None else Decimal(rank), None) for rank in found], min
        )

    @cached_property
    def indexes(self) -> list[Figure]:
        """Return the exact indexes."""
        return self._marked([(column.result.index, None) for column in self.columns])

    @cached_property
    def fields(self) -> list[Line]:
        """Return the index of each field; those that differ in code or name stay apart."""
        cells = [
            {
                (part["code"], column.names.get(part["code"], "")): (_decimal(part["index"]), None)
                for part in column.result.fields
            }
            for column in self.columns
        ]
        return self._lines(cells)

    @cached_property
    def criteria(self) -> list[tuple[Line, list[Line]]]:
        """Return, by field, the points of each criterion of those that publish them."""
        cells: list[dict[tuple[str, str], Any]] = [{} for _column in self.columns]
        homes: dict[tuple[str, str], tuple[str, str]] = {}
        for column, found in zip(self.columns, cells, strict=True):
            for score in column.result.scores.all():
                key = score.code, column.names.get(score.code, "")
                homes[key] = score.field_code, column.names.get(score.field_code, "")
                found[key] = (score.final_points if score.applicable else None, score.max_points)
        by_field: dict[tuple[str, str], list[Line]] = {}
        for line in self._lines(cells):
            by_field.setdefault(homes[line.code, line.name], []).append(line)
        keyed = {(field.code, field.name): field for field in self.fields}
        return [(field, by_field[key]) for key, field in keyed.items() if key in by_field]

    def _lines(self, cells: list[dict[tuple[str, str], Any]]) -> list[Line]:
        keys = dict.fromkeys(key for found in cells for key in found)
        return [
            Line(*key, self._marked([found.get(key, (None, None)) for found in cells]))
            for key in keys
        ]

    def _marked(
        self, figures: list[tuple[Decimal | None, Decimal | None]],
        best_of: Callable[[Iterable[Decimal]], Decimal] = max,
    ) -> list[Figure]:  # fmt: skip
        values = [value for value, _of in figures if value is not None]
        told = self.comparable and len(set(values)) > 1
        best = best_of(values) if told else None
        pairs = zip(self.columns, figures, strict=True)
        return [Figure(column, *pair, best=told and pair[0] == best) for column, pair in pairs]


def of_units(of: Publication, slugs: list[str]) -> Comparison:
    """Return the units of these addresses side by side, in this order; the unknown are absent."""
    found = {row.unit_slug: row for row in _results().filter(publication=of, unit_slug__in=slugs)}
    return _compared([found[slug] for slug in slugs if slug in found])


def over_years(slug: str, publications: list[Publication]) -> Comparison:
    """Return one unit in these publications, newest first.

    Where it had another code, the one unit that it follows stands for it.
    """
    newest = (
        PublishedResult.objects.filter(unit_slug=slug, publication__in=publications)
        .order_by("-publication__year")
        .first()
    )
    if newest is None:
        return Comparison([])
    codes = [newest.unit_code, *newest.predecessors]
    held: dict[int, list[PublishedResult]] = {}
    for row in _results().filter(publication__in=publications, unit_code__in=codes):
        held.setdefault(row.publication_id, []).append(row)
    found = []
    for publication in sorted(publications, key=lambda row: -row.year):
        rows = held.get(publication.pk, [])
        own = [row for row in rows if row.unit_code == newest.unit_code]
        found += own or (rows if len(rows) == 1 else [])
    return _compared(found)


def choices(at: dt.datetime) -> list[Publication]:
    """Return the publications in force whose figures may be compared, newest first."""
    return list(published.current(at).exclude(kind=PublicationKind.RECORD))


def candidates(of: Publication, text: str) -> list[PublishedResult]:
    """Return at most ten units of a publication named like `text`, now or formerly.

    Accents are optional; a unit of exactly this name stands alone.
    """
    key = unaccent(text)
    if not key:
        return []
    former = Unit.objects.filter(
        Q(aliases__search_name__contains=key) | Q(origins__predecessor__search_name__contains=key)
    )
    named = Q(search_name__contains=key) | Q(unit_code__in=former.values("code"))
    found = list(of.results.filter(named).order_by("sort_name")[:SUGGESTIONS])
    exact = [row for row in found if row.unit_name.casefold() == text.casefold()]
    return exact if len(exact) == 1 else found


def names_of(slugs: Iterable[str]) -> dict[str, str]:
    """Return the names of the units at these addresses."""
    return dict(Unit.objects.filter(slug__in=slugs).values_list("slug", "name"))


def _results() -> QuerySet[PublishedResult]:
    ranked = Count("group__results", filter=Q(group__results__rank__isnull=False))
    return (
        PublishedResult.objects.select_related("publication", "group")
        .prefetch_related("scores")
        .annotate(peers=ranked)
    )


def _compared(results: list[PublishedResult]) -> Comparison:
    entries = [Entry(row.pk, row.index, row.rank is not None) for row in results]
    decimals = max((row.group.decimals for row in results), default=2)
    texts = display_all(entries, decimals)
    shown = {key: len(text.partition(",")[2]) if text else decimals
             for key, (text, _long) in texts.items()}  # fmt: skip
    return Comparison([Column(row, shown[row.pk]) for row in results])


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
