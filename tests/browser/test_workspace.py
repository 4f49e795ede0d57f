"""The unit's pages under axe, and the whole form of a leaf by keyboard alone."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.looking import Visitor
from tests.factories.cycles import PASSWORD, Dossier, Year, make_year

pytestmark = pytest.mark.browser
Enter = Callable[[Any], Visitor]


@pytest.fixture(scope="module")
def year(db: None) -> Year:
    """Store a year under self-assessment."""
    return make_year()


def address(dossier: Dossier, rest: str = "") -> str:
    return f"/tu-danh-gia/{dossier.submission.cycle.year}/{dossier.unit.slug}/{rest}"


def both(visitor: Visitor) -> None:
    visitor.check()
    visitor.check(dark=True, narrow=True)


@pytest.mark.parametrize(
    "rest", ["", "linh-vuc/1/", "linh-vuc/2/", "linh-vuc/1/tieu-chi/1.1/tai-lieu/"]
)
def test_page_of_dossier_has_no_fault(year: Year, enter: Enter, rest: str) -> None:
    visitor = enter(year.first.focal)
    visitor.go(address(year.first, rest))
    both(visitor)


def test_start_of_workspace_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.first.focal)
    visitor.go("/tu-danh-gia/")
    both(visitor)


def test_sign_page_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.first.head)
    visitor.go(address(year.first, "nop/"))
    both(visitor)


def test_refused_leaf_keeps_what_was_typed_without_a_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.first.focal)
    visitor.go(address(year.first, "linh-vuc/1/"))
    card = visitor.page.locator(f"#leaf-{year.first.score('1.3').pk}")
    card.locator("[name=a]").fill("10")
    card.locator("[name=b]").fill("12")
    card.locator("button[type=submit]").first.click()
    refused = card.locator(".field--invalid [name=b]")
    refused.wait_for()
    assert refused.input_value() == "12"
    assert refused.get_attribute("aria-invalid") == "true"
    both(visitor)


def test_leaf_is_filled_and_saved_by_keyboard_alone(year: Year, enter: Enter) -> None:
    visitor = enter(year.second.contributor)
    visitor.go(address(year.second, "linh-vuc/1/"))
    leaf = year.second.score("1.3")
    keys = visitor.page.keyboard
    visitor.tab_to(f"#leaf-{leaf.pk} [name=a]")
    keys.type("200")
    visitor.tab_to(f"#leaf-{leaf.pk} [name=b]")
    keys.type("180")
    visitor.tab_to(f"#leaf-{leaf.pk} [name=no_evidence_reason]")
    keys.type("Báo cáo đang trình ký")
    visitor.tab_to(f"#leaf-{leaf.pk} button[type=submit]")
    keys.press("Enter")
    visitor.page.locator(f"#leaf-{leaf.pk} [data-points]", has_text="1,80").wait_for()
    # Points come with the first save; the reason may have been typed while that was under way.
    visitor.page.locator(f"#leaf-{leaf.pk} .leaf__saving", has_text="Đã lưu lúc").wait_for()
    leaf.refresh_from_db()
    assert (leaf.a, leaf.b, leaf.no_evidence_reason) == (200, 180, "Báo cáo đang trình ký")
    assert f"{leaf.self_points.normalize():f}" == "1.8"


def test_signing_asks_for_the_password_and_gives_a_receipt(db: None, enter: Enter) -> None:
    small = make_year(year=2030, codes=["1.1"], units=1)
    dossier = small.first
    visitor = enter(dossier.head)
    visitor.go(address(dossier, "linh-vuc/1/"))
    card = visitor.page.locator(f"#leaf-{dossier.score('1.1').pk}")
    card.locator("input[type=radio]").first.check()
    card.locator("[name=no_evidence_reason]").fill("Chưa có văn bản")
    card.locator("button[type=submit]").first.click()
    card.locator(".leaf__saving", has_text="Đã lưu lúc").wait_for()
    visitor.page.locator("[data-saving-bar]").wait_for(state="hidden")
    visitor.go(address(dossier, "nop/"))
    visitor.page.check("input[type=checkbox][name=statement]")
    visitor.page.click("main .panel button[type=submit]")
    assert "/reauthenticate/" in visitor.page.url
    both(visitor)
    visitor.page.fill("input[type=password]", PASSWORD)
    visitor.page.click("main button[type=submit]")
    if "/bien-nhan/" not in visitor.page.url:
        visitor.page.click("main .panel button[type=submit]")
    assert visitor.page.url.endswith("/bien-nhan/1/")
    both(visitor)
