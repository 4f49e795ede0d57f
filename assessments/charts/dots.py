"""The dot plot: one row a field, the unit against the group's median and best."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from assessments.charts.scale import Scale, nice

#: A label, the unit's own value, the group's median and the group's best.
Given = tuple[str, Decimal | None, Decimal | None, Decimal | None]


@dataclass(frozen=True)
class DotRow:
    """One row of the plot; a missing value has an empty place."""

    label: str
    own: Decimal | None
    median: Decimal | None
    best: Decimal | None
    scale: Scale

    @property
    def gap(self) -> Decimal | None:
        """Return how far the unit stands above the median, None when either is missing."""
        return None if self.own is None or self.median is None else self.own - self.median

    @property
    def own_x(self) -> str:
        """Return the place of the unit."""
        return self.scale.place(self.own)

    @property
    def median_x(self) -> str:
        """Return the place of the median."""
        return self.scale.place(self.median)

    @property
    def best_x(self) -> str:
        """Return the place of the best."""
        return self.scale.place(self.best)


@dataclass(frozen=True)
class Dots:
    """All rows over one scale."""

    rows: list[DotRow]
    scale: Scale

    @property
    def above(self) -> int:
        """Return how many rows stand above their median."""
        return sum(row.gap is not None and row.gap > 0 for row in self.rows)

    @property
    def below(self) -> int:
        """Return how many rows stand below their median."""
        return sum(row.gap is not None and row.gap < 0 for row in self.rows)

    @property
    def furthest(self) -> DotRow | None:
        """Return the row furthest from its median, the first of equals; None when all are on it."""
        apart = [(abs(row.gap), row) for row in self.rows if row.gap]
        return max(apart, key=lambda pair: pair[0], default=(0, None))[1]


def dots(rows: Iterable[Given]) -> Dots:
    """Return the plot of rows (label, own, median, best); values are indexes, in percent."""
    given = list(rows)
    scale = nice(value for row in given for value in row[1:] if value is not None)
    return Dots([DotRow(*row, scale) for row in given], scale)
