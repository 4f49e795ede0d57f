"""The matrix, the board and the list of who is missing: axe at both widths, nothing spills."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from assessments.choices import SubmissionState
from assessments.models import Extension
from tests.browser.looking import Visitor
from tests.factories.busy import ask
from tests.factories.council import appraise, make_judged_year, make_member
from tests.factories.cycles import Year

pytestmark = pytest.mark.browser
Enter = Callable[[Any], Visitor]


@pytest.fixture(scope="module")
def year(db: None) -> Year:
    """Store a year in which every kind of cell and line of these pages occurs."""
    judged = make_judged_year(units=4)
    make_member(judged, judged.first.unit)
    make_member(judged, assigned=False)
    appraise(judged, judged.first, "1.1")
    ask(judged, judged.at + dt.timedelta(days=1), code="1.2")
    judged.council.members.filter(user=judged.member).update(unit=judged.first.unit)
    for dossier, state in zip(judged.dossiers[2:], ("draft", "locked"), strict=True):
        dossier.submission.state = SubmissionState(state)
        dossier.submission.save()
    judged.dossiers[2].focal.phone = "028 3829 1234"
    judged.dossiers[2].focal.save()
    Extension.objects.create(
        cycle=judged.cycle, stage="council", unit=judged.second.unit, reason="Bão",
        until=judged.milestone("council").closes_at + dt.timedelta(days=3),
    )  # fmt: skip
    return judged


def both(visitor: Visitor) -> None:
    visitor.check()
    visitor.check(dark=True, narrow=True)


@pytest.mark.parametrize("role", ["secretary", "officer"])
def test_matrix_has_no_fault(year: Year, enter: Enter, role: str) -> None:
    visitor = enter(getattr(year, role))
    visitor.go(reverse("admin:assessments_assignment_matrix", args=[year.council.pk]))
    both(visitor)


def test_difference_is_reached_by_keyboard_and_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.secretary)
    visitor.go(reverse("admin:assessments_assignment_matrix", args=[year.council.pk]))
    visitor.page.locator(".board__tick input:not([disabled])").first.focus()
    visitor.page.keyboard.press("Space")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    assert visitor.page.locator("button[name=confirm]").count() == 1
    both(visitor)


@pytest.mark.parametrize("name", ["assignment_substitute", "assignment_proposal"])
def test_page_beside_the_matrix_has_no_fault(year: Year, enter: Enter, name: str) -> None:
    visitor = enter(year.secretary)
    visitor.go(reverse(f"admin:assessments_{name}", args=[year.council.pk]))
    both(visitor)


@pytest.mark.parametrize("role", ["secretary", "member", "officer"])
def test_board_has_no_fault(year: Year, enter: Enter, role: str) -> None:
    visitor = enter(getattr(year, role))
    visitor.go(reverse("admin:assessments_cycle_board", args=[year.cycle.pk]))
    both(visitor)


def test_missing_units_are_called_from_a_telephone(year: Year, enter: Enter) -> None:
    visitor = enter(year.secretary)
    visitor.go(reverse("admin:assessments_cycle_missing", args=[year.cycle.pk]))
    assert visitor.page.locator("a[href^='tel:']").count() == 1
    both(visitor)


def test_declaration_and_start_page_have_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.member)
    visitor.go("/admin/")
    both(visitor)
    visitor.go(reverse("admin:assessments_declaredconflict_declare"))
    both(visitor)


def test_act_on_many_dossiers_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.secretary)
    visitor.go(reverse("admin:assessments_submission_changelist"))
    visitor.page.locator("#action-toggle").check()
    visitor.page.select_option("select[name=action]", "request_explanation")
    with visitor.page.expect_navigation():
        visitor.page.click("button[name=index]")
    assert visitor.page.locator("#blocked").count() == 1
    both(visitor)
