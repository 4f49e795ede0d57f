"""Ends that bind those who decide: who is told, of what, once a step, and never of a conflict."""

import datetime as dt

import pytest
from django.urls import reverse

from assessments import notices
from assessments.choices import AppealState, CycleState, Stage, SubmissionState
from assessments.models import Appeal, Extension, Message
from tests.factories.council import appraise, make_judged_year
from tests.messages.conftest import heard, name
from tests.messages.test_deadlines import DAY, MONDAY, midnight, steps
from units.models import Membership


@pytest.fixture
def year(db):
    """Return a year with both dossiers concluded, in the stage of appeals."""
    year = make_judged_year(at=MONDAY, stage=Stage.APPEAL)
    year.cycle.milestones.exclude(stage=Stage.APPEAL).delete()
    year.cycle.milestones.update(opens_at=MONDAY - DAY, closes_at=midnight(1))
    for dossier in year.dossiers:
        put(dossier, SubmissionState.APPRAISED)
    return year


def put(dossier, state):
    dossier.submission.state = state
    dossier.submission.save()


def settle(dossier, points):
    """Write the final point of the one leaf whose claim is known: two points."""
    dossier.submission.scores.filter(criterion__code="1.1").update(
        final_points=points, final_applicable=True
    )


def plan(year, stage, days):
    year.cycle.milestones.all().delete()
    year.cycle.milestones.create(stage=stage, opens_at=MONDAY - DAY, closes_at=midnight(days))


def file(year, kind="appeal", days=5):
    appeal = Appeal.objects.create(
        submission=year.first.submission, kind=kind, text="Xem lại", round=1,
        filed_by=year.first.head, filed_at=MONDAY, due_at=midnight(days),
    )  # fmt: skip
    appeal.leaves.set([year.first.score("2.1"), year.first.score("1.3")])
    return appeal


def climb(days):
    for day in range(days):
        for _again in range(2):
            notices.remind(MONDAY + day * DAY)


def employ(user, dossier):
    Membership.objects.create(user=user, unit=dossier.unit, since=dt.date(2020, 1, 1))


@pytest.mark.parametrize(
    ("kind", "role", "word"),
    [("appeal", "chair", "Kiến nghị"), ("complaint", "leader", "Khiếu nại")],
)
def test_answer_is_called_for_three_and_one_days_before_and_once_after(year, kind, role, word):
    made = file(year, kind, days=8)
    if kind == "complaint":
        year.cycle.state = CycleState.PUBLISHED
        year.cycle.save()
        put(year.first, SubmissionState.PUBLISHED)
    climb(14)

    told = Message.objects.filter(key__startswith="left:appeal:").order_by("pk")
    assert {row.user for row in told} == {getattr(year, role)}
    assert steps_of(told) == [3, 1, -1]
    assert told[0].text == (
        f"{word} của {name(year)} về tiêu chí 1.3, 2.1 (hồ sơ năm {year.cycle.year}) chưa được "
        "trả lời: còn 3 ngày làm việc, hạn cuối 23:59:59 ngày 14/10/2031."
    )
    assert told[2].text.endswith("đã quá hạn, hạn cuối là 23:59:59 ngày 14/10/2031.")
    assert {(row.url, row.of_appraisal, row.unit) for row in told} == {
        (reverse("admin:assessments_appeal_change", args=[made.pk]), True, year.first.unit)
    }


def steps_of(rows):
    return [int(key.rpartition(":")[2]) for key in rows.values_list("key", flat=True)]


@pytest.mark.parametrize(("kind", "role"), [("appeal", "chair"), ("complaint", "leader")])
def test_approver_hears_of_what_is_his_to_answer(year, kind, role):
    file(year, kind, days=1)
    employ(getattr(year, role), year.first)
    notices.remind(MONDAY)

    told = Message.objects.filter(key__startswith="left:appeal:")
    assert [row.user for row in told] == [year.approver]


