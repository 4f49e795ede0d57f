"""A scale from values to places: round ends, round steps, exact arithmetic."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
#: Percent of the width kept free at each side, so that a mark at the end is drawn whole.
EDGE = Decimal(4)
#: A text nearer to an end than this (percent) is written inwards.
_NEAR = Decimal(18)


def number(value: Decimal) -> str:
    """Return a length for an attribute: two decimals at most, a point, no exponent."""
    text = format(value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP), "f")
    return text.rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Tick:
    """A round value of a scale and its place across the width, in percent."""

    value: Decimal
    place: str
    anchor: str


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` in steps of `step`, laid across `left` to `right` percent."""

    low: Decimal
    high: Decimal
    step: Decimal
    left: Decimal = EDGE
    right: Decimal = 100 - EDGE

    def share(self, value: Decimal) -> Decimal:
        """Return where a value stands between the ends, 0 to 1; beyond an end, the end."""
        part = (value - self.low) / (self.high - self.low)
        return min(max(part, Decimal(0)), Decimal(1))

    def percent(self, value: Decimal) -> Decimal:
        """Return the place of a value in percent of the width."""
        return self.left + self.share(value) * (self.right - self.left)

    def place(self, value: Decimal | None) -> str:
        """Return the place of a value as an attribute, empty for a missing one."""
        return "" if value is None else f"{number(self.percent(value))}%"

    def anchor(self, value: Decimal) -> str:
        """Return how a text at this value is anchored so that it stays inside."""
        place = self.percent(value)
        if place < _NEAR:
            return "start"
        return "end" if place > 100 - _NEAR else "middle"

    @property
    def ticks(self) -> list[Tick]:
        """Return the round values from one end to the other."""
        count = int((self.high - self.low) / self.step)
        values = [self.low + self.step * n for n in range(count + 1)]
        return [Tick(value, self.place(value), self.anchor(value)) for value in values]


def nice(values: Iterable[Decimal], *, most: int = 5, least_step: Decimal = Decimal(1)) -> Scale:
    """Return the scale that holds all values between round ends in at most `most` steps.

    Without any value it reaches from 0 to 100.
    """
    known = list(values) or [Decimal(0), Decimal(100)]
    low, high = min(known), max(known)
    step = _step((high - low) / most, least_step)
    while True:
        start = (low / step).to_integral_value(ROUND_FLOOR) * step
        end = (high / step).to_integral_value(ROUND_CEILING) * step
        if start == end:
            end = start + step
        if (end - start) / step <= most:
            return Scale(start, end, step)
        step = _step(step, step * Decimal("1.01"))


def _step(about: Decimal, least: Decimal) -> Decimal:
    """Return the smallest 1, 2 or 5 times a power of ten that is neither below."""
    wanted = max(about, least)
    power = Decimal(1).scaleb(wanted.adjusted())
    return next(power * factor for factor in _STEPS if power * factor >= wanted)
