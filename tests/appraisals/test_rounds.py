"""Rounds of explanation as data: how many, how long, more time, the clock, the next appraisal."""

import datetime as dt
from typing import Any

import pytest

from assessments.choices import Stage
from assessments.errors import BadInput, GuardFailed, NotPermitted, WindowClosed, WrongState
from assessments.models import CriterionScore, Event, Explanation, Submission
from assessments.queries import appraisal
from assessments.workflow import decisions, documents, questions, submissions
from assessments.workflow.machine import perform
from tests.appraisals.test_questions import DAY, ask
from tests.factories.council import (
    appraise,
    appraise_all,
    conclude,
    make_concluded,
    make_meeting,
    make_member,
    reach,
)  # fmt: skip
from tests.factories.cycles import D, Year
from tests.workspace import uploads


def explain(year: Year, *, answered: str = "1.1") -> None:
    """Hold a round of explanation: one question, answered."""
    row = ask(year, score=year.first.score(answered))
    perform("request_explanation", year.first.submission, by=year.secretary, at=year.at)
    questions.answer(explanation=row, by=year.first.focal, at=year.at, answer="Số 12")
    perform("resume", year.first.submission, by=year.secretary, at=year.at)


def allow(year: Year, **clocks: int) -> None:
    for name, value in clocks.items():
        setattr(year.cycle, name, value)
    year.cycle.save()


def touched(year: Year) -> list[str]:
    """Return the codes of the first unit's leaves that are not to do."""
    leaves = year.first.submission.scores.all()
    todo = appraisal.untouched(leaves).values("pk")
    rest = leaves.exclude(pk__in=todo).exclude(criterion__code="2.4")  # the survey's leaf
    return list(rest.values_list("criterion__code", flat=True))


def todo(year: Year) -> list[str]:
    leaves = year.first.submission.scores.all()
    return list(appraisal.untouched(leaves).values_list("criterion__code", flat=True))


# How many, how long -----------------------------------------------------------------------------


def test_question_is_refused_once_the_rounds_are_held(year: Year) -> None:
    explain(year)

    with pytest.raises(WrongState, match="The year has 1 round of explanation"):
        ask(year, score=year.first.score("1.2"))
    assert Event.objects.filter(action="ask", refused=True).count() == 1


def test_second_round_is_held_where_the_year_has_two(year: Year) -> None:
    allow(year, explanation_rounds=2)
    explain(year)
    explain(year, answered="1.2")

    submission = Submission.objects.get(pk=year.first.submission.pk)
    assert (submission.round, submission.explained) == (3, 2)
    with pytest.raises(WrongState, match="The year has 2 rounds of explanation"):
        ask(year)


def test_year_without_rounds_asks_nothing(year: Year) -> None:
    allow(year, explanation_rounds=0)

    with pytest.raises(WrongState, match="no round of explanation"):
        ask(year)


def test_request_is_refused_when_the_rounds_were_cut_meanwhile(year: Year) -> None:
    ask(year)
    allow(year, explanation_rounds=0)

    with pytest.raises(GuardFailed) as caught:
        perform("request_explanation", year.first.submission, by=year.secretary, at=year.at)
    assert len(caught.value.reasons) == 1


def test_dossier_sent_back_may_be_asked_again(year: Year) -> None:
    explain(year)
    make_concluded(year, year.first)
    perform(
        "send_back", year.first.submission, by=year.leader, at=year.at, note="Xem lại",
        leaves=["1.1"],
    )  # fmt: skip

    assert ask(year).closed_at is None


def test_answer_falls_due_after_the_days_of_the_cycle(year: Year) -> None:
    year.cycle.milestones.all().delete()
    monday = dt.datetime(2026, 6, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=7)))

    due = []
    for days in (1, 3):
        allow(year, answer_days=days)
        year.first.submission.refresh_from_db()
        due.append(questions.usual_due(year.first.submission, monday))

    assert due == [monday.replace(day=3, hour=0), monday.replace(day=5, hour=0)]


# More time --------------------------------------------------------------------------------------


def extend(year: Year, row: Explanation, **given: Any) -> Explanation:
    values = {"by": year.member, "at": year.at, "due_at": year.at + 3 * DAY, "reason": "Bão số 5"}
    return questions.extend(explanation=row, **values | given)


