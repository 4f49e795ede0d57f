"""The clock: in which window a stage is, for all and for a unit with an extension.

Windows are [opens, closes); a request counts by its arrival, to the second (design 0.4). Units
fill in only inside a stage that has dates. The council and Home Affairs are bound by the dates
that the plan gives: a stage that it leaves out limits none of their acts. A dossier that Home
Affairs sent back is worked on while appeals and approvals last, for the council's own stages are
over by then. Corrections of published dossiers come long after the year and follow no window.
"""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.choices import CycleState, Stage, SubmissionState
from assessments.errors import WindowClosed
from assessments.models import Cycle, Extension, Milestone, Submission

#: The stages in which the council works.
COUNCIL_STAGES = (Stage.APPRAISAL, Stage.EXPLANATION, Stage.SECOND_APPRAISAL, Stage.COUNCIL)


def span(cycle: Cycle, stage: Stage, unit_id: int | None) -> tuple[dt.datetime, dt.datetime] | None:
    """Return when the stage begins and ends for the unit, extensions included (one query).

    None without a milestone.
    """
    longer = (
        Extension.objects.filter(cycle=cycle, stage=stage)
        .filter(Q(unit=None) | Q(unit=unit_id))
        .order_by("-until").values("until")[:1]
    )  # fmt: skip
    return (
        Milestone.objects.filter(cycle=cycle, stage=stage)
        .annotate(end=Greatest("closes_at", Subquery(longer)))
        .values_list("opens_at", "end").first()
    )  # fmt: skip


def closes_at(cycle: Cycle, stage: Stage, unit_id: int | None) -> dt.datetime | None:
    """Return when the stage ends for the unit, extensions included; None without a milestone."""
    found = span(cycle, stage, unit_id)
    return found[1] if found else None


def is_open(cycle: Cycle, stage: Stage, unit_id: int | None, at: dt.datetime) -> bool:
    """Tell whether `at` lies in the stage's window for the unit."""
    found = span(cycle, stage, unit_id)
    return found is not None and found[0] <= at < found[1]


def require_open(cycle: Cycle, stage: Stage, unit_id: int | None, at: dt.datetime) -> None:
    """Raise WindowClosed, with the window's days, unless `at` lies in it."""
    if not is_open(cycle, stage, unit_id, at):
        raise WindowClosed(sentence(cycle, stage, unit_id))


def sentence(cycle: Cycle, stage: Stage, unit_id: int | None) -> str:
    """Return when the stage is open for the unit, as a sentence."""
    found = span(cycle, stage, unit_id)
    if found is None:
        return _("The stage “%s” has no dates yet.") % stage.label
    return _("The stage “%(stage)s” is open from %(from)s to %(to)s.") % {
        "stage": stage.label, "from": moment(found[0]), "to": last_second(found[1]),
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
    sent back may be finished within the stages of appeals and approvals too (design 0.1).
    """
    if is_exempt(submission):
        return []
    cycle, unit = submission.cycle, submission.unit_id
    sent_back = submission.reopened_at is not None
    wanted = {*stages, Stage.APPEAL, Stage.APPROVAL} if sent_back else set(stages)
    planned = Milestone.objects.filter(cycle=cycle, stage__in=wanted).order_by("opens_at")
    found = [Stage(row.stage) for row in planned]
    if sent_back and Stage.APPROVAL not in found:
        return []
    if any(is_open(cycle, stage, unit, at) for stage in found):
        return []
    return [" ".join(sentence(cycle, stage, unit) for stage in found)] if found else []


def council_ends(submission: Submission) -> dt.datetime | None:
    """Return when the council's work on the dossier ends, extensions included; None: unbound.

    It is the last end before the approval; the approval's own for what was sent back from it.
    """
    if is_exempt(submission):
        return None
    sent_back = submission.reopened_at is not None
    stages = (*COUNCIL_STAGES, Stage.APPROVAL) if sent_back else COUNCIL_STAGES
    planned = Milestone.objects.filter(cycle=submission.cycle, stage__in=stages)
    ends = {Stage(row.stage): row.closes_at for row in planned}
    if not ends or (sent_back and Stage.APPROVAL not in ends):
        return None
    longer = Extension.objects.filter(cycle=submission.cycle, stage__in=ends).filter(
        Q(unit=None) | Q(unit=submission.unit_id)
    )
    return max([*ends.values(), *longer.values_list("until", flat=True)])


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
