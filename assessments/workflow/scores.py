"""What the unit claims leaf by leaf: saved with its points, its trace and its history."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import Stage, SubmissionState
from assessments.errors import BadInput, NotPermitted, Refused, Stale, WindowClosed, WrongState
from assessments.models import CriterionScore, ScoreHistory, ScoreLevel, Submission
from assessments.scoring import Facts, Outcome, ScoringError
from assessments.scoring import score as points_of
from assessments.workflow import events, refusals, windows
from units.models import User


@dataclasses.dataclass(frozen=True)
class Claim:
    """What the unit states for a leaf; numbers are Decimals, `option` a level of the criterion."""

    met: bool | None = None
    option: ScoreLevel | None = None
    a: Decimal | None = None
    b: Decimal | None = None
    count: Decimal | None = None
    claimed_percent: Decimal | None = None
    not_applicable: bool = False
    no_evidence_reason: str = ""
    note: str = ""

    @property
    def is_blank(self) -> bool:
        """Tell whether no fact is stated."""
        facts = (self.met, self.option, self.a, self.b, self.count, self.claimed_percent)
        return not self.not_applicable and all(fact is None for fact in facts)


def facts_of(score: CriterionScore, claim: Claim) -> Facts:
    """Return the claim in scoring's terms; an option is its place among the levels."""
    option = None
    if claim.option is not None:
        levels = [level.pk for level in score.criterion.levels.all()]
        if claim.option.pk not in levels:
            raise BadInput(_("This option belongs to another criterion."), field="option")
        option = levels.index(claim.option.pk)
    return Facts(
        met=claim.met,
        option=option,
        a=claim.a,
        b=claim.b,
        count=claim.count,
        percent=claim.claimed_percent,
        not_applicable=claim.not_applicable,
    )


def outcome_of(score: CriterionScore, claim: Claim) -> Outcome | None:
    """Return points (four places) and trace of a claim, or None for a blank one.

    Raise BadInput, naming leaf and input, for facts that the rule refuses (design 4).
    """
    if claim.is_blank:
        return None
    try:
        return points_of(score.criterion.to_rule(), facts_of(score, claim))
    except ScoringError as error:
        raise refusals.refused(error) from error


def hold(submission_id: int) -> Submission:
    """Return the dossier fresh, and keep its state from changing until the transaction ends.

    Savers share the lock among themselves; only an act of the table waits for them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM assessments_submission WHERE id = %s FOR SHARE", [submission_id]
        )
    return Submission.objects.select_related("cycle", "cycle_scheme").get(pk=submission_id)


def hold_leaf(score: CriterionScore) -> CriterionScore:
    """Return the leaf locked and fresh, its dossier kept from changing state meanwhile."""
    submission = hold(score.submission_id)
    row = (
        CriterionScore.objects.select_for_update(of=("self",))
        .select_related("criterion").get(pk=score.pk)
    )  # fmt: skip
    row.submission = submission
    return row


def editable(score: CriterionScore, by: User, at: dt.datetime) -> permissions.Verdict:
    """Tell whether the person may change the unit's claim on this leaf now, and if not why."""
    try:
        require_editable(score, by, at)
    except Refused as refusal:
        return permissions.no(str(refusal))
    return permissions.YES


def require_editable(score: CriterionScore, by: User, at: dt.datetime) -> None:
    """Raise NotPermitted, WrongState or WindowClosed unless the unit may change this leaf now."""
    held = permissions.parts_of(by, at).get(score.submission.unit_id, set())
    require_fillable(score, by, held)
    require_dossier_open(score.submission, at)


def require_fillable(score: CriterionScore, by: User, held: set[str]) -> None:
    """Raise NotPermitted or WrongState for a leaf that the person does not fill in or mend now.

    `held` are the parts that the person takes in the unit (`permissions.parts_of`).
    """
    verdict = permissions.leaf_verdict(by, score, held)
    if not verdict:
        raise NotPermitted(verdict.reason)
    if not score.criterion.is_self_scored:
        raise NotPermitted(_("This leaf is not scored by the unit."))
    if score.submission.state == SubmissionState.RETURNED and not score.open_to_unit:
        raise WrongState(_("Only the leaves named in the return may be changed."))


