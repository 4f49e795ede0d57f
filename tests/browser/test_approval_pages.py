"""The approvals of a group, the lineage of a dossier and the dry run's changes, under axe."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from assessments.models import Publication
from tests.browser.looking import Visitor
from tests.factories.council import appraise_all, make_concluded, make_judged_year, reach
from tests.factories.cycles import PASSWORD, D, Year
from tests.factories.published import make_publication
from tests.factories.results import give_final_points, make_draft, make_finished_year

pytestmark = pytest.mark.browser
Enter = Callable[[Any], Visitor]


@pytest.fixture(scope="module")
def year(db: None) -> Year:
    """Store a year with dossiers concluded, one with points far from the others."""
    made = make_judged_year(units=5)
    for dossier in made.dossiers[:4]:
        make_concluded(made, dossier)
        reach(made, "council")
    appraise_all(made, made.dossiers[4])
    for row in made.first.submission.scores.filter(criterion__code__in=["1.1", "1.4"]):
        row.final_points = D(0)
        row.save()
    leaf = made.second.score("1.3")
    leaf.final_applicable, leaf.final_points = False, D(0)
    leaf.save()
    reach(made, "approval")
    return made


@pytest.fixture(scope="module")
def moved(db: None) -> Year:
    """Store a year whose figures moved after the dry run was seen."""
    made = make_finished_year(("0.9", "0.75", "0.6"), year=2029)
    make_draft(made)
    give_final_points(made.first.submission, "0.7")
    return made


def both(visitor: Visitor) -> None:
    visitor.check()
    visitor.check(dark=True, narrow=True)


@pytest.mark.parametrize("role", ["leader", "auditor"])
def test_approvals_have_no_fault(year: Year, enter: Enter, role: str) -> None:
    visitor = enter(getattr(year, role))
    visitor.go(reverse("admin:assessments_cycle_approvals", args=[year.cycle_scheme.pk]))
    assert visitor.page.locator("text=lệch xa").count() >= 1
    both(visitor)


def test_ticked_dossiers_are_approved_through_the_password(year: Year, enter: Enter) -> None:
    visitor = enter(year.leader)
    visitor.go(reverse("admin:assessments_cycle_approvals", args=[year.cycle_scheme.pk]))
    ticks = visitor.page.locator("input[name=dossier]")
    assert ticks.count() == 4
    for place in (0, 1):
        ticks.nth(place).check()
    with visitor.page.expect_navigation():
        visitor.page.click("main form button[type=submit], #content form button[type=submit]")
    visitor.page.fill("input[type=password]", PASSWORD)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    assert visitor.page.locator(".confirm__list li").count() == 2
    both(visitor)
    with visitor.page.expect_navigation():
        visitor.page.click(".confirm button[type=submit]")
    assert visitor.page.locator(".messagelist .success").count() == 1
    assert visitor.page.locator("input[name=dossier]").count() == 2
    both(visitor)


@pytest.mark.parametrize("role", ["chair", "member"])
def test_lineage_has_no_fault(year: Year, enter: Enter, role: str) -> None:
    visitor = enter(getattr(year, role))
    visitor.go(reverse("admin:assessments_submission_lineage", args=[year.first.submission.pk]))
    both(visitor)


def test_changes_since_the_dry_run_have_no_fault(moved: Year, enter: Enter) -> None:
    visitor = enter(moved.leader)
    draft = Publication.objects.get(cycle=moved.cycle)
    visitor.go(reverse("admin:assessments_publication_dry_run", args=[draft.pk]))
    assert visitor.page.locator("#changes").count() == 1
    both(visitor)


def test_publication_with_its_results_has_no_fault(moved: Year, enter: Enter) -> None:
    made = make_publication(year=2024)
    visitor = enter(moved.leader)
    visitor.go(reverse("admin:assessments_publication_change", args=[made.pk]))
    both(visitor)