def test_answered_appeal_is_told_of_no_more(year):
    made = file(year, days=1)
    made.state, made.answer, made.answered_by = AppealState.REJECTED, "Không", year.chair
    made.answered_at = MONDAY
    made.save()
    climb(4)

    assert not Message.objects.filter(key__startswith="left:appeal:").exists()


def test_unit_with_changed_points_hears_until_when_it_may_appeal(year):
    settle(year.first, "1")
    settle(year.second, "2")
    year.cycle.milestones.update(closes_at=midnight(8))
    climb(12)

    assert steps(year.first.focal) == steps(year.first.head) == [3, 1]
    assert heard(year.second.focal) == heard(year.second.head) == []
    assert heard(year.first.focal)[0] == (
        f"Kết luận thẩm định hồ sơ năm {year.cycle.year} của {name(year)} có tiêu chí khác với tự "
        "đánh giá; thời gian gửi kiến nghị: còn 3 ngày làm việc, hạn cuối 23:59:59 ngày "
        "14/10/2031."
    )
    url = Message.objects.filter(user=year.first.focal).first().url
    assert url.endswith("/kien-nghi/")


def test_leaf_left_out_counts_as_changed(year):
    settle(year.first, "2")
    year.first.submission.scores.filter(criterion__code="1.1").update(final_applicable=False)
    notices.remind(MONDAY)

    assert len(heard(year.first.focal)) == 1


def test_unit_that_appealed_is_not_reminded_to(year):
    settle(year.first, "1")
    file(year)
    notices.remind(MONDAY)

    assert heard(year.first.focal) == []


def test_longer_time_of_one_unit_moves_its_own_reminder(year):
    for dossier in year.dossiers:
        settle(dossier, "1")
    Extension.objects.create(
        cycle=year.cycle, stage=Stage.APPEAL, unit=year.second.unit, until=midnight(30), reason="x"
    )
    notices.remind(MONDAY)

    assert (steps(year.first.focal), steps(year.second.focal)) == ([1], [])


@pytest.mark.parametrize(
    ("stage", "role", "state", "what"),
    [
        (Stage.COUNCIL, "chair", SubmissionState.APPRAISING, "hồ sơ chưa kết luận"),
        (Stage.APPROVAL, "leader", SubmissionState.APPRAISED, "hồ sơ chưa phê duyệt"),
    ],
)
def test_end_of_a_stage_is_told_with_the_dossiers_that_are_left(year, stage, role, state, what):
    plan(year, stage, days=1)
    user = getattr(year, role)
    for dossier in year.dossiers:
        put(dossier, state)
    employ(user, year.first)
    climb(3)

    expected = (
        f"Còn 1 {what} của năm {year.cycle.year}: còn 1 ngày làm việc, hạn cuối 23:59:59 ngày "
        "07/10/2031."
    )
    assert [text for text in heard(user) if what in text] == [expected]
    # The City approver acts on the dossier in conflict, and only on that.
    assert [text for text in heard(year.approver) if what in text] == [expected]
    assert heard(year.secretary) == []


@pytest.mark.parametrize("stage", [Stage.COUNCIL, Stage.APPROVAL])
def test_nothing_is_told_where_no_dossier_is_left(year, stage):
    plan(year, stage, days=1)
    for dossier in year.dossiers:
        put(dossier, SubmissionState.APPROVED)
    notices.remind(MONDAY)

    assert not Message.objects.exists()


def test_appraisers_are_led_to_the_grids(db):
    year = make_judged_year(at=MONDAY, stage=Stage.APPRAISAL)
    year.cycle.milestones.filter(stage=Stage.APPRAISAL).update(closes_at=midnight(1))
    appraise(year, year.first, "1.1")
    notices.remind(MONDAY)

    url = Message.objects.get(user=year.member).url
    assert url == reverse("admin:assessments_criterionscore_grids")
