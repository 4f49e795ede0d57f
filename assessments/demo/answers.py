"""Plausible claims and judgements, the same at every run: seeded by year, unit and leaf."""

import random
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from assessments.choices import Method, NaPolicy, TierBasis
from assessments.models import Criterion, CriterionScore, Submission
from assessments.workflow.scores import Claim
from assessments.workflow.sets import Judgement

REASON = "Minh họa: tài liệu kiểm chứng lưu tại đơn vị."
DOUBT = "Minh họa: tài liệu kiểm chứng chưa thể hiện đủ nội dung."


def dice(*parts: object) -> random.Random:
    """Return a generator seeded by `parts`; demo figures only, nothing secret."""
    return random.Random("|".join(str(part) for part in parts))


def quality(submission: Submission) -> float:
    """Return how well the unit does in the demo, 0.72 to 0.99, with a yearly drift."""
    own = dice("unit", submission.unit_code).uniform(0.74, 0.97)
    drift = dice(submission.cycle.year, submission.unit_code).uniform(-0.03, 0.04)
    return min(max(own + drift, 0.72), 0.99)


def claims(submission: Submission, leaves: Iterable[Criterion]) -> dict[str, Claim]:
    """Return a claim for every self-scored leaf among `leaves`, by code."""
    level = quality(submission)
    return {
        leaf.code: _claim(leaf, level, dice(submission.cycle.year, submission.unit_code, leaf.code))
        for leaf in leaves if leaf.is_self_scored
    }  # fmt: skip


def _claim(leaf: Criterion, level: float, roll: random.Random) -> Claim:
    if leaf.na_policy != NaPolicy.NOT_ALLOWED and roll.random() < 0.06:
        return Claim(not_applicable=True, no_evidence_reason="Minh họa: trong năm không phát sinh.")
    reason = REASON if leaf.evidence_required else ""
    good = roll.random() < level + 0.06
    match leaf.method:
        case Method.YES_NO:
            return Claim(met=good, no_evidence_reason=reason)
        case Method.OPTIONS:
            return Claim(option=leaf.levels.all()[0 if good else 1], no_evidence_reason=reason)
    cases = _cases(leaf, good, roll)
    if cases is not None:
        return Claim(count=Decimal(cases), no_evidence_reason=reason)
    due = roll.randint(12, 900)
    whole = good and roll.random() < 0.5
    rate = 1.0 if whole else min(1.0, roll.uniform(level - 0.12, level + 0.08))
    return Claim(a=Decimal(due), b=Decimal(round(due * rate)), no_evidence_reason=reason)


def _cases(leaf: Criterion, good: bool, roll: random.Random) -> int | None:
    """Return the count that a leaf asks for, or None where it asks for a and b."""
    if leaf.method == Method.DEDUCTION:
        return 0 if good else roll.randint(1, 3)
    if leaf.method == Method.CAPPED_SUM:
        return roll.randint(1, 4)
    if leaf.basis == TierBasis.COUNT and leaf.method == Method.TIERS:
        return roll.randint(1, 3) if good else 0
    return None


def judgements(scores: Iterable[CriterionScore]) -> dict[str, Judgement]:
    """Return what the appraiser gives each leaf: mostly the unit's own points, at times less."""
    return {row.criterion.code: _judgement(row) for row in scores}


def _judgement(row: CriterionScore) -> Judgement:
    own = row.self_points if row.self_points is not None else Decimal(0)
    roll = dice("judge", row.submission.cycle.year, row.submission.unit_code, row.criterion.code)
    if not row.self_applicable:
        return Judgement(own, applicable=False)
    if own and roll.random() < 0.09:
        return Judgement(_less(row.criterion, own), reason=DOUBT)
    return Judgement(own)


def _less(leaf: Criterion, own: Decimal) -> Decimal:
    """Return fewer points than the unit's own that the rule of the leaf can give."""
    match leaf.method:
        case Method.YES_NO:
            return Decimal(0)
        case Method.OPTIONS | Method.TIERS:
            lower = [level.points for level in leaf.levels.all() if level.points < own]
            return max(lower, default=Decimal(0))
        case Method.DEDUCTION | Method.CAPPED_SUM if leaf.step:
            return max(own - leaf.step, Decimal(0))
    return (own * Decimal("0.75")).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def survey_mean(year: int, unit_code: str, leaf_code: str, kind: str) -> Decimal:
    """Return the mean percentage of one kind of respondents, with two places."""
    roll = dice("survey", year, unit_code, leaf_code, kind)
    return Decimal(roll.randint(7100, 9650)) / 100


def survey_sample(year: int, unit_code: str, leaf_code: str, kind: str) -> int:
    """Return the number of answers behind a mean."""
    return dice("sample", year, unit_code, leaf_code, kind).randint(35, 180)
