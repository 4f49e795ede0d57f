"""The working calendar in the admin: who keeps it, by hand and by a table."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Event, WorkingDay
from assessments.queries.workdays import calendar
from assessments.resources.workdays import WorkingDayResource
from cchc.kit.imports import ImportRefused, load
from cchc.kit.sheets import WorkbookFormat
from tests.council.conftest import Enter
from tests.factories.cycles import Year
from tests.units.conftest import workbook
from units.models import User

ADD = "admin:assessments_workingday_add"
LIST = "admin:assessments_workingday_changelist"
HEADER = ["Ngày", "Làm việc hay nghỉ", "Ghi chú"]
SATURDAY = dt.date(2026, 1, 10)
TYPED = {"day": "2026-01-10", "is_working": "on", "note": "Làm bù"}


def table(*rows: list[Any]) -> Any:
    return WorkbookFormat().create_dataset(workbook(HEADER, *rows))


def test_officer_enters_a_worked_saturday(year: Year, enter: Enter) -> None:
    response = enter(year.officer).post(reverse(ADD), TYPED)

    assert response.status_code == 302
    assert calendar().is_working(SATURDAY)
    event = Event.objects.get(action="working_day")
    assert event.data == {"day": "2026-01-10", "worked": True}
    assert event.actor == year.officer


def test_decision_is_given_whole_or_not_at_all(year: Year, enter: Enter) -> None:
    response = enter(year.officer).post(reverse(ADD), TYPED | {"decision_number": "5/QĐ"})

    assert response.status_code == 200
    assert not WorkingDay.objects.exists()


def test_row_is_corrected_and_never_deleted(year: Year, enter: Enter) -> None:
    row = WorkingDay.objects.create(day=SATURDAY, is_working=True, note="Nhầm")
    client, keys = enter(year.officer), [row.pk]

    changed = client.post(
        reverse("admin:assessments_workingday_change", args=keys),
        {"day": "2026-01-10", "note": "Không làm bù"},
    )
    deleted = client.post(reverse("admin:assessments_workingday_delete", args=keys), {"post": "y"})

    assert (changed.status_code, deleted.status_code) == (302, 403)
    assert calendar().overrides == {SATURDAY: False}


def test_others_read_or_see_nothing(year: Year, enter: Enter) -> None:
    def seen(user: User) -> tuple[int, int]:
        client = enter(user)
        return client.get(reverse(LIST)).status_code, client.get(reverse(ADD)).status_code

    assert seen(year.secretary) == seen(year.leader) == (200, 403)
    assert seen(year.member) == (403, 403)


def test_table_is_imported_once_and_changes_nothing_twice(year: Year) -> None:
    rows = table([dt.date(2026, 1, 2), "Nghỉ", "Hoán đổi"], ["10/01/2026", "Làm việc", "Làm bù"])
    load(WorkingDayResource(), rows, by=year.officer)
    again = load(WorkingDayResource(), rows, by=year.officer)

    assert calendar().overrides == {dt.date(2026, 1, 2): False, SATURDAY: True}
    assert again.totals["skip"] == 2
    assert Event.objects.filter(action="working_day", actor=year.officer).count() == 2


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (["10/01/2026", "", "Làm bù"], "Làm việc hay nghỉ"),
        (["10/01/2026", "Nửa ngày", "Làm bù"], "Làm việc hay nghỉ"),
        (["30/02/2026", "Nghỉ", "Sai ngày"], "Ngày"),
        (["10/01/2026", "Nghỉ", ""], "Ghi chú"),
    ],
)
def test_bad_row_is_named_and_nothing_is_saved(year: Year, row: list[str], named: str) -> None:
    good = ["02/01/2026", "Nghỉ", "Hoán đổi"]
    with pytest.raises(ImportRefused) as refused:
        load(WorkingDayResource(), table(good, row), by=year.officer)

    assert [f"({named})" in problem for problem in refused.value.problems] == [True]
    assert not WorkingDay.objects.exists()


def test_calendar_is_one_query(year: Year) -> None:
    WorkingDay.objects.create(day=SATURDAY, is_working=True, note="Làm bù")
    with CaptureQueriesContext(connection) as captured:
        found = calendar()

    assert len(captured) == 1
    assert found.is_working(SATURDAY)
