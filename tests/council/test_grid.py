"""The appraisal grid: whose rows it has, what it counts, and how it narrows and pages them."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.queries import appraisal, grid
from assessments.workflow import questions
from tests.council.conftest import Enter
from tests.factories.council import appraise, make_judged_year, make_member
from tests.factories.cycles import Year
from units.models import Membership


def page(year: Year, code: str = "1.1", query: str = "") -> str:
    return reverse("admin:assessments_criterionscore_grid", args=[year.criterion(code).pk]) + query


def titles(response: Any) -> list[str]:
    return [row.title for row in response.context["rows"]]


def counts(response: Any) -> dict[str, int]:
    return {str(each["label"]): each["count"] for each in response.context["filters"]}


def test_grid_has_a_row_for_each_unit_with_its_claim(year: Year, enter: Enter) -> None:
    response = enter(year.member).get(page(year))
    assert response.status_code == 200
    assert titles(response) == sorted(each.unit.name for each in year.dossiers)
    content = response.content.decode()
    assert "tự chấm 1.1" in content
    assert f'name="appraise{year.first.score("1.1").pk}-points"' in content
    assert (response.context["done"], response.context["total"]) == (0, 2)


@pytest.mark.parametrize("role", ["secretary", "chair", "leader", "approver", "auditor"])
def test_grid_is_read_only_for_whoever_appraises_nothing(
    year: Year, enter: Enter, role: str
) -> None:
    appraise(year, year.first, "1.1")
    response = enter(getattr(year, role)).get(page(year))
    assert len(titles(response)) == 2
    assert [row.may for row in response.context["rows"]] == [False, False]
    assert "-points" not in response.content.decode()
    assert {row.given for row in response.context["rows"]} == {"2", ""}


@pytest.mark.parametrize("role", ["officer", "survey_officer", "administrator", "outsider"])
def test_grid_is_not_found_without_a_right(year: Year, enter: Enter, role: str) -> None:
    response = enter(getattr(year, role)).get(page(year))
    assert response.status_code == (302 if role == "outsider" else 404)


@pytest.mark.parametrize(
    "role", ["member", "secretary", "chair", "leader", "approver", "auditor", "officer"]
)
@pytest.mark.parametrize("conflict", [False, True])
def test_reader_of_one_year_reads_what_the_lists_show(
    year: Year, role: str, conflict: bool
) -> None:
    user = getattr(year, role)
    if conflict:
        Membership.objects.create(user=user, unit=year.first.unit, since=dt.date(2020, 1, 1))
    expected = appraisal.readable_leaves(user, year.at)
    found = grid.reader_of(user, year.cycle, year.at).leaves()
    assert set(found.values_list("pk", flat=True)) == set(expected.values_list("pk", flat=True))
