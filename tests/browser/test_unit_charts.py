"""The page and the scorecard of a unit with all their charts, under axe and on paper."""

import pytest

from assessments.models import SiteIdentity
from tests.browser.looking import NARROW, Visitor
from tests.factories.published import make_publication
from units.models import Succession, Unit, UnitAlias, UnitGroup

pytestmark = pytest.mark.browser
GROUP = ("SBN", "Sở, ban, ngành")
NAMES = [
    "Sở Tư pháp", "Sở Nội vụ", "Sở Y tế", "Sở Nông nghiệp và Môi trường", "Sở Công Thương",
    "Ban Quản lý các khu chế xuất và công nghiệp", "Sở Xây dựng", "Sở Tài chính",
]  # fmt: skip
UNITS = [(f"SBN-{n:02d}", name) for n, name in enumerate(NAMES, start=1)]
OLD = [("X-1", "Sở Tư pháp cũ"), ("X-2", "Phòng Hộ tịch cũ"), *UNITS[1:]]
UNIT = "/don-vi/so-tu-phap/"
PAGES = [UNIT, f"/en{UNIT}", f"{UNIT}2025-minh-hoa/"]
_OVER = """() => [...document.querySelectorAll('.chart svg text')]
  .map((one) => [one.closest('th, figure').getBoundingClientRect(), one])
  .map(([room, one]) => [room, one.getBoundingClientRect(), one])
  .filter(([room, { left, right, width }]) => room.width > 1 && width > 1
    && (left < room.left - 1 || right > room.right + 1))
  .map(([, , one]) => one.textContent)"""


@pytest.fixture(scope="module", autouse=True)
def portal(db: None) -> None:
    """Store five years with a merger and a new scheme between them."""
    SiteIdentity.objects.create(
        pk=1, city_name="Thành phố Hồ Chí Minh", governing_body="Sở Nội vụ", address="Số 1",
        telephone="028 0000 0000", email="cchc@example.vn", help_contact="Tổ hỗ trợ",
    )  # fmt: skip
    for year in (2021, 2022):
        make_publication(year=year, kind="illustrative", groups={GROUP: OLD}, printed=False)
    for year, version in ((2023, 1), (2024, 1), (2025, 2)):
        make_publication(
            year=year, kind="illustrative", groups={GROUP: UNITS}, scheme_version=version,
            predecessors={"SBN-01": ["X-1", "X-2"]}, printed=year == 2025,
        )  # fmt: skip
    group = UnitGroup.objects.create(code=GROUP[0], name=GROUP[1])
    unit = Unit.objects.create(code="SBN-01", name="Sở Tư pháp", group=group)
    UnitAlias.objects.create(unit=unit, name="Ty Tư pháp")
    for code, name in (("X-1", "Sở Tư pháp cũ"), ("X-2", "Phòng Hộ tịch cũ")):
        old = Unit.objects.create(code=code, name=name, group=group)
        Succession.objects.create(
            predecessor=old, successor=unit, kind="merged", effective_on="2023-01-01"
        )


@pytest.mark.parametrize("path", PAGES)
def test_page_with_charts_has_no_fault(visitor: Visitor, path: str) -> None:
    visitor.go(path)
    for figure in visitor.page.locator("details").all():
        figure.locator("summary").click()
    visitor.check()
    visitor.check(dark=True, narrow=True)


def test_page_of_a_merged_unit_has_no_fault(visitor: Visitor) -> None:
    visitor.go("/don-vi/so-tu-phap-cu/")
    visitor.check(dark=True)
    visitor.check(narrow=True)


@pytest.mark.parametrize("path", PAGES)
def test_text_stays_inside_its_chart(visitor: Visitor, path: str) -> None:
    visitor.go(path)
    assert visitor.page.evaluate(_OVER) == []
    visitor.page.set_viewport_size(NARROW)
    assert visitor.page.evaluate(_OVER) == []


def test_paper_shows_the_tables_of_the_charts(visitor: Visitor) -> None:
    visitor.go(UNIT)
    assert visitor.page.locator("figure table:visible").count() == 2
    visitor.page.emulate_media(media="print")
    shown = visitor.page.locator("figure details .table-region").evaluate_all(
        "(all) => all.map((one) => one.checkVisibility({contentVisibilityAuto: true}))"
    )
    assert shown == [True, True]


def test_marks_differ_without_colour(visitor: Visitor) -> None:
    visitor.go(UNIT)
    strip = visitor.page.locator(".chart__strip").first
    shapes = strip.locator("circle.chart__own, path.chart__median, line.chart__best")
    assert shapes.count() == 3
    dashes = visitor.page.locator("line.chart__break").last.evaluate(
        "(one) => getComputedStyle(one).strokeDasharray"
    )
    assert dashes == "4px, 4px"
