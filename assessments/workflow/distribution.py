"""Who appraises what: the matrix and single dossiers; `substitutes` gives some days to others.

What was in force is never rewritten: an assignment ends yesterday, or goes when it began today.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import CouncilRole, CycleState
from assessments.errors import BadInput, NotPermitted, Stale, WrongState
from assessments.models import Assignment, Council, CouncilMember, Criterion, Cycle, Event
from assessments.workflow import events
from units.models import Unit, User

#: One tick of the matrix: ids of seat and field.
Cell = tuple[int, int]
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """How the standing assignments of a council would change."""

    added: list[tuple[CouncilMember, Criterion]]
    ended: list[Assignment]


def standing(council: Council, day: dt.date) -> list[Assignment]:
    """Return the assignments of whole fields on `day`, substitutes apart, of the cycle's schemes.

    Those of seats that are not held on that day are left out.
    """
    rows = Assignment.objects.on(day).filter(
        member__in=CouncilMember.objects.on(day).filter(council=council),
        field__in=fields_of(council.cycle), unit=None, stands_in_for=None,
    )  # fmt: skip
    return list(rows.select_related("member__user", "field").order_by("pk"))


def fields_of(cycle: Cycle) -> Any:
    """Return the fields of the schemes that the cycle uses, scheme by scheme."""
    used = cycle.cycle_schemes.values("scheme")
    return Criterion.objects.fields().filter(scheme__in=used).order_by("scheme", "position")


def cells(rows: Iterable[Assignment]) -> set[Cell]:
    """Return the ticks that stand for assignments of whole fields."""
    return {(row.member_id, row.field_id) for row in rows}


def plan(*, council: Council, wanted: set[Cell], at: dt.datetime) -> Plan:
    """Return what `distribute` would add and end; raise BadInput for an unknown seat or field."""
    day = permissions.day_of(at)
    now = standing(council, day)
    new = sorted(wanted - cells(now))
    seats = CouncilMember.objects.on(day).filter(council=council).select_related("user")
    by_seat = seats.in_bulk([seat for seat, _field in new])
    by_field = fields_of(council.cycle).in_bulk([field for _seat, field in new])
    for seat, field in new:
        if seat not in by_seat:
            raise BadInput(_("One of the seats is not held today."))
        if field not in by_field:
            raise BadInput(_("The cycle of this council does not use that scheme."))
    return Plan(
        [(by_seat[seat], by_field[field]) for seat, field in new],
        [row for row in now if (row.member_id, row.field_id) not in wanted],
    )


@events.logs_refusals("assign", on="council")
def distribute(
    *, council: Council, by: User, at: dt.datetime, wanted: set[Cell], seen: set[Cell] | None = None
) -> Plan:
    """Make the standing assignments those of `wanted`, and return what was added and ended.

    `seen` are the ticks that the person's page began with. Raise NotPermitted, WrongState, Stale
    when they changed meanwhile, or BadInput for a seat or field that cannot be given.
    """
    with transaction.atomic():
        held = hold(council, by, at)
        if seen is not None and seen != cells(standing(held, permissions.day_of(at))):
            raise Stale(_("Somebody else changed the distribution meanwhile; look at it again."))
        found = plan(council=held, wanted=wanted, at=at)
        require_givable(held, found.added, by=by, at=at)
        for row in found.ended:
            _end(row, by, at)
        for seat, field in found.added:
            _give(seat, field, by, at)
    return found


def require_givable(
    council: Council, added: Iterable[tuple[CouncilMember, Criterion]], *, by: User, at: dt.datetime
) -> None:
    """Raise BadInput when a field would go to the own seat, or to whom no dossier is left of."""
    pairs = list(added)
    conflicts = permissions.conflicts_of([seat.user_id for seat, _f in pairs], council.cycle, at)
    units = units_by_scheme(council.cycle)
    for seat, field in pairs:
        require_other(seat, by)
        require_some(seat, field, units.get(field.scheme_id, set()), conflicts[seat.user_id])


def require_other(seat: CouncilMember, by: User | None, *, field: str = "member") -> None:
    """Raise BadInput, naming the input `field`, when somebody would assign work to themself."""
    if by is not None and seat.user_id == by.pk:
        raise BadInput(own_seat(), field=field)


def own_seat() -> str:
    """Return the sentence that refuses an assignment to the own seat."""
    return _("Nobody assigns a field to themself; another secretary does it.")


def own_unit() -> str:
    """Return the sentence that refuses to assign a dossier in conflict with oneself."""
    return _("You have a conflict of interest with this unit; another secretary assigns it.")


def require_some(
    seat: CouncilMember, field: Criterion, units: set[int], conflicts: set[int]
) -> None:
    """Raise BadInput when the person has a conflict with every one of the units."""
    if units and units <= conflicts:
        raise BadInput(
            _("%(member)s has a conflict of interest with every dossier of “%(field)s”.")
            % {"member": seat.user, "field": field},
            field="to",
        )  # fmt: skip


# Single dossiers ------------------------------------------------------------------------------


@events.logs_refusals("assign", on="council")
def cover(
    *, council: Council, by: User, at: dt.datetime, given: Iterable[tuple[int, int, int]]
) -> list[Assignment]:
    """Give fields of single dossiers to members: ids of seat, field and unit. Return the rows.

    A constant of queries. Raise NotPermitted, also for a unit in conflict with `by`, WrongState, or
    BadInput, also for a member with a conflict there.
    """
    with transaction.atomic():
        held = hold(council, by, at)
        made = _single(held, sorted(set(given)), by, at)
        _require_free(made, permissions.day_of(at))
        rows = Assignment.objects.bulk_create(made)
        Event.objects.bulk_create(
            events.prepared(action="assign", obj=row, by=by, at=at, data=told(row)) for row in rows
        )
    return rows


def _single(
    council: Council, asked: list[tuple[int, int, int]], by: User, at: dt.datetime
) -> list[Assignment]:
    """Return the rows, not saved yet, that give these fields of single dossiers."""
    day = permissions.day_of(at)
    seats = CouncilMember.objects.on(day).filter(council=council).select_related("user")
    by_seat = seats.in_bulk([seat for seat, _f, _u in asked])
    by_field = fields_of(council.cycle).in_bulk([field for _s, field, _u in asked])
    units, by_unit = units_by_scheme(council.cycle), Unit.objects.in_bulk([u for *_sf, u in asked])
    having = _assignees(council, by_field, day)
    people = {by.pk} | {row.user_id for row in by_seat.values()}
    people |= {seat.user_id for seats in having.values() for seat in seats}
    conflicts = permissions.conflicts_of(people, council.cycle, at)
    rows = []
    for seat_id, field_id, unit_id in asked:
        if unit_id in conflicts[by.pk]:
            raise NotPermitted(own_unit())
        seat, field = by_seat.get(seat_id), by_field.get(field_id)
        if seat is None or field is None or unit_id not in units.get(field.scheme_id, set()):
            raise BadInput(_("Choose a member, a field and a dossier of this cycle."))
        require_other(seat, by)
        require_some(seat, field, {unit_id}, conflicts[seat.user_id])
        seat.council = council  # its events ask for the cycle
        absent = [s for s in having.get(field_id, []) if unit_id in conflicts[s.user_id]]
        rows.append(
            Assignment(member=seat, field=field, unit=by_unit[unit_id], since=day,
                       stands_in_for=absent[0] if absent else None)
        )  # fmt: skip
    return rows


def _require_free(rows: list[Assignment], day: dt.date) -> None:
    """End each row before the next one of the same; raise BadInput where one begins on `day`."""
    later: dict[tuple[int, int, int | None], dt.date] = {}
    for member, field, unit, since in Assignment.objects.filter(
        member__in={row.member_id for row in rows}, field__in={row.field_id for row in rows},
        unit__in={row.unit_id for row in rows}, since__gte=day,
    ).order_by("-since").values_list("member", "field", "unit", "since"):  # fmt: skip
        later[member, field, unit] = since
    for row in rows:
        first = later.get((row.member_id, row.field_id, row.unit_id))
        if first == day:
            raise _taken(row.member, row.field)
        row.until = first - _DAY if first else None


def _taken(seat: CouncilMember, field: Criterion) -> BadInput:
    return BadInput(
        _("%(member)s appraises “%(field)s” on some of these days already.")
        % {"member": seat.user, "field": field}
    )


def _assignees(
    council: Council, fields: Iterable[int], day: dt.date
) -> dict[int, list[CouncilMember]]:
    """Return by field who appraises it in every dossier without a conflict."""
    found: dict[int, list[CouncilMember]] = {field: [] for field in fields}
    for row in standing(council, day):
        if row.field_id in found:
            found[row.field_id].append(row.member)
    return found


# Rows -----------------------------------------------------------------------------------------


def hold(council: Council, by: User, at: dt.datetime) -> Council:
    """Return the council, locked; raise unless the person distributes its work now."""
    held = Council.objects.select_for_update(of=("self",)).select_related("cycle").get(
        pk=council.pk
    )  # fmt: skip
    if permissions.seat_in(by, held.cycle, CouncilRole.SECRETARY, at) is None:
        raise NotPermitted(_("Only the council's secretary distributes the work."))
    if held.cycle.state == CycleState.CLOSED:
        raise WrongState(_("The cycle is closed."))
    return held


def _give(seat: CouncilMember, field: Criterion, by: User, at: dt.datetime) -> None:
    day = permissions.day_of(at)
    same = seat.assignments.filter(field=field, unit=None, since__gte=day).order_by("since")
    later = same.first()
    if later is not None and later.since == day:
        raise _taken(seat, field)
    row = Assignment.objects.create(
        member=seat, field=field, since=day, until=later.since - _DAY if later else None
    )
    record(action="assign", row=row, by=by, at=at)


def _end(row: Assignment, by: User, at: dt.datetime) -> None:
    day = permissions.day_of(at)
    if row.since >= day:
        record(action="unassign", row=row, by=by, at=at)
        row.delete()
        return
    row.until = day - _DAY
    row.save(update_fields=["until", "updated_at"])
    record(action="unassign", row=row, by=by, at=at)


def record(*, action: str, row: Assignment, by: User, at: dt.datetime) -> None:
    """Log one assignment: who, which field, which dossier, for whom and which days."""
    events.record(action=action, obj=row, by=by, at=at, data=told(row))


def told(row: Assignment) -> dict[str, Any]:
    """Return what the log holds of one assignment: ids and days."""
    return {
        "member": row.member_id, "field": row.field_id, "unit": row.unit_id,
        "since": row.since.isoformat(), "until": row.until.isoformat() if row.until else None,
        **({"stands_in_for": row.stands_in_for_id} if row.stands_in_for_id else {}),
    }  # fmt: skip


def units_by_scheme(cycle: Cycle) -> dict[int, set[int]]:
    """Return the units of the cycle's dossiers by the id of their scheme."""
    found: dict[int, set[int]] = {}
    for scheme, unit in cycle.submissions.values_list("cycle_scheme__scheme", "unit"):
        found.setdefault(scheme, set()).add(unit)
    return found
