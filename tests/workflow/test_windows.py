"""Windows to the second, local time, and more time for one unit only (design 0.4)."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from assessments.choices import CycleState, Stage
from assessments.errors import GuardFailed, WindowClosed
from assessments.models import Extension, Submission
from assessments.workflow import decisions, windows
from assessments.workflow.machine import perform
from assessments.workflow.scores import save_leaf
from assessments.workflow.submissions import tick
from tests.factories.council import make_concluded, make_judged_year
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


@pytest.fixture
def judged():
    made = make_judged_year(at=dt.datetime(2031, 3, 10, 9, tzinfo=CITY))
    make_concluded(made, made.second)
    return made


def span(year, stage, opens, closes):
    year.cycle.milestones.filter(stage=stage).update(opens_at=opens, closes_at=closes)


def approve(year, at):
    return perform("approve", year.second.submission, by=year.leader, at=at)


def decide(year, at):
    return decisions.decide_leaf(
        score=year.first.score("1.1"), by=year.chair, at=at, points="1", reason="Biểu quyết",
        meeting=year.council.meetings.get(),
    )  # fmt: skip


def test_council_decides_a_leaf_within_its_own_stage_only(judged):
    span(judged, Stage.COUNCIL, OPENS, CLOSES)
    span(judged, Stage.SECOND_APPRAISAL, CLOSES, CLOSES + dt.timedelta(days=9))
    assert decide(judged, CLOSES - SECOND).points == 1
    for at in (OPENS - SECOND, CLOSES):
        with pytest.raises(WindowClosed, match=r"00:00:00 01/03/2031 .* 23:59:59 15/03/2031"):
            decide(judged, at)
    judged.cycle.milestones.filter(stage=Stage.COUNCIL).delete()
    assert decide(judged, CLOSES).points == 1


@pytest.mark.parametrize("state", ["correcting", "appraising"])
def test_correction_follows_no_window(judged, state):
    span(judged, Stage.COUNCIL, OPENS, CLOSES)
    Submission.objects.filter(pk=judged.first.submission.pk).update(state=state)
    if state == "appraising":  # a correction that was sent back
        judged.cycle.state = CycleState.PUBLISHED
        judged.cycle.save()
    assert decide(judged, CLOSES + dt.timedelta(days=400)).points == 1


def test_approval_waits_for_the_end_of_the_appeals_of_the_unit(judged):
    until = CLOSES + dt.timedelta(days=2)
    span(judged, Stage.APPEAL, OPENS, CLOSES)
    span(judged, Stage.APPROVAL, OPENS, CLOSES + dt.timedelta(days=9))
    Extension.objects.create(
        cycle=judged.cycle, stage=Stage.APPEAL, unit=judged.second.unit, until=until, reason="Lũ"
    )
    with pytest.raises(GuardFailed) as caught:
        approve(judged, until - SECOND)
    assert len(caught.value.reasons) == 1
    assert "23:59:59 17/03/2031" in str(caught.value)
    assert approve(judged, until).state == "approved"


def test_year_without_appeals_is_approved_within_the_stage_of_approval(judged):
    judged.cycle.milestones.filter(stage=Stage.APPEAL).delete()
    span(judged, Stage.APPROVAL, OPENS, CLOSES)
    for at in (OPENS - SECOND, CLOSES):
        with pytest.raises(GuardFailed, match=r"00:00:00 01/03/2031 .* 23:59:59 15/03/2031"):
            approve(judged, at)
    assert approve(judged, OPENS).state == "approved"


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
