"""Independent figures: entered by Home Affairs beside the claim, by a form or by a table."""

from typing import Any

import pytest
from django.urls import reverse

from assessments.choices import SubmissionState
from assessments.errors import BadInput, NotPermitted, WrongState
from assessments.models import Event, ScoreHistory
from assessments.workflow import independent
from tests.council.conftest import Enter
from tests.council.test_imports import confirm, problems, send
from tests.factories.cycles import D, Dossier, Year
from units.models import Membership

HEAD = ["Tên đơn vị", "Mã tiêu chí", "Phải thực hiện (a)", "Đã thực hiện (b)", "Nguồn số liệu"]


def record(year: Year, code: str = "1.3", **given: Any) -> Any:
    values = {
        "score": year.first.score(code), "by": year.officer, "at": year.at, "a": "120",
        "b": "114", "source": "Cổng dịch vụ công, 05/01",
    } | given  # fmt: skip
    return independent.record_independent(**values)


def page(dossier: Dossier) -> str:
    return reverse("admin:assessments_submission_independent", args=[dossier.submission.pk])


def test_figure_stands_beside_the_claim_and_changes_no_points(year: Year, enter: Enter) -> None:
    before = year.first.score("1.3")
    record(year)
    row = year.first.score("1.3")
    assert (row.independent_a, row.independent_b, row.independent_source) == (
        D(120), D(114), "Cổng dịch vụ công, 05/01",
    )  # fmt: skip
    assert (row.self_points, row.a, row.version) == (
        before.self_points, before.a, before.version + 1,
    )  # fmt: skip
    assert Event.objects.get(action="record_independent").data == {
        "code": "1.3", "a": "120", "b": "114",
    }  # fmt: skip
    assert ScoreHistory.objects.get(score=row).values["independent_b"] == "114"
    member = enter(year.member)
    for name, pk, shown in (
        ("submission_appraisal", year.first.submission.pk, "b/a = 114/120"),
        ("criterionscore_panel", row.pk, "b/a = 114/120 (Cổng dịch vụ công, 05/01)"),
    ):
        content = member.get(reverse(f"admin:assessments_{name}", args=[pk])).content.decode()
        assert shown in content


@pytest.mark.parametrize(
    ("code", "given", "field"),
    [
        ("1.3", {"a": "100", "b": "101"}, "b"),
        ("1.3", {"a": "x"}, "a"),
        ("1.3", {"b": "1.234"}, "b"),
        ("1.3", {"source": "  "}, "source"),
        ("1.1", {}, "criterion"),
    ],
)
def test_unfit_figure_is_refused(year: Year, code: str, given: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        record(year, code, **given)
    assert caught.value.field == field


def test_figures_belong_to_the_officer_without_a_conflict(year: Year) -> None:
    for user in (year.secretary, year.chair, year.member, year.leader, year.first.head):
        with pytest.raises(NotPermitted):
            record(year, by=user)
    Membership.objects.create(user=year.officer, unit=year.first.unit, since="2020-01-01")
    with pytest.raises(NotPermitted):
        record(year)


def test_figures_stay_after_the_conclusion(year: Year) -> None:
    year.first.submission.state = SubmissionState.APPRAISED
    year.first.submission.save()
    with pytest.raises(WrongState):
        record(year)


def test_officer_enters_figures_on_the_page_of_the_dossier(year: Year, enter: Enter) -> None:
    client, row = enter(year.officer), year.first.score("1.3")
    change = reverse("admin:assessments_submission_change", args=[year.first.submission.pk])
    assert page(year.first) in client.get(change).content.decode()
    data = {"score": row.pk, f"independent{row.pk}-a": "100", f"independent{row.pk}-b": "200",
            f"independent{row.pk}-source": "Cổng"}  # fmt: skip
    refused = client.post(page(year.first), data)
    (form,) = refused.context["forms"]
    assert (list(form.errors), form["b"].value()) == (["b"], "200")
    assert client.post(page(year.first), data | {f"independent{row.pk}-b": "90"}).status_code == 302
    assert year.first.score("1.3").independent_b == D(90)
    other = year.first.score("1.1").pk
    assert client.post(page(year.first), data | {"score": other}).status_code == 404
    for user in (year.secretary, year.chair, year.member, year.leader, year.auditor):
        assert enter(user).get(page(year.first)).status_code == 404


def test_figures_come_in_by_a_table(year: Year, enter: Enter) -> None:
    client = enter(year.officer)
    rows = [[dossier.unit.name, "1.3", 1000, 950.5, "Cổng"] for dossier in year.dossiers]
    preview = send(client, "criterionscore", HEAD, *rows)
    assert problems(preview) == []
    assert year.first.score("1.3").independent_a is None
    answer = confirm(client, "criterionscore", preview)
    assert (answer.status_code, answer["Location"]) == (
        302, reverse("admin:assessments_submission_changelist"),
    )  # fmt: skip
    assert [dossier.score("1.3").independent_b for dossier in year.dossiers] == [D("950.5")] * 2
    assert Event.objects.filter(action="record_independent").count() == 2


def test_table_errors_name_row_and_column(year: Year, enter: Enter) -> None:
    Membership.objects.create(user=year.officer, unit=year.second.unit, since="2020-01-01")
    name = year.first.unit.name
    found = problems(
        send(
            enter(year.officer), "criterionscore", HEAD,
            [name, "1.3", 10, 11, "Cổng"], [name, "1.1", 10, 9, "Cổng"],
            [year.second.unit.name, "1.3", 10, 9, "Cổng"],
            ["Không có đơn vị này", "1.3", 1, 1, "x"],
        )
    )  # fmt: skip
    assert [text.split(":")[0] for text in found] == [
        "Row 2, column D (Đã thực hiện (b))", "Row 3, column B (Mã tiêu chí)",
        "Row 4, column A (Tên đơn vị)", "Row 5, column A (Tên đơn vị)",
    ]  # fmt: skip
    assert year.first.score("1.3").independent_a is None


def test_only_the_officer_imports(year: Year, enter: Enter) -> None:
    address = reverse("admin:assessments_criterionscore_import")
    for user in (year.secretary, year.chair, year.leader, year.auditor, year.administrator):
        assert enter(user).get(address).status_code == 403
    assert enter(year.officer).get(address).status_code == 200
