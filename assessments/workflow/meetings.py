"""Meetings of the council: agenda, attendance and minutes, fixed once a conclusion cites them."""

import datetime as dt
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import AgendaReason, CouncilRole, Method, PortalRole
from assessments.errors import BadInput, NotPermitted, Refused, WrongState
from assessments.models import (
    AgendaItem,
    Attendance,
    CouncilDecision,
    CriterionScore,
    Cycle,
    Event,
    Meeting,
    Submission,
)  # fmt: skip
from assessments.queries import agenda, appraisal, sessions
from assessments.workflow import events
from assessments.workflow.uploads import all_or_nothing
from cchc.kit.files import SCANNED_PAPERS, Checked, FileRefused, inspect
from cchc.kit.scanning import Finding, scan
from units.models import User

_CITING = ("conclude", "close_without_dossier")
_KEEPERS = (CouncilRole.SECRETARY, CouncilRole.CHAIR)
_READERS = (PortalRole.HOME_AFFAIRS_LEADER, PortalRole.AUDITOR)
_NOTHING: Mapping[int, str] = MappingProxyType({})
#: What a conclusion rests on; it cannot change under it.
_FIXED = (
    "council_id", "held_on", "begins_at", "ends_at", "place", "minutes_number", "proceedings",
)  # fmt: skip


def may_keep(user: User, meeting: Meeting, at: dt.datetime) -> permissions.Verdict:
    """Tell whether the person keeps the minutes of this council: its secretary or chair."""
    return _keeps(user, meeting.council.cycle, at)


def may_read(user: User, meeting: Meeting, at: dt.datetime) -> permissions.Verdict:
    """Tell whether the person reads the minutes: who keeps them, the leader and the auditor."""
    return may_oversee(user, meeting.council.cycle, at)


def reads_whole(user: User, meeting: Meeting, at: dt.datetime) -> permissions.Verdict:
    """Tell whether the person reads the minutes whole: course of the meeting and signed copy.

    Not where the minutes tell of a unit in whose appraisal the person takes no part: nobody can
    cut it out of free text or out of a file, so only the extract is theirs.
    """
    verdict = may_read(user, meeting, at)
    if verdict and sessions.is_omitted(meeting, user, at):
        return permissions.no(extract_sentence())
    return verdict


def extract_sentence() -> str:
    """Return what a person is told who does not read the minutes whole."""
    return _(
        "Only the extract of these minutes is yours: it leaves out the course of the meeting and "
        "the signed copy, which tell of what you take no part in."
    )


def may_oversee(user: User, cycle: Cycle, at: dt.datetime) -> permissions.Verdict:
    """Tell whether the person sees the council's work as a whole: its keepers and who checks it.

    Never a member who only appraises.
    """
    if any(permissions.has_role(user, role, at) for role in _READERS):
        return permissions.YES
    return _keeps(user, cycle, at)


def _keeps(user: User, cycle: Cycle, at: dt.datetime) -> permissions.Verdict:
    if any(permissions.seat_in(user, cycle, role, at) for role in _KEEPERS):
        return permissions.YES
    return permissions.no(_("Only the secretary or the chair of the council keeps its minutes."))


def with_cited(rows: QuerySet[Meeting]) -> QuerySet[Any]:
    """Let each meeting bear `cited`: a conclusion rests on it or on a decision taken in it."""
    named = Event.objects.filter(
        cycle=OuterRef("council__cycle"), action__in=_CITING, refused=False,
    ).annotate(cites=Cast(KeyTextTransform("meeting", "data"), BigIntegerField()))  # fmt: skip
    final = CouncilDecision.objects.filter(
        meeting=OuterRef("pk"), score__final_points__isnull=False
    )  # fmt: skip
    return rows.annotate(cited=Exists(named.filter(cites=OuterRef("pk"))) | Exists(final))


def is_cited(meeting: Meeting) -> bool:
    """Tell whether a conclusion rests on this meeting or on a decision taken in it."""
    return with_cited(Meeting.objects.filter(pk=meeting.pk)).filter(cited=True).exists()


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
        "A conclusion cites this meeting: its agenda, attendance, number and minutes are neither "
        "changed nor deleted any more."
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


