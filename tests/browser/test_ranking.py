"""The ranking and the comparison in a real browser: keyboard, scripts on and off, paper, shifts."""

import pytest
from playwright.sync_api import Browser

from tests.browser.looking import NARROW, SHIFT, WIDE, Visitor
from tests.factories.published import FIELDS, make_publication

pytestmark = pytest.mark.browser
GROUP = ("SBN", "Sở, ban, ngành")
UNITS = [(f"SBN-{n:02d}", f"Sở Số {n}") for n in range(1, 31)]
PAGE = "/xep-hang/2026/SBN/"
COMPARED = "/so-sanh/?don-vi=so-so-1&don-vi=so-so-2&don-vi=so-so-7&nam=2026"
_NAMES = "() => [...document.querySelectorAll('.ranking tbody th > a')].map((one) => one.innerText)"


@pytest.fixture(scope="module", autouse=True)
def portal(db: None) -> None:
    """Store two years of thirty units, one of which has no rank."""
    make_publication(year=2025, groups={GROUP: UNITS}, seed=4)
    make_publication(groups={GROUP: UNITS}, unranked="SBN-07", scheme_version=2)


@pytest.mark.parametrize(
    "path", [PAGE, f"{PAGE}?sap-xep=2&tim=so+1&chieu=ngang", COMPARED, "/so-sanh/"]
)
def test_page_has_no_fault(visitor: Visitor, path: str) -> None:
    visitor.go(path)
    for dark, narrow in ((False, False), (True, False), (False, True), (True, True)):
        visitor.check(dark=dark, narrow=narrow)


def test_keyboard_sorts_the_table_alone_and_keeps_its_place(visitor: Visitor) -> None:
    visitor.go(PAGE)
    page = visitor.page
    page.evaluate("() => { window.same = true; }")
    by_rank = page.evaluate(_NAMES)
    visitor.tab_to("#sort-ten")
    with page.expect_response("**/*sap-xep=ten"):
        page.keyboard.press("Enter")
    page.wait_for_url(f"**{PAGE}?sap-xep=ten")
    ranked = sorted((name for name in by_rank if name != "Sở Số 7"), key=_number)
    assert page.evaluate(_NAMES) == [*ranked, "Sở Số 7"]
    assert page.evaluate("() => window.same")
    assert page.evaluate("() => document.activeElement.id") == "sort-ten"
    assert page.locator("#ranking-status").inner_text() == (
        "Đang hiện 30/30 đơn vị; sắp xếp theo: Đơn vị, tăng dần."
    )
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{PAGE}?sap-xep=ten&chieu=giam")
    assert page.evaluate(_NAMES)[0] == "Sở Số 30"
    page.evaluate("() => { history.go(-2); }")
    page.wait_for_url(f"**{PAGE}")
    page.wait_for_function(f"(first) => ({_NAMES})()[0] === first", arg=by_rank[0])
    assert visitor.said == []


def _number(name: str) -> int:
    return int(name.rpartition(" ")[2])


def test_filter_swaps_the_table_and_ticks_stay(visitor: Visitor) -> None:
    visitor.go(PAGE)
    page = visitor.page
    page.evaluate("() => { window.same = true; }")
    page.check("#c-so-so-12")
    page.fill("#tim", "so so 12")
    page.keyboard.press("Enter")
    page.wait_for_url("**tim=so*")
    assert page.evaluate(_NAMES) == ["Sở Số 12"]
    assert page.evaluate("() => window.same")
    assert page.evaluate("() => document.activeElement.id") == "tim"
    assert page.is_checked("#c-so-so-12")
    assert visitor.said == []


def test_ticked_units_are_compared(visitor: Visitor) -> None:
    visitor.go(PAGE)
    page = visitor.page
    page.check("#c-so-so-12")
    page.check("#c-so-so-3")
    page.get_by_role("button", name="So sánh các đơn vị đã chọn").click()
    page.wait_for_url("**/so-sanh/**")
    heads = page.locator(".compared thead th a").all_inner_texts()
    assert sorted(heads) == ["Sở Số 12", "Sở Số 3"]


