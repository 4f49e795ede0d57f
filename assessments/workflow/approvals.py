"""What Home Affairs does with a concluded dossier: approve, send back, reopen, correct."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import permissions
from assessments.choices import AppealState, Method, PortalRole, PublicationState, Stage
from assessments.choices import SubmissionState as State
from assessments.errors import BadInput
from assessments.models import (
    Appraisal,
    Approval,
    CouncilDecision,
    CriterionScore,
    Event,
    EventNote,
    Publication,
    Submission,
)  # fmt: skip
from assessments.queries import appeals
from assessments.workflow import events, finals, scores, submissions, windows
from assessments.workflow.machine import Act, Text, Transition, register

_CONCLUDING = ("conclude", "close_without_dossier")


def approve_problems(submission: Submission, act: Act) -> list[Text]:
    """Return what stands in the way of the approval: four eyes, every final point (design 3)."""
    found = [
        *windows.before_end(submission, Stage.APPEAL, act.at),
        *_not_their_time(submission, act),
    ]
    if (
        act.by is None
        or permissions.scored_in(act.by, submission)
        or _concluded_by(submission, act)
    ):
        found.append(_("Who gave points or concluded the dossier does not approve it."))
    missing = submission.scores.filter(final_points=None).select_related("criterion")
    surveys = [row.criterion.code for row in missing if row.criterion.method == Method.SURVEY]
    others = [row.criterion.code for row in missing if row.criterion.method != Method.SURVEY]
    if surveys:
        found.append(_("These survey leaves need results or a decision: %s.") % ", ".join(surveys))
    if others:
        found.append(_("Leaves without final points: %s.") % ", ".join(others))
    flagged = flagged_codes(submission)
    if flagged:
        found.append(
            _("Points given with a conflict of interest must be appraised again: %s.")
            % ", ".join(flagged)
        )
    return found + _appealed(submission)


def _appealed(submission: Submission) -> list[Text]:
    """Return what appeals leave to do: answering them, sending back what they found wrong."""
    found = _unanswered(submission)
    upheld = appeals.upheld_codes(submission)
    if upheld:
        found.append(
            _("An appeal was found right; send its leaves back to the council: %s.")
            % ", ".join(upheld)
        )
    return found


def _unanswered(submission: Submission) -> list[Text]:
    waiting = appeals.unanswered_codes(submission)
    if not waiting:
        return []
    return [_("An appeal waits for its answer, on: %s.") % ", ".join(waiting)]


def _not_their_time(submission: Submission, act: Act) -> list[Text]:
    return [*windows.outside(submission, [Stage.APPROVAL], act.at)]


def _concluded_by(submission: Submission, act: Act) -> bool:
    last = Event.objects.filter(
        object_type="submission",
        object_id=str(submission.pk),
        action__in=_CONCLUDING,
        refused=False,
    ).first()
    return last is not None and act.by is not None and last.actor_id == act.by.pk


def flagged_codes(submission: Submission) -> list[str]:
    """Return the leaves whose counting appraisal is flagged and that no decision settles."""
    last: dict[int, Appraisal] = {}
    rows = Appraisal.objects.filter(
        score__submission=submission, responsible=True, score__decision=None
    ).select_related("score__criterion")
    for row in rows.order_by("round", "at"):
        last[row.score_id] = row
    return sorted(row.score.criterion.code for row in last.values() if row.flagged_conflict)


def _approve(submission: Submission, act: Act) -> dict[str, Any]:
    assert act.by is not None  # noqa: S101 - the table gives this act to people only
    approval = Approval.objects.create(
        submission=submission,
        by=act.by,
        at=act.at,
        note=act.note,
        digest=finals.digest_of(submission),
    )
    return {"approval": approval.pk, "digest": approval.digest}


def revoke(submission: Submission, act: Act) -> None:
    """End the approval in force, with the act's note as its reason."""
    submission.approvals.filter(revoked_at=None).update(revoked_at=act.at, revoked_reason=act.note)


def reopen_leaves(submission: Submission, leaves: list[CriterionScore], act: Act) -> list[str]:
    """Open leaves to the appraisers in a new round and set aside what was given or decided on them.

    The points of before stay to be read, but count no more: the conclusion asks for new ones, or
    for a decision. Questions may be asked again as in the first round. Return the codes.
    """
    submission.round += 1
    submission.explained = 0
    submission.reopened_at = act.at
    for row in leaves:
        row.open_to_appraiser = True
        row.appraised_round = None
        finals.clear_final(row)
    finals.stamp_all(leaves, by=act.by, at=act.at, action="council.reopen")
    for decision in CouncilDecision.objects.filter(score__in=leaves).select_related(
        "score__criterion"
    ):
        _set_aside(decision, act)
    return [row.criterion.code for row in leaves]


