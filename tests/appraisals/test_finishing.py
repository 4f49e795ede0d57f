"""The year can always be finished (design 0.1): after a step back, and without a free chair."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from assessments.choices import Stage, SubmissionState
from assessments.errors import GuardFailed, NotPermitted, WindowClosed, WrongState
from assessments.models import Appointment, CouncilDecision, Extension
from assessments.workflow import decisions, questions
from assessments.workflow.machine import perform
from tests.factories.council import (
    appraise,
    appraise_all,
    conclude,
    make_concluded,
    make_judged_year,
    make_meeting,
    reach,
    survey,
)  # fmt: skip
from tests.factories.cycles import Year


def step_back(year: Year, action: str) -> None:
    """Bring the first dossier to its approval and send one leaf back to the council."""
    make_concluded(year, year.first)
    if action == "reopen":
        perform("approve", year.first.submission, by=year.leader, at=year.at)
    perform(
        action, year.first.submission, by=year.leader, at=year.at, note="Xem lại", leaves=["1.1"]
    )


def decide(year: Year, **given: Any) -> CouncilDecision:
    """Decide the leaf 1.1 of the first dossier."""
    values = {
        "score": year.first.score("1.1"), "by": year.chair, "at": year.at, "points": "1",
        "reason": "Biểu quyết", "meeting": year.council.meetings.first() or make_meeting(year),
    } | given  # fmt: skip
    return decisions.decide_leaf(**values)


@pytest.mark.parametrize("action", ["send_back", "reopen"])
def test_what_was_sent_back_is_finished_within_the_approvals(year: Year, action: str) -> None:
    step_back(year, action)
    with pytest.raises(WrongState):
        appraise(year, year.first, "1.2")
    asked = questions.ask(
        score=year.first.score("1.1"), by=year.member, at=year.at, question="Số nào?",
        due_at=year.at + dt.timedelta(hours=1),
    )  # fmt: skip
    questions.answer(explanation=asked, by=year.first.focal, at=year.at, answer="Số 12")
    assert appraise(year, year.first, "1.1", points="1", reason="Theo văn bản").round == 2
    assert decide(year).points == 1
    assert conclude(year, year.first).state == SubmissionState.APPRAISED
    done = perform("approve", year.first.submission, by=year.leader, at=year.at)
    assert (done.state, done.reopened_at) == (SubmissionState.APPROVED, None)


def test_dossier_never_sent_back_waits_for_no_approval_stage(year: Year) -> None:
    appraise_all(year, year.first)
    make_meeting(year)
    reach(year, Stage.APPROVAL)
    with pytest.raises(WindowClosed):
        appraise(year, year.first, "1.1")
    with pytest.raises(WindowClosed):
        decide(year)
    with pytest.raises(GuardFailed):
        conclude(year, year.first)


def test_time_of_a_dossier_sent_back_ends_with_the_approvals_or_their_extension(
    year: Year,
) -> None:
    step_back(year, "send_back")
    end = year.milestone(Stage.APPROVAL).closes_at
    with pytest.raises(WindowClosed):
        decide(year, at=end)
    Extension.objects.create(
        cycle=year.cycle, stage=Stage.APPROVAL, unit=year.first.unit, reason="Lũ",
        until=end + dt.timedelta(days=1),
    )  # fmt: skip
    assert decide(year, at=end).points == 1


def test_plan_without_approvals_limits_nothing_that_was_sent_back(year: Year) -> None:
    step_back(year, "send_back")
    year.cycle.milestones.filter(stage=Stage.APPROVAL).delete()
    assert decide(year).points == 1


@pytest.fixture
def standing_in(db: Any) -> Year:
    """Return a year whose chair has a conflict in the first dossier."""
    year = make_judged_year(heading={"bonus_cap": 1})
    year.council.members.filter(user=year.chair).update(unit=year.first.unit)
    return year


def test_city_approver_decides_without_a_seat_and_does_not_approve(standing_in: Year) -> None:
    year = standing_in
    Appointment.objects.create(
        user=year.approver, role="home_affairs_leader", since=dt.date(2020, 1, 1)
    )
    appraise_all(year, year.first)
    survey(year, year.first)
    with pytest.raises(NotPermitted):
        decide(year)
    decision = decide(year, by=year.approver)
    assert (decision.decided_by_user, decision.decided_by) == (year.approver, None)
    # Somebody else concludes, so that the decision alone stands in the way.
    year.council.members.filter(user=year.chair).update(unit=None)
    conclude(year, year.first)
    reach(year, Stage.APPROVAL)
    with pytest.raises(GuardFailed) as caught:
        perform("approve", year.first.submission, by=year.approver, at=year.at)
    assert len(caught.value.reasons) == 1
    assert perform("approve", year.first.submission, by=year.leader, at=year.at).state == "approved"


def test_city_approver_decides_a_bonus_without_a_seat(standing_in: Year) -> None:
    year = standing_in
    proposed = decisions.propose_adjustment(
        submission=year.first.submission, by=year.first.focal, at=year.at, kind="bonus",
        points="0,5", reason="Sáng kiến",
    )  # fmt: skip
    with pytest.raises(NotPermitted):
        decisions.decide_adjustment(adjustment=proposed, by=year.chair, at=year.at, accept=True)
    done = decisions.decide_adjustment(
        adjustment=proposed, by=year.approver, at=year.at, accept=True
    )
    assert (done.state, done.decided_by_user, done.decided_by) == ("accepted", year.approver, None)


def test_chair_decides_with_the_seat(year: Year) -> None:
    decision = decide(year)
    assert (decision.decided_by_user, decision.decided_by.user) == (year.chair, year.chair)
    with pytest.raises(NotPermitted):
        decide(year, by=year.approver)


def test_city_approver_decides_on_the_council_page(standing_in: Year, client: Any) -> None:
    year, row = standing_in, standing_in.first.score("1.1")
    client.force_login(year.approver)
    fields = {"meeting": make_meeting(year).pk, "points": "1", "reason": "Biểu quyết",
              "votes_for": 5, "votes_against": 1, "dissent": ""}  # fmt: skip
    data = {f"decide{row.pk}-{name}": value for name, value in fields.items()}
    address = reverse("admin:assessments_submission_council", args=[year.first.submission.pk])
    answer = client.post(address, data | {"score": row.pk, "verb": "decide"})
    assert answer.status_code == 302
    assert CouncilDecision.objects.get().decided_by_user == year.approver
