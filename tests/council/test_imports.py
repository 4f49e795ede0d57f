"""Tables of assignments and of survey results: dry run, difference, confirm, errors by cell."""

import io
from typing import Any

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from assessments.models import Assignment, Event, RespondentKind, SurveyResult, SurveyRound
from assessments.workflow import decisions  # noqa: F401 - the table of acts
from tests.council.conftest import Enter
from tests.factories.council import make_judged_year
from tests.factories.cycles import D, Year, make_user
from units.models import Membership

ASSIGN = ["Tài khoản", "Mã bộ tiêu chí", "Mã lĩnh vực", "Chỉ cho đơn vị", "Từ ngày"]
RESULT = ["Tên đơn vị", "Mã tiêu chí", "Đối tượng", "Số phiếu", "Tỷ lệ (%)"]


def sheet(*rows: list[Any]) -> io.BytesIO:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    stream.name = "bang.xlsx"
    return stream


def send(client: Any, model: str, *rows: list[Any]) -> Any:
    url = reverse(f"admin:assessments_{model}_import")
    return client.post(url, {"import_file": sheet(*rows), "format": ""})


def confirm(client: Any, model: str, preview: Any) -> Any:
    form = preview.context["confirm_form"]
    url = reverse(f"admin:assessments_{model}_process_import")
    return client.post(url, {name: form.initial.get(name, "") for name in form.fields})


def problems(response: Any) -> list[str]:
    return list(response.context["result"].problems)


@pytest.fixture
def surveyed(db: Any) -> Year:
    year = make_judged_year()
    SurveyRound.objects.create(
        cycle=year.cycle, body="Viện Nghiên cứu", method_note="Phiếu", min_sample=30
    )
    return year


def test_assignments_come_in_by_a_table(year: Year, enter: Enter) -> None:
    seat = year.council.members.get(user=year.chair)
    client = enter(year.secretary)
    row = [year.chair.username, year.scheme.code, "1", year.second.unit.name, "01/02/2031"]
    preview = send(client, "assignment", ASSIGN, row)
    assert problems(preview) == []
    assert not seat.assignments.exists()
    assert confirm(client, "assignment", preview).status_code == 302
    made = seat.assignments.get()
    assert (made.field.code, made.unit, f"{made.since:%d/%m/%Y}") == (
        "1",
        year.second.unit,
        "01/02/2031",
    )


def test_imported_assignment_is_told_with_who_and_what(year: Year, enter: Enter) -> None:
    client = enter(year.secretary)
    row = [year.chair.username, year.scheme.code, "1", year.second.unit.name, "01/02/2031"]
    confirm(client, "assignment", send(client, "assignment", ASSIGN, row))
    made = year.council.members.get(user=year.chair).assignments.get()
    entry = LogEntry.objects.get()
    assert (entry.user, entry.get_edited_object(), entry.is_addition()) == (
        year.secretary, made, True,
    )  # fmt: skip
    event = Event.objects.get(action="assign")
    assert (event.actor, event.object_id, event.cycle) == (
        year.secretary, str(made.pk), year.cycle,
    )  # fmt: skip
    assert event.data == {
        "member": made.member_id, "field": made.field_id, "unit": year.second.unit.pk,
        "since": "2031-02-01", "until": None,
    }  # fmt: skip

    gone = reverse("admin:assessments_assignment_delete", args=[made.pk])
    assert client.post(gone, {"post": "yes"}).status_code == 302
    assert Event.objects.get(action="unassign").data == event.data


def test_assignment_errors_name_row_and_column(year: Year, enter: Enter) -> None:
    count = Assignment.objects.count()
    response = send(
        enter(year.secretary), "assignment", ASSIGN,
        ["khong-co", year.scheme.code, "1", "", "01/02/2031"],
        [year.chair.username, year.scheme.code, "9", "", "01/02/2031"],
        [year.chair.username, year.scheme.code, "1", "Không có đơn vị này", "01/02/2031"],
        [year.chair.username, year.scheme.code, "1", "", "32/02/2031"],
    )  # fmt: skip
    found = problems(response)
    assert [text.split(":")[0] for text in found] == [
        "Row 2, column A (Tài khoản)", "Row 3, column C (Mã lĩnh vực)",
        "Row 4, column D (Chỉ cho đơn vị)", "Row 5, column E (Từ ngày)",
    ]  # fmt: skip
    assert Assignment.objects.count() == count


def test_member_is_not_assigned_to_the_own_unit(year: Year, enter: Enter) -> None:
    year.council.members.filter(user=year.chair).update(unit=year.second.unit)
    row = [year.chair.username, year.scheme.code, "1", year.second.unit.name, "01/02/2031"]
    assert "conflict" in problems(send(enter(year.secretary), "assignment", ASSIGN, row))[0]


def test_assignments_of_another_council_are_refused(year: Year, enter: Enter) -> None:
    other = make_judged_year(year=2032)
    row = [other.chair.username, other.scheme.code, "1", "", "01/02/2031"]
    assert len(problems(send(enter(year.secretary), "assignment", ASSIGN, row))) == 2


