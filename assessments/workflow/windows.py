"""The clock: in which window a stage is, for all and for a unit with an extension.

Windows are [opens, closes); a request counts by its arrival, to the second (design 0.4). Units
fill in only inside a stage that has dates. The council and Home Affairs are bound by the dates
that the plan gives: a stage that it leaves out limits none of their acts. A dossier that Home
Affairs sent back is worked on while the approvals last, for the council's own stages are over by
then. Corrections of published dossiers come long after the year and follow no window.
"""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.choices import CycleState, Stage, SubmissionState
from assessments.errors import WindowClosed
from assessments.models import Cycle, Extension, Milestone, Submission

#: The stages in which the council works.
COUNCIL_STAGES = (Stage.APPRAISAL, Stage.EXPLANATION, Stage.SECOND_APPRAISAL, Stage.COUNCIL)


def closes_at(cycle: Cycle, stage: Stage, unit_id: int | None) -> dt.datetime | None:
    """Return when the stage ends for the unit, extensions included; None without a milestone."""
    milestone = Milestone.objects.filter(cycle=cycle, stage=stage).first()
    if milestone is None:
        return None
    extensions = Extension.objects.filter(cycle=cycle, stage=stage).filter(
        Q(unit=None) | Q(unit=unit_id)
    )
    return max([milestone.closes_at, *extensions.values_list("until", flat=True)])


def is_open(cycle: Cycle, stage: Stage, unit_id: int | None, at: dt.datetime) -> bool:
    """Tell whether `at` lies in the stage's window for the unit."""
    milestone = Milestone.objects.filter(cycle=cycle, stage=stage).first()
    if milestone is None or at < milestone.opens_at:
        return False
    end = closes_at(cycle, stage, unit_id)
    return end is not None and at < end


def require_open(cycle: Cycle, stage: Stage, unit_id: int | None, at: dt.datetime) -> None:
    """Raise WindowClosed, with the window's days, unless `at` lies in it."""
    if not is_open(cycle, stage, unit_id, at):
        raise WindowClosed(sentence(cycle, stage, unit_id))


def sentence(cycle: Cycle, stage: Stage, unit_id: int | None) -> str:
    """Return when the stage is open for the unit, as a sentence."""
    milestone = Milestone.objects.filter(cycle=cycle, stage=stage).first()
    if milestone is None:
        return _("The stage “%s” has no dates yet.") % stage.label
    end = closes_at(cycle, stage, unit_id) or milestone.closes_at
    return _("The stage “%(stage)s” is open from %(from)s to %(to)s.") % {
        "stage": stage.label, "from": moment(milestone.opens_at), "to": last_second(end),
    }  # fmt: skip


def is_exempt(submission: Submission) -> bool:
    """Tell whether no window binds the dossier: it is being corrected after the publication."""
    return (
        submission.state == SubmissionState.CORRECTING
        or submission.cycle.state == CycleState.PUBLISHED
    )


def outside(submission: Submission, stages: Iterable[Stage], at: dt.datetime) -> list[str]:
    """Return one problem, the days of `stages`, unless `at` lies in one or nothing binds.

    The milestones of a cycle say which stages it has; one without dates limits nothing. What was
    sent back from the approval may be finished within that stage too (design 0.1).
    """
    if is_exempt(submission):
        return []
    cycle, unit = submission.cycle, submission.unit_id
    sent_back = submission.reopened_at is not None
    wanted = {*stages, Stage.APPROVAL} if sent_back else set(stages)
    planned = Milestone.objects.filter(cycle=cycle, stage__in=wanted).order_by("opens_at")
    found = [Stage(row.stage) for row in planned]
    if sent_back and Stage.APPROVAL not in found:
        return []
    if any(is_open(cycle, stage, unit, at) for stage in found):
        return []
    return [" ".join(sentence(cycle, stage, unit) for stage in found)] if found else []


def before_end(submission: Submission, stage: Stage, at: dt.datetime) -> list[str]:
    """Return a sentence while a stage that must be over for the unit is still to end."""
    end = closes_at(submission.cycle, stage, submission.unit_id)
    if is_exempt(submission) or end is None or at >= end:
        return []
    return [
        _("First the stage “%(stage)s” must end: its last moment is %(to)s.")
        % {"stage": stage.label, "to": last_second(end)}
    ]


def moment(at: dt.datetime) -> str:
    """Return a moment as offices write it, in local time."""
    return f"{timezone.localtime(at):%H:%M:%S %d/%m/%Y}"


def last_second(end: dt.datetime) -> str:
    """Return the last second before `end`: a window up to midnight prints as 23:59:59."""
    return moment(end - dt.timedelta(seconds=1))
