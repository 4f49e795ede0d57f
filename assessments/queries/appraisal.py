"""Reads of the council's pages: which leaves a person may see, and all that stands on them."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, F, Max, Min, OuterRef, Prefetch, Q, QuerySet

from assessments import permissions
from assessments.choices import CouncilRole, Method, PortalRole, SubmissionState
from assessments.models import (
    Appraisal,
    Assignment,
    CriterionScore,
    Evidence,
    Explanation,
    Submission,
)  # fmt: skip
from units.models import User

_READS_ALL = (PortalRole.HOME_AFFAIRS_LEADER, PortalRole.CITY_APPROVER, PortalRole.AUDITOR)


def assigned_leaves(user: User, at: dt.datetime) -> QuerySet[CriterionScore]:
    """Return the leaves of the person's assigned fields in dossiers without a conflict."""
    return _readable(user, at).filter(_assigned(user, at))


def readable_leaves(user: User, at: dt.datetime) -> QuerySet[CriterionScore]:
    """Return the leaves the person may read: of whole dossiers, or of assigned fields only."""
    day = permissions.day_of(at)
    if user.appointments.on(day).filter(role__in=_READS_ALL).exists():
        return _readable(user, at)
    seats = permissions.seats_of(user, day).exclude(role=CouncilRole.MEMBER)
    whole = Q(submission__cycle__council__in=list(seats.values_list("council_id", flat=True)))
    return _readable(user, at).filter(whole | _assigned(user, at))


def _readable(user: User, at: dt.datetime) -> QuerySet[CriterionScore]:
    dossiers = permissions.readable_submissions(user, at)
    return CriterionScore.objects.filter(submission__in=dossiers.values("pk"))


def _assigned(user: User, at: dt.datetime) -> Q:
    day = permissions.day_of(at)
    found = Q(pk__in=[])
    rows = Assignment.objects.on(day).filter(member__in=permissions.seats_of(user, day))
    for row in rows.select_related("member"):
        part = Q(submission__cycle__council=row.member.council_id, criterion__field=row.field_id)
        found |= part & Q(submission__unit=row.unit_id) if row.unit_id else part
    return found


def disputed(leaves: QuerySet[CriterionScore]) -> QuerySet[CriterionScore]:
    """Return the undecided leaves whose points of their last round lie further apart than allowed.

    The spread is the scheme's, in points; without one nothing is disputed (design 0.11).
    """
    counted = Q(appraisals__round=F("appraised_round"), appraisals__flagged_conflict=False)
    return leaves.filter(decision=None).annotate(
        highest=Max("appraisals__points", filter=counted),
        lowest=Min("appraisals__points", filter=counted),
    ).filter(
        highest__gt=F("lowest") + F("submission__cycle_scheme__scheme__dispute_spread")
    )  # fmt: skip


def untouched(leaves: QuerySet[CriterionScore]) -> QuerySet[CriterionScore]:
    """Return the open leaves that nobody appraised in the dossier's round."""
    return (
        leaves.filter(open_to_appraiser=True, submission__state=SubmissionState.APPRAISING)
        .exclude(criterion__method=Method.SURVEY)
        .filter(Q(appraised_round=None) | Q(appraised_round__lt=F("submission__round")))
    )


def concludable(dossiers: QuerySet[Submission]) -> QuerySet[Submission]:
    """Return the dossiers under appraisal with points on every leaf and no open question."""
    leaf = CriterionScore.objects.filter(submission=OuterRef("pk"))
    bare = leaf.exclude(criterion__method=Method.SURVEY).filter(appraised_round=None, decision=None)
    waiting = Explanation.objects.filter(score__submission=OuterRef("pk"), closed_at=None)
    return dossiers.filter(
        ~Exists(bare), ~Exists(waiting), ~Exists(disputed(leaf)),
        state__in=[SubmissionState.APPRAISING, SubmissionState.CORRECTING],
    )  # fmt: skip


def page_of(
    leaves: QuerySet[CriterionScore], submission: Submission, fields: Iterable[int] | None = None
) -> list[CriterionScore]:
    """Return the leaves of one dossier with all that the appraisal page shows, in scheme order.

    `fields` narrows them to some fields' ids. The number of queries does not grow with the rows.
    """
    rows = leaves.filter(submission=submission)
    if fields is not None:
        rows = rows.filter(criterion__field__in=list(fields))
    found = list(
        rows.select_related("criterion__field", "option", "decision__meeting", "saved_by")
        .prefetch_related(
            "criterion__levels",
            Prefetch(
                "appraisals",
                Appraisal.objects.select_related("member__user").order_by("round", "at"),
            ),
            Prefetch(
                "explanations", Explanation.objects.select_related("asked_by__user", "answered_by")
            ),
            Prefetch(
                "evidence",
                Evidence.objects.filter(removed_at=None).select_related("revision__document"),
            ),
        )
        .order_by("criterion__position")
    )
    for row in found:
        row.submission = submission
    return found