def test_officer_reads_assignments_but_imports_none(year: Year, enter: Enter) -> None:
    client = enter(year.officer)
    assert client.get(reverse("admin:assessments_assignment_changelist")).status_code == 200
    assert client.get(reverse("admin:assessments_assignment_import")).status_code == 403


@pytest.mark.parametrize("mean", ["81,5", "81.5", 81.5])
def test_results_come_in_with_comma_or_point(surveyed: Year, enter: Enter, mean: Any) -> None:
    client = enter(surveyed.survey_officer)
    preview = send(
        client, "surveyresult", RESULT, [surveyed.first.unit.name, "2.4", "Người dân", 120, mean]
    )
    assert problems(preview) == []
    assert confirm(client, "surveyresult", preview).status_code == 302
    row = SurveyResult.objects.get()
    assert (row.mean, row.sample, row.unit) == (D("81.5"), 120, surveyed.first.unit)


def test_result_sent_again_replaces_the_figure(surveyed: Year, enter: Enter) -> None:
    client = enter(surveyed.survey_officer)
    for mean in ("70", "75"):
        preview = send(
            client, "surveyresult", RESULT, [surveyed.first.unit.code, "2.4", "nguoi-dan", 50, mean]
        )
        if problems(preview):
            rows = [
                ["Mã đơn vị", *RESULT[1:]],
                [surveyed.first.unit.code, "2.4", "nguoi-dan", 50, mean],
            ]
            preview = send(client, "surveyresult", *rows)
        assert confirm(client, "surveyresult", preview).status_code == 302
    assert SurveyResult.objects.get().mean == D(75)


def test_result_errors_name_row_and_column(surveyed: Year, enter: Enter) -> None:
    name = surveyed.first.unit.name
    response = send(
        enter(surveyed.survey_officer), "surveyresult", RESULT,
        ["Không có đơn vị này", "2.4", "Người dân", 50, "70"],
        [name, "1.1", "Người dân", 50, "70"],
        [name, "2.4", "Người lạ", 50, "70"],
        [name, "2.4", "Người dân", "1.234", "70"],
        [name, "2.4", "nguoi-dan", 50, "1.000,5"],
    )  # fmt: skip
    assert [text.split(":")[0] for text in problems(response)] == [
        "Row 2, column A (Tên đơn vị)", "Row 3, column B (Mã tiêu chí)",
        "Row 4, column C (Đối tượng)", "Row 5, column D (Số phiếu)", "Row 6, column E (Tỷ lệ (%))",
    ]  # fmt: skip
    assert not SurveyResult.objects.exists()


def test_mean_over_a_hundred_is_refused(surveyed: Year, enter: Enter) -> None:
    response = send(
        enter(surveyed.survey_officer),
        "surveyresult",
        RESULT,
        [surveyed.first.unit.name, "2.4", "Người dân", 50, "101"],
    )
    assert problems(response)


def test_own_unit_and_approved_unit_are_refused(surveyed: Year, enter: Enter) -> None:
    Membership.objects.create(
        user=surveyed.survey_officer, unit=surveyed.first.unit, since="2020-01-01"
    )
    surveyed.second.submission.state = "approved"
    surveyed.second.submission.save()
    client = enter(surveyed.survey_officer)
    for dossier in surveyed.dossiers:
        row = [dossier.unit.name, "2.4", "Người dân", 50, "70"]
        assert problems(send(client, "surveyresult", RESULT, row))
    assert not SurveyResult.objects.exists()


def test_others_import_no_results(surveyed: Year, enter: Enter) -> None:
    root = make_user("root", is_superuser=True, is_staff=True)
    for user in (surveyed.chair, surveyed.officer, surveyed.leader, surveyed.auditor):
        url = reverse("admin:assessments_surveyresult_import")
        assert enter(user).get(url).status_code == 403
    export = enter(root).post(
        reverse("admin:assessments_surveyresult_export"),
        {"format": "0", "resource": "", "surveyresultresource_code": "on"},
    )
    assert surveyed.first.unit.name.encode() not in export.content


@pytest.mark.parametrize(("typed", "kept"), [("87,5", "87.5"), ("87.5", "87.5")])
def test_result_is_typed_with_comma_or_point(
    surveyed: Year, enter: Enter, typed: str, kept: str
) -> None:
    data = {
        "round": SurveyRound.objects.get().pk, "unit": surveyed.first.unit.pk,
        "criterion": surveyed.criterion("2.4").pk, "sample": "120", "mean": typed,
        "kind": RespondentKind.objects.get(code="nguoi-dan").pk,
    }  # fmt: skip
    client, address = enter(surveyed.survey_officer), reverse("admin:assessments_surveyresult_add")
    assert client.post(address, data | {"mean": "nhiều"}).status_code == 200
    assert client.post(address, data | {"mean": ""}).status_code == 200
    assert client.post(address, data).status_code == 302
    assert SurveyResult.objects.get().mean == D(kept)
