"""What moved since the last dry run, unit by unit: index, rank, band, come and gone (issue 4).

The figures of the last one lie on the draft itself, as secret as the draft's results: no page but
the dry run reads them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.queries.dry_runs import DryGroup, DryRow, DryRun

#: By unit code: name, code of the group, exact index as text, rank, band.
Figures = dict[str, dict[str, Any]]


class What(StrEnum):
    """What became of a unit between two dry runs; a unit may have moved in several ways."""

    NEW = "new"
    GONE = "gone"
    INDEX = "index"
    RANK = "rank"
    BAND = "band"

    @property
    def word(self) -> Promise:
        """Return what the page says."""
        return _WORDS[self]


_WORDS: Mapping[What, Promise] = {
    What.NEW: _("new in the group"), What.GONE: _("gone from the group"),
    What.INDEX: _("index moved"), What.RANK: _("rank moved"), What.BAND: _("other band"),
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What a dry run showed of one unit; `index` is exact, in percent."""

    name: str
    group: str
    index: Decimal | None
    rank: int | None
    band: str


@dataclass(frozen=True)
class Moved:
    """One unit of a group, then and now; None where it was not, or is no longer, in the group."""

    name: str
    then: Seen | None
    now: Seen | None

    @property
    def what(self) -> tuple[What, ...]:
        """Return all that moved; empty when nothing did."""
        if self.then is None or self.now is None:
            return (What.NEW,) if self.then is None else (What.GONE,)
        pairs = (
            (What.INDEX, self.then.index, self.now.index),
            (What.RANK, self.then.rank, self.now.rank),
            (What.BAND, self.then.band, self.now.band),
        )
        return tuple(kind for kind, before, after in pairs if before != after)

    @property
    def places(self) -> int | None:
        """Return the places won (positive) or lost; None where there is nothing to compare."""
        if self.then is None or self.now is None or None in (self.then.rank, self.now.rank):
            return None
        return (self.then.rank or 0) - (self.now.rank or 0)

    @property
    def gained(self) -> Decimal | None:
        """Return the index points won or lost; None where there is nothing to compare."""
        if self.then is None or self.now is None:
            return None
        if self.then.index is None or self.now.index is None:
            return None
        return self.now.index - self.then.index


@dataclass(frozen=True)
class Changes:
    """The units of one group that moved; `gone` groups stand under their code alone."""

    name: str
    rows: tuple[Moved, ...]


def figures_of(run: DryRun) -> Figures:
    """Return what a dry run shows, as it is kept on the draft."""
    return {
        row.standing.unit_code: {
            "name": row.standing.unit_name, "group": group.code,
            "index": None if row.standing.index is None else f"{row.standing.index:f}",
            "rank": row.standing.rank, "band": row.standing.band or "",
        }
        for group in run.groups for row in group.rows
    }  # fmt: skip


def changes(figures: Figures, run: DryRun) -> tuple[Changes, ...]:
    """Return what moved from the kept `figures` to the dry run, group by group in its order.

    Empty while the dry run shows no rows, as before the last dossier is approved, or where no
    figures are kept.
    """
    if not run.groups or not figures:
        return ()
    then = {code: _seen(kept) for code, kept in figures.items()}
    found = [Changes(group.name, tuple(_of_group(group, then))) for group in run.groups]
    known = {group.code for group in run.groups}
    lost = sorted({row.group for row in then.values()} - known)
    found += [
        Changes(code, tuple(Moved(row.name, row, None) for row in then.values()
                            if row.group == code))
        for code in lost
    ]  # fmt: skip
    return tuple(group for group in found if group.rows)


def _of_group(group: DryGroup, then: Mapping[str, Seen]) -> Iterator[Moved]:
    now = {row.standing.unit_code: _now(row, group.code) for row in group.rows}
    for code, seen in now.items():
        before = then.get(code)
        same = before if before is not None and before.group == group.code else None
        moved = Moved(seen.name, same, seen)
        if moved.what:
            yield moved
    for code, before in then.items():
        if before.group == group.code and code not in now:
            yield Moved(before.name, before, None)


def _now(row: DryRow, group: str) -> Seen:
    standing = row.standing
    return Seen(standing.unit_name, group, standing.index, standing.rank, standing.band or "")


def _seen(kept: Mapping[str, Any]) -> Seen:
    index = None if kept["index"] is None else Decimal(kept["index"])
    return Seen(kept["name"], kept["group"], index, kept["rank"], kept["band"])
