"""Rank the units of a group, name their bands and print their indexes (design 4).

Ranks and bands use the exact ten-place index; only what is printed is rounded shorter.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from assessments.scoring.numbers import INDEX_PLACES, format_decimal
from assessments.scoring.reasons import Reason, ScoringError

K = TypeVar("K", bound=Hashable)

LENGTHENED_PLACES = 4


@dataclass(frozen=True)
class Entry(Generic[K]):
    """One unit of a ranking; `ranked` is False for a dossier scored but kept out of the ranks."""

    key: K
    index: Decimal | None
    ranked: bool = True


def rank(entries: Sequence[Entry[K]]) -> dict[K, int | None]:
    """Return each key's rank: equal indexes share one and the next is skipped (1, 2, 2, 4).

    Entries without an index or not ranked get None and shift nobody. Order of rows and
    names never matter. Raises ScoringError when a key appears twice or an index is NaN.
    """
    _check(entries)
    indexes = sorted((e.index for e in entries if e.ranked and e.index is not None), reverse=True)
    places: dict[Decimal, int] = {}
    for place, index in enumerate(indexes, start=1):
        places.setdefault(index, place)
    return {
        entry.key: places[entry.index] if entry.ranked and entry.index is not None else None
        for entry in entries
    }


def band(index: Decimal | None, bands: Iterable[tuple[str, Decimal]]) -> str | None:
    """Return the label of the highest band whose minimum the index reaches, else None.

    Raises ScoringError when two bands have the same minimum.
    """
    minima: dict[Decimal, str] = {}
    for label, minimum in bands:
        if minimum in minima:
            raise ScoringError("", Reason.DUPLICATE, {"value": minimum})
        minima[minimum] = label
    reached = [minimum for minimum in minima if index is not None and minimum <= index]
    return minima[max(reached)] if reached else None


def display(index: Decimal, decimals: int, peers: Iterable[Decimal] = ()) -> tuple[str, bool]:
    """Print one index, half up to `decimals`, lengthened when a different peer prints alike.

    Returns the text and whether it was lengthened (design 0 item 8).
    """
    rivals = [peer for peer in peers if peer != index]
    for places in (decimals, max(decimals, LENGTHENED_PLACES)):
        text = format_decimal(index, places)
        if all(format_decimal(peer, places) != text for peer in rivals):
            return text, places > decimals
    return format_decimal(index, max(decimals, INDEX_PLACES)), True


def display_all(entries: Sequence[Entry[K]], decimals: int) -> dict[K, tuple[str, bool]]:
    """Print every index of a group; those that print alike but rank apart get four decimals.

    Should four decimals still print alike, all ten are shown. Entries that are not ranked
    lengthen nobody; an entry without an index prints as "".
    """
    _check(entries)
    alike: dict[str, set[Decimal]] = defaultdict(set)
    for entry in entries:
        if entry.ranked and entry.index is not None:
            alike[format_decimal(entry.index, decimals)].add(entry.index)
    shown: dict[K, tuple[str, bool]] = {}
    for entry in entries:
        if entry.index is None:
            shown[entry.key] = ("", False)
        else:
            peers = alike[format_decimal(entry.index, decimals)] if entry.ranked else ()
            shown[entry.key] = display(entry.index, decimals, peers)
    return shown


def _check(entries: Iterable[Entry[K]]) -> None:
    seen: set[K] = set()
    for entry in entries:
        if entry.key in seen:
            raise ScoringError("", Reason.DUPLICATE, {"value": str(entry.key)})
        seen.add(entry.key)
        if entry.index is not None and not entry.index.is_finite():
            params = {"field": "index", "value": str(entry.index)}
            raise ScoringError("", Reason.NOT_A_NUMBER, params)