def test_asker_and_secretary_give_more_time_and_the_reason_is_kept(year: Year) -> None:
    row = ask(year)
    extend(year, row)
    extend(year, row, by=year.secretary, due_at=year.at + 4 * DAY)

    row.refresh_from_db()
    assert row.due_at == year.at + 4 * DAY
    events = Event.objects.filter(action="extend_question").order_by("pk")
    assert [event.reason.text for event in events] == ["Bão số 5"] * 2
    assert events[0].data["due"] == (year.at + 3 * DAY).isoformat()
    late = year.at + 2 * DAY  # after the first time, within the new one
    assert questions.answer(explanation=row, by=year.first.focal, at=late, answer="Số 12").answer


def test_others_give_no_more_time(year: Year) -> None:
    row = ask(year)
    others = [
        year.chair, year.leader, year.first.focal, year.outsider, make_member(year),
        make_member(year, year.first.unit),
    ]  # fmt: skip
    for user in others:
        with pytest.raises(NotPermitted):
            extend(year, row, by=user)
    assert Event.objects.filter(action="extend_question", refused=True).count() == len(others)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"days": 1}, "due_at"), ({"days": 0}, "due_at"), ({"days": 90}, "due_at"), ({}, "reason")],
)
def test_more_time_is_later_within_the_council_s_work_and_with_a_reason(
    year: Year, given: dict[str, int], field: str
) -> None:
    row = ask(year)
    changed = {"due_at": year.at + given["days"] * DAY} if given else {"reason": "  "}

    with pytest.raises(BadInput) as caught:
        extend(year, row, **changed)

    row.refresh_from_db()
    assert (caught.value.field, row.due_at) == (field, year.at + DAY)


def test_time_that_is_over_is_not_extended(year: Year) -> None:
    row = ask(year)
    with pytest.raises(WindowClosed):
        extend(year, row, at=row.due_at)
    questions.close_overdue(row.due_at)
    with pytest.raises(WrongState):
        extend(year, row)


# The clock --------------------------------------------------------------------------------------


def test_clock_closes_what_fell_due_with_one_event_each_and_unfreezes(year: Year) -> None:
    late, other = ask(year), ask(year, score=year.second.score("1.2"))
    waiting = ask(year, score=year.first.score("1.2"), due_at=year.at + 2 * DAY)

    closed = questions.close_overdue(year.at + DAY)

    assert {row.pk for row in closed} == {late.pk, other.pk}
    late.refresh_from_db()
    assert (late.closed_at, late.closed_by_clock, late.answer) == (year.at + DAY, True, "")
    waiting.refresh_from_db()
    assert waiting.closed_at is None
    events = Event.objects.filter(action="close_question")
    assert {event.data["code"] for event in events} == {"1.1", "1.2"}
    assert {event.actor for event in events} == {None}
    assert appraise(year, year.first, "1.1").round == 1


def test_clock_is_safe_to_repeat_and_waits_to_the_second(year: Year) -> None:
    row = ask(year)

    assert questions.close_overdue(row.due_at - dt.timedelta(seconds=1)) == []
    assert len(questions.close_overdue(row.due_at)) == 1
    assert questions.close_overdue(row.due_at) == []
    assert Event.objects.filter(action="close_question").count() == 1


def test_clock_closes_then_begins_the_second_appraisal(year: Year) -> None:
    row = ask(year)
    perform("request_explanation", year.first.submission, by=year.secretary, at=year.at)

    questions.close_overdue(row.due_at)
    moved = submissions.tick(row.due_at)

    assert [(each.state, each.round, each.explained) for each in moved] == [("appraising", 2, 1)]
    assert Event.objects.filter(action="close_question").count() == 1


def test_secretary_resuming_closes_overdue_questions_with_an_event_each(year: Year) -> None:
    row = ask(year)
    perform("request_explanation", year.first.submission, by=year.secretary, at=year.at)

    perform("resume", year.first.submission, by=year.secretary, at=row.due_at)

    row.refresh_from_db()
    assert (row.closed_by_clock, row.closed_at) == (True, row.due_at)
    assert Event.objects.get(action="close_question").actor is None
    assert Event.objects.get(action="resume").data["closed_by_clock"] == ["1.1"]


# The next appraisal -----------------------------------------------------------------------------


