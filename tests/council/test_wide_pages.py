"""Pages with a wide table leave the room of the list of models to it."""

import pytest
from django.urls import reverse

from tests.council.conftest import Enter
from tests.factories.cycles import Year

PAGES = {
    "assessments_cycle_approvals": ("leader", "cycle_scheme"),
    "assessments_assignment_matrix": ("secretary", "council"),
    "assessments_cycle_board": ("secretary", "cycle"),
    "assessments_cycle_calibration": ("secretary", "cycle"),
    "assessments_submission_lineage": ("secretary", "submission"),
    "assessments_submission_appraisal": ("member", "submission"),
}


@pytest.mark.parametrize("name", PAGES)
def test_wide_page_has_no_side_bar(year: Year, enter: Enter, name: str) -> None:
    role, about = PAGES[name]
    found = year.first.submission if about == "submission" else getattr(year, about)

    answer = enter(getattr(year, role)).get(reverse(f"admin:{name}", args=[found.pk]))

    assert answer.status_code == 200
    assert 'id="nav-sidebar"' not in answer.content.decode()
