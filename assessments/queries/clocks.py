"""The clock of a cycle's stages, and who has not handed in yet, with how to reach them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from assessments import permissions
from assessments.choices import Stage, SubmissionState
from assessments.models import Cycle, Extension, Milestone, Submission
from assessments.queries import workdays
from cchc.kit.workdays import WorkCalendar
from units.models import Membership, Succession, Unit, UnitHead

#: States of dossiers that are in the hands of their units.
MISSING = (SubmissionState.DRAFT, SubmissionState.RETURNED, SubmissionState.LOCKED)
_SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Longer:
    """More time of one unit, or of all where none is named."""

    unit: Unit | None
    until: dt.datetime

    @property
    def last_moment(self) -> dt.datetime:
        """Return the last second of it."""
        return self.until - _SECOND


@dataclass(frozen=True)
class Clock:
    """One stage: its window for all, working days left (None unless it runs), longer terms."""

    stage: Stage
    opens_at: dt.datetime
    closes_at: dt.datetime
    opened: bool
    days_left: int | None
    extensions: list[Longer]

    @property
    def last_moment(self) -> dt.datetime:
        """Return the last second of the window, which is what people read."""
        return self.closes_at - _SECOND

    @property
    def running(self) -> bool:
        """Tell whether the stage is open for all."""
        return self.days_left is not None


def clocks(
    cycle: Cycle, dossiers: QuerySet[Submission], at: dt.datetime
) -> list[Clock]:  # fmt: skip
    """Return the stages of the cycle in their order, three queries; of the extensions those of
    all units and of the units of `dossiers`."""
    longer: dict[str, list[Longer]] = {}
    for row in (
        Extension.objects.filter(Q(unit=None) | Q(unit__in=dossiers.values("unit")), cycle=cycle)
        .select_related("unit").order_by("until")
    ):  # fmt: skip
        longer.setdefault(row.stage, []).append(Longer(row.unit, row.until))
    book, found = workdays.calendar(), []
    for milestone in Milestone.objects.filter(cycle=cycle).order_by("opens_at", "pk"):
        rows = longer.get(milestone.stage, [])
        common = [row.until for row in rows if row.unit is None]
        end = max([milestone.closes_at, *common])
        runs = milestone.opens_at <= at < end
        found.append(
            Clock(
                Stage(milestone.stage), milestone.opens_at, end, milestone.opens_at <= at,
                days_left(book, end, at) if runs else None, rows,
            )
        )  # fmt: skip
    return found


def days_left(book: WorkCalendar, end: dt.datetime, at: dt.datetime) -> int:
    """Return the working days after today until the last second before `end`."""
    return book.left(permissions.day_of(at), permissions.day_of(end - _SECOND))


@dataclass(frozen=True)
class Person:
    """Somebody of a unit who can be called or written to."""

    name: str
    part: str
    phone: str
    email: str


@dataclass
class Missing:
    """A dossier that is not handed in: until when, in working days, and whom to ask."""

    submission: Submission
    until: dt.datetime | None
    days_left: int | None
    people: list[Person] = field(default_factory=list)

    @property
    def state(self) -> SubmissionState:
        """Return the state of the dossier with its word and tone."""
        return SubmissionState(self.submission.state)

    @property
    def last_moment(self) -> dt.datetime | None:
        """Return the last second of the unit's time."""
        return self.until - _SECOND if self.until else None


def missing(
    cycle: Cycle, dossiers: QuerySet[Submission], at: dt.datetime
) -> list[Missing]:  # fmt: skip
    """Return the dossiers in their units' hands, the most urgent first. A constant of queries."""
    rows = dossiers.filter(state__in=MISSING).select_related("group", "unit")
    ends = _ends(cycle)
    book = workdays.calendar()
    found = []
    for row in rows.order_by("group__position", "unit__sort_name"):
        if row.state == SubmissionState.RETURNED:
            end = row.return_due_at
        else:
            known = [each for each in (ends.get(None), ends.get(row.unit_id)) if each]
            end = max(known) if known else None
        left = days_left(book, end, at) if end is not None and at < end else None
        found.append(Missing(row, end, left))
    people = _people({row.submission.unit_id for row in found}, permissions.day_of(at))
    for each in found:
        each.people = people.get(each.submission.unit_id, [])
    return sorted(found, key=lambda row: (row.until is None, row.until or at))


def _ends(cycle: Cycle) -> dict[int | None, dt.datetime]:
    """Return when the self-assessment ends for all (None), and for units with more time."""
    stage = Stage.SELF_ASSESSMENT
    ends: dict[int | None, dt.datetime] = {}
    own = Milestone.objects.filter(cycle=cycle, stage=stage).values_list("closes_at", flat=True)
    for end in own:
        ends[None] = end
    for unit, until in Extension.objects.filter(cycle=cycle, stage=stage).values_list(
        "unit", "until"
    ):
        ends[unit] = max(until, ends.get(unit, until))
    return ends


def _people(units: set[int], day: dt.date) -> dict[int, list[Person]]:
    """Return focal officers and heads of the units, or of those that followed them."""
    after = _successors(units)
    wanted = set().union(*after.values()) if after else set()
    by_unit: dict[int, list[Person]] = {}
    focal = Membership.objects.on(day).filter(unit__in=wanted, role=Membership.Role.FOCAL)
    for row in focal.select_related("user").order_by("user__full_name"):
        user = row.user
        by_unit.setdefault(row.unit_id, []).append(
            Person(user.full_name, str(Membership.Role.FOCAL.label), user.phone, user.email)
        )
    heads = UnitHead.objects.on(day).filter(unit__in=wanted).select_related("user")
    for head in heads:
        phone, email = (head.user.phone, head.user.email) if head.user else ("", "")
        by_unit.setdefault(head.unit_id, []).append(
            Person(head.full_name, head.title, phone, email)
        )
    return {
        unit: [person for each in sorted(line) for person in by_unit.get(each, [])]
        for unit, line in after.items()
    }


def _successors(units: Iterable[int]) -> dict[int, set[int]]:
    """Return each unit with all that followed it. One query."""
    later: dict[int, set[int]] = {}
    for before, after in Succession.objects.values_list("predecessor_id", "successor_id"):
        later.setdefault(before, set()).add(after)
    found = {}
    for unit in units:
        line, edge = {unit}, {unit}
        while edge:
            edge = set().union(*(later.get(each, set()) for each in edge)) - line
            line |= edge
        found[unit] = line
    return found
