"""The command of the clock: everything time does, round after round, whatever fails in one."""

import io
import signal

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from assessments import notices
from assessments.choices import DigestState
from assessments.models import Digest, Event, Message, WorkingDay
from tests.messages.test_reminders import remind

pytestmark = pytest.mark.django_db(transaction=True)


def reminders_to(user):
    """Return how often the person was told of the secretariat's reminder."""
    return Message.objects.filter(user=user, key__startswith="submission.remind:").count()


@pytest.fixture(autouse=True)
def _signals():
    handlers = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    yield
    for one, handler in handlers.items():
        signal.signal(one, handler)


def test_tick_seals_and_tells(filling):
    remind(filling, 0)
    call_command("tick", stdout=io.StringIO())

    assert not Event.objects.filter(position=None).exists()
    assert reminders_to(filling.first.focal) == 1
    call_command("tick", stdout=io.StringIO())
    assert reminders_to(filling.first.focal) == 1


def test_clock_sends_what_it_queued(filling, settings, mailoutbox):
    settings.DIGEST_HOUR = 0
    WorkingDay.objects.update_or_create(
        day=timezone.localdate(), defaults={"is_working": True, "note": "Thử"}
    )
    remind(filling, 0)
    call_command("clock", rounds=1, with_tasks=True, stdout=io.StringIO())

    sent = {letter.to[0] for letter in mailoutbox}
    assert {filling.first.focal.email, filling.first.head.email} <= sent
    assert len(sent) == len(mailoutbox)
    assert {row.state for row in Digest.objects.all()} == {DigestState.SENT}


def test_round_that_fails_is_made_up_for_by_the_next(filling, monkeypatch, caplog):
    remind(filling, 0)
    told, failed = notices.tell, []

    def once(cycle, at):
        if not failed:
            failed.append(at)
            raise OperationalError("the database is restarting")
        return told(cycle, at)

    monkeypatch.setattr(notices, "tell", once)
    call_command("clock", rounds=2, every=0, stdout=io.StringIO())

    assert "a round of the clock failed" in caplog.text
    assert reminders_to(filling.first.focal) == 1
