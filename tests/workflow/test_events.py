"""The log seals into a chain per cycle; verification names what was changed (design 6)."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from assessments.models import Event
from assessments.workflow import events
from assessments.workflow.scores import save_leaf
from tests.workflow.world import past_triggers

pytestmark = pytest.mark.django_db
OUTSIDE = None


@pytest.fixture
def sealed(year):
    """Return the cycle's five events, sealed."""
    for number in range(5):
        row = year.first.score("1.1")
        save_leaf(
            score=row, by=year.first.focal, at=year.at, version=row.version, met=number % 2 == 0
        )
    events.seal(year.cycle.pk)
    return list(Event.objects.filter(cycle=year.cycle).order_by("position"))


def report_of(cycle_id):
    return next(row for row in events.verify() if row.cycle_id == cycle_id)


def test_seal_numbers_events_and_chains_their_hashes(year, sealed):
    before = events.START
    for place, event in enumerate(sealed, start=1):
        assert event.position == place
        assert event.hash == events.link(event, before, place)
        before = event.hash
    report = report_of(year.cycle.pk)
    assert (report.sealed, report.unsealed, report.head, report.broken) == (5, 0, before, None)


def test_sealing_twice_changes_nothing(year, sealed):
    head = events.seal(year.cycle.pk)

    assert head == sealed[-1].hash
    assert list(Event.objects.filter(cycle=year.cycle).order_by("position")) == sealed


def test_later_events_go_on_where_the_chain_ended(year, sealed):
    fresh = events.record(action="save", obj=year.first.submission, by=None, at=year.at)
    assert report_of(year.cycle.pk).unsealed == 1

    head = events.seal(year.cycle.pk)
    fresh.refresh_from_db()

    assert (fresh.position, fresh.hash) == (6, head)
    assert head == events.link(fresh, sealed[-1].hash, 6)


def test_chains_of_cycles_are_apart(year, sealed):
    events.record(action="login", obj=year.first.head, by=year.first.head, at=year.at)
    assert events.unsealed_chains() == [OUTSIDE]

    events.seal(OUTSIDE)

    assert report_of(OUTSIDE).sealed == 1
    assert report_of(year.cycle.pk).sealed == 5


@pytest.mark.parametrize(
    "change",
    [
        "data = jsonb_set(data, '{after}', '\"9.0000\"')", "actor_id = NULL", "refused = true",
        "at = at + interval '1 second'", "action = 'other'", "object_id = '0'", "unit_id_at = NULL",
        "request_id = 'x'",
    ],
)  # fmt: skip
def test_edited_event_is_named(year, sealed, change):
    past_triggers(f"UPDATE assessments_event SET {change} WHERE id = %s", sealed[2].pk)

    assert report_of(year.cycle.pk).broken == f"event {sealed[2].pk} at position 3 was changed"


def test_event_edited_with_a_fresh_hash_breaks_the_next_link(year, sealed):
    event = sealed[2]
    event.action = "other"
    past_triggers(
        "UPDATE assessments_event SET action = 'other', hash = %s WHERE id = %s",
        events.link(event, sealed[1].hash, 3), event.pk,
    )  # fmt: skip

    assert report_of(year.cycle.pk).broken == f"event {sealed[3].pk} at position 4 was changed"


def test_deleted_event_is_named(year, sealed):
    past_triggers("DELETE FROM assessments_event WHERE id = %s", sealed[1].pk)

    assert report_of(year.cycle.pk).broken == f"position 2 is missing before event {sealed[2].pk}"


def test_last_event_deleted_shows_in_the_head(year, sealed):
    past_triggers("DELETE FROM assessments_event WHERE id = %s", sealed[4].pk)

    report = report_of(year.cycle.pk)
    # Nothing follows it; the head printed on the publication no longer is the head of the chain.
    assert (report.broken, report.head) == (None, sealed[3].hash)
    assert report.head != sealed[4].hash


def test_command_ends_well_on_a_whole_chain(year, sealed):
    out = StringIO()
    call_command("verify_events", stdout=out)
    assert sealed[-1].hash[:16] in out.getvalue()


def test_command_fails_on_a_broken_chain(year, sealed):
    past_triggers("UPDATE assessments_event SET action = 'other' WHERE id = %s", sealed[0].pk)
    with pytest.raises((CommandError, SystemExit)):
        call_command("verify_events", stdout=StringIO(), stderr=StringIO())


def test_events_hold_no_words_of_people(year):
    row = year.first.score("1.1")
    save_leaf(
        score=row, by=year.first.focal, at=year.at, version=row.version, met=True,
        note="Lời riêng của đơn vị", no_evidence_reason="Chưa có",
    )  # fmt: skip

    event = Event.objects.latest("pk")

    assert event.data == {"code": "1.1", "version": 1, "before": None, "after": "2.0000"}
