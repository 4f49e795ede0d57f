"""What waits for a person, per role; every count is scoped as the lists behind it are."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments import permissions
from assessments.choices import (
    AppealKind,
    AppealState,
    CouncilRole,
    CycleState,
    Method,
    PublicationState,
    SchemeState,
    SubmissionState,
)  # fmt: skip
from assessments.models import (
    Adjustment,
    Appeal,
    Appointment,
    Assignment,
    Council,
    Criterion,
    CriterionScore,
    Cycle,
    Explanation,
    Publication,
    Scheme,
    Submission,
    SurveyResult,
)  # fmt: skip
from assessments.queries import appraisal, decisions_due, distribution
from assessments.queries.decisions_due import Item
from assessments.roles import ROLES
from units.models import User

State = SubmissionState
#: So many lines of one kind are shown before one leads to all.
SHOWN = 10
#: So many lines that count nothing are shown; more of them are left out.
EMPTY_SHOWN = 3


@dataclass(frozen=True)
class Section:
    """What waits for a person in one of their roles."""

    role: str | Promise
    items: list[Item] = field(default_factory=list)

    @property
    def shown(self) -> list[Item]:
        """Return the lines worth reading: of many that count nothing, none."""
        waiting = [item for item in self.items if item.count]
        return waiting if len(self.items) - len(waiting) > EMPTY_SHOWN else self.items

    @property
    def hides(self) -> bool:
        """Tell whether lines that count nothing are left out."""
        return len(self.shown) < len(self.items)


def todo(user: User, at: dt.datetime) -> list[Section]:
    """Return a section for each role of the person that has work in the admin."""
    held = permissions.roles_of(user, permissions.day_of(at))
    return [
        Section(ROLES[role].label, make(user, at))
        for role, make in _SECTIONS.items()
        if role in held
    ]


def _listed(user: User, at: dt.datetime) -> QuerySet[Submission]:
    return permissions.listed_submissions(user, at)


def _of_council(user: User, at: dt.datetime, role: str) -> QuerySet[Submission]:
    seats = permissions.seats_of(user, permissions.day_of(at)).filter(role=role)
    return _listed(user, at).filter(cycle__council__in=seats.values("council"))


def _by_state(rows: QuerySet[Submission], labels: dict[str, str | Promise]) -> list[Item]:
    """Return a line per state and year: of the cycles that are open, of others where some wait."""
    cycles: dict[tuple[int, int, str], dict[str, int]] = defaultdict(dict)
    found = rows.order_by().values_list("cycle__year", "cycle", "cycle__state", "state")
    for *cycle, state, number in found.annotate(Count("pk")):
        cycles[cast(tuple[int, int, str], tuple(cycle))][state] = number
    return [
        Item(
            f"{year}, {label}", counted.get(state, 0),
            query=f"state__exact={state}&cycle__id__exact={cycle}",
        )
        for state, label in labels.items()
        for (year, cycle, kept), counted in sorted(cycles.items(), reverse=True)
        if kept == CycleState.OPEN or state in counted
    ]  # fmt: skip


def _secretary(user: User, at: dt.datetime) -> list[Item]:
    rows = _of_council(user, at, CouncilRole.SECRETARY)
    found = _by_state(
        rows,
        {
            State.SUBMITTED: _("submitted, waiting for the start"),
            State.LOCKED: _("locked, overdue"),
            State.EXPLAINING: _("awaiting explanation"),
            State.CORRECTING: _("being corrected"),
        },
    )
    overdue = rows.filter(state=State.RETURNED, return_due_at__lte=at).count()
    late = rows.filter(late=True).exclude(state__in=[State.APPROVED, State.PUBLISHED]).count()
    return [
        *found,
        Item(_("returned, mending overdue"), overdue, query=f"state__exact={State.RETURNED}"),
        Item(_("accepted late"), late, query="late__exact=1"),
        *_open_places(user, at),
        *_answers(rows, at),
    ]


def _open_places(user: User, at: dt.datetime) -> list[Item]:
    seats = permissions.seats_of(user, permissions.day_of(at)).filter(role=CouncilRole.SECRETARY)
    councils = Council.objects.filter(
        pk__in=seats.values("council"), cycle__state=CycleState.OPEN
    ).select_related("cycle")
    return [
        Item(
            _("%s, fields and single dossiers without an appraiser") % council.cycle.year,
            distribution.open_places(council, _listed(user, at).filter(cycle=council.cycle), at),
            "assignment_matrix", pk=council.pk,
        )
        for council in councils
    ]  # fmt: skip


def _answers(rows: QuerySet[Submission], at: dt.datetime) -> list[Item]:
    """Return what waits for an answer: the units' to questions, and the chair's to appeals."""
    due = Explanation.objects.filter(
        score__submission__in=rows.values("pk"), closed_at=None, due_at__lte=at
    ).count()
    filed = Appeal.objects.filter(
        submission__in=rows.values("pk"), kind=AppealKind.APPEAL, state=AppealState.FILED
    )
    return [
        Item(_("questions past their time"), due, "explanation", "closed_at__isempty=1"),
        Item(
            _("appeals waiting for the chair's answer"), filed.count(), "appeal",
            f"state__exact={AppealState.FILED}&kind__exact={AppealKind.APPEAL}",
        ),
    ]  # fmt: skip


def _member(user: User, at: dt.datetime) -> list[Item]:
    leaves = appraisal.waiting_for(user, at)
    field = "criterion__field"
    counted = (
        leaves.order_by()
        .values_list(
            f"{field}", f"{field}__code", "submission__cycle", "submission__cycle__year",
            "submission__group__name",
        ).annotate(Count("pk"), Count("submission", distinct=True))
        .order_by("submission__cycle__year", "submission__group__name", f"{field}__position")
    )  # fmt: skip
    items = [
        Item(
            _("%(year)s, %(group)s, field %(code)s: leaves to appraise in %(dossiers)s dossiers")
            % {"year": year, "group": group, "code": code, "dossiers": dossiers},
            number, "grids", f"ky={cycle}#linh-vuc-{cycle}-{pk}",
        )
        for pk, code, cycle, year, group, number, dossiers in counted
    ]  # fmt: skip
    return _capped(items, "grids", "")


def _capped(items: list[Item], model: str, query: str) -> list[Item]:
    """Return the first lines, and one that leads to all of them when there are more."""
    if len(items) <= SHOWN:
        return items
    return [*items[:SHOWN], Item(_("see all"), sum(item.count for item in items), model, query)]


def _chair(user: User, at: dt.datetime) -> list[Item]:
    rows = _of_council(user, at, CouncilRole.CHAIR)
    dossiers = rows.filter(state__in=[State.APPRAISING, State.CORRECTING])
    leaves = CriterionScore.objects.filter(
        submission__in=dossiers.values("pk"), open_to_appraiser=True
    )
    counted = (
        Submission.objects.filter(scores__in=appraisal.disputed(leaves).values("pk"))
        .annotate(number=Count("scores")).order_by("unit__sort_name")
    )  # fmt: skip
    disputed = [
        Item(_("disputed leaves: %s") % row.unit_name, row.number, "council", pk=row.pk)
        for row in counted
    ]
    ready = [
        Item(_("ready to conclude: %s") % row.unit_name, 1, pk=row.pk)
        for row in appraisal.concludable(dossiers).order_by("unit__sort_name")
    ]
    waiting = Adjustment.objects.filter(submission__in=rows.values("pk"), state="proposed").count()
    return [
        *_capped(disputed, "criterionscore", "waiting=disputed"),
        *_capped(ready, "submission", "conclusion=ready"),
        *_by_state(
            rows, {State.LOCKED: _("locked, overdue"), State.CORRECTING: _("being corrected")}
        ),
        Item(
            _("proposed bonuses and penalties"), waiting, "adjustment", "state__exact=proposed"
        ),
        *decisions_due.to_answer(user, at, AppealKind.APPEAL),
    ]  # fmt: skip


def _leader(user: User, at: dt.datetime) -> list[Item]:
    drafts = Publication.objects.filter(state=PublicationState.DRAFT).count()
    scheduled = Publication.objects.filter(state=PublicationState.SCHEDULED).count()
    return [
        *_by_state(
            _listed(user, at),
            {State.APPRAISED: _("waiting for approval"), State.CORRECTING: _("being corrected")},
        ),
        *decisions_due.approvals(user, at),
        *decisions_due.to_answer(user, at, AppealKind.COMPLAINT),
        *decisions_due.to_follow(user, at),
        Item(_("publications in preparation"), drafts, "publication", "state__exact=draft"),
        Item(_("publications scheduled"), scheduled, "publication", "state__exact=scheduled"),
    ]  # fmt: skip


def _approver(user: User, at: dt.datetime) -> list[Item]:
    # What is usually others' to do is told of only where the approver stands in for all of them.
    in_their_place = [
        *decisions_due.to_answer(user, at, *AppealKind), *decisions_due.to_follow(user, at),
    ]  # fmt: skip
    return [
        *_by_state(
            _listed(user, at),
            {State.SUBMITTED: _("submitted"), State.APPRAISING: _("being appraised"),
             State.APPRAISED: _("waiting for approval")},
        ),
        *decisions_due.approvals(user, at), *(item for item in in_their_place if item.count),
    ]  # fmt: skip


def _officer(user: User, at: dt.datetime) -> list[Item]:
    drafts = Scheme.objects.filter(state=SchemeState.DRAFT).count()
    cycles = Cycle.objects.filter(state=CycleState.DRAFT).count()
    given = Assignment.objects.on(permissions.day_of(at)).filter(field=OuterRef("pk"), unit=None)
    fields = Criterion.objects.fields().filter(scheme__cycle_schemes__cycle__state=CycleState.OPEN)
    bare = fields.filter(~Exists(given)).distinct().count()
    return [
        Item(_("schemes in preparation"), drafts, "scheme", "state__exact=draft"),
        Item(_("cycles to open"), cycles, "cycle", "state__exact=draft"),
        Item(_("fields without an appraiser"), bare, "assignment"),
        *_by_state(
            _listed(user, at),
            {State.DRAFT: _("dossiers being filled in"), State.LOCKED: _("locked, overdue")},
        ),
    ]


def _survey_officer(user: User, at: dt.datetime) -> list[Item]:
    allowed = Q(pk__in=[])
    for cycle in Cycle.objects.filter(state=CycleState.OPEN):
        ids = permissions.conflicted_unit_ids(user, cycle, at)
        allowed |= Q(submission__cycle=cycle) & ~Q(submission__unit_id__in=ids)
    results = SurveyResult.objects.filter(
        round__cycle=OuterRef("submission__cycle"), unit=OuterRef("submission__unit"),
        criterion=OuterRef("criterion"),
    )  # fmt: skip
    leaves = CriterionScore.objects.filter(
        allowed, ~Exists(results), criterion__method=Method.SURVEY
    )
    return [Item(_("survey leaves without any result"), leaves.count(), "surveyresult")]


def _auditor(user: User, at: dt.datetime) -> list[Item]:
    readable = permissions.readable_submissions(user, at).count()
    return [Item(_("dossiers to read"), readable)]


def _administrator(user: User, at: dt.datetime) -> list[Item]:
    day = permissions.day_of(at)
    soon = day + dt.timedelta(days=30)
    ending = Appointment.objects.on(day).filter(until__lte=soon).count()
    return [Item(_("appointments ending within 30 days"), ending, "appointment")]


_SECTIONS: dict[str, Callable[[User, dt.datetime], list[Item]]] = {
    "home_affairs_officer": _officer, "secretary": _secretary, "member": _member, "chair": _chair,
    "survey_officer": _survey_officer, "home_affairs_leader": _leader, "city_approver": _approver,
    "auditor": _auditor, "administrator": _administrator,
}  # fmt: skip
