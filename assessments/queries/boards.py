"""How far a cycle is, dossier by dossier and field by field, and what each reader meets of it.

Everything is counted over the dossiers and leaves that the reader may meet; a dossier in conflict
is absent from rows and totals alike.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from assessments import permissions
from assessments.choices import CouncilRole, CycleState, Method, PortalRole, SubmissionState
from assessments.models import (
    Council,
    Criterion,
    CriterionScore,
    Cycle,
    Explanation,
    ScoreHistory,
    Submission,
)  # fmt: skip
from assessments.queries import appraisal
from units.models import User

#: Dossiers on a page of the board.
PER_PAGE = 50
_OVERSEE = (
    PortalRole.HOME_AFFAIRS_OFFICER, PortalRole.HOME_AFFAIRS_LEADER, PortalRole.CITY_APPROVER,
    PortalRole.AUDITOR,
)  # fmt: skip
_READ = _OVERSEE[1:]
#: States in which only the leaves that are open to the appraisers are theirs to judge.
_JUDGING = (SubmissionState.APPRAISING, SubmissionState.EXPLAINING, SubmissionState.CORRECTING)


#: A cell: the ids of dossier and field.
Place = tuple[int, int | None]


@dataclass
class Counts:
    """Numbers of leaves: to judge, judged, with an open question, disputed, changed since."""

    total: int = 0
    done: int = 0
    questions: int = 0
    disputed: int = 0
    changed: int = 0

    @property
    def left(self) -> int:
        """Return the leaves that nobody judged in the round yet."""
        return self.total - self.done

    def add(self, other: "Counts") -> None:
        """Add the numbers of another cell."""
        for name in ("total", "done", "questions", "disputed", "changed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Line:
    """One dossier with its cells, field by field; None where the field is not the reader's."""

    submission: Submission
    cells: list[Counts | None] = field(default_factory=list)
    sum: Counts = field(default_factory=Counts)


@dataclass
class Section:
    """The dossiers of one scheme with its fields as columns, and the sums over all pages."""

    group: str
    fields: list[Criterion]
    lines: list[Line]
    sums: list[Counts]
    sum: Counts


@dataclass(frozen=True)
class BoardSight:
    """What the reader meets: the whole council's work or assigned fields; disputes or not."""

    whole: bool
    disputes: bool


def board_sight_of(user: User, cycle: Cycle, at: dt.datetime) -> BoardSight | None:
    """Return what the person meets of the cycle's board, None when there is none for them.

    Home Affairs officers see how far the work is and no points, so no disputes; appraisers do not
    either while the council keeps others' points from them.
    """
    day = permissions.day_of(at)
    if not user.is_active:
        return None
    named = set(user.appointments.on(day).values_list("role", flat=True))
    seats = permissions.seats_of(user, day).filter(council__cycle=cycle)
    held = dict(seats.values_list("role", "council__others_after_own"))
    reads = bool(named.intersection(_READ)) or bool(set(held) - {CouncilRole.MEMBER})
    whole = reads or bool(named.intersection(_OVERSEE))
    if not whole and not held:
        return None
    return BoardSight(whole, reads or (not whole and not held[CouncilRole.MEMBER]))


def boards_of(user: User, at: dt.datetime) -> list[Cycle]:
    """Return the cycles under way whose board the person has, the latest first."""
    day = permissions.day_of(at)
    cycles = Cycle.objects.exclude(state__in=[CycleState.DRAFT, CycleState.CLOSED])
    if not user.appointments.on(day).filter(role__in=_OVERSEE).exists():
        seats = permissions.seats_of(user, day)
        cycles = cycles.filter(council__in=seats.values("council"))
    return list(cycles.order_by("-year"))


def dossiers_of(user: User, cycle: Cycle, at: dt.datetime) -> QuerySet[Submission]:
    """Return the dossiers of the cycle that the person meets on its board."""
    return permissions.listed_submissions(user, at).filter(cycle=cycle)


def council_of(cycle: Cycle) -> Council | None:
    """Return the council of the cycle, if it has one."""
    return Council.objects.filter(cycle=cycle).select_related("cycle").first()


# Counting -------------------------------------------------------------------------------------


def judged_by_people(rows: Any) -> Any:
    """Return the leaves (of a scheme) whose points people give, not surveys."""
    return rows.exclude(method=Method.SURVEY)


