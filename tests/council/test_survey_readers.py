"""Who reads survey results before the publication (design 3 and 0.1)."""

import pytest
from django.urls import reverse

from tests.council.conftest import Enter
from tests.factories.council import survey
from tests.factories.cycles import Year

LIST = "admin:assessments_surveyresult_changelist"


@pytest.mark.parametrize(
    "role", ["survey_officer", "leader", "chair", "secretary", "auditor", "approver"]
)
def test_results_are_read_by_those_who_need_them(year: Year, enter: Enter, role: str) -> None:
    result = survey(year, year.first)
    page = enter(getattr(year, role)).get(reverse(LIST))
    assert list(page.context["cl"].result_list) == [result]


@pytest.mark.parametrize("role", ["officer", "member", "administrator"])
def test_results_are_closed_to_everybody_else(year: Year, enter: Enter, role: str) -> None:
    survey(year, year.first)
    assert enter(getattr(year, role)).get(reverse(LIST)).status_code == 403


def test_officer_reads_the_rounds(year: Year, enter: Enter) -> None:
    survey(year, year.first)
    page = enter(year.officer).get(reverse("admin:assessments_surveyround_changelist"))
    assert page.context["cl"].result_count == 1


def test_secretary_meets_no_result_of_a_unit_in_conflict(year: Year, enter: Enter) -> None:
    survey(year, year.first)
    year.council.members.filter(user=year.secretary).update(unit=year.first.unit)
    page = enter(year.secretary).get(reverse(LIST))
    assert page.context["cl"].result_count == 0
