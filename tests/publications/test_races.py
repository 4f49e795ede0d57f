"""Two people, or a person and the clock, at once on real connections: one wins, one is told."""

import datetime as dt

import pytest

from assessments.choices import PublicationState as State
from assessments.errors import Refused, WrongState
from assessments.models import Publication, PublishedResult
from assessments.workflow import publications
from assessments.workflow.machine import perform
from tests.factories.races import at_once
from tests.factories.results import make_draft, make_finished_year

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = dt.timedelta(hours=1)


def test_two_people_schedule_at_once():
    year = make_finished_year()
    draft = make_draft(year)

    def act():
        return perform("schedule", draft, by=year.leader, at=year.at, published_at=year.at + HOUR)

    outcomes = at_once(act, act)

    assert [type(x) for x in outcomes if isinstance(x, Refused)] == [WrongState]
    assert Publication.objects.get().state == State.SCHEDULED
    assert PublishedResult.objects.count() == 2


def test_withdraw_and_flip_at_once_end_in_one_state():
    year = make_finished_year()
    made = perform(
        "schedule", make_draft(year), by=year.leader, at=year.at, published_at=year.at + HOUR
    )

    withdrawn, flipped = at_once(
        lambda: perform("withdraw", made, by=year.leader, at=year.at, note="Dừng"),
        lambda: publications.flip_due(year.at + HOUR),
    )

    state = Publication.objects.get().state
    won = not isinstance(withdrawn, Refused)
    assert state == (State.WITHDRAWN if won else State.PUBLISHED)
    assert won is not bool(flipped)


def test_two_clocks_flip_once():
    year = make_finished_year()
    perform("schedule", make_draft(year), by=year.leader, at=year.at, published_at=year.at + HOUR)

    first, second = at_once(*[lambda: publications.flip_due(year.at + HOUR)] * 2)

    assert len(first) + len(second) == 1
    assert Publication.objects.get().state == State.PUBLISHED