def test_everything_works_without_scripts(browser: Browser, base: str) -> None:
    context = browser.new_context(locale="vi-VN", viewport=WIDE, java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(base + PAGE)
        page.locator("#sort-chi-so").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{PAGE}?sap-xep=chi-so")
        assert page.locator("th[aria-sort=descending]").count() == 1
        page.fill("#tim", "so so 12")
        page.keyboard.press("Enter")
        page.wait_for_url("**tim=so*")
        assert page.locator(".ranking tbody th > a").all_inner_texts() == ["Sở Số 12"]
        page.check("#c-so-so-12")
        page.locator(".compare button").click()
        page.wait_for_url("**/so-sanh/**")
        page.fill("#them", "so so 30")
        page.keyboard.press("Enter")
        page.wait_for_url("**don-vi=so-so-30**")
        assert page.locator(".compared thead th a").count() == 2
    finally:
        context.close()


def test_phone_sees_the_first_unit_at_once_and_unfolds_the_rest(phone: Visitor) -> None:
    phone.go(PAGE)
    page = phone.page
    first = page.locator(".ranking tbody tr").first.bounding_box()
    assert first is not None
    assert first["y"] + 40 < NARROW["height"]
    assert page.locator(".grades li:visible, #tim:visible, .fields dd:visible").count() == 0
    for fold in page.locator(".fold > summary").all():
        fold.press("Enter")
    assert page.locator(".grades li:visible").count() == 4
    assert page.locator("#tim:visible, .fields dd:visible").count() == 4
    phone.check(dark=True, narrow=True)
    phone.check(narrow=True)


def test_phone_filters_and_keeps_its_place(phone: Visitor) -> None:
    phone.go(PAGE)
    page = phone.page
    page.evaluate("() => { window.same = true; }")
    page.get_by_text("Sắp xếp, lọc").click()
    page.fill("#tim", "so so 12")
    page.keyboard.press("Enter")
    page.wait_for_url("**tim=so*")
    assert page.locator(".ranking tbody th > a").all_text_contents() == ["Sở Số 12"]
    assert page.evaluate("() => window.same")
    assert page.evaluate("() => document.activeElement.id") == "tim"
    assert phone.said == []


def test_phone_filters_without_scripts(browser: Browser, base: str) -> None:
    context = browser.new_context(locale="vi-VN", viewport=NARROW, java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(base + PAGE)
        page.get_by_text("Sắp xếp, lọc").click()
        page.fill("#tim", "so so 12")
        page.get_by_role("button", name="Áp dụng").click()
        page.wait_for_url("**tim=so*#table")
        assert page.locator(".ranking tbody th > a").all_inner_texts() == ["Sở Số 12"]
        assert page.locator("#tim").input_value() == "so so 12"
        assert page.locator(".ranking tbody th > a").is_visible()
    finally:
        context.close()


def test_card_of_a_phone_names_each_field(phone: Visitor) -> None:
    phone.go(PAGE)
    parts = phone.page.locator(".ranking tbody tr").first.locator("td.part")
    labels = parts.evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one, '::before').content.slice(1, -1))"
    )
    assert labels == [f"{code}. {name}" for code, name in FIELDS.items()]
    heights = parts.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().height)")
    assert max(heights) < 30, "a name takes more than one line"


def test_wide_window_has_nothing_folded(visitor: Visitor) -> None:
    visitor.go(PAGE)
    page = visitor.page
    assert page.locator(".fold > summary:visible").count() == 0
    assert page.locator(".grades li:visible").count() == 4
    assert page.locator("#tim:visible, .fields dd:visible").count() == 4


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("path", [PAGE, COMPARED, "/"])
def test_nothing_moves_while_the_page_loads(
    browser: Browser, base: str, path: str, viewport: dict[str, int]
) -> None:
    context = browser.new_context(locale="vi-VN", viewport=viewport)
    try:
        page = context.new_page()
        page.goto(base + path)
        assert page.evaluate(SHIFT) == 0
    finally:
        context.close()


def test_head_stays_on_top_while_the_table_scrolls(visitor: Visitor) -> None:
    visitor.go(PAGE)
    page = visitor.page
    page.locator(".ranking tbody tr").nth(25).scroll_into_view_if_needed()
    page.locator(".ranking tbody tr").nth(25).evaluate("(one) => one.scrollIntoView()")
    box = page.locator(".ranking thead th").nth(2).bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 2


def test_paper_shows_the_table_alone_and_whole(visitor: Visitor) -> None:
    visitor.go(PAGE)
    page = visitor.page
    page.emulate_media(media="print")
    assert page.locator("form:visible, input:visible, .pick:visible").count() == 0
    assert page.locator(".ranking tbody th:visible").count() == 31
    assert page.locator(".grades li:visible").count() == 4
    assert page.locator(".fields dd:visible").count() == 3
    assert page.locator("summary:visible").count() == 0
    page.set_viewport_size({"width": 1032, "height": 700})  # A4 across, without its margins
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 1032
    region = page.locator(".table-region")
    assert region.evaluate("(one) => one.scrollHeight - one.clientHeight") == 0
