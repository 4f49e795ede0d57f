"""The calendar of working days with what the office entered by hand, and clocks that run on it."""

import datetime as dt

from django.utils import timezone

from assessments.models import WorkingDay
from cchc.kit.workdays import WorkCalendar


def calendar() -> WorkCalendar:
    """Return the working calendar; one query."""
    return WorkCalendar(dict(WorkingDay.objects.values_list("day", "is_working")))


def end_after(at: dt.datetime, days: int) -> dt.datetime:
    """Return the end, local midnight, of the last of `days` working days after the day of `at`."""
    last = calendar().add(timezone.localtime(at).date(), days)
    midnight = dt.datetime.combine(last + dt.timedelta(days=1), dt.time())
    return timezone.make_aware(midnight)