def _set_aside(decision: CouncilDecision, act: Act) -> None:
    """Remove a decision that no longer counts; the log keeps all that it said."""
    event = events.record(
        action="set_decision_aside", obj=decision.score, by=act.by, at=act.at,
        data={"code": decision.score.criterion.code, "points": scores.text(decision.points),
              "applicable": decision.applicable, "meeting": decision.meeting_id,
              "for": decision.votes_for, "against": decision.votes_against,
              "abstained": decision.votes_abstained,
              "decided_by": decision.decided_by_user_id,
              "decided_at": decision.at.astimezone(dt.UTC).isoformat()},
    )  # fmt: skip
    EventNote.objects.create(
        event=event, text="\n".join(part for part in (decision.reason, decision.dissent) if part)
    )
    decision.delete()


def _send_back_problems(submission: Submission, act: Act) -> list[Text]:
    """Return what stands in the way: appeals are answered first, then sent back at once."""
    closed = _not_their_time(submission, act)
    if closed and appeals.upheld_codes(submission):
        closed = [*windows.outside(submission, [Stage.APPEAL, Stage.APPROVAL], act.at)]
    return closed + _unanswered(submission)


def _send_back(submission: Submission, act: Act) -> dict[str, Any]:
    leaves = submissions.named_leaves(submission, act)
    _require_upheld(submission, {leaf.criterion.code for leaf in leaves})
    return {"leaves": reopen_leaves(submission, leaves, act), "round": submission.round}


def _require_upheld(submission: Submission, named: set[str]) -> None:
    """Raise BadInput where an appeal found right asks for leaves that are not among the named."""
    lacking = [
        code for code in appeals.upheld_codes(submission, AppealState.UPHELD) if code not in named
    ]
    if lacking:
        text = _("An appeal was found right on these leaves; name them too: %s.")
        raise BadInput(text % ", ".join(lacking), field="leaves")
    partly = appeals.upheld_codes(submission, AppealState.PARTLY)
    if partly and not named.intersection(partly):
        text = _("An appeal was found right in part; name those of its leaves: %s.")
        raise BadInput(text % ", ".join(partly), field="leaves")


def _reopen_problems(submission: Submission, act: Act) -> list[Text]:
    announced = Publication.objects.filter(
        cycle=submission.cycle_id,
        state__in=[PublicationState.SCHEDULED, PublicationState.PUBLISHED],
    )
    if announced.exists():
        return [
            _("The results of the cycle are scheduled or published; open a correction instead.")
        ]
    return []


def _reopen(submission: Submission, act: Act) -> dict[str, Any]:
    leaves = submissions.named_leaves(submission, act)
    revoke(submission, act)
    return {"leaves": reopen_leaves(submission, leaves, act), "round": submission.round}


_LEADER = submissions.by_role(PortalRole.HOME_AFFAIRS_LEADER)
_LEADER_TEXT = gettext_lazy("Home Affairs leader")

register(
    Transition(
        "approve", Submission, (State.APPRAISED,), State.APPROVED,
        label=gettext_lazy("Approve"),
        confirm=gettext_lazy(
            "The final points are approved under your "
            "name and their digest is kept."
        ),
        who=_LEADER, who_text=_LEADER_TEXT, guard=approve_problems,
        guard_text=gettext_lazy(
            "approval stage open and appeals over, but for a correction; no appeal unanswered or "
            "found right and not sent back; the approver scored and concluded nothing; survey "
            "leaves filled or decided; every final point there"
        ),
        effect=_approve, reauthenticate=True,
    ),
    Transition(
        "send_back", Submission, (State.APPRAISED,), State.APPRAISING,
        label=gettext_lazy("Send back to the council"),
        confirm=gettext_lazy("The leaves you name are appraised again in a new round."),
        who=_LEADER, who_text=_LEADER_TEXT, guard=_send_back_problems,
        guard_text=gettext_lazy(
            "approval stage open (with an appeal found right: or appeal stage), but for a "
            "correction; no appeal unanswered; leaves named, those of appeals found right among "
            "them"
        ),
        effect=_send_back, needs_note=True,
    ),
    Transition(
        "reopen", Submission, (State.APPROVED,), State.APPRAISING,
        label=gettext_lazy("Reopen"),
        confirm=gettext_lazy(
            "The approval is revoked and the leaves "
            "you name are appraised again."
        ),
        who=_LEADER, who_text=_LEADER_TEXT, guard=_reopen_problems,
        guard_text=gettext_lazy("leaves named; nothing of the cycle scheduled or published"),
        effect=_reopen, needs_note=True, danger=True,
    ),
    Transition(
        "open_correction", Submission, (State.PUBLISHED,), State.CORRECTING,
        label=gettext_lazy("Open a correction"),
        confirm=gettext_lazy(
            "The leaves you name are appraised again; what is "
            "published stays until the correction is."
        ),
        who=_LEADER, who_text=_LEADER_TEXT, guard_text=gettext_lazy("leaves named"),
        effect=_reopen, needs_note=True, danger=True,
    ),
)  # fmt: skip
