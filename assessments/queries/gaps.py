"""From the self-assessed points to the final ones: how far, and who stands far from the group.

Compared are the leaves that the unit scored itself, as shares of what could be had there: leaves
that do not apply move both sides. A gap is in percentage points, exact Decimals.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_PLACES = Decimal("0.0001")
#: Far is more than so many times the median distance from the median, and never less than a point
#: over all fields or five points in one: a single leaf of a small field moves it by as much, and
#: where most units lose nothing the median distance is no yardstick.
FAR_TIMES, FAR_LEAST, FAR_LEAST_IN_FIELD = 3, Decimal(1), Decimal(5)
#: Fewer gaps than this make no group to be far from.
FEWEST = 3


@dataclass(frozen=True)
class Sum:
    """Points out of the highest that could be had on the leaves that apply."""

    points: Decimal = Decimal(0)
    applicable: Decimal = Decimal(0)

    @property
    def share(self) -> Decimal | None:
        """Return the points in percent of the applicable ones; None where nothing applies."""
        return self.points * 100 / self.applicable if self.applicable else None

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.points + other.points, self.applicable + other.applicable)


@dataclass(frozen=True)
class Gap:
    """One unit's way in one field or in all.

    `claimed` and `kept` are the leaves the unit scored itself, before and after; `final` is every
    leaf. `ready` tells whether all of them have final points.
    """

    claimed: Sum = Sum()
    kept: Sum = Sum()
    final: Sum = Sum()
    ready: bool = False

    @property
    def size(self) -> Decimal | None:
        """Return the percentage points won or lost to four places; None while not comparable."""
        before, after = self.claimed.share, self.kept.share
        if not self.ready or before is None or after is None:
            return None
        return (after - before).quantize(_PLACES, rounding=ROUND_HALF_UP)


def together(parts: Iterable[Gap]) -> Gap:
    """Return the sum of the fields."""
    found = list(parts)
    return Gap(
        sum((part.claimed for part in found), Sum()), sum((part.kept for part in found), Sum()),
        sum((part.final for part in found), Sum()), bool(found) and all(p.ready for p in found),
    )  # fmt: skip


def median(values: Iterable[Decimal]) -> Decimal | None:
    """Return the middle value, the mean of the two middle ones of an even number, else None."""
    rows = sorted(values)
    if not rows:
        return None
    half = len(rows) // 2
    return rows[half] if len(rows) % 2 else (rows[half - 1] + rows[half]) / 2


def far(gaps: Mapping[int, Decimal | None], least: Decimal = FAR_LEAST) -> set[int]:
    """Return the keys whose gap lies far from the median of them all (see FAR_TIMES).

    `least` is the smallest distance, in percentage points, that counts as far.
    """
    known = {key: gap for key, gap in gaps.items() if gap is not None}
    middle = median(known.values())
    if middle is None or len(known) < FEWEST:
        return set()
    apart = {key: abs(gap - middle) for key, gap in known.items()}
    usual = median(apart.values()) or Decimal(0)
    return {
        key for key, distance in apart.items()
        if distance > FAR_TIMES * usual and distance >= least
    }  # fmt: skip
