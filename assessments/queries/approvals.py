"""What the approver of a group has before his eyes: how complete, how far from the claims.

Only dossiers that the reader may read are counted at all. Names stand in Vietnamese order; there
is no rank, and no order by points, before the results are published (design 0.19). The number of
queries does not grow with the rows.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from assessments import permissions
from assessments.choices import (
    SELF_SCORED,
    AdjustmentKind,
    AdjustmentState,
    AppealKind,
    AppealState,
    Method,
    PortalRole,
    SubmissionState,
)  # fmt: skip
from assessments.models import (
    Adjustment,
    Appeal,
    Appointment,
    Appraisal,
    Approval,
    Criterion,
    CriterionScore,
    CycleScheme,
    Event,
    Explanation,
    Scheme,
    Submission,
    SurveyDecision,
)  # fmt: skip
from assessments.queries import appeals, gaps
from assessments.queries.approval_rows import Overview, Row
from units.models import User

_READERS = (PortalRole.HOME_AFFAIRS_LEADER, PortalRole.CITY_APPROVER, PortalRole.AUDITOR)
_CONCLUDING = ("conclude", "close_without_dossier")


def may_read(user: User, at: dt.datetime) -> bool:
    """Tell whether the person reads these pages: leader, City approver or auditor."""
    held = user.appointments.on(permissions.day_of(at)).filter(role__in=_READERS)
    return user.is_active and held.exists()


def overview(part: CycleScheme, user: User, at: dt.datetime) -> Overview:
    """Return a group of a cycle as the person may see it."""
    readable = permissions.readable_submissions(user, at).filter(cycle_scheme=part)
    dossiers = list(readable.order_by("unit__sort_name", "pk"))
    for dossier in dossiers:
        dossier.cycle, dossier.cycle_scheme = part.cycle, part
    rows = {dossier.pk: Row(dossier) for dossier in dossiers}
    fields = list(part.scheme.criteria.fields().order_by("position"))
    _count_leaves(rows, fields)
    _count_waiting(rows)
    _add_adjustments(rows, part.scheme)
    _add_words(rows, user, part)
    _mark_acts(rows, user, part, at)
    found = list(rows.values())
    medians = [_mark_far(found, criterion.pk) for criterion in fields]
    return Overview(part, fields, found, medians, _mark_far_in_all(found))


def _leaves(rows: Iterable[int]) -> QuerySet[CriterionScore]:
    return CriterionScore.objects.filter(submission__in=list(rows)).order_by()


def _count_leaves(rows: dict[int, Row], fields: list[Criterion]) -> None:
    own, applies = Q(criterion__method__in=SELF_SCORED), Q(final_applicable=True)
    claimed, survey = own & Q(self_applicable=True), Q(criterion__method=Method.SURVEY)
    highest = F("criterion__max_points")
    sums = (
        _leaves(rows)
        .values("submission_id", "criterion__field_id")
        .annotate(
            claims=Count("pk", filter=own & Q(self_points__isnull=False)),
            claimed=Sum("self_points", filter=claimed),
            claimable=Sum(highest, filter=claimed),
            kept=Sum("final_points", filter=own & applies),
            keepable=Sum(highest, filter=own & applies),
            points=Sum("final_points", filter=applies),
            applicable=Sum(highest, filter=applies),
            leaves=Count("pk"),
            final=Count("final_points"),
            surveys=Count("pk", filter=survey),
            surveyed=Count("final_points", filter=survey),
        )
    )
    by_field: dict[Any, Any] = {
        (found["submission_id"], found["criterion__field_id"]): found for found in sums
    }
    for key, row in rows.items():
        for criterion in fields:
            _count_field(row, criterion.pk, by_field.get((key, criterion.pk), {}))


def _count_field(row: Row, criterion: int, found: dict[str, Any]) -> None:
    for name in ("leaves", "final", "surveys", "surveyed"):
        setattr(row, name, getattr(row, name) + found.get(name, 0))
    # Who claimed nothing, as where no dossier was handed in, has no way from the claim.
    claimed = _sum(found, "claimed", "claimable") if found.get("claims") else gaps.Sum()
    row.fields[criterion] = gaps.Gap(
        claimed, _sum(found, "kept", "keepable"), _sum(found, "points", "applicable"),
        found.get("final") == found.get("leaves"),
    )  # fmt: skip


def _sum(found: dict[str, Any], points: str, applicable: str) -> gaps.Sum:
    return gaps.Sum(found.get(points) or Decimal(0), found.get(applicable) or Decimal(0))


def _count_waiting(rows: dict[int, Row]) -> None:
    leaf = "score__submission_id"
    questions = Explanation.objects.filter(score__submission__in=list(rows), closed_at=None)
    later = Appraisal.objects.filter(score=OuterRef("score"), responsible=True).filter(
        Q(round__gt=OuterRef("round")) | Q(round=OuterRef("round"), at__gt=OuterRef("at"))
    )
    flagged = Appraisal.objects.filter(
        ~Exists(later), score__submission__in=list(rows), score__decision=None,
        responsible=True, flagged_conflict=True,
    )  # fmt: skip
    filed = Appeal.objects.filter(
        submission__in=list(rows), kind=AppealKind.APPEAL, state=AppealState.FILED
    )
    upheld = Appeal.objects.filter(
        appeals.still_to_send_back(), submission__in=list(rows), kind=AppealKind.APPEAL
    )
    for name, counted, key in (
        ("questions", questions, leaf), ("flagged", flagged, leaf),
        ("filed", filed, "submission_id"),
        ("upheld", upheld, "submission_id"),
    ):  # fmt: skip
        for pk, number in counted.order_by().values_list(key).annotate(Count("pk")):  # type: ignore[attr-defined]
            setattr(rows[pk], name, number)


def _add_adjustments(rows: dict[int, Row], scheme: Scheme) -> None:
    caps = {AdjustmentKind.BONUS: scheme.bonus_cap, AdjustmentKind.PENALTY: scheme.penalty_cap}
    names = {AdjustmentKind.BONUS: "bonus", AdjustmentKind.PENALTY: "penalty"}
    sums = Adjustment.objects.filter(submission__in=list(rows)).order_by()
    for found in sums.values("submission_id", "kind", "state").annotate(
        number=Count("pk"), points=Sum("points")
    ):
        row, kind = rows[found["submission_id"]], AdjustmentKind(found["kind"])
        if found["state"] == AdjustmentState.PROPOSED:
            row.proposed += found["number"]
        elif found["state"] == AdjustmentState.ACCEPTED:
            cap = caps[kind]
            setattr(row, names[kind], found["points"] if cap is None else min(found["points"], cap))


def _add_words(rows: dict[int, Row], user: User, part: CycleScheme) -> None:
    """Add who concluded and approved, which leaves are left out, what was decided of surveys."""
    concluded = Event.objects.filter(
        object_type="submission", object_id__in=[str(key) for key in rows],
        action__in=_CONCLUDING, refused=False,
    )  # fmt: skip
    for event in concluded.select_related("actor").order_by("pk"):
        rows[int(event.object_id)].concluded = event
    approvals = Approval.objects.filter(submission__in=list(rows), revoked_at=None)
    for approval in approvals.select_related("by"):
        rows[approval.submission_id].approval = approval
    left_out = _leaves(rows).filter(final_applicable=False).order_by("criterion__position")
    for pk, code in left_out.values_list("submission_id", "criterion__code"):
        rows[pk].left_out.append(code)
    by_unit = {row.submission.unit_id: row for row in rows.values()}
    decided = SurveyDecision.objects.filter(
        cycle=part.cycle, unit__in=list(by_unit), criterion__scheme=part.scheme_id
    )
    for unit, number in decided.order_by().values_list("unit").annotate(Count("pk")):
        by_unit[unit].decided = number
    _mark_involved(rows, user)


def _mark_involved(rows: dict[int, Row], user: User) -> None:
    """Mark where the reader gave points or concluded last: there others approve (design 3)."""
    mine: set[int] = set()
    dossiers = Submission.objects.filter(pk__in=list(rows)).order_by()
    for way in (
        Q(scores__appraisals__member__user=user), Q(scores__decision__decided_by_user=user),
        Q(adjustments__proposed_by=user) | Q(adjustments__decided_by_user=user),
    ):  # fmt: skip
        mine |= set(dossiers.filter(way).values_list("pk", flat=True))
    for key, row in rows.items():
        concluded_it = row.concluded is not None and row.concluded.actor_id == user.pk
        row.involved = key in mine or concluded_it


def _mark_acts(rows: dict[int, Row], user: User, part: CycleScheme, at: dt.datetime) -> None:
    """Mark where the reader acts as the leader; what `permissions.acts_for` says one by one."""
    day = permissions.day_of(at)
    role = PortalRole.HOME_AFFAIRS_LEADER
    everywhere = bool(permissions.has_role(user, role, at))
    stands_in: set[int] = set()
    if not everywhere and permissions.has_role(user, PortalRole.CITY_APPROVER, at):
        holders = {
            row.user for row in Appointment.objects.on(day).filter(role=role).select_related("user")
        }
        units = {row.submission.unit_id for row in rows.values()}
        conflicts = [permissions.conflicted_unit_ids(one, part.cycle, at) for one in holders]
        stands_in = units.intersection(*conflicts)
    for row in rows.values():
        row.acts = everywhere or row.submission.unit_id in stands_in


def _mark_far(rows: list[Row], criterion: int) -> Decimal | None:
    sizes = {place: row.fields[criterion].size for place, row in enumerate(rows)}
    for place in gaps.far(sizes, gaps.FAR_LEAST_IN_FIELD):
        rows[place].far.add(criterion)
    return gaps.median(size for size in sizes.values() if size is not None)


def _mark_far_in_all(rows: list[Row]) -> Decimal | None:
    sizes = {place: row.whole.size for place, row in enumerate(rows)}
    for place in gaps.far(sizes):
        rows[place].far_in_all = True
    return gaps.median(size for size in sizes.values() if size is not None)


def concluded_of(part: CycleScheme, user: User, at: dt.datetime) -> QuerySet[Submission]:
    """Return the concluded dossiers of the group that the person may read, by name."""
    return (
        permissions.readable_submissions(user, at)
        .filter(cycle_scheme=part, state=SubmissionState.APPRAISED)
        .select_related("cycle", "cycle_scheme__scheme", "unit")
        .order_by("unit__sort_name", "pk")
    )
