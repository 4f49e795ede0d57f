"""A rule that may be issued can score anything; one that cannot names each of its faults."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring import Level, Method, Problem, Reason, Rule, TierBasis, validate_rule
from tests.scoring.cases import (
    IDEAS,
    JUDGED,
    MODELS,
    ONLINE,
    PLAN,
    PLAN_ISSUED,
    POSTED,
    RATIO,
    REPORTS,
    SURVEY,
    D,
)
from tests.scoring.strategies import rules

SOUND = [IDEAS, JUDGED, MODELS, ONLINE, PLAN, PLAN_ISSUED, POSTED, RATIO, REPORTS, SURVEY]


def tiers(*levels: Level, basis: TierBasis = TierBasis.PERCENT) -> Rule:
    return replace(PLAN, basis=basis, levels=levels)


def keys(rule: Rule) -> list[Reason]:
    return [problem.key for problem in validate_rule(rule)]


@pytest.mark.parametrize("rule", SOUND, ids=lambda rule: rule.code)
def test_sound_rule_has_no_problem(rule):
    assert validate_rule(rule) == []


def test_branch_needs_only_its_maximum():
    assert validate_rule(Rule(code="1", max_points=D(15), method=Method.SUM)) == []


@given(rules())
def test_rules_of_the_strategies_are_sound(rule):
    assert validate_rule(rule) == []


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (replace(POSTED, max_points=D(0)), Reason.MAX_NOT_POSITIVE),
        (replace(POSTED, max_points=D(-1)), Reason.NEGATIVE),
        (replace(POSTED, max_points=D("NaN")), Reason.NOT_A_NUMBER),
        (replace(POSTED, max_points=D("1.00001")), Reason.TOO_PRECISE),
        (replace(PLAN_ISSUED, levels=()), Reason.LEVELS_MISSING),
        (replace(PLAN_ISSUED, max_points=D("0.5")), Reason.LEVEL_OVER_MAX),
        (replace(PLAN_ISSUED, levels=(Level("Trừ", points=D(-1)),)), Reason.NEGATIVE),
        (replace(PLAN, levels=()), Reason.LEVELS_MISSING),
        (replace(RATIO, floor=D(101)), Reason.FLOOR_OUT_OF_RANGE),
        (replace(RATIO, floor=D(-1)), Reason.NEGATIVE),
        (replace(RATIO, target=D(0), floor=None), Reason.TARGET_OUT_OF_RANGE),
        (replace(RATIO, target=D(101)), Reason.TARGET_OUT_OF_RANGE),
        (replace(RATIO, target=D(70)), Reason.TARGET_UNDER_FLOOR),
        (replace(REPORTS, step=None), Reason.STEP_MISSING),
        (replace(MODELS, step=None), Reason.STEP_MISSING),
        (replace(MODELS, step=D(0)), Reason.STEP_NOT_POSITIVE),
        (replace(JUDGED, step=D(0)), Reason.STEP_NOT_POSITIVE),
        (replace(JUDGED, step=D("2.5")), Reason.STEP_OVER_MAX),
    ],
)
def test_unsound_rule_names_its_fault(rule, reason):
    assert keys(rule) == [reason]


def test_appraiser_without_a_step_is_sound():
    assert validate_rule(replace(JUDGED, step=None)) == []


LOW = Level("Dưới 80", upper=D(80))
HIGH = Level("Từ 80", points=D(2), lower=D(80))


@pytest.mark.parametrize(
    ("levels", "key", "value"),
    [
        ((HIGH,), Reason.LEVEL_GAP, "0"),
        ((LOW,), Reason.LEVEL_GAP, "80"),
        ((LOW, replace(HIGH, lower_inclusive=False)), Reason.LEVEL_GAP, "80"),
        ((LOW, replace(HIGH, lower=D("80.5"))), Reason.LEVEL_GAP, "80"),
        ((LOW, replace(HIGH, upper=D(100))), Reason.LEVEL_GAP, "100"),
        ((replace(LOW, upper_inclusive=True), HIGH), Reason.LEVEL_OVERLAP, "80"),
        ((LOW, replace(HIGH, lower=D(70))), Reason.LEVEL_OVERLAP, "70"),
        (
            (replace(LOW, upper_inclusive=True), replace(HIGH, lower=D(90))),
            Reason.LEVEL_GAP,
            "> 80",
        ),
    ],
)
def test_percent_tiers_gap_or_overlap_is_placed(levels, key, value):
    problem = Problem("1.1.2", key, {"value": value})

    assert validate_rule(tiers(*levels)) == [problem]
    assert validate_rule(tiers(*reversed(levels))) == [problem]


def test_tiers_band_inside_another_overlaps():
    inside = Level("80 đến 90", lower=D(80), upper=D(90))
    whole = Level("Tất cả")

    assert keys(tiers(whole, inside)) == [Reason.LEVEL_OVERLAP]


@pytest.mark.parametrize(
    "level",
    [
        Level("Ngược", lower=D(90), upper=D(80)),
        Level("Rỗng", lower=D(80), upper=D(80)),
        Level("Ngoài", lower=D(101)),
    ],
)
def test_tiers_level_that_covers_nothing_is_named(level):
    assert validate_rule(tiers(Level("Tất cả"), level)) == [
        Problem("1.1.2", Reason.LEVEL_EMPTY, {"level": level.label})
    ]


ZERO = Level("0", lower=D(0), upper=D(0), upper_inclusive=True)
COUNT = TierBasis.COUNT


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ((ZERO, Level("Trên 0", lower=D(0), lower_inclusive=False)), []),
        ((ZERO, Level("Từ 0,5", lower=D("0.5"))), []),
        ((ZERO, Level("Từ 2", lower=D(2))), [Reason.LEVEL_GAP]),
        ((ZERO, Level("Từ 0", lower=D(0))), [Reason.LEVEL_OVERLAP]),
        ((Level("Dưới 5", upper=D(5)),), [Reason.LEVEL_GAP]),
        ((Level("Mọi số", proportional=True),), [Reason.TARGET_MISSING]),
        ((Level("Mọi số", proportional=True, target=D(500)),), []),
        ((Level("Mọi số", proportional=True, target=D(0)),), [Reason.TARGET_OUT_OF_RANGE]),
    ],
)
def test_count_tiers_cover_all_whole_numbers(levels, expected):
    assert keys(tiers(*levels, basis=COUNT)) == expected


def test_percent_tiers_target_over_100_is_refused():
    level = Level("Tất cả", proportional=True, target=D(120))

    assert keys(tiers(level)) == [Reason.TARGET_OUT_OF_RANGE]


def test_problem_reads_as_a_sentence():
    assert str(validate_rule(tiers(HIGH))[0]) == "1.1.2: no level covers 0"


@given(st.data())
def test_tiers_without_one_level_have_a_gap(data):
    rule = data.draw(rules(methods=(Method.TIERS,)))
    dropped = data.draw(st.integers(0, len(rule.levels) - 1))
    left = rule.levels[:dropped] + rule.levels[dropped + 1 :]

    expected = Reason.LEVEL_GAP if left else Reason.LEVELS_MISSING
    assert keys(replace(rule, levels=left)) == [expected]
