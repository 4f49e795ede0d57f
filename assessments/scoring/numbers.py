"""Read, check, round and print numbers exactly (design 0 items 8 and 12, design 4).

Arithmetic is done with `Fraction`, because `Decimal` operations silently round to the
28 digits of their context.
"""

import re
from decimal import Decimal
from fractions import Fraction

from assessments.scoring.reasons import Params, Reason, ScoringError

POINTS_PLACES = 4
AMOUNT_PLACES = 2
# a weight of two decimals times a mean of four decimals stays exact
PERCENT_PLACES = 6
INDEX_PLACES = 10
LIMIT = 10**15

_PLAIN = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
# one to three digits, a mark and exactly three digits: thousands or decimals?
_LOOKS_GROUPED = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"


def half_up(value: Decimal | Fraction, places: int) -> Decimal:
    """Round to `places` decimals, halves away from zero as PostgreSQL's `round` does."""
    if not isinstance(value, (Decimal, Fraction)):
        raise TypeError(f"scores are exact, not {type(value).__name__}")
    scaled = Fraction(value) * 10**places
    size = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(f"{-size if scaled < 0 else size}E-{places}")


def decimals_used(value: Decimal) -> int:
    """Count the decimals a finite value needs, trailing zeros left out."""
    _, digits, exponent = value.as_tuple()
    if not value or not isinstance(exponent, int):
        return 0
    text = "".join(map(str, digits))
    return max(0, -exponent - (len(text) - len(text.rstrip("0"))))


def exact(value: Decimal, *, code: str, field: str, places: int) -> Fraction:
    """Return the value as a fraction.

    Raises ScoringError, naming leaf `code` and `field`, when the value is no finite
    Decimal, negative, over 10^15 or has more than `places` decimals.
    """
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ScoringError(code, Reason.NOT_A_NUMBER, {"field": field, "value": str(value)})
    params: Params = {"field": field, "value": value}
    if value < 0:
        raise ScoringError(code, Reason.NEGATIVE, params)
    if value > LIMIT:
        raise ScoringError(code, Reason.TOO_LARGE, params)
    if decimals_used(value) > places:
        raise ScoringError(code, Reason.TOO_PRECISE, {**params, "places": places})
    return Fraction(value) if value else Fraction(0)


def parse_points(text: str, *, code: str = "", field: str = "points") -> Decimal:
    """Read points as typed: one decimal mark, comma or point, at most four decimals.

    "95,06" and "95.06" are equal. Raises ScoringError for anything else: blank, both
    marks, a repeated mark, thousands separators, signs, exponents, words.
    """
    value = Decimal(_plain(text, code, field).replace(",", "."))
    exact(value, code=code, field=field, places=POINTS_PLACES)
    return value


def parse_count(text: str, *, code: str = "", field: str = "count") -> Decimal:
    """Read a count or an amount of money as typed: at most two decimals.

    Raises ScoringError as `parse_points` does, and with `Reason.AMBIGUOUS` for "1.234"
    and "1,234", which people write for 1234 (design 0 item 12).
    """
    plain = _plain(text, code, field)
    if _LOOKS_GROUPED.fullmatch(plain):
        whole, decimal = re.sub("[.,]", "", plain), plain.replace(".", ",")
        params = {"field": field, "value": plain, "whole": whole, "decimal": decimal}
        raise ScoringError(code, Reason.AMBIGUOUS, params)
    value = Decimal(plain.replace(",", "."))
    exact(value, code=code, field=field, places=AMOUNT_PLACES)
    return value


def format_decimal(value: Decimal, places: int | None = None) -> str:
    """Print with a decimal comma and no thousands separator.

    Rounds half up to `places`; with None prints every decimal in use and no more.
    """
    if places is not None:
        return f"{half_up(value, places):f}".replace(".", ",")
    if not value:
        return "0"
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def _plain(text: str, code: str, field: str) -> str:
    """Strip what surrounds a typed number and refuse whatever is not digits and one mark."""
    plain = text.strip().strip(_INVISIBLE).strip()
    params = {"field": field, "value": plain}
    if not plain:
        raise ScoringError(code, Reason.BLANK, {"field": field})
    if _PLAIN.fullmatch(plain):
        return plain
    if plain[0] in "-\u2212" and _PLAIN.fullmatch(plain[1:]):
        raise ScoringError(code, Reason.NEGATIVE, params)
    if re.fullmatch("[0-9.,]*[0-9][0-9.,]*", plain):
        if "." in plain and "," in plain:
            raise ScoringError(code, Reason.BOTH_MARKS, params)
        if plain.count(".") + plain.count(",") > 1:
            raise ScoringError(code, Reason.REPEATED_MARK, params)
    raise ScoringError(code, Reason.NOT_A_NUMBER, params)
