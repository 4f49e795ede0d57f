"""Two people, or a person and the clock, at once on real connections: one wins, one is told."""

import datetime as dt

import pytest

from assessments.choices import PublicationState as State
from assessments.errors import Refused, WrongState
from assessments.models import Event, Publication, PublishedResult, Submission
from assessments.workflow import drafts, publications
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


def test_leaders_who_publish_at_once_make_one_publication():
    year = make_finished_year()
    draft = make_draft(year)

    def act():
        return publications.publish_now(publication=draft, by=year.leader, at=year.at)

    outcomes = at_once(act, act)

    assert [type(x) for x in outcomes if isinstance(x, Refused)] == [WrongState]
    # The one who is refused may hold the row while the other flips what is due: then the clock or
    # the first reader does it (design 0.19).
    publications.flip_due(year.at)
    assert Publication.objects.get().state == State.PUBLISHED
    assert PublishedResult.objects.count() == 2
    assert Event.objects.filter(action="flip", refused=False).count() == 1
    assert {row.state for row in Submission.objects.all()} == {"published"}


def test_reopening_while_scheduling_never_publishes_what_is_open_again():
    year = make_finished_year()
    draft = make_draft(year)

    scheduled, reopened = at_once(
        lambda: perform(
            "schedule", draft, by=year.leader, at=year.at, published_at=year.at + HOUR
        ),
        lambda: perform(
            "reopen", year.first.submission, by=year.leader, at=year.at, note="Xem lại",
            leaves=["1.1"],
        ),
    )  # fmt: skip

    # Only one of the two wins, whichever comes first.
    won = [not isinstance(x, Refused) for x in (scheduled, reopened)]
    year.first.submission.refresh_from_db()
    assert sum(won) == 1
    assert (Publication.objects.get().state, year.first.submission.state) == (
        (State.SCHEDULED, "approved") if won[0] else (State.DRAFT, "appraising")
    )
    assert PublishedResult.objects.count() == (2 if won[0] else 0)


def test_dry_runs_seen_at_once_keep_one_set_of_figures():
    year = make_finished_year()
    draft = make_draft(year, seen=False)
    acts = [lambda: drafts.dry_run(publication=draft, by=year.leader, at=year.at)] * 2

    first, second = at_once(*acts)

    draft.refresh_from_db()
    assert first.digest == second.digest == draft.dry_run_digest
    assert set(draft.dry_run_figures) == {dossier.unit.code for dossier in year.dossiers}
