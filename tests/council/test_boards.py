"""The board of a cycle: how far each dossier is, what each reader meets, the clock, the missing."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.choices import Stage, SubmissionState
from assessments.models import Assignment, Extension, Submission
from assessments.queries import boards, clocks
from assessments.workflow import machine, scores
from tests.council.conftest import Enter
from tests.factories.busy import ask
from tests.factories.council import (
    appraise,
    appraise_all,
    make_concluded,
    make_judged_year,
    make_member,
)  # fmt: skip
from tests.factories.cycles import D, Dossier, Year, make_year
from units.models import Membership, User

DAY = dt.timedelta(days=1)


def page(year: Year, name: str = "board") -> str:
    return reverse(f"admin:assessments_cycle_{name}", args=[year.cycle.pk])


def read(year: Year, user: User) -> list[boards.Section]:
    sight = boards.board_sight_of(user, year.cycle, year.at)
    assert sight is not None
    return boards.read(user, boards.dossiers_of(user, year.cycle, year.at), sight, year.at)


def cells(year: Year, user: User, dossier: Dossier) -> list[boards.Counts | None]:
    lines = {line.submission.pk: line for section in read(year, user) for line in section.lines}
    return lines[dossier.submission.pk].cells


def test_cell_counts_leaves_judged_and_to_judge(year: Year) -> None:
    appraise(year, year.first, "1.1")
    appraise(year, year.first, "2.1")
    shown = [(each.done, each.total, each.left) for each in cells(year, year.secretary, year.first)]
    # The survey leaf of the second field is nobody's to judge.
    assert shown == [(1, 5, 4), (1, 3, 2)]
    total = read(year, year.secretary)[0].sum
    assert (total.done, total.total) == (2, 16)


def test_correction_counts_the_leaves_that_wait_again(year: Year) -> None:
    make_concluded(year, year.first)
    Submission.objects.filter(pk=year.first.submission.pk).update(state="published")
    machine.perform(
        "open_correction", year.first.submission, by=year.leader, at=year.at, note="Nhầm",
        leaves=["1.1", "1.2"],
    )  # fmt: skip
    appraise(year, year.first, "1.1", points="1", reason="Theo minh chứng mới")
    first = cells(year, year.secretary, year.first)[0]
    assert (first.done, first.total, first.left) == (1, 2, 1)


def test_cell_tells_questions_and_what_the_unit_changed(year: Year) -> None:
    appraise(year, year.first, "1.1")
    ask(year, year.at + DAY, code="1.2")
    row = year.first.score("1.1")
    scores.stamp(row, by=year.first.focal, at=year.at + DAY, action="unit.attach")
    first = cells(year, year.officer, year.first)[0]
    assert (first.questions, first.changed, first.done) == (1, 1, 0)


def disputing(**heading: Any) -> Year:
    year = make_judged_year(heading={"dispute_spread": D("0.5")}, **heading)
    appraise(year, year.first, "1.1")
    appraise(year, year.first, "1.1", by=make_member(year), points="0", reason="Khác")
    return year


@pytest.mark.parametrize(
    ("role", "number"),
    [("secretary", 1), ("leader", 1), ("auditor", 1), ("officer", 0), ("member", 0)],
)
def test_disputes_are_told_to_those_who_read_points_unblinded(
    db: None, role: str, number: int
) -> None:
    year = disputing()
    assert cells(year, getattr(year, role), year.first)[0].disputed == number


def test_unblinded_member_is_told_disputes(db: None) -> None:
    year = disputing()
    year.council.others_after_own = False
    year.council.save()
    assert cells(year, year.member, year.first)[0].disputed == 1


def test_own_unit_is_absent_from_rows_and_totals(year: Year, enter: Enter) -> None:
    appraise_all(year, year.first)
    for user in (year.secretary, year.member, year.officer, year.leader):
        Membership.objects.create(user=user, unit=year.first.unit, since=dt.date(2020, 1, 1))
        (section,) = read(year, user)
        assert [line.submission for line in section.lines] == [year.second.submission]
        assert (section.sum.done, section.sum.total) == (0, 8)
        body = enter(user).get(page(year)).content.decode()
        assert year.first.unit.name not in body


def test_member_meets_the_columns_of_own_fields_and_the_own_line(year: Year, enter: Enter) -> None:
    other = make_member(year)
    Assignment.objects.filter(member__user=year.member, field=year.criterion("2")).delete()
    (section,) = read(year, year.member)
    assert [field.code for field in section.fields] == ["1"]
    shown = enter(year.member).get(page(year))
    assert [row.seat.user for row in shown.context["members"].rows] == [year.member]
    assert str(other) not in shown.content.decode()


def test_board_is_missing_for_those_without_a_part_in_the_year(year: Year, enter: Enter) -> None:
    for user in (year.survey_officer, year.administrator):
        for name in ("board", "board_table", "missing"):
            assert enter(user).get(page(year, name)).status_code == 404
    other = make_judged_year(year=2032)
    assert enter(other.secretary).get(page(year)).status_code == 404
    assert boards.boards_of(other.secretary, year.at) == [other.cycle]


def test_board_shows_no_points(year: Year, enter: Enter) -> None:
    appraise(year, year.first, "1.1", points="1.2357", reason="Lý do")
    for name in ("board", "board_table"):
        content = enter(year.officer).get(page(year, name)).content
        assert b"1,2357" not in content
        assert b"1.2357" not in content


def test_filters_narrow_rows_and_totals(year: Year, enter: Enter) -> None:
    year.first.submission.state = SubmissionState.SUBMITTED
    year.first.submission.save()
    client = enter(year.secretary)
    (section,) = client.get(page(year), {"state": "submitted"}).context["sections"]
    assert [line.submission for line in section.lines] == [year.first.submission]
    assert section.sum.total == 8
    assert client.get(page(year), {"group": "999999"}).context["sections"] == []
    strange = client.get(page(year), {"group": "x'", "state": "x"}).context["sections"]
    assert len(strange[0].lines) == 2


def test_pages_hold_fifty_and_sums_hold_all() -> None:
    lines = [boards.Line(submission=None) for _number in range(120)]  # type: ignore[arg-type]
    total = boards.Counts(7, 3)
    sections = [
        boards.Section("A", [], lines[:30], [], total),
        boards.Section("B", [], lines[30:], [], total),
    ]
    shape = [
        [(section.group, len(section.lines)) for section in boards.paged(sections, number)]
        for number in (1, 2, 3)
    ]
    assert shape == [[("A", 30), ("B", 20)], [("B", 50)], [("B", 20)]]
    assert boards.paged(sections, 3)[0].sum is total


def test_board_costs_the_same_for_one_dossier_and_three(db: None, enter: Enter) -> None:
    costs = []
    for number, units in ((0, 1), (1, 3)):
        year = make_judged_year(year=2033 + number, units=units)
        for _each in range(units):
            make_member(year)
        user, sight = year.secretary, boards.BoardSight(whole=True, disputes=True)
        dossiers = boards.dossiers_of(user, year.cycle, year.at)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            boards.read(user, dossiers, sight, year.at)
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_table_holds_what_the_board_shows(year: Year, enter: Enter) -> None:
    appraise(year, year.first, "1.1")
    Membership.objects.create(user=year.secretary, unit=year.second.unit, since=dt.date(2020, 1, 1))
    answer = enter(year.secretary).get(page(year, "board_table"))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert [row[:3] for row in rows[1:]] == [
        (year.group.name, year.first.unit.code, year.first.unit.name)
    ] * 2
    assert rows[0][6:9] == ("Phải thẩm định", "Đã thẩm định", "Còn lại")
    assert rows[1][6:9] == (5, 1, 4)
    assert rows[0][-1] == "Có chênh lệch lớn"
    table = enter(year.officer).get(page(year, "board_table")).content
    assert "Có chênh lệch lớn" not in next(
        iter(openpyxl.load_workbook(io.BytesIO(table)).active.values)
    )


# The clock and the missing --------------------------------------------------------------------


def test_clock_counts_working_days_and_names_longer_terms(db: None) -> None:
    at = dt.datetime(2026, 3, 4, 9, tzinfo=timezone.get_current_timezone())  # a Wednesday
    year = make_year(at=at, stage=Stage.APPRAISAL)
    seen = boards.dossiers_of(year.officer, year.cycle, at)
    running = next(each for each in clocks.clocks(year.cycle, seen, at) if each.running)
    # Until Sunday the 8th: Thursday and Friday are left.
    assert (running.stage, running.days_left) == (Stage.APPRAISAL, 2)
    assert f"{timezone.localtime(running.last_moment):%d/%m %H:%M:%S}" == "08/03 23:59:59"
    for unit, days in ((year.first.unit, 3), (None, 1)):
        Extension.objects.create(
            cycle=year.cycle, stage=Stage.APPRAISAL, unit=unit, reason="Bão",
            until=running.closes_at + days * DAY,
        )  # fmt: skip
    running = next(each for each in clocks.clocks(year.cycle, seen, at) if each.running)
    assert (running.days_left, len(running.extensions)) == (3, 2)
    Membership.objects.create(user=year.officer, unit=year.first.unit, since=dt.date(2020, 1, 1))
    seen = boards.dossiers_of(year.officer, year.cycle, at)
    running = next(each for each in clocks.clocks(year.cycle, seen, at) if each.running)
    assert [row.unit for row in running.extensions] == [None]


@pytest.fixture
def filling(db: None) -> Year:
    year = make_year(units=3)
    year.second.submission.state = SubmissionState.SUBMITTED
    year.second.submission.save()
    year.first.focal.phone = "028 3829 1234"
    year.first.focal.save()
    return year


def test_missing_units_come_with_whom_to_call(filling: Year, enter: Enter) -> None:
    for user in (filling.secretary, filling.officer):
        body = enter(user).get(page(filling, "missing")).content.decode()
        assert 'href="tel:028 3829 1234"' in body
        assert f'href="mailto:{filling.first.head.email}"' in body
        assert filling.first.unit.name in body
        assert filling.second.unit.name not in body
    assert enter(filling.member).get(page(filling, "missing")).status_code == 404


def test_missing_units_cost_the_same_for_one_and_three(filling: Year) -> None:
    costs = []
    for rows in (filling.dossiers[:1], filling.dossiers):
        for dossier in rows:
            dossier.submission.state = SubmissionState.DRAFT
            dossier.submission.save()
        keys = [dossier.submission.pk for dossier in rows]
        seen = boards.dossiers_of(filling.secretary, filling.cycle, filling.at).filter(pk__in=keys)
        with CaptureQueriesContext(connection) as asked:
            found = clocks.missing(filling.cycle, seen, filling.at)
        assert len(found) == len(rows)
        assert all(row.people for row in found)
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_returned_dossier_counts_to_its_own_day(filling: Year) -> None:
    due = filling.at + 30 * DAY
    filling.second.submission.state = SubmissionState.RETURNED
    filling.second.submission.return_due_at = due
    filling.second.submission.save()
    seen = boards.dossiers_of(filling.secretary, filling.cycle, filling.at)
    found = {row.submission.unit: row for row in clocks.missing(filling.cycle, seen, filling.at)}
    assert found[filling.second.unit].until == due
    assert found[filling.first.unit].until == filling.milestone().closes_at
    machine.row_of(type(filling.first.submission), "lock")  # the table is there
    filling.first.submission.state = SubmissionState.LOCKED
    filling.first.submission.save()
    late = filling.milestone().closes_at + DAY
    found = {row.submission.unit: row for row in clocks.missing(filling.cycle, seen, late)}
    assert found[filling.first.unit].days_left is None


# The to-do ------------------------------------------------------------------------------------


def test_todo_of_the_secretary_leads_to_the_matrix_and_the_board(year: Year, enter: Enter) -> None:
    Assignment.objects.filter(field=year.criterion("2")).delete()
    year.council.members.filter(user=year.member).update(unit=year.first.unit)
    ask(year, year.at - DAY)
    body = enter(year.secretary).get(reverse("admin:index")).content.decode()
    matrix = reverse("admin:assessments_assignment_matrix", args=[year.council.pk])
    # A whole field, and one dossier of the other whose only appraiser has a conflict.
    assert f'<a href="{matrix}">2031, fields and single dossiers without an appraiser</a>' in body
    assert "without an appraiser</a>: <strong>2</strong>" in body
    assert "Questions past their time</a>: <strong>1</strong>" in body
    assert page(year) in body
