"""Who appraises what, and how much of it: the matrix of a council, its gaps and a proposal.

All counts are of the dossiers given, so the caller decides which ones the reader may meet; what
is assigned or declared about units in conflict with the reader is left out here.
"""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from assessments import permissions
from assessments.choices import CouncilRole, SubmissionState
from assessments.models import (
    Appraisal,
    Assignment,
    Council,
    CouncilMember,
    Criterion,
    CriterionScore,
    Cycle,
    CycleScheme,
    DeclaredConflict,
    Submission,
)  # fmt: skip
from assessments.queries import boards
from units.models import User

#: Dossiers in which a round runs: points given there may still be followed by others.
_RUNNING = (SubmissionState.APPRAISING, SubmissionState.EXPLAINING, SubmissionState.CORRECTING)


@dataclass
class Column:
    """One field of one scheme with its dossiers; `uncovered` are those that nobody appraises."""

    field: Criterion
    groups: str
    leaves: int
    dossiers: list[Submission]
    uncovered: list[Submission] = dataclasses.field(default_factory=list)
    #: Whether any seat has the whole field.
    given: bool = False

    @property
    def bare(self) -> bool:
        """Tell whether the field as a whole waits for an appraiser."""
        return not self.given


@dataclass
class Part:
    """What one seat has of one column, in leaves: to appraise in all, done by it, left."""

    column: Column
    value: str
    standing: Assignment | None = None
    others: list[Assignment] = dataclasses.field(default_factory=list)
    load: int = 0
    done: int = 0
    left: int = 0


@dataclass
class Row:
    """One seat with its parts, column by column."""

    seat: CouncilMember
    conflicts: int
    parts: list[Part]

    @property
    def load(self) -> int:
        """Return the leaves of all assigned dossiers, those in conflict left out."""
        return sum(part.load for part in self.parts)

    @property
    def done(self) -> int:
        """Return the leaves that the seat gave points in the round of their dossier."""
        return sum(part.done for part in self.parts)

    @property
    def left(self) -> int:
        """Return the assigned leaves that nobody appraised in the round yet."""
        return sum(part.left for part in self.parts)


@dataclass
class Distribution:
    """A council's matrix on one day. `conflicts` holds unit ids by the id of the person."""

    columns: list[Column]
    rows: list[Row]
    assignments: list[Assignment]
    conflicts: dict[int, set[int]]

    @property
    def gaps(self) -> list[tuple[Column, Submission]]:
        """Return the single dossiers that nobody appraises in fields that somebody has."""
        return [(c, dossier) for c in self.columns if c.given for dossier in c.uncovered]


def read(
    council: Council, dossiers: QuerySet[Submission], at: dt.datetime, *, reader: User
) -> Distribution:
    """Return the matrix of today's seats over `dossiers`, for `reader`. A constant of queries."""
    day = permissions.day_of(at)
    seats = list(
        CouncilMember.objects.on(day).filter(council=council).select_related("user", "unit")
        .order_by("user__full_name", "role", "pk")
    )  # fmt: skip
    people = {reader.pk, *(seat.user_id for seat in seats)}
    conflicts = permissions.conflicts_of(people, council.cycle, at)
    shown = Q(unit=None) | ~Q(unit__in=conflicts[reader.pk])
    given = list(
        Assignment.objects.on(day).filter(shown, member__in=seats).order_by("since", "pk")
        .select_related("member__user", "unit", "stands_in_for__user")
    )  # fmt: skip
    columns = _columns(council.cycle, dossiers)
    declared = Counter(
        DeclaredConflict.objects.on(day).filter(shown, member__in=seats)
        .values_list("member", flat=True)
    )  # fmt: skip
    found = Distribution(
        columns, [
            Row(seat, declared[seat.pk],
                [Part(each, f"{seat.pk}-{each.field.pk}") for each in columns])
            for seat in seats
        ], given, conflicts,
    )  # fmt: skip
    uncover(columns, given, conflicts)
    _load(found, dossiers)
    return found


def _columns(cycle: Cycle, dossiers: QuerySet[Submission]) -> list[Column]:
    groups: dict[int, list[str]] = {}
    for row in CycleScheme.objects.filter(cycle=cycle).select_related("group"):
        groups.setdefault(row.scheme_id, []).append(str(row.group))
    by_scheme: dict[int, list[Submission]] = {}
    for dossier in dossiers.select_related("cycle_scheme").order_by("unit__sort_name"):
        by_scheme.setdefault(dossier.scheme_id, []).append(dossier)
    leaves = Counter(
        boards.judged_by_people(Criterion.objects.leaves())
        .filter(scheme__in=groups).order_by().values_list("field", flat=True)
    )  # fmt: skip
    order = list(groups)
    fields = Criterion.objects.fields().filter(scheme__in=groups).select_related("scheme")
    return [
        Column(each, ", ".join(groups[each.scheme_id]), leaves[each.pk],
               by_scheme.get(each.scheme_id, []))
        for each in sorted(fields, key=lambda row: (order.index(row.scheme_id), row.position))
    ]  # fmt: skip


def open_places(council: Council, dossiers: QuerySet[Submission], at: dt.datetime) -> int:
    """Return how many fields, and single dossiers of other fields, nobody appraises."""
    seats = CouncilMember.objects.on(permissions.day_of(at)).filter(council=council)
    given = list(
        Assignment.objects.on(permissions.day_of(at)).filter(member__in=seats)
        .select_related("member")
    )  # fmt: skip
    conflicts = permissions.conflicts_of({row.member.user_id for row in given}, council.cycle, at)
    columns = _columns(council.cycle, dossiers)
    uncover(columns, given, conflicts)
    return sum(1 if column.bare else len(column.uncovered) for column in columns)


