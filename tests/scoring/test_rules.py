"""Every method: points and trace."""

import unicodedata
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assessments.scoring import Facts, Level, NaPolicy, Rule, score
from assessments.scoring.numbers import half_up
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
    out_of,
)


def points(rule: Rule, facts: Facts) -> str:
    return str(score(rule, facts).points)


# Worked checks of design 4


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (out_of("50", "50"), "2.0000"),
        (out_of("10000", "9999"), "1.9998"),
        (out_of("50", "40"), "1.6000"),
        (out_of("10000", "7999"), "0.0000"),
        (Facts(percent=D("99.99")), "1.9998"),
        (Facts(percent=D("79.99")), "0.0000"),
    ],
)
def test_worked_1_1_2_at_100_99_99_80_and_79_99(facts, expected):
    assert points(PLAN, facts) == expected


@pytest.mark.parametrize(
    ("done", "expected"), [("7000", "3.0000"), ("3000", "1.2857"), ("2999", "0.0000")]
)
def test_worked_7_3_1_with_target_70_at_70_30_and_29_99(done, expected):
    assert points(ONLINE, out_of("10000", done)) == expected


def test_worked_deduction_of_five_quarters_from_one_is_zero():
    outcome = score(REPORTS, Facts(count=D(5)))

    assert (outcome.points, outcome.trace) == (D(0), "1,00 − 5 × 0,25 < 0 → 0,00")


def test_worked_trace_of_design_4():
    outcome = score(RATIO, out_of("50", "47"))

    assert outcome.points == D("1.88")
    assert outcome.trace == "b/a = 47/50 = 94 % ≥ 80 % → 94 % × 2,00 = 1,88"


# Thresholds


@pytest.mark.parametrize("rule", [PLAN, RATIO])
def test_threshold_rate_that_would_round_to_80_does_not_pass(rule):
    outcome = score(rule, out_of("1000000000000", "799999999999"))

    assert outcome.points == 0
    assert "79,9999… %" in outcome.trace


@pytest.mark.parametrize(("done", "expected"), [("80", "1.6000"), ("79.99", "0.0000")])
def test_ratio_rate_at_the_floor_passes(done, expected):
    assert points(RATIO, out_of("100", done)) == expected


@pytest.mark.parametrize(("done", "expected"), [("70", "2.0000"), ("69.3", "1.9800")])
def test_ratio_rate_at_the_target_is_the_maximum(done, expected):
    rule = replace(RATIO, floor=None, target=D(70))

    assert points(rule, out_of("100", done)) == expected


def test_threshold_of_thirds_is_compared_exactly():
    level = Level("Đạt", points=D(2), lower=D("66.67"))
    rule = replace(PLAN, levels=(level, Level("Chưa đạt", upper=D("66.67"))))

    assert points(rule, out_of("3", "2")) == "0.0000"


@given(st.integers(1, 10**12), st.integers(0, 10**12))
def test_ratio_floor_equals_cross_multiplication(due, done):
    assume(done <= due)
    outcome = score(RATIO, out_of(str(due), str(done)))

    passes = done * 100 >= 80 * due
    raw = Fraction(done, due) * 2 if passes else Fraction(0)
    assert outcome.points == half_up(raw, 4)


# Methods


@pytest.mark.parametrize(
    ("rule", "facts", "expected", "trace"),
    [
        (POSTED, Facts(met=True), "1.5000", "Đạt → 1,50"),
        (POSTED, Facts(met=False), "0.0000", "Không đạt → 0,00"),
        (PLAN_ISSUED, Facts(option=0), "1.0000", "Kịp thời → 1,00"),
        (PLAN_ISSUED, Facts(option=1), "0.5000", "Phương án 2 → 0,50"),
        (
            PLAN,
            out_of("50", "47"),
            "1.8800",
            "b/a = 47/50 = 94 %, mức “Từ 80% đến dưới 100%” → 94 % × 2,00 = 1,88",
        ),
        (
            ONLINE,
            out_of("3", "2"),
            "2.8571",
            "b/a = 2/3 = 66,6666… %, mức “Từ 30% đến dưới 70%” → 66,6666… % ÷ 70 % × 3,00 ≈ 2,8571",
        ),
        (
            ONLINE,
            Facts(percent=D("70")),
            "3.0000",
            "Tỷ lệ = 70 %, mức “Từ 70% trở lên” → 3,00",
        ),
        (IDEAS, Facts(count=D(0)), "0.0000", "Số lượng = 0, mức “Không có” → 0,00"),
        (IDEAS, Facts(count=D(1)), "0.5000", "Số lượng = 1, mức “1 sáng kiến” → 0,50"),
        (IDEAS, Facts(count=D(200)), "1.0000", "Số lượng = 200, mức “Từ 2 sáng kiến” → 1,00"),
        (RATIO, out_of("50", "39"), "0.0000", "b/a = 39/50 = 78 % < 80 % → 0,00"),
        (
            replace(RATIO, floor=None),
            out_of("8", "1"),
            "0.2500",
            "b/a = 1/8 = 12,5 % → 12,5 % × 2,00 = 0,25",
        ),
        (
            replace(RATIO, cap=True),
            out_of("50", "60"),
            "2.0000",
            "b/a = 60/50 = 120 %, tính 100 % ≥ 80 % → 100 % × 2,00 = 2,00",
        ),
        (
            replace(RATIO, floor=D(30), target=D(70)),
            out_of("10", "8"),
            "2.0000",
            "b/a = 8/10 = 80 % ≥ 30 % → đạt chỉ tiêu 70 % → 2,00",
        ),
        (
            replace(RATIO, floor=D(30), target=D(70)),
            out_of("1500000.50", "525000.18"),
            "1.0000",
            "b/a = 525000,18/1500000,5 = 35,0000… % ≥ 30 % → 35,0000… % ÷ 70 % × 2,00 ≈ 1,00",
        ),
        (REPORTS, Facts(count=D(2)), "0.5000", "1,00 − 2 × 0,25 = 0,50"),
        (REPORTS, Facts(count=D(4)), "0.0000", "1,00 − 4 × 0,25 = 0,00"),
        (MODELS, Facts(count=D(2)), "1.0000", "2 × 0,50 = 1,00"),
        (MODELS, Facts(count=D(3)), "1.0000", "3 × 0,50 = 1,50 > 1,00 → 1,00"),
        (JUDGED, Facts(points=D("1.75")), "1.7500", "Điểm thẩm định 1,75/2,00"),
        (
            replace(JUDGED, step=None),
            Facts(points=D("1.2345")),
            "1.2345",
            "Điểm thẩm định 1,2345/2,00",
        ),
        (
            SURVEY,
            Facts(percent=D("87.5"), sample=120),
            "2.6250",
            "Điều tra xã hội học (120 phiếu): 87,5 % × 3,00 = 2,625",
        ),
        (SURVEY, Facts(percent=D(0)), "0.0000", "Điều tra xã hội học: 0 % × 3,00 = 0,00"),
    ],
)
def test_method_gives_points_and_trace(rule, facts, expected, trace):
    outcome = score(rule, facts)

    assert (str(outcome.points), outcome.applicable, outcome.trace) == (expected, True, trace)


