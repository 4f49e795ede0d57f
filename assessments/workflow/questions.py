"""Questions of appraisers and the unit's answers (giải trình): an open one freezes its leaf.

How often a dossier goes to its unit, and in how many working days answers fall due, are data of
the cycle. The clock closes what stays unanswered.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import CouncilRole, SubmissionState
from assessments.errors import BadInput, NotPermitted, WindowClosed, WrongState
from assessments.models import CriterionScore, Event, EventNote, Explanation, Submission
from assessments.queries import workdays
from assessments.workflow import appraisals, events, rounds, standing, windows
from units.models import User

_ANSWERING = (SubmissionState.EXPLAINING, SubmissionState.APPRAISING)


def usual_due(submission: Submission, at: dt.datetime) -> dt.datetime:
    """Return when an answer to a question asked at `at` falls due: the end of the last of the
    cycle's `answer_days`, or of the council's work when that ends before."""
    due = workdays.end_after(at, submission.cycle.answer_days)
    end = windows.council_ends(submission)
    return min(due, end) if end else due


@events.logs_refusals("ask", on="score")
def ask(
    *, score: CriterionScore, by: User, at: dt.datetime, question: str, due_at: dt.datetime
) -> Explanation:
    """Ask the unit about a leaf, to be answered before `due_at`; the leaf is frozen meanwhile.

    Raise NotPermitted, WrongState (also for a second open question, and once the dossier had its
    rounds of explanation), WindowClosed, or BadInput, also for a time that lies after the end of
    the council's work.
    """
    with transaction.atomic():
        row = standing.hold_leaf(score)
        verdict = permissions.may_appraise(by, row, at)
        if not verdict:
            raise NotPermitted(verdict.reason)
        appraisals.require_open(row, at)
        if row.submission.state != SubmissionState.APPRAISING:
            raise WrongState(_("Questions are asked while the dossier is being appraised."))
        spent = rounds.spent(row.submission)
        if spent:
            raise WrongState(spent[0])
        if not question.strip():
            raise BadInput(_("Write the question."), field="question", code=row.criterion.code)
        _require_due(row, due_at, at)
        seat = permissions.assigned_fields(by, row.submission, at)[row.criterion.field_id]
        explanation = Explanation.objects.create(
            score=row, round=row.submission.round, asked_by=seat, question=question.strip(),
            asked_at=at, due_at=due_at,
        )  # fmt: skip
        _record("ask", explanation, row, by, at, due=due_at.isoformat())
    return explanation


def _require_due(row: CriterionScore, due_at: dt.datetime, at: dt.datetime) -> None:
    if due_at <= at:
        said = _("The time for the answer must end in the future.")
        raise BadInput(said, field="due_at", code=row.criterion.code)
    end = windows.council_ends(row.submission)
    if end is not None and due_at > end:
        said = _(
            "The answer would fall due after the council's work; its last moment is %(end)s."
        ) % {"end": windows.last_second(end)}
        raise BadInput(said, field="due_at", code=row.criterion.code)


@events.logs_refusals("answer", on="explanation.score")
def answer(*, explanation: Explanation, by: User, at: dt.datetime, answer: str) -> Explanation:
    """Answer a question for the unit, as its focal officer or head, once and in time.

    Raise NotPermitted, WrongState, WindowClosed when it fell due, or BadInput without a text.
    """
    with transaction.atomic():
        row, held = _hold(explanation)
        verdict = permissions.may_answer(by, row.submission, at)
        if not verdict:
            raise NotPermitted(verdict.reason)
        _require_answerable(row, held, at)
        if not answer.strip():
            raise BadInput(_("Write the answer."), field="answer", code=row.criterion.code)
        held.answer, held.answered_by, held.closed_at = answer.strip(), by, at
        held.save()
        _record("answer", held, row, by, at)
    return held


@events.logs_refusals("extend_question", on="explanation.score")
def extend(
    *, explanation: Explanation, by: User, at: dt.datetime, due_at: dt.datetime, reason: str
) -> Explanation:
    """Give the unit until `due_at` for an answer: the question's asker, or the secretary.

    Raise NotPermitted, WrongState, WindowClosed when it fell due already, or BadInput without a
    reason or for a time that is no later than the present one or after the council's work.
    """
    with transaction.atomic():
        row, held = _hold(explanation)
        _require_asker(held, row, by, at)
        _require_answerable(row, held, at)
        if due_at <= held.due_at:
            said = _("The new time must lie after the present one, %(due)s.") % {
                "due": windows.last_second(held.due_at)
            }
            raise BadInput(said, field="due_at", code=row.criterion.code)
        _require_due(row, due_at, at)
        if not reason.strip():
            said = _("Write the reason; it is kept with the act.")
            raise BadInput(said, field="reason", code=row.criterion.code)
        before, held.due_at = held.due_at, due_at
        held.save(update_fields=["due_at"])
        event = _record(
            "extend_question", held, row, by, at,
            before=before.isoformat(), due=due_at.isoformat(),
        )  # fmt: skip
        EventNote.objects.create(event=event, text=reason.strip())
    return held


def close_overdue(at: dt.datetime) -> list[Explanation]:
    """Close by the clock every question that fell due by `at`; return those. Safe to repeat.

    Each leaf is unfrozen with an event of its own; an answer that came first stays.
    """
    found = Explanation.objects.filter(
        closed_at=None, due_at__lte=at, score__submission__state__in=_ANSWERING
    ).select_related("score")
    closed = []
    for explanation in found.order_by("due_at", "pk"):
        with transaction.atomic():
            row = standing.hold_leaf(explanation.score)
            closed += rounds.close_unanswered(row.submission, at, row.explanations.all())
    return closed


@events.logs_refusals("withdraw_question", on="explanation.score")
def withdraw_question(*, explanation: Explanation, by: User, at: dt.datetime) -> Explanation:
    """Take back an open question: its asker, or the secretary. Raise NotPermitted or WrongState."""
    with transaction.atomic():
        row, held = _hold(explanation)
        _require_asker(held, row, by, at)
        held.closed_at = at
        held.save()
        _record("withdraw_question", held, row, by, at)
    return held


def may_extend(by: User, explanation: Explanation, at: dt.datetime) -> permissions.Verdict:
    """Tell whether the person may give more time for, or withdraw, the question: its asker while
    they appraise the leaf, or the secretary."""
    if explanation.asked_by.user_id == by.pk:
        own = permissions.may_appraise(by, explanation.score, at)
        if own:
            return own
    submission = explanation.score.submission
    return permissions.acts_for(by, submission, CouncilRole.SECRETARY, at)


def _require_asker(held: Explanation, row: CriterionScore, by: User, at: dt.datetime) -> None:
    held.score = row
    verdict = may_extend(by, held, at)
    if not verdict:
        raise NotPermitted(verdict.reason)


def _require_answerable(row: CriterionScore, held: Explanation, at: dt.datetime) -> None:
    if row.submission.state not in _ANSWERING:
        raise WrongState(
            _("The dossier is in the state “%s” and is read only.")
            % row.submission.get_state_display()
        )
    if at >= held.due_at:
        raise WindowClosed(_("The time for the answer is over."))


def _hold(explanation: Explanation) -> tuple[CriterionScore, Explanation]:
    """Return the leaf and its question, locked and fresh; raise WrongState when it is closed."""
    row = standing.hold_leaf(explanation.score)
    held = (
        Explanation.objects.select_for_update(of=("self",))
        .select_related("asked_by").get(pk=explanation.pk)
    )  # fmt: skip
    if held.closed_at is not None:
        raise WrongState(_("This question is closed."))
    return row, held


def _record(
    action: str,
    explanation: Explanation,
    row: CriterionScore,
    by: User,
    at: dt.datetime,
    **data: Any,
) -> Event:
    return events.record(
        action=action, obj=row, by=by, at=at,
        data={"code": row.criterion.code, "question": explanation.pk,
              "round": explanation.round, **data},
    )  # fmt: skip
