"""Windows to the second, local time, and more time for one unit only (design 0.4)."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from assessments.choices import Stage
from assessments.errors import WindowClosed
from assessments.models import Extension
from assessments.workflow import windows
from assessments.workflow.machine import perform
from assessments.workflow.scores import save_leaf
from assessments.workflow.submissions import tick
from tests.factories.cycles import make_year

pytestmark = pytest.mark.django_db
CITY = ZoneInfo("Asia/Ho_Chi_Minh")
SECOND = dt.timedelta(seconds=1)
STAGE = Stage.SELF_ASSESSMENT
OPENS = dt.datetime(2031, 3, 1, tzinfo=CITY)
#: Printed as 23:59:59 of 15 March.
CLOSES = dt.datetime(2031, 3, 16, tzinfo=CITY)


@pytest.fixture
def year():
    made = make_year(at=dt.datetime(2031, 3, 10, 9, tzinfo=CITY))
    made.cycle.milestones.filter(stage=STAGE).update(opens_at=OPENS, closes_at=CLOSES)
    return made


def save(year, at, dossier=None):
    dossier = dossier or year.first
    row = dossier.score("1.1")
    return save_leaf(score=row, by=dossier.focal, at=at, version=row.version, met=True)


def more_time(year, unit, until):
    Extension.objects.create(cycle=year.cycle, stage=STAGE, unit=unit, until=until, reason="Mưa lũ")


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (OPENS - SECOND, False), (OPENS, True), (CLOSES - SECOND, True),
        (CLOSES - dt.timedelta(microseconds=1), True), (CLOSES, False), (CLOSES + SECOND, False),
    ],
)  # fmt: skip
def test_window_holds_its_first_second_and_not_the_one_at_which_it_closes(year, at, is_open):
    assert windows.is_open(year.cycle, STAGE, year.first.unit.pk, at) is is_open


def test_window_is_one_of_local_time_whatever_the_zone_of_the_request(year):
    last = dt.datetime(2031, 3, 15, 16, 59, 59, tzinfo=dt.UTC)
    assert windows.is_open(year.cycle, STAGE, year.first.unit.pk, last)
    assert not windows.is_open(year.cycle, STAGE, year.first.unit.pk, last + SECOND)


def test_leaf_is_saved_at_the_last_second_and_refused_at_midnight(year):
    assert save(year, CLOSES - SECOND).version == 1
    with pytest.raises(WindowClosed) as caught:
        save(year, CLOSES)
    assert "00:00:00 01/03/2031" in str(caught.value)
    assert "23:59:59 15/03/2031" in str(caught.value)
    assert year.first.score("1.1").version == 1


def test_extension_serves_its_unit_only(year):
    until = CLOSES + dt.timedelta(days=2)
    more_time(year, year.first.unit, until)

    assert save(year, until - SECOND).version == 1
    with pytest.raises(WindowClosed, match="23:59:59 17/03/2031"):
        save(year, until)
    with pytest.raises(WindowClosed, match="23:59:59 15/03/2031"):
        save(year, CLOSES, year.second)
    assert windows.closes_at(year.cycle, STAGE, year.first.unit.pk) == until
    assert windows.closes_at(year.cycle, STAGE, year.second.unit.pk) == CLOSES


def test_extension_without_a_unit_serves_all(year):
    more_time(year, None, CLOSES + SECOND)

    assert save(year, CLOSES).version == 1
    assert save(year, CLOSES, year.second).version == 1


def test_extension_never_shortens(year):
    more_time(year, year.first.unit, OPENS + SECOND)

    assert windows.closes_at(year.cycle, STAGE, year.first.unit.pk) == CLOSES


def test_extension_of_another_stage_changes_nothing(year):
    Extension.objects.create(
        cycle=year.cycle,
        stage=Stage.APPRAISAL,
        unit=year.first.unit,
        until=CLOSES + SECOND,
        reason="Mưa lũ",
    )
    assert not windows.is_open(year.cycle, STAGE, year.first.unit.pk, CLOSES)


def test_clock_locks_what_is_overdue_and_leaves_who_has_more_time(year):
    more_time(year, year.first.unit, CLOSES + dt.timedelta(days=2))

    assert tick(CLOSES - SECOND) == []
    assert tick(CLOSES) == [year.second.submission]
    assert tick(CLOSES) == []
    assert tick(CLOSES + dt.timedelta(days=2)) == [year.first.submission]


def test_stage_without_dates_is_closed_and_says_so(year):
    year.cycle.milestones.filter(stage=STAGE).delete()

    with pytest.raises(WindowClosed):
        save(year, CLOSES - SECOND)
    assert windows.closes_at(year.cycle, STAGE, year.first.unit.pk) is None


def test_mending_ends_at_the_second_that_the_return_set(year):
    due = CLOSES + dt.timedelta(days=5)
    year.cycle.milestones.filter(stage=Stage.APPRAISAL).update(opens_at=CLOSES, closes_at=due)
    year.first.submission.state = "submitted"
    year.first.submission.save()
    perform(
        "return", year.first.submission, by=year.secretary, at=CLOSES, note="Sửa lại",
        leaves=["1.1"], due_at=due,
    )  # fmt: skip

    assert save(year, due - SECOND).version == 1
    with pytest.raises(WindowClosed):
        save(year, due)
    assert [row.state for row in tick(due - SECOND)] == ["locked"]  # the other unit's
    (restored,) = tick(due)
    assert restored.state == "submitted"
