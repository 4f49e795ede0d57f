"""How the council ends its work on a dossier: concluding it, or closing one never handed in."""

from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import AdjustmentState, CouncilRole, Method, Stage
from assessments.choices import SubmissionState as State
from assessments.models import Appraisal, CouncilDecision, CriterionScore, Submission
from assessments.scoring import Outcome
from assessments.workflow import (
    appraisals,
    decisions,
    finals,
    judgements,
    rounds,
    submissions,
    surveys,
    windows,
)
from assessments.workflow.machine import Act, Text, Transition, register

ZERO = Decimal("0.0000")


def judged_leaves(submission: Submission) -> QuerySet[CriterionScore]:
    """Return the leaves that the council judges: all but those of surveys."""
    judged = submission.scores.exclude(criterion__method=Method.SURVEY)
    return judged.select_related("criterion").prefetch_related("evidence__revision")


def counting(submission: Submission) -> dict[int, Appraisal]:
    """Return the appraisal that counts for each leaf id: the responsible one of its last round."""
    rows = Appraisal.objects.filter(
        score__submission=submission, responsible=True, flagged_conflict=False,
        round=F("score__appraised_round"),
    )  # fmt: skip
    return {row.score_id: row for row in rows}


def decided(submission: Submission) -> dict[int, CouncilDecision]:
    """Return the council's decision for each leaf id that has one."""
    rows = CouncilDecision.objects.filter(score__submission=submission).select_related("meeting")
    return {row.score_id: row for row in rows}


def left_out(submission: Submission) -> list[tuple[CriterionScore, str]]:
    """Return the leaves that will not count, as things stand, each with the reason (design 0.9)."""
    by_council, by_appraiser = decided(submission), counting(submission)
    found = []
    for row in judged_leaves(submission).order_by("criterion__position"):
        word = by_council.get(row.pk) or by_appraiser.get(row.pk)
        if word is not None and not word.applicable:
            found.append((row, word.reason or row.note or row.self_trace))
    return found


def conclude_problems(submission: Submission, act: Act) -> list[Text]:
    """Return what stands in the way of the conclusion (design 3)."""
    found = _not_the_councils_time(submission, act)
    settled = set(decided(submission)) | set(counting(submission))
    leaves = judged_leaves(submission)
    without = [row.criterion.code for row in leaves if row.pk not in settled]
    disputed = appraisals.disputed(submission).values_list("criterion__code", flat=True)
    waiting = rounds.open_questions(submission).values_list("score__criterion__code", flat=True)
    for codes, text in (
        (without, _("Leaves without points: %s.")),
        (disputed, _("Disputed leaves that the council has not decided: %s.")),
        (waiting, _("Questions still wait for an answer: %s.")),
    ):
        if codes:
            found.append(text % ", ".join(codes))
    if submission.adjustments.filter(state=AdjustmentState.PROPOSED).exists():
        found.append(_("A proposed bonus or penalty is not decided yet."))
    return found


def _not_the_councils_time(submission: Submission, act: Act) -> list[Text]:
    return [*windows.outside(submission, [Stage.COUNCIL], act.at)]


def final_outcome(
    row: CriterionScore, decision: CouncilDecision | None, appraisal: Appraisal | None
) -> Outcome:
    """Return a leaf's final points: the council's, else the last round's (design 0.11).

    The trace is the unit's own where the appraiser agreed with it.
    """
    if decision is not None:
        words = (
            f"Hội đồng quyết định: {judgements.points_text(decision.points)}"
            if decision.applicable else "Hội đồng quyết định: không tính tiêu chí này"
        )  # fmt: skip
        trace = f"{words} (biên bản {decision.meeting.minutes_number})"
        return Outcome(decision.points, decision.applicable, trace)
    assert appraisal is not None  # noqa: S101 - the guard found one for every undecided leaf
    agrees = row.self_trace and not appraisals.differs(row, appraisal.points, appraisal.applicable)
    return Outcome(
        appraisal.points, appraisal.applicable, row.self_trace if agrees else appraisal.trace
    )


def _conclude(submission: Submission, act: Act) -> dict[str, Any]:
    meeting = decisions.check_meeting(act.data.get("meeting"), submission)
    by_council, by_appraiser = decided(submission), counting(submission)
    rows = list(judged_leaves(submission))
    for row in rows:
        finals.set_final(row, final_outcome(row, by_council.get(row.pk), by_appraiser.get(row.pk)))
        row.open_to_appraiser = False
    finals.stamp_all(rows, by=act.by, at=act.at, action="council.conclude")
    submission.reopened_at = None
    left = surveys.fill(submission, act.at, act.by)
    return {
        "meeting": meeting.pk, "survey_leaves_left": left,
        "not_applicable": [row.criterion.code for row in rows if not row.final_applicable],
    }  # fmt: skip


def _close(submission: Submission, act: Act) -> dict[str, Any]:
    meeting = decisions.check_meeting(act.data.get("meeting"), submission)
    submission.ranked = bool(act.data.get("ranked", True))
    submission.unranked_reason = "" if submission.ranked else act.note[:300]
    rows = list(judged_leaves(submission))
    for row in rows:
        finals.set_final(row, _without_dossier(row, submission))
        row.open_to_appraiser = False
    finals.stamp_all(rows, by=act.by, at=act.at, action="council.close")
    left = surveys.fill(submission, act.at, act.by)
    return {"meeting": meeting.pk, "ranked": submission.ranked, "survey_leaves_left": left}


def _without_dossier(row: CriterionScore, submission: Submission) -> Outcome:
    """Return nothing for a leaf never handed in; what cannot apply to the unit still does not."""
    cannot = row.criterion.needs_procedures and not submission.unit.handles_procedures
    if cannot and not row.self_applicable:
        return Outcome(ZERO, False, row.self_trace)
    return Outcome(ZERO, True, "Không nộp hồ sơ tự đánh giá → 0,00")


_CHAIR = submissions.by_role(CouncilRole.CHAIR)

register(
    Transition(
        "close_without_dossier", Submission, (State.LOCKED,), State.APPRAISED,
        label=gettext_lazy("Close without a dossier"),
        confirm=gettext_lazy(
            "Every leaf but those of surveys gets no points; "
            "the unit is ranked so, or not ranked."
        ),
        who=_CHAIR, who_text=gettext_lazy("chair"), effect=_close, needs_note=True, danger=True,
        guard=_not_the_councils_time,
        guard_text=gettext_lazy("council stage open; minutes attached"),
    ),
    Transition(
        "conclude", Submission, (State.APPRAISING, State.CORRECTING), State.APPRAISED,
        label=gettext_lazy("Conclude"),
        confirm=gettext_lazy(
            "The points become final and the leaves "
            "are closed to the appraisers."
        ),
        who=_CHAIR, who_text=gettext_lazy("chair"), guard=conclude_problems,
        guard_text=gettext_lazy(
            "council stage open (for a dossier sent back: or approval stage), "
            "but for a correction; every leaf has points, "
            "disputed ones are decided; no open question; minutes attached"
        ),
        effect=_conclude,
    ),
)  # fmt: skip
