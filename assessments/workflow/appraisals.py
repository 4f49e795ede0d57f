"""What appraisers give leaf by leaf: points, opinions beside them, disputes, later conflicts."""

import dataclasses
import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assessments import permissions, scoring
from assessments.choices import Method, SubmissionState
from assessments.errors import BadInput, WrongState
from assessments.models import (
    Abstention,
    Appraisal,
    CriterionScore,
    Cycle,
    ScoreHistory,
    Submission,
)  # fmt: skip
from assessments.queries import appraisal
from assessments.scoring import Facts, Outcome, ScoringError
from assessments.workflow import events, judgements, judging, refusals, scores, standing
from units.models import User

#: States in which the council may judge leaves.
JUDGING = judging.JUDGING


@events.logs_refusals("appraise", on="score")
def appraise(
    *, score: CriterionScore, by: User, at: dt.datetime, version: int,
    points: Decimal | str | None = None, claim: scores.Claim | None = None,
    applicable: bool = True, reason: str = "",
) -> Appraisal:  # fmt: skip
    """Give a leaf points (0 to its maximum, four places), or an opinion beside them (design 0.11).

    Either `points`, or the facts that the appraiser takes for true as a `claim`, or
    `applicable=False` for a leaf that does not apply, whose points follow from its policy. The
    first assigned member who acts is responsible; others give opinions. The person's abstention of
    the round is taken back by it. Raise NotPermitted, WrongState, WindowClosed, Stale, or BadInput
    naming the field. Six statements, or seven, when `score` has criterion, dossier and cycle.
    """
    with transaction.atomic():
        row, held = _hold(score, by, at)
        seat_id = judging.require_seat(held)
        judging.require_open(row, held, at)
        judging.require_version(row, version)
        outcome = judged(row, points=points, claim=claim, applicable=applicable)
        reason = reason.strip()
        require_reason(row, outcome, reason, claims_shown=held.claims_shown)
        given = judgements.prepared(row, seat_id, outcome, reason, at, counts=held.counts)
        judgements.write([(given, held)], by)
        _stamp(row, given, held, by)
    return given


def _hold(
    score: CriterionScore, by: User, at: dt.datetime
) -> tuple[CriterionScore, judging.Standing]:
    """Return the leaf locked and fresh, and how the person stands to it (two statements)."""
    row = judging.hold([score])[0]
    return row, judging.standings([row], row.submission.cycle, by, at)[row.pk]


@events.logs_refusals("abstain", on="score")
def abstain(*, score: CriterionScore, by: User, at: dt.datetime, reason: str) -> Abstention:
    """Leave a leaf of one's fields to the others in the dossier's round, and say why.

    Who abstained already changes nothing. Raise NotPermitted, WrongState (also after points of
    one's own in the round), WindowClosed, or BadInput without a reason.
    """
    with transaction.atomic():
        row, held = _hold(score, by, at)
        seat_id = judging.require_seat(held)
        judging.require_open(row, held, at)
        if held.given:
            raise WrongState(_("You gave this leaf points in this round already."))
        if not reason.strip():
            said = _("Write why you abstain.")
            raise BadInput(said, field="reason", code=row.criterion.code)
        left, made = Abstention.objects.get_or_create(
            score=row, member_id=seat_id, round=row.submission.round,
            defaults={"reason": reason.strip(), "at": at},
        )  # fmt: skip
        if made:
            events.record(
                action="abstain", obj=row, by=by, at=at,
                data={"code": row.criterion.code, "round": left.round},
            )  # fmt: skip
    return left


def require_reason(
    row: CriterionScore, outcome: Outcome, reason: str, *, claims_shown: bool = True
) -> None:
    """Raise BadInput where points that differ from the unit's own come without a reason.

    Where appraisers are not shown the unit's own points, all of theirs need a reason: asking only
    for some would tell which differ.
    """
    if reason:
        return
    said = ""
    if not claims_shown:
        said = _("Write the reason for the points.")
    elif differs(row, outcome.points, outcome.applicable):
        said = _("Write why the points differ from those of the unit.")
    if said:
        raise BadInput(said, field="reason", code=row.criterion.code)


