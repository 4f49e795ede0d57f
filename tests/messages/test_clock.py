"""The command of the clock: everything time does, round after round, whatever fails in one."""

import datetime as dt
import io
import signal

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from assessments import notices
from assessments.choices import DigestState
from assessments.models import Digest, Event, Message, NoticeCursor, WorkingDay
from assessments.notices import digests
from assessments.workflow import appraisals, events, publications, questions, submissions
from tests.factories.cycles import make_year
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

    assert "a round of the clock failed in tick" in caplog.text
    assert reminders_to(filling.first.focal) == 1


@pytest.mark.parametrize("error", [RuntimeError("a row nobody thought of"), OSError("disk full")])
def test_clock_goes_on_after_any_failure_and_logs_its_trace(
    filling, monkeypatch, caplog, mailoutbox, error
):
    monkeypatch.setattr("django.conf.settings.DIGEST_HOUR", 0)
    WorkingDay.objects.update_or_create(
        day=timezone.localdate(), defaults={"is_working": True, "note": "Thử"}
    )
    remind(filling, 0)

    def fail(at):
        raise error

    monkeypatch.setattr(submissions, "tick", fail)
    call_command("clock", rounds=2, every=0, with_tasks=True, stdout=io.StringIO())

    assert caplog.text.count(f"{type(error).__name__}: {error}") >= 2
    assert filling.first.focal.email in {letter.to[0] for letter in mailoutbox}


STEPS = {
    "questions": (questions, "close_overdue"), "dossiers": (submissions, "tick"),
    "conflicts": (appraisals, "flag_conflicts"), "publications": (publications, "flip_due"),
    "seals": (events, "unsealed_chains"), "messages": (notices, "untold"),
    "reminders": (notices, "remind"), "e-mails": (notices, "enqueue_digests"),
    "purge": (notices, "purge_daily"),
}  # fmt: skip


def test_step_that_fails_keeps_none_of_the_others_from_their_work(filling, monkeypatch):
    called = []

    def spy(name, real):
        def step(*args):
            called.append(name)
            if name == failing:
                raise RuntimeError(name)
            return real(*args)

        return step

    for name, (module, act) in STEPS.items():
        monkeypatch.setattr(module, act, spy(name, getattr(module, act)))
    for failing in STEPS:
        called.clear()
        with pytest.raises(CommandError, match=failing):
            call_command("tick", stdout=io.StringIO())
        assert called == list(STEPS)


def test_cycle_whose_messages_fail_keeps_none_of_the_others_from_theirs(filling, monkeypatch):
    other = make_year(year=filling.cycle.year + 1)
    for year in (filling, other):
        remind(year, 0)
    told = notices.tell

    def tell(cycle, at):
        if cycle == filling.cycle:
            raise RuntimeError("broken")
        return told(cycle, at)

    monkeypatch.setattr(notices, "tell", tell)
    with pytest.raises(CommandError):
        call_command("tick", stdout=io.StringIO())

    assert (reminders_to(filling.first.focal), reminders_to(other.first.focal)) == (0, 1)


def test_tick_purges_once_a_day_and_again_after_a_failure(filling, monkeypatch):
    purged = []
    remind(filling, 0)
    now = timezone.now()
    call_command("tick", stdout=io.StringIO())
    NoticeCursor.objects.update(purged_on=None)

    def fail(at):
        raise RuntimeError("locked")

    monkeypatch.setattr(digests, "purge", fail)
    with pytest.raises(RuntimeError):
        notices.purge_daily(now)
    monkeypatch.setattr(digests, "purge", purged.append)
    for later in (now, now, now + dt.timedelta(days=1), now + dt.timedelta(days=1)):
        notices.purge_daily(later)

    assert purged == [now, now + dt.timedelta(days=1)]