def uncover(
    columns: Iterable[Column], given: Iterable[Assignment], conflicts: dict[int, set[int]]
) -> None:
    """Put into each column the dossiers that no assignment without a conflict covers."""
    by_field: dict[int, list[Assignment]] = {}
    for row in given:
        by_field.setdefault(row.field_id, []).append(row)
    for column in columns:
        rows = by_field.get(column.field.pk, [])
        column.given = any(row.unit_id is None for row in rows)
        column.uncovered = [
            dossier for dossier in column.dossiers
            if not any(_covers(row, dossier, conflicts) for row in rows)
        ]  # fmt: skip


def _covers(row: Assignment, dossier: Submission, conflicts: dict[int, set[int]]) -> bool:
    return row.unit_id in (None, dossier.unit_id) and dossier.unit_id not in conflicts.get(
        row.member.user_id, set()
    )


def _load(found: Distribution, dossiers: QuerySet[Submission]) -> None:
    """Count what each seat has to do, did, and has left."""
    counts = boards.leaf_counts(CriterionScore.objects.filter(submission__in=dossiers))
    done = Counter[boards.Place]()
    acts = Appraisal.objects.filter(
        score__submission__in=dossiers, round=F("score__submission__round"), flagged_conflict=False
    )
    for seat, field_id in acts.values_list("member", "score__criterion__field"):
        done[seat, field_id] += 1
    given: dict[tuple[int, int], list[Assignment]] = {}
    for row in found.assignments:
        given.setdefault((row.member_id, row.field_id), []).append(row)
    for line in found.rows:
        for part in line.parts:
            key = (line.seat.pk, part.column.field.pk)
            mine = given.get(key, [])
            own = [row for row in mine if row.unit_id is None and row.stands_in_for_id is None]
            part.standing = own[0] if own else None
            part.others = [row for row in mine if row not in own]
            part.done = done[key]
            for dossier in part.column.dossiers:
                if any(_covers(row, dossier, found.conflicts) for row in mine):
                    part.load += part.column.leaves
                    part.left += counts[dossier.pk, part.column.field.pk].left


def running_points(
    rows: Iterable[Assignment], dossiers: QuerySet[Submission]
) -> dict[tuple[int, int], int]:
    """Return how many leaves each of these assignments' seats gave points in a running round."""
    asked = list(rows)
    acts = Appraisal.objects.filter(
        score__submission__in=dossiers, score__submission__state__in=_RUNNING,
        round=F("score__submission__round"), responsible=True, flagged_conflict=False,
        member__in={row.member_id for row in asked},
    )  # fmt: skip
    counted = Counter(acts.values_list("member", "score__criterion__field"))
    keys = {(row.member_id, row.field_id) for row in asked}
    return {key: number for key, number in counted.items() if key in keys}


# A proposal -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposed:
    """A field for a seat: of how many candidates it was chosen, its leaves before and after."""

    seat: CouncilMember
    column: Column
    candidates: int
    before: int
    after: int
    #: Dossiers of the field that stay without an appraiser, for the seat has a conflict there.
    open: int


def candidates(found: Distribution, column: Column, *, but: User) -> list[Row]:
    """Return the appraisers who may get the field, those with the least to do first."""
    return sorted(
        (
            row for row in found.rows
            if row.seat.role == CouncilRole.MEMBER and row.seat.user_id != but.pk
            and (not column.dossiers or _free(found, row, column))
        ),
        key=lambda row: (row.load, row.seat.user.full_name, row.seat.pk),
    )  # fmt: skip


def _free(found: Distribution, row: Row, column: Column) -> list[Submission]:
    taken = found.conflicts.get(row.seat.user_id, set())
    return [dossier for dossier in column.dossiers if dossier.unit_id not in taken]


def free_for(found: Distribution, column: Column, dossier: Submission, *, but: User) -> list[Row]:
    """Return the appraisers without a conflict in the dossier, the least loaded first."""
    return [
        row for row in candidates(found, column, but=but)
        if dossier.unit_id not in found.conflicts.get(row.seat.user_id, set())
    ]  # fmt: skip


def propose(found: Distribution, *, but: User) -> list[Proposed]:
    """Propose an appraiser for each bare field; nothing is saved.

    The largest field first, each to whoever has no conflict there, or the fewest, and then the
    least leaves to appraise, those proposed before included. `but` never gets one.
    """
    loads = {row.seat.pk: row.load for row in found.rows}
    made = []
    bare = [column for column in found.columns if column.bare]
    weight = {id(each): each.leaves * max(1, len(each.dossiers)) for each in bare}
    for column in sorted(bare, key=lambda each: -weight[id(each)]):
        able = candidates(found, column, but=but)
        if not able:
            continue
        gaps = {row.seat.pk: len(column.dossiers) - len(_free(found, row, column)) for row in able}
        best = min(able, key=lambda row: (gaps[row.seat.pk], loads[row.seat.pk], row.seat.pk))
        seat, before = best.seat, loads[best.seat.pk]
        loads[seat.pk] += column.leaves * max(1, len(column.dossiers) - gaps[seat.pk])
        made.append(
            Proposed(seat, column, len(able), before, loads[seat.pk], gaps[seat.pk])
        )  # fmt: skip
    return made