def require_open(row: CriterionScore, at: dt.datetime) -> None:
    """Raise WrongState or WindowClosed unless appraisers may judge this leaf now."""
    require_unasked(row)
    judging.require_window(row.submission, at)


def require_unasked(row: CriterionScore) -> None:
    """Raise WrongState unless the leaf is in the council's hands and no question freezes it."""
    judging.require_state(row)
    judging.require_unasked(asked=row.explanations.filter(closed_at=None).exists())


def judged(
    row: CriterionScore, *, points: Decimal | str | None, claim: scores.Claim | None = None,
    applicable: bool = True,
) -> Outcome:  # fmt: skip
    """Return points, applicability and trace of a judgement; raise BadInput for a wrong value."""
    try:
        if not applicable:
            return scoring.score(row.criterion.to_rule(), Facts(not_applicable=True))
        if claim is not None:
            return scoring.score(row.criterion.to_rule(), scores.facts_of(row, claim))
        if isinstance(points, str):
            points = scoring.parse_points(points, code=row.criterion.code)
        outcome = scoring.score(_free_rule(row), Facts(points=points))
    except ScoringError as error:
        refusal = refusals.refused(error)
        refusal.field = refusal.field or ("points" if applicable else "not_applicable")
        raise refusal from error
    return dataclasses.replace(outcome, trace="")


def _free_rule(row: CriterionScore) -> scoring.Rule:
    """Return the rule of points given freely: whatever the leaf's method, up to its maximum.

    Built without the leaf's levels, which no points given need and which cost a query.
    """
    criterion = row.criterion
    own = criterion.method == Method.APPRAISER
    return scoring.Rule(
        code=criterion.code, max_points=criterion.max_points, method=scoring.Method.APPRAISER,
        step=criterion.step if own else None,
    )  # fmt: skip


def differs(row: CriterionScore, points: Decimal, applicable: bool) -> bool:
    """Tell whether a judgement differs from the unit's own; a leaf it never scores has none."""
    if not row.criterion.is_self_scored:
        return False
    return row.self_points != points or row.self_applicable != applicable


def _stamp(row: CriterionScore, given: Appraisal, held: judging.Standing, by: User) -> None:
    before = row.appraised_points
    if given.responsible:
        judgements.take_over(row, given)
    row.version += 1
    row.save(update_fields=[*judgements.JUDGED, "version"])
    ScoreHistory.objects.create(
        score=row, version=row.version, at=given.at, by=by, action="council.appraise",
        values=scores.snapshot(row, held.evidence),
    )  # fmt: skip
    judgements.judged_event(row, given, before, held, by).save()


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
        if given.score.submission.unit_id in units_of[user] and _flag(given, at):
            flagged.append(given)
    return flagged


@transaction.atomic
def _flag(given: Appraisal, at: dt.datetime) -> bool:
    """Flag the points as they are under the leaf's lock; tell whether nobody did so before."""
    row = standing.hold_leaf(given.score)
    given.refresh_from_db(fields=["flagged_conflict", "responsible", "round", "points"])
    if given.flagged_conflict:
        return False
    given.flagged_conflict = True
    given.save(update_fields=["flagged_conflict"])
    open_states = (*JUDGING, SubmissionState.EXPLAINING)
    # Only points that still count are taken off the leaf: another's may stand there by now.
    counts = given.responsible and given.round == row.appraised_round
    if counts and row.submission.state in open_states:
        row.appraised_points = row.appraised_applicable = row.appraised_round = None
        row.open_to_appraiser = True
        scores.stamp(row, by=None, at=at, action="council.flag")
    events.record(
        action="flag_conflict", obj=row, by=None, at=at,
        data={"code": row.criterion.code, "round": given.round, "appraisal": given.pk,
              "points": scores.text(given.points), "responsible": given.responsible},
    )  # fmt: skip
    return True
