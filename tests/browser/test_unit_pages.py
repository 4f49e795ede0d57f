"""The unit's rarer pages under axe: results, bonus and penalty, a closed field, a session's end."""

import pytest
from django.contrib.sessions.models import Session

from assessments.choices import Stage, SubmissionState
from tests.browser.test_workspace import Enter, address, both
from tests.factories.busy import ask, publish
from tests.factories.cycles import PASSWORD, D, Year, make_year

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def judged(db: None) -> Year:
    """Store a year whose first dossier is published, its points shown to the unit."""
    year = make_year(
        year=2033, units=1, stage=Stage.EXPLANATION, state=SubmissionState.PUBLISHED,
        heading={"bonus_cap": D(2), "penalty_cap": D(2)},
    )  # fmt: skip
    year.first.submission.scores.update(
        self_points=D(1), appraised_points=D("0.5"), appraised_applicable=True, appraised_round=1,
        final_points=D("0.5"), final_applicable=True,
    )  # fmt: skip
    publish(year, year.first.unit.code, ago=0)
    return year


@pytest.fixture(scope="module")
def open_year(db: None) -> Year:
    """Store a year under self-assessment in which bonus and penalty may be proposed."""
    return make_year(year=2034, units=1, heading={"bonus_cap": D(2), "penalty_cap": D(2)})


def test_results_on_the_dossier_have_no_fault(judged: Year, enter: Enter) -> None:
    visitor = enter(judged.first.focal)
    visitor.go(address(judged.first))
    assert visitor.page.locator("#results li").count() == 7
    both(visitor)


def test_closed_field_has_no_fault(judged: Year, enter: Enter) -> None:
    visitor = enter(judged.first.focal)
    visitor.go(address(judged.first, "linh-vuc/1/"))
    assert visitor.page.locator("form[data-autosave]").count() == 0
    both(visitor)


def test_question_has_no_fault(judged: Year, enter: Enter) -> None:
    asked = ask(judged, judged.milestone(Stage.EXPLANATION).closes_at)
    visitor = enter(judged.first.focal)
    visitor.go(address(judged.first, f"giai-trinh/{asked.pk}/"))
    both(visitor)


def test_bonus_and_penalty_have_no_fault(open_year: Year, enter: Enter) -> None:
    visitor = enter(open_year.first.focal)
    visitor.go(address(open_year.first, "diem-thuong/"))
    both(visitor)
    visitor.page.click("main form[method=post] button[type=submit]")
    visitor.page.locator(".field--invalid").first.wait_for()
    both(visitor)


def test_end_of_session_and_what_comes_back_have_no_fault(open_year: Year, enter: Enter) -> None:
    visitor = enter(open_year.first.focal)
    visitor.go(address(open_year.first))
    Session.objects.all().delete()
    visitor.page.fill("[name=difficulties]", "Viết khi phiên đã hết")
    visitor.page.click("#remarks button[type=submit]")
    assert visitor.page.inner_text("h1") == "Phiên làm việc đã hết"
    both(visitor)
    visitor.page.click("main .actions a.button")
    visitor.page.fill("[name=login]", open_year.first.focal.username)
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.page.click("main button[type=submit]")
    assert visitor.page.url.endswith("/tu-danh-gia/gui-lai/")
    both(visitor)
