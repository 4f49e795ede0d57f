"""The council's word: decisions on leaves in a meeting, and bonus or penalty (design 0.10–0.11)."""

import datetime as dt
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import permissions, scoring
from assessments.choices import (
    AdjustmentKind,
    AdjustmentState,
    CouncilRole,
    PortalRole,
    Stage,
    SubmissionState,
)
from assessments.errors import BadInput, NotPermitted, WindowClosed, WrongState
from assessments.models import (
    Adjustment,
    CouncilDecision,
    CouncilMember,
    CriterionScore,
    Meeting,
    Submission,
)
from assessments.scoring import ScoringError, format_decimal
from assessments.workflow import appraisals, events, refusals, scores, standing, votes, windows
from assessments.workflow.machine import Act, Text, Transition, perform, register
from units.models import User

_SETTLED = (SubmissionState.APPRAISED, SubmissionState.APPROVED, SubmissionState.PUBLISHED)


@events.logs_refusals("decide_leaf", on="score")
def decide_leaf(
    *, score: CriterionScore, by: User, at: dt.datetime, meeting: Meeting,
    points: Decimal | str | None, applicable: bool = True, reason: str, votes_for: int = 0,
    votes_against: int = 0, votes_abstained: int = 0, dissent: str = "",
) -> CouncilDecision:  # fmt: skip
    """Record what the council decided of a leaf: points, reason, votes and dissent.

    No votes at all mean that the council agreed without a vote. The minutes may come after the
    decision; the conclusion needs them. Raise NotPermitted unless the chair acts, and WrongState,
    WindowClosed or BadInput.
    """
    with transaction.atomic():
        row = standing.hold_leaf(score)
        seat = chair_seat(row.submission, by, at)
        _require_decidable(row, at)
        held = _meeting_held(meeting, row.submission, at)
        if not reason.strip():
            raise BadInput(_("Write the council's reason."), field="reason")
        counted = votes.Votes(votes_for, votes_against, votes_abstained)
        votes.check(counted, held, row.submission, at)
        outcome = appraisals.judged(row, points=points, applicable=applicable)
        decision, _made = CouncilDecision.objects.update_or_create(
            score=row,
            defaults={
                "meeting": held, "points": outcome.points, "applicable": outcome.applicable,
                "reason": reason.strip(), **counted.fields(), "dissent": dissent.strip(),
                "decided_by_user": by, "decided_by": seat, "at": at,
            },
        )  # fmt: skip
        _log_decision(decision, counted, row, by=by, at=at)
    return decision


def _log_decision(
    decision: CouncilDecision, counted: votes.Votes, row: CriterionScore, *, by: User,
    at: dt.datetime,
) -> None:  # fmt: skip
    scores.stamp(row, by=by, at=at, action="council.decide")
    events.record(
        action="decide_leaf", obj=row, by=by, at=at,
        data={"code": row.criterion.code, "points": scores.text(decision.points),
              "applicable": decision.applicable, "meeting": decision.meeting_id,
              "for": counted.for_, "against": counted.against, "abstained": counted.abstained},
    )  # fmt: skip


def _require_decidable(row: CriterionScore, at: dt.datetime) -> None:
    """Raise WrongState or WindowClosed unless the council may decide this leaf now."""
    appraisals.require_unasked(row)
    closed = windows.outside(row.submission, [Stage.COUNCIL], at)
    if closed:
        raise WindowClosed(closed[0])


def chair_seat(submission: Submission, by: User, at: dt.datetime) -> CouncilMember | None:
    """Return the seat with which the person acts as chair on the dossier; raise NotPermitted.

    None for a City approver without a seat, who stands in for a chair with a conflict so that
    the year can be finished (design 0.1).
    """
    verdict = permissions.acts_for(by, submission, CouncilRole.CHAIR, at)
    if not verdict:
        raise NotPermitted(verdict.reason)
    seats = permissions.seats_of(by, permissions.day_of(at)).filter(
        council__cycle=submission.cycle_id
    )
    return seats.filter(role=CouncilRole.CHAIR).first() or seats.first()


