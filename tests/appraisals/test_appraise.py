"""Points leaf by leaf: who, when, how much, with which reason; opinions and disputes."""

import datetime as dt

import pytest

from assessments.choices import Stage, SubmissionState
from assessments.errors import BadInput, NotPermitted, Stale, WindowClosed, WrongState
from assessments.models import Appraisal, Assignment, Event, ScoreHistory
from assessments.workflow import appraisals, questions, scores
from tests.factories.council import appraise, make_judged_year, make_member
from tests.factories.cycles import D, Year


def test_agreeing_needs_no_reason(year: Year) -> None:
    given = appraise(year, year.first, "1.2")
    row = year.first.score("1.2")
    assert (row.appraised_points, row.appraised_applicable, row.appraised_round) == (
        D("1.5"),
        True,
        1,
    )
    assert (given.responsible, given.seen_version, row.version) == (True, 0, 1)
    assert given.trace == "Thẩm định: 1,5 điểm; tự chấm 1,5 điểm"


def test_other_points_need_a_reason(year: Year) -> None:
    with pytest.raises(BadInput) as caught:
        appraise(year, year.first, "1.1", points="1,5")
    assert (caught.value.field, caught.value.code) == ("reason", "1.1")
    given = appraise(year, year.first, "1.1", points="1,5", reason="Văn bản ký muộn")
    assert given.trace == "Thẩm định: 1,5 điểm; tự chấm 2 điểm"
    assert year.first.score("1.1").self_points == D(2)


def test_leaf_of_the_appraiser_needs_no_reason_and_keeps_its_step(year: Year) -> None:
    appraise(year, year.first, "2.3", points="1,25")
    assert year.first.score("2.3").appraised_points == D("1.25")
    with pytest.raises(BadInput):
        appraise(year, year.first, "2.3", points="1,3")


@pytest.mark.parametrize("points", ["2,0001", "-1", "1,00001", "1.000,5", "NaN", "", "hai"])
def test_points_out_of_range_are_refused(year: Year, points: str) -> None:
    with pytest.raises(BadInput) as caught:
        appraise(year, year.first, "1.1", points=points, reason="Lý do")
    assert (caught.value.field, caught.value.code) == ("points", "1.1")
    assert not Appraisal.objects.exists()


def test_points_missing_are_refused(year: Year) -> None:
    with pytest.raises(BadInput):
        appraise(year, year.first, "1.1", points=None, reason="Lý do")


def test_points_from_other_facts(year: Year) -> None:
    given = appraise(
        year, year.first, "1.3", claim=scores.Claim(a=D(10), b=D(8)), reason="Theo hệ thống"
    )
    assert given.points == D("1.6")
    assert "b/a = 8/10" in given.trace


def test_leaf_that_does_not_apply_follows_its_policy(year: Year) -> None:
    given = appraise(year, year.first, "1.3", applicable=False, reason="Không phát sinh hồ sơ")
    assert (given.points, given.applicable) == (D(0), False)
    with pytest.raises(BadInput):
        appraise(year, year.first, "1.1", applicable=False, reason="Không phát sinh")


def test_survey_leaf_is_not_appraised(year: Year) -> None:
    with pytest.raises(WrongState):
        appraise(year, year.first, "2.4", points="1")


def test_unassigned_member_is_refused(year: Year) -> None:
    stranger = make_member(year, assigned=False)
    for user in (stranger, year.chair, year.secretary, year.leader, year.first.head):
        with pytest.raises(NotPermitted):
            appraise(year, year.first, "1.1", by=user)


def test_assignment_ended_yesterday_is_refused(year: Year) -> None:
    Assignment.objects.update(until=year.at.date() - dt.timedelta(days=2))
    with pytest.raises(NotPermitted):
        appraise(year, year.first, "1.1")


def test_own_unit_is_refused_and_others_are_not(year: Year) -> None:
    colleague = make_member(year, year.first.unit)
    with pytest.raises(NotPermitted):
        appraise(year, year.first, "1.1", by=colleague)
    appraise(year, year.second, "1.1", by=colleague)


@pytest.mark.parametrize(
    "state",
    sorted(set(SubmissionState.values) - {SubmissionState.APPRAISING, SubmissionState.CORRECTING}),
)
def test_other_states_are_refused(year: Year, state: str) -> None:
    year.first.submission.state = state
    year.first.submission.save()
    with pytest.raises(WrongState):
        appraise(year, year.first, "1.1")


def test_closed_leaf_is_refused(year: Year) -> None:
    year.first.submission.scores.update(open_to_appraiser=False)
    with pytest.raises(WrongState):
        appraise(year, year.first, "1.1")


def test_window_counts_to_the_second(year: Year) -> None:
    # The stages of the council lie end to end; the last of them decides.
    closes = year.milestone(Stage.COUNCIL).closes_at
    row = year.first.score("1.1")
    with pytest.raises(WindowClosed):
        appraisals.appraise(score=row, by=year.member, at=closes, version=row.version, points="2")
    inside = closes - dt.timedelta(seconds=1)
    appraisals.appraise(score=row, by=year.member, at=inside, version=row.version, points="2")


