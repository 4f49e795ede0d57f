"""Points of survey leaves: from the means of the surveys, or by decision of the council."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import permissions, scoring
from assessments.choices import CouncilRole, Method, SampleDecision
from assessments.choices import SubmissionState as State
from assessments.errors import BadInput, NotPermitted, WrongState
from assessments.models import (
    Criterion,
    CriterionScore,
    Cycle,
    Submission,
    SurveyDecision,
    SurveyResult,
)  # fmt: skip
from assessments.scoring import Facts, Outcome, half_up
from assessments.workflow import events, finals
from assessments.workflow.machine import Act, Text, Transition, register
from units.models import Unit, User

#: A mean percentage is kept to so many places before it becomes points.
_PERCENT_PLACES = 6
_FILLING = (State.APPRAISING, State.CORRECTING, State.APPRAISED)


@dataclass(frozen=True)
class Measured:
    """The weighted mean in percent of the components with results, and the answers behind it."""

    percent: Decimal
    sample: int
    complete: bool


def survey_outcome(score: CriterionScore) -> Outcome | None:
    """Return points and trace of a survey leaf (design 0.5), or None while a decision is needed.

    percent = Σ weight × mean over all components, each with at least the round's smallest
    sample; otherwise the council's decision says what counts.
    """
    submission, criterion = score.submission, score.criterion
    measured = measure(submission.cycle_id, criterion).get(submission.unit_id)
    if measured is not None and measured.complete:
        return _points(criterion, measured)
    decision = decision_on(submission, criterion)
    return _decided(submission, criterion, measured, decision.decision) if decision else None


def decision_on(submission: Submission, criterion: Criterion) -> SurveyDecision | None:
    """Return what the council decided of a survey leaf of the dossier, or None."""
    return SurveyDecision.objects.filter(
        cycle=submission.cycle_id, unit=submission.unit_id, criterion=criterion
    ).first()


def measure(cycle_id: int, criterion: Criterion) -> dict[int, Measured]:
    """Return what the surveys say of one leaf, per unit id."""
    weights = {row.kind_id: Fraction(row.weight) for row in criterion.components.all()}
    found: dict[int, dict[int, SurveyResult]] = defaultdict(dict)
    rows = SurveyResult.objects.filter(round__cycle=cycle_id, criterion=criterion, kind__in=weights)
    for row in rows.select_related("round").order_by("round"):
        found[row.unit_id][row.kind_id] = row
    return {unit: _measured(results, weights) for unit, results in found.items()}


def _measured(results: dict[int, SurveyResult], weights: dict[int, Fraction]) -> Measured:
    covered = sum((weights[kind] for kind in results), Fraction(0))
    total = sum((weights[kind] * Fraction(row.mean) for kind, row in results.items()), Fraction(0))
    large = all(row.sample >= row.round.min_sample for row in results.values())
    return Measured(
        percent=half_up(total / covered if covered else Fraction(0), _PERCENT_PLACES),
        sample=sum(row.sample for row in results.values()),
        complete=large and set(results) == set(weights),
    )


def _points(criterion: Criterion, measured: Measured) -> Outcome:
    facts = Facts(percent=measured.percent, sample=measured.sample or None)
    return scoring.score(criterion.to_rule(), facts)


def _decided(
    submission: Submission, criterion: Criterion, measured: Measured | None, decision: str
) -> Outcome | None:
    nothing = Decimal("0.0000")
    if decision == SampleDecision.ZERO:
        return Outcome(nothing, True, "Hội đồng quyết định: 0,00 điểm")
    if decision == SampleDecision.EXCLUDE:
        return Outcome(nothing, False, "Hội đồng quyết định: không tính tiêu chí này")
    if decision == SampleDecision.USE:
        if measured is None:
            return None
        outcome = _points(criterion, measured)
        return Outcome(
            outcome.points, True, f"{outcome.trace} (Hội đồng quyết định dùng kết quả này)"
        )
    return _group_mean(submission, criterion)


def _group_mean(submission: Submission, criterion: Criterion) -> Outcome | None:
    """Return the points of the mean of all complete results of the group; None without any."""
    group = set(
        Submission.objects.filter(cycle_scheme=submission.cycle_scheme_id).values_list(
            "unit_id", flat=True
        )
    )
    percents = [
        Fraction(row.percent)
        for unit, row in measure(submission.cycle_id, criterion).items()
        if row.complete and unit in group
    ]
    if not percents:
        return None
    mean = half_up(sum(percents, Fraction(0)) / len(percents), _PERCENT_PLACES)
    outcome = scoring.score(criterion.to_rule(), Facts(percent=mean))
    words = f"{outcome.trace} (Hội đồng quyết định lấy trung bình của nhóm, {len(percents)} đơn vị)"
    return Outcome(outcome.points, True, words)


def survey_leaves(submission: Submission) -> list[CriterionScore]:
    """Return the survey leaves of the dossier."""
    rows = list(
        submission.scores.filter(criterion__method=Method.SURVEY)
        .select_related("criterion")
        .prefetch_related("criterion__components", "evidence__revision")
    )
    for row in rows:
        row.submission = submission
    return rows


def fill(submission: Submission, at: dt.datetime, by: User | None) -> list[str]:
    """Write the final points of the survey leaves that have an outcome; return the codes left.

    Call it inside a transaction that holds the dossier.
    """
    changed, left = [], []
    for row in survey_leaves(submission):
        outcome = survey_outcome(row)
        if outcome is None:
            left.append(row.criterion.code)
        elif (row.final_points, row.final_applicable, row.final_trace) != (
            outcome.points, outcome.applicable, outcome.trace,
        ):  # fmt: skip
            finals.set_final(row, outcome)
            changed.append(row)
    finals.stamp_all(changed, by=by, at=at, action="council.survey")
    return left


@events.logs_refusals("decide_survey", on="cycle", ids=("unit", "criterion"))
def decide(
    *, cycle: Cycle, unit: Unit, criterion: Criterion, by: User, at: dt.datetime, decision: str,
    reason: str,
) -> SurveyDecision:  # fmt: skip
    """Record what the council decided of a small or missing sample, and fill a concluded dossier.

    Raise NotPermitted unless the chair acts, WrongState after the approval or for a sufficient
    sample, BadInput for a leaf of another scheme, an unknown decision or a missing reason.
    """
    with transaction.atomic():
        submission = (
            Submission.objects.select_for_update(of=("self",))
            .select_related("cycle", "cycle_scheme").filter(cycle=cycle, unit=unit).first()
        )  # fmt: skip
        if submission is None:
            raise NotPermitted(_("This dossier is not among those you handle."))
        verdict = permissions.acts_for(by, submission, CouncilRole.CHAIR, at)
        if not verdict:
            raise NotPermitted(verdict.reason)
        _check_decision(submission, criterion, decision, reason)
        row, _made = SurveyDecision.objects.update_or_create(
            cycle=cycle, unit=unit, criterion=criterion,
            defaults={"decision": decision, "reason": reason.strip()},
        )  # fmt: skip
        if submission.state == State.APPRAISED:
            fill(submission, at, by)
        events.record(
            action="decide_survey", obj=row, by=by, at=at,
            data={"code": criterion.code, "decision": decision},
        )  # fmt: skip
    return row


def _check_decision(
    submission: Submission, criterion: Criterion, decision: str, reason: str
) -> None:
    if submission.state in (State.APPROVED, State.PUBLISHED):
        raise WrongState(
            _("The dossier is in the state “%s” and is read only.") % submission.get_state_display()
        )
    if criterion.scheme_id != submission.scheme_id or criterion.method != Method.SURVEY:
        raise BadInput(_("This is no survey leaf of the unit's scheme."), field="criterion")
    if decision not in SampleDecision.values:
        raise BadInput(_("Choose a decision."), field="decision")
    if not reason.strip():
        raise BadInput(_("Write the council's reason."), field="reason")
    measured = measure(submission.cycle_id, criterion).get(submission.unit_id)
    if measured is not None and measured.complete:
        raise WrongState(_("The sample is large enough; no decision is needed."))
    if decision == SampleDecision.USE and measured is None:
        raise BadInput(_("There is no result to use."), field="decision")


def _nothing_to_fill(submission: Submission, act: Act) -> list[Text]:
    waiting = [
        row.criterion.code for row in survey_leaves(submission) if survey_outcome(row) is None
    ]
    if waiting:
        return [_("These survey leaves need results or a decision: %s.") % ", ".join(waiting)]
    return []


def _fill(submission: Submission, act: Act) -> dict[str, Any]:
    fill(submission, act.at, act.by)
    return {"leaves": [row.criterion.code for row in survey_leaves(submission)]}


def _who(user: User, submission: Submission, at: dt.datetime) -> permissions.Verdict:
    secretary = permissions.acts_for(user, submission, CouncilRole.SECRETARY, at)
    return secretary or permissions.acts_for(user, submission, CouncilRole.CHAIR, at)


register(
    Transition(
        "fill_surveys", Submission, _FILLING, None,
        label=gettext_lazy("Take over the survey points"),
        confirm=gettext_lazy(
            "The points of the survey leaves are computed from "
            "the results and decisions on record."
        ),
        who=_who, who_text=gettext_lazy("secretary or chair"), guard=_nothing_to_fill,
        guard_text=gettext_lazy("every survey leaf has results or a decision"), effect=_fill,
    ),
)  # fmt: skip
