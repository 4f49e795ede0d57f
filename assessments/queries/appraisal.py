"""Reads of the council's pages: which leaves a person may see, and all that stands on them."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, F, Max, Min, OuterRef, Prefetch, Q, QuerySet, Subquery

from assessments import permissions
from assessments.choices import CouncilRole, Method, PortalRole, SubmissionState
from assessments.models import (
    Abstention,
    Appraisal,
    Assignment,
    CriterionScore,
    Evidence,
    Explanation,
    ScoreHistory,
    Submission,
)  # fmt: skip
from assessments.permissions import Sight
from units.models import User

#: States of a dossier in which its open leaves are judged; a published one being corrected too.
JUDGING = (SubmissionState.APPRAISING, SubmissionState.CORRECTING)
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


def unsettled(leaves: QuerySet[CriterionScore]) -> QuerySet[CriterionScore]:
    """Return the undecided leaves to which a member refused points and nobody gave any."""
    refused = Exists(Abstention.objects.filter(score=OuterRef("pk")))
    return leaves.filter(refused, decision=None, appraised_round=None)


def untouched(leaves: QuerySet[CriterionScore]) -> QuerySet[CriterionScore]:
    """Return the open leaves that wait for points: for the first time, or to be looked at again.

    Points of an earlier round count until somebody changes them (design 0.11). A leaf is to be
    looked at again where the unit answered a question on it or let the time run out, where the
    unit changed it after it was judged, and where the points were set aside: sent back, or given
    with a conflict.
    """
    given = Appraisal.objects.filter(
        score=OuterRef("pk"), responsible=True, flagged_conflict=False,
        round=OuterRef("appraised_round"),
    )  # fmt: skip
    heard = Explanation.objects.filter(
        Q(closed_by_clock=True) | ~Q(answer=""), score=OuterRef("pk"), closed_at__isnull=False,
        round__gte=OuterRef("appraised_round"),
    ).filter(
        # In the question's own round what came after the points, in a later one every answer.
        Q(closed_at__gt=OuterRef("judged_at")) | Q(round__lt=OuterRef("submission__round"))
    )  # fmt: skip
    mended = ScoreHistory.objects.filter(
        score=OuterRef("pk"), action__startswith="unit.", version__gt=OuterRef("judged_version")
    )
    return (
        leaves.filter(open_to_appraiser=True, submission__state__in=JUDGING)
        .exclude(criterion__method=Method.SURVEY)
        .alias(
            judged_at=Subquery(given.values("at")[:1]),
            judged_version=Subquery(given.values("seen_version")[:1]),
        )
        .filter(Q(appraised_round=None) | Exists(heard) | Exists(mended))
    )


def waiting_for(user: User, at: dt.datetime) -> QuerySet[CriterionScore]:
    """Return the leaves that wait for the person: assigned to them, untouched, and not left to the
    others by their own abstention in the dossier's round."""
    left = Abstention.objects.filter(
        score=OuterRef("pk"), member__user=user, round=OuterRef("submission__round")
    )
    return untouched(assigned_leaves(user, at)).filter(~Exists(left))


def changed_since(user: User) -> Exists:
    """Return, for leaves, whether the unit changed claim or evidence after the person judged them.

    What counts is the person's last judgement of the leaf; the council's own stamps do not.
    """
    last = Appraisal.objects.filter(
        score=OuterRef("score"), member__user=user, flagged_conflict=False
    ).order_by("-round")
    return Exists(
        ScoreHistory.objects.filter(
            score=OuterRef("pk"), action__startswith="unit.",
            version__gt=Subquery(last.values("seen_version")[:1]),
        )
    )  # fmt: skip


def late_evidence() -> Exists:
    """Return, for leaves, whether a file backs them that came after the dossier was submitted."""
    return Exists(
        Evidence.objects.filter(
            score=OuterRef("pk"), removed_at=None,
            added_at__gt=OuterRef("submission__submitted_at"),
        )
    )  # fmt: skip


def concludable(dossiers: QuerySet[Submission]) -> QuerySet[Submission]:
    """Return the dossiers under appraisal with points on every leaf and no open question."""
    leaf = CriterionScore.objects.filter(submission=OuterRef("pk"))
    bare = leaf.exclude(criterion__method=Method.SURVEY).filter(appraised_round=None, decision=None)
    waiting = Explanation.objects.filter(score__submission=OuterRef("pk"), closed_at=None)
    return dossiers.filter(
        ~Exists(bare), ~Exists(waiting), ~Exists(disputed(leaf)),
        state__in=JUDGING,
    )  # fmt: skip


def page_of(
    leaves: QuerySet[CriterionScore], submission: Submission, fields: Iterable[int] | None = None,
    *, sight: Sight,
) -> list[CriterionScore]:  # fmt: skip
    """Return the leaves of one dossier with all that the appraisal page shows, in scheme order.

    `fields` narrows them to some fields' ids; what `sight` keeps from the reader is not among the
    appraisals, and `Sight.on_leaves` tells the rest. The number of queries does not grow with the
    rows.
    """
    rows = sight.on_leaves(leaves.filter(submission=submission))
    if fields is not None:
        rows = rows.filter(criterion__field__in=list(fields))
    found = list(
        rows.select_related("criterion__field", "option", "decision__meeting", "saved_by")
        .prefetch_related(
            "criterion__levels",
            Prefetch(
                "appraisals",
                sight.seen_appraisals(Appraisal.objects.all())
                .select_related("member__user")
                .order_by("round", "at"),
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
