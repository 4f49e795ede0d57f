"""One look at a page: what axe finds, what spills over the edge, what the console says."""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Response

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 360, "height": 740}
# Sum of the layout shifts (a score without unit) since the page began to load.
SHIFT = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done(sum), 300);
})"""
_AXE = Axe()
_OPTIONS = {"resultTypes": ["violations"]}
_SPILL = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map((one) => one.outerHTML.slice(0, 160));
}"""


@dataclass
class Visitor:
    """A page of the browser with what its console said since the last visit."""

    page: Page
    base: str
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        # The browser also reports the status of a page that is refused on purpose, like a 404.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.said.append(message.text)

    def go(self, path: str, status: int = 200) -> Response:
        """Open a page of the portal; it must answer with `status`."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == status, path
        return answer

    def tab_to(self, selector: str) -> None:
        """Press Tab until the element has the focus; it must be seen to have it."""
        for _press in range(150):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("(css) => document.activeElement.matches(css)", selector):
                outline = self.page.evaluate(
                    "() => getComputedStyle(document.activeElement).outlineStyle"
                )
                assert outline != "none", selector
                return
        raise AssertionError(f"Tab never reaches {selector}")

    def faults(self, *, spill: bool = True) -> list[str]:
        """Return what is wrong with the page as it stands now.

        `spill`: also tell when it is wider than the window.
        """
        # axe puts styles of its own into the page, which the policy refuses: hear the page before.
        found = [f"console: {text}" for text in self.said]
        if spill:
            found += [f"wider than the window: {html}" for html in self.page.evaluate(_SPILL)]
        results = _AXE.run(self.page, options=_OPTIONS).response["violations"]
        self.said.clear()
        return found + [line for one in results for line in _lines(one)]

    def check(self, *, dark: bool = False, narrow: bool = False, spill: bool = True) -> None:
        """Assert that the open page has no fault in this light at this width."""
        self.page.wait_for_load_state("load")
        self.page.set_viewport_size(NARROW if narrow else WIDE)
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        found = self.faults(spill=spill)
        assert not found, "\n".join([f"{self.page.url} dark={dark} narrow={narrow}", *found])


def _lines(violation: dict[str, Any]) -> list[str]:
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for node in violation["nodes"][:3]
    ]
