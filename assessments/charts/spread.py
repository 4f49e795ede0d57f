"""The distribution of a group: how many units stand in which range of the index."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from assessments.charts.scale import Scale, nice, number

#: Pixels from the top: where the columns begin, where they stand, and the whole picture.
TOP, FOOT, HEIGHT = 56, 156, 184
_MOST_BINS = 15
_GAP = Decimal("0.4")  # percent of the width between two columns


@dataclass(frozen=True)
class Bin:
    """The units from `low` up to, not including, `high`; the last range includes its end."""

    low: Decimal
    high: Decimal
    count: int
    holds_own: bool
    x: str
    width: str
    y: str
    height: str
    middle: str


@dataclass(frozen=True)
class Spread:
    """The columns of a group with the places of the unit and of the median."""

    bins: list[Bin]
    scale: Scale
    own: Decimal | None
    median: Decimal | None
    count: int
    top: int = TOP
    foot: int = FOOT
    height: int = HEIGHT

    @property
    def own_x(self) -> str:
        """Return the place of the unit."""
        return self.scale.place(self.own)

    @property
    def own_anchor(self) -> str:
        """Return how the text at the unit's place is anchored."""
        return "" if self.own is None else self.scale.anchor(self.own)

    @property
    def median_x(self) -> str:
        """Return the place of the median."""
        return self.scale.place(self.median)

    @property
    def median_anchor(self) -> str:
        """Return how the text at the median's place is anchored."""
        return "" if self.median is None else self.scale.anchor(self.median)

    @property
    def gap(self) -> Decimal | None:
        """Return how far the unit stands above the median, None when either is missing."""
        return None if self.own is None or self.median is None else self.own - self.median


def spread(
    values: Iterable[Decimal], own: Decimal | None = None, median: Decimal | None = None
) -> Spread:
    """Return the distribution of a group's indexes; `own` is marked, though not counted by it."""
    known = list(values)
    scale = nice([*known, *([] if own is None else [own])], most=_MOST_BINS)
    count = int((scale.high - scale.low) / scale.step)
    held = [0] * count
    for value in known:
        held[_bin(value, scale, count)] += 1
    marked = None if own is None else _bin(own, scale, count)
    most = max(held, default=0) or 1
    bins = [_column(scale, n, held[n], most, n == marked) for n in range(count)]
    return Spread(bins, scale, own, median, len(known))


def _bin(value: Decimal, scale: Scale, count: int) -> int:
    return min(int((value - scale.low) // scale.step), count - 1)


def _column(scale: Scale, position: int, held: int, most: int, holds_own: bool) -> Bin:
    low = scale.low + scale.step * position
    left, right = scale.percent(low), scale.percent(low + scale.step)
    height = Decimal(held) * (FOOT - TOP) / most
    return Bin(
        low,
        low + scale.step,
        held,
        holds_own,
        x=f"{number(left + _GAP / 2)}%",
        width=f"{number(right - left - _GAP)}%",
        y=number(FOOT - height),
        height=number(height),
        middle=f"{number((left + right) / 2)}%",
    )
