"""What the unit claims leaf by leaf: saved with its points, its trace and its history."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import permissions
from assessments.errors import BadInput, NotPermitted, Refused, Stale, WrongState
from assessments.models import CriterionScore, ScoreHistory, ScoreLevel
from assessments.queries import facts
from assessments.queries.wording import sentence
from assessments.scoring import Facts, Outcome, Reason, ScoringError
from assessments.scoring import score as points_of
from assessments.workflow import events, refusals, standing
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


_CLAIMED = tuple(field.name for field in dataclasses.fields(Claim))
_WRITTEN = (
    *_CLAIMED, "self_applicable", "self_points", "self_trace", "version", "saved_at", "saved_by",
    "saved_key",
)  # fmt: skip
#: The numbers of a claim and their names in the history.
_NUMBERS = {"a": "a", "b": "b", "count": "count", "claimed_percent": "percent"}
#: What the history calls a saved claim.
SAVED = "unit.save"
_SOMEBODY_ELSE = gettext_lazy("Somebody else saved this leaf meanwhile. Both texts are shown.")


def facts_of(score: CriterionScore, claim: Claim) -> Facts:
    """Return the claim in scoring's terms; raise BadInput for another criterion's option."""
    if claim.option is not None and claim.option.criterion_id != score.criterion_id:
        raise BadInput(_("This option belongs to another criterion."), field="option")
    return facts.facts_of(score.criterion, claim)


def outcome_of(score: CriterionScore, claim: Claim) -> Outcome | None:
    """Return points (four places) and trace of a claim, or None while facts are missing.

    Raise BadInput, naming leaf and input, for facts that the rule refuses (design 4) and for those
    that contradict each other, of which only the unit can choose.
    """
    if claim.is_blank:
        return None
    stated = {name: getattr(claim, name) for name in _CLAIMED}
    for name, words in facts.contradictions(score.criterion, stated):
        raise BadInput(words, field=name, code=score.criterion.code)
    try:
        return points_of(score.criterion.to_rule(), facts_of(score, claim))
    except ScoringError as error:
        # A half-filled leaf is kept as it is, without points: what was typed is never lost.
        if error.reason == Reason.MISSING_FACT:
            return None
        raise refusals.refused(error) from error


def claim_of(score: CriterionScore) -> Claim:
    """Return the claim that a leaf holds."""
    return Claim(**{name: getattr(score, name) for name in _CLAIMED})


def claimed_at(score: CriterionScore, version: int) -> CriterionScore:
    """Return an unsaved copy of the leaf with the claim that it held at `version`.

    Before its first save a leaf holds nothing.
    """
    kept = ScoreHistory.objects.filter(score=score, version__lte=version, action=SAVED)
    row = kept.order_by("version").last()
    values = row.values if row else {}
    then = CriterionScore(
        criterion=score.criterion, met=values.get("met"), option_id=values.get("option"),
        not_applicable=bool(values.get("not_applicable")), note=values.get("note", ""),
        no_evidence_reason=values.get("no_evidence_reason", ""),
    )  # fmt: skip
    for name, kept_as in _NUMBERS.items():
        text = values.get(kept_as)
        setattr(then, name, None if text is None else Decimal(text))
    return then


def missing_of(score: CriterionScore) -> str:
    """Return which fact a half-filled leaf still lacks, as a sentence; empty when none does."""
    claim = claim_of(score)
    if score.self_points is not None or claim.is_blank:
        return ""
    try:
        points_of(score.criterion.to_rule(), facts_of(score, claim))
    except ScoringError as error:
        return str(sentence(error.reason, error.params))
    return ""


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
    standing.require_writable(score.submission, at)


def require_fillable(score: CriterionScore, by: User, held: set[str]) -> None:
    """Raise NotPermitted or WrongState for a leaf that the person does not fill in or mend now.

    `held` are the parts that the person takes in the unit (`permissions.parts_of`).
    """
    verdict = permissions.leaf_verdict(by, score, held)
    if not verdict:
        raise NotPermitted(verdict.reason)
    if not score.criterion.is_self_scored:
        raise NotPermitted(_("This leaf is not scored by the unit."))
    if not score.is_open_to_unit:
        raise WrongState(_("Only the leaves named in the return may be changed."))


def require_version(score: CriterionScore, version: int) -> None:
    """Raise Stale unless the leaf is still at the version that the person saw."""
    if score.version != version:
        raise Stale(_SOMEBODY_ELSE)


@events.logs_refusals("save", on="score")
def save_leaf(
    *, score: CriterionScore, by: User, at: dt.datetime, version: int, key: str = "", **claimed: Any
) -> CriterionScore:
    """Save the unit's claim on one leaf, compute its points and keep its history.

    `claimed` are the fields of `Claim`. `key` is the sender's random mark of this save: when its
    answer is lost on the way, the next one with the same key follows it without a conflict. What
    changes nothing is not saved again. Raise Stale when the leaf is no longer at `version`,
    BadInput for facts that the rule refuses, and what `require_editable` raises.
    """
    claim = Claim(**claimed)
    with transaction.atomic():
        held = standing.of_leaf(score, by, at)
        require_fillable(score, by, held.parts)
        standing.require_window(score.submission, held.window, at)
        if score.version != version:
            _renew(score, version, key, by)
        before, outcome = score.self_points, outcome_of(score, claim)
        if score.saved_by_id is not None and claim_of(score) == claim:
            return score
        write_claim(score, claim, outcome)
        _write(score, by=by, at=at, key=key)
        _keep(score, at, by, SAVED, held.evidence)
        events.record(action="save", obj=score, by=by, at=at, data=saved_data(score, before))
    return score


def _renew(score: CriterionScore, version: int, key: str, by: User) -> None:
    """Read the leaf anew; raise Stale if somebody else's claim was saved since `version`.

    Files and figures that came meanwhile contradict nobody, nor does this very sender's own save.
    """
    score.refresh_from_db(fields=_WRITTEN)
    if key and score.saved_key == key and score.saved_by_id == by.pk:
        return
    claims = ScoreHistory.objects.filter(score=score, action=SAVED, version__gt=version)
    if version > score.version or claims.exists():
        raise Stale(_SOMEBODY_ELSE)


def _write(row: CriterionScore, *, by: User, at: dt.datetime, key: str) -> None:
    """Write a claim unless another save came between; raise Stale then."""
    seen = row.version
    row.version, row.saved_at, row.saved_by, row.saved_key = seen + 1, at, by, key
    values = {name: getattr(row, name) for name in _WRITTEN}
    if not CriterionScore.objects.filter(pk=row.pk, version=seen).update(**values):
        row.version = seen
        raise Stale(_SOMEBODY_ELSE)


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
    for name in _CLAIMED:
        setattr(row, name, getattr(claim, name))
    row.self_applicable = outcome.applicable if outcome else True
    row.self_points = outcome.points if outcome else None
    row.self_trace = outcome.trace if outcome else ""


def stamp(row: CriterionScore, *, by: User | None, at: dt.datetime, action: str) -> None:
    """Raise the version of a leaf, save it and keep a copy of what it holds.

    Who saved the claim, and when, stays: the unit reads it, and is not told who judges it.
    """
    row.version += 1
    row.save()
    _keep(row, at, by, action, hashes_of(row))


def _keep(
    row: CriterionScore, at: dt.datetime, by: User | None, action: str, evidence: list[str]
) -> None:
    values = snapshot(row, evidence)
    ScoreHistory.objects.create(
        score=row, version=row.version, at=at, by=by, action=action, values=values
    )


def hashes_of(row: CriterionScore) -> list[str]:
    """Return the SHA-256 of the files that back a leaf."""
    return [item.revision.sha256 for item in row.evidence.all() if item.removed_at is None]


def snapshot(row: CriterionScore, evidence: list[str]) -> dict[str, Any]:
    """Return what a leaf holds, numbers as text, evidence by SHA-256, for its history."""
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
        "evidence": evidence,
    }


def text(value: Decimal | None) -> str | None:
    """Return a number as plain text with a point, None as None."""
    return None if value is None else format(value, "f")
