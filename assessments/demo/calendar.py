"""The stages of a demo year, laid end to end from one day."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from assessments.choices import Stage
from assessments.models import Cycle, Milestone

#: Days that each stage lasts.
LENGTHS = {
    Stage.SELF_ASSESSMENT: 20, Stage.APPRAISAL: 30, Stage.EXPLANATION: 7,
    Stage.SECOND_APPRAISAL: 10, Stage.COUNCIL: 10, Stage.APPEAL: 5, Stage.APPROVAL: 10,
}  # fmt: skip


@dataclass(frozen=True)
class Calendar:
    """When the stages of one year begin, counted from `first`."""

    first: dt.date

    @classmethod
    def with_now_in(cls, stage: Stage, at: dt.datetime) -> "Calendar":
        """Return the calendar in which `stage` is half over at `at`."""
        before = 0
        for step, days in LENGTHS.items():
            if step == stage:
                before += days // 2
                break
            before += days
        return cls(timezone.localtime(at).date() - dt.timedelta(days=before))

    def opens(self, stage: Stage) -> dt.datetime:
        """Return the midnight at which a stage opens."""
        days = 0
        for step, length in LENGTHS.items():
            if step == stage:
                break
            days += length
        return midnight(self.first + dt.timedelta(days=days))

    def during(self, stage: Stage, day: int = 2) -> dt.datetime:
        """Return ten o'clock on the given day of a stage."""
        return self.opens(stage) + dt.timedelta(days=day - 1, hours=10)

    def write(self, cycle: Cycle) -> None:
        """Write the milestones of a cycle."""
        Milestone.objects.bulk_create(
            Milestone(
                cycle=cycle, stage=stage, opens_at=self.opens(stage),
                closes_at=self.opens(stage) + dt.timedelta(days=days),
            )
            for stage, days in LENGTHS.items()
        )  # fmt: skip


def midnight(day: dt.date) -> dt.datetime:
    """Return the first moment of a local day."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
