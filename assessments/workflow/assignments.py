"""Single assignments, by hand or by a table: what was in force before today is never rewritten."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import CycleState
from assessments.errors import BadInput, WrongState
from assessments.models import Assignment, Cycle
from assessments.workflow import distribution, events
from units.models import User

_DAY = dt.timedelta(days=1)
_OVER = (CycleState.PUBLISHED, CycleState.CLOSED)


def require_running(cycle: Cycle) -> None:
    """Raise WrongState once the cycle is published or closed."""
    if cycle.state in _OVER:
        raise WrongState(_("The cycle is published or closed; its assignments stay as they are."))


def require_change(row: Assignment, given: Mapping[str, Any], at: dt.datetime) -> None:
    """Raise BadInput, naming the field, when `given` would rewrite a day that is past.

    `row` stands as it is on record, `given` holds the new values by name of field.
    """
    day = permissions.day_of(at)
    if row.since >= day:
        return
    for name, value in given.items():
        if name != "until" and value != getattr(row, name):
            raise BadInput(
                _("This assignment is in force already; only its last day changes."), field=name
            )
    last = given.get("until", row.until)
    if last == row.until:
        return
    if row.until is not None and row.until < day - _DAY:
        raise BadInput(_("This assignment is over; give a new one instead."), field="until")
    if last is not None and last < day - _DAY:
        raise BadInput(_("The last day is yesterday or later; the past stays."), field="until")


def require_removable(row: Assignment, at: dt.datetime) -> None:
    """Raise WrongState unless the assignment begins today or later, in a running cycle."""
    require_running(row.member.council.cycle)
    if row.since < permissions.day_of(at):
        raise WrongState(
            _("This assignment was in force before today; give it a last day instead.")
        )


@events.logs_refusals("unassign", on="row")
def remove(*, row: Assignment, by: User, at: dt.datetime) -> None:
    """Take away an assignment that was never in force before today; raise WrongState otherwise."""
    with transaction.atomic():
        held = Assignment.objects.select_for_update(of=("self",)).get(pk=row.pk)
        require_removable(held, at)
        distribution.record(action="unassign", row=held, by=by, at=at)
        held.delete()
