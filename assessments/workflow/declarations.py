"""Conflicts of interest that members declare themselves (design 0.6)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.errors import BadInput, NotPermitted, WrongState
from assessments.models import CouncilMember, DeclaredConflict
from assessments.workflow import appraisals, events
from units.models import Unit, User

_DAY = dt.timedelta(days=1)


@events.logs_refusals("declare_conflict", on="seat")
def declare_conflict(
    *, seat: CouncilMember, unit: Unit, by: User, at: dt.datetime, reason: str, since: dt.date
) -> DeclaredConflict:
    """Declare for the own seat a conflict with a unit; points given there are flagged at once.

    Nobody takes it back but the secretary. Raise NotPermitted, or BadInput naming the field.
    """
    day = permissions.day_of(at)
    with transaction.atomic():
        held = CouncilMember.objects.select_for_update(of=("self",)).get(pk=seat.pk)
        if not permissions.seats_of(by, day).filter(pk=held.pk).exists():
            raise NotPermitted(_("A conflict of interest is declared for the own seat."))
        if since > day:
            raise BadInput(_("Declare the conflict when it begins."), field="since")
        if not reason.strip():
            raise BadInput(_("Write the reason; it is kept with the act."), field="reason")
        if held.conflicts.on(day).filter(unit=unit).exists():
            raise BadInput(_("This conflict is declared already."), field="unit")
        row = DeclaredConflict.objects.create(
            member=held, unit=unit, reason=reason.strip(), since=since
        )
        record(action="declare_conflict", row=row, by=by, at=at)
        appraisals.flag_conflicts(seat.council.cycle, at)
    return row


def require_end(row: DeclaredConflict, until: dt.date | None, at: dt.datetime) -> None:
    """Raise BadInput, naming the field, when a new last day would rewrite what is past."""
    yesterday = permissions.day_of(at) - _DAY
    if until == row.until:
        return
    if row.until is not None and row.until < yesterday:
        raise BadInput(_("This conflict is over; declare a new one instead."), field="until")
    if until is not None and until < max(yesterday, row.since):
        raise BadInput(_("The last day is yesterday or later; the past stays."), field="until")


@events.logs_refusals("end_conflict", on="conflict")
def end_conflict(
    *, conflict: DeclaredConflict, by: User, at: dt.datetime, until: dt.date | None
) -> None:
    """Give a declared conflict its last day, or none; raise NotPermitted for the own, or BadInput.

    The log calls it a declaration where the conflict lasts longer by it.
    """
    with transaction.atomic():
        row = _held(conflict, by)
        require_end(row, until, at)
        sooner = until is not None and (row.until is None or until < row.until)
        row.until = until
        row.save(update_fields=["until", "updated_at"])
        record(action="end_conflict" if sooner else "declare_conflict", row=row, by=by, at=at)
        appraisals.flag_conflicts(row.member.council.cycle, at)


def require_removable(row: DeclaredConflict, at: dt.datetime) -> None:
    """Raise WrongState unless the conflict begins after today."""
    if row.since <= permissions.day_of(at):
        raise WrongState(_("This conflict has begun; give it a last day instead of deleting it."))


@events.logs_refusals("end_conflict", on="conflict")
def remove_conflict(*, conflict: DeclaredConflict, by: User, at: dt.datetime) -> None:
    """Take away a conflict that has not begun; raise NotPermitted for the own, or WrongState."""
    with transaction.atomic():
        row = _held(conflict, by)
        require_removable(row, at)
        record(action="end_conflict", row=row, by=by, at=at)
        row.delete()


def _held(conflict: DeclaredConflict, by: User) -> DeclaredConflict:
    rows = DeclaredConflict.objects.select_for_update(of=("self",)).select_related("member")
    row: DeclaredConflict = rows.get(pk=conflict.pk)
    if row.member.user_id == by.pk:
        raise NotPermitted(_("Nobody ends a conflict of their own; another secretary does it."))
    return row


def record(*, action: str, row: DeclaredConflict, by: User, at: dt.datetime) -> None:
    """Log one declared conflict: whose, with which unit, and which days."""
    data: dict[str, Any] = {
        "member": row.member_id, "unit": row.unit_id, "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }  # fmt: skip
    events.record(action=action, obj=row, by=by, at=at, data=data)
