"""The table of the dossier (design 3 and 0.1–0.3): from filling in to the council's hands.

What the council and Home Affairs do afterwards stands in `conclusions`.
"""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import permissions
from assessments.choices import CouncilRole, Stage
from assessments.choices import SubmissionState as State
from assessments.errors import BadInput, Refused
from assessments.models import CriterionScore, Submission
from assessments.queries import checks
from assessments.workflow import receipts, rounds, standing, windows
from assessments.workflow.machine import Act, Text, Transition, perform, problems, register
from units.models import User


def by_role(role: str) -> Any:
    """Return the predicate that the person acts on the dossier in that role (design 0.1)."""

    def who(user: User, submission: Submission, at: dt.datetime) -> permissions.Verdict:
        return permissions.acts_for(user, submission, role, at)

    return who


def named_leaves(submission: Submission, act: Act) -> list[CriterionScore]:
    """Return the leaves whose codes `act.data["leaves"]` lists; raise BadInput for a wrong one."""
    codes = list(dict.fromkeys(act.data.get("leaves") or []))
    if not codes:
        raise BadInput(_("Name the leaves."), field="leaves")
    found = list(submission.scores.filter(criterion__code__in=codes).select_related("criterion"))
    unknown = sorted(set(codes) - {score.criterion.code for score in found})
    if unknown:
        raise BadInput(_("This dossier has no leaf %s.") % ", ".join(unknown), field="leaves")
    return found


# Submitting -----------------------------------------------------------------------------------


def submit_problems(submission: Submission, act: Act) -> list[Text]:
    """Return what stands in the way of submitting (design 3)."""
    found: list[Text] = []
    try:
        standing.require_writable(submission, act.at)
    except Refused as refusal:
        found.append(str(refusal))
    found += checks.summary(checks.blocking(submission))
    if not act.data.get("statement"):
        found.append(_("Confirm the statement."))
    return found


def _submit(submission: Submission, act: Act) -> dict[str, Any]:
    submission.scores.update(open_to_unit=False)
    submission.submitted_at = act.at
    submission.return_due_at = None
    submission.returned_from = ""
    title = permissions.signature_title(act.person, submission, act.at)
    receipt = receipts.write(submission, by=act.person, at=act.at, signed_as=title)
    return {"receipt": receipt.number, "sha256": receipt.sha256}


def _accept(submission: Submission, act: Act) -> dict[str, Any]:
    submission.late = True
    submission.submitted_at = act.at
    title = _("accepted late by the secretariat")
    receipt = receipts.write(submission, by=act.person, at=act.at, signed_as=title)
    return {"receipt": receipt.number, "sha256": receipt.sha256}


# The clock ------------------------------------------------------------------------------------


def _not_overdue(submission: Submission, act: Act) -> list[Text]:
    end = windows.closes_at(submission.cycle, Stage.SELF_ASSESSMENT, submission.unit_id)
    if end is None or act.at < end:
        return [_("The time for self-assessment is not over.")]
    return []


def _not_past_due(submission: Submission, act: Act) -> list[Text]:
    if submission.return_due_at is None or act.at < submission.return_due_at:
        return [_("The time for mending is not over.")]
    return []


def _restore(submission: Submission, act: Act) -> dict[str, Any]:
    submission.state = submission.returned_from
    submission.scores.update(open_to_unit=False)
    submission.return_due_at = None
    submission.returned_from = ""
    return {}


def tick(at: dt.datetime) -> list[Submission]:
    """Do what the clock does to dossiers by `at`; return those it moved. Safe to repeat."""
    actions = {State.DRAFT: "lock", State.RETURNED: "restore", State.EXPLAINING: "resume"}
    moved = []
    waiting = Submission.objects.filter(state__in=actions).select_related("cycle", "cycle_scheme")
    for submission in waiting:
        action = actions[State(submission.state)]
        if not problems(action, submission, by=None, at=at):
            moved.append(perform(action, submission, by=None, at=at))
    return moved


# Starting, returning, questions ---------------------------------------------------------------


def _start_problems(submission: Submission, act: Act) -> list[Text]:
    found: list[Text] = [*windows.outside(submission, windows.COUNCIL_STAGES, act.at)]
    bare = permissions.uncovered_fields(submission, act.at)
    if bare:
        names = "; ".join(str(field) for field in bare)
        found.append(_("No member without a conflict of interest appraises: %s.") % names)
    return found


def _start(submission: Submission, act: Act) -> dict[str, Any]:
    submission.scores.update(open_to_appraiser=True)
    return {"round": submission.round}


def _return_problems(submission: Submission, act: Act) -> list[Text]:
    # A dossier handed in early may go back while others still fill in theirs.
    stages = (Stage.SELF_ASSESSMENT, *windows.COUNCIL_STAGES)
    found: list[Text] = [*windows.outside(submission, stages, act.at)]
    due = act.data.get("due_at")
    if due is not None and due <= act.at:
        found.append(_("The mending must end in the future."))
    return found


