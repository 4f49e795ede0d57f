"""Two people act at once on real connections: one wins, the other is told."""

import threading
import time

import pytest
from django.db import connection, transaction

from assessments.choices import CouncilRole, PortalRole
from assessments.errors import Stale, WrongState
from assessments.models import (
    Appointment,
    Appraisal,
    Approval,
    CouncilMember,
    Event,
    ScoreHistory,
)  # fmt: skip
from assessments.workflow import appraisals, questions
from assessments.workflow.machine import perform
from assessments.workflow.sets import agree
from tests.appraisals.judging import ask_about
from tests.factories.council import (
    appraise,
    appraise_all,
    make_concluded,
    make_judged_year,
    make_meeting,
    make_member,
)  # fmt: skip
from tests.factories.cycles import D, Year, make_user
from tests.factories.races import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)


def _second_chair(year: Year):
    user = make_user("Chủ tịch thứ hai")
    since = year.council.members.get(user=year.chair).since
    CouncilMember.objects.create(
        council=year.council, user=user, role=CouncilRole.CHAIR, since=since
    )
    return user


def test_two_chairs_conclude_at_once() -> None:
    year = make_judged_year()
    appraise_all(year, year.first)
    meeting, other = make_meeting(year), _second_chair(year)
    acts = [
        lambda by=by: perform("conclude", year.first.submission, by=by, at=year.at, meeting=meeting)
        for by in (year.chair, other)
    ]
    assert sorted(refusals(*acts), key=str) == [WrongState, None]
    assert Event.objects.filter(action="conclude", refused=False).count() == 1


def test_two_leaders_approve_at_once() -> None:
    year = make_judged_year()
    make_concluded(year, year.first)
    other = make_user("Lãnh đạo thứ hai")
    since = year.leader.appointments.get().since
    Appointment.objects.create(user=other, role=PortalRole.HOME_AFFAIRS_LEADER, since=since)
    acts = [
        lambda by=by: perform("approve", year.first.submission, by=by, at=year.at)
        for by in (year.leader, other)
    ]
    assert sorted(refusals(*acts), key=str) == [WrongState, None]
    assert Approval.objects.count() == 1


def test_one_member_in_two_windows_loses_nothing() -> None:
    year = make_judged_year()
    row = year.first.score("1.1")
    acts = [
        lambda points=points: appraisals.appraise(
            score=row, by=year.member, at=year.at, version=row.version, points=points, reason="Xem"
        )
        for points in ("1", "2")
    ]
    assert sorted(refusals(*acts), key=str) == [Stale, None]
    assert ScoreHistory.objects.count() == 1


def test_two_members_on_one_leaf_leave_exactly_one_responsible() -> None:
    year = make_judged_year()
    row, other = year.first.score("1.1"), make_member(year)
    acts = [
        lambda by=by: appraisals.appraise(
            score=row, by=by, at=year.at, version=row.version, points="1", reason="Xem"
        )
        for by in (year.member, other)
    ]
    assert sorted(refusals(*acts), key=str) == [Stale, None]
    loser = other if Appraisal.objects.get().member.user == year.member else year.member
    appraisals.appraise(score=row, by=loser, at=year.at, version=1, points="0.5", reason="Xem thêm")
    assert sorted(Appraisal.objects.values_list("responsible", flat=True)) == [False, True]


def test_two_members_who_agree_to_the_same_leaves_share_them() -> None:
    year = make_judged_year()
    leaves = [dossier.score(code) for code in ("1.1", "1.2") for dossier in year.dossiers]
    versions = {row.pk: row.version for row in leaves}
    acts = [
        lambda by=by: agree(scores=list(versions), by=by, at=year.at, versions=versions)
        for by in (year.member, make_member(year))
    ]
    outcomes = at_once(*acts)
    done = [pk for outcome in outcomes for pk in outcome.done]
    assert sorted(done) == sorted(versions)
    assert Appraisal.objects.filter(responsible=True).count() == len(versions)


def _conflicted_year() -> Year:
    """Return a year whose member gave points and has a conflict since."""
    year = make_judged_year()
    appraise(year, year.first, "1.1")
    seat = year.council.members.get(user=year.member)
    seat.conflicts.create(unit=year.first.unit, reason="Người thân", since=year.at.date())
    return year


def test_points_given_while_a_conflict_is_flagged_stay() -> None:
    year = _conflicted_year()
    other, given, flagged = make_member(year), threading.Event(), threading.Event()

    def judge() -> None:
        with transaction.atomic():
            appraise(year, year.first, "1.1", by=other, points="1", reason="Thiếu")
            given.set()
            # The flagging has read the old points and waits for the leaf.
            while not flagged.is_set() and not _waits_for_a_lock():
                time.sleep(0.05)

    def flag() -> list[Appraisal]:
        assert given.wait(timeout=60)
        try:
            return appraisals.flag_conflicts(year.cycle, year.at)
        finally:
            flagged.set()

    _judged, found = at_once(judge, flag)

    row = year.first.score("1.1")
    assert [(each.member.user, each.responsible) for each in found] == [(year.member, False)]
    assert (row.appraised_points, row.appraised_round) == (D(1), 1)
    counted = Appraisal.objects.get(score=row, responsible=True, flagged_conflict=False)
    assert counted.member.user == other
    assert Event.objects.get(action="flag_conflict").data["responsible"] is False


def _waits_for_a_lock() -> bool:
    """Tell whether another connection waits for this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted"
            " AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])


def test_conflict_is_flagged_and_logged_once_by_two_at_once() -> None:
    year = _conflicted_year()
    found = at_once(*[lambda: appraisals.flag_conflicts(year.cycle, year.at)] * 2)
    assert sorted(len(rows) for rows in found) == [0, 1]
    assert Event.objects.filter(action="flag_conflict").count() == 1
    assert ScoreHistory.objects.filter(action="council.flag").count() == 1


def test_agreement_and_a_question_never_both_reach_the_leaf() -> None:
    year = make_judged_year()
    row = year.first.score("1.1")
    acts = [
        lambda: agree(scores=[row.pk], by=year.member, at=year.at, versions={row.pk: row.version}),
        lambda: ask_about(year, "1.1"),
    ]
    agreed, _asked = at_once(*acts)
    asked_at = Event.objects.get(action="ask", refused=False).pk
    if agreed.done:
        assert Event.objects.get(action="appraise", refused=False).pk < asked_at
    else:
        assert list(agreed.refused) == [row.pk]
        assert not Appraisal.objects.exists()


def test_agreement_waits_for_the_answer_of_the_unit() -> None:
    year = make_judged_year()
    row, question = year.first.score("1.1"), ask_about(year, "1.1")
    acts = [
        lambda: agree(scores=[row.pk], by=year.member, at=year.at, versions={row.pk: row.version}),
        lambda: questions.answer(
            explanation=question, by=year.first.focal, at=year.at, answer="Số 12"
        ),
    ]
    agreed, answered = at_once(*acts)
    assert answered.closed_at == year.at
    if agreed.done:
        answer = Event.objects.get(action="answer", refused=False).pk
        assert Event.objects.get(action="appraise", refused=False).pk > answer
    else:
        assert list(agreed.refused) == [row.pk]
        assert not Appraisal.objects.exists()
