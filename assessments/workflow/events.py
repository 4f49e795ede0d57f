"""The log: recording acts and refusals, sealing them into chains, and verifying the chains."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from operator import attrgetter
from typing import Any, ParamSpec, TypeVar

from django.db import connection, models, transaction

from assessments.errors import GuardFailed, NotPermitted, Refused, WindowClosed, WrongState
from assessments.models import Event
from cchc.kit import bulk
from cchc.kit.canonical import canonical_json
from cchc.kit.requests import request_id
from units.models import User

P = ParamSpec("P")
R = TypeVar("R")
#: The hash before the first event of every chain.
START = "0" * 64
#: Refusals that tell of an act tried without the right, at the wrong time or in the wrong state.
#: BadInput, NoteNeeded and Stale are left out: they are slips of typing and saving, which a person
#: mends in the same form; logging each would bury the attempts that an auditor looks for.
TELLING: tuple[type[Refused], ...] = (NotPermitted, WrongState, WindowClosed, GuardFailed)


def record(
    *,
    action: str,
    obj: models.Model,
    by: User | None,
    at: dt.datetime,
    data: dict[str, Any] | None = None,
    refused: bool = False,
) -> Event:
    """Append one event about `obj`; `data` holds ids, codes and points, no free text."""
    event = prepared(action=action, obj=obj, by=by, at=at, data=data)
    event.refused = refused
    event.save()
    return event


@contextmanager
def refusals(
    *, action: str, obj: models.Model, by: User | None, at: dt.datetime,
    data: dict[str, Any] | None = None, kinds: tuple[type[Refused], ...] = TELLING,
) -> Iterator[None]:  # fmt: skip
    """Log a refusal raised inside, in a transaction of its own after the rollback (design 0.21).

    Wrap it around the transaction of the act. `data` holds ids and codes, no free text.
    """
    try:
        yield
    except kinds:
        with transaction.atomic():
            record(action=action, obj=obj, by=by, at=at, data=data, refused=True)
        raise


def logs_refusals(
    action: str, *, on: str, ids: tuple[str, ...] = ()
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that logs the refusals of a verb, on its argument `on` (may be dotted).

    `ids` names further arguments whose ids the event holds.
    """
    name, _dot, path = on.partition(".")

    def decorate(verb: Callable[P, R]) -> Callable[P, R]:
        @wraps(verb)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            given: dict[str, Any] = dict(kwargs)
            obj = attrgetter(path)(given[name]) if path else given[name]
            data = {each: given[each].pk for each in ids}
            with refusals(action=action, obj=obj, by=given["by"], at=given["at"], data=data):
                return verb(*args, **kwargs)

        return guarded

    return decorate


def prepared(
    *,
    action: str,
    obj: models.Model,
    by: User | None,
    at: dt.datetime,
    data: dict[str, Any] | None = None,
) -> Event:
    """Return an event that is not written yet, for verbs over many leaves at once."""
    return Event(
        cycle=_cycle_of(obj),
        at=at,
        actor=by,
        action=action,
        object_type=obj._meta.model_name or "",
        object_id=str(obj.pk),
        unit_id_at=_unit_of(obj),
        data=data or {},
        request_id=request_id.get(),
    )


def _cycle_of(obj: Any) -> Any:
    if obj._meta.model_name == "cycle":
        return obj
    if getattr(obj, "cycle_id", None):
        return obj.cycle
    for link in ("submission", "score", "council", "member", "round", "meeting"):
        if getattr(obj, f"{link}_id", None):
            return _cycle_of(getattr(obj, link))
    return None


def _unit_of(obj: Any) -> int | None:
    if getattr(obj, "unit_id", None):
        return int(obj.unit_id)
    for link in ("submission", "score", "document"):
        if getattr(obj, f"{link}_id", None):
            return _unit_of(getattr(obj, link))
    return None


def link(event: Event, before: str, position: int) -> str:
    """Return the hash that chains `event` at `position` to the hash `before` it."""
    content = canonical_json(
        {
            "id": event.pk,
            "cycle": event.cycle_id,
            "position": position,
            "at": event.at.astimezone(dt.UTC).isoformat(),
            "actor": event.actor_id,
            "action": event.action,
            "refused": event.refused,
            "type": event.object_type,
            "object": event.object_id,
            "unit": event.unit_id_at,
            "data": event.data,
            "request": event.request_id,
        }
    )
    return hashlib.sha256(f"{before}{content}".encode()).hexdigest()


def seal(cycle_id: int | None) -> str:
    """Chain every event of the cycle that is not chained yet; return the head of the chain."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            # One sealer per chain at a time; savers of leaves never wait here.
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [20211, cycle_id or 0])
        chain = Event.objects.filter(cycle=cycle_id)
        last = chain.exclude(position=None).order_by("position").last()
        head, position = (last.hash, last.position or 0) if last else (START, 0)
        fresh = list(chain.filter(position=None).order_by("pk"))
        for event in fresh:
            position += 1
            head = event.hash = link(event, head, position)
            event.position = position
        bulk.write(fresh, ["position", "hash"])
    return head


def unsealed_chains() -> list[int | None]:
    """Return the cycles (None: acts outside any cycle) with events that are not chained yet."""
    loose = Event.objects.filter(position=None).order_by("cycle")
    return list(loose.values_list("cycle", flat=True).distinct())


@dataclass(frozen=True)
class ChainReport:
    """What verification found in one chain; `broken` names the first bad event, or is None."""

    cycle_id: int | None
    sealed: int
    unsealed: int
    head: str
    broken: str | None


def verify() -> Iterator[ChainReport]:
    """Walk every chain and report the first broken link of each (design 6)."""
    for cycle_id in Event.objects.order_by("cycle").values_list("cycle", flat=True).distinct():
        yield _verify_chain(cycle_id)


def _verify_chain(cycle_id: int | None) -> ChainReport:
    head, broken = START, None
    chain = Event.objects.filter(cycle=cycle_id)
    sealed = chain.exclude(position=None)
    for place, event in enumerate(sealed.order_by("position").iterator(), start=1):
        if event.position != place:
            broken = f"position {place} is missing before event {event.pk}"
            break
        head = link(event, head, place)
        if event.hash != head:
            broken = f"event {event.pk} at position {place} was changed"
            break
    return ChainReport(cycle_id, sealed.count(), chain.filter(position=None).count(), head, broken)
