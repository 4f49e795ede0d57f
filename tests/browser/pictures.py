"""Take the pictures of docs/screenshots from a running demo.

`python3 -m cchc run -- python -m tests.browser.pictures http://127.0.0.1:8000 [name …]`

Wide pictures are taken in the light, narrow ones in the dark, unless a picture says otherwise; each
shows at most `TALLEST` px. With names, only those pictures are taken.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import django
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
#: The sheet is an A4 page at 96 px to the inch.
SHEET = 794
TALLEST = {1280: 1500, 360: 1500, SHEET: 1123}

Look = Literal["light", "dark", "print"]


@dataclass(frozen=True)
class Picture:
    """One picture: its file's name, the page, who looks, the links to follow, the look by width."""

    name: str
    path: str
    account: str = ""
    links: Sequence[str] = ()
    looks: Sequence[tuple[int, Look]] = ((1280, "light"), (360, "dark"))


#: The dossier of the printed accounts.
_OWN = "/tu-danh-gia/2026-minh-hoa/phuong-sai-gon/"


def _link(part: str) -> str:
    """Return the selector of links of the page itself to addresses with a part."""
    return f"#content-main a[href*='{part}'], #content a[href*='{part}']"


#: Where lists of the admin lead to their first row.
_FIRST = "#result_list tbody tr:first-child th a"
_OF_2023 = "#result_list a:has-text('2023')"
_GRIDS = "/admin/assessments/criterionscore/luoi/"
_RANKING = "/xep-hang/2023-minh-hoa/SBN/"
PICTURES = (
    Picture("home", "/"),
    Picture("home-english", "/en/"),
    Picture("rankings", "/xep-hang/"),
    Picture("ranking", _RANKING),
    Picture("ranking-english", f"/en{_RANKING}"),
    Picture("ranking-dark", _RANKING, looks=[(1280, "dark")]),
    Picture("ranking-printed", _RANKING, looks=[(SHEET, "print")]),
    Picture("report", "/xep-hang/2023-minh-hoa/bao-cao/"),
    Picture("comparison", "/so-sanh/?don-vi=so-tu-phap&don-vi=so-noi-vu&nam=2023-minh-hoa"),
    Picture("unit", "/don-vi/so-tu-phap/"),
    Picture("unit-light", "/don-vi/so-tu-phap/", looks=[(360, "light")]),
    Picture("scorecard", "/don-vi/so-tu-phap/2023-minh-hoa/"),
    Picture("record", "/xep-hang/2021-bao-chi/SBN/"),
    Picture("scheme", "/bo-tieu-chi/sbn-minh-hoa/?phien-ban=1"),
    Picture("search", "/tim-don-vi/?q=tan+phu"),
    Picture("opendata", "/du-lieu-mo/"),
    Picture("method", "/phuong-phap/"),
    Picture("workspace", "/tu-danh-gia/", "daumoi.saigon"),
    Picture("unit-form", f"{_OWN}linh-vuc/1/", "daumoi.saigon"),
    Picture("unit-tasks", "/tu-danh-gia/", "chuyenvien.saigon"),
    Picture("unit-head", "/tu-danh-gia/", "chutich.saigon"),
    Picture("unit-delegation", f"{_OWN}phan-cong/", "daumoi.saigon"),
    Picture("unit-library", "/tu-danh-gia/thu-vien/phuong-sai-gon/", "daumoi.saigon"),
    Picture("unit-evidence", f"{_OWN}linh-vuc/1/tieu-chi/1.1.1/tai-lieu/", "daumoi.saigon"),
    Picture("unit-checks", f"{_OWN}kiem-tra/", "daumoi.saigon"),
    Picture("unit-sign", f"{_OWN}nop/", "chutich.saigon"),
    Picture(
        "unit-receipt", "/tu-danh-gia/2025-minh-hoa/phuong-sai-gon/bien-nhan/1/", "chutich.saigon"
    ),
    Picture("inbox", "/hop-thu/", "daumoi.saigon"),
    Picture("todo", "/admin/", "thuky.hd"),
    Picture("dossiers", "/admin/assessments/submission/", "thuky.hd"),
    Picture("matrix", "/admin/assessments/assignment/", "thuky.hd", [_link("/ma-tran/")]),
    Picture("board", "/admin/", "thuky.hd", [_link("/tien-do/")]),
    Picture(
        "calibration", "/admin/assessments/cycle/", "thuky.hd",
        [_OF_2023, _link("/thong-nhat-muc-cham/")],
    ),
    Picture(
        "agenda", "/admin/assessments/meeting/", "thuky.hd", [_FIRST, _link("/chuong-trinh/")]
    ),
    Picture("grids", _GRIDS, "thamdinh3"),
    Picture("grid", _GRIDS, "thamdinh3", ["#content a[href*='/luoi/']:not([href$='/luoi/'])"]),
    Picture(
        "grid-panel", _GRIDS, "thamdinh3",
        ["#content a[href*='/luoi/']:not([href$='/luoi/'])", _link("/xet/")],
    ),
    Picture(
        "approvals", "/admin/assessments/cycle/", "lanhdao.snv",
        [_OF_2023, _link("/duyet/")],
    ),
    Picture(
        "lineage", "/admin/assessments/cycle/", "lanhdao.snv",
        [_OF_2023, _link("/duyet/"), _link("/qua-trinh-diem/")],
    ),
)  # fmt: skip


