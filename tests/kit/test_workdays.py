"""Working days: Tết, worked Saturdays, what only overrides know, and the arithmetic."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.kit.workdays import WorkCalendar

DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2060, 12, 31))
#: The swap of January 2026, which the package does not know.
SWAP = {dt.date(2026, 1, 2): False, dt.date(2026, 1, 10): True}
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=8).map(WorkCalendar)


def worked(calendar: WorkCalendar, first: dt.date, last: dt.date) -> list[dt.date]:
    days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if calendar.is_working(day)]


def test_tet_and_the_weekend_around_it_are_off():
    days = worked(WorkCalendar(), dt.date(2026, 2, 13), dt.date(2026, 2, 24))

    assert days == [dt.date(2026, 2, 13), dt.date(2026, 2, 23), dt.date(2026, 2, 24)]


def test_saturday_worked_in_place_of_a_monday_is_a_working_day():
    calendar = WorkCalendar()

    assert calendar.is_working(dt.date(2026, 8, 22))  # a Saturday
    assert not calendar.is_working(dt.date(2026, 8, 31))  # the Monday before the National Days
    assert not calendar.is_working(dt.date(2026, 8, 29))  # an ordinary Saturday


def test_day_of_culture_is_off_since_2026():
    calendar = WorkCalendar()

    assert calendar.is_working(dt.date(2025, 11, 24))
    assert not calendar.is_working(dt.date(2026, 11, 24))


def test_swap_of_january_2026_comes_from_overrides_only():
    bare, told = WorkCalendar(), WorkCalendar(SWAP)

    assert [bare.is_working(day) for day in SWAP] == [True, False]
    assert [told.is_working(day) for day in SWAP] == [False, True]
    assert bare.left(dt.date(2025, 12, 31), dt.date(2026, 1, 10)) == 6
    assert told.left(dt.date(2025, 12, 31), dt.date(2026, 1, 10)) == 6
    assert bare.left(dt.date(2025, 12, 31), dt.date(2026, 1, 9)) == 6
    assert told.left(dt.date(2025, 12, 31), dt.date(2026, 1, 9)) == 5


def test_five_working_days_step_over_tet():
    assert WorkCalendar().add(dt.date(2026, 2, 11), 5) == dt.date(2026, 2, 25)


def test_nothing_is_left_on_the_last_day_and_after_it():
    calendar, friday = WorkCalendar(), dt.date(2026, 3, 6)

    assert calendar.left(friday, friday) == 0
    assert calendar.left(friday, friday - dt.timedelta(days=3)) == 0
    assert calendar.left(friday, friday + dt.timedelta(days=2)) == 0  # a weekend
    assert calendar.left(friday, friday + dt.timedelta(days=3)) == 1


def test_counting_backward_is_refused():
    with pytest.raises(ValueError, match="forward"):
        WorkCalendar().add(dt.date(2026, 3, 6), -1)


@given(calendar=CALENDARS, day=DAYS, count=st.integers(0, 60))
def test_added_days_count_back(calendar, day, count):
    end = calendar.add(day, count)

    assert calendar.left(day, end) == count
    assert count == 0 or calendar.is_working(end)


@given(calendar=CALENDARS, day=DAYS, first=st.integers(0, 30), second=st.integers(0, 30))
def test_adding_in_two_steps_is_adding_at_once(calendar, day, first, second):
    assert calendar.add(calendar.add(day, first), second) == calendar.add(day, first + second)


@given(calendar=CALENDARS, day=DAYS, length=st.integers(0, 90), cut=st.integers(0, 90))
def test_parts_of_a_span_add_up(calendar, day, length, cut):
    last = day + dt.timedelta(days=length)
    middle = day + dt.timedelta(days=min(cut, length))

    assert calendar.left(day, last) == calendar.left(day, middle) + calendar.left(middle, last)
    assert calendar.left(day, last) == len(worked(calendar, day + dt.timedelta(days=1), last))
