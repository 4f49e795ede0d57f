"""The public pages that other files leave out: report, correction, English, paper, every stop."""

import pytest
from playwright.sync_api import Browser

from assessments.models import SiteIdentity
from tests.browser.looking import NARROW, SHIFT, WIDE, Visitor
from tests.factories.published import make_publication

pytestmark = pytest.mark.browser
GROUP = ("SBN", "Sở, ban, ngành")
UNITS = [("SBN-01", "Sở Tư pháp"), ("SBN-02", "Sở Nội vụ"), ("SBN-03", "Sở Y tế")]
UNIT = "/don-vi/so-tu-phap/"
COMPARED = "/so-sanh/?don-vi=so-tu-phap&don-vi=so-noi-vu&nam=2026"
CORRECTED = "/xep-hang/2025/SBN/"
REPORT = "/xep-hang/2026/bao-cao/"
OPEN_DATA = "/du-lieu-mo/"
ENGLISH = [f"/en{path}" for path in (REPORT, COMPARED, OPEN_DATA)]  # the unit: test_unit_charts
_STOP = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  return [one.tagName, `${one.outerHTML.slice(0, 160)} ${style.outlineStyle} ${box.top}`,
    style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0
      && box.left < innerWidth];
}"""


@pytest.fixture(scope="module", autouse=True)
def portal(db: None) -> None:
    """Store two printed years; the first of them was corrected."""
    SiteIdentity.objects.create(
        pk=1, city_name="Thành phố Hồ Chí Minh", governing_body="Sở Nội vụ", address="Số 1",
        telephone="028 0000 0000", email="cchc@example.vn", help_contact="Tổ hỗ trợ",
    )  # fmt: skip
    old = make_publication(year=2025, groups={GROUP: UNITS}, seed=4)
    make_publication(
        year=2025, groups={GROUP: UNITS}, corrects=old, seed=2, printed=False,
        correction_reason="Nhầm điểm của một tiêu chí",
    )  # fmt: skip
    make_publication(year=2026, groups={GROUP: UNITS}, unranked="SBN-03")


@pytest.mark.parametrize("path", [REPORT, CORRECTED])
def test_page_has_no_fault(visitor: Visitor, path: str) -> None:
    visitor.go(path)
    assert visitor.page.locator(".banner.tone-bad").count() == (path == CORRECTED)
    visitor.check()
    visitor.check(dark=True, narrow=True)


@pytest.mark.parametrize("path", ENGLISH)
def test_english_page_has_no_fault(visitor: Visitor, path: str) -> None:
    visitor.go(path)
    visitor.check(dark=True, narrow=True)


@pytest.mark.parametrize("path", ["/xep-hang/2026/SBN/", UNIT])
def test_paper_has_no_fault(visitor: Visitor, path: str) -> None:
    visitor.go(path)
    visitor.page.emulate_media(media="print")
    found = visitor.faults()
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("path", "least"), [(UNIT, 25), (COMPARED, 25), (OPEN_DATA, 25)])
def test_every_stop_is_seen(visitor: Visitor, path: str, least: int) -> None:
    visitor.go(path)
    seen = 0
    while True:
        visitor.page.keyboard.press("Tab")
        tag, what, ringed, shown = visitor.page.evaluate(_STOP)
        if tag == "BODY":
            break
        seen += 1
        assert ringed, what
        assert shown, what
        assert seen < 200, "focus is caught"
    assert seen >= least


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_moves_while_the_page_loads(
    browser: Browser, base: str, viewport: dict[str, int]
) -> None:
    context = browser.new_context(locale="vi-VN", viewport=viewport)
    try:
        for path in (UNIT, REPORT, f"{UNIT}2026/", OPEN_DATA):
            page = context.new_page()
            answer = page.goto(base + path)
            assert answer is not None
            assert answer.status == 200, path
            assert page.evaluate(SHIFT) == 0, path
            page.close()
    finally:
        context.close()