def test_older_version_is_refused(year: Year) -> None:
    appraise(year, year.first, "1.1")
    with pytest.raises(Stale):
        appraisals.appraise(
            score=year.first.score("1.1"), by=year.member, at=year.at, version=0, points="2"
        )


def test_second_member_gives_an_opinion(year: Year) -> None:
    appraise(year, year.first, "1.1")
    second = make_member(year)
    opinion = appraise(year, year.first, "1.1", by=second, points="0,5", reason="Thiếu")
    assert opinion.responsible is False
    assert year.first.score("1.1").appraised_points == D(2)
    assert list(
        Event.objects.order_by("pk")
        .filter(object_type="criterionscore")
        .values_list("action", flat=True)
    ) == ["appraise", "opinion"]


def test_substitute_takes_over_when_the_assignment_ended(year: Year) -> None:
    appraise(year, year.first, "1.1")
    second = make_member(year)
    Assignment.objects.filter(member__user=year.member).update(
        until=year.at.date() - dt.timedelta(days=2)
    )
    given = appraise(year, year.first, "1.1", by=second, points="1", reason="Xem lại")
    assert given.responsible is True
    assert year.first.score("1.1").appraised_points == D(1)
    assert Appraisal.objects.filter(responsible=True).count() == 1


def test_same_round_is_corrected_and_another_round_is_kept_apart(year: Year) -> None:
    appraise(year, year.first, "1.1", points="1", reason="Lần đầu")
    appraise(year, year.first, "1.1", points="0,5", reason="Xem lại")
    year.first.submission.round = 2
    year.first.submission.save()
    appraise(year, year.first, "1.1")
    rows = Appraisal.objects.order_by("round").values_list("round", "points")
    assert list(rows) == [(1, D("0.5")), (2, D(2))]
    assert year.first.score("1.1").appraised_round == 2


def test_spread_over_the_limit_is_disputed(db: None) -> None:
    year = make_judged_year(heading={"dispute_spread": D("0.5")})
    second = make_member(year)
    for code, points in (("1.1", "1,5"), ("1.2", "0,9")):
        appraise(year, year.first, code)
        appraise(year, year.first, code, by=second, points=points, reason="Khác")
    found = appraisals.disputed(year.first.submission)
    assert [row.criterion.code for row in found] == ["1.2"]
    assert not appraisals.disputed(year.second.submission).exists()


def test_no_spread_set_disputes_nothing(year: Year) -> None:
    appraise(year, year.first, "1.1")
    appraise(year, year.first, "1.1", by=make_member(year), points="0", reason="Khác")
    assert not appraisals.disputed(year.first.submission).exists()


def test_history_and_event_hold_the_points(year: Year) -> None:
    appraise(year, year.first, "1.1", points="1,5", reason="Lý do riêng")
    history = ScoreHistory.objects.get()
    assert (history.action, history.version, history.by) == ("council.appraise", 1, year.member)
    assert history.values["appraised_points"] == "1.5000"
    event = Event.objects.get()
    assert (event.action, event.actor, event.data["points"]) == ("appraise", year.member, "1.5000")
    assert "Lý do riêng" not in str(event.data)


def test_later_conflict_flags_points_and_reopens_the_leaf(year: Year) -> None:
    appraise(year, year.first, "1.1")
    appraise(year, year.second, "1.1")
    seat = year.council.members.get(user=year.member)
    seat.conflicts.create(unit=year.first.unit, reason="Người thân", since=year.at.date())
    flagged = appraisals.flag_conflicts(year.cycle, year.at)
    assert [given.score.submission_id for given in flagged] == [year.first.submission.pk]
    row = year.first.score("1.1")
    assert (row.appraised_points, row.appraised_round, row.open_to_appraiser) == (None, None, True)
    assert year.second.score("1.1").appraised_points == D(2)
    assert appraisals.flag_conflicts(year.cycle, year.at) == []
    assert appraise(year, year.first, "1.1", by=make_member(year)).responsible is True


def test_later_conflict_leaves_what_another_gave_in_a_later_round(year: Year) -> None:
    other = make_member(year)
    seat = year.council.members.get(user=other)
    appraise(year, year.first, "1.1", by=other)
    seat.assignments.all().delete()
    year.first.submission.round = 2
    year.first.submission.save()
    assert appraise(year, year.first, "1.1", points="1", reason="Vòng hai").responsible is True
    seat.conflicts.create(unit=year.first.unit, reason="Người thân", since=year.at.date())

    assert len(appraisals.flag_conflicts(year.cycle, year.at)) == 1

    row = year.first.score("1.1")
    assert (row.appraised_points, row.appraised_round) == (D(1), 2)


def test_open_question_freezes_its_leaf_only(year: Year) -> None:
    due = year.at + dt.timedelta(days=2)
    question = questions.ask(
        score=year.first.score("1.1"),
        by=year.member,
        at=year.at,
        question="Số văn bản?",
        due_at=due,
    )
    with pytest.raises(WrongState):
        appraise(year, year.first, "1.1")
    appraise(year, year.first, "1.2")
    questions.answer(explanation=question, by=year.first.focal, at=year.at, answer="Số 12")
    appraise(year, year.first, "1.1")
