"""What appraisers give leaf by leaf: points, opinions beside them, disputes, later conflicts."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from assessments import permissions, scoring
from assessments.choices import Method, SubmissionState
from assessments.errors import BadInput, NotPermitted, Stale, WindowClosed, WrongState
from assessments.models import (
    Appraisal,
    Assignment,
    CouncilMember,
    CriterionScore,
    Cycle,
    Submission,
)
from assessments.queries import appraisal
from assessments.scoring import Facts, Outcome, ScoringError, format_decimal
from assessments.workflow import events, refusals, scores, standing, windows
from units.models import User

#: States in which the council may judge leaves.
JUDGING = (SubmissionState.APPRAISING, SubmissionState.CORRECTING)


@events.logs_refusals("appraise", on="score")
def appraise(
    *, score: CriterionScore, by: User, at: dt.datetime, version: int,
    points: Decimal | str | None = None, claim: scores.Claim | None = None,
    applicable: bool = True, reason: str = "",
) -> Appraisal:  # fmt: skip
    """Give a leaf points (0 to its maximum, four places), or an opinion beside them (design 0.11).

    Either `points`, or the facts that the appraiser takes for true as a `claim`, or
    `applicable=False` for a leaf that does not apply, whose points follow from its policy. The
    first assigned member who acts is responsible; others give opinions. Raise NotPermitted,
    WrongState, WindowClosed, Stale, or BadInput naming the field.
    """
    with transaction.atomic():
        row = standing.hold_leaf(score)
        verdict = permissions.may_appraise(by, row, at)
        if not verdict:
            raise NotPermitted(verdict.reason)
        require_open(row, at)
        if row.version != version:
            raise Stale(_("The leaf changed meanwhile; look at it again. Your text is kept."))
        outcome = judged(row, points=points, claim=claim, applicable=applicable)
        reason = reason.strip()
        require_reason(row, outcome, reason)
        seat = permissions.assigned_fields(by, row.submission, at)[row.criterion.field_id]
        given = _write(row, seat, outcome, reason, at)
        _stamp(row, given, by, at)
    return given


def require_reason(row: CriterionScore, outcome: Outcome, reason: str) -> None:
    """Raise BadInput where points that differ from the unit's own come without a reason."""
    if not reason and differs(row, outcome.points, outcome.applicable):
        raise BadInput(
            _("Write why the points differ from those of the unit."),
            field="reason", code=row.criterion.code,
        )  # fmt: skip


def require_open(row: CriterionScore, at: dt.datetime) -> None:
    """Raise WrongState or WindowClosed unless appraisers may judge this leaf now."""
    require_unasked(row)
    require_window(row.submission, at)


def require_unasked(row: CriterionScore) -> None:
    """Raise WrongState unless the leaf is in the council's hands and no question freezes it."""
    require_state(row)
    if row.explanations.filter(closed_at=None).exists():
        raise WrongState(_("A question on this leaf is open; wait for its answer or withdraw it."))


def require_state(row: CriterionScore) -> None:
    """Raise WrongState unless the leaf and its dossier are in the council's hands."""
    submission = row.submission
    if row.criterion.method == Method.SURVEY:
        raise WrongState(_("The points of this leaf come from the survey."))
    if submission.state not in JUDGING:
        raise WrongState(
            _("The dossier is in the state “%s” and is read only.") % submission.get_state_display()
        )
    if not row.open_to_appraiser:
        raise WrongState(_("This leaf is not open for appraisal."))


def require_window(submission: Submission, at: dt.datetime) -> None:
    """Raise WindowClosed outside the council's stages; a correction has no window."""
    closed = windows.outside(submission, windows.COUNCIL_STAGES, at)
    if closed:
        raise WindowClosed(closed[0])


def judged(
    row: CriterionScore, *, points: Decimal | str | None, claim: scores.Claim | None = None,
    applicable: bool = True,
) -> Outcome:  # fmt: skip
    """Return points, applicability and trace of a judgement; raise BadInput for a wrong value."""
    rule = row.criterion.to_rule()
    try:
        if not applicable:
            return scoring.score(rule, Facts(not_applicable=True))
        if claim is not None:
            return scoring.score(rule, scores.facts_of(row, claim))
        if isinstance(points, str):
            points = scoring.parse_points(points, code=rule.code)
        # Whatever its method, an appraiser may give a leaf any points up to the maximum.
        step = rule.step if rule.method is scoring.Method.APPRAISER else None
        free = dataclasses.replace(rule, method=scoring.Method.APPRAISER, step=step)
        outcome = scoring.score(free, Facts(points=points))
    except ScoringError as error:
        refusal = refusals.refused(error)
        refusal.field = refusal.field or ("points" if applicable else "not_applicable")
        raise refusal from error
    return dataclasses.replace(outcome, trace="")


def differs(row: CriterionScore, points: Decimal, applicable: bool) -> bool:
    """Tell whether a judgement differs from the unit's own; a leaf it never scores has none."""
    if not row.criterion.is_self_scored:
        return False
    return row.self_points != points or row.self_applicable != applicable


