"""The sealed log becomes messages: each act once, to those whom it concerns, and to nobody else."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import notices
from assessments.admin.event_words import ACTS
from assessments.choices import AppealKind, MessageKind, Stage, SubmissionState
from assessments.errors import Refused
from assessments.models import Delegation, Event, Explanation, Message, NoticeCursor
from assessments.notices import words
from assessments.notices.table import SILENT, TABLE
from assessments.workflow import (
    appeals,
    appraisals,
    events,
    machine,
    publications,
    questions,
    scores,
)
from assessments.workflow.machine import perform
from tests.factories.council import (
    appraise,
    make_concluded,
    make_judged_year,
    make_member,
    reach,
)
from tests.factories.cycles import D, make_milestones
from tests.factories.results import make_draft, make_finished_year
from tests.house.test_event_words import recorded_acts
from tests.messages.conftest import heard, name
from tests.workspace.filling import fill
from units.models import Membership, Succession

DAY = dt.timedelta(days=1)


def return_leaves(year, *codes, due=2 * DAY, number=0):
    perform(
        "return", year.dossiers[number].submission, by=year.secretary, at=year.at, note="Xem lại",
        leaves=list(codes), due_at=year.at + due,
    )  # fmt: skip


def ask(year, *codes, number=0):
    for code in codes:
        questions.ask(
            score=year.dossiers[number].score(code), by=year.member, at=year.at,
            question="Căn cứ nào?", due_at=year.at + DAY,
        )  # fmt: skip


def schedule(year, when):
    return perform("schedule", make_draft(year), by=year.leader, at=year.at, published_at=when)


# Once, all or nothing ---------------------------------------------------------------------------


def test_nothing_is_told_of_what_is_not_sealed(year):
    return_leaves(year, "1.1")

    assert notices.tell(year.cycle, year.at) == 0
    assert Message.objects.count() == 0


def test_telling_again_tells_nothing_new(year, tell):
    return_leaves(year, "1.1")

    assert tell(year) == 2  # focal officer and head
    assert tell(year) == 0
    assert NoticeCursor.objects.get().position == Event.objects.count()


def test_a_cursor_that_was_lost_tells_nobody_twice(year, tell):
    return_leaves(year, "1.1")
    tell(year)
    NoticeCursor.objects.all().delete()

    assert tell(year) == 0
    assert Message.objects.count() == 2


def test_a_failure_in_between_loses_nothing(year, tell, monkeypatch):
    return_leaves(year, "1.1")

    def broken(self, *args, **kwargs):
        raise RuntimeError("stopped before the cursor moved")

    monkeypatch.setattr(NoticeCursor, "save", broken)
    with pytest.raises(RuntimeError):
        tell(year)
    monkeypatch.undo()

    assert Message.objects.count() == 0
    assert tell(year) == 2


def test_acts_of_long_ago_are_no_news(year, tell):
    return_leaves(year, "1.1", due=60 * DAY)

    assert tell(year, year.at + 31 * DAY) == 0
    assert NoticeCursor.objects.get().position == Event.objects.count()


def test_refused_acts_tell_nobody(year, tell):
    with pytest.raises(Refused):
        return_leaves(year, "1.1", due=-DAY)

    assert Event.objects.filter(refused=True).exists()
    assert tell(year) == 0


def test_cycles_behind_are_found(year, tell):
    return_leaves(year, "1.1")
    assert list(notices.untold()) == []
    events.seal(year.cycle.pk)

    assert list(notices.untold()) == [year.cycle]
    tell(year)
    assert list(notices.untold()) == []


# Who hears what ---------------------------------------------------------------------------------


def test_return_tells_the_unit_the_leaves_and_the_time(year, tell):
    year.second.submission.scores.update(open_to_unit=False)
    return_leaves(year, "1.1", "1.3")
    tell(year)

    [said] = heard(year.first.focal)
    assert said.startswith(
        f"Hồ sơ năm {year.cycle.year} của {name(year)} được trả lại để bổ sung "
        "tiêu chí 1.1, 1.3; hạn bổ sung: "
    )
    assert heard(year.first.head) == [said]
    row = Message.objects.get(user=year.first.focal)
    assert row.kind == MessageKind.TASK
    assert row.url == f"/tu-danh-gia/{year.cycle.year}/{year.first.unit.slug}/"
    assert (row.unit, row.of_appraisal) == (year.first.unit, False)
    for other in (year.first.contributor, year.second.focal, year.member, year.secretary):
        assert heard(other) == []


def test_return_tells_who_holds_a_leaf(year, tell):
    Delegation.objects.create(
        score=year.first.score("1.1"), user=year.first.contributor, given_by=year.first.focal,
        given_at=year.at,
    )  # fmt: skip
    return_leaves(year, "1.1")
    tell(year)

    assert heard(year.first.contributor) == heard(year.first.focal)


def test_many_questions_at_once_are_one_message(year, tell):
    ask(year, "1.3", "1.1")
    tell(year)

    [said] = heard(year.first.head)
    assert said.startswith(f"Hội đồng đề nghị {name(year)} giải trình tiêu chí 1.1, 1.3 ")
    assert "Căn cứ nào" not in said
    assert Message.objects.get(user=year.first.head).url.endswith(f"/{year.first.unit.slug}/")


def test_one_question_leads_to_its_page(year, tell):
    ask(year, "1.1")
    tell(year)

    pk = Explanation.objects.get().pk
    assert Message.objects.get(user=year.first.head).url.endswith(f"/giai-trinh/{pk}/")


def test_answer_tells_the_asker_only(year, tell):
    ask(year, "1.1")
    questions.answer(
        explanation=Explanation.objects.get(), by=year.first.focal, at=year.at, answer="Vì vậy."
    )
    tell(year)

    assert heard(year.member) == [f"{name(year)} đã giải trình tiêu chí 1.1."]
    assert heard(year.secretary) == []
    assert Message.objects.get(user=year.member).of_appraisal


def test_question_closed_by_the_clock_tells_asker_and_unit(year, tell):
    ask(year, "1.1")
    tell(year)
    Message.objects.all().delete()
    questions.close_overdue(year.at + 2 * DAY)
    tell(year, year.at + 2 * DAY)

    assert heard(year.member) == [
        f"{name(year)} không giải trình tiêu chí 1.1 trong hạn; câu hỏi đã đóng."
    ]
    assert heard(year.first.focal) == [
        f"Hết hạn giải trình: câu hỏi về tiêu chí 1.1 của {name(year)} đã đóng."
    ]


def start_all(year):
    for dossier in year.dossiers:
        perform("start", dossier.submission, by=year.secretary, at=year.at)


def submitted_year():
    return make_judged_year(stage=Stage.APPRAISAL, state=SubmissionState.SUBMITTED)


def test_start_of_many_dossiers_is_one_message_for_each_member(db, tell):
    year = submitted_year()
    start_all(year)
    tell(year)

    assert heard(year.member) == ["2 hồ sơ mới để thẩm định."]
    assert heard(year.first.focal) == []


def test_start_tells_a_member_of_the_unit_about_the_others_only(db, tell):
    year = submitted_year()
    employed = make_member(year, unit=year.first.unit)
    start_all(year)
    tell(year)

    assert heard(employed) == [
        f"Hồ sơ năm {year.cycle.year} của {name(year, 1)} đã sẵn sàng để thẩm định."
    ]


def test_submission_tells_the_secretary_and_nobody_of_the_unit(filling, tell):
    fill(filling.first, filling.at)
    perform(
        "submit", filling.first.submission, by=filling.first.head, at=filling.at, statement=True
    )
    tell(filling)

    said = f"{name(filling)} đã nộp hồ sơ tự đánh giá năm {filling.cycle.year}."
    assert heard(filling.secretary) == [said]
    assert Message.objects.count() == 1


def test_city_approver_hears_in_place_of_a_conflicted_secretary(filling, tell):
    Membership.objects.create(
        user=filling.secretary, unit=filling.first.unit, since=dt.date(2020, 1, 1)
    )
    fill(filling.first, filling.at)
    perform(
        "submit", filling.first.submission, by=filling.first.head, at=filling.at, statement=True
    )
    tell(filling)

    assert heard(filling.secretary) == []
    assert len(heard(filling.approver)) == 1


def test_change_of_a_judged_leaf_tells_who_judged_it(year, tell):
    other = make_member(year)
    appraise(year, year.first, "1.1")
    return_leaves(year, "1.1", "1.3")
    tell(year)
    later = year.at + dt.timedelta(minutes=2)
    for code, claim in (("1.1", {"met": False}), ("1.3", {"a": D(50), "b": D(40)})):
        row = year.first.score(code)
        scores.save_leaf(score=row, by=year.first.focal, at=later, version=row.version, **claim)
    tell(year, later)

    assert heard(year.member) == [
        f"{name(year)} đã thay đổi tiêu chí 1.1 sau khi anh/chị chấm điểm."
    ]
    assert heard(other) == []


def test_a_leaf_that_saves_by_itself_is_told_once_until_read(year, tell):
    appraise(year, year.first, "1.1")
    return_leaves(year, "1.1")
    for minute in (2, 3):
        later, row = year.at + dt.timedelta(minutes=minute), year.first.score("1.1")
        scores.save_leaf(
            score=row, by=year.first.focal, at=later, version=row.version, met=minute == 2
        )
        tell(year, later)
    assert len(heard(year.member)) == 1
    Message.objects.update(read_at=later)

    row, later = year.first.score("1.1"), year.at + dt.timedelta(minutes=4)
    scores.save_leaf(score=row, by=year.first.focal, at=later, version=row.version, met=True)
    tell(year, later)
    assert len(heard(year.member)) == 2


def test_flagged_points_tell_the_secretary_not_the_conflicted(year, tell):
    appraise(year, year.first, "1.1")
    Membership.objects.create(user=year.member, unit=year.first.unit, since=dt.date(2020, 1, 1))
    appraisals.flag_conflicts(year.cycle, year.at)
    tell(year)

    [said] = heard(year.secretary)
    assert name(year) in said
    assert heard(year.member) == []


def test_conclusion_tells_unit_and_leader_without_points(year, tell):
    make_concluded(year, year.first)
    tell(year)

    [to_unit] = heard(year.first.focal)
    assert to_unit.startswith(f"Hội đồng đã kết luận hồ sơ năm {year.cycle.year} của {name(year)}.")
    [to_leader] = heard(year.leader)
    assert to_leader.endswith("chờ phê duyệt.")
    for said in (to_unit, to_leader):
        assert "điểm đ" not in said.replace("lại điểm đến", "")
        assert "," not in said.replace(", chờ", "")


def test_appeal_window_is_told_with_the_conclusion(year, tell):
    year.cycle.milestones.all().delete()
    make_milestones(year.cycle, at=year.at, stage=Stage.COUNCIL)
    make_concluded(year, year.first)
    year.cycle.milestones.all().delete()
    make_milestones(year.cycle, at=year.at, stage=Stage.COUNCIL)
    end = year.milestone(Stage.APPEAL).closes_at
    tell(year)

    [said] = heard(year.first.focal)
    local = timezone.localtime(end - dt.timedelta(seconds=1))
    assert said.endswith(f"xem xét lại điểm đến {local:%H:%M:%S ngày %d/%m/%Y}.")


def test_send_back_tells_unit_and_council_but_not_the_leader_who_did_it(year, tell):
    make_concluded(year, year.first)
    tell(year)
    Message.objects.all().delete()
    perform(
        "send_back", year.first.submission, by=year.leader, at=year.at, note="Xem lại",
        leaves=["1.1"],
    )  # fmt: skip
    tell(year)

    assert heard(year.first.head) == [
        f"Tiêu chí 1.1 của hồ sơ năm {year.cycle.year} của {name(year)} được Hội đồng xem xét lại."
    ]
    for user in (year.chair, year.secretary, year.member):
        assert len(heard(user)) == 1, user
    assert heard(year.leader) == []


def test_appeal_tells_who_answers_and_its_answer_the_unit(year, tell):
    make_concluded(year, year.first)
    reach(year, Stage.APPEAL)
    tell(year)
    Message.objects.all().delete()
    filed = appeals.file(
        submission=year.first.submission, by=year.first.focal, at=year.at, text="Xin xem lại",
        kind=AppealKind.APPEAL, leaves=["1.1"],
    )  # fmt: skip
    tell(year)

    assert len(heard(year.chair)) == len(heard(year.leader)) == 1
    assert heard(year.chair)[0].startswith(f"{name(year)} kiến nghị xem xét lại tiêu chí 1.1 ")
    perform("reject", filed, by=year.chair, at=year.at, note="Giữ nguyên điểm")
    tell(year)
    said = f"Kiến nghị của {name(year)} về tiêu chí 1.1 của hồ sơ năm {year.cycle.year}"
    assert heard(year.first.head)[-1] == f"{said} đã được trả lời."


def test_nothing_of_a_publication_is_told_before_its_moment(db, tell):
    year = make_finished_year()
    scheduled = schedule(year, year.at + DAY)
    tell(year)
    assert Message.objects.count() == 0

    publications.flip_due(year.at + 2 * DAY)
    tell(year, year.at + 2 * DAY)

    said = [f"Kết quả năm {year.cycle.year} đã được công bố."]
    for user in (year.first.focal, year.second.head, year.member, year.chair):
        assert heard(user) == said, user
    assert heard(year.outsider) == heard(year.first.contributor) == []
    assert scheduled.slug in Message.objects.filter(user=year.chair).get().url


def test_withdrawn_publication_is_told_to_home_affairs_only(db, tell):
    year = make_finished_year()
    publication = schedule(year, year.at + DAY)
    perform("withdraw", publication, by=year.leader, at=year.at, note="Sai số quyết định")
    tell(year)

    assert len(heard(year.officer)) == 1
    assert Message.objects.count() == 1


def test_successor_hears_what_concerns_its_predecessor(year, tell):
    other = year.second
    Succession.objects.create(
        predecessor=year.first.unit, successor=other.unit, kind=Succession.Kind.MERGED,
        effective_on=dt.date(2020, 1, 1),
    )  # fmt: skip
    return_leaves(year, "1.1")
    tell(year)

    assert len(heard(other.focal)) == 1


def test_closed_account_hears_nothing(year, tell):
    year.first.head.is_active = False
    year.first.head.save()
    return_leaves(year, "1.1")
    tell(year)

    assert heard(year.first.head) == []


def test_long_lists_of_leaves_are_counted_and_no_message_is_too_long(year, tell):
    codes = [row.criterion.code for row in year.first.submission.scores.all()
             if row.criterion.is_self_scored]  # fmt: skip
    assert len(codes) < 9
    assert words.leaves([f"1.{number}" for number in range(1, 13)]) == (
        "1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8 và 4 tiêu chí khác"
    )
    year.first.submission.unit_name = "Đ" * 200
    year.first.submission.save()
    return_leaves(year, *codes)
    tell(year)

    assert Message.objects.count() == 2


def test_cost_of_telling_does_not_grow_with_the_acts_on_a_dossier(year, tell):
    def cost(*codes, number):
        ask(year, *codes, number=number)
        events.seal(year.cycle.pk)
        with CaptureQueriesContext(connection) as seen:
            assert notices.tell(year.cycle, year.at) == 2
        return len(seen)

    cost("1.1", number=0)  # makes the cursor
    Message.objects.all().delete()
    Explanation.objects.update(closed_at=year.at)
    one = cost("1.3", number=0)
    assert cost("1.1", "1.3", "1.4", number=1) == one


# The table --------------------------------------------------------------------------------------


def acts_of_the_log():
    return {*recorded_acts(), *ACTS, *(row.action for row in machine.rows())}


def known_acts():
    return {name.partition(".")[2] for row in TABLE for name in row.on}


def test_every_act_of_the_log_is_told_or_says_why_not():
    acts = acts_of_the_log()

    assert sorted(acts - known_acts() - set(SILENT)) == []
    assert sorted(known_acts() & set(SILENT)) == []


def test_every_row_names_acts_of_a_real_model():
    acts = acts_of_the_log()
    models = apps.all_models["assessments"]
    told = [name.split(".") for row in TABLE for name in row.on]

    assert [name for name in told if name[0] not in models or name[1] not in acts] == []


def test_rows_have_keys_of_their_own():
    keys = [row.name for row in TABLE]

    assert sorted(keys) == sorted(set(keys))
    assert max(map(len, keys)) < 80
