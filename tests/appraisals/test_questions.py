"""Questions and answers: one at a time, in time, by the right people."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from assessments.choices import Stage, SubmissionState
from assessments.errors import BadInput, NotPermitted, WindowClosed, WrongState
from assessments.models import Event, Explanation, WorkingDay
from assessments.workflow import machine, questions
from tests.factories.council import appraise, make_member
from tests.factories.cycles import Year

DAY = dt.timedelta(days=1)


def ask(year: Year, **given: Any) -> Explanation:
    values = {
        "score": year.first.score("1.1"), "by": year.member, "at": year.at,
        "question": "Số văn bản nào?", "due_at": year.at + DAY,
    } | given  # fmt: skip
    return questions.ask(**values)


def test_question_names_asker_round_and_due_time(year: Year) -> None:
    row = ask(year)
    assert (row.asked_by.user, row.round, row.due_at, row.closed_at) == (
        year.member,
        1,
        year.at + DAY,
        None,
    )
    assert Event.objects.get().data["code"] == "1.1"
    assert "Số văn bản" not in str(Event.objects.get().data)


def test_second_open_question_is_refused(year: Year) -> None:
    ask(year)
    with pytest.raises(WrongState):
        ask(year)


@pytest.mark.parametrize(
    ("given", "field"), [({"question": "  "}, "question"), ({"due_at": None}, "due_at")]
)
def test_question_needs_text_and_time(year: Year, given: dict[str, Any], field: str) -> None:
    given = {name: value or year.at if name == "due_at" else value for name, value in given.items()}
    with pytest.raises(BadInput) as caught:
        ask(year, **given)
    assert caught.value.field == field


def test_own_unit_and_strangers_ask_nothing(year: Year) -> None:
    for user in (make_member(year, year.first.unit), year.chair, year.first.focal, year.outsider):
        with pytest.raises(NotPermitted):
            ask(year, by=user)


def test_answer_closes_the_question(year: Year) -> None:
    row = questions.answer(explanation=ask(year), by=year.first.focal, at=year.at, answer=" Số 12 ")
    assert (row.answer, row.answered_by, row.closed_at, row.closed_by_clock) == (
        "Số 12", year.first.focal, year.at, False,
    )  # fmt: skip
    with pytest.raises(WrongState):
        questions.answer(explanation=row, by=year.first.focal, at=year.at, answer="Số 13")


def test_answer_in_the_state_of_explanation(year: Year) -> None:
    row = ask(year)
    machine.perform("request_explanation", year.first.submission, by=year.secretary, at=year.at)
    questions.answer(explanation=row, by=year.first.head, at=year.at, answer="Số 12")
    machine.perform("resume", year.first.submission, by=year.secretary, at=year.at)
    assert appraise(year, year.first, "1.1").round == 2


def test_answer_counts_to_the_second(year: Year) -> None:
    row = ask(year)
    with pytest.raises(WindowClosed):
        questions.answer(explanation=row, by=year.first.focal, at=row.due_at, answer="Số 12")
    just = row.due_at - dt.timedelta(seconds=1)
    assert (
        questions.answer(explanation=row, by=year.first.focal, at=just, answer="Số 12").closed_at
        == just
    )


def test_answer_belongs_to_the_unit(year: Year) -> None:
    row = ask(year)
    others = (
        year.first.contributor, year.second.focal, year.member, year.secretary, year.outsider,
    )  # fmt: skip
    for user in others:
        with pytest.raises(NotPermitted):
            questions.answer(explanation=row, by=user, at=year.at, answer="Số 12")
    with pytest.raises(BadInput):
        questions.answer(explanation=row, by=year.first.focal, at=year.at, answer=" ")


def test_answer_after_the_conclusion_is_refused(year: Year) -> None:
    row = ask(year)
    year.first.submission.state = SubmissionState.APPRAISED
    year.first.submission.save()
    with pytest.raises(WrongState):
        questions.answer(explanation=row, by=year.first.focal, at=year.at, answer="Số 12")


def test_withdrawing_belongs_to_the_asker_and_the_secretary(year: Year) -> None:
    row = ask(year)
    for user in (
        make_member(year),
        year.chair,
        year.first.focal,
        make_member(year, year.first.unit),
    ):
        with pytest.raises(NotPermitted):
            questions.withdraw_question(explanation=row, by=user, at=year.at)
    questions.withdraw_question(explanation=row, by=year.member, at=year.at)
    second = ask(year)
    questions.withdraw_question(explanation=second, by=year.secretary, at=year.at)
    assert not Explanation.objects.filter(closed_at=None).exists()
    assert not Explanation.objects.exclude(answered_by=None).exists()


def test_answer_falls_due_within_the_council_s_work(year: Year) -> None:
    end = year.milestone(Stage.COUNCIL).closes_at
    with pytest.raises(BadInput) as caught:
        ask(year, due_at=end + dt.timedelta(seconds=1))
    assert caught.value.field == "due_at"
    assert f"{timezone.localtime(end) - dt.timedelta(seconds=1):%H:%M:%S %d/%m/%Y}" in str(
        caught.value
    )
    assert ask(year, due_at=end).due_at == end


def test_extension_of_the_council_s_work_moves_the_bound(year: Year) -> None:
    until = year.milestone(Stage.COUNCIL).closes_at + 3 * DAY
    year.cycle.extensions.create(
        stage=Stage.COUNCIL, unit=year.second.unit, until=until, reason="Bão"
    )
    with pytest.raises(BadInput):
        ask(year, due_at=until)
    assert ask(year, score=year.second.score("1.1"), due_at=until).due_at == until


def test_plan_without_dates_of_the_council_bounds_nothing(year: Year) -> None:
    year.cycle.milestones.all().delete()
    assert ask(year, due_at=year.at + 400 * DAY).due_at == year.at + 400 * DAY


def test_dossier_sent_back_from_the_approval_is_bound_by_its_stage(year: Year) -> None:
    year.first.submission.reopened_at = year.at
    year.first.submission.save()
    end = year.milestone(Stage.APPROVAL).closes_at
    with pytest.raises(BadInput):
        ask(year, due_at=end + dt.timedelta(seconds=1))
    assert ask(year, due_at=end).due_at == end


def local(day: int, hour: int = 0) -> dt.datetime:
    """Return an hour of a day of February 2026."""
    return dt.datetime(2026, 2, day, hour, tzinfo=timezone.get_default_timezone())


def test_usual_time_is_five_working_days_capped_by_the_council_s_work(year: Year) -> None:
    wednesday = local(11, 15)
    thursday = local(26)
    year.cycle.milestones.all().delete()
    assert questions.usual_due(year.first.submission, wednesday) == thursday  # Tết lies between

    WorkingDay.objects.create(day=dt.date(2026, 2, 24), is_working=False, note="Bù")
    friday = thursday + DAY
    assert questions.usual_due(year.first.submission, wednesday) == friday

    year.cycle.milestones.create(
        stage=Stage.COUNCIL, opens_at=wednesday - DAY, closes_at=thursday - DAY
    )
    assert questions.usual_due(year.first.submission, wednesday) == thursday - DAY
