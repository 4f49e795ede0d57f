"""What the task worker does apart from any request: sending the daily e-mails (design 3)."""

import datetime as dt
import logging

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django_tasks import task

from assessments.choices import DigestState, MessageKind
from assessments.models import Digest, Message, SiteIdentity
from assessments.queries import inbox

log = logging.getLogger(__name__)
#: A letter is tried so often; then its messages go into the next day's.
MOST_TRIES = 5


@task()
def send_digest(digest_id: int) -> str:
    """Send one daily e-mail of what is still unread; return what became of it, as a word.

    The digest is claimed before anything is sent, so that a second task, or a worker that comes
    back, sends nothing. No failure leaves this function: its trace would hold an address.
    """
    now = timezone.now()
    digest = _claimed(digest_id, now)
    if digest is None:
        return "taken"
    messages = _still_wanted(digest, now)
    if not messages:
        digest.delete()
        return "read"
    digest.messages.set(messages)
    try:
        _letter(digest, messages, now).send()
    # Mail servers, names and encodings fail in many ways; none may lose the letter.
    except Exception as error:
        digest.state, digest.error = DigestState.FAILED, type(error).__name__
    else:
        digest.state, digest.error = DigestState.SENT, ""
    digest.save(update_fields=["state", "error"])
    level = logging.INFO if digest.state == DigestState.SENT else logging.WARNING
    told = (digest.pk, digest.state, digest.tries, digest.error or "-")
    log.log(level, "daily e-mail %s: %s, try %s, %s", *told)
    return str(digest.state)


def _claimed(digest_id: int, at: dt.datetime) -> Digest | None:
    """Return the digest, its try counted; None when another took it or it waits no more."""
    with transaction.atomic():
        fresh = Q(tried_at=None) | Q(tried_at__lt=F("queued_at"))
        digest = (
            Digest.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(fresh, pk=digest_id, state=DigestState.WAITING)
            .select_related("user__message_preference").first()
        )  # fmt: skip
        if digest is not None:
            digest.tries += 1
            digest.tried_at = max(at, digest.queued_at or at)
            digest.save(update_fields=["tries", "tried_at"])
    return digest


def _still_wanted(digest: Digest, at: dt.datetime) -> list[Message]:
    """Return the messages still unread that the person may read and wants by e-mail now."""
    user = digest.user
    if not (user.is_active and user.email):
        return []
    rows = digest.messages.filter(read_at=None).select_related("cycle").order_by("at")
    return inbox.mailed(inbox.without_conflicts(rows, user, at), user)


def _letter(digest: Digest, messages: list[Message], at: dt.datetime) -> EmailMessage:
    """Return the letter, in Vietnamese as the messages are."""
    with translation.override("vi"):
        parts = [
            (kind.label, [row for row in messages if row.kind == kind]) for kind in MessageKind
        ]
        context = {
            "user": digest.user, "day": digest.day, "site_url": settings.SITE_URL,
            "parts": [(label, rows) for label, rows in parts if rows],
            "site": SiteIdentity.objects.first(), "count": len(messages),
        }  # fmt: skip
        body = render_to_string("emails/digest.txt", context)
    subject = f"[CCHC] {len(messages)} tin chưa đọc, ngày {digest.day:%d/%m/%Y}"
    return EmailMessage(subject, body, to=[digest.user.email])
