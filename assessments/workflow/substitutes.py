"""Substitutes: what a member appraises goes to another seat for some days."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.errors import BadInput
from assessments.models import Assignment, CouncilMember, Cycle
from assessments.workflow import distribution, events
from units.models import User

_DAY = dt.timedelta(days=1)
#: So far ahead a substitution may last; who is away for longer is given no field.
_LONGEST = dt.timedelta(days=366)
_Days = tuple[dt.date, dt.date]


@events.logs_refusals("substitute", on="member")
def substitute(
    *, member: CouncilMember, to: CouncilMember, since: dt.date, until: dt.date, by: User,
    at: dt.datetime, fields: Iterable[int] | None = None,
) -> list[Assignment]:  # fmt: skip
    """Let another seat appraise what a member has from `since` to `until`, both days included.

    `fields` are the ids of some fields, all without them. The member's own assignments are split
    around those days; single dossiers in conflict with `by` stay untouched, another secretary
    gives them. Return the substitute's rows. Raise NotPermitted, WrongState or BadInput
    naming the field.
    """
    with transaction.atomic():
        council = distribution.hold(member.council, by, at)
        _require_days(member, to, since, until, permissions.day_of(at))
        distribution.require_other(to, by, field="to")
        hidden = permissions.conflicted_unit_ids(by, council.cycle, at)
        rows = member.assignments.overlapping(since, until).select_related("field")
        rows = rows.filter(Q(unit=None) | ~Q(unit__in=hidden))
        if fields is not None:
            rows = rows.filter(field__in=list(fields))
        mine = list(rows.order_by("field__scheme", "field__position", "pk"))
        if not mine:
            raise BadInput(_("%s has no assignment on these days.") % member.user, field="fields")
        _require_free(mine, to, council.cycle, (since, until), at=at)
        return [_stand_in(row, to, (since, until), by=by, at=at) for row in mine]


def _require_days(
    member: CouncilMember, to: CouncilMember, since: dt.date, until: dt.date, today: dt.date
) -> None:
    if to.user_id == member.user_id or to.council_id != member.council_id:
        raise BadInput(_("Choose another member of the same council."), field="to")
    if until < since:
        raise BadInput(_("The last day lies before the first."), field="until")
    if since < today:
        raise BadInput(_("A substitution begins today or later."), field="since")
    if until > today + _LONGEST:
        raise BadInput(
            _("A substitution ends within a year; for longer, change the distribution."),
            field="until",
        )
    dissolved = member.council.dissolved_on
    if dissolved is not None and until >= dissolved:
        raise BadInput(_("The council is dissolved by then."), field="until")
    for seat, name in ((member, "since"), (to, "to")):
        if seat.since > since or (seat.until is not None and seat.until < until):
            raise BadInput(
                _("%s does not hold the seat on all of these days.") % seat.user, field=name
            )


def _require_free(
    rows: list[Assignment], to: CouncilMember, cycle: Cycle, days: _Days, *, at: dt.datetime
) -> None:
    conflicts = permissions.conflicts_of([to.user_id], cycle, at)[to.user_id]
    units = distribution.units_by_scheme(cycle)
    has = {(row.field_id, row.unit_id) for row in to.assignments.overlapping(*days)}
    for row in rows:
        here = {row.unit_id} if row.unit_id else units.get(row.field.scheme_id, set())
        distribution.require_some(to, row.field, here, conflicts)
        if {(row.field_id, row.unit_id), (row.field_id, None)} & has:
            raise BadInput(
                _("%(member)s appraises “%(field)s” on some of these days already.")
                % {"member": to.user, "field": row.field},
                field="to",
            )  # fmt: skip


def _stand_in(
    row: Assignment, to: CouncilMember, days: _Days, *, by: User, at: dt.datetime
) -> Assignment:
    """Take the days out of the member's row and give them to the substitute."""
    member, field, unit = row.member, row.field, row.unit
    first, end = max(row.since, days[0]), row.until
    last = days[1] if end is None else min(end, days[1])
    stood_for = row.stands_in_for
    begun = row.since < first
    if begun:
        row.until = first - _DAY
        row.save(update_fields=["until", "updated_at"])
    distribution.record(action="unassign", row=row, by=by, at=at)
    if not begun:
        row.delete()
    if end is None or end > last:
        rest = Assignment.objects.create(
            member=member, field=field, unit=unit, stands_in_for=stood_for, since=last + _DAY,
            until=end,
        )  # fmt: skip
        distribution.record(action="assign", row=rest, by=by, at=at)
    made = Assignment.objects.create(
        member=to, field=field, unit=unit, stands_in_for=member, since=first, until=last
    )
    distribution.record(action="substitute", row=made, by=by, at=at)
    return made
