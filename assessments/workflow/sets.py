"""Verbs over many leaves of one dossier at once: the checks and the events of the single ones.

Each takes the dossier's lock once, writes in bulk and keeps one event and one history row per
leaf; all of it happens or nothing.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.errors import BadInput, NotPermitted, WrongState
from assessments.models import (
    Appraisal,
    CouncilMember,
    CriterionScore,
    Event,
    ScoreHistory,
    Submission,
)
from assessments.workflow import appraisals, events, judgements, judging, scores, standing
from assessments.workflow.agreements import AgreeOutcome, agree
from cchc.kit import bulk
from units.models import User

__all__ = ["AgreeOutcome", "Judgement", "agree", "judge_leaves", "save_leaves"]
_SAVED = ["saved_at", "saved_by", "saved_key"]
_CLAIMED = [field.name for field in fields(scores.Claim)]


def _held(submission: Submission, codes: Iterable[str]) -> list[CriterionScore]:
    """Return the named leaves, locked and fresh; raise BadInput for a code the dossier lacks."""
    fresh = standing.hold(submission.pk)
    wanted = set(codes)
    rows = list(
        fresh.scores.select_for_update(of=("self",)).filter(criterion__code__in=wanted)
        .select_related("criterion", "delegation__user")
        .prefetch_related("criterion__levels", "evidence__revision")
    )  # fmt: skip
    unknown = sorted(wanted - {row.criterion.code for row in rows})
    if unknown:
        raise BadInput(_("This dossier has no leaf %s.") % ", ".join(unknown), code=unknown[0])
    for row in rows:
        row.submission = fresh
    return rows


def _stamped(
    rows: list[CriterionScore], written: list[str], *, by: User, at: dt.datetime, action: str
) -> None:
    for row in rows:
        row.version += 1
    bulk.write(rows, [*written, "version"])
    ScoreHistory.objects.bulk_create(
        ScoreHistory(
            score=row,
            version=row.version,
            at=at,
            by=by,
            action=action,
            values=scores.snapshot(row, scores.hashes_of(row)),
        )
        for row in rows
    )


def _require_fillable(rows: list[CriterionScore], by: User, at: dt.datetime) -> None:
    submission = rows[0].submission
    held = permissions.parts_of(by, at).get(submission.unit_id, set())
    for row in rows:
        scores.require_fillable(row, by, held)
    standing.require_writable(submission, at)


@events.logs_refusals("save", on="submission")
def save_leaves(
    *, submission: Submission, by: User, at: dt.datetime, claims: Mapping[str, scores.Claim],
    versions: Mapping[str, int] | None = None,
) -> list[CriterionScore]:  # fmt: skip
    """Save claims on many leaves, by code; refuse what `scores.save_leaf` refuses.

    With `versions`, by code too, raise Stale when a leaf is no longer at the version given.
    """
    with transaction.atomic():
        rows = _held(submission, claims)
        if not rows:
            return []
        _require_fillable(rows, by, at)
        before = {}
        for row in rows:
            scores.require_version(row, (versions or {}).get(row.criterion.code, row.version))
            claim = claims[row.criterion.code]
            before[row.pk] = row.self_points
            scores.write_claim(row, claim, scores.outcome_of(row, claim))
            row.saved_at, row.saved_by, row.saved_key = at, by, ""
        written = [*_CLAIMED, "self_applicable", "self_points", "self_trace", *_SAVED]
        _stamped(rows, written, by=by, at=at, action=scores.SAVED)
        Event.objects.bulk_create(
            events.prepared(
                action="save", obj=row, by=by, at=at, data=scores.saved_data(row, before[row.pk])
            )
            for row in rows
        )
    return rows


@dataclass(frozen=True)
class Judgement:
    """What an appraiser gives a leaf: points, whether it counts, and why."""

    points: Decimal
    applicable: bool = True
    reason: str = ""


@events.logs_refusals("appraise", on="submission")
def judge_leaves(
    *, submission: Submission, by: User, at: dt.datetime, judgements: Mapping[str, Judgement]
) -> list[Appraisal]:
    """Give many leaves their points, by code, as the member responsible for their fields.

    Raise what `appraisals.appraise` raises; WrongState also where another member has judged a
    leaf of the round already, since an opinion is given leaf by leaf.
    """
    with transaction.atomic():
        rows = _held(submission, judgements)
        if not rows:
            return []
        seats = permissions.assigned_fields(by, rows[0].submission, at)
        given = []
        for row in rows:
            judging.require_state(row)
            if row.criterion.field_id not in seats:
                raise NotPermitted(_("This field is not assigned to you."))
            given.append(_judged(row, judgements[row.criterion.code], seats, at))
        _require_untouched(rows)
        judging.require_window(rows[0].submission, at)
        Appraisal.objects.bulk_create(given)
        _stamp_judged(rows, given, by, at)
    return given


def _stamp_judged(
    rows: list[CriterionScore], given: list[Appraisal], by: User, at: dt.datetime
) -> None:
    before = {row.pk: row.appraised_points for row in rows}
    for row, appraisal in zip(rows, given, strict=True):
        judgements.take_over(row, appraisal)
    _stamped(rows, [*judgements.JUDGED], by=by, at=at, action="council.appraise")
    Event.objects.bulk_create(
        events.prepared(
            action="appraise", obj=row, by=by, at=at,
            data=judgements.judged_data(row, appraisal, before[row.pk]),
        )
        for row, appraisal in zip(rows, given, strict=True)
    )  # fmt: skip


def _judged(
    row: CriterionScore,
    judgement: Judgement,
    seats: Mapping[int | None, CouncilMember],
    at: dt.datetime,
) -> Appraisal:
    outcome = appraisals.judged(row, points=judgement.points, applicable=judgement.applicable)
    reason = judgement.reason.strip()
    seat = seats[row.criterion.field_id]
    shown = seat.council.claims_shown
    appraisals.require_reason(row, outcome, reason, claims_shown=shown)
    return judgements.prepared(row, seat.pk, outcome, reason, at, counts=True)


def _require_untouched(rows: list[CriterionScore]) -> None:
    touched = Appraisal.objects.filter(score__in=rows, round=rows[0].submission.round)
    codes = sorted(set(touched.values_list("score__criterion__code", flat=True)))
    if codes:
        raise WrongState(_("These leaves are appraised already: %s.") % ", ".join(codes))
    asked = [row.criterion.code for row in rows if row.explanations.filter(closed_at=None).exists()]
    if asked:
        raise WrongState(_("Questions still wait for an answer: %s.") % ", ".join(asked))