def _return(submission: Submission, act: Act) -> dict[str, Any]:
    if act.data.get("due_at") is None:
        raise BadInput(_("Give the time by which the unit must mend."), field="due_at")
    leaves = named_leaves(submission, act)
    foreign = [leaf.criterion.code for leaf in leaves if not leaf.criterion.is_self_scored]
    if foreign:
        raise BadInput(
            _("The unit does not score these leaves: %s.") % ", ".join(foreign), field="leaves"
        )
    submission.scores.filter(pk__in=[leaf.pk for leaf in leaves]).update(open_to_unit=True)
    submission.return_due_at = act.data["due_at"]
    submission.returned_from = submission.state
    return {"leaves": [leaf.criterion.code for leaf in leaves]}


def _request_problems(submission: Submission, act: Act) -> list[Text]:
    found: list[Text] = [*rounds.spent(submission)]
    if not rounds.open_questions(submission).exists():
        found.append(_("No question is open."))
    return found


def _still_waiting(submission: Submission, act: Act) -> list[Text]:
    waiting = rounds.open_questions(submission).filter(due_at__gt=act.at)
    codes = waiting.values_list("score__criterion__code", flat=True)
    if codes:
        return [_("Questions still wait for an answer: %s.") % ", ".join(codes)]
    return []


def _resume(submission: Submission, act: Act) -> dict[str, Any]:
    closed = rounds.close_unanswered(submission, act.at, rounds.open_questions(submission))
    submission.round += 1
    submission.explained += 1
    codes = [row.score.criterion.code for row in closed]
    return {"round": submission.round, "closed_by_clock": codes}


_SECRETARY = by_role(CouncilRole.SECRETARY)

register(
    Transition(
        "submit", Submission, (State.DRAFT, State.RETURNED), State.SUBMITTED,
        label=gettext_lazy("Sign and submit"),
        confirm=gettext_lazy("The dossier is signed, receipted and handed to the council."),
        who=permissions.may_sign, who_text=gettext_lazy("head of unit"),
        guard=submit_problems,
        guard_text=gettext_lazy(
            "window open; every leaf (of a returned dossier: every reopened one) filled in "
            "without contradictions; evidence or a reason on each; statement confirmed"
        ),
        effect=_submit, reauthenticate=True, in_admin=False,
    ),
    Transition(
        "lock", Submission, (State.DRAFT,), State.LOCKED,
        label=gettext_lazy("Lock"), confirm=gettext_lazy("The time for self-assessment is over."),
        who_text=gettext_lazy("the clock"), guard=_not_overdue,
        guard_text=gettext_lazy(
            "the window is over; a returned dossier is never locked: "
            "its mending ends with the act “restore”"
        ),
        clock=True, in_admin=False,
    ),
    Transition(
        "restore", Submission, (State.RETURNED,), None,
        label=gettext_lazy("End the mending"),
        confirm=gettext_lazy("The dossier goes back to the state before its return."),
        who_text=gettext_lazy("the clock"), guard=_not_past_due,
        guard_text=gettext_lazy("the time for mending is over"), effect=_restore, clock=True,
        in_admin=False,
    ),
    Transition(
        "accept_late", Submission, (State.LOCKED,), State.SUBMITTED,
        label=gettext_lazy("Accept late"),
        confirm=gettext_lazy("The dossier is taken as it stands, marked late and receipted."),
        who=_SECRETARY, who_text=gettext_lazy("secretary"), effect=_accept,
        needs_note=True,
    ),
    Transition(
        "return", Submission, (State.SUBMITTED, State.APPRAISING), State.RETURNED,
        label=gettext_lazy("Return for mending"),
        confirm=gettext_lazy(
            "Only the leaves you name reopen to the unit, until the time you set."
        ),
        who=_SECRETARY, who_text=gettext_lazy("secretary"), guard=_return_problems,
        guard_text=gettext_lazy(
            "self-assessment or a stage of the council's work open (for a dossier "
            "sent back: or approval stage); leaves named; time in the future"
        ),
        effect=_return, needs_note=True,
    ),
    Transition(
        "start", Submission, (State.SUBMITTED,), State.APPRAISING,
        label=gettext_lazy("Start the appraisal"),
        confirm=gettext_lazy("The assigned members may appraise the dossier."),
        who=_SECRETARY, who_text=gettext_lazy("secretary"), guard=_start_problems,
        guard_text=gettext_lazy(
            "a stage of the council's work open; "
            "every field has a member without a conflict of interest"
        ),
        effect=_start,
    ),
    Transition(
        "request_explanation", Submission, (State.APPRAISING,), State.EXPLAINING,
        label=gettext_lazy("Ask for explanation"),
        confirm=gettext_lazy(
            "The unit is asked to answer the open questions before they fall due."
        ),
        who=_SECRETARY, who_text=gettext_lazy("secretary"), guard=_request_problems,
        guard_text=gettext_lazy(
            "at least one open question; a round of explanation left of those of the year"
        ),
    ),
    Transition(
        "resume", Submission, (State.EXPLAINING,), State.APPRAISING,
        label=gettext_lazy("Begin the second appraisal"),
        confirm=gettext_lazy("Overdue questions are closed and the next round begins."),
        who=_SECRETARY, who_text=gettext_lazy("secretary, or the clock"), guard=_still_waiting,
        guard_text=gettext_lazy("every question answered or due"), effect=_resume, clock=True,
    ),
)  # fmt: skip
