"""Where each chart puts its marks."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assessments.charts import TrendPoint, dots, gaps, spread, trend

D = Decimal


def test_dots_share_one_scale_and_count_sides() -> None:
    found = dots([
        ("Một", D(90), D(80), D(100)), ("Hai", D(70), D(80), D(95)), ("Ba", D(80), D(80), D(90)),
        ("Bốn", None, D(60), D(90)),
    ])  # fmt: skip
    assert (found.scale.low, found.scale.high) == (60, 100)
    assert [row.own_x for row in found.rows] == ["73%", "27%", "50%", ""]
    assert [row.median_x for row in found.rows] == ["50%", "50%", "50%", "4%"]
    assert [row.best_x for row in found.rows] == ["96%", "84.5%", "73%", "73%"]
    assert [row.gap for row in found.rows] == [10, -10, 0, None]
    assert (found.above, found.below) == (1, 1)
    assert found.furthest is found.rows[0]


def test_dots_without_any_difference_have_no_furthest() -> None:
    assert dots([("Một", D(80), D(80), D(80)), ("Hai", None, None, None)]).furthest is None
    assert dots([]).furthest is None


def test_gaps_are_drawn_in_percent_of_the_highest() -> None:
    found = gaps([("Một", D(8), D(8), D(6)), ("Hai", D(4), D(3), D(3)), ("Ba", D(0), D(0), D(0))])
    assert [row.label for row in found.rows] == ["Một", "Hai"]
    assert [(row.claimed_x, row.final_x) for row in found.rows] == [("96%", "4%"), ("4%", "4%")]
    assert (found.scale.low, found.scale.high) == (75, 100)
    assert (found.claimed, found.final, found.gap) == (11, 9, -2)
    assert found.widest is found.rows[0]


def test_gaps_that_only_rise_have_no_widest() -> None:
    assert gaps([("Một", D(8), D(6), D(7))]).widest is None
    assert gaps([]).rows == []


def test_spread_counts_each_unit_once_in_half_open_ranges() -> None:
    found = spread([D(70), D("74.99"), D(75), D(80), D(81)], own=D(75), median=D(75))
    assert [(row.low, row.high, row.count) for row in found.bins] == [
        (70, 71, 1), (71, 72, 0), (72, 73, 0), (73, 74, 0), (74, 75, 1), (75, 76, 1),
        (76, 77, 0), (77, 78, 0), (78, 79, 0), (79, 80, 0), (80, 81, 2),
    ]  # fmt: skip
    assert [row.low for row in found.bins if row.holds_own] == [75]
    assert (found.bins[0].y, found.bins[0].height) == ("106", "50")
    assert (found.bins[-1].y, found.bins[-1].height) == ("56", "100")
    assert found.gap == 0


@given(st.lists(st.decimals(min_value=0, max_value=105, places=10), min_size=1, max_size=200))
def test_spread_loses_no_unit(values: list[Decimal]) -> None:
    found = spread(values, own=values[0])
    assert sum(row.count for row in found.bins) == len(values)
    own = [row for row in found.bins if row.holds_own]
    assert len(own) == 1
    assert own[0].low <= values[0] <= own[0].high
    assert len(found.bins) <= 15


def test_spread_of_nobody_is_empty() -> None:
    found = spread([])
    assert sum(row.count for row in found.bins) == 0
    assert (found.own_x, found.median_x, found.own_anchor, found.gap) == ("", "", "", None)


def test_trend_joins_years_that_can_be_compared() -> None:
    found = trend([
        TrendPoint(2025, D(90), median=D(85)), TrendPoint(2024, D(80)),
        TrendPoint(2023, D(70)),
    ])  # fmt: skip
    assert [mark.point.year for mark in found.marks] == [2023, 2024, 2025]
    assert [mark.x for mark in found.marks] == ["14%", "52%", "90%"]
    assert [mark.y for mark in found.marks] == ["188", "116", "44"]
    assert [mark.median_y for mark in found.marks] == ["", "", "80"]
    assert [(line.x1, line.y1, line.x2, line.y2) for line in found.segments] == [
        ("14%", "188", "52%", "116"), ("52%", "116", "90%", "44"),
    ]  # fmt: skip
    assert found.breaks == []
    assert found.before == TrendPoint(2024, D(80))
    assert [level.y for level in found.levels] == ["188", "152", "116", "80", "44"]


def test_trend_stops_at_a_break_and_names_it_once() -> None:
    found = trend([
        TrendPoint(2023, D(70)), TrendPoint(2024, D(80), breaks=("bộ tiêu chí khác",)),
        TrendPoint(2025, D(90)),
    ])  # fmt: skip
    assert [(line.x1, line.x2) for line in found.segments] == [("52%", "90%")]
    assert [(row.number, row.year, row.x, row.words) for row in found.breaks] == [
        (1, 2024, "33%", ("bộ tiêu chí khác",))
    ]
    assert found.numbers == {2024: 1}


def test_trend_does_not_join_over_a_missing_year_or_value() -> None:
    found = trend([TrendPoint(2021, D(70)), TrendPoint(2023, D(80)), TrendPoint(2024, None),
                   TrendPoint(2025, D(90))])  # fmt: skip
    assert found.segments == []
    assert found.before is None
    assert [year for year, _x in found.years] == [2021, 2022, 2023, 2024, 2025]


def test_trend_joins_no_predecessor_to_the_unit_nor_two_of_one_year() -> None:
    words = ("sáp nhập",)
    found = trend([
        TrendPoint(2023, D(70), "Phường A"), TrendPoint(2024, D(75), "Phường A"),
        TrendPoint(2024, D(60), "Phường B"), TrendPoint(2025, D(80), breaks=words),
    ])  # fmt: skip
    assert found.segments == []
    assert found.has_predecessors
    assert [row.words for row in found.breaks] == [words]


def test_trend_of_one_year_stands_in_the_middle() -> None:
    found = trend([TrendPoint(2025, D("87.9"), breaks=("không có gì trước đó",))])
    assert [mark.x for mark in found.marks] == ["52%"]
    assert found.breaks == []
    assert found.last.year == 2025


def test_crowded_trend_writes_fewer_years_and_only_the_last_value() -> None:
    found = trend(TrendPoint(2010 + n, D(70 + n)) for n in range(16))
    assert len(found.years) <= 7
    assert found.years[-1][0] == 2025
    assert [mark.point.year for mark in found.marks if mark.written] == [2025]


def test_trend_without_points_is_empty() -> None:
    found = trend([])
    assert (found.marks, found.segments, found.breaks, found.years) == ([], [], [], [])
