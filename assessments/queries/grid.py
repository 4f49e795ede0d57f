"""Who reads which leaves of one year on the council's side, and whose points they may see.

The grid shows one criterion over all units; it asks the same rights as `appraisal.readable_leaves`
in fewer statements, because only one year is in question. A test holds the two equal.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, Q, QuerySet

from assessments import permissions
from assessments.choices import CouncilRole, PortalRole
from assessments.models import (
    Appointment,
    Assignment,
    Council,
    Criterion,
    CriterionScore,
    Cycle,
    CycleScheme,
)  # fmt: skip
from assessments.permissions.council_side import HANDED_IN
from assessments.permissions.sight import EVERYTHING, Sight
from units.models import User

_READS_ALL = (PortalRole.HOME_AFFAIRS_LEADER, PortalRole.CITY_APPROVER, PortalRole.AUDITOR)


@dataclass(frozen=True)
class Reader:
    """A person before the leaves of one year: what they read, judge and are shown.

    `whole`: reads every field. `parts`: assigned fields, each with the one unit that the
    assignment is narrowed to, or None. `excluded`: units of a conflict of interest. `sight`: what
    the council's flags keep from the person.
    """

    user: User
    cycle: Cycle
    whole: bool = False
    parts: frozenset[tuple[int, int | None]] = frozenset()
    excluded: frozenset[int] = frozenset()
    sight: Sight = EVERYTHING

    def reads_field(self, field_id: int | None) -> bool:
        """Tell whether leaves of the field may be the person's to read."""
        return self.whole or any(field == field_id for field, _unit in self.parts)

    def judges(self, field_id: int | None, unit_id: int) -> bool:
        """Tell whether the person appraises the field in the dossier of the unit."""
        if field_id is None or unit_id in self.excluded:
            return False
        return (field_id, None) in self.parts or (field_id, unit_id) in self.parts

    def leaves(self) -> QuerySet[CriterionScore]:
        """Return the leaves of the year that the person may read, all dossiers of conflict out."""
        rows = CriterionScore.objects.filter(
            submission__cycle=self.cycle, submission__state__in=HANDED_IN
        )
        if self.excluded:
            rows = rows.exclude(submission__unit__in=self.excluded)
        if self.whole:
            return rows
        fields = [field for field, unit in self.parts if unit is None]
        mine = Q(criterion__field__in=fields)
        for field, unit in self.parts:
            if unit is not None:
                mine |= Q(criterion__field=field, submission__unit=unit)
        return rows.filter(mine)


def reader_of(user: User, cycle: Cycle, at: dt.datetime) -> Reader:
    """Return how the person stands before the year's leaves at `at` (five statements at most)."""
    day = permissions.day_of(at)
    if not user.is_active:
        return Reader(user, cycle)
    appointed = Appointment.objects.on(day).filter(user=user, role__in=_READS_ALL)
    seats = list(
        permissions.seats_of(user, day).filter(council__cycle=cycle)
        .select_related("council").annotate(reads_all=Exists(appointed))
    )  # fmt: skip
    reads_all = seats[0].reads_all if seats else appointed.exists()
    whole = reads_all or any(seat.role != CouncilRole.MEMBER for seat in seats)
    given = Assignment.objects.on(day).filter(member__in=seats).values_list("field", "unit")
    parts = frozenset(given) if seats else frozenset()
    if not (whole or parts):
        return Reader(user, cycle)
    excluded = frozenset(permissions.conflicted_unit_ids(user, cycle, at))
    sight = EVERYTHING if whole else _sight(user, cycle, seats[0].council)
    return Reader(user, cycle, whole, parts, excluded, sight)


def _sight(user: User, cycle: Cycle, council: Council) -> Sight:
    """Return `permissions.sight_of` for one year whose council is at hand."""
    here = frozenset({cycle.pk})
    return Sight(
        user.pk, frozenset() if council.claims_shown else here,
        here if council.others_after_own else frozenset(),
    )  # fmt: skip


def criteria_beside(criterion_id: int) -> list[Criterion]:
    """Return all leaves of the criterion's scheme in their order, fields loaded (one query)."""
    return list(
        Criterion.objects.leaves().filter(scheme__criteria=criterion_id)
        .select_related("field").order_by("position")
    )  # fmt: skip


def cycle_of(criterion_id: int, asked: str | None = None) -> Cycle | None:
    """Return the latest year that the criterion's scheme rules, or the one asked for by its id."""
    rows = CycleScheme.objects.filter(scheme__criteria=criterion_id).select_related("cycle")
    cycles = [row.cycle for row in rows.order_by("-cycle__year", "cycle__illustrative")]
    return next((one for one in cycles if str(one.pk) == asked), cycles[0] if cycles else None)


def cycles_of(user: User, at: dt.datetime) -> list[Cycle]:
    """Return the years with leaves that the person may read, the latest first."""
    readable = permissions.readable_submissions(user, at).order_by().values("cycle")
    return list(Cycle.objects.filter(pk__in=readable).order_by("-year", "illustrative"))


def around(criteria: Iterable[Criterion], pk: int) -> tuple[Criterion | None, Criterion | None]:
    """Return the criteria before and after the one of that id."""
    rows = list(criteria)
    place = next((place for place, row in enumerate(rows) if row.pk == pk), None)
    if place is None:
        return None, None
    before = rows[place - 1] if place else None
    return before, rows[place + 1] if place + 1 < len(rows) else None
