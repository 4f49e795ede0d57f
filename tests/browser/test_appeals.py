"""Appeals under axe: choosing leaves, errors, the list, the answer; more time for a question."""

import os

import pytest
from django.urls import reverse

from assessments.choices import Stage
from assessments.models import Appeal
from tests.appraisals.test_questions import ask
from tests.browser.test_workspace import Enter, address, both
from tests.factories.council import appraise, appraise_all, conclude, make_judged_year, reach
from tests.factories.cycles import D, Year

pytestmark = pytest.mark.browser
_LONG = "Chưa có số liệu của quý IV; văn bản không ghi ngày ban hành. " * 4


@pytest.fixture(scope="module")
def year(db: None) -> Year:
    """Store a year in the stage of appeals: one dossier concluded, one asked about."""
    year = make_judged_year(year=2035)
    appraise_all(year, year.first)
    appraise(year, year.first, "1.3", points=D("1.1"), reason=_LONG)
    conclude(year, year.first)
    ask(year, score=year.second.score("1.1"))
    reach(year, Stage.APPEAL)
    return year


def picture(visitor, name: str) -> None:
    if os.environ.get("PICTURES"):
        visitor.page.screenshot(path=f"{os.environ['PICTURES']}/{name}.png", full_page=True)


def test_filing_has_no_fault_and_leads_to_the_clock(year: Year, enter: Enter) -> None:
    visitor = enter(year.first.focal)
    visitor.go(address(year.first, "kien-nghi/"))
    both(visitor)
    visitor.page.click("main form[method=post] button[type=submit]")
    visitor.page.locator(".error-summary").wait_for()
    both(visitor)
    picture(visitor, "errors")
    visitor.page.get_by_label("1.3.").check()
    visitor.page.fill("[name=text]", "Đề nghị xem lại số liệu quý IV")
    picture(visitor, "form")
    visitor.page.click("main form[method=post] button[type=submit]")
    visitor.page.locator("article .deadline").wait_for()
    both(visitor)
    picture(visitor, "filed")


def test_answering_has_no_fault(year: Year, enter: Enter) -> None:
    made = Appeal.objects.get()
    visitor = enter(year.chair)
    visitor.go(reverse("admin:assessments_appeal_changelist"))
    visitor.check(narrow=True, spill=False)
    picture(visitor, "list")
    visitor.go(reverse("admin:assessments_appeal_change", args=[made.pk]))
    visitor.check()
    picture(visitor, "change")
    visitor.go(reverse("admin:assessments_appeal_act", args=[made.pk, "uphold"]))
    both(visitor)
    picture(visitor, "act")
    visitor.page.fill("[name=note]", "Hội đồng chấp nhận")
    visitor.page.click("main form[method=post] button[type=submit], #content button[type=submit]")
    both(enter(year.first.focal))
    answered = enter(year.first.focal)
    answered.go(address(year.first, "kien-nghi/"))
    both(answered)
    picture(answered, "answered")


def test_more_time_and_the_question_have_no_fault(year: Year, enter: Enter) -> None:
    question = year.second.score("1.1").explanations.get()
    visitor = enter(year.secretary)
    visitor.go(reverse("admin:assessments_explanation_extend", args=[question.pk]))
    both(visitor)
    picture(visitor, "extend")
    unit = enter(year.second.focal)
    unit.go(address(year.second, f"giai-trinh/{question.pk}/"))
    unit.page.locator("details summary").last.click()
    both(unit)
    picture(unit, "question")
