"""The one door through which states change: a frozen table of transitions and `perform`.

This module knows no stage; each stage file registers its rows (design 0.16). The table draws
the buttons of the admin and the workspace, the tests, and docs/workflow.md.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.errors import GuardFailed, NoteNeeded, NotPermitted, Refused, WrongState
from assessments.models import EventNote
from assessments.permissions import YES, Verdict, no
from assessments.workflow import events
from units.models import User

Text = str | Promise


@dataclass(frozen=True)
class Act:
    """One attempt: who, when, with which note and data. `by` is None for the clock."""

    by: User | None
    at: dt.datetime
    note: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def person(self) -> User:
        """Return who acts; raise NotPermitted for the clock."""
        if self.by is None:
            raise NotPermitted(_("Sign in."))
        return self.by


def nobody(user: User, obj: Any, at: dt.datetime) -> Verdict:
    """Refuse everybody: only the clock performs such an act."""
    return no(_("Only the clock does this."))


def no_conditions(obj: Any, act: Act) -> list[Text]:
    """Return no problem."""
    return []


def no_effect(obj: Any, act: Act) -> dict[str, Any]:
    """Change nothing beyond the state."""
    return {}


@dataclass(frozen=True)
class Transition:
    """One row of the table: from which states to which, by whom, on what conditions.

    `target` None keeps the state (or the effect sets one of `targets`, as `restore` does).
    `clock` tells that the act may be performed by time itself, with `by=None`.
    """

    action: str
    model: type[models.Model]
    sources: tuple[str, ...]
    target: str | None
    label: Text
    confirm: Text
    who: Callable[[User, Any, dt.datetime], Verdict] = nobody
    who_text: Text = ""
    guard: Callable[[Any, Act], list[Text]] = no_conditions
    guard_text: Text = ""
    effect: Callable[[Any, Act], dict[str, Any]] = no_effect
    needs_note: bool = False
    reauthenticate: bool = False
    clock: bool = False
    danger: bool = False
    in_admin: bool = True


_TABLE: dict[tuple[type[models.Model], str], Transition] = {}


def register(*rows: Transition) -> None:
    """Add rows to the table; raise ValueError when an action is declared twice."""
    for row in rows:
        key = (row.model, row.action)
        if key in _TABLE:
            raise ValueError(f"{row.model.__name__}.{row.action} is declared twice")
        _TABLE[key] = row


def rows(model: type[models.Model] | None = None) -> Iterator[Transition]:
    """Yield the rows of the table, or those of one model, in the order of declaration."""
    return (row for (owner, _action), row in _TABLE.items() if model in (None, owner))


def row_of(model: type[models.Model], action: str) -> Transition:
    """Return one row; raise KeyError when there is none."""
    return _TABLE[model, action]


def available(obj: Any, *, by: User, at: dt.datetime) -> list[Transition]:
    """Return the acts that start from the object's state and that the person may do."""
    return [row for row in rows(type(obj)) if obj.state in row.sources and row.who(by, obj, at)]


def problems(action: str, obj: Any, *, by: User | None, at: dt.datetime, **data: Any) -> list[Text]:
    """Return what stands in the way of an act, for its confirm page; empty when nothing does."""
    return row_of(type(obj), action).guard(obj, Act(by=by, at=at, data=data))


def perform(
    action: str, obj: Any, *, by: User | None, at: dt.datetime, note: str = "", **data: Any
) -> Any:
    """Do one act of the table, all or nothing, and return the object as it is then.

    Locks the row, then checks permission, source state, note and guard, applies the effect, saves
    and logs. Raise a `Refused` with its sentence when a check fails; the refusal is logged in a
    transaction of its own, after the rollback (design 0.21).
    """
    row = row_of(type(obj), action)
    act = Act(by=by, at=at, note=note.strip(), data=data)
    # The acts of the table decide a year: here every refusal is told, slips of input as well.
    with (
        events.refusals(action=action, obj=obj, by=by, at=at, kinds=(Refused,)),
        transaction.atomic(),
    ):
        locked = type(obj)._base_manager.select_for_update(of=("self",)).get(pk=obj.pk)
        _perform_locked(row, locked, act)
    return locked


def _perform_locked(row: Transition, obj: Any, act: Act) -> None:
    before = obj.state
    _check(row, obj, act)
    # The effect still sees the source state; with no target it sets the next state itself.
    data = row.effect(obj, act)
    if row.target is not None:
        obj.state = row.target
    obj.save()
    event = events.record(
        action=row.action, obj=obj, by=act.by, at=act.at,
        data={"from": before, "to": obj.state, **data},
    )  # fmt: skip
    if act.note:
        EventNote.objects.create(event=event, text=act.note)


def _check(row: Transition, obj: Any, act: Act) -> None:
    verdict = row.who(act.by, obj, act.at) if act.by else (YES if row.clock else no(_("Sign in.")))
    if not verdict:
        raise NotPermitted(verdict.reason)
    if obj.state not in row.sources:
        raise WrongState(
            _("“%(act)s” does not start from the state “%(state)s”.")
            % {"act": row.label, "state": obj.get_state_display()}
        )
    if row.needs_note and not act.note:
        raise NoteNeeded(_("Write the reason; it is kept with the act."))
    reasons = row.guard(obj, act)
    if reasons:
        raise GuardFailed(reasons)
