"""Leaves in the hands of single people of the unit: given, taken back, done, given back (design 3).

The focal officer and the head hand leaves out; each act is one event with the codes of its leaves.
Delegation binds who fills in a leaf (`permissions.leaf_verdict`), never what it holds: taking a
leaf back, or saving it after it was reported done, changes no claim.
"""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import Stage, SubmissionState
from assessments.errors import BadInput, NotPermitted, WrongState
from assessments.models import CriterionScore, Delegation, Submission
from assessments.queries.delegations import delegation_of
from assessments.queries.workspace import attached, is_settled
from assessments.workflow import events, standing, windows
from cchc.kit import bulk
from units.models import User

_WRITTEN = ["user", "given_by", "given_at", "due_on", "note", "done_at", "returned_at"]


@events.logs_refusals("delegate", on="submission")
def delegate(
    *, submission: Submission, codes: Collection[str], to: User, by: User, at: dt.datetime,
    due_on: dt.date | None = None, note: str = "",
) -> list[Delegation]:  # fmt: skip
    """Put leaves, by code, into the hands of a person of the unit, to be done by a day.

    A leaf that the person holds already keeps what was reported of it and gets the new day and
    note. Raise NotPermitted, WrongState, WindowClosed, or BadInput naming `to`, `due_on` or
    `leaves`.
    """
    with transaction.atomic():
        rows = _run(submission, codes, by, at)
        held = rows[0].submission
        if not permissions.parts_of(to, at).get(held.unit_id):
            raise BadInput(_("%s takes no part in the dossiers of this unit.") % to, field="to")
        _require_day(held, due_on, at)
        given = [_given(row, to=to, by=by, at=at, due_on=due_on, note=note.strip()) for row in rows]
        bulk.write([known for known in given if known.pk], _WRITTEN)
        Delegation.objects.bulk_create(new for new in given if not new.pk)
        data = {"codes": _codes(rows), "to": to.pk, "due": due_on.isoformat() if due_on else None}
        events.record(action="delegate", obj=held, by=by, at=at, data=data)
    return given


@events.logs_refusals("undelegate", on="submission")
def take_back(
    *, submission: Submission, codes: Collection[str], by: User, at: dt.datetime
) -> list[CriterionScore]:
    """Take leaves out of their holders' hands: everybody of the unit may fill them in again.

    Raise NotPermitted, WrongState, WindowClosed, or BadInput for a leaf in nobody's hands.
    """
    with transaction.atomic():
        rows = _run(submission, codes, by, at)
        held = _held_by(rows)
        for delegation in held:
            delegation.delete()
        data = {"codes": {row.criterion.code: row.delegation.user_id for row in rows}}
        events.record(action="undelegate", obj=rows[0].submission, by=by, at=at, data=data)
    return rows


@events.logs_refusals("mark_done", on="submission")
def mark_done(
    *, submission: Submission, codes: Collection[str], by: User, at: dt.datetime
) -> list[Delegation]:
    """Report leaves as done, by the person who holds them.

    Raise NotPermitted for another's leaf, WrongState, WindowClosed, or BadInput for a leaf that
    is not filled in or has neither evidence nor a reason.
    """
    with transaction.atomic():
        rows = _writable(submission, codes, by, at)
        held = permissions.parts_of(by, at).get(rows[0].submission.unit_id, set())
        for row in rows:
            delegation = delegation_of(row)
            if delegation is None or delegation.user_id != by.pk or not held:
                raise NotPermitted(_("Only the person who holds a leaf reports it done."))
            if not is_settled(row):
                said = _("Criterion %s still lacks its facts, or evidence or a reason.")
                code = row.criterion.code
                raise BadInput(said % code, field="leaves", code=code)
        done = _held_by(rows)
        for delegation in done:
            delegation.done_at, delegation.returned_at = delegation.done_at or at, None
            delegation.save(update_fields=["done_at", "returned_at"])
        data = {"codes": _codes(rows)}
        events.record(action="mark_done", obj=rows[0].submission, by=by, at=at, data=data)
    return done


