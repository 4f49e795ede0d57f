"""The clock: in which window a stage is, for all and for a unit with an extension.

Windows are [opens, closes); a request counts by its arrival, to the second (design 0.4).
"""

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.choices import Stage
from assessments.errors import WindowClosed
from assessments.models import Cycle, Extension, Milestone


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
    if is_open(cycle, stage, unit_id, at):
        return
    milestone = Milestone.objects.filter(cycle=cycle, stage=stage).first()
    if milestone is None:
        raise WindowClosed(_("The stage “%s” has no dates yet.") % stage.label)
    end = closes_at(cycle, stage, unit_id) or milestone.closes_at
    raise WindowClosed(
        _("The stage “%(stage)s” is open from %(from)s to %(to)s.")
        % {"stage": stage.label, "from": moment(milestone.opens_at), "to": last_second(end)}
    )


def moment(at: dt.datetime) -> str:
    """Return a moment as offices write it, in local time."""
    return f"{timezone.localtime(at):%H:%M:%S %d/%m/%Y}"


def last_second(end: dt.datetime) -> str:
    """Return the last second before `end`: a window up to midnight prints as 23:59:59."""
    return moment(end - dt.timedelta(seconds=1))
