"""The dumbbell: what was claimed and what was concluded, one row a field."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from assessments.charts.scale import Scale, nice

#: A label, the highest points, the claimed points and the final points.
Given = tuple[str, Decimal, Decimal, Decimal]


@dataclass(frozen=True)
class GapRow:
    """One row; drawn in percent of its highest points, so that small fields compare to large."""

    label: str
    highest: Decimal
    claimed: Decimal
    final: Decimal
    scale: Scale

    @property
    def gap(self) -> Decimal:
        """Return the final less the claimed points: negative where points were taken."""
        return self.final - self.claimed

    @property
    def claimed_x(self) -> str:
        """Return the place of the claim."""
        return self.scale.place(_share(self.claimed, self.highest))

    @property
    def final_x(self) -> str:
        """Return the place of the final points."""
        return self.scale.place(_share(self.final, self.highest))


@dataclass(frozen=True)
class Gaps:
    """All rows over one scale, in percent of the highest points."""

    rows: list[GapRow]
    scale: Scale

    @property
    def claimed(self) -> Decimal:
        """Return all points claimed."""
        return sum((row.claimed for row in self.rows), Decimal(0))

    @property
    def final(self) -> Decimal:
        """Return all points concluded for what was claimed."""
        return sum((row.final for row in self.rows), Decimal(0))

    @property
    def gap(self) -> Decimal:
        """Return the sum of the gaps."""
        return self.final - self.claimed

    @property
    def widest(self) -> GapRow | None:
        """Return the row that lost most by the appraisal, the first of equals; None without one."""
        lost = [row for row in self.rows if row.gap < 0]
        return min(lost, key=lambda row: row.gap, default=None)


def gaps(rows: Iterable[Given]) -> Gaps:
    """Return the dumbbell of rows (label, highest, claimed, final); rows without points go."""
    given = [row for row in rows if row[1] > 0]
    scale = nice(_share(value, row[1]) for row in given for value in row[2:])
    return Gaps([GapRow(*row, scale) for row in given], scale)


def _share(points: Decimal, highest: Decimal) -> Decimal:
    return points / highest * 100
