"""Meetings of the council: their minutes come in here, and stay once a conclusion cites them."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import CouncilRole, PortalRole
from assessments.errors import BadInput, NotPermitted, Refused, WrongState
from assessments.models import Event, Meeting
from assessments.workflow import events
from assessments.workflow.uploads import all_or_nothing
from cchc.kit.files import SCANNED_PAPERS, Checked, FileRefused, inspect
from cchc.kit.scanning import Finding, scan
from units.models import User

_CITING = ("conclude", "close_without_dossier")
_KEEPERS = (CouncilRole.SECRETARY, CouncilRole.CHAIR)
_READERS = (PortalRole.HOME_AFFAIRS_LEADER, PortalRole.AUDITOR)
#: What a conclusion rests on; it cannot change under it.
_FIXED = ("council_id", "held_on", "minutes_number")


def may_keep(user: User, meeting: Meeting, at: dt.datetime) -> permissions.Verdict:
    """Tell whether the person keeps the minutes of this council: its secretary or chair."""
    cycle = meeting.council.cycle
    if any(permissions.seat_in(user, cycle, role, at) for role in _KEEPERS):
        return permissions.YES
    return permissions.no(_("Only the secretary or the chair of the council keeps its minutes."))


def may_read(user: User, meeting: Meeting, at: dt.datetime) -> permissions.Verdict:
    """Tell whether the person reads the minutes: who keeps them, the leader and the auditor."""
    if any(permissions.has_role(user, role, at) for role in _READERS):
        return permissions.YES
    return may_keep(user, meeting, at)


def is_cited(meeting: Meeting) -> bool:
    """Tell whether a conclusion rests on this meeting or on a decision taken in it."""
    if meeting.pk is None:
        return False
    cited = Event.objects.filter(
        cycle=meeting.council.cycle_id, action__in=_CITING, refused=False, data__meeting=meeting.pk
    )
    return cited.exists() or meeting.decisions.filter(score__final_points__isnull=False).exists()


def check(meeting: Meeting, *, by: User, at: dt.datetime, upload: Any = None) -> Checked | None:
    """Return the facts of the file to attach, None without one.

    Raise NotPermitted, WrongState for a meeting that a conclusion cites, or BadInput.
    """
    verdict = may_keep(by, meeting, at)
    if not verdict:
        raise NotPermitted(verdict.reason)
    if (upload is not None or _moved(meeting)) and is_cited(meeting):
        raise WrongState(fixed_sentence())
    return None if upload is None else _inspected(upload)


def fixed_sentence() -> str:
    """Return why a cited meeting stays as it is."""
    return _(
        "A conclusion cites this meeting: its day, number and minutes are neither changed nor "
        "deleted any more."
    )


@events.logs_refusals("save_meeting", on="meeting.council")
def save_meeting(*, meeting: Meeting, by: User, at: dt.datetime, upload: Any = None) -> Meeting:
    """Save a meeting with the file of its minutes, if one is given, and log it.

    Raise what `check` raises.
    """
    with all_or_nothing() as kept, transaction.atomic():
        if meeting.pk is not None:  # conclusions wait here, and see what is saved
            Meeting.objects.select_for_update().get(pk=meeting.pk)
        checked = check(meeting, by=by, at=at, upload=upload)
        if checked is not None:
            meeting.minutes_file.save(checked.name, upload, save=False)
            kept.append(meeting.minutes_file)
        meeting.save()
        events.record(
            action="save_meeting", obj=meeting, by=by, at=at,
            data={"sha256": checked.sha256} if checked else {},
        )  # fmt: skip
    return meeting


@events.logs_refusals("discard_meeting", on="meeting")
def discard_meeting(*, meeting: Meeting, by: User, at: dt.datetime) -> None:
    """Delete a meeting on which nothing rests; its file stays in the store, as the log names it.

    Raise NotPermitted or WrongState.
    """
    with transaction.atomic():
        held = Meeting.objects.select_for_update().get(pk=meeting.pk)
        _check_discard(held, by, at)
        events.record(action="discard_meeting", obj=held, by=by, at=at)
        held.delete()


def why_not_discarded(meeting: Meeting, *, by: User, at: dt.datetime) -> str:
    """Return why the person may not delete this meeting; an empty text when they may."""
    try:
        _check_discard(meeting, by, at)
    except Refused as refusal:
        return str(refusal)
    return ""


def _check_discard(meeting: Meeting, by: User, at: dt.datetime) -> None:
    verdict = may_keep(by, meeting, at)
    if not verdict:
        raise NotPermitted(verdict.reason)
    if is_cited(meeting):
        raise WrongState(fixed_sentence())
    if meeting.decisions.exists():
        raise WrongState(_("Decisions of the council were taken in this meeting."))


def _moved(meeting: Meeting) -> bool:
    before = Meeting.objects.filter(pk=meeting.pk).values(*_FIXED).first()
    return before is not None and before != {name: getattr(meeting, name) for name in _FIXED}


def _inspected(upload: Any) -> Checked:
    try:
        checked = inspect(upload, endings=SCANNED_PAPERS)
    except FileRefused as refusal:
        raise BadInput(refusal.message, field="minutes_file") from refusal
    finding = scan(upload, settings.CLAMAV)
    if finding is Finding.INFECTED:
        raise BadInput(_("A virus was found in the file; nothing was saved."), field="minutes_file")
    if finding is Finding.UNREACHABLE:
        raise BadInput(
            _("The virus scanner does not answer; try again later."), field="minutes_file"
        )
    return checked
