"""A ranking as a reader asks for it: sorted by exact figures, narrowed by band and by name."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from assessments.models import Publication
from assessments.queries.public.movement import Earlier, year_before
from assessments.queries.public.rankings import Ranking, Row, printed
from cchc.kit.text import unaccent

RANK = "thu-hang"
NAME = "ten"
INDEX = "chi-so"
PLACES = "thay-doi"
GAINED = "thay-doi-chi-so"
_KEYS: dict[str, Callable[[Row], Any]] = {
    RANK: lambda row: row.result.rank,
    NAME: lambda row: row.result.sort_name,
    INDEX: lambda row: row.result.index,
    PLACES: lambda row: row.change.places,
    GAINED: lambda row: row.change.gained,
}


@dataclass(frozen=True)
class Order:
    """What a reader asks of a ranking: a key or a field's code to sort by, a band, part of a name.

    The bare `Order()` is the ranking as it was published.
    """

    sort: str = RANK
    descending: bool = False
    band: str = ""
    text: str = ""


def group_ranking(of: Publication, code: str, at: dt.datetime) -> Ranking | None:
    """Return one group of a publication as a ranked table, or None when it has no such group."""
    group = next((row for row in of.groups.all() if row.code == code), None)
    if group is None:
        return None
    return printed(group, list(group.results.all()), Earlier(year_before(at, of)))


def sorts(table: Ranking, *, record: bool) -> list[str]:
    """Return what a table can be sorted by; a record has neither movement nor fields."""
    if record:
        return [RANK, NAME, INDEX]
    return [*_KEYS, *(part["code"] for part in table.fields)]


def bands(table: Ranking) -> list[str]:
    """Return the bands that a table can be narrowed to: those of its scheme, then any others."""
    named = [str(part["label"]) for part in table.group.bands]
    found = {row.result.band for row in (*table.ranked, *table.unranked)} - {""}
    return [*named, *sorted(found.difference(named))]


def arranged(table: Ranking, order: Order) -> Ranking:
    """Return the table with its rows sorted and narrowed; units without a rank stay apart.

    Rows that lack the figure come last in either direction; equal ones stand by name.
    """
    return replace(
        table,
        ranked=_sorted(_matching(table.ranked, order), order),
        unranked=_sorted(_matching(table.unranked, order), order),
    )


def _matching(rows: list[Row], order: Order) -> list[Row]:
    key = unaccent(order.text)
    return [row for row in rows if order.band in ("", row.result.band) and _is_named(row, key)]


def _is_named(row: Row, key: str) -> bool:
    before = row.change.before
    known = [row.result, *([before] if before else []), *row.change.origins]
    return any(key in result.search_name for result in known)


def _sorted(rows: list[Row], order: Order) -> list[Row]:
    key = _KEYS.get(order.sort) or _field(order.sort)
    if order.sort == RANK and all(row.result.rank is None for row in rows):
        return rows
    by_name = sorted(rows, key=_KEYS[NAME])
    found = [row for row in by_name if key(row) is not None]
    # A reversed sort keeps equal rows in their order, so they still stand by name.
    found.sort(key=key, reverse=order.descending)
    return [*found, *(row for row in by_name if key(row) is None)]


def _field(code: str) -> Callable[[Row], Any]:
    def index(row: Row) -> Any:
        text = row.parts.get(code, {}).get("index")
        return None if text is None else Decimal(text)

    return index
