"""Facts a method must refuse, rules it cannot apply, and what the refusal carries."""

import pickle
from dataclasses import replace

import pytest

from assessments.scoring import (
    MESSAGES,
    Facts,
    Level,
    Method,
    Reason,
    Rule,
    ScoringError,
    score,
)
from tests.scoring.cases import (
    IDEAS,
    JUDGED,
    MODELS,
    PLAN,
    PLAN_ISSUED,
    POSTED,
    RATIO,
    REPORTS,
    SURVEY,
    D,
    out_of,
)


def refused(rule: Rule, facts: Facts) -> ScoringError:
    with pytest.raises(ScoringError) as caught:
        score(rule, facts)
    assert caught.value.code == rule.code
    return caught.value


@pytest.mark.parametrize(
    ("rule", "facts", "field"),
    [
        (POSTED, Facts(), "met"),
        (PLAN_ISSUED, Facts(), "option"),
        (PLAN, Facts(), "percent"),
        (PLAN, Facts(b=D(1)), "a"),
        (RATIO, Facts(a=D(1)), "b"),
        (RATIO, Facts(percent=D(90)), "a"),
        (IDEAS, Facts(), "count"),
        (REPORTS, Facts(), "count"),
        (MODELS, Facts(), "count"),
        (JUDGED, Facts(), "points"),
        (SURVEY, Facts(), "percent"),
    ],
)
def test_missing_fact_is_refused_naming_it(rule, facts, field):
    error = refused(rule, facts)

    assert (error.reason, error.params) == (Reason.MISSING_FACT, {"field": field})


@pytest.mark.parametrize(
    ("rule", "facts", "reason"),
    [
        (RATIO, out_of("50", "51"), Reason.DONE_EXCEEDS_DUE),
        (RATIO, out_of("0", "1"), Reason.DONE_EXCEEDS_DUE),
        (PLAN, out_of("50", "50.01"), Reason.DONE_EXCEEDS_DUE),
        (RATIO, out_of("-50", "1"), Reason.NEGATIVE),
        (RATIO, out_of("50", "NaN"), Reason.NOT_A_NUMBER),
        (RATIO, out_of("Infinity", "1"), Reason.NOT_A_NUMBER),
        (RATIO, out_of("50", "1.001"), Reason.TOO_PRECISE),
        (RATIO, out_of("1000000000000001", "1"), Reason.TOO_LARGE),
        (PLAN, Facts(percent=D("100.01")), Reason.PERCENT_OVER_100),
        (PLAN, Facts(percent=D("-1")), Reason.NEGATIVE),
        (SURVEY, Facts(percent=D("100.01")), Reason.PERCENT_OVER_100),
        (replace(SURVEY, cap=True), Facts(percent=D(101)), Reason.PERCENT_OVER_100),
        (SURVEY, Facts(percent=D("1.1234567")), Reason.TOO_PRECISE),
        (SURVEY, Facts(percent=D(90), sample=0), Reason.SAMPLE_NOT_POSITIVE),
        (PLAN_ISSUED, Facts(option=3), Reason.OPTION_UNKNOWN),
        (PLAN_ISSUED, Facts(option=-1), Reason.OPTION_UNKNOWN),
        (IDEAS, Facts(count=D("1.5")), Reason.NOT_WHOLE),
        (REPORTS, Facts(count=D(-1)), Reason.NEGATIVE),
        (MODELS, Facts(count=D("sNaN")), Reason.NOT_A_NUMBER),
        (JUDGED, Facts(points=D("2.25")), Reason.POINTS_OVER_MAX),
        (JUDGED, Facts(points=D("1.1")), Reason.OFF_STEP),
        (JUDGED, Facts(points=D("1.00001")), Reason.TOO_PRECISE),
        (replace(POSTED, method=Method.SUM), Facts(met=True), Reason.BRANCH),
        (replace(POSTED, method=Method.SUM), Facts(not_applicable=True), Reason.BRANCH),
    ],
)
def test_fact_out_of_range_is_refused_naming_the_leaf(rule, facts, reason):
    assert refused(rule, facts).reason is reason


HALF = Level("Từ 50", points=D(2), lower=D(50))


@pytest.mark.parametrize(
    ("rule", "facts", "reason"),
    [
        (replace(PLAN, levels=(HALF,)), out_of("10", "4"), Reason.LEVEL_GAP),
        (replace(PLAN, levels=(HALF, HALF)), out_of("10", "6"), Reason.LEVEL_OVERLAP),
        (
            replace(PLAN, levels=(replace(HALF, lower_inclusive=False),)),
            out_of("10", "5"),
            Reason.LEVEL_GAP,
        ),
        (replace(PLAN, max_points=D(1)), out_of("1", "1"), Reason.LEVEL_OVER_MAX),
        (replace(PLAN_ISSUED, max_points=D("0.5")), Facts(option=0), Reason.LEVEL_OVER_MAX),
        (replace(REPORTS, step=None), Facts(count=D(1)), Reason.RULE_INCOMPLETE),
        (replace(MODELS, step=D(0)), Facts(count=D(1)), Reason.RULE_INCOMPLETE),
        (replace(RATIO, target=D(0)), out_of("1", "1"), Reason.RULE_INCOMPLETE),
        (
            replace(IDEAS, levels=(Level("Mọi số", proportional=True),)),
            Facts(count=D(1)),
            Reason.RULE_INCOMPLETE,
        ),
        (replace(POSTED, max_points=D(-1)), Facts(met=True), Reason.NEGATIVE),
        (replace(RATIO, floor=0.8), out_of("1", "1"), Reason.NOT_A_NUMBER),
        (replace(MODELS, step=D("NaN")), Facts(count=D(1)), Reason.NOT_A_NUMBER),
    ],
)
def test_broken_rule_is_refused_never_trimmed(rule, facts, reason):
    assert refused(rule, facts).reason is reason


@pytest.mark.parametrize("field", ["method", "na_policy", "basis"])
def test_rule_with_an_unknown_word_is_refused(field):
    with pytest.raises(ValueError, match="best_unit"):
        replace(RATIO, **{field: "best_unit"})


def test_every_reason_has_a_message():
    assert set(MESSAGES) == set(Reason)


def test_error_survives_pickling():
    error = refused(RATIO, out_of("50", "51"))
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

    assert (copy.code, copy.reason, copy.params) == (error.code, error.reason, error.params)
    assert str(copy) == "1.6: done b = 51 exceeds due a = 50"


@pytest.mark.parametrize("facts", [out_of("0", "0"), Facts(not_applicable=True)])
@pytest.mark.parametrize("rule", [RATIO, PLAN])
def test_not_applicable_not_allowed_is_refused(rule, facts):
    assert refused(rule, facts).reason is Reason.NA_NOT_ALLOWED
