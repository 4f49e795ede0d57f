"""Working days of Vietnamese public offices, for clocks that run in them (design 10).

The package `holidays` knows Tết, the national days and most worked Saturdays. What it does not
know comes as overrides; at the time of writing only rows of WorkingDay tell that Friday 02/01/2026
was off and Saturday 10/01/2026 worked in its place. Future years hold the holidays of the law;
swaps announced later are overrides too.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import holidays

_DAY = dt.timedelta(days=1)
#: Years whose days are kept at hand.
_YEARS_KEPT = 32


@lru_cache(maxsize=_YEARS_KEPT)
def _working_days(year: int) -> frozenset[dt.date]:
    """Return the working days of a year as the package knows them.

    Kept year by year: the package's own book fills itself while it is read, which two threads
    would see half done.
    """
    book = holidays.country_holidays("VN", years=year)
    first = dt.date(year, 1, 1)
    days = (first + number * _DAY for number in range(366))
    return frozenset(day for day in days if day.year == year and book.is_working_day(day))


@dataclass(frozen=True)
class WorkCalendar:
    """The calendar of working days; `overrides` says of single days whether they are worked."""

    overrides: Mapping[dt.date, bool] = field(default_factory=dict)

    def is_working(self, day: dt.date) -> bool:
        """Tell whether offices work on the day."""
        stated = self.overrides.get(day)
        return day in _working_days(day.year) if stated is None else stated

    def left(self, today: dt.date, last: dt.date) -> int:
        """Return the working days after `today` up to and with `last`; 0 when `last` is not later.

        Today itself does not count, whatever hour it is: on the last day nothing is left but it.
        """
        days = (today + number * _DAY for number in range(1, (last - today).days + 1))
        return sum(1 for day in days if self.is_working(day))

    def add(self, day: dt.date, count: int) -> dt.date:
        """Return the working day that is `count` working days after `day`; `day` itself for 0.

        Raise ValueError for a negative count.
        """
        if count < 0:
            raise ValueError("working days are counted forward")
        while count:
            day += _DAY
            count -= self.is_working(day)
        return day
