"""The portal without a mouse: the skip link, the order of focus, and its mark."""

import pytest

from tests.browser.looking import Visitor
from tests.factories.published import make_publication

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def published(db: None) -> None:
    """Store an official publication."""
    make_publication()


@pytest.mark.parametrize(
    "path", ["/", "/xep-hang/2026/SBN/", "/don-vi/so-tu-phap/", "/tai-khoan/login/"]
)
def test_skip_link_comes_first_and_leads_to_the_content(visitor: Visitor, path: str) -> None:
    visitor.go(path)
    keys = visitor.page.keyboard
    keys.press("Tab")
    link = visitor.page.locator(".skip-link:focus")
    box = link.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    keys.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "main"
    keys.press("Tab")
    assert visitor.page.evaluate("!!document.activeElement.closest('main')")


def test_every_stop_of_the_home_page_is_seen(visitor: Visitor) -> None:
    visitor.go("/")
    seen = 0
    while True:
        visitor.page.keyboard.press("Tab")
        tag, outline, top, bottom = visitor.page.evaluate("""() => {
          const one = document.activeElement, box = one.getBoundingClientRect();
          return [one.tagName, getComputedStyle(one).outlineStyle, box.top, box.bottom];
        }""")
        if tag == "BODY":
            break
        seen += 1
        assert outline != "none", tag
        assert bottom > 0, tag
        assert top < 900, tag
        assert seen < 200, "focus is caught"
    assert seen > 10


def test_search_works_by_keyboard(visitor: Visitor) -> None:
    visitor.go("/")
    visitor.page.focus("input[type=search]")
    visitor.page.keyboard.type("tu phap")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    assert visitor.page.url.endswith("?q=tu+phap")
