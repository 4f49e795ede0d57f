"""Appeals and complaints of the units: who reads them, for whom they wait, what they bind."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from assessments import permissions
from assessments.choices import AppealKind, AppealState, CouncilRole, PortalRole
from assessments.models import (
    Appeal,
    Appointment,
    CouncilMember,
    CriterionScore,
    Cycle,
    Submission,
)
from assessments.queries import appraisal
from units.models import User

#: Outcomes after which leaves are looked at again.
FOUND_RIGHT = (AppealState.UPHELD, AppealState.PARTLY)


def readable(user: User, at: dt.datetime) -> QuerySet[Appeal]:
    """Return the appeals and complaints about leaves that the person may read; never the own
    unit's."""
    leaves = appraisal.readable_leaves(user, at).filter(appeals=OuterRef("pk"))
    return Appeal.objects.filter(Exists(leaves))


def waiting(user: User, at: dt.datetime) -> QuerySet[Appeal]:
    """Return what waits for this person's answer: appeals for the chair, complaints for the Home
    Affairs leader, both for the City approver where every usual actor has a conflict."""
    day = permissions.day_of(at)
    chairs = permissions.seats_of(user, day).filter(role=CouncilRole.CHAIR)
    mine = Q(kind=AppealKind.APPEAL, submission__cycle__council__in=chairs.values("council"))
    if permissions.has_role(user, PortalRole.HOME_AFFAIRS_LEADER, at):
        mine |= Q(kind=AppealKind.COMPLAINT)
    if permissions.has_role(user, PortalRole.CITY_APPROVER, at):
        mine |= _nobody_elses(at)
    return readable(user, at).filter(mine, state=AppealState.FILED)


def _nobody_elses(at: dt.datetime) -> Q:
    """Return the condition that all who answer such a paper have a conflict with its unit."""
    day, found = permissions.day_of(at), Q(pk__in=[])
    leaders = Appointment.objects.on(day).filter(role=PortalRole.HOME_AFFAIRS_LEADER)
    chairs = CouncilMember.objects.on(day).filter(role=CouncilRole.CHAIR)
    for cycle in Cycle.objects.filter(submissions__appeals__state=AppealState.FILED).distinct():
        for kind, rows in (
            (AppealKind.APPEAL, chairs.filter(council__cycle=cycle)),
            (AppealKind.COMPLAINT, leaders),
        ):
            holders = {row.user for row in rows.select_related("user")}
            part = Q(kind=kind, submission__cycle=cycle)
            for holder in holders:
                part &= Q(
                    submission__unit__in=permissions.conflicted_unit_ids(holder, cycle, at)
                )  # fmt: skip
            found |= part
    return found


def overdue(rows: QuerySet[Appeal], at: dt.datetime) -> QuerySet[Appeal]:
    """Return those that should have been answered by `at`: time gives no outcome by itself."""
    return rows.filter(state=AppealState.FILED, due_at__lte=at)


def of_dossiers(submissions: Iterable[Submission]) -> QuerySet[Appeal]:
    """Return every appeal and complaint of the dossiers with its leaves, the latest first."""
    leaves = CriterionScore.objects.select_related("criterion__field")
    return (
        Appeal.objects.filter(submission__in=submissions)
        .select_related("filed_by", "answered_by")
        .prefetch_related(Prefetch("leaves", leaves.order_by("criterion__position")))
    )


def unanswered_codes(submission: Submission) -> list[str]:
    """Return the leaves of the dossier's appeal that waits for its answer."""
    return _codes(submission, Q(state=AppealState.FILED))


def upheld_codes(submission: Submission, *states: AppealState) -> list[str]:
    """Return the leaves of the appeals found right in the dossier's round, not sent back yet.

    `states` narrows them to some outcomes.
    """
    return _codes(submission, Q(state__in=states or FOUND_RIGHT, round=submission.round))


def _codes(submission: Submission, which: Q) -> list[str]:
    appeals = submission.appeals.filter(which, kind=AppealKind.APPEAL)
    leaves = submission.scores.filter(appeals__in=appeals).order_by("criterion__position")
    return list(leaves.distinct().values_list("criterion__code", flat=True))
