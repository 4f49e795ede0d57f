"""How a person reaches a dossier of the own unit: anything else is missing (design 3, 404)."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import Stage, SubmissionState
from assessments.errors import Refused
from assessments.models import CriterionScore, Cycle, Submission
from assessments.queries import workdays
from assessments.queries import workspace as queries
from assessments.queries.leaves import leaves_of_field
from assessments.workflow import standing, windows
from cchc.kit.workdays import WorkCalendar
from units.models import User

#: The end of an illustrative cycle's address.
ILLUSTRATIVE = "-minh-hoa"


class CycleKey(NamedTuple):
    """What names a cycle in an address."""

    year: int
    illustrative: bool


class CycleConverter:
    """Write a cycle into an address: its year, with an ending when it is illustrative."""

    regex = rf"[0-9]{{4}}(?:{ILLUSTRATIVE})?"

    def to_python(self, value: str) -> CycleKey:
        """Return year and whether the cycle is illustrative."""
        return CycleKey(int(value[:4]), value.endswith(ILLUSTRATIVE))

    def to_url(self, cycle: Cycle | CycleKey) -> str:
        """Return the part of the address that names a cycle."""
        return f"{cycle.year:04d}{ILLUSTRATIVE if cycle.illustrative else ''}"


def key_of(submission: Submission) -> CycleKey:
    """Return what names the dossier's cycle in an address."""
    return CycleKey(submission.cycle.year, submission.cycle.illustrative)


def person(request: HttpRequest) -> User:
    """Return who is signed in; for pages that let in nobody else."""
    return cast(User, request.user)


def dossier_of(request: HttpRequest, key: CycleKey, slug: str, at: dt.datetime) -> Submission:
    """Return the dossier of the person's own unit; raise Http404 for any other or none.

    `parts` are those that the person takes in the unit, as `permissions.parts_of` tells them;
    `days` are those of the calendar of working days, for the clocks of the page.
    """
    rows = permissions.own_submissions(person(request), at).select_related(
        "cycle", "unit", "group", "cycle_scheme__scheme"
    )
    rows = rows.annotate(parts=permissions.parts_here(person(request), at), days=workdays.here())
    rows = rows.prefetch_related("cycle__milestones", "cycle__extensions")
    return get_object_or_404(
        rows, cycle__year=key.year, cycle__illustrative=key.illustrative, unit__slug=slug
    )


def leaf_of(submission: Submission, field: str, code: str) -> CriterionScore:
    """Return one leaf of the dossier; raise Http404 when there is none."""
    for row in leaves_of_field(submission, field, criterion__code=code):
        return row
    raise Http404


def address(name: str, submission: Submission, **more: Any) -> str:
    """Return the address of a page of the dossier."""
    return reverse(
        f"workspace:{name}", kwargs={"key": submission.cycle, "slug": submission.unit.slug, **more}
    )


def leaf_address(score: CriterionScore) -> str:
    """Return the address of a leaf on its field's page."""
    field = score.criterion.field or score.criterion
    page = address("field", score.submission, field=field.code)
    return f"{page}#leaf-{score.pk}"


def crumbs(submission: Submission | None = None, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Return the trail of a page of the workspace, for the breadcrumbs."""
    trail: list[tuple[Any, str]] = [(_("Unit dossiers"), reverse("workspace:home"))]
    if submission is not None:
        trail.append((str(submission), address("dossier", submission)))
    return [*trail, *more]


@dataclass(frozen=True)
class Deadline:
    """The end of the time in which the unit may write, and the working days left to it.

    A page with several deadlines gives them one `calendar`; else it is read when asked for.
    """

    end: dt.datetime
    at: dt.datetime
    calendar: WorkCalendar | None = None

    @property
    def text(self) -> str:
        """Return the last second, so that midnight prints as 23:59:59 of the day before."""
        return windows.last_second(self.end)

    @property
    def is_over(self) -> bool:
        """Tell whether the time is over."""
        return self.at >= self.end

    @property
    def is_last_day(self) -> bool:
        """Tell whether the last day is today."""
        return not self.is_over and self._last_day == self._today

    @cached_property
    def days_left(self) -> int:
        """Return the working days after today up to the last day; 0 on the last day itself."""
        return (self.calendar or workdays.calendar()).left(self._today, self._last_day)

    @property
    def _today(self) -> dt.date:
        return timezone.localtime(self.at).date()

    @property
    def _last_day(self) -> dt.date:
        return timezone.localtime(self.end - dt.timedelta(seconds=1)).date()


def deadline_of(
    submission: Submission, at: dt.datetime, calendar: WorkCalendar | None = None
) -> Deadline | None:
    """Return until when the unit may write in the dossier, None once it is out of its hands."""
    if submission.state == SubmissionState.RETURNED:
        end = submission.return_due_at
    elif submission.state in (SubmissionState.DRAFT, SubmissionState.LOCKED):
        end = queries.closes_at(submission.cycle, Stage.SELF_ASSESSMENT, submission.unit_id)
    else:
        end = None
    if calendar is None and hasattr(submission, "days"):
        calendar = workdays.carried(submission.days)
    return Deadline(end, at, calendar) if end else None


def window_of(submission: Submission) -> tuple[dt.datetime, dt.datetime] | None:
    """Return the unit's window of self-assessment; reads prefetched milestones and extensions."""
    stage = Stage.SELF_ASSESSMENT
    opens = [row.opens_at for row in submission.cycle.milestones.all() if row.stage == stage]
    end = queries.closes_at(submission.cycle, stage, submission.unit_id)
    return (opens[0], end) if opens and end else None


def why_closed(submission: Submission, at: dt.datetime) -> str:
    """Return why the unit may not write in the dossier now; an empty text when it may."""
    try:
        standing.require_window(submission, window_of(submission), at)
    except Refused as refusal:
        return str(refusal)
    return ""
