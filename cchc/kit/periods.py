"""Dated rows: from a day up to and including a day, open-ended when the last is empty."""

import datetime as dt
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _


class PeriodQuerySet(models.QuerySet[Any]):
    """Select dated rows by day."""

    def on(self, day: dt.date) -> Self:
        """Return the rows in force on `day`."""
        return self.filter(models.Q(until=None) | models.Q(until__gte=day), since__lte=day)

    def overlapping(self, first: dt.date, last: dt.date) -> Self:
        """Return the rows in force on any day from `first` to `last`."""
        return self.filter(models.Q(until=None) | models.Q(until__gte=first), since__lte=last)


class Period(models.Model):
    """Be in force from `since` to `until`, both days included."""

    since = models.DateField(_("from"))
    until = models.DateField(_("to"), null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        abstract = True

    def in_force(self, day: dt.date) -> bool:
        """Tell whether the row is in force on `day`."""
        return self.since <= day and (self.until is None or day <= self.until)


class _Days(models.Func):
    function = "daterange"
    output_field = DateRangeField()


def days_in_order(name: str) -> models.CheckConstraint:
    """Return the constraint that a period does not end before it begins."""
    return models.CheckConstraint(
        name=name,
        condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
        violation_error_message=_("The last day lies before the first."),
    )


def no_overlap(name: str, *by: str, message: Any) -> ExclusionConstraint:
    """Return the constraint that periods with equal `by` fields do not overlap."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            (_Days("since", "until", models.Value("[]")), RangeOperators.OVERLAPS),
            *[(field, RangeOperators.EQUAL) for field in by],
        ],
        violation_error_message=message,
    )