def take(address: str, folder: Path = FOLDER, pictures: Sequence[Picture] = PICTURES) -> list[Path]:
    """Write every picture in its widths; AssertionError when a page answers with an error."""
    executable = chromium.find()
    assert executable, "no Chromium found; set CHROMIUM"
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.ARGUMENTS)
        files = [
            path
            for width in TALLEST
            for path in _in_width(browser, address, folder, pictures, width)
        ]
        browser.close()
    return files


def _in_width(
    browser: Browser, address: str, folder: Path, pictures: Sequence[Picture], width: int
) -> list[Path]:  # fmt: skip
    files = []
    wanted = [picture for picture in pictures if width in dict(picture.looks)]
    for account in dict.fromkeys(picture.account for picture in wanted):
        context = browser.new_context(locale="vi-VN", viewport={"width": width, "height": 800})
        page = context.new_page()
        if account:
            _sign_in(page, address, account)
        for picture in wanted:
            if picture.account == account:
                file = folder / f"{picture.name}-{width}.png"
                _dress(page, dict(picture.looks)[width])
                _shoot(page, address, picture, file)
                files.append(file)
        context.close()
    return files


def _sign_in(page: Page, address: str, account: str) -> None:
    from assessments.demo.people import PASSWORD  # models: only after django.setup()

    page.goto(f"{address}/tai-khoan/login/")
    page.fill("input[name=login]", account)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    assert page.url != f"{address}/tai-khoan/login/", f"{account} could not sign in"


def _dress(page: Page, look: Look) -> None:
    page.emulate_media(
        media="print" if look == "print" else "screen",
        color_scheme="dark" if look == "dark" else "light",
    )


def _shoot(page: Page, address: str, picture: Picture, file: Path) -> None:
    answer = page.goto(address + quote(picture.path, safe="/?&=+"))
    for link in picture.links:
        with page.expect_response(lambda given: given.request.method == "GET"):
            page.locator(link).first.click()
        page.wait_for_load_state("networkidle")
    assert answer is not None
    assert answer.ok, f"{picture.path}: {answer.status}"
    size = page.viewport_size
    assert size is not None
    tall = page.evaluate("document.documentElement.scrollHeight")
    height = min(tall, TALLEST[size["width"]])
    # A bar that stays at the window's bottom belongs at the picture's bottom.
    page.set_viewport_size({"width": size["width"], "height": height})
    page.screenshot(path=file)
    page.set_viewport_size(size)


def main(arguments: Sequence[str]) -> int:
    """Take the pictures of the demo at the address given, all or those named after it."""
    django.setup()
    names = set(arguments[1:])
    if not arguments or not names <= {picture.name for picture in PICTURES}:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    pictures = [picture for picture in PICTURES if not names or picture.name in names]
    for file in take(arguments[0].rstrip("/"), pictures=pictures):
        sys.stdout.write(
            f"{file.relative_to(FOLDER.parents[1])} {file.stat().st_size // 1024} KB\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
