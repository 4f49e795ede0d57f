"""What the home of the unit and the page of a dossier show of it, put together once for both."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assessments import permissions
from assessments.choices import Stage, SubmissionState
from assessments.models import Explanation, Submission
from assessments.queries import delegations, outcomes, workdays
from assessments.queries import workspace as reads
from assessments.queries.lost_points import lost_points
from assessments.queries.overviews import Overview
from assessments.queries.public.losses import LostPoints
from assessments.views import own
from cchc.kit.workdays import WorkCalendar
from units.models import User

#: An answer that falls due within so many working days is pressing.
PRESSING_DAYS = 2


@dataclass(frozen=True)
class Waiting:
    """A question that waits for the unit, with its clock."""

    question: Explanation
    deadline: own.Deadline

    @property
    def is_pressing(self) -> bool:
        """Tell whether the answer is overdue or falls due within PRESSING_DAYS."""
        return self.deadline.is_over or self.deadline.days_left <= PRESSING_DAYS


@dataclass(frozen=True)
class Reader:
    """Who looks, when, and what they may do; read once for all dossiers of a page."""

    user: User
    at: dt.datetime
    parts: dict[int, set[str]]
    signs_for: set[int]
    calendar: WorkCalendar

    @classmethod
    def of(cls, user: User, at: dt.datetime) -> "Reader":
        """Read the person's parts and signing rights, and the calendar (three queries)."""
        signs_for = permissions.signing_unit_ids(user, at)
        return cls(user, at, permissions.parts_of(user, at), signs_for, workdays.calendar())

    def runs(self, submission: Submission) -> bool:
        """Tell whether the person runs the dossier, as `permissions.may_run` does."""
        return bool(self.parts.get(submission.unit_id, set()).intersection(permissions.RUNNING))

    def signs(self, submission: Submission) -> bool:
        """Tell whether the person signs the dossier, as `permissions.may_sign` does."""
        return submission.unit_id in self.signs_for


@dataclass(frozen=True)
class Card:
    """One dossier as one person meets it."""

    overview: Overview
    reader: Reader
    lost: list[LostPoints]

    @property
    def submission(self) -> Submission:
        """Return the dossier."""
        return self.overview.submission

    @property
    def url(self) -> str:
        """Return the address of the dossier."""
        return own.address("dossier", self.submission)

    @property
    def state(self) -> SubmissionState:
        """Return the dossier's state, with its word and tone."""
        return SubmissionState(self.submission.state)

    @property
    def stages(self) -> list[Any]:
        """Return the names of the year's stages of now."""
        return [stage.label for stage in self.submission.cycle.stages_at(self.reader.at)]

    @property
    def deadline(self) -> own.Deadline | None:
        """Return until when the unit may write."""
        return own.deadline_of(self.submission, self.reader.at, self.reader.calendar)

    @property
    def is_open(self) -> bool:
        """Tell whether the unit may write now."""
        return is_writable(self.submission, self.reader.at)

    @cached_property
    def waiting(self) -> list[Waiting]:
        """Return the questions that wait, each with its clock."""
        at, calendar = self.reader.at, self.reader.calendar
        return [
            Waiting(row, own.Deadline(row.due_at, at, calendar)) for row in self.overview.questions
        ]

    @property
    def pressing(self) -> list[Waiting]:
        """Return the questions whose answer is overdue or soon due."""
        return [row for row in self.waiting if row.is_pressing]

    @property
    def runs(self) -> bool:
        """Tell whether the person runs the dossier."""
        return self.reader.runs(self.submission)

    @property
    def signs(self) -> bool:
        """Tell whether the person signs for the unit."""
        return self.reader.signs(self.submission)

    @property
    def shows_results(self) -> bool:
        """Tell whether the unit may see its own appraised points by now."""
        return reads.shows_appraisal(self.submission, self.reader.at)

    @cached_property
    def results(self) -> outcomes.Results | None:
        """Return the appraised and official points that the unit may see, or None."""
        return outcomes.results_of(self.overview, self.reader.at)

    @property
    def awaits_signature(self) -> bool:
        """Tell whether the dossier is complete and waits for this person's signature."""
        return self.signs and self.is_open and self.overview.is_complete

    @cached_property
    def mine(self) -> list[delegations.Hand]:
        """Return the leaves in the person's own hands, the most urgent first."""
        return delegations.in_hands_of(self.reader.user, self.overview.rows, self._today)

    @cached_property
    def people(self) -> list[delegations.PersonProgress]:
        """Return how far each person is; empty while nothing is delegated."""
        return delegations.by_person(self.overview.rows, self._today)

    @cached_property
    def overdue(self) -> list[delegations.Hand]:
        """Return the delegated leaves whose day is over."""
        hands = (delegations.Hand(row, self._today) for row in self.overview.rows)
        return [hand for hand in hands if hand.is_overdue]

    @property
    def _today(self) -> dt.date:
        return permissions.day_of(self.reader.at)


def is_writable(submission: Submission, at: dt.datetime) -> bool:
    """Tell whether the unit may write in the dossier; reads prefetched milestones and extensions.

    The verbs decide by `standing.require_writable`; this says the same of many dossiers at once.
    """
    if submission.state == SubmissionState.RETURNED:
        return submission.return_due_at is not None and at < submission.return_due_at
    if submission.state != SubmissionState.DRAFT:
        return False
    stage, cycle = Stage.SELF_ASSESSMENT, submission.cycle
    end = reads.closes_at(cycle, stage, submission.unit_id)
    opened = any(row.stage == stage and row.opens_at <= at for row in cycle.milestones.all())
    return opened and end is not None and at < end


def cards_of(overviews: list[Overview], user: User, at: dt.datetime) -> list[Card]:
    """Return the cards of the dossiers; last year's lost points for those who sign open ones."""
    reader = Reader.of(user, at)
    signed = [
        row.submission for row in overviews
        if reader.signs(row.submission) and is_writable(row.submission, at)
    ]  # fmt: skip
    lost = lost_points(signed, at)
    return [Card(row, reader, lost.get(row.submission.pk, [])) for row in overviews]
