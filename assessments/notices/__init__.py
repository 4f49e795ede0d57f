"""What the log, the clock and the queue make of acts: messages, reminders, one e-mail a day.

The sealed log is the outbox (design 3): `tell` turns new events into messages, `remind` speaks of
days left, `enqueue_digests` has unread messages sent. All are safe to repeat.
"""

from assessments.notices.deadlines import remind
from assessments.notices.digests import enqueue_digests, purge, purge_daily
from assessments.notices.telling import tell, untold

__all__ = ["enqueue_digests", "purge", "purge_daily", "remind", "tell", "untold"]
