"""What a unit asks to have looked at again: before the publication an appeal, after it a complaint.

Both are the campaign's own procedure with the campaign's own clock (design 10). The chair answers
an appeal, the Home Affairs leader a complaint, each with reasons; time gives no outcome by itself.
Points move by the acts that exist for it: leaves found right go back to the council, and what is
published is mended by a correction.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import permissions
from assessments.choices import AppealKind, AppealState, CouncilRole, CycleState, PortalRole, Stage
from assessments.choices import SubmissionState as State
from assessments.errors import BadInput, NotPermitted, Refused, WrongState
from assessments.models import Appeal, Submission
from assessments.queries import workdays
from assessments.workflow import events, submissions, windows
from assessments.workflow.machine import Act, Transition, register
from units.models import User

#: Who answers which kind; the City approver does where all of them have a conflict (design 0.1).
_ANSWERS = {
    AppealKind.APPEAL: CouncilRole.CHAIR,
    AppealKind.COMPLAINT: PortalRole.HOME_AFFAIRS_LEADER,
}


@events.logs_refusals("file_appeal", on="submission")
def file(
    *, submission: Submission, by: User, at: dt.datetime, kind: str, leaves: Iterable[str],
    text: str,
) -> Appeal:  # fmt: skip
    """Ask for leaves of the own unit's dossier, named by their codes, to be looked at again.

    The answer falls due at the end of the cycle's `appeal_days` working days. Raise NotPermitted,
    WrongState (also while one of the kind waits for its answer), WindowClosed for an appeal outside
    its stage, or BadInput without leaves or reasons.
    """
    with transaction.atomic():
        # Whoever approves or publishes waits, or is waited for: nobody signs past an appeal.
        row = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
        _require_filable(row, kind, by, at)
        act = Act(by=by, at=at, data={"leaves": list(leaves)})
        scores = submissions.named_leaves(row, act)
        if not text.strip():
            raise BadInput(_("Write what should be looked at again, and why."), field="text")
        appeal = Appeal.objects.create(
            submission=row, kind=kind, text=text.strip(), round=row.round, filed_by=by,
            filed_at=at, due_at=workdays.end_after(at, row.cycle.appeal_days),
        )  # fmt: skip
        appeal.leaves.set(scores)
        events.record(
            action="file_appeal", obj=appeal, by=by, at=at,
            data={"kind": str(kind), "leaves": [score.criterion.code for score in scores],
                  "round": row.round, "due": appeal.due_at.isoformat()},
        )  # fmt: skip
    return appeal


def fileable(submission: Submission, by: User, at: dt.datetime) -> tuple[AppealKind, str]:
    """Return the kind that the dossier is at, and why the person may not file it now, if so."""
    published = submission.state == State.PUBLISHED
    kind = AppealKind.COMPLAINT if published else AppealKind.APPEAL
    try:
        _require_filable(submission, kind, by, at)
    except Refused as refusal:
        return kind, str(refusal)
    return kind, ""


def _require_filable(submission: Submission, kind: str, by: User, at: dt.datetime) -> None:
    verdict = permissions.may_run(by, submission, at)
    if not verdict:
        raise NotPermitted(verdict.reason)
    if kind == AppealKind.APPEAL:
        _require_appeal_time(submission, at)
    elif submission.state != State.PUBLISHED or submission.cycle.state == CycleState.CLOSED:
        raise WrongState(
            _("A complaint is about published points, while the year is not closed yet.")
        )
    if submission.appeals.filter(kind=kind, state=AppealState.FILED).exists():
        raise WrongState(
            _("One of this dossier waits for its answer already; withdraw it to file another.")
        )


def _require_appeal_time(submission: Submission, at: dt.datetime) -> None:
    if submission.state != State.APPRAISED:
        raise WrongState(
            _("An appeal is about points that the council has concluded and nobody approved yet.")
        )
    windows.require_open(submission.cycle, Stage.APPEAL, submission.unit_id, at)


# The answers ----------------------------------------------------------------------------------


def _answers(user: User, appeal: Appeal, at: dt.datetime) -> permissions.Verdict:
    role = _ANSWERS[AppealKind(appeal.kind)]
    return permissions.acts_for(user, appeal.submission, role, at)


def _runs(user: User, appeal: Appeal, at: dt.datetime) -> permissions.Verdict:
    return permissions.may_run(user, appeal.submission, at)


def _answer(appeal: Appeal, act: Act) -> dict[str, Any]:
    appeal.answer, appeal.answered_by, appeal.answered_at = act.note, act.person, act.at
    return {
        "kind": appeal.kind, "round": appeal.round, "overdue": act.at >= appeal.due_at,
        "leaves": list(appeal.leaves.values_list("criterion__code", flat=True)),
    }  # fmt: skip


def _row(action: str, target: AppealState, label: Any, confirm: Any) -> Transition:
    return Transition(
        action, Appeal, (AppealState.FILED,), target, label=label, confirm=confirm,
        who=_answers,
        who_text=gettext_lazy("chair for an appeal, Home Affairs leader for a complaint"),
        effect=_answer, needs_note=True,
    )  # fmt: skip


register(
    _row(
        "uphold", AppealState.UPHELD, gettext_lazy("Find right"),
        gettext_lazy(
            "The unit is told that it is right on every criterion it names. Of an appeal these "
            "leaves must be sent back to the council before the dossier is approved; a complaint "
            "is followed by a correction."
        ),
    ),
    _row(
        "uphold_partly", AppealState.PARTLY, gettext_lazy("Find right in part"),
        gettext_lazy(
            "The unit is told on which of its criteria it is right. Of an appeal these leaves must "
            "be sent back to the council before the dossier is approved; a complaint is followed "
            "by a correction."
        ),
    ),
    _row(
        "reject", AppealState.REJECTED, gettext_lazy("Find wrong"),
        gettext_lazy("The points stay as they are, and the unit is told why."),
    ),
    Transition(
        "withdraw_appeal", Appeal, (AppealState.FILED,), AppealState.WITHDRAWN,
        label=gettext_lazy("Withdraw it"),
        confirm=gettext_lazy("It is answered no more and stays on record as withdrawn."),
        who=_runs, who_text=gettext_lazy("focal officer, head of unit"), in_admin=False,
    ),
)  # fmt: skip
