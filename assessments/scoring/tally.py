"""Add leaves up to an index, per field and overall (design 4; design 0 items 8 and 10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from assessments.scoring.numbers import INDEX_PLACES, POINTS_PLACES, exact, half_up
from assessments.scoring.reasons import Reason, ScoringError

_ZERO = Decimal(0)
_FULL_INDEX = Decimal(100)


@dataclass(frozen=True)
class LeafScore:
    """The points of one leaf of a scorecard; `points` is None while it is unfinished."""

    code: str
    field: str
    max_points: Decimal
    points: Decimal | None
    applicable: bool = True


@dataclass(frozen=True)
class Part:
    """A field of a scorecard: points achieved, applicable maximum and index (0 to 100)."""

    code: str
    achieved: Decimal
    applicable: Decimal
    index: Decimal | None


@dataclass(frozen=True)
class Tally:
    """A whole scorecard.

    `achieved` and `applicable` are points (four decimals); `bonus` and `penalty` are the
    index points counted, after their caps; `index` has ten decimals, or is None when
    nothing is applicable. Fields keep the order in which their leaves came.
    """

    achieved: Decimal
    applicable: Decimal
    bonus: Decimal
    penalty: Decimal
    index: Decimal | None
    fields: tuple[Part, ...]


def tally(
    leaves: Iterable[LeafScore],
    *,
    bonus: Decimal = _ZERO,
    penalty: Decimal = _ZERO,
    bonus_cap: Decimal | None = None,
    penalty_cap: Decimal | None = None,
) -> Tally:
    """Return sums and indexes: Σ points ÷ Σ applicable maximum × 100, half up to 10 places.

    Leaves that do not apply add to neither sum. Bonus and penalty are index points, each
    counted up to its cap, then the index is bounded to 0–100.

    Raises ScoringError when an applicable leaf has no points, points exceed their maximum,
    a code appears twice, or a number is negative, not finite or over-precise.
    """
    checked = _checked(leaves)
    added = _counted("bonus", bonus, bonus_cap)
    taken = _counted("penalty", penalty, penalty_cap)
    overall = _part("", checked)
    codes = dict.fromkeys(leaf.field for leaf in checked)
    return Tally(
        achieved=overall.achieved,
        applicable=overall.applicable,
        bonus=added,
        penalty=taken,
        index=_adjusted(overall.index, added - taken),
        fields=tuple(_part(code, [x for x in checked if x.field == code]) for code in codes),
    )


def _checked(leaves: Iterable[LeafScore]) -> list[LeafScore]:
    kept: dict[str, LeafScore] = {}
    for leaf in leaves:
        if leaf.code in kept:
            raise ScoringError(leaf.code, Reason.DUPLICATE, {"value": leaf.code})
        if leaf.applicable:
            _check_points(leaf)
        kept[leaf.code] = leaf
    return list(kept.values())


def _check_points(leaf: LeafScore) -> None:
    if leaf.points is None:
        raise ScoringError(leaf.code, Reason.UNFINISHED)
    points = exact(leaf.points, code=leaf.code, field="points", places=POINTS_PLACES)
    name = "max_points"
    if points > exact(leaf.max_points, code=leaf.code, field=name, places=POINTS_PLACES):
        params = {"value": leaf.points, "max": leaf.max_points}
        raise ScoringError(leaf.code, Reason.POINTS_OVER_MAX, params)


def _counted(field: str, value: Decimal, cap: Decimal | None) -> Decimal:
    """Return a bonus or a penalty as far as its cap allows (index points)."""
    counted = exact(value, code="", field=field, places=POINTS_PLACES)
    if cap is not None:
        counted = min(counted, exact(cap, code="", field=f"{field}_cap", places=POINTS_PLACES))
    return half_up(counted, POINTS_PLACES)


def _adjusted(index: Decimal | None, difference: Decimal) -> Decimal | None:
    """Add bonus less penalty to an index and keep it within 0 and 100."""
    if index is None:
        return None
    return half_up(min(max(index + difference, _ZERO), _FULL_INDEX), INDEX_PLACES)


def _part(code: str, leaves: Sequence[LeafScore]) -> Part:
    applicable = [leaf for leaf in leaves if leaf.applicable]
    achieved = sum((Fraction(leaf.points or 0) for leaf in applicable), Fraction(0))
    maximum = sum((Fraction(leaf.max_points) for leaf in applicable), Fraction(0))
    return Part(
        code=code,
        achieved=half_up(achieved, POINTS_PLACES),
        applicable=half_up(maximum, POINTS_PLACES),
        index=half_up(achieved / maximum * 100, INDEX_PLACES) if maximum else None,
    )
