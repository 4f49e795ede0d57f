"""The ladder: which steps a time that ends has reached, and the message that tells of one."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from assessments import permissions
from assessments.choices import MessageKind, SubmissionState
from assessments.models import Cycle, Message, Submission
from assessments.notices.audience import Audience
from assessments.notices.words import moment
from assessments.queries import workdays
from units.models import User

#: Working days before the end at which people hear of it.
STEPS = (7, 3, 1)
#: The same for times that last but a few days themselves.
SHORT_STEPS = (3, 1)
#: The step after the end.
OVERDUE = -1


@dataclass(frozen=True)
class End:
    """A time that ends for one dossier or one person, `left` working days from now."""

    name: str
    of: int
    at: dt.datetime
    left: int
    step: int

    @property
    def key(self) -> str:
        """Return what sets the step apart: another end, by an extension, is told anew."""
        return f"left:{self.name}:{self.of}:{self.at:%Y%m%d%H%M}:{self.step}"

    @property
    def words(self) -> str:
        """Return the end and the working days left to it."""
        if self.step == OVERDUE:
            return f"đã quá hạn, hạn cuối là {moment(self.at)}"
        if not self.left:
            return f"hạn cuối {moment(self.at)}, không còn ngày làm việc nào sau hôm nay"
        return f"còn {self.left} ngày làm việc, hạn cuối {moment(self.at)}"


class Ladder:
    """What one cycle's people are told today of times that end."""

    def __init__(self, cycle: Cycle, at: dt.datetime) -> None:
        self.cycle, self.at, self.people = cycle, at, Audience(cycle, at)
        self.calendar = workdays.calendar()

    def end(
        self, name: str, of: int, end: dt.datetime | None, steps: Sequence[int] = STEPS
    ) -> End | None:
        """Return the step that an end has reached, or None: too far off, or over."""
        if end is None or end <= self.at:
            return None
        last = permissions.day_of(end - dt.timedelta(seconds=1))
        left = self.calendar.left(permissions.day_of(self.at), last)
        reached = [step for step in steps if step >= left]
        return End(name, of, end, left, min(reached)) if reached else None

    def over(self, name: str, of: int, end: dt.datetime) -> End | None:
        """Return the step after the last, told once when an end has passed; None before."""
        return End(name, of, end, 0, OVERDUE) if end <= self.at else None

    @cached_property
    def dossiers(self) -> list[Submission]:
        """Return the dossiers of the cycle with what their ends are read from."""
        rows = self.cycle.submissions.select_related("unit", "cycle", "cycle_scheme")
        return list(rows.prefetch_related("cycle__milestones", "cycle__extensions"))

    def in_state(self, *states: SubmissionState) -> list[Submission]:
        """Return the dossiers that are in one of the states."""
        return [row for row in self.dossiers if row.state in states]

    def message(
        self, user: User, end: End, text: str, *, url: str, dossier: Submission | None = None,
        council: bool = False,
    ) -> Message:  # fmt: skip
        """Return the message of a step; `council`: hidden where a conflict arises later."""
        return Message(
            user=user, kind=MessageKind.DEADLINE, cycle=self.cycle, text=text, key=end.key,
            unit=dossier.unit if dossier else None, of_appraisal=council, url=url, at=self.at,
        )  # fmt: skip

    def own_page(self, dossier: Submission, page: str = "dossier") -> str:
        """Return a page of the dossier in its unit's workspace."""
        return reverse(f"workspace:{page}", kwargs={"key": self.cycle, "slug": dossier.unit.slug})
