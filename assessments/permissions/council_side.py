"""What council members, Home Affairs and auditors may see and do with dossiers."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.choices import CouncilRole, PortalRole, SubmissionState
from assessments.models import (
    Adjustment,
    Appointment,
    Appraisal,
    Assignment,
    CouncilDecision,
    CouncilMember,
    CriterionScore,
    Cycle,
    Submission,
)  # fmt: skip
from assessments.permissions.conflicts import conflicted_unit_ids, conflicts_of, is_conflicted
from assessments.permissions.held import has_role, seat_in, seats_of
from assessments.permissions.verdicts import CONFLICT, YES, Verdict, day_of, no
from units.models import User

#: States in which the unit's content is out of its hands and the council may read it.
HANDED_IN = tuple(
    state
    for state in SubmissionState
    if state not in (SubmissionState.DRAFT, SubmissionState.LOCKED)
)
_SEES_ALL = (PortalRole.HOME_AFFAIRS_LEADER, PortalRole.CITY_APPROVER, PortalRole.AUDITOR)


def _unconflicted(user: User, cycles: Iterable[Cycle], at: dt.datetime) -> Q:
    allowed = Q(pk__in=[])
    for cycle in cycles:
        allowed |= Q(cycle=cycle) & ~Q(unit_id__in=conflicted_unit_ids(user, cycle, at))
    return allowed


def readable_submissions(user: User, at: dt.datetime) -> QuerySet[Submission]:
    """Return the handed-in dossiers whose scores the person may read on the council's side.

    Leaders, approvers and auditors read all, chairs and secretaries their council's, appraisers
    those with an assigned field; never one in which the person has a conflict of interest.
    """
    day = day_of(at)
    if not user.is_active:
        return Submission.objects.none()
    handed_in = Submission.objects.filter(state__in=HANDED_IN)
    if user.appointments.on(day).filter(role__in=_SEES_ALL).exists():
        return handed_in.filter(_unconflicted(user, Cycle.objects.all(), at))
    seats = list(seats_of(user, day).select_related("council__cycle"))
    whole = [s.council.cycle for s in seats if s.role != CouncilRole.MEMBER]
    assigned = Q(pk__in=[])
    for row in Assignment.objects.on(day).filter(member__in=seats).select_related("field"):
        part = Q(cycle__council=row.member.council_id, cycle_scheme__scheme=row.field.scheme_id)
        assigned |= part & Q(unit=row.unit_id) if row.unit_id else part
    cycles = {seat.council.cycle for seat in seats}
    return handed_in.filter(_unconflicted(user, cycles, at)).filter(Q(cycle__in=whole) | assigned)


def may_read_scores(user: User, submission: Submission, at: dt.datetime) -> Verdict:
    """Tell whether the person may read the dossier's scores on the council's side."""
    if is_conflicted(user, submission, at):
        return CONFLICT
    if readable_submissions(user, at).filter(pk=submission.pk).exists():
        return YES
    return no(_("This dossier is not among those you handle."))


def listed_submissions(user: User, at: dt.datetime) -> QuerySet[Submission]:
    """Return the dossiers the person may see in lists: state and lateness, without scores.

    Secretaries, chairs, Home Affairs and auditors also see the ones not handed in yet.
    """
    day = day_of(at)
    if not user.is_active:
        return Submission.objects.none()
    everything = (*_SEES_ALL, PortalRole.HOME_AFFAIRS_OFFICER)
    if user.appointments.on(day).filter(role__in=everything).exists():
        return Submission.objects.filter(_unconflicted(user, Cycle.objects.all(), at))
    seats = seats_of(user, day).exclude(role=CouncilRole.MEMBER).select_related("council__cycle")
    cycles = {seat.council.cycle for seat in seats}
    of_council = Submission.objects.filter(_unconflicted(user, cycles, at))
    return Submission.objects.filter(
        Q(pk__in=of_council.values("pk")) | Q(pk__in=readable_submissions(user, at).values("pk"))
    )


def assigned_fields(
    user: User, submission: Submission, at: dt.datetime
) -> dict[int | None, CouncilMember]:
    """Return the fields of the dossier the person appraises now, each with the seat for it.

    Empty when the person has a conflict of interest.
    """
    rows = (
        Assignment.objects.on(day_of(at))
        .filter(
            Q(unit=None) | Q(unit=submission.unit_id),
            member__in=seats_of(user, day_of(at)),
            member__council__cycle=submission.cycle_id,
            field__scheme=submission.cycle_scheme.scheme_id,
        )
        .select_related("member__council")
    )
    seats: dict[int | None, CouncilMember] = {row.field_id: row.member for row in rows}
    if seats and is_conflicted(user, submission, at):
        return {}
    return seats


def may_appraise(user: User, score: CriterionScore, at: dt.datetime) -> Verdict:
    """Tell whether the person appraises this leaf (state and window apart)."""
    submission = score.submission
    if is_conflicted(user, submission, at):
        return CONFLICT
    if score.criterion.field_id in assigned_fields(user, submission, at):
        return YES
    return no(_("This field is not assigned to you."))


def scored_in(user: User, submission: Submission) -> bool:
    """Tell whether the person gave points or decided anything in the dossier."""
    return (
        Appraisal.objects.filter(score__submission=submission, member__user=user).exists()
        or CouncilDecision.objects.filter(
            score__submission=submission, decided_by_user=user
        ).exists()
        or Adjustment.objects.filter(submission=submission)
        .filter(Q(proposed_by=user) | Q(decided_by_user=user))
        .exists()
    )


def uncovered_fields(submission: Submission, at: dt.datetime) -> list[Any]:
    """Return the fields of the dossier that no member without a conflict appraises (design 0.2)."""
    day = day_of(at)
    rows = (
        Assignment.objects.on(day)
        .filter(
            Q(unit=None) | Q(unit=submission.unit_id),
            member__council__cycle=submission.cycle_id,
            member__in=CouncilMember.objects.on(day),
            field__scheme=submission.cycle_scheme.scheme_id,
        )
        .values_list("field", "member__user")
    )
    taken = conflicts_of({user for _field, user in rows}, submission.cycle, at)
    covered = {field for field, user in rows if submission.unit_id not in taken[user]}
    fields = submission.cycle_scheme.scheme.criteria.fields()
    return [field for field in fields if field.pk not in covered]


def acts_for(user: User, submission: Submission, role: str, at: dt.datetime) -> Verdict:
    """Tell whether the person acts on the dossier in `role`: a council role or an appointed one.

    Where every usual actor has a conflict, the City approver acts instead (design 0.1).
    """
    if is_conflicted(user, submission, at):
        return CONFLICT
    if role in CouncilRole.values:
        if seat_in(user, submission.cycle, role, at):
            return YES
    elif has_role(user, role, at):
        return YES
    if has_role(user, PortalRole.CITY_APPROVER, at) and _all_conflicted(submission, role, at):
        return YES
    return no(_("This act belongs to another role."))


def _all_conflicted(submission: Submission, role: str, at: dt.datetime) -> bool:
    day = day_of(at)
    if role in CouncilRole.values:
        rows: Any = CouncilMember.objects.on(day).filter(
            council__cycle=submission.cycle_id, role=role
        )
    else:
        rows = Appointment.objects.on(day).filter(role=role)
    holders = {row.user for row in rows.select_related("user")}
    return all(is_conflicted(holder, submission, at) for holder in holders)
