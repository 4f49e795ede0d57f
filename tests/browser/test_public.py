"""Public and account pages under axe: two widths, light and dark."""

from collections import Counter
from decimal import Decimal

import pytest

from assessments.models import Scheme, SiteIdentity
from tests.browser.looking import Visitor
from tests.factories.cycles import make_issued_scheme
from tests.factories.published import make_publication, make_record
from units.models import Unit, UnitGroup

pytestmark = pytest.mark.browser
GROUPS = {
    ("SBN", "Sở, ban, ngành"): [
        ("SBN-01", "Sở Tư pháp"), ("SBN-02", "Sở Nội vụ"), ("SBN-03", "Sở Y tế"),
        ("SBN-04", "Sở Nông nghiệp và Môi trường"), ("SBN-05", "Sở Công Thương"),
        ("SBN-06", "Ban Quản lý các khu chế xuất và công nghiệp"), ("SBN-07", "Sở Xây dựng"),
    ],
    ("UBQH", "Ủy ban nhân dân quận, huyện"): [("Q-01", "Quận 1"), ("Q-07", "Quận 7")],
}  # fmt: skip
MOST_READ = ["/", "/xep-hang/2023-minh-hoa/SBN/", "/don-vi/so-tu-phap/", "/tai-khoan/login/"]
PAGES = [
    *MOST_READ, "/xep-hang/", "/xep-hang/2021-bao-chi/SBN/", "/xep-hang/2022-minh-hoa/SBN/",
    "/don-vi/so-tu-phap/2023-minh-hoa/", "/bo-tieu-chi/", "/gioi-thieu/", "/phuong-phap/",
    "/dieu-khoan-du-lieu/", "/tim-don-vi/?q=phap",
    "/du-lieu-mo/", "/tiep-can/", "/so-do/", "/tim-don-vi/?q=so",
    "/tim-don-vi/?q=khong-co-don-vi-nao", "/en/", "/en/xep-hang/2023-minh-hoa/SBN/",
    "/tai-khoan/password/reset/",
]  # fmt: skip

#: Parts of a table by the role that a screen reader is given of them.
PARTS = {
    "table": "table", "row": "tr", "cell": "td", "columnheader": "th[scope=col]",
    "rowheader": "th:not([scope=col])",
}  # fmt: skip
# Rows out of sight are not laid out, and folded tables not shown: all are counted here.
_SEEN = """(parts) => {
  for (const fold of document.querySelectorAll('details')) fold.open = true;
  for (const row of document.querySelectorAll('main tr')) row.style.contentVisibility = 'visible';
  const seen = (css) => [...document.querySelectorAll(css)].filter((one) => one.checkVisibility());
  return Object.fromEntries(
    Object.entries(parts).map(([role, css]) => [role, seen('main ' + css).length])
  );
}"""


@pytest.fixture(scope="module", autouse=True)
def portal(db: None) -> None:
    """Store two illustrative years, a record of the press, a scheme and the portal's identity."""
    SiteIdentity.objects.create(
        pk=1, city_name="Thành phố Hồ Chí Minh", governing_body="Sở Nội vụ", address="Số 1",
        telephone="028 0000 0000", email="cchc@example.vn", help_contact="Tổ hỗ trợ",
    )  # fmt: skip
    make_publication(year=2022, kind="illustrative", groups=GROUPS, seed=4)
    make_publication(year=2023, kind="illustrative", groups=GROUPS, unranked="SBN-07")
    make_record([
        {"unit": "Sở Tư pháp", "index": Decimal("95.06"), "rank": 1},
        {"unit": "Bảo hiểm xã hội Thành phố", "index": None, "rank": None, "note": "Báo không nêu"},
    ])  # fmt: skip
    group = UnitGroup.objects.create(code="SBN", name="Sở, ban, ngành")
    Unit.objects.create(code="SBN-01", name="Sở Tư pháp", group=group)
    make_issued_scheme(group, illustrative=True)


@pytest.mark.parametrize("path", PAGES)
def test_page_has_no_fault(visitor: Visitor, path: str) -> None:
    visitor.go(path)
    visitor.check()
    visitor.check(dark=True, narrow=True)


def test_scheme_page_has_no_fault(visitor: Visitor) -> None:
    visitor.go(f"/bo-tieu-chi/{Scheme.objects.get().code}/")
    visitor.check()
    visitor.check(dark=True, narrow=True)


@pytest.mark.parametrize("path", MOST_READ)
def test_most_read_page_has_no_fault_the_other_way_round(visitor: Visitor, path: str) -> None:
    visitor.go(path)
    visitor.check(dark=True)
    visitor.check(narrow=True)


@pytest.mark.parametrize(
    "path",
    [
        "/xep-hang/2023-minh-hoa/SBN/", "/xep-hang/2021-bao-chi/SBN/", "/don-vi/so-tu-phap/",
        "/don-vi/so-tu-phap/2023-minh-hoa/", "/so-sanh/?don-vi=so-tu-phap&don-vi=so-y-te",
        "/bo-tieu-chi/", "/du-lieu-mo/",
    ],
)  # fmt: skip
def test_cards_of_a_phone_are_still_a_table(phone: Visitor, path: str) -> None:
    phone.go(path)
    seen = phone.page.evaluate(_SEEN, PARTS)
    assert min(seen["cell"], seen["columnheader"]) > 0
    wire = phone.page.context.new_cdp_session(phone.page)
    wire.send("Accessibility.enable")
    nodes = wire.send("Accessibility.getFullAXTree")["nodes"]
    told = Counter(node["role"]["value"] for node in nodes if not node.get("ignored"))
    assert {role: told[role] for role in PARTS} == seen


@pytest.mark.parametrize("path", ["/khong-co-trang-nay/", "/xep-hang/1999/"])
def test_missing_page_has_no_fault(visitor: Visitor, path: str) -> None:
    visitor.go(path, status=404)
    visitor.check()
    visitor.check(dark=True, narrow=True)


def test_refused_sign_in_has_no_fault(visitor: Visitor) -> None:
    visitor.go("/tai-khoan/login/")
    visitor.page.fill("input[name=login]", "khong.co")
    visitor.page.fill("input[name=password]", "sai-mat-khau")
    visitor.page.click("main button[type=submit]")
    assert visitor.page.locator("[role=alert]").count() == 1
    visitor.check()
    visitor.check(dark=True, narrow=True)


@pytest.mark.parametrize("path", ["/", "/xep-hang/2023-minh-hoa/SBN/", "/don-vi/so-tu-phap/"])
def test_paper_has_no_navigation(visitor: Visitor, path: str) -> None:
    visitor.go(path)
    visitor.page.emulate_media(media="print")
    shown = visitor.page.locator("nav:visible, .skip-link:visible, .breadcrumbs:visible")
    assert shown.count() == 0
    assert visitor.page.locator("h1:visible").count() == 1


def test_phone_reads_the_ranking_without_sideways_scroll(phone: Visitor) -> None:
    phone.go("/xep-hang/2023-minh-hoa/SBN/")
    assert phone.faults() == []
