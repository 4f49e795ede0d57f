"""From points to final points, approval, reopening and correction."""

import datetime as dt
import hashlib
import json

import pytest

from assessments.choices import CycleState, Stage, SubmissionState
from assessments.errors import BadInput, GuardFailed, NoteNeeded, NotPermitted, WrongState
from assessments.models import Appointment, Approval, CouncilDecision, Event, EventNote, Meeting
from assessments.workflow import decisions, finals, questions
from assessments.workflow.machine import perform
from tests.factories.council import (
    appraise,
    appraise_all,
    conclude,
    make_concluded,
    make_judged_year,
    make_meeting,
    make_member,
    reach,
    survey,
)  # fmt: skip
from tests.factories.cycles import D, Year


def decide(year: Year, code: str = "1.1", **given) -> CouncilDecision:
    values = {
        "score": year.first.score(code), "by": year.chair, "at": year.at, "points": "1",
        "reason": "Biểu quyết", "votes_for": 5, "votes_against": 2, "dissent": "Một ý kiến khác",
    } | given  # fmt: skip
    if "meeting" not in values:
        values["meeting"] = year.council.meetings.first() or make_meeting(year)
    return decisions.decide_leaf(**values)


def test_conclusion_writes_final_points_and_closes_leaves(year: Year) -> None:
    appraise_all(year, year.first)
    appraise(year, year.first, "1.1", points="1,5", reason="Muộn")
    appraise(year, year.first, "1.3", applicable=False, reason="Không phát sinh")
    decide(year, "1.2", points="0,75")
    survey(year, year.first)
    assert conclude(year, year.first).state == SubmissionState.APPRAISED
    finals_ = {
        row.criterion.code: (row.final_points, row.final_applicable, row.final_trace)
        for row in year.first.submission.scores.select_related("criterion")
    }
    assert finals_["1.1"] == (D("1.5"), True, "Thẩm định: 1,5 điểm; tự chấm 2 điểm")
    assert finals_["1.2"] == (
        D("0.75"), True, "Hội đồng quyết định: 0,75 điểm (biên bản 03/BB-HĐTĐ)",
    )  # fmt: skip
    assert finals_["1.3"][:2] == (D(0), False)
    assert finals_["1.4"] == (D(2), True, "tự chấm 1.4")
    assert finals_["2.4"][0] == D("2.4")
    assert (
        not year.first.submission.scores.filter(open_to_appraiser=True)
        .exclude(criterion__code="2.4")
        .exists()
    )
    event = Event.objects.get(action="conclude")
    assert event.data["not_applicable"] == ["1.3"]