def check_meeting(meeting: Meeting | None, submission: Submission) -> Meeting:
    """Return the meeting; raise BadInput unless it is the council's of this cycle, with minutes.

    The meetings in which leaves of the dossier were decided need theirs as well.
    """
    chosen = _of_the_council(meeting, submission)
    ids = CouncilDecision.objects.filter(score__submission=submission).values("meeting")
    # Held as they are from here on: nobody changes minutes while something comes to rest on them.
    rows = Meeting.objects.select_for_update(of=("self",)).filter(Q(pk=chosen.pk) | Q(pk__in=ids))
    held = {row.pk: row for row in rows.order_by("pk")}
    _require_minutes(held.pop(chosen.pk))
    for other in held.values():
        try:
            _require_minutes(other)
        except BadInput as refusal:
            raise BadInput(
                _("Leaves of this dossier were decided in the meeting of %(day)s. %(refusal)s")
                % {"day": f"{other.held_on:%d/%m/%Y}", "refusal": refusal},
                field="meeting",
            ) from refusal
    return chosen


def _require_minutes(meeting: Meeting) -> None:
    if not meeting.minutes_number.strip():
        raise BadInput(_("Give the number of the minutes first."), field="meeting")
    if not meeting.minutes_file:
        raise BadInput(_("Attach the minutes first."), field="meeting")


def _meeting_held(meeting: Meeting | None, submission: Submission, at: dt.datetime) -> Meeting:
    """Return the meeting, locked; raise BadInput unless the council has met by then."""
    chosen = _of_the_council(meeting, submission)
    held = Meeting.objects.select_for_update(of=("self",)).get(pk=chosen.pk)
    if held.held_on > permissions.day_of(at):
        raise BadInput(
            _("The meeting of %(day)s lies ahead; nothing is decided in it yet.")
            % {"day": f"{held.held_on:%d/%m/%Y}"},
            field="meeting",
        )
    return held


def _of_the_council(meeting: Meeting | None, submission: Submission) -> Meeting:
    if meeting is None:
        raise BadInput(_("Choose the meeting in which this was decided."), field="meeting")
    if meeting.council.cycle_id != submission.cycle_id:
        raise BadInput(_("This meeting belongs to another council."), field="meeting")
    return meeting


@events.logs_refusals("propose_adjustment", on="submission")
def propose_adjustment(
    *,
    submission: Submission,
    by: User,
    at: dt.datetime,
    kind: str,
    points: Decimal | str,
    reason: str,
) -> Adjustment:
    """Propose bonus or penalty in index points, for the unit or the secretariat (design 0.10).

    Raise NotPermitted, WrongState after the conclusion, or BadInput, also over the scheme's cap.
    """
    with transaction.atomic():
        held = standing.hold(submission.pk)
        verdict = _may_propose(by, held, at)
        if not verdict:
            raise NotPermitted(verdict.reason)
        _require_unsettled(held)
        if kind not in AdjustmentKind.values:
            raise BadInput(_("Choose bonus or penalty."), field="kind")
        if not reason.strip():
            raise BadInput(_("Write the reason."), field="reason")
        amount = _index_points(points)
        _check_cap(held, kind, amount)
        adjustment = Adjustment.objects.create(
            submission=held, kind=kind, points=amount, reason=reason.strip(), proposed_by=by
        )
        _record("propose_adjustment", adjustment, by, at)
    return adjustment


def _may_propose(by: User, submission: Submission, at: dt.datetime) -> permissions.Verdict:
    own = permissions.may_fill(by, submission, at)
    if own:
        return own
    officer = permissions.acts_for(by, submission, PortalRole.HOME_AFFAIRS_OFFICER, at)
    return officer or permissions.acts_for(by, submission, CouncilRole.SECRETARY, at)