def test_tiers_a_and_b_win_over_a_percent():
    facts = Facts(a=D(100), b=D(80), percent=D(10))

    assert points(PLAN, facts) == "1.6000"


def test_tiers_capped_rate_counts_as_100_percent():
    capped = replace(PLAN, cap=True)

    assert points(capped, out_of("10", "12")) == "2.0000"
    assert points(capped, Facts(percent=D(120))) == "2.0000"


def test_tiers_count_proportional_to_a_target():
    level = Level("Đến 4", lower=D(0), upper=D(4), proportional=True, target=D(4))
    rule = replace(IDEAS, levels=(level, Level("Từ 4", points=D(1), lower=D(4))))

    outcome = score(rule, Facts(count=D(3)))

    assert outcome.points == D("0.75")
    assert outcome.trace == "Số lượng = 3, mức “Đến 4” → 3 ÷ 4 × 1,00 = 0,75"


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (Level(""), "mức chung"),
        (Level("", lower=D(80), upper=D(100)), "mức ≥ 80 % và < 100 %"),
        (Level("", lower=D(80), lower_inclusive=False), "mức > 80 %"),
        (Level("", upper=D(95), upper_inclusive=True), "mức ≤ 95 %"),
    ],
)
def test_trace_level_without_a_label_is_named_by_its_bounds(level, words):
    outcome = score(replace(PLAN, levels=(level,)), out_of("10", "9"))

    assert outcome.trace == f"b/a = 9/10 = 90 %, {words} → 0,00"


def test_trace_count_level_without_a_label_has_no_percent_sign():
    outcome = score(replace(IDEAS, levels=(Level("", lower=D(1)),)), Facts(count=D(1)))

    assert outcome.trace == "Số lượng = 1, mức ≥ 1 → 0,00"


def test_trace_label_in_decomposed_accents_becomes_nfc():
    label = unicodedata.normalize("NFD", "Kịp thời")
    rule = replace(PLAN_ISSUED, levels=(Level(label, points=D(1)),))

    assert score(rule, Facts(option=0)).trace == "Kịp thời → 1,00"


# Not applicable


@pytest.mark.parametrize(
    ("policy", "expected", "applicable", "words"),
    [
        (NaPolicy.EXCLUDE, "0.0000", False, "không tính vào mẫu số"),
        (NaPolicy.FULL, "2.0000", True, "tính điểm tối đa 2,00"),
        (NaPolicy.ZERO, "0.0000", True, "0,00"),
    ],
)
@pytest.mark.parametrize("rule", [RATIO, PLAN])
def test_not_applicable_policy_decides(rule, policy, expected, applicable, words):
    leaf = replace(rule, na_policy=policy)

    nothing, claimed = score(leaf, out_of("0", "0")), score(leaf, Facts(not_applicable=True))

    assert str(nothing.points) == str(claimed.points) == expected
    assert nothing.applicable is claimed.applicable is applicable
    assert nothing.trace == f"a = 0, không phát sinh → {words}"
    assert claimed.trace == f"Không áp dụng → {words}"


def test_rule_from_stored_strings_means_the_same():
    stored = Rule(code="1.6", max_points=D(2), method="ratio", na_policy="exclude")

    assert score(stored, out_of("0", "0")).applicable is False
    assert stored == replace(RATIO, floor=None, na_policy=NaPolicy.EXCLUDE)
