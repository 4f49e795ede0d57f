"""Questions of appraisers and the unit's answers (giải trình): an open one freezes its leaf."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import CouncilRole, SubmissionState
from assessments.errors import BadInput, NotPermitted, WindowClosed, WrongState
from assessments.models import CriterionScore, Explanation
from assessments.workflow import appraisals, events, scores
from units.models import User

_ANSWERING = (SubmissionState.EXPLAINING, SubmissionState.APPRAISING)


@events.logs_refusals("ask", on="score")
def ask(
    *, score: CriterionScore, by: User, at: dt.datetime, question: str, due_at: dt.datetime
) -> Explanation:
    """Ask the unit about a leaf, to be answered before `due_at`; the leaf is frozen meanwhile.

    Raise NotPermitted, WrongState (also for a second open question), WindowClosed or BadInput.
    """
    with transaction.atomic():
        row = scores.hold_leaf(score)
        verdict = permissions.may_appraise(by, row, at)
        if not verdict:
            raise NotPermitted(verdict.reason)
        appraisals.require_open(row, at)
        if row.submission.state != SubmissionState.APPRAISING:
            raise WrongState(_("Questions are asked while the dossier is being appraised."))
        if not question.strip():
            raise BadInput(_("Write the question."), field="question", code=row.criterion.code)
        if due_at <= at:
            raise BadInput(
                _("The time for the answer must end in the future."),
                field="due_at",
                code=row.criterion.code,
            )
        seat = permissions.assigned_fields(by, row.submission, at)[row.criterion.field_id]
        explanation = Explanation.objects.create(
            score=row, round=row.submission.round, asked_by=seat, question=question.strip(),
            asked_at=at, due_at=due_at,
        )  # fmt: skip
        _record("ask", explanation, row, by, at, due=due_at.isoformat())
    return explanation


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
    row = scores.hold_leaf(explanation.score)
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
