"""The commands: standings in force, the clock, the chains."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from assessments.models import Event, Publication
from assessments.workflow import events, publications
from assessments.workflow.machine import perform
from tests.factories.results import make_draft, make_finished_year


def output(name):
    out = StringIO()
    call_command(name, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_show_standings_prints_what_is_in_force():
    year = make_finished_year(("0.9", "0.75"), illustrative=True, year=2023)
    publications.publish_now(publication=make_draft(year), by=year.leader, at=year.at)

    lines = [line.split() for line in output("show_standings").splitlines()]

    assert ["1", *year.first.unit.name.split(), "90,00", "Tốt"] in lines
    assert ["2", *year.second.unit.name.split(), "75,00", "Khá"] in lines


def test_show_standings_keeps_the_embargo(year):
    draft = make_draft(year)
    later = timezone.now() + dt.timedelta(hours=1)
    perform("schedule", draft, by=year.leader, at=year.at, published_at=later)

    assert output("show_standings") == ""


def test_tick_publishes_what_is_due_and_seals(year):
    draft = make_draft(year)
    perform("schedule", draft, by=year.leader, at=year.at, published_at=year.at)

    output("tick")

    assert Publication.objects.get().state == "published"
    assert not Event.objects.filter(position=None).exists()


def test_verify_events_passes_whole_chains(year):
    make_draft(year)
    events.seal(year.cycle.pk)

    assert len(output("verify_events").splitlines()) == 1


def test_verify_events_names_the_first_broken_link(year):
    make_draft(year)
    events.seal(year.cycle.pk)
    victim = Event.objects.get(position=2)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE assessments_event SET action = 'x' WHERE id = %s", [victim.pk])
        cursor.execute("SET session_replication_role = DEFAULT")
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("verify_events", stdout=out)

    assert f"event {victim.pk} at position 2" in out.getvalue()
