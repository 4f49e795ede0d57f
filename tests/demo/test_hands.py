"""The demo's own unit: its leaves in hands and its papers, as its people find them."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from assessments.choices import HandState, Stage
from assessments.demo import hands
from assessments.demo.calendar import Calendar
from assessments.models import Document
from assessments.queries.delegations import Hand
from assessments.queries.library import documents_of
from assessments.queries.workspace import leaves_of
from tests.factories.cycles import Year, make_year
from units.models import Membership, UnitHead

pytestmark = pytest.mark.django_db
LONG_AGO = dt.date(2020, 1, 1)


@pytest.fixture
def year(settings: Any, tmp_path: Any) -> Year:
    """Return a year on the demo's calendar whose first unit has the printed accounts."""
    settings.MEDIA_ROOT = tmp_path
    now = timezone.now()
    made = make_year(year=timezone.localdate(now).year, at=now)
    made.cycle.milestones.all().delete()
    calendar = Calendar.with_now_in(Stage.SELF_ASSESSMENT, now)
    calendar.write(made.cycle)
    made.cycle.opened_at = calendar.opens(Stage.SELF_ASSESSMENT)
    made.cycle.save()
    Membership.objects.update(since=LONG_AGO)
    UnitHead.objects.update(since=LONG_AGO)
    for user, name in (
        (made.first.focal, hands.FOCAL),
        (made.first.contributor, hands.CONTRIBUTOR),
    ):
        user.username = name
        user.save()
    hands.work(made.first.submission, calendar)
    return made


def test_leaves_are_in_hands_done_given_back_and_overdue(year: Year) -> None:
    rows = leaves_of([year.first.submission]).select_related("delegation__user")
    today = timezone.localdate(year.at)
    found = {row.criterion.code: Hand(row, today) for row in rows if row.criterion.is_self_scored}

    assert {code: hand.state for code, hand in found.items()} == {
        "1.1": HandState.DONE, "1.2": HandState.DONE, "1.3": HandState.GIVEN_BACK,
        "1.4": HandState.IN_WORK, "1.5": HandState.IN_WORK,
        "2.1": HandState.OVERDUE, "2.2": HandState.OVERDUE,
    }  # fmt: skip
    assert {hand.delegation.user for hand in found.values()} == {year.first.contributor}
    assert [code for code, hand in found.items() if hand.is_settled] == ["1.1", "1.2", "1.3"]
    assert found["1.3"].delegation.note == hands.MEND


def test_papers_of_the_year_before_are_used_again_or_wait(year: Year) -> None:
    rows = documents_of(year.first.unit.pk, year.cycle).order_by("number")
    assert [(row.number, row.awaits, row.leaves) for row in rows] == [
        ("01/KH-UBND (minh họa)", False, 1), ("02/KH-UBND (minh họa)", True, 0),
    ]  # fmt: skip
    assert Document.objects.exclude(unit=year.first.unit).count() == 0
