"""The council in session under axe: calibration, agenda with its forms, and the agenda on paper."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from assessments.choices import AgendaReason
from assessments.models import Meeting
from assessments.workflow import decisions, meetings
from tests.browser.looking import Visitor
from tests.factories.council import appraise, make_judged_year, make_meeting, make_member
from tests.factories.cycles import D, Year

pytestmark = pytest.mark.browser
Enter = Callable[[Any], Visitor]


@pytest.fixture(scope="module")
def year(db: None) -> Year:
    """Store a year of three units: disputes, a decision, an agenda, somebody with a conflict."""
    made = make_judged_year(units=3, heading={"dispute_spread": D("0.5")})
    other = make_member(made)
    make_member(made, unit=made.first.unit)
    for dossier in made.dossiers:
        appraise(made, dossier, "1.1")
        appraise(made, dossier, "1.1", by=other, points="1", reason="Ban hành muộn")
        appraise(made, dossier, "1.2")
    held = make_meeting(made, "")
    items = {
        made.first.score("1.1").pk: str(AgendaReason.DISPUTED),
        made.first.score("1.2").pk: str(AgendaReason.CHOSEN),
    }
    meetings.set_agenda(meeting=held, by=made.secretary, at=made.at, add=items)
    decisions.decide_leaf(
        score=made.first.score("1.1"), by=made.chair, at=made.at, meeting=held, points="1,5",
        reason="Hội đồng xem xét", votes_for=3, votes_against=1,
    )  # fmt: skip
    return made


def both(visitor: Visitor, name: str) -> None:
    visitor.check()
    if folder := os.environ.get("H5_PICTURES"):
        visitor.page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    visitor.check(dark=True, narrow=True)


def agenda_of(year: Year) -> str:
    return reverse("admin:assessments_meeting_agenda", args=[Meeting.objects.get().pk])


@pytest.mark.parametrize("role", ["secretary", "auditor"])
def test_calibration_has_no_fault(year: Year, enter: Enter, role: str) -> None:
    visitor = enter(getattr(year, role))
    visitor.go(reverse("admin:assessments_cycle_calibration", args=[year.cycle.pk]))
    assert visitor.page.locator("#chenh-lech ~ .table-wrap tbody tr").count() >= 3
    both(visitor, f"calibration-{role}")


def test_agenda_is_filled_and_attendance_recorded_without_a_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.secretary)
    visitor.go(agenda_of(year))
    both(visitor, "agenda")
    visitor.page.locator("input[id^=off]").first.check()
    with visitor.page.expect_navigation():
        visitor.page.click("button[value=add]")
    assert visitor.page.locator("input[id^=on]").count() == 3
    with visitor.page.expect_navigation():
        visitor.page.click("button[value=leaf]")
    assert visitor.page.locator(".error-summary").count() == 1
    both(visitor, "agenda-error")
    visitor.page.locator("input[name^=roll-present]").last.uncheck()
    visitor.page.locator("input[name^=roll-note]").last.fill("Đi công tác")
    with visitor.page.expect_navigation():
        visitor.page.click("button[value=roll]")
    assert visitor.page.locator("input[name^=roll-note]").last.input_value() == "Đi công tác"


def test_agenda_is_read_without_forms_by_the_auditor(year: Year, enter: Enter) -> None:
    visitor = enter(year.auditor)
    visitor.go(agenda_of(year))
    assert visitor.page.locator("button[name=verb]").count() == 0
    both(visitor, "agenda-auditor")


def test_paper_shows_agenda_and_attendance_without_forms(year: Year, enter: Enter) -> None:
    visitor = enter(year.secretary)
    visitor.go(agenda_of(year))
    visitor.page.emulate_media(media="print")
    seen = visitor.page.locator("#chuong-trinh, .agenda-lines, #thanh-phan")
    assert seen.first.is_visible()
    for gone in ("#de-xuat", "button[value=remove]", "input[id^=on]", "#header"):
        assert not visitor.page.locator(gone).first.is_visible(), gone


def test_meeting_form_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.secretary)
    visitor.go(reverse("admin:assessments_meeting_change", args=[Meeting.objects.get().pk]))
    both(visitor, "meeting")
