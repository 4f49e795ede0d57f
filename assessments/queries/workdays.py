"""The calendar of working days with what the office entered by hand, and clocks that run on it."""

import datetime as dt
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F
from django.db.models.functions import JSONObject
from django.utils import timezone

from assessments.models import WorkingDay
from cchc.kit.workdays import WorkCalendar


def calendar() -> WorkCalendar:
    """Return the working calendar; one query."""
    return WorkCalendar(dict(WorkingDay.objects.values_list("day", "is_working")))


def here() -> ArraySubquery:
    """Return what puts the days entered by hand on a row, for `carried`; no query of its own."""
    return ArraySubquery(WorkingDay.objects.values(told=JSONObject(day="day", on=F("is_working"))))


def carried(days: list[dict[str, Any]]) -> WorkCalendar:
    """Return the working calendar from the days that `here` put on a row."""
    return WorkCalendar({dt.date.fromisoformat(row["day"]): row["on"] for row in days})


def left(at: dt.datetime, end: dt.datetime) -> int:
    """Return the working days after the day of `at` up to the last day before `end`; one query."""
    last = timezone.localtime(end - dt.timedelta(seconds=1)).date()
    return calendar().left(timezone.localtime(at).date(), last)


def end_after(at: dt.datetime, days: int) -> dt.datetime:
    """Return the end, local midnight, of the last of `days` working days after the day of `at`."""
    last = calendar().add(timezone.localtime(at).date(), days)
    midnight = dt.datetime.combine(last + dt.timedelta(days=1), dt.time())
    return timezone.make_aware(midnight)
