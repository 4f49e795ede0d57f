"""Which daily e-mails go out today, which are tried again, and what is kept how long."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessments import permissions
from assessments.choices import DigestState
from assessments.models import Digest, Message, MessagePreference, NoticeCursor
from assessments.queries import inbox, workdays
from assessments.tasks import MOST_TRIES, send_digest
from units.models import User

#: Minutes after which a worker that took an e-mail is given up.
GIVEN_UP = 30
INTERRUPTED = "Interrupted"
_DAY = dt.timedelta(days=1)
#: Days that finished tasks stay in the table of the queue.
_FINISHED_DAYS = 30


def enqueue_digests(at: dt.datetime) -> int:
    """Queue the e-mails of the day and those to be tried again; return how many.

    A person gets at most one a day, from DIGEST_HOUR on a working day, of what they have not read
    and no earlier e-mail held.
    """
    with transaction.atomic():
        return _queue([*_again(at), *_new(at)], at)


def _queue(digests: list[Digest], at: dt.datetime) -> int:
    for digest in digests:
        digest.state, digest.queued_at = DigestState.WAITING, at
        digest.save(update_fields=["state", "queued_at"])
        send_digest.enqueue(digest.pk)
    return len(digests)


def _new(at: dt.datetime) -> list[Digest]:
    day = permissions.day_of(at)
    if timezone.localtime(at).hour < settings.DIGEST_HOUR:
        return []
    if not workdays.calendar().is_working(day):
        return []
    made = []
    for user, messages in _unread(day).items():
        wanted = inbox.mailed(inbox.without_conflicts(messages, user, at), user)
        if wanted:
            digest, new = Digest.objects.get_or_create(user=user, day=day)
            if new:
                digest.messages.set(wanted)
                made.append(digest)
    return made


def _unread(day: dt.date) -> dict[User, list[Message]]:
    """Return, by person, the unread messages that no e-mail held, but for one that never left."""
    held = Digest.messages.through.objects.filter(
        ~Q(digest__state=DigestState.FAILED), message=OuterRef("pk")
    )
    today = Digest.objects.filter(user=OuterRef("user"), day=day)
    refused = MessagePreference.objects.filter(user=OuterRef("user"), by_mail=False)
    rows = Message.objects.filter(
        ~Exists(held), ~Exists(today), ~Exists(refused), read_at=None, user__is_active=True
    ).exclude(user__email="")  # fmt: skip
    found: dict[User, list[Message]] = {}
    for row in rows.select_related("user__message_preference", "cycle").order_by("at"):
        found.setdefault(row.user, []).append(row)
    return found


def _again(at: dt.datetime) -> list[Digest]:
    """Return what failed and is due for another try, and what the queue lost before any."""
    late = at - dt.timedelta(minutes=GIVEN_UP)
    rows = Digest.objects.select_for_update().filter(queued_at__isnull=False)
    waiting = rows.filter(state=DigestState.WAITING, queued_at__lt=late)
    # A worker ended in the midst of it: the letter may have left, so it is never sent again. What
    # it held goes into the next day's.
    waiting.filter(tried_at__gte=F("queued_at")).update(
        state=DigestState.FAILED, error=INTERRUPTED, tries=MOST_TRIES
    )
    failed = rows.filter(
        state=DigestState.FAILED, tries__lt=MOST_TRIES, day__gte=permissions.day_of(at) - _DAY
    )
    again = [row for row in failed if row.tried_at and row.tried_at + _wait(row.tries) <= at]
    if DBTaskResult.objects.ready().filter(task_path=send_digest.module_path).exists():
        return again  # the queue is only slow
    return [*again, *waiting.filter(Q(tried_at=None) | Q(tried_at__lt=F("queued_at")))]


def _wait(tries: int) -> dt.timedelta:
    """Return how long to wait after so many tries: 5, 20, 80, 320 minutes."""
    return dt.timedelta(minutes=5 * 4 ** (tries - 1))


def purge_daily(at: dt.datetime) -> bool:
    """Purge at the first call of the day; tell whether this was it.

    One that fails leaves no mark, and is made up for by the next call.
    """
    day = permissions.day_of(at)
    with transaction.atomic():
        # What is purged comes from the messages of a cycle, which has its mark.
        due = NoticeCursor.objects.exclude(purged_on=day).update(purged_on=day)
        if due:
            purge(at)
    return bool(due)


def purge(at: dt.datetime) -> None:
    """Forget messages read MESSAGE_DAYS ago, e-mails as old, and finished tasks of a month ago."""
    limit = at - dt.timedelta(days=settings.MESSAGE_DAYS)
    Message.objects.filter(read_at__lt=limit).delete()
    Digest.objects.filter(day__lt=permissions.day_of(limit)).delete()
    month = at - dt.timedelta(days=_FINISHED_DAYS)
    DBTaskResult.objects.finished().filter(finished_at__lt=month).delete()
