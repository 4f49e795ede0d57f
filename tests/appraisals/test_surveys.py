"""Survey leaves: weighted means, small samples and what the council decides of them."""

import pytest

from assessments.choices import SampleDecision, SubmissionState
from assessments.errors import BadInput, NotPermitted, WrongState
from assessments.models import SurveyDecision
from assessments.workflow import surveys
from tests.factories.council import appraise_all, conclude, make_judged_year, make_meeting, survey
from tests.factories.cycles import D, Dossier, Year


def outcome(dossier: Dossier):
    row = dossier.score("2.4")
    return surveys.survey_outcome(row)


def decide(year: Year, decision: str, **given) -> SurveyDecision:
    values = {
        "cycle": year.cycle, "unit": year.first.unit, "criterion": year.criterion("2.4"),
        "by": year.chair, "at": year.at, "decision": decision, "reason": "Ít phiếu",
    } | given  # fmt: skip
    return surveys.decide(**values)


def test_points_follow_from_the_mean(year: Year) -> None:
    survey(year, year.first, mean="81.5", sample=120)
    found = outcome(year.first)
    assert (found.points, found.applicable) == (D("2.445"), True)
    assert found.trace == "Điều tra xã hội học (120 phiếu): 81,5 % × 3,00 = 2,445"


def test_missing_result_needs_a_decision(year: Year) -> None:
    assert outcome(year.first) is None


def test_small_sample_needs_a_decision(year: Year) -> None:
    survey(year, year.first, sample=29)
    assert outcome(year.first) is None
    survey(year, year.second, sample=30)
    assert outcome(year.second).points == D("2.4")


def test_missing_component_needs_a_decision() -> None:
    weights = {1: D("0.6"), 2: D("0.4")}
    assert surveys._measured({}, weights).complete is False


@pytest.mark.parametrize(
    ("decision", "points", "applicable"),
    [
        (SampleDecision.USE, D("1.5"), True), (SampleDecision.ZERO, D(0), True),
        (SampleDecision.EXCLUDE, D(0), False), (SampleDecision.GROUP_MEAN, D("2.7"), True),
    ],
)  # fmt: skip
def test_decisions(year: Year, decision: str, points, applicable: bool) -> None:
    survey(year, year.first, mean="50", sample=5)
    survey(year, year.second, mean="90")
    decide(year, decision)
    found = outcome(year.first)
    assert (found.points, found.applicable) == (points, applicable)
    assert "Hội đồng quyết định" in found.trace


def test_group_mean_without_any_result_stays_open(year: Year) -> None:
    survey(year, year.first, sample=5)
    decide(year, SampleDecision.GROUP_MEAN)
    assert outcome(year.first) is None


def test_decision_belongs_to_the_chair_with_a_reason(year: Year) -> None:
    for user in (year.secretary, year.member, year.leader, year.survey_officer):
        with pytest.raises(NotPermitted):
            decide(year, SampleDecision.ZERO, by=user)
    with pytest.raises(BadInput):
        decide(year, SampleDecision.ZERO, reason=" ")
    with pytest.raises(BadInput):
        decide(year, SampleDecision.ZERO, criterion=year.criterion("1.1"))
    with pytest.raises(BadInput):
        decide(year, SampleDecision.USE)


def test_large_sample_needs_no_decision(year: Year) -> None:
    survey(year, year.first)
    with pytest.raises(WrongState):
        decide(year, SampleDecision.ZERO)


def test_decision_after_the_conclusion_fills_the_leaf(year: Year) -> None:
    appraise_all(year, year.first)
    conclude(year, year.first)
    assert year.first.score("2.4").final_points is None
    decide(year, SampleDecision.ZERO)
    assert year.first.score("2.4").final_points == D(0)
    year.first.submission.refresh_from_db()
    assert year.first.submission.state == SubmissionState.APPRAISED


def test_only_missing_leaf_is_left(db: None) -> None:
    year = make_judged_year()
    appraise_all(year, year.first)
    survey(year, year.first)
    conclude(year, year.first, meeting=make_meeting(year))
    assert year.first.score("2.4").final_points == D("2.4")