def decide_adjustment(
    *, adjustment: Adjustment, by: User, at: dt.datetime, accept: bool, note: str = ""
) -> Adjustment:
    """Accept or refuse a proposed adjustment for the council, within the scheme's cap.

    Raise NotPermitted unless the chair acts and is not its proposer, WrongState or BadInput.
    """
    action = "accept" if accept else "refuse"
    return cast(Adjustment, perform(action, adjustment, by=by, at=at, note=note))


def _decides(user: User, adjustment: Adjustment, at: dt.datetime) -> permissions.Verdict:
    if adjustment.proposed_by_id == user.pk:
        return permissions.no(_("Nobody decides on a proposal of their own."))
    return permissions.acts_for(user, adjustment.submission, CouncilRole.CHAIR, at)


def _undecidable(adjustment: Adjustment, act: Act) -> list[Text]:
    try:
        _require_unsettled(adjustment.submission)
    except WrongState as refusal:
        return [str(refusal)]
    return []


def _accept(adjustment: Adjustment, act: Act) -> dict[str, Any]:
    # One after another: two acceptances at once could pass the cap together.
    held = Submission.objects.select_for_update(of=("self",)).get(pk=adjustment.submission_id)
    _require_unsettled(held)
    _check_cap(held, adjustment.kind, adjustment.points)
    return _refuse(adjustment, act)


def _refuse(adjustment: Adjustment, act: Act) -> dict[str, Any]:
    assert act.by is not None  # noqa: S101 - the table gives this act to people only
    adjustment.decided_by = chair_seat(adjustment.submission, act.by, act.at)
    adjustment.decided_by_user = act.by
    adjustment.decided_at = act.at
    return {"kind": adjustment.kind, "points": scores.text(adjustment.points)}


def _require_unsettled(submission: Submission) -> None:
    if submission.state in _SETTLED:
        raise WrongState(
            _("The dossier is in the state “%s” and is read only.") % submission.get_state_display()
        )


def _index_points(points: Decimal | str) -> Decimal:
    try:
        value = scoring.parse_points(points if isinstance(points, str) else f"{points:f}")
    except ScoringError as error:
        raise refusals.refused(error) from error
    if value <= 0:
        raise BadInput(_("Index points must be more than zero."), field="points")
    return value


def _check_cap(submission: Submission, kind: str, amount: Decimal) -> None:
    scheme = submission.cycle_scheme.scheme
    cap = scheme.bonus_cap if kind == AdjustmentKind.BONUS else scheme.penalty_cap
    accepted = submission.adjustments.filter(kind=kind, state=AdjustmentState.ACCEPTED)
    total = (accepted.aggregate(sum=Sum("points"))["sum"] or Decimal(0)) + amount
    if total > cap:
        raise BadInput(
            _(
                "The scheme allows at most %(cap)s index points of this kind; "
                "this would make %(total)s."
            )
            % {"cap": format_decimal(cap), "total": format_decimal(total)},
            field="points",
        )


def _record(action: str, adjustment: Adjustment, by: User, at: dt.datetime) -> None:
    events.record(
        action=action, obj=adjustment, by=by, at=at,
        data={"kind": adjustment.kind, "points": scores.text(adjustment.points),
              "state": adjustment.state},
    )  # fmt: skip


register(
    Transition(
        "accept", Adjustment, (AdjustmentState.PROPOSED,), AdjustmentState.ACCEPTED,
        label=gettext_lazy("Accept"),
        confirm=gettext_lazy("The index points count, within the scheme's limit."),
        who=_decides, who_text=gettext_lazy("chair, not the proposer"), guard=_undecidable,
        guard_text=gettext_lazy("dossier not concluded; within the scheme's limit"),
        effect=_accept,
    ),
    Transition(
        "refuse", Adjustment, (AdjustmentState.PROPOSED,), AdjustmentState.REFUSED,
        label=gettext_lazy("Refuse"), confirm=gettext_lazy("The index points do not count."),
        who=_decides, who_text=gettext_lazy("chair, not the proposer"), guard=_undecidable,
        guard_text=gettext_lazy("dossier not concluded"), effect=_refuse, needs_note=True,
    ),
)  # fmt: skip
