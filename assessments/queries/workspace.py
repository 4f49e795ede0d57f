"""What a unit's own people see of their dossiers: progress, gaps, questions, appraised points."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from assessments.choices import ScanState, Stage, SubmissionState
from assessments.models import (
    Appraisal,
    CouncilDecision,
    Criterion,
    CriterionScore,
    Cycle,
    DocumentRevision,
    Evidence,
    Explanation,
    Submission,
)  # fmt: skip

_ZERO = Decimal(0)
#: States in which nobody has judged the dossier yet, or the unit's own copy still changes.
_UNJUDGED = (SubmissionState.DRAFT, SubmissionState.SUBMITTED, SubmissionState.LOCKED)
#: States in which the council's word on every leaf stands, not published yet.
_CONCLUDED = (SubmissionState.APPRAISED, SubmissionState.APPROVED)


def attached() -> Prefetch:
    """Return the prefetch of a leaf's evidence in force as `files`, with papers and files."""
    rows = Evidence.objects.filter(removed_at=None).select_related("revision__document")
    return Prefetch("evidence", queryset=rows, to_attr="files")


def leaves_of(submissions: Iterable[Submission]) -> QuerySet[CriterionScore]:
    """Return the leaves of the dossiers in the order of their schemes, evidence as `files`."""
    return (
        CriterionScore.objects.filter(submission__in=submissions)
        .select_related("criterion__field", "option", "saved_by")
        .prefetch_related(attached())
        .order_by("submission", "criterion__position")
    )


def files_of(score: CriterionScore) -> list[Evidence]:
    """Return the evidence in force of a leaf that `leaves_of` brought."""
    return score.files  # type: ignore[attr-defined, no-any-return]


def open_question_of(score: CriterionScore) -> int | None:
    """Return the id of a question on a leaf of `leaves_of_field` that waits for the unit."""
    return score.open_question  # type: ignore[attr-defined, no-any-return]


def lacks_evidence(score: CriterionScore) -> bool:
    """Tell whether a self-scored leaf has neither a file nor a reason."""
    if not score.criterion.is_self_scored or not score.criterion.evidence_required:
        return False
    return not score.no_evidence_reason.strip() and not is_backed(score)


def is_backed(score: CriterionScore) -> bool:
    """Tell whether a file that can be opened backs the leaf: a quarantined one backs nothing.

    Reads `backed` where the leaf was read by `leaves.leaf_to_save`, else its `files`.
    """
    known: bool | None = getattr(score, "backed", None)
    if known is not None:
        return known
    return any(row.revision.scan_state != ScanState.QUARANTINED for row in files_of(score))


def is_settled(score: CriterionScore) -> bool:
    """Tell whether a self-scored leaf carries points, and evidence or a reason; reads `files`."""
    return score.self_points is not None and not lacks_evidence(score)


@dataclass
class FieldProgress:
    """How far one field of a dossier is; points are the unit's own, of the leaves it filled in."""

    criterion: Criterion
    leaves: int = 0
    blank: list[CriterionScore] = field(default_factory=list)
    bare: list[CriterionScore] = field(default_factory=list)
    points: Decimal = _ZERO
    max_points: Decimal = _ZERO

    @property
    def filled(self) -> int:
        """Return the number of self-scored leaves that carry points."""
        return self.leaves - len(self.blank)

    @property
    def done(self) -> bool:
        """Tell whether nothing is missing."""
        return not self.blank and not self.bare

    def count(self, score: CriterionScore) -> None:
        """Add one self-scored leaf."""
        self.leaves += 1
        if score.self_points is None:
            self.blank.append(score)
        if lacks_evidence(score):
            self.bare.append(score)
        if score.self_applicable:
            self.points += score.self_points or _ZERO
            self.max_points += score.criterion.max_points


def open_questions(submissions: Iterable[Submission]) -> QuerySet[Explanation]:
    """Return the questions that wait for the units' answers, the most urgent first."""
    return (
        Explanation.objects.filter(score__submission__in=submissions, closed_at=None)
        .select_related("score__criterion")
        .order_by("due_at")
    )


def questions_for(submissions: Iterable[Submission]) -> QuerySet[Explanation]:
    """Return every question asked of the dossiers."""
    return Explanation.objects.filter(score__submission__in=submissions).select_related(
        "score__criterion__field", "score__submission__cycle", "score__submission__unit",
        "answered_by",
    )  # fmt: skip


def library_of(submission: Submission) -> QuerySet[DocumentRevision]:
    """Return the files of the unit's library that may back a leaf, the newest first."""
    return (
        DocumentRevision.objects.filter(document__unit=submission.unit_id)
        .exclude(scan_state=ScanState.QUARANTINED)
        .select_related("document")
        .order_by("-uploaded_at")
    )


def closes_at(cycle: Cycle, stage: Stage, unit_id: int) -> dt.datetime | None:
    """Return when a stage ends for the unit; reads prefetched milestones and extensions."""
    ends = [row.closes_at for row in cycle.milestones.all() if row.stage == stage]
    if not ends:
        return None
    longer = [
        row.until for row in cycle.extensions.all()
        if row.stage == stage and row.unit_id in (None, unit_id)
    ]  # fmt: skip
    return max(ends + longer)


def shows_appraisal(submission: Submission, at: dt.datetime) -> bool:
    """Tell whether the unit may see its own appraised points: from the explanation stage (0.19).

    A year without that stage shows them with the final points.
    """
    if submission.state in _UNJUDGED:
        return False
    return shows_final(submission, at) or any(
        row.stage == Stage.EXPLANATION and row.opens_at <= at
        for row in submission.cycle.milestones.all()
    )


def shows_final(submission: Submission, at: dt.datetime) -> bool:
    """Tell whether the unit may see its own final points here (design 0.19).

    Once they are published; before that once the council has concluded and appeals may begin: a
    unit sees what it appeals against. A year without that stage shows them from the approvals on.
    """
    if submission.state == SubmissionState.PUBLISHED:
        return True
    opens = {row.stage: row.opens_at for row in submission.cycle.milestones.all()}
    begins = opens.get(Stage.APPEAL, opens.get(Stage.APPROVAL))
    return submission.state in _CONCLUDED and begins is not None and begins <= at


def reasons_of(scores: Iterable[CriterionScore]) -> dict[int, str]:
    """Return, leaf by leaf, the reason of the appraisal that counts in the leaf's last round."""
    last = {score.pk: score.appraised_round for score in scores}
    rows = Appraisal.objects.filter(score__in=list(last), responsible=True, flagged_conflict=False)
    return {row.score_id: row.reason for row in rows if row.round == last[row.score_id]}


def final_reasons_of(scores: Iterable[CriterionScore]) -> dict[int, str]:
    """Return, leaf by leaf, the reason behind the final points: the council's own where it decided,
    never its votes; else the appraiser's."""
    found = reasons_of(scores := list(scores))
    decisions = CouncilDecision.objects.filter(score__in=[score.pk for score in scores])
    return found | dict(decisions.values_list("score_id", "reason"))
