"""Appeals and complaints of the units: who reads them, for whom they wait, what they bind."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from assessments import permissions
from assessments.choices import (
    AppealKind,
    AppealState,
    CouncilRole,
    PortalRole,
    SubmissionState,
)  # fmt: skip
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
            found |= Q(kind=kind) & _all_conflicted(holders, cycle, at)
    return found


def _all_conflicted(holders: Iterable[User], cycle: Cycle, at: dt.datetime) -> Q:
    """Return the condition that every one of the holders has a conflict with the unit."""
    part = Q(submission__cycle=cycle)
    for holder in holders:
        part &= Q(submission__unit__in=permissions.conflicted_unit_ids(holder, cycle, at))
    return part


def to_follow(user: User, at: dt.datetime) -> QuerySet[Appeal]:
    """Return what was found right and waits for this person's act: appeals whose leaves go back to
    the council, complaints that a correction follows.

    It is the Home Affairs leader's, or the City approver's where every leader has a conflict.
    """
    if permissions.has_role(user, PortalRole.HOME_AFFAIRS_LEADER, at):
        mine = Q()
    elif permissions.has_role(user, PortalRole.CITY_APPROVER, at):
        mine = _no_leaders(at)
    else:
        return Appeal.objects.none()
    undone = Q(kind=AppealKind.APPEAL, submission__state=SubmissionState.APPRAISED)
    undone |= Q(kind=AppealKind.COMPLAINT, submission__state=SubmissionState.PUBLISHED)
    return readable(user, at).filter(mine, undone, still_to_send_back())


def _no_leaders(at: dt.datetime) -> Q:
    """Return the condition that every Home Affairs leader has a conflict with the unit."""
    rows = Appointment.objects.on(permissions.day_of(at))
    leaders = rows.filter(role=PortalRole.HOME_AFFAIRS_LEADER).select_related("user")
    holders, found = {row.user for row in leaders}, Q(pk__in=[])
    cycles = Cycle.objects.filter(submissions__appeals__state__in=FOUND_RIGHT).distinct()
    for cycle in cycles:
        found |= _all_conflicted(holders, cycle, at)
    return found


def still_to_send_back() -> Q:
    """Return the condition that an appeal or complaint was found right in its dossier's present
    round: sending back, and opening a correction, begin the next."""
    return Q(state__in=FOUND_RIGHT, round=F("submission__round"))


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
