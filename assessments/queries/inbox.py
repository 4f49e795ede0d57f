"""A person's messages, as they may be read now: a conflict that arose later hides them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from assessments import permissions
from assessments.choices import MessageKind
from assessments.models import Cycle, Message, MessagePreference
from units.models import User

#: So many unread messages are counted one by one; more are “99+”.
COUNTED = 99
#: So many are named on the first pages.
NEWEST = 3


def readable(user: User, at: dt.datetime) -> QuerySet[Message]:
    """Return the person's messages but those on appraisals in which they have a conflict now."""
    rows = Message.objects.filter(user=user)
    told = rows.filter(of_appraisal=True).order_by()
    hidden = Q(pk__in=[])
    for cycle in Cycle.objects.filter(pk__in=told.values("cycle")):
        units = permissions.conflicted_unit_ids(user, cycle, at)
        hidden |= Q(of_appraisal=True, cycle=cycle, unit__in=units)
    return rows.exclude(hidden)


def listed(user: User, at: dt.datetime, *, only_unread: bool = False) -> QuerySet[Message]:
    """Return the inbox: unread messages first, then the newest."""
    rows = readable(user, at)
    if only_unread:
        rows = rows.filter(read_at=None)
    return rows.order_by(F("read_at").asc(nulls_first=True), "-at", "-pk")


def without_conflicts(messages: Iterable[Message], user: User, at: dt.datetime) -> list[Message]:
    """Return the messages, their cycles at hand, that `readable` would; no query for most."""
    conflicts: dict[int | None, set[int]] = {}
    found = []
    for row in messages:
        if row.of_appraisal and row.cycle is not None and row.cycle_id not in conflicts:
            conflicts[row.cycle_id] = permissions.conflicted_unit_ids(user, row.cycle, at)
        if not (row.of_appraisal and row.unit_id in conflicts.get(row.cycle_id, ())):
            found.append(row)
    return found


def mailed(messages: Iterable[Message], user: User) -> list[Message]:
    """Return the messages of the kinds that the person wants by e-mail; none if they want none."""
    choice: MessagePreference | None = getattr(user, "message_preference", None)
    if choice is None:
        return list(messages)
    return [row for row in messages if choice.by_mail and row.kind not in choice.not_mailed]


@dataclass(frozen=True)
class Unread:
    """What a person has not read, for every page: the newest first, at most COUNTED + 1."""

    rows: list[Message]

    @property
    def count(self) -> int:
        """Return how many there are; COUNTED + 1 stands for more."""
        return len(self.rows)

    @property
    def label(self) -> str:
        """Return the number as pages write it."""
        return str(self.count) if self.count <= COUNTED else f"{COUNTED}+"

    @property
    def newest(self) -> list[Message]:
        """Return the few that the first pages name."""
        return self.rows[:NEWEST]


def unread(user: User, at: dt.datetime) -> Unread:
    """Return what the person has not read and may read. One query, and for messages on appraisals
    those of the conflicts of interest, cycle by cycle."""
    rows = Message.objects.filter(user=user, read_at=None).select_related("cycle")
    return Unread(without_conflicts(rows.order_by("-at", "-pk")[: COUNTED + 1], user, at))


def kinds_mailed(user: User) -> tuple[bool, list[str]]:
    """Return whether the person gets the daily e-mail, and the kinds that it holds."""
    choice = MessagePreference.objects.filter(user=user).first() or MessagePreference(user=user)
    return choice.by_mail, [kind for kind in MessageKind.values if kind not in choice.not_mailed]
