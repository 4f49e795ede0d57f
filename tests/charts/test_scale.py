"""Round ends and steps, exact places."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.charts import nice
from assessments.charts.scale import number

D = Decimal
INDEXES = st.decimals(min_value=-50, max_value=150, places=10)


@pytest.mark.parametrize(
    ("values", "low", "high", "step"),
    [
        ([], 0, 100, 20),
        (["87.9"], 87, 88, 1),
        (["88"], 88, 89, 1),
        (["71.2", "95.06"], 70, 100, 10),
        (["60", "100"], 60, 100, 10),
        (["-3", "104"], -50, 150, 50),
    ],
)
def test_scale_has_round_ends(values: list[str], low: int, high: int, step: int) -> None:
    scale = nice(D(value) for value in values)
    assert (scale.low, scale.high, scale.step) == (low, high, step)


@given(st.lists(INDEXES, max_size=20), st.integers(min_value=2, max_value=12))
def test_scale_holds_every_value_in_few_steps(values: list[Decimal], most: int) -> None:
    scale = nice(values, most=most)
    assert all(scale.low <= value <= scale.high for value in values)
    assert 2 <= len(scale.ticks) <= most + 1
    assert scale.ticks[-1].value == scale.high


def test_places_are_percent_of_the_width_and_stay_inside() -> None:
    scale = nice([D(60), D(100)])
    assert scale.place(D(60)) == "4%"
    assert scale.place(D(80)) == "50%"
    assert scale.place(D("87.9")) == "68.17%"
    assert scale.place(D(120)) == "96%"
    assert scale.place(None) == ""
    assert [scale.anchor(D(value)) for value in (61, 80, 99)] == ["start", "middle", "end"]


@pytest.mark.parametrize(
    ("value", "text"), [("0", "0"), ("10", "10"), ("100.00", "100"), ("33.335", "33.34")]
)
def test_number_has_a_point_and_no_exponent(value: str, text: str) -> None:
    assert number(D(value)) == text
    assert number(D("1E+2")) == "100"
