"""A member leaves a leaf to the others and says why; what that changes and what it does not."""

import datetime as dt

import pytest

from assessments.choices import Stage
from assessments.errors import BadInput, GuardFailed, NotPermitted, WindowClosed, WrongState
from assessments.models import Abstention, Appraisal, Assignment, Event
from assessments.queries import appraisal
from assessments.workflow import appraisals
from tests.appraisals.judging import ask_about
from tests.factories.council import appraise, conclude, make_judged_year, make_member
from tests.factories.cycles import Year


def abstain(year: Year, code: str = "1.1", **given: object) -> Abstention:
    values = {"by": year.member, "at": year.at, "reason": "Không đủ chuyên môn"} | given
    return appraisals.abstain(score=year.first.score(code), **values)  # type: ignore[arg-type]


def waiting(year: Year) -> set[str]:
    leaves = appraisal.waiting_for(year.member, year.at).filter(submission=year.first.submission)
    return set(leaves.values_list("criterion__code", flat=True))


def test_abstaining_keeps_the_reason_and_leaves_the_leaf_alone(year: Year) -> None:
    left = abstain(year)
    row = year.first.score("1.1")
    assert (left.reason, left.round, left.member.user) == ("Không đủ chuyên môn", 1, year.member)
    assert (row.appraised_points, row.version) == (None, 0)
    event = Event.objects.get()
    assert (event.action, event.data) == ("abstain", {"code": "1.1", "round": 1})


def test_abstaining_twice_is_once(year: Year) -> None:
    first = abstain(year)
    again = abstain(year, reason="Lý do khác")
    assert (again.pk, again.reason) == (first.pk, first.reason)
    assert Event.objects.count() == 1


def test_reason_is_needed(year: Year) -> None:
    with pytest.raises(BadInput) as caught:
        abstain(year, reason="  ")
    assert (caught.value.field, caught.value.code) == ("reason", "1.1")
    assert not Abstention.objects.exists()


def test_own_points_of_the_round_stand_against_it(year: Year) -> None:
    appraise(year, year.first, "1.1")
    with pytest.raises(WrongState):
        abstain(year)
    abstain(year, by=make_member(year))
    year.first.submission.round = 2
    year.first.submission.save()
    assert abstain(year).round == 2


def test_unassigned_and_conflicted_members_do_not_abstain(year: Year) -> None:
    people = [make_member(year, assigned=False), make_member(year, year.first.unit), year.secretary]
    for user in people:
        with pytest.raises(NotPermitted):
            abstain(year, by=user)
    Assignment.objects.update(until=year.at.date() - dt.timedelta(days=2))
    with pytest.raises(NotPermitted):
        abstain(year)
    assert Event.objects.filter(action="abstain", refused=True).count() == 4


def test_state_question_and_window_bind_as_they_bind_points(year: Year) -> None:
    with pytest.raises(WrongState):
        abstain(year, "2.4")
    with pytest.raises(WindowClosed):
        abstain(year, at=year.milestone(Stage.COUNCIL).closes_at)
    ask_about(year, "1.2")
    with pytest.raises(WrongState):
        abstain(year, "1.2")
    year.first.submission.state = "appraised"
    year.first.submission.save()
    with pytest.raises(WrongState):
        abstain(year)


def test_abstained_leaf_waits_for_others_only(year: Year) -> None:
    second = make_member(year)
    assert "1.1" in waiting(year)
    abstain(year)
    assert "1.1" not in waiting(year)
    assert "1.2" in waiting(year)
    others = appraisal.waiting_for(second, year.at).filter(submission=year.first.submission)
    assert others.filter(criterion__code="1.1").exists()
    untouched = appraisal.untouched(appraisal.assigned_leaves(year.member, year.at))
    assert untouched.filter(pk=year.first.score("1.1").pk).exists()


def test_abstention_of_a_round_does_not_reach_the_next(year: Year) -> None:
    abstain(year)
    year.first.submission.round = 2
    year.first.submission.save()
    assert "1.1" in waiting(year)


def test_points_take_the_abstention_back_and_say_so(year: Year) -> None:
    abstain(year)
    abstain(year, by=make_member(year))
    appraise(year, year.first, "1.1")
    assert Abstention.objects.exclude(member__user=year.member).count() == 1
    assert not Abstention.objects.filter(member__user=year.member).exists()
    assert Event.objects.latest("pk").data["abstention"] == "taken back"
    appraise(year, year.first, "1.1", points="1", reason="Xem lại")
    assert "abstention" not in Event.objects.latest("pk").data


def test_conclusion_tells_an_abstained_leaf_without_points(db: None) -> None:
    year = make_judged_year()
    for row in year.first.submission.scores.select_related("criterion"):
        code = row.criterion.code
        if code not in ("1.1", "2.4"):
            appraise(year, year.first, code)
    abstain(year)
    with pytest.raises(GuardFailed) as caught:
        conclude(year, year.first)
    assert "1.1" in str(caught.value)
    assert not Appraisal.objects.filter(score=year.first.score("1.1")).exists()