def leaf_counts(leaves: QuerySet[CriterionScore]) -> dict[Place, Counts]:
    """Return leaves to judge and judged, by the ids of dossier and field. Two queries.

    While a dossier is being judged only the leaves open to the appraisers count, and left is what
    the grids call untouched.
    """
    here = Q(open_to_appraiser=True) | ~Q(submission__state__in=_JUDGING)
    bare = Q(appraised_round=None, final_points=None)
    judged = Q(submission__state__in=appraisal.JUDGING)
    keys = ("submission", "criterion__field")
    by_people = leaves.exclude(criterion__method=Method.SURVEY).order_by().values_list(*keys)
    found: dict[Place, Counts] = defaultdict(Counts)
    for dossier, field_id, total, left in by_people.annotate(
        total=Count("pk", filter=here), bare=Count("pk", filter=here & bare & ~judged)
    ):
        found[dossier, field_id] = Counts(total, total - left)
    waiting = appraisal.untouched(leaves).order_by().values_list(*keys).annotate(Count("pk"))
    for dossier, field_id, left in waiting:
        found[dossier, field_id].done -= left
    return found


def _marks(
    leaves: QuerySet[CriterionScore], counts: dict[Place, Counts], *, disputes: bool
) -> None:
    """Add open questions, leaves that the unit changed after the points, and disputed ones."""
    keys = ("score__submission", "score__criterion__field")
    questions = Explanation.objects.filter(closed_at=None, score__in=leaves.values("pk"))
    changed = ScoreHistory.objects.filter(
        score__in=leaves.values("pk"), score__submission__state__in=_JUDGING,
        action__startswith="unit.", version__gt=F("score__appraisals__seen_version"),
        score__appraisals__round=F("score__appraised_round"), score__appraisals__responsible=True,
        score__appraisals__flagged_conflict=False,
    )  # fmt: skip
    for name, rows in (("questions", questions), ("changed", changed)):
        counted = rows.order_by().values_list(*keys).annotate(Count("score", distinct=True))
        for dossier, field_id, number in counted:
            setattr(counts[dossier, field_id], name, number)
    if disputes:
        for dossier, field_id in appraisal.disputed(leaves).values_list(
            "submission", "criterion__field"
        ):
            counts[dossier, field_id].disputed += 1


def read(
    user: User, dossiers: QuerySet[Submission], sight: BoardSight, at: dt.datetime
) -> list[Section]:
    """Return all lines of `dossiers`, scheme by scheme. A constant of queries.

    Who appraises only meets the columns and cells of the own fields.
    """
    if sight.whole:
        leaves = CriterionScore.objects.filter(submission__in=dossiers.values("pk"))
    else:
        leaves = appraisal.readable_leaves(user, at).filter(submission__in=dossiers.values("pk"))
    counts = leaf_counts(leaves)
    shown = set(counts)
    _marks(leaves, counts, disputes=sight.disputes)
    by_scheme: dict[int, list[Submission]] = {}
    rows = dossiers.select_related("group", "cycle_scheme", "unit")
    for row in rows.order_by("group__position", "group", "unit__sort_name", "pk"):
        by_scheme.setdefault(row.cycle_scheme_id, []).append(row)
    schemes = {rows[0].scheme_id for rows in by_scheme.values()}
    fields: dict[int, list[Criterion]] = {}
    for each in Criterion.objects.fields().filter(scheme__in=schemes).order_by("position"):
        if sight.whole or any(field_id == each.pk for _dossier, field_id in shown):
            fields.setdefault(each.scheme_id, []).append(each)
    return [
        _section(rows, fields.get(rows[0].scheme_id, []), counts, shown)
        for rows in by_scheme.values()
    ]


def _section(
    rows: list[Submission], fields: list[Criterion], counts: dict[Place, Counts],
    shown: set[Place],
) -> Section:  # fmt: skip
    made = Section(str(rows[0].group), fields, [], [Counts() for _each in fields], Counts())
    for row in rows:
        line = Line(row)
        for place, each in enumerate(fields):
            cell = counts[row.pk, each.pk] if (row.pk, each.pk) in shown else None
            line.cells.append(cell)
            if cell is not None:
                for total in (line.sum, made.sums[place], made.sum):
                    total.add(cell)
        made.lines.append(line)
    return made


def paged(sections: Iterable[Section], number: int) -> list[Section]:
    """Return the sections with the lines of one page only; their sums stay those of all."""
    first, last, place = (number - 1) * PER_PAGE, number * PER_PAGE, 0
    found = []
    for section in sections:
        low, high = max(first - place, 0), max(last - place, 0)
        place += len(section.lines)
        lines = section.lines[low:high]
        if lines:
            found.append(Section(section.group, section.fields, lines, section.sums, section.sum))
    return found
