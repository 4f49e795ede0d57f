"""How the units' own points on one criterion lie: least, quartiles, most; at full and at zero."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, QuerySet

from assessments.models import CriterionScore
from assessments.queries.check_values import FEWEST_UNITS, Median
from assessments.scoring import half_up


@dataclass(frozen=True)
class Spread:
    """A distribution of points; quartiles are values that exist, the lower of two."""

    most: Decimal
    units: int = 0
    least: Decimal | None = None
    lower: Decimal | None = None
    middle: Decimal | None = None
    upper: Decimal | None = None
    highest: Decimal | None = None
    at_full: int = 0
    at_zero: int = 0

    def place(self, points: Decimal | None) -> str:
        """Return where points lie from 0 to 100 of the highest, as a decimal with a point."""
        if points is None or not self.most:
            return "0"
        return str(half_up(points / self.most * 100, 2))

    @property
    def drawing(self) -> dict[str, str]:
        """Return the places of a box plot on a line of 100."""
        names = ("least", "lower", "middle", "upper", "highest")
        places = {name: self.place(getattr(self, name)) for name in names}
        width = Decimal(places["upper"]) - Decimal(places["lower"])
        return places | {"width": str(max(width, Decimal(1)))}


def spread_of(points: Iterable[Decimal], most: Decimal) -> Spread:
    """Return the distribution of the units' own points; no quartiles of too few units.

    The median of fewer units than `check_values.FEWEST_UNITS` is the figure of one of them.
    """
    rows = sorted(points)
    if len(rows) < FEWEST_UNITS:
        return Spread(most, len(rows))
    lower, middle, upper = (rows[-(-len(rows) * quarter // 4) - 1] for quarter in (1, 2, 3))
    return Spread(
        most, len(rows), rows[0], lower, middle, upper, rows[-1],
        at_full=sum(each >= most for each in rows), at_zero=sum(not each for each in rows),
    )  # fmt: skip


def spread_of_rows(rows: Iterable[Any], most: Decimal) -> Spread:
    """Return the distribution of the leaves that count by the unit's claim."""
    return spread_of(
        [row.shown_self for row in rows if row.shown_self is not None and row.self_applicable],
        most,
    )


def medians_of(leaves: QuerySet[CriterionScore], cycle_scheme_id: int) -> dict[int, Spread]:
    """Return, by criterion, the medians of a group's own points on `leaves` (one query).

    `leaves` are those that the reader may read, annotated by `Sight.on_leaves`.
    """
    # The annotations of `Sight.on_leaves` are known to no type of the model.
    annotated: QuerySet[Any] = leaves
    rows = (
        annotated.filter(
            submission__cycle_scheme=cycle_scheme_id, shown_self__isnull=False,
            self_applicable=True,
        )
        .order_by().values_list("criterion")
        .annotate(middle=Median("shown_self"), most=Max("criterion__max_points"), n=Count("pk"))
    )  # fmt: skip
    return {
        criterion: Spread(most, units, middle=middle)
        for criterion, middle, most, units in rows
        if units >= FEWEST_UNITS
    }