def test_conclusion_names_what_is_missing(db: None) -> None:
    year = make_judged_year(heading={"dispute_spread": D("0.5")})
    appraise(year, year.first, "1.1")
    appraise(year, year.first, "1.1", by=make_member(year), points="0", reason="Khác")
    questions.ask(
        score=year.first.score("1.2"), by=year.member, at=year.at, question="?",
        due_at=year.at + dt.timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(GuardFailed) as caught:
        conclude(year, year.first)
    assert [str(reason) for reason in caught.value.reasons] == [
        "Leaves without points: 1.2, 1.3, 1.4, 1.5, 2.1, 2.2, 2.3.",
        "Disputed leaves that the council has not decided: 1.1.",
        "Questions still wait for an answer: 1.2.",
    ]


def test_conclusion_needs_the_minutes_of_this_council(year: Year) -> None:
    appraise_all(year, year.first)
    for meeting in (
        None,
        Meeting(council=make_judged_year(year=2032).council, minutes_number="1/BB"),
    ):
        with pytest.raises(BadInput) as caught:
            conclude(year, year.first, meeting=meeting)
        assert caught.value.field == "meeting"


def test_conclusion_belongs_to_the_chair(year: Year) -> None:
    appraise_all(year, year.first)
    meeting = make_meeting(year)
    for user in (year.secretary, year.member, year.leader, year.approver, year.outsider):
        with pytest.raises(NotPermitted):
            perform("conclude", year.first.submission, by=user, at=year.at, meeting=meeting)


def test_chair_of_the_own_unit_leaves_it_to_the_city_approver(year: Year) -> None:
    appraise_all(year, year.first)
    year.council.members.filter(user=year.chair).update(unit=year.first.unit)
    with pytest.raises(NotPermitted):
        conclude(year, year.first)
    meeting = year.council.meetings.get()
    perform("conclude", year.first.submission, by=year.approver, at=year.at, meeting=meeting)


def test_decision_needs_chair_reason_and_open_leaf(year: Year) -> None:
    for user in (year.secretary, year.member, year.leader):
        with pytest.raises(NotPermitted):
            decide(year, by=user)
    with pytest.raises(BadInput):
        decide(year, reason=" ")
    with pytest.raises(BadInput):
        decide(year, points="2,5")
    with pytest.raises(BadInput):
        decide(year, meeting=None)
    year.first.submission.scores.update(open_to_appraiser=False)
    with pytest.raises(WrongState):
        decide(year)


def test_approval_keeps_a_digest_of_the_final_points(year: Year) -> None:
    make_concluded(year, year.first)
    perform("approve", year.first.submission, by=year.leader, at=year.at)
    approval = Approval.objects.get()
    rows = year.first.submission.scores.order_by("criterion__code")
    content = [
        {
            "applicable": row.final_applicable,
            "code": row.criterion.code,
            "points": f"{row.final_points:f}",
        }
        for row in rows
    ]
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    assert approval.digest == hashlib.sha256(text.encode()).hexdigest()
    assert approval.digest == finals.digest_of(year.first.submission)
    assert approval.by == year.leader


def test_approver_who_scored_is_refused(year: Year) -> None:
    judge = make_member(year)
    Appointment.objects.create(user=judge, role="home_affairs_leader", since=dt.date(2020, 1, 1))
    appraise(year, year.first, "1.1", by=judge)
    make_concluded(year, year.first)
    with pytest.raises(GuardFailed):
        perform("approve", year.first.submission, by=judge, at=year.at)
    perform("approve", year.first.submission, by=year.leader, at=year.at)


def test_approver_who_concluded_is_refused(year: Year) -> None:
    Appointment.objects.create(
        user=year.chair, role="home_affairs_leader", since=dt.date(2020, 1, 1)
    )
    make_concluded(year, year.first)
    with pytest.raises(GuardFailed):
        perform("approve", year.first.submission, by=year.chair, at=year.at)


def test_approval_waits_for_the_survey(year: Year) -> None:
    appraise_all(year, year.first)
    conclude(year, year.first)
    with pytest.raises(GuardFailed) as caught:
        perform("approve", year.first.submission, by=year.leader, at=year.at)
    assert "2.4" in str(caught.value)
    reach(year, Stage.APPROVAL)
    survey(year, year.first)
    perform("fill_surveys", year.first.submission, by=year.secretary, at=year.at)
    perform("approve", year.first.submission, by=year.leader, at=year.at)


def test_approval_refuses_points_of_a_conflicted_member(year: Year) -> None:
    from assessments.workflow.appraisals import flag_conflicts

    make_concluded(year, year.first)
    year.council.members.filter(user=year.member).update(unit=year.first.unit)
    flag_conflicts(year.cycle, year.at)
    with pytest.raises(GuardFailed) as caught:
        perform("approve", year.first.submission, by=year.leader, at=year.at)
    assert "1.1, 1.2" in str(caught.value)


@pytest.mark.parametrize("action", ["send_back", "reopen", "open_correction"])
def test_going_back_needs_note_and_leaves(year: Year, action: str) -> None:
    states = {"send_back": "appraised", "reopen": "approved", "open_correction": "published"}
    year.first.submission.state = states[action]
    year.first.submission.save()
    with pytest.raises(NoteNeeded):
        perform(action, year.first.submission, by=year.leader, at=year.at, leaves=["1.1"])
    reach(year, Stage.APPROVAL)
    for leaves in ([], ["9.9"]):
        with pytest.raises(BadInput):
            perform(
                action, year.first.submission, by=year.leader, at=year.at, note="Sai", leaves=leaves
            )
    for user in (year.chair, year.secretary, year.first.head):
        with pytest.raises(NotPermitted):
            perform(action, year.first.submission, by=user, at=year.at, note="Sai", leaves=["1.1"])


def test_sent_back_leaf_is_appraised_in_a_new_round(year: Year) -> None:
    decide(year, points="0,5", votes_abstained=1)
    make_concluded(year, year.first)
    perform(
        "send_back",
        year.first.submission,
        by=year.leader,
        at=year.at,
        note="Xem lại",
        leaves=["1.1"],
    )
    reach(year, Stage.COUNCIL)
    assert year.first.score("1.1").final_points is None
    assert not CouncilDecision.objects.exists()
    assert (
        EventNote.objects.get(event__action="set_decision_aside").text
        == "Biểu quyết\nMột ý kiến khác"
    )
    kept = Event.objects.get(action="set_decision_aside").data
    assert [kept[word] for word in ("for", "against", "abstained")] == [5, 2, 1]
    with pytest.raises(WrongState):
        appraise(year, year.first, "1.2")
    assert appraise(year, year.first, "1.1", points="1", reason="Theo văn bản").round == 2
    conclude(year, year.first)
    assert year.first.score("1.1").final_points == D(1)
    assert year.first.score("1.2").final_points == D("1.5")


def test_reopening_revokes_the_approval(year: Year) -> None:
    make_concluded(year, year.first)
    perform("approve", year.first.submission, by=year.leader, at=year.at)
    perform(
        "reopen",
        year.first.submission,
        by=year.leader,
        at=year.at,
        note="Có sai sót",
        leaves=["1.1"],
    )
    approval = Approval.objects.get()
    assert (approval.revoked_at, approval.revoked_reason) == (year.at, "Có sai sót")


def test_correction_path_after_publication(year: Year) -> None:
    make_concluded(year, year.first)
    perform("approve", year.first.submission, by=year.leader, at=year.at)
    year.first.submission.refresh_from_db()
    year.first.submission.state = SubmissionState.PUBLISHED
    year.first.submission.save()
    year.cycle.state = CycleState.PUBLISHED
    year.cycle.save()
    perform(
        "open_correction",
        year.first.submission,
        by=year.leader,
        at=year.at,
        note="Cộng sai",
        leaves=["1.1"],
    )
    late = year.at + dt.timedelta(days=300)
    from assessments.workflow.appraisals import appraise as give

    row = year.first.score("1.1")
    give(score=row, by=year.member, at=late, version=row.version, points="1", reason="Cộng sai")
    perform(
        "conclude",
        year.first.submission,
        by=year.chair,
        at=late,
        meeting=make_meeting(year, "9/BB"),
    )
    done = perform("approve", year.first.submission, by=year.leader, at=late)
    assert done.state == SubmissionState.APPROVED
    assert Approval.objects.filter(revoked_at=None).count() == 1
    assert year.first.score("1.1").final_points == D(1)


@pytest.mark.parametrize("ranked", [True, False])
def test_closing_without_a_dossier_gives_nothing(ranked: bool, db: None) -> None:
    year = make_judged_year(state=SubmissionState.LOCKED)
    survey(year, year.first)
    with pytest.raises(NoteNeeded):
        perform("close_without_dossier", year.first.submission, by=year.chair, at=year.at)
    done = perform(
        "close_without_dossier", year.first.submission, by=year.chair, at=year.at,
        note="Không nộp", ranked=ranked, meeting=make_meeting(year),
    )  # fmt: skip
    assert (done.state, done.ranked, done.unranked_reason) == (
        SubmissionState.APPRAISED, ranked, "" if ranked else "Không nộp",
    )  # fmt: skip
    points = dict(year.first.submission.scores.values_list("criterion__code", "final_points"))
    assert points == {code: D("2.4") if code == "2.4" else D(0) for code in points}
    reach(year, Stage.APPROVAL)
    perform("approve", year.first.submission, by=year.leader, at=year.at)


def test_adjustments_are_capped_and_decided_by_another(db: None) -> None:
    year = make_judged_year(heading={"bonus_cap": D(1)})

    def propose(points: str, by=year.first.focal):
        return decisions.propose_adjustment(
            submission=year.first.submission,
            by=by,
            at=year.at,
            kind="bonus",
            points=points,
            reason="Sáng kiến",
        )

    for user in (year.second.focal, year.member, year.outsider):
        with pytest.raises(NotPermitted):
            propose("0,5", by=user)
    for points in ("1,5", "0", "-1"):
        with pytest.raises(BadInput):
            propose(points)
    first, second, third = propose("0,6"), propose("0,6"), propose("0,4", by=year.secretary)
    with pytest.raises(NotPermitted):
        decisions.decide_adjustment(adjustment=first, by=year.leader, at=year.at, accept=True)
    decisions.decide_adjustment(adjustment=first, by=year.chair, at=year.at, accept=True)
    with pytest.raises(BadInput):
        decisions.decide_adjustment(adjustment=second, by=year.chair, at=year.at, accept=True)
    with pytest.raises(NoteNeeded):
        decisions.decide_adjustment(adjustment=second, by=year.chair, at=year.at, accept=False)
    decisions.decide_adjustment(
        adjustment=second, by=year.chair, at=year.at, accept=False, note="Trùng"
    )
    decisions.decide_adjustment(adjustment=third, by=year.chair, at=year.at, accept=True)
    with pytest.raises(WrongState):
        decisions.decide_adjustment(adjustment=third, by=year.chair, at=year.at, accept=True)


def test_nobody_decides_the_own_proposal(db: None) -> None:
    year = make_judged_year(heading={"bonus_cap": D(1)})
    Appointment.objects.create(
        user=year.chair, role="home_affairs_officer", since=dt.date(2020, 1, 1)
    )
    own = decisions.propose_adjustment(
        submission=year.first.submission,
        by=year.chair,
        at=year.at,
        kind="bonus",
        points="1",
        reason="Ý tưởng",
    )
    with pytest.raises(NotPermitted):
        decisions.decide_adjustment(adjustment=own, by=year.chair, at=year.at, accept=True)
