"""Agreeing with many units at once, in a real browser: the preview and what came of it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assessments.models import Appraisal
from tests.browser.looking import WIDE, Visitor
from tests.factories.council import appraise, make_judged_year, make_member
from tests.factories.cycles import D, Year

pytestmark = pytest.mark.browser
Enter = Callable[[Any], Visitor]
PATIENCE = 20_000


@pytest.fixture(scope="module")
def year(db: None) -> Year:
    """Store a year of five dossiers; one claim lies far from the independent figure."""
    judged = make_judged_year(units=5, codes=["1.1", "1.3"])
    row = judged.first.score("1.3")
    row.a, row.b, row.independent_a, row.independent_b = D(90), D(100), D(50), D(100)
    row.independent_source = "Hệ thống giải quyết TTHC"
    row.save()
    return judged


def look(visitor: Visitor) -> None:
    """Look at the page wide and narrow, in the light and in the dark."""
    for dark in (False, True):
        for narrow in (False, True):
            visitor.check(dark=dark, narrow=narrow)
    visitor.page.set_viewport_size(WIDE)
    visitor.page.emulate_media(color_scheme="light")


def preview(visitor: Visitor, year: Year) -> None:
    """Open the preview of all rows that nobody appraised."""
    grid = reverse("admin:assessments_criterionscore_grid", args=[year.criterion("1.3").pk])
    visitor.go(grid)
    visitor.page.locator("button[name=all]").click()
    expect(visitor.page.locator("button[name=confirm]")).to_be_visible(timeout=PATIENCE)


def test_preview_and_result_have_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.member)
    preview(visitor, year)
    assert visitor.page.locator("input[name=leaf]").count() == 5
    look(visitor)
    # What another changes meanwhile is left out of the act and named on the page of its result.
    appraise(year, year.second, "1.3", by=make_member(year), points="1", reason="Thiếu số liệu")
    visitor.page.locator("button[name=confirm]").click()
    expect(visitor.page.locator("[role=status]")).to_contain_text("4", timeout=PATIENCE)
    expect(visitor.page.locator(".errornote")).to_contain_text(year.second.unit.name)
    look(visitor)
    assert Appraisal.objects.filter(member__user=year.member).count() == 4


def test_empty_choice_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.member)
    agree = reverse("admin:assessments_criterionscore_agree", args=[year.criterion("1.1").pk])
    visitor.go(agree)
    expect(visitor.page.locator("button[name=confirm]")).to_have_count(0)
    look(visitor)