def require_version(score: CriterionScore, version: int) -> None:
    """Raise Stale unless the leaf is still at the version that the person saw."""
    if score.version != version:
        raise Stale(_("Somebody else saved this leaf meanwhile. Both texts are shown."))


def require_dossier_open(submission: Submission, at: dt.datetime) -> None:
    """Raise WrongState or WindowClosed unless the unit may write in the dossier now."""
    if submission.state == SubmissionState.RETURNED:
        if submission.return_due_at is None or at >= submission.return_due_at:
            raise WindowClosed(_("The time for mending is over."))
    elif submission.state == SubmissionState.DRAFT:
        windows.require_open(submission.cycle, Stage.SELF_ASSESSMENT, submission.unit_id, at)
    else:
        raise WrongState(
            _("The dossier is in the state “%s” and is read only.") % submission.get_state_display()
        )


@events.logs_refusals("save", on="score")
def save_leaf(
    *, score: CriterionScore, by: User, at: dt.datetime, version: int, **claimed: Any
) -> CriterionScore:
    """Save the unit's claim on one leaf, compute its points and keep its history.

    `claimed` are the fields of `Claim`. Raise Stale when the leaf is no longer at `version`,
    BadInput for facts that the rule refuses, and what `require_editable` raises.
    """
    claim = Claim(**claimed)
    with transaction.atomic():
        submission = hold(score.submission_id)
        row = CriterionScore.objects.select_for_update(of=("self",)).get(pk=score.pk)
        row.submission, row.criterion = submission, score.criterion
        require_editable(row, by, at)
        require_version(row, version)
        before = row.self_points
        write_claim(row, claim, outcome_of(row, claim))
        stamp(row, by=by, at=at, action="unit.save")
        events.record(action="save", obj=row, by=by, at=at, data=saved_data(row, before))
    return row


def saved_data(row: CriterionScore, before: Decimal | None) -> dict[str, Any]:
    """Return what the event of a saved claim holds."""
    return {
        "code": row.criterion.code,
        "version": row.version,
        "before": text(before),
        "after": text(row.self_points),
    }


def write_claim(row: CriterionScore, claim: Claim, outcome: Outcome | None) -> None:
    """Put a claim and its outcome on a leaf, unsaved."""
    for field in dataclasses.fields(claim):
        setattr(row, field.name, getattr(claim, field.name))
    row.self_applicable = outcome.applicable if outcome else True
    row.self_points = outcome.points if outcome else None
    row.self_trace = outcome.trace if outcome else ""


def stamp(row: CriterionScore, *, by: User | None, at: dt.datetime, action: str) -> None:
    """Raise the version of a leaf, save it and keep a copy of what it holds."""
    row.version += 1
    row.saved_at, row.saved_by = at, by
    row.save()
    ScoreHistory.objects.create(
        score=row, version=row.version, at=at, by=by, action=action, values=snapshot(row)
    )


def snapshot(row: CriterionScore) -> dict[str, Any]:
    """Return what a leaf holds, numbers as text, for its history."""
    return {
        "met": row.met,
        "option": row.option_id,
        "a": text(row.a),
        "b": text(row.b),
        "count": text(row.count),
        "percent": text(row.claimed_percent),
        "not_applicable": row.not_applicable,
        "self_applicable": row.self_applicable,
        "self_points": text(row.self_points),
        "no_evidence_reason": row.no_evidence_reason,
        "note": row.note,
        "independent_a": text(row.independent_a),
        "independent_b": text(row.independent_b),
        "independent_source": row.independent_source,
        "appraised_points": text(row.appraised_points),
        "appraised_applicable": row.appraised_applicable,
        "final_points": text(row.final_points),
        "final_applicable": row.final_applicable,
        "evidence": [
            item.revision.sha256 for item in row.evidence.all() if item.removed_at is None
        ],
    }


def text(value: Decimal | None) -> str | None:
    """Return a number as plain text with a point, None as None."""
    return None if value is None else format(value, "f")
