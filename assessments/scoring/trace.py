"""Compose the pieces of a trace, the Vietnamese sentence that explains a leaf's points.

The trace is written in Vietnamese here, and not through the interface's catalogue, because
it is part of the frozen record: it is stored, hashed and published with the points, and
must read the same in every language of the interface (design 4).
"""

from decimal import Decimal
from fractions import Fraction

from assessments.scoring.kinds import Level, TierBasis
from assessments.scoring.numbers import POINTS_PLACES, format_decimal, half_up

NOT_APPLICABLE = "Không áp dụng"
NOTHING_AROSE = "a = 0, không phát sinh"
EXCLUDED = "không tính vào mẫu số"
FULL = "tính điểm tối đa"

_SHOWN = 4


def points_text(points: Decimal) -> str:
    """Print points with at least two decimals and every decimal in use."""
    short = half_up(points, 2)
    return format_decimal(points, 2) if short == points else format_decimal(points)


def number_text(value: Fraction) -> str:
    """Print a number, cut (never rounded) after four decimals, so 79,99996 never reads 80."""
    cut = value.numerator * 10**_SHOWN // value.denominator
    text = format_decimal(Decimal(f"{cut}E-{_SHOWN}"))
    if Fraction(cut, 10**_SHOWN) == value:
        return text
    # "66,6666…" and "50,0000…": the dots continue decimals, so show all four of them
    whole, _, decimals = text.partition(",")
    return f"{whole},{decimals.ljust(_SHOWN, '0')}…"


def percent_text(percent: Fraction) -> str:
    """Print a rate given in percent."""
    return f"{number_text(percent)} %"


def result_text(raw: Fraction) -> str:
    """Print "= points", or "≈ points" when rounding to four decimals changed the value."""
    points = half_up(raw, POINTS_PLACES)
    return f"{'=' if points == raw else '≈'} {points_text(points)}"


def level_text(level: Level, basis: TierBasis) -> str:
    """Name a level by its label, or by its bounds when it has none."""
    if level.label:
        return f"mức “{level.label}”"
    unit = " %" if basis is TierBasis.PERCENT else ""
    parts = []
    if level.lower is not None:
        sign = "≥" if level.lower_inclusive else ">"
        parts.append(f"{sign} {format_decimal(level.lower)}{unit}")
    if level.upper is not None:
        sign = "≤" if level.upper_inclusive else "<"
        parts.append(f"{sign} {format_decimal(level.upper)}{unit}")
    return "mức " + (" và ".join(parts) or "chung")
