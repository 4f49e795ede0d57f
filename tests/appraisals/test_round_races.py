"""Answers against the clock, appeals against the approval: one wins, the other is told."""

import datetime as dt

import pytest

from assessments.choices import Stage
from assessments.errors import GuardFailed, WindowClosed, WrongState
from assessments.models import Appeal, Event, Explanation, Submission
from assessments.workflow import appeals, questions, submissions
from assessments.workflow.machine import perform
from tests.appraisals.test_questions import DAY, ask
from tests.factories.council import make_concluded, make_judged_year, reach
from tests.factories.cycles import make_milestones
from tests.factories.races import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)


def test_answer_at_the_last_second_races_the_clock() -> None:
    year = make_judged_year()
    row = ask(year)
    just = row.due_at - dt.timedelta(seconds=1)

    answered, closed = at_once(
        lambda: questions.answer(
            explanation=row, by=year.first.focal, at=just, answer="Số 12"
        ),
        lambda: questions.close_overdue(row.due_at),
    )  # fmt: skip

    row.refresh_from_db()
    told = Event.objects.filter(action="close_question").count()
    if isinstance(answered, WrongState):
        assert (row.closed_by_clock, row.answer, len(closed), told) == (True, "", 1, 1)
    else:
        assert (row.closed_by_clock, row.answer, closed, told) == (False, "Số 12", [], 0)


def test_two_clocks_close_once_and_begin_one_round() -> None:
    year = make_judged_year()
    row = ask(year)
    perform("request_explanation", year.first.submission, by=year.secretary, at=year.at)

    def clock() -> None:
        questions.close_overdue(row.due_at)
        submissions.tick(row.due_at)

    told = refusals(clock, clock)

    assert set(told) <= {None, WrongState, GuardFailed}
    submission = Submission.objects.get(pk=year.first.submission.pk)
    assert (submission.round, submission.explained) == (2, 1)
    assert Event.objects.filter(action="close_question").count() == 1


def test_more_time_races_the_clock() -> None:
    year = make_judged_year()
    row = ask(year)
    just = row.due_at - dt.timedelta(seconds=1)

    extended, closed = at_once(
        lambda: questions.extend(
            explanation=row, by=year.member, at=just, due_at=row.due_at + DAY, reason="Bão"
        ),
        lambda: questions.close_overdue(row.due_at),
    )

    row = Explanation.objects.get(pk=row.pk)
    assert (row.closed_at is None) == (closed == [])
    assert isinstance(extended, WrongState | WindowClosed) == bool(closed)


def test_appeal_races_the_approval() -> None:
    """At the last moment of the appeals, which is the first of the approvals."""
    year = make_judged_year()
    make_concluded(year, year.first)
    reach(year, Stage.APPEAL)
    ends = year.milestone(Stage.APPEAL).closes_at
    just = ends - dt.timedelta(seconds=1)

    def file() -> Appeal:
        return appeals.file(
            submission=year.first.submission, by=year.first.head, at=just, kind="appeal",
            leaves=["1.1"], text="Xem lại",
        )  # fmt: skip

    def approve() -> Submission:
        return perform("approve", year.first.submission, by=year.leader, at=ends)

    filed, approved = refusals(file, approve)

    assert (filed, approved) in [(None, GuardFailed), (WrongState, None)]
    state = Submission.objects.get(pk=year.first.submission.pk).state
    assert (Appeal.objects.count(), state) in [(1, "appraised"), (0, "approved")]


def test_two_of_the_unit_file_at_once() -> None:
    year = make_judged_year()
    make_concluded(year, year.first)
    year.cycle.milestones.all().delete()
    make_milestones(year.cycle, at=year.at, stage=Stage.APPEAL)
    acts = [
        lambda by=by: appeals.file(
            submission=year.first.submission, by=by, at=year.at, kind="appeal", leaves=["1.1"],
            text="Xem lại",
        )
        for by in (year.first.head, year.first.focal)
    ]  # fmt: skip

    assert sorted(refusals(*acts), key=str) == [WrongState, None]
    assert Appeal.objects.count() == 1


def test_two_chairs_answer_at_once() -> None:
    year = make_judged_year()
    make_concluded(year, year.first)
    reach(year, Stage.APPEAL)
    made = appeals.file(
        submission=year.first.submission, by=year.first.head, at=year.at, kind="appeal",
        leaves=["1.1"], text="Xem lại",
    )  # fmt: skip
    acts = [
        lambda action=action: perform(action, made, by=year.chair, at=year.at, note="Đã xem")
        for action in ("uphold", "reject")
    ]

    assert sorted(refusals(*acts), key=str) == [WrongState, None]
    assert Event.objects.filter(action__in=["uphold", "reject"], refused=False).count() == 1