def points_text(points: Decimal) -> str:
    """Return points as the traces write them: 1,5 điểm."""
    return f"{format_decimal(points)} điểm"


def trace_of(row: CriterionScore, outcome: Outcome) -> str:
    """Return the sentence of a judgement beside the unit's own points."""
    # Traces are published data and therefore Vietnamese, as those of `scoring`.
    judgement = f"Thẩm định: {points_text(outcome.points)}"
    if outcome.trace:
        judgement = f"{judgement} ({outcome.trace})"
    if row.self_points is None:
        return judgement
    own = points_text(row.self_points) if row.self_applicable else "không phát sinh"
    return f"{judgement}; tự chấm {own}"


def _write(
    row: CriterionScore, seat: CouncilMember, outcome: Outcome, reason: str, at: dt.datetime
) -> Appraisal:
    responsible = _is_responsible(row, seat, at)
    if responsible:
        # Somebody else's row of this round, whose assignment ended, becomes an opinion.
        row.appraisals.filter(round=row.submission.round, responsible=True).exclude(
            member=seat
        ).update(responsible=False)
    given, _made = Appraisal.objects.update_or_create(
        score=row, member=seat, round=row.submission.round,
        defaults={
            "points": outcome.points, "applicable": outcome.applicable, "reason": reason,
            "responsible": responsible, "seen_version": row.version,
            "trace": trace_of(row, outcome), "flagged_conflict": False, "at": at,
        },
    )  # fmt: skip
    return given


def _is_responsible(row: CriterionScore, seat: CouncilMember, at: dt.datetime) -> bool:
    """Tell whether the seat counts: nobody else still assigned acted before (design 0.11)."""
    earlier = (
        row.appraisals.filter(responsible=True, flagged_conflict=False)
        .select_related("member__user").order_by("round", "at").last()
    )  # fmt: skip
    if earlier is None or earlier.member.user_id == seat.user_id:
        return True
    day = permissions.day_of(at)
    still = Assignment.objects.on(day).filter(
        Q(unit=None) | Q(unit=row.submission.unit_id),
        member=earlier.member, member__in=CouncilMember.objects.on(day),
        field=row.criterion.field_id,
    )  # fmt: skip
    return not still.exists() or permissions.is_conflicted(earlier.member.user, row.submission, at)


def _stamp(row: CriterionScore, given: Appraisal, by: User, at: dt.datetime) -> None:
    before = row.appraised_points
    if given.responsible:
        row.appraised_points, row.appraised_applicable = given.points, given.applicable
        row.appraised_round = given.round
    scores.stamp(row, by=by, at=at, action="council.appraise")
    events.record(
        action="appraise" if given.responsible else "opinion", obj=row, by=by, at=at,
        data=judged_data(row, given, before),
    )  # fmt: skip


def judged_data(row: CriterionScore, given: Appraisal, before: Decimal | None) -> dict[str, Any]:
    """Return what the event of a judgement holds."""
    return {
        "code": row.criterion.code, "round": given.round, "seen": given.seen_version,
        "points": scores.text(given.points), "applicable": given.applicable,
        "before": scores.text(before), "after": scores.text(row.appraised_points),
    }  # fmt: skip


def disputed(submission: Submission) -> QuerySet[CriterionScore]:
    """Return the undecided leaves whose points lie further apart than the scheme allows."""
    return appraisal.disputed(submission.scores.all())


def flag_conflicts(cycle: Cycle, at: dt.datetime) -> list[Appraisal]:
    """Flag points whose giver has a conflict by now and reopen their leaves (design 0.6).

    Leaves of dossiers beyond the council's hands are flagged only; `approve` refuses them until
    they are sent back. Return what was flagged.
    """
    units_of: dict[User, set[int]] = {}
    flagged = []
    rows = Appraisal.objects.filter(
        score__submission__cycle=cycle, flagged_conflict=False
    ).select_related("member__user", "score__submission")
    for given in rows:
        user = given.member.user
        if user not in units_of:
            units_of[user] = permissions.conflicted_unit_ids(user, cycle, at)
        if given.score.submission.unit_id in units_of[user]:
            with transaction.atomic():
                _flag(given, at)
            flagged.append(given)
    return flagged


def _flag(given: Appraisal, at: dt.datetime) -> None:
    row = standing.hold_leaf(given.score)
    given.flagged_conflict = True
    given.save(update_fields=["flagged_conflict"])
    open_states = (*JUDGING, SubmissionState.EXPLAINING)
    if given.responsible and row.submission.state in open_states:
        row.appraised_points = row.appraised_applicable = row.appraised_round = None
        row.open_to_appraiser = True
        scores.stamp(row, by=None, at=at, action="council.flag")
    events.record(
        action="flag_conflict", obj=row, by=None, at=at,
        data={"code": row.criterion.code, "round": given.round, "appraisal": given.pk,
              "points": scores.text(given.points), "responsible": given.responsible},
    )  # fmt: skip
