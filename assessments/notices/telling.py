"""Turn what the sealed log holds anew into messages, each act told once to each who hears of it."""

import datetime as dt
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import translation

from assessments.choices import MessageKind
from assessments.models import Appraisal, Cycle, Event, Message, NoticeCursor, Submission
from assessments.notices.audience import Audience
from assessments.notices.table import TABLE, Row
from assessments.notices.told import Told
from units.models import User

#: Acts longer ago are no news: after a long outage, or in a year taken over from elsewhere.
NEWS = dt.timedelta(days=30)
#: Characters of a sentence, and of an address, that a message holds.
LONGEST, LONGEST_URL = 500, 300
#: Rows written in one statement.
_BATCH = 1000
#: Objects whose acts are told together, dossier by dossier; of others each by itself.
_OF_DOSSIERS = ("submission", "criterionscore", "adjustment", "appeal")
#: What a unit does to a leaf of its own.
_CHANGES = ("save", "attach", "detach", "replace")
_ACTIONS = sorted({name.partition(".")[2] for row in TABLE for name in row.on})


def untold() -> QuerySet[Cycle]:
    """Return the cycles whose log holds sealed acts behind the cursor; one query."""
    reached = NoticeCursor.objects.filter(cycle=OuterRef("cycle")).values("position")
    beyond = Event.objects.filter(
        cycle=OuterRef("pk"), position__gt=Coalesce(Subquery(reached), Value(0))
    )
    return Cycle.objects.filter(Exists(beyond))


def tell(cycle: Cycle, at: dt.datetime) -> int:
    """Write the messages of the sealed events behind the cursor; return how many. Safe to repeat.

    Cursor and messages move in one transaction, so nothing is told twice or lost. Several acts of
    one sort on one dossier become one message. Refused acts are told to nobody.
    """
    with transaction.atomic(), translation.override("vi"):
        NoticeCursor.objects.get_or_create(cycle=cycle)
        cursor = NoticeCursor.objects.select_for_update().get(cycle=cycle)
        sealed = Event.objects.filter(cycle=cycle, position__gt=cursor.position)
        last = sealed.order_by("position").values_list("position", flat=True).last()
        if last is None:
            return 0
        news = sealed.filter(
            position__lte=last, refused=False, at__gt=at - NEWS, action__in=_ACTIONS
        )
        people = Audience(cycle, at)
        acts = _felt(list(news.order_by("position")))
        written = _write(_news(list(_messages(acts, people, last))))
        cursor.position = last
        cursor.save(update_fields=["position"])
    return written


def _felt(acts: list[Event]) -> list[Event]:
    """Leave out what a unit changes on leaves that nobody has judged: nearly all that it saves."""
    changed = {int(event.object_id) for event in acts if event.action in _CHANGES}
    rows = Appraisal.objects.filter(score__in=changed).order_by()
    judged = set(rows.values_list("score_id", flat=True).distinct())
    return [
        event for event in acts
        if event.action not in _CHANGES or int(event.object_id) in judged
    ]  # fmt: skip


def _write(messages: list[Message]) -> int:
    """Write messages but those told before; return how many are new."""
    keys = {one.key for one in messages}
    there = Message.objects.filter(key__in=keys).count()
    Message.objects.bulk_create(messages, batch_size=_BATCH, ignore_conflicts=True)
    return Message.objects.filter(key__in=keys).count() - there


def _news(messages: list[Message]) -> list[Message]:
    """Leave out changes that wait unread already: a page that saves by itself saves often."""
    texts = {one.text for one in messages if one.kind == MessageKind.CHANGE}
    waiting = Message.objects.filter(kind=MessageKind.CHANGE, read_at=None, text__in=texts)
    known = set(waiting.values_list("user_id", "text")) if texts else set()
    return [one for one in messages if (one.user_id, one.text) not in known]


def _messages(events: list[Event], people: Audience, last: int) -> Iterator[Message]:
    """Yield what the rows of the table make of the events; `last` sets their keys apart."""
    dossiers = _dossiers(people.cycle, {event.unit_id_at for event in events})
    for row in TABLE:
        heard: dict[User, list[Told]] = {}
        for told in _told(row, events, dossiers, people):
            actors = {event.actor_id for event in told.events}
            for user in row.to(told):
                # Nobody needs to be told what they did alone.
                if actors != {user.pk}:
                    heard.setdefault(user, []).append(told)
        said: dict[int, tuple[str, str]] = {}
        for user, parts in heard.items():
            if row.many and len(parts) > 1:
                yield _of_many(row, user, parts, last)
                continue
            for told in parts:
                if id(told) not in said:
                    said[id(told)] = (row.text(told), row.url(told))
                yield _message(row, user, told, *said[id(told)])


def _dossiers(cycle: Cycle, units: set[int | None]) -> dict[int, Submission]:
    rows = Submission.objects.filter(cycle=cycle, unit__in=units - {None})
    return {row.unit_id: row for row in rows.select_related("unit", "cycle_scheme")}


def _told(
    row: Row, events: list[Event], dossiers: dict[int, Submission], people: Audience
) -> Iterator[Told]:
    """Yield the row's events dossier by dossier, or object by object."""
    groups: dict[object, list[Event]] = {}
    for event in events:
        if f"{event.object_type}.{event.action}" in row.on:
            alone = row.apart or event.object_type not in _OF_DOSSIERS
            place = event.object_id if alone else event.unit_id_at
            groups.setdefault(place, []).append(event)
    for acts in groups.values():
        unit = acts[-1].unit_id_at
        yield Told(people.cycle, dossiers.get(unit) if unit else None, acts, people)


def _message(row: Row, user: User, told: Told, text: str, url: str) -> Message:
    return Message(
        user=user, kind=row.kind, cycle=told.cycle, unit_id=told.unit_id,
        of_appraisal=row.council, text=text[:LONGEST], url=url[:LONGEST_URL],
        key=f"{row.name}:{told.cycle.pk}:{told.last.position}", at=told.last.at,
    )  # fmt: skip


def _of_many(row: Row, user: User, parts: list[Told], last: int) -> Message:
    """Return one message in place of several; it bears a unit when all are about the same."""
    units, newest = {told.unit_id for told in parts}, parts[-1]
    unit = units.pop() if len(units) == 1 else None
    return Message(
        user=user, kind=row.kind, cycle=newest.cycle, unit_id=unit,
        of_appraisal=row.council and unit is not None, text=row.many.format(count=len(parts)),
        url=row.all_at(newest), key=f"{row.name}:{newest.cycle.pk}:many:{last}", at=newest.last.at,
    )  # fmt: skip
