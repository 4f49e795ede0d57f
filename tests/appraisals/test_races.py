"""Two people act at once on real connections: one wins, the other is told."""

import pytest

from assessments.choices import CouncilRole, PortalRole
from assessments.errors import Stale, WrongState
from assessments.models import Appointment, Approval, CouncilMember, Event, ScoreHistory
from assessments.workflow import appraisals
from assessments.workflow.machine import perform
from tests.factories.council import appraise_all, make_concluded, make_judged_year, make_meeting
from tests.factories.cycles import Year, make_user
from tests.factories.races import refusals

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
