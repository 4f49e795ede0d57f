"""The appraisal grid in a real browser: fifty leaves by keyboard alone, and no fault in sight."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assessments.models import Abstention, Appraisal, Explanation
from tests.browser.looking import NARROW, WIDE, Visitor
from tests.factories.council import appraise, make_judged_year, make_member
from tests.factories.cycles import D, Year

pytestmark = pytest.mark.browser
Enter = Callable[[Any], Visitor]
UNITS = 50
PATIENCE = 20_000


@pytest.fixture(scope="module")
def year(db: None) -> Year:
    """Store a year of fifty dossiers of two criteria."""
    judged = make_judged_year(units=UNITS, codes=["1.1", "1.3"])
    for place, dossier in enumerate(judged.dossiers[:12]):
        row = dossier.score("1.3")
        row.a, row.b = D(100), D(90 - place)
        row.self_points, row.self_trace = D("1.6") - D(place) / 10, f"b/a = {90 - place}%"
        row.independent_a, row.independent_b = D(100), D(80)
        row.independent_source = "Hệ thống giải quyết TTHC"
        row.save()
    appraise(judged, judged.first, "1.3", points="1", reason="Số liệu thấp hơn")
    other = make_member(judged)
    appraise(judged, judged.first, "1.3", by=other, points="0.5", reason="Thiếu tài liệu")
    return judged


def address(year: Year, code: str, query: str = "") -> str:
    pk = year.criterion(code).pk
    return reverse("admin:assessments_criterionscore_grid", args=[pk]) + query


def chosen(visitor: Visitor) -> str:
    """Return the unit of the row that has the focus."""
    return visitor.page.locator("tr[aria-current] .grid__open").inner_text()


def told(visitor: Visitor, text: str) -> None:
    expect(visitor.page.locator("#grid-status")).to_contain_text(text, timeout=PATIENCE)


def shoot(visitor: Visitor, name: str) -> None:
    """Keep a picture where somebody asked for it."""
    if folder := os.environ.get("CCHC_PICTURES"):
        visitor.page.screenshot(path=Path(folder) / f"{name}.png")


def look(visitor: Visitor, name: str) -> None:
    """Look at the page wide and narrow, in the light and in the dark."""
    for dark in (False, True):
        for narrow in (False, True):
            visitor.check(dark=dark, narrow=narrow)
            shoot(visitor, f"{name}-{'360' if narrow else '1280'}-{'dark' if dark else 'light'}")
    visitor.page.set_viewport_size(WIDE)
    visitor.page.emulate_media(color_scheme="light")


def test_grid_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.member)
    visitor.go(address(year, "1.3"))
    look(visitor, "grid")
    visitor.page.locator("tr[aria-current] .grid__open").click()
    expect(visitor.page.locator("#grid-drawer .panel__title")).to_be_focused(timeout=PATIENCE)
    look(visitor, "grid-panel")


@pytest.mark.parametrize("role", ["secretary", "member"])
def test_other_pages_of_the_grid_have_no_fault(year: Year, enter: Enter, role: str) -> None:
    visitor = enter(getattr(year, role))
    leaf, dossier = year.first.score("1.3").pk, year.first.submission.pk
    pages = {
        "grids": reverse("admin:assessments_criterionscore_grids"),
        "panel": reverse("admin:assessments_criterionscore_panel", args=[leaf]),
        "dossier": reverse("admin:assessments_submission_appraisal", args=[dossier]),
        "reader": address(year, "1.3"),
    }
    for name, path in pages.items():
        visitor.go(path)
        look(visitor, f"{role}-{name}")


def test_fifty_leaves_are_appraised_by_keyboard_alone(year: Year, enter: Enter) -> None:
    visitor = enter(year.member)
    visitor.go(address(year, "1.1"))
    keys = visitor.page.keyboard
    expect(visitor.page.locator("tr[aria-current]")).to_have_count(1)
    keys.press("j")
    keys.press("k")
    for number in range(UNITS):
        unit = chosen(visitor)
        if number % 10 == 3:  # other points, with the reason that they need
            keys.press("p")
            keys.type("1,5")
            keys.press("Control+Enter")
            told(visitor, "lý do")
            keys.type("Ban hành muộn")
        elif number % 10 == 6:  # a question in the panel
            keys.press("q")
            expect(visitor.page.locator("#grid-drawer textarea:focus")).to_have_count(
                1, timeout=PATIENCE
            )
            keys.type("Số văn bản?")
        elif number % 10 == 8:
            keys.press("x")
            expect(visitor.page.locator("#grid-drawer textarea:focus")).to_have_count(
                1, timeout=PATIENCE
            )
            keys.type("Người quen")
        keys.press("Control+Enter" if number % 10 in (3, 6, 8) else "a")
        sent = "Đã gửi yêu cầu giải trình, hạn" if number % 10 == 6 else "Đã lưu."
        told(visitor, f"{unit}: {sent}")
    told(visitor, "Không còn dòng nào chưa chấm ở đây.")
    leaves = {"score__criterion__code": "1.1"}
    counts = [
        Appraisal.objects.filter(**leaves, points=2, reason="").count(),
        Appraisal.objects.filter(**leaves, points="1.5", reason="Ban hành muộn").count(),
        Explanation.objects.filter(**leaves).count(), Abstention.objects.filter(**leaves).count(),
    ]  # fmt: skip
    assert counts == [35, 5, 5, 5]
    assert visitor.page.locator("#grid-done").evaluate("(bar) => bar.value") == UNITS - 5
    assert visitor.page.locator("[data-count=chua-cham]").inner_text() == "0"
    assert visitor.page.locator("[data-count=dang-hoi]").inner_text() == "5"
    shoot(visitor, "done")


def test_letters_work_in_the_panel_on_its_row(year: Year, enter: Enter) -> None:
    visitor = enter(year.member)
    visitor.go(address(year, "1.3", "?loc=chua-cham"))
    keys, drawer = visitor.page.keyboard, visitor.page.locator("#grid-drawer")
    leaf = visitor.page.locator("tr[aria-current]").get_attribute("data-leaf")
    visitor.page.locator("tr[aria-current] .grid__open").click()
    title = drawer.locator(".panel__title")
    inputs = {
        "p": "[name$='-points']", "r": "[name$='-reason']", "q": "[name$='-question']",
        "x": "[name^='abstain'][name$='-reason']",
    }  # fmt: skip
    for key, focused in inputs.items():
        expect(title).to_be_visible(timeout=PATIENCE)
        title.focus()
        keys.press(key)
        expect(drawer.locator(focused).first).to_be_focused(timeout=PATIENCE)
        keys.type("a")  # letters are text where somebody types
        assert drawer.locator(focused).first.input_value().endswith("a")
    title.focus()
    keys.press("a")
    told(visitor, "Đã lưu.")
    assert Appraisal.objects.filter(score=leaf, member__user=year.member).exists()


def test_end_of_a_page_leads_on_and_skips_nobody(year: Year, enter: Enter) -> None:
    visitor = enter(year.member)
    visitor.go(address(year, "1.3", "?loc=chua-cham&moi-trang=2"))
    keys, seen = visitor.page.keyboard, []
    waiting = int(visitor.page.locator("[data-count=chua-cham]").inner_text())
    for _page in range(3):
        for _row in range(2):
            seen.append(chosen(visitor))
            keys.press("a")
            told(visitor, f"{seen[-1]}: Đã lưu.")
        link = visitor.page.locator("#grid-status a")
        expect(link).to_be_focused(timeout=PATIENCE)
        expect(link).to_be_in_viewport()
        shoot(visitor, "page-done")
        keys.press("Enter")
        visitor.page.wait_for_url(lambda url, page=seen[-1]: "sau=" in url)
        visitor.page.wait_for_function("!document.querySelector('#grid-status a')")
    left = [unit for unit in (each.unit.name for each in year.dossiers) if unit not in seen]
    assert len(set(seen)) == 6
    assert visitor.page.locator("[data-count=chua-cham]").inner_text() == str(waiting - 6)
    assert chosen(visitor) in left


def test_help_letters_and_typed_text(year: Year, enter: Enter) -> None:
    visitor = enter(year.member)
    path = address(year, "1.3", "?loc=chua-cham")
    visitor.go(path)
    keys = visitor.page.keyboard
    keys.press("?")
    expect(visitor.page.locator("#grid-help")).to_be_visible()
    visitor.check()
    shoot(visitor, "help")
    keys.press("Escape")
    expect(visitor.page.locator("#grid-help")).to_be_hidden()
    keys.press("p")
    keys.type("0,75")
    keys.press("Escape")
    visitor.go(path)
    field = visitor.page.locator("tr[aria-current] .grid__points")
    assert field.input_value() == "0,75"
    visitor.page.uncheck("#grid-keys")
    before = chosen(visitor)
    keys.press("j")
    assert chosen(visitor) == before
    keys.press("ArrowDown")
    assert chosen(visitor) != before
    visitor.go(path)
    assert not visitor.page.is_checked("#grid-keys")
    visitor.page.check("#grid-keys")
    keys.press("/")
    assert visitor.page.evaluate("!!document.activeElement.closest('.grid__filters')")


def test_stale_row_is_shown_anew_with_the_text(year: Year, enter: Enter) -> None:
    visitor = enter(year.member)
    visitor.go(address(year, "1.3", "?loc=chua-cham"))
    row = visitor.page.locator("tr[aria-current]")
    leaf = row.get_attribute("data-leaf")
    assert leaf is not None
    dossier = next(each for each in year.dossiers if str(each.score("1.3").pk) == leaf)
    appraise(year, dossier, "1.3", by=make_member(year), points="1", reason="Trước")
    keys = visitor.page.keyboard
    keys.press("p")
    keys.type("0,5")
    keys.press("Escape")
    keys.press("r")
    keys.type("Lý do của tôi")
    keys.press("Control+Enter")
    told(visitor, "đã thay đổi")
    assert visitor.page.locator(f"#leaf-{leaf} .grid__points").input_value() == "0,5"
    assert visitor.page.locator(f"#leaf-{leaf} .grid__reason").input_value() == "Lý do của tôi"
    keys.press("Control+Enter")
    told(visitor, "Đã lưu.")
    assert Appraisal.objects.filter(score=leaf, points="0.5", member__user=year.member).exists()


def test_grid_works_without_the_script(year: Year, browser: Any, base: str) -> None:
    from tests.browser.people import sign_in

    context = browser.new_context(locale="vi-VN", java_script_enabled=False, viewport=NARROW)
    sign_in(context, base, year.member)
    page = context.new_page()
    page.goto(base + address(year, "1.3", "?loc=chua-cham"))
    row = page.locator("tbody tr").last
    leaf = row.get_attribute("data-leaf")
    row.locator(".grid__points").fill("9")
    row.locator("button[value=appraise]").click()
    again = page.locator(f"#leaf-{leaf}")
    assert again.locator(".grid__points").input_value() == "9"
    assert again.locator(".field__error").count() == 1
    again.locator(".grid__points").fill("1")
    again.locator(".grid__reason").fill("Đối chiếu hồ sơ")
    again.locator("button[value=appraise]").click()
    assert "loc=chua-cham" in page.url
    assert page.url.endswith(f"#leaf-{leaf}")
    assert Appraisal.objects.filter(score=leaf, points=1).exists()
    context.close()
