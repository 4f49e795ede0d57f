"""The steps' common ground: one dossier, a window for each of its people, and what pages say."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

from assessments.models import Submission
from tests.browser.looking import WIDE, Visitor
from tests.factories.cycles import Dossier, Year

#: The script waits a little over a second after the last key; a busy machine needs longer.
PATIENCE = 15_000
#: The files listed on a page, each by its link.
NAMES = "main .files a[href^='/tai-lieu/']:not([href$='/xem/'])"


@dataclass
class Walk:
    """The dossier on its way, with a window of each of its people."""

    year: Year
    dossier: Dossier
    focal: Visitor
    contributor: Visitor
    head: Visitor
    folder: Path

    def path(self, rest: str = "") -> str:
        """Return the address of a page of the dossier."""
        return f"/tu-danh-gia/{self.year.cycle.year}/{self.dossier.unit.slug}/{rest}"

    def evidence(self, code: str) -> str:
        """Return the address of a leaf's evidence."""
        return self.path(f"linh-vuc/{code[0]}/tieu-chi/{code}/tai-lieu/")

    def card(self, visitor: Visitor, code: str) -> Locator:
        """Return a leaf on the open form of its field."""
        return visitor.page.locator(f"#leaf-{self.dossier.score(code).pk}")

    def submission(self) -> Submission:
        """Return the dossier fresh from the database."""
        return Submission.objects.get(pk=self.dossier.submission.pk)

    def download(self, visitor: Visitor, link: str) -> Path:
        """Click a link and keep the file that it gives."""
        with visitor.page.expect_download() as waiting:
            visitor.page.click(link)
        path = self.folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path

    def points(self, *codes: str) -> list[Any]:
        """Return the stored points of leaves."""
        return [self.dossier.score(code).self_points for code in codes]


def both(visitor: Visitor) -> None:
    """Look at the page in the light at 1280 px and in the dark at 360 px."""
    visitor.check()
    visitor.check(dark=True, narrow=True)
    visitor.page.set_viewport_size(WIDE)


def press(visitor: Visitor, selector: str) -> None:
    """Click what leads to a page, and wait until that has come."""
    with visitor.page.expect_navigation():
        visitor.page.click(selector)


def told(visitor: Visitor, text: str) -> None:
    """Wait for the portal to say what was done."""
    expect(visitor.page.locator(".messages")).to_contain_text(text)


def sentences(visitor: Visitor, selector: str) -> list[str]:
    """Return the texts of elements, each on one line."""
    return [" ".join(text.split()) for text in visitor.page.locator(selector).all_inner_texts()]


def tick(visitor: Visitor, *codes: str) -> None:
    """Tick leaves on the page of delegation."""
    for code in codes:
        visitor.page.check(f"[name=leaves][value='{code}']")


def file(name: str, content: bytes, kind: str = "application/pdf") -> dict[str, Any]:
    """Return a file as a person chooses it."""
    return {"name": name, "mimeType": kind, "buffer": content}


def attach(visitor: Visitor, name: str, content: bytes) -> None:
    """Send the form as it stands, as a browser does without the page's script."""
    visitor.page.set_input_files("form[data-upload] [type=file]", file(name, content))
    visitor.page.fill("form[data-upload] [name=abstract]", "Kế hoạch năm")
    press(visitor, "button[name=attach]")