@events.logs_refusals("set_agenda", on="meeting")
def set_agenda(
    *, meeting: Meeting, by: User, at: dt.datetime, add: Mapping[int, str] = _NOTHING,
    remove: Collection[int] = (),
) -> list[AgendaItem]:  # fmt: skip
    """Put leaves (leaf id → AgendaReason) on the agenda and take others off; return what stands.

    Whatever else stands on it stays, be it put there meanwhile by another. Items of units in whose
    appraisal the person takes no part are neither touched nor returned. Raise NotPermitted,
    WrongState once a conclusion cites the meeting, or BadInput.
    """
    with transaction.atomic():
        held = _held_open(meeting, by, at)
        leaves = appraisal.readable_leaves(by, at).filter(submission__cycle=held.council.cycle_id)
        judged = leaves.filter(pk__in=add).exclude(criterion__method=Method.SURVEY)
        if judged.count() != len(add) or not set(add.values()) <= set(AgendaReason.values):
            raise BadInput(_("The agenda holds leaves that you handle and the council judges."))
        if not add and not remove:
            raise BadInput(_("Choose at least one leaf."))
        before = held.agenda.filter(score__in=leaves)
        standing = set(before.values_list("score_id", flat=True))
        removed, added = sorted(standing & {*remove} - {*add}), sorted({*add} - standing)
        before.filter(score__in=removed).delete()
        AgendaItem.objects.bulk_create(
            AgendaItem(meeting=held, score_id=leaf, reason=add[leaf], added_at=at) for leaf in added
        )
        _log_agenda(held, added, removed, by=by, at=at)
    return list(held.agenda.filter(score__in=leaves))


def _log_agenda(
    meeting: Meeting, added: list[int], removed: list[int], *, by: User, at: dt.datetime
) -> None:
    """Log one event per dossier: who takes no part in a unit's appraisal meets none of it here."""
    changed: dict[Submission, dict[str, list[str]]] = {}
    rows = CriterionScore.objects.filter(pk__in=[*added, *removed])
    for row in rows.select_related("submission__cycle", "criterion").order_by("pk"):
        words = changed.setdefault(row.submission, {"added": [], "removed": []})
        words["removed" if row.pk in removed else "added"].append(row.criterion.code)
    for submission, codes in changed.items():
        events.record(
            action="set_agenda", obj=submission, by=by, at=at, data={"meeting": meeting.pk, **codes}
        )


@events.logs_refusals("record_attendance", on="meeting")
def record_attendance(
    *, meeting: Meeting, by: User, at: dt.datetime, present: Mapping[int, tuple[bool, str]]
) -> list[Attendance]:
    """Record who was there: seat id → present or not, with a note, for every person of that day.

    Raise NotPermitted, WrongState once a conclusion cites the meeting, or BadInput.
    """
    with transaction.atomic():
        held = _held_open(meeting, by, at)
        if set(present) != {seat.pk for seat in agenda.seats_of_day(held)}:
            raise BadInput(_("Say of everybody in the council on that day whether they came."))
        held.attendances.all().delete()
        rows = Attendance.objects.bulk_create(
            Attendance(meeting=held, member_id=seat, present=came, note=note)
            for seat, (came, note) in present.items()
        )
        events.record(
            action="record_attendance", obj=held, by=by, at=at,
            data={"present": sorted(seat for seat, (came, _note) in present.items() if came)},
        )  # fmt: skip
    return rows


def _held_open(meeting: Meeting, by: User, at: dt.datetime) -> Meeting:
    """Return the meeting, locked; raise NotPermitted or WrongState where the person may not."""
    held = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    check(held, by=by, at=at)
    if is_cited(held):
        raise WrongState(fixed_sentence())
    return held


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
    # One sentence for all of it: an item that the person does not see is not betrayed by its kind.
    if any(rows.exists() for rows in (meeting.agenda, meeting.attendances, meeting.decisions)):
        raise WrongState(_("Content of this meeting is on record; it is not deleted any more."))


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
