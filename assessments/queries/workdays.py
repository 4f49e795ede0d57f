"""The calendar of working days with what the office entered by hand."""

from assessments.models import WorkingDay
from cchc.kit.workdays import WorkCalendar


def calendar() -> WorkCalendar:
    """Return the working calendar; one query."""
    return WorkCalendar(dict(WorkingDay.objects.values_list("day", "is_working")))