def test_next_round_asks_for_the_leaves_asked_about_only(year: Year) -> None:
    allow(year, explanation_rounds=2)
    appraise_all(year, year.first)
    assert todo(year) == []
    row = ask(year, score=year.first.score("1.2"))
    perform("request_explanation", year.first.submission, by=year.secretary, at=year.at)
    questions.answer(explanation=row, by=year.first.focal, at=year.at, answer="Số 12")
    withdrawn = ask_in_state(year, "1.3")
    questions.withdraw_question(explanation=withdrawn, by=year.secretary, at=year.at)
    perform("resume", year.first.submission, by=year.secretary, at=year.at)

    assert todo(year) == ["1.2"]
    appraise(year, year.first, "1.2")
    assert todo(year) == []
    assert year.first.score("1.1").appraised_round == 1  # its points still count


def ask_in_state(year: Year, code: str) -> Explanation:
    """Leave another question on a leaf while the dossier is with its unit."""
    return Explanation.objects.create(
        score=year.first.score(code), round=1, question="Còn gì nữa?", asked_at=year.at,
        asked_by=year.council.members.get(user=year.member), due_at=year.at + DAY,
    )  # fmt: skip


def test_question_without_an_answer_is_to_be_looked_at_again_too(year: Year) -> None:
    appraise_all(year, year.first)
    row = ask(year, score=year.first.score("1.2"))
    perform("request_explanation", year.first.submission, by=year.secretary, at=year.at)
    submissions.tick(row.due_at)

    assert todo(year) == ["1.2"]


def test_answer_within_the_round_calls_the_appraiser_back(year: Year) -> None:
    appraise_all(year, year.first)
    row = ask(year, score=year.first.score("1.2"))
    late = year.at + dt.timedelta(minutes=1)
    questions.answer(explanation=row, by=year.first.focal, at=late, answer="Số 12")

    assert todo(year) == ["1.2"]


def test_evidence_added_after_the_points_calls_the_appraiser_back(
    year: Year, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT, settings.CLAMAV = tmp_path, ""
    appraise_all(year, year.first)
    row = ask(year, score=year.first.score("1.2"))
    documents.attach_file(
        score=row.score, by=year.first.focal, at=year.at, upload=uploads.pdf(), number="9/BC"
    )
    questions.withdraw_question(explanation=row, by=year.member, at=year.at)

    assert todo(year) == ["1.2"]
    appraise(year, year.first, "1.2")
    assert todo(year) == []


def test_opinion_of_another_member_calls_nobody_back(year: Year) -> None:
    appraise_all(year, year.first)
    appraise(year, year.first, "1.2", by=make_member(year), points=D(1), reason="Thấp hơn")

    assert todo(year) == []


def test_only_leaves_sent_back_are_to_do(year: Year) -> None:
    make_concluded(year, year.first)
    perform(
        "send_back", year.first.submission, by=year.leader, at=year.at, note="Xem lại",
        leaves=["1.1", "2.1"],
    )  # fmt: skip

    assert todo(year) == ["1.1", "2.1"]
    assert "1.2" in touched(year)


@pytest.mark.parametrize(
    ("action", "state"), [("send_back", "appraised"), ("reopen", "approved"),
                          ("open_correction", "published")],
)  # fmt: skip
def test_leaves_sent_back_need_new_points_before_the_conclusion(
    year: Year, action: str, state: str
) -> None:
    make_concluded(year, year.first)
    Submission.objects.filter(pk=year.first.submission.pk).update(state=state)
    perform(
        action, year.first.submission, by=year.leader, at=year.at, note="Xem lại", leaves=["1.1"]
    )

    with pytest.raises(GuardFailed) as caught:
        conclude(year, year.first)
    assert caught.value.reasons == ["Leaves without points: 1.1."]

    appraise(year, year.first, "1.1", points=D(1), reason="Theo minh chứng mới")
    conclude(year, year.first)
    assert year.first.score("1.1").final_points == D(1)


def test_decision_of_the_council_stands_for_new_points(year: Year) -> None:
    make_concluded(year, year.first)
    reach(year, Stage.APPROVAL)
    perform(
        "send_back", year.first.submission, by=year.leader, at=year.at, note="Xem lại",
        leaves=["1.1"],
    )  # fmt: skip
    decisions.decide_leaf(
        score=year.first.score("1.1"), by=year.chair, at=year.at,
        meeting=make_meeting(year, "09/BB-HĐTĐ"), points=D(1), reason="Hội đồng thống nhất",
        votes_for=5, votes_against=0,
    )  # fmt: skip
    conclude(year, year.first)

    leaf = CriterionScore.objects.get(pk=year.first.score("1.1").pk)
    assert (leaf.final_points, leaf.appraised_points) == (D(1), D(2))
