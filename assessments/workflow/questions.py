"""Questions of appraisers and the unit's answers (giải trình): an open one freezes its leaf."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import CouncilRole, SubmissionState
from assessments.errors import BadInput, NotPermitted, WindowClosed, WrongState
from assessments.models import CriterionScore, Explanation, Submission
from assessments.queries import workdays
from assessments.workflow import appraisals, events, standing, windows
from units.models import User

_ANSWERING = (SubmissionState.EXPLAINING, SubmissionState.APPRAISING)
#: Working days that a unit has for an answer unless the asker says otherwise: the campaign's own
#: clock, no term of the complaints law (design 10).
ANSWER_WORKING_DAYS = 5


def usual_due(submission: Submission, at: dt.datetime) -> dt.datetime:
    """Return when an answer to a question asked at `at` falls due: the end of the last of
    ANSWER_WORKING_DAYS, or of the council's work when that ends before."""
    last = workdays.calendar().add(permissions.day_of(at), ANSWER_WORKING_DAYS)
    midnight = dt.datetime.combine(last + dt.timedelta(days=1), dt.time())
    due = timezone.make_aware(midnight)
    end = windows.council_ends(submission)
    return min(due, end) if end else due


@events.logs_refusals("ask", on="score")
def ask(
    *, score: CriterionScore, by: User, at: dt.datetime, question: str, due_at: dt.datetime
) -> Explanation:
    """Ask the unit about a leaf, to be answered before `due_at`; the leaf is frozen meanwhile.

    Raise NotPermitted, WrongState (also for a second open question), WindowClosed, or BadInput,
    also for a time that lies after the end of the council's work.
    """
    with transaction.atomic():
        row = standing.hold_leaf(score)
        verdict = permissions.may_appraise(by, row, at)
        if not verdict:
            raise NotPermitted(verdict.reason)
        appraisals.require_open(row, at)
        if row.submission.state != SubmissionState.APPRAISING:
            raise WrongState(_("Questions are asked while the dossier is being appraised."))
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
        if row.submission.state not in _ANSWERING:
            raise WrongState(
                _("The dossier is in the state “%s” and is read only.")
                % row.submission.get_state_display()
            )
        if at >= held.due_at:
            raise WindowClosed(_("The time for the answer is over."))
        if not answer.strip():
            raise BadInput(_("Write the answer."), field="answer", code=row.criterion.code)
        held.answer, held.answered_by, held.closed_at = answer.strip(), by, at
        held.save()
        _record("answer", held, row, by, at)
    return held


@events.logs_refusals("withdraw_question", on="explanation.score")
def withdraw_question(*, explanation: Explanation, by: User, at: dt.datetime) -> Explanation:
    """Take back an open question: its asker, or the secretary. Raise NotPermitted or WrongState."""
    with transaction.atomic():
        row, held = _hold(explanation)
        asker = held.asked_by.user_id == by.pk and permissions.may_appraise(by, row, at)
        verdict = permissions.acts_for(by, row.submission, CouncilRole.SECRETARY, at)
        if not (asker or verdict):
            raise NotPermitted(verdict.reason)
        held.closed_at = at
        held.save()
        _record("withdraw_question", held, row, by, at)
    return held


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
) -> None:
    events.record(
        action=action, obj=row, by=by, at=at,
        data={"code": row.criterion.code, "question": explanation.pk,
              "round": explanation.round, **data},
    )  # fmt: skip
