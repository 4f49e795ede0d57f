"""Numbers are read strictly, rounded exactly and printed the Vietnamese way."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring import Reason, ScoringError, format_decimal, parse_count, parse_points
from assessments.scoring.numbers import decimals_used, exact, half_up
from tests.scoring.strategies import decimals


def refused(call, *args, **kwargs) -> ScoringError:
    with pytest.raises(ScoringError) as caught:
        call(*args, **kwargs)
    return caught.value


def test_parse_points_comma_and_point_are_equal():
    assert parse_points("95,06") == parse_points("95.06") == Decimal("95.06")


@pytest.mark.parametrize("text", ["  2,5", "2,5\u00a0", "\u202f2,5 ", "\ufeff2,5", "2,5\t\n"])
def test_parse_points_surrounding_spaces_are_stripped(text):
    assert parse_points(text) == Decimal("2.5")


BAD_NUMBERS = [
    ("", Reason.BLANK),
    (" \u00a0 ", Reason.BLANK),
    ("một", Reason.NOT_A_NUMBER),
    ("2 điểm", Reason.NOT_A_NUMBER),
    ("NaN", Reason.NOT_A_NUMBER),
    ("Infinity", Reason.NOT_A_NUMBER),
    ("1e5", Reason.NOT_A_NUMBER),
    ("1_000", Reason.NOT_A_NUMBER),
    ("1 000", Reason.NOT_A_NUMBER),
    ("1\u00a0000", Reason.NOT_A_NUMBER),
    ("+1", Reason.NOT_A_NUMBER),
    ("-", Reason.NOT_A_NUMBER),
    (",5", Reason.NOT_A_NUMBER),
    ("5,", Reason.NOT_A_NUMBER),
    (",", Reason.NOT_A_NUMBER),
    ("٣", Reason.NOT_A_NUMBER),
    ("=1+1", Reason.NOT_A_NUMBER),
    ("-1", Reason.NEGATIVE),
    ("\u22121,5", Reason.NEGATIVE),
    ("1.234,5", Reason.BOTH_MARKS),
    ("1,234.5", Reason.BOTH_MARKS),
    ("1.234.567", Reason.REPEATED_MARK),
    ("1,,5", Reason.REPEATED_MARK),
    ("1,23456", Reason.TOO_PRECISE),
    ("1000000000000001", Reason.TOO_LARGE),
]


@pytest.mark.parametrize(("text", "reason"), BAD_NUMBERS)
@pytest.mark.parametrize("parse", [parse_points, parse_count])
def test_parse_bad_number_is_refused_naming_the_leaf(parse, text, reason):
    error = refused(parse, text, code="1.1.2")

    assert (error.code, error.reason) == ("1.1.2", reason)
    assert str(error).startswith("1.1.2: ")


@pytest.mark.parametrize("text", ["1.234", "1,234", "12.500", "999,999"])
def test_parse_count_mark_and_three_digits_is_ambiguous(text):
    error = refused(parse_count, text)

    assert error.reason is Reason.AMBIGUOUS
    assert error.params["whole"] == text.replace(".", "").replace(",", "")
    assert error.params["decimal"] == text.replace(".", ",")


@pytest.mark.parametrize("text", ["0.125", "1234.567", "012,345"])
def test_parse_count_three_decimals_that_are_no_thousands_is_over_precise(text):
    assert refused(parse_count, text).reason is Reason.TOO_PRECISE


def test_parse_points_three_decimals_are_decimals():
    assert parse_points("1.234") == Decimal("1.234")


@pytest.mark.parametrize(("text", "value"), [("1234", "1234"), ("12,5", "12.5"), ("0.25", "0.25")])
def test_parse_count_whole_or_two_decimals_is_read(text, value):
    assert parse_count(text) == Decimal(value)


def test_error_without_a_leaf_has_no_prefix():
    assert str(refused(parse_points, "")) == "a number is needed"


@given(decimals("0", "999999999999999", 4))
def test_points_printed_are_read_back(value):
    assert parse_points(format_decimal(value)) == value
    assert parse_points(format_decimal(value, 4)) == value


@given(decimals("0", "999999999999999", 2))
def test_counts_printed_are_read_back(value):
    assert parse_count(format_decimal(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**9))
def test_format_decimal_trimmed_keeps_the_exact_value(value):
    assert Decimal(format_decimal(value).replace(",", ".")) == value


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("94.265", 2, "94,27"),
        ("94.2649", 2, "94,26"),
        ("85.4", 2, "85,40"),
        ("85.40", None, "85,4"),
        ("1E+3", None, "1000"),
        ("100", None, "100"),
        ("0.00", None, "0"),
        ("-0.004", 2, "0,00"),
        ("-1.5", 0, "-2"),
    ],
)
def test_format_decimal_prints_a_comma(value, places, text):
    assert format_decimal(Decimal(value), places) == text


@given(st.fractions(max_denominator=10**12), st.integers(0, 10))
def test_half_up_equals_fraction_arithmetic(value, places):
    rounded = half_up(value, places)
    distance = abs(Fraction(rounded) - value)
    half = Fraction(1, 2 * 10**places)

    assert rounded.as_tuple().exponent == -places
    assert distance < half or (distance == half and abs(Fraction(rounded)) > abs(value))


def test_half_up_does_not_round_to_the_context():
    value = Decimal("12345678901234567890123456789.12345")

    assert half_up(value, 4) == Decimal("12345678901234567890123456789.1235")


def test_half_up_float_is_refused():
    with pytest.raises(TypeError, match="not float"):
        half_up(0.5, 2)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Decimal("NaN"), Reason.NOT_A_NUMBER),
        (Decimal("sNaN"), Reason.NOT_A_NUMBER),
        (Decimal("Infinity"), Reason.NOT_A_NUMBER),
        (Decimal("-Infinity"), Reason.NOT_A_NUMBER),
        (1.5, Reason.NOT_A_NUMBER),
        ("1", Reason.NOT_A_NUMBER),
        (Decimal("-0.01"), Reason.NEGATIVE),
        (Decimal("1E+999999"), Reason.TOO_LARGE),
        (Decimal("1E-999999"), Reason.TOO_PRECISE),
        (Decimal("0.001"), Reason.TOO_PRECISE),
    ],
)
def test_exact_unusable_value_is_refused(value, reason):
    error = refused(exact, value, code="2.1", field="a", places=2)

    assert (error.code, error.reason, error.params["field"]) == ("2.1", reason, "a")


@pytest.mark.parametrize("value", ["0E-999999", "-0", "0.5000000", "1E+15"])
def test_exact_trailing_zeros_are_no_precision(value):
    number = Decimal(value)

    assert exact(number, code="", field="a", places=2) == Fraction(number if number else 0)


@pytest.mark.parametrize(("value", "count"), [("1.50", 1), ("100", 0), ("1E+2", 0), ("0.0001", 4)])
def test_decimals_used_leaves_out_trailing_zeros(value, count):
    assert decimals_used(Decimal(value)) == count
