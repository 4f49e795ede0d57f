"""Conflicts of interest that members declare themselves (design 0.6)."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.errors import BadInput, NotPermitted
from assessments.models import CouncilMember, DeclaredConflict
from assessments.workflow import appraisals, events
from units.models import Unit, User


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
        events.record(action="declare_conflict", obj=row, by=by, at=at)
        appraisals.flag_conflicts(seat.council.cycle, at)
    return row