@events.logs_refusals("give_back", on="submission")
def give_back(
    *, submission: Submission, codes: Collection[str], note: str, by: User, at: dt.datetime
) -> list[Delegation]:
    """Give leaves back to their holders with a note on what is to be mended.

    Raise NotPermitted, WrongState, WindowClosed, or BadInput without a note or a holder.
    """
    with transaction.atomic():
        rows = _run(submission, codes, by, at)
        if not note.strip():
            raise BadInput(_("Say what is to be mended."), field="note")
        returned = _held_by(rows)
        for delegation in returned:
            delegation.note, delegation.done_at, delegation.returned_at = note.strip(), None, at
            delegation.save(update_fields=["note", "done_at", "returned_at"])
        data = {"codes": _codes(rows)}
        events.record(action="give_back", obj=rows[0].submission, by=by, at=at, data=data)
    return returned


def last_day(submission: Submission, at: dt.datetime) -> dt.date | None:
    """Return the last day on which the unit may write in the dossier, None when none is set."""
    if submission.state == SubmissionState.RETURNED:
        end = submission.return_due_at
    else:
        end = windows.closes_at(submission.cycle, Stage.SELF_ASSESSMENT, submission.unit_id)
    return permissions.day_of(end - dt.timedelta(seconds=1)) if end else None


def _run(
    submission: Submission, codes: Collection[str], by: User, at: dt.datetime
) -> list[CriterionScore]:
    """Return the leaves, held, for an act of those who run the dossier."""
    verdict = permissions.may_run(by, submission, at)
    if not verdict:
        raise NotPermitted(verdict.reason)
    return _writable(submission, codes, by, at)


def _writable(
    submission: Submission, codes: Collection[str], by: User, at: dt.datetime
) -> list[CriterionScore]:
    """Return the leaves, locked and fresh, each one that the unit may fill in now."""
    held = standing.hold(submission.pk)
    standing.require_writable(held, at)
    rows = list(
        held.scores.select_for_update(of=("self",)).filter(criterion__code__in=set(codes))
        .select_related("criterion").order_by("pk")
        # Read after the lock: who else delegates a leaf meanwhile has finished by then.
        .prefetch_related("delegation__user", attached())
    )  # fmt: skip
    if not rows:
        raise BadInput(_("Choose at least one leaf."), field="leaves")
    unknown = sorted(set(codes) - {row.criterion.code for row in rows})
    if unknown:
        raise BadInput(_("This dossier has no leaf %s.") % ", ".join(unknown), field="leaves")
    for row in rows:
        row.submission = held
        if not row.criterion.is_self_scored:
            raise BadInput(_("This leaf is not scored by the unit."), field="leaves")
        if not row.is_open_to_unit:
            raise WrongState(_("Only the leaves named in the return may be changed."))
    return rows


def _held_by(rows: list[CriterionScore]) -> list[Delegation]:
    """Return the delegations of the leaves; raise BadInput for a leaf in nobody's hands."""
    found = []
    for row in rows:
        delegation = delegation_of(row)
        if delegation is None:
            said = _("Criterion %s is delegated to nobody.") % row.criterion.code
            raise BadInput(said, field="leaves", code=row.criterion.code)
        found.append(delegation)
    return found


def _require_day(submission: Submission, due_on: dt.date | None, at: dt.datetime) -> None:
    if due_on is None:
        return
    if due_on < permissions.day_of(at):
        raise BadInput(_("This day is over."), field="due_on")
    last = last_day(submission, at)
    if last is not None and due_on > last:
        said = _("The unit's own time ends on %s.") % f"{last:%d/%m/%Y}"
        raise BadInput(said, field="due_on")


def _given(
    row: CriterionScore, *, to: User, by: User, at: dt.datetime, due_on: dt.date | None, note: str
) -> Delegation:
    found = delegation_of(row)
    delegation = found or Delegation(score=row)
    if found is None or found.user_id != to.pk:
        delegation.user, delegation.given_by, delegation.given_at = to, by, at
        delegation.done_at = delegation.returned_at = None
    elif delegation.returned_at and not note:
        note = delegation.note  # what is to be mended stays said
    delegation.due_on, delegation.note = due_on, note
    return delegation


def _codes(rows: list[CriterionScore]) -> list[str]:
    return [row.criterion.code for row in rows]
