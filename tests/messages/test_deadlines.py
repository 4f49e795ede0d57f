"""Days left: seven, three and one working days before, once each, also after the clock stood."""

import datetime as dt

import pytest
from django.utils import timezone

from assessments import notices
from assessments.choices import MessageKind, Stage, SubmissionState
from assessments.models import Extension, Message, NoticeCursor, WorkingDay
from assessments.notices.ladders import Ladder
from assessments.workflow import delegations
from assessments.workflow.machine import perform
from tests.factories.busy import ask
from tests.factories.council import appraise_all, make_judged_year
from tests.factories.cycles import make_year
from tests.messages.conftest import heard, name

DAY = dt.timedelta(days=1)
#: A Monday at noon, four weeks without a holiday before it and after.
MONDAY = dt.datetime(2031, 10, 6, 5, tzinfo=dt.UTC)


def midnight(days):
    """Return the midnight that ends the day so many days after MONDAY."""
    day = timezone.localtime(MONDAY).date() + (days + 1) * DAY
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


@pytest.fixture
def filling(db):
    """Return a year filled in until the end of the Wednesday of the next week."""
    year = make_year(at=MONDAY)
    year.cycle.milestones.filter(stage=Stage.SELF_ASSESSMENT).update(closes_at=midnight(9))
    return year


def steps(user):
    rows = Message.objects.filter(user=user).order_by("pk")
    return [int(key.rpartition(":")[2]) for key in rows.values_list("key", flat=True)]


def test_ladder_is_climbed_once_a_step(filling):
    for days in range(10):
        for _again in range(2):
            notices.remind(MONDAY + days * DAY)

    assert steps(filling.first.focal) == [7, 3, 1]
    assert heard(filling.first.focal)[0] == (
        f"Hồ sơ năm {filling.cycle.year} của {name(filling)} chưa nộp hồ sơ tự đánh giá: còn 7 "
        "ngày làm việc, hạn cuối 23:59:59 ngày 15/10/2031."
    )
    assert {row.kind for row in Message.objects.all()} == {MessageKind.DEADLINE}


def test_days_off_are_no_working_days(filling):
    WorkingDay.objects.create(day=dt.date(2031, 10, 7), is_working=False, note="Nghỉ bù")
    ladder = Ladder(filling.cycle, MONDAY)

    assert ladder.end("x", 1, midnight(9)).left == 6


def test_steps_that_the_clock_slept_through_are_told_late_and_once(filling):
    notices.remind(MONDAY + 8 * DAY)
    notices.remind(MONDAY + 9 * DAY)

    assert steps(filling.first.head) == [1]
    assert "còn 1 ngày làm việc" in heard(filling.first.head)[0]


def test_last_day_says_that_no_working_day_follows(filling):
    notices.remind(MONDAY + 9 * DAY)

    assert "không còn ngày làm việc nào sau hôm nay" in heard(filling.first.head)[0]


def test_extension_moves_the_ladder_of_its_unit_only(filling):
    Extension.objects.create(
        cycle=filling.cycle, stage=Stage.SELF_ASSESSMENT, unit=filling.second.unit,
        until=midnight(30), reason="Sáp nhập",
    )  # fmt: skip
    notices.remind(MONDAY)

    assert steps(filling.first.focal) == [7]
    assert steps(filling.second.focal) == []


def test_who_holds_leaves_hears_which_until_they_are_reported_done(filling):
    delegations.delegate(
        submission=filling.first.submission, codes=["1.1", "1.3"], to=filling.first.contributor,
        by=filling.first.focal, at=MONDAY,
    )  # fmt: skip
    filling.first.score("1.3").delegation.__class__.objects.filter(
        score=filling.first.score("1.3")
    ).update(done_at=MONDAY)
    notices.remind(MONDAY)

    [said] = heard(filling.first.contributor)
    assert "anh/chị còn tiêu chí 1.1; còn 7 ngày làm việc" in said


def test_handed_in_dossiers_and_ended_times_are_left_alone(filling):
    filling.first.submission.__class__.objects.filter(pk=filling.first.submission.pk).update(
        state=SubmissionState.SUBMITTED
    )
    notices.remind(MONDAY)
    assert heard(filling.first.focal) == []
    assert len(heard(filling.second.focal)) == 1

    assert notices.remind(MONDAY + 20 * DAY) == 0


def test_mending_and_questions_have_ladders_of_their_own(db):
    year = make_judged_year(at=MONDAY)
    perform(
        "return", year.first.submission, by=year.secretary, at=year.at, note="Xem lại",
        leaves=["1.1"], due_at=midnight(1),
    )  # fmt: skip
    year.council.members.get(user=year.member)
    year.dossiers.reverse()
    ask(year, midnight(3), "1.1")
    year.dossiers.reverse()
    notices.remind(MONDAY)

    [mending] = heard(year.first.focal)
    assert "chưa nộp lại hồ sơ bổ sung: còn 1 ngày làm việc" in mending
    [question] = heard(year.second.focal)
    assert question.startswith(f"{name(year, 1)} chưa giải trình tiêu chí 1.1 ")
    assert "còn 3 ngày làm việc" in question


def test_appraisers_hear_how_many_leaves_are_left_and_nothing_when_none_are(db):
    year = make_judged_year(at=MONDAY, stage=Stage.APPRAISAL)
    year.cycle.milestones.filter(stage=Stage.APPRAISAL).update(closes_at=midnight(1))
    appraise_all(year, year.first)
    notices.remind(MONDAY)
    assert heard(year.member) == [
        f"Anh/chị còn 8 tiêu chí chưa chấm của năm {year.cycle.year}: còn 1 ngày làm việc, "
        "hạn cuối 23:59:59 ngày 07/10/2031."
    ]

    appraise_all(year, year.second)
    NoticeCursor.objects.all().delete()
    Message.objects.all().delete()
    notices.remind(MONDAY)
    assert heard(year.member) == []
