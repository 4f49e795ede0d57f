"""What a meeting of the council is to talk about, who sits there, and who leaves the room."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from assessments import permissions
from assessments.choices import AgendaReason, CouncilRole, Method, SubmissionState
from assessments.models import (
    Abstention,
    CouncilMember,
    CriterionScore,
    Meeting,
    Submission,
)  # fmt: skip
from assessments.queries import appraisal, calibration
from units.models import User

#: In whose hands the dossier must be, for the council to decide on a leaf of it.
_OPEN = (SubmissionState.APPRAISING, SubmissionState.CORRECTING)
_ORDER = (CouncilRole.CHAIR, CouncilRole.SECRETARY, CouncilRole.MEMBER)


@dataclass(frozen=True)
class Line:
    """A leaf on the agenda or proposed for it: `score` bears `highest` and `lowest`."""

    score: CriterionScore
    reason: AgendaReason


@dataclass(frozen=True)
class UnitLines:
    """The lines of one dossier, and who takes no part in them."""

    submission: Submission
    lines: tuple[Line, ...]
    without: tuple[str, ...]


def seats_of_day(meeting: Meeting) -> list[CouncilMember]:
    """Return the seats of the council on the day of the meeting, one for each person.

    Who holds several sits as chair first, then as secretary.
    """
    rows = CouncilMember.objects.on(meeting.held_on).filter(council=meeting.council_id)
    seats = sorted(rows.select_related("user"), key=lambda seat: _ORDER.index(seat.role))
    found: dict[int, CouncilMember] = {}
    for seat in seats:
        found.setdefault(seat.user_id, seat)
    return list(found.values())


def items(meeting: Meeting, user: User, at: dt.datetime) -> list[Line]:
    """Return the agenda as far as the person reads it, by unit and in the order of the scheme."""
    # One statement: another secretary may take a leaf off while this page is read.
    standing = _readable(meeting, user, at).filter(agenda_items__meeting=meeting)
    rows: Iterable[Any] = _ordered(
        calibration.with_spread(standing.annotate(put_for=F("agenda_items__reason")))
    )
    return [Line(row, AgendaReason(row.put_for)) for row in rows]


def decided(meeting: Meeting, user: User, at: dt.datetime) -> list[CriterionScore]:
    """Return the leaves decided in the meeting that the person reads, with the votes on them."""
    rows = _readable(meeting, user, at).filter(decision__meeting=meeting)
    return list(_ordered(calibration.with_spread(rows)))


def proposals(meeting: Meeting, user: User, at: dt.datetime) -> QuerySet[CriterionScore]:
    """Return the undecided leaves that the data put forward and no agenda of the meeting holds.

    Disputed ones, and those to which a member refused points and nobody gave any. Each bears
    `highest` and `lowest`, the limits of the points of its last round.
    """
    leaves = (
        _readable(meeting, user, at)
        .filter(decision=None, open_to_appraiser=True, submission__state__in=_OPEN)
        .exclude(criterion__method=Method.SURVEY)
        .exclude(agenda_items__meeting=meeting)
    )
    refused = Exists(Abstention.objects.filter(score=OuterRef("pk")))
    return _ordered(
        calibration.with_spread(leaves).filter(
            Q(refused, appraised_round=None)
            | Q(highest__gt=F("lowest") + F("submission__cycle_scheme__scheme__dispute_spread"))
        )
    )


def proposed(row: CriterionScore) -> Line:
    """Return a proposed leaf with the reason that the data give."""
    disputed = row.appraised_round is not None
    return Line(row, AgendaReason.DISPUTED if disputed else AgendaReason.UNSETTLED)


def by_unit(lines: Iterable[Line], meeting: Meeting, at: dt.datetime) -> list[UnitLines]:
    """Return the lines dossier by dossier, in their order, with who takes no part in each."""
    grouped: dict[Submission, list[Line]] = defaultdict(list)
    for line in lines:
        grouped[line.score.submission].append(line)
    people = {seat.user_id: seat.user for seat in seats_of_day(meeting)} if grouped else {}
    conflicts = permissions.conflicts_of(people, meeting.council.cycle, at) if people else {}
    return [
        UnitLines(
            submission, tuple(rows),
            tuple(
                str(people[user])
                for user, units in conflicts.items() if submission.unit_id in units
            ),
        )
        for submission, rows in grouped.items()
    ]  # fmt: skip


def _readable(meeting: Meeting, user: User, at: dt.datetime) -> QuerySet[CriterionScore]:
    return appraisal.readable_leaves(user, at).filter(submission__cycle=meeting.council.cycle_id)


def _ordered(leaves: QuerySet[CriterionScore]) -> QuerySet[CriterionScore]:
    return leaves.select_related(
        "criterion", "submission__cycle", "submission__unit", "submission__group",
        "decision__meeting",
    ).order_by(
        "submission__group__position", "submission__unit__sort_name", "submission",
        "criterion__position",
    )  # fmt: skip
