"""The markup of every public page: no error of parsing, references that lead somewhere, order."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from justhtml import JustHTML

from assessments.models import SiteIdentity
from tests.factories.cycles import make_issued_scheme
from tests.factories.published import UNITS, make_publication, make_record
from tests.factories.units import make_group, make_unit
from units.models import Succession, UnitAlias

GROUPS = {
    ("SBN", "Sở, ban, ngành"): [
        *UNITS, ("SBN-04", "Sở Y & Nước"), ("SBN-05", 'Sở <Công> "Thương"'),
    ],
    ("UB", "Quận"): [("Q-1", "Quận 1"), ("Q-2", "Quận 2")],
}  # fmt: skip
PATHS = [
    "/", "/xep-hang/", "/xep-hang/2026/SBN/", "/xep-hang/2026/UB/", "/xep-hang/2025/SBN/",
    "/xep-hang/2026-minh-hoa/SBN/", "/xep-hang/2021-bao-chi/SBN/", "/xep-hang/2026/bao-cao/",
    "/xep-hang/2026/SBN/?sap-xep=chi-so&tim=so", "/don-vi/so-tu-phap/", "/don-vi/so-phap-che/",
    "/don-vi/so-tu-phap/2026/", "/don-vi/so-tu-phap/2026-minh-hoa/",
    "/so-sanh/", "/so-sanh/?don-vi=so-tu-phap&don-vi=so-noi-vu", "/tim-don-vi/",
    "/tim-don-vi/?q=phap", "/tim-don-vi/?q=khong-co", "/bo-tieu-chi/", "/du-lieu-mo/",
    "/gioi-thieu/", "/phuong-phap/", "/dieu-khoan-du-lieu/", "/tiep-can/", "/so-do/",
]  # fmt: skip
#: Elements that are their role: ARIA in HTML allows them no other and not the same again.
TABLE = ("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td")
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "for", "headers")


@pytest.fixture
def pages(db: None) -> dict[str, str]:
    """Return the text of every public page in both languages, by address."""
    SiteIdentity.objects.create(
        pk=1, city_name="Thành phố & <Sông>", governing_body="Sở Nội vụ", address="Số 1",
        telephone="028", email="cchc@example.vn", help_contact="Tổ hỗ trợ",
        responsible_person="Nguyễn Văn A",
    )  # fmt: skip
    before = make_publication(year=2025, groups=GROUPS, seed=4)
    make_publication(year=2026, groups=GROUPS, unranked="SBN-03")
    make_publication(year=2025, groups=GROUPS, corrects=before, printed=False,
                     correction_reason="Nhầm điểm")  # fmt: skip
    make_publication(year=2026, kind="illustrative", groups=GROUPS)
    make_record([{"unit": "Sở Tư pháp", "rank": 1, "note": "Theo báo <A>"}, {"unit": "Sở Lạ"}])
    scheme = make_issued_scheme(make_group())
    old, new = make_unit("Sở Tư pháp", code="SBN-01"), make_unit("Sở Pháp chế", code="SBN-99")
    UnitAlias.objects.create(unit=old, name="STP Pháp")
    Succession.objects.create(
        predecessor=old, successor=new, kind="merged", effective_on="2027-01-01"
    )
    found = {}
    for path in [*PATHS, f"/bo-tieu-chi/{scheme.code}/"]:
        for address in (path, f"/en{path}"):
            answer = Client().get(address)
            assert answer.status_code == 200, address
            found[address] = answer.content.decode()
    missing = Client().get("/khong-co/")
    return found | {"404": missing.content.decode()}


def faults(text: str, language: str) -> Iterator[str]:
    parsed = JustHTML(text, collect_errors=True, sanitize=False)
    yield from (f"parser: {error}" for error in parsed.errors)
    nodes = parsed.query("*")
    yield from _references(nodes)
    yield from _headings(nodes)
    if [node.attrs.get("lang") for node in nodes if node.name == "html"] != [language]:
        yield "language of the page"
    if len([node for node in nodes if node.name == "main"]) != 1:
        yield "not one main part"
    for node in nodes:
        if node.name in ("a", "button") and not _name_of(node):
            yield f"without a name: {node.to_html()[:120]}"
        if node.name == "img" and "alt" not in node.attrs:
            yield f"without alt: {node.to_html()[:120]}"
        if node.name in TABLE and "role" in node.attrs:
            yield f"role of its own: {node.to_html()[:120]}"
        for name in node.attrs:
            if name.startswith("hx-"):  # HTML knows it as data-hx-… only
                yield f"no attribute of HTML: {name}"


def _references(nodes: list[Any]) -> Iterator[str]:
    ids = [node.attrs["id"] for node in nodes if node.attrs.get("id")]
    yield from (f"id twice: {one}" for one, count in Counter(ids).items() if count > 1)
    for node in nodes:
        for name in REFERENCES:
            for one in (node.attrs.get(name) or "").split():
                if one not in ids:
                    yield f"{name} leads nowhere: {one}"
        target = node.attrs.get("href") or ""
        if node.name == "a" and target.startswith("#") and target[1:] not in ids:
            yield f"link leads nowhere: {target}"
        if node.name in ("input", "select", "textarea") and not _is_labelled(node, nodes):
            yield f"without a label: {node.to_html()[:120]}"


def _is_labelled(node: Any, nodes: list[Any]) -> bool:
    named = node.attrs.get("aria-label") or node.attrs.get("aria-labelledby")
    if named or node.attrs.get("type") in ("hidden", "submit"):
        return True
    labels = {one.attrs.get("for") for one in nodes if one.name == "label"}
    parent = node.parent
    while parent is not None and parent.name != "label":
        parent = parent.parent
    return parent is not None or node.attrs.get("id") in labels


def _headings(nodes: list[Any]) -> Iterator[str]:
    levels = [int(node.name[1]) for node in nodes if re.fullmatch("h[1-6]", node.name or "")]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} headings of the first level"
    last = 0
    for level in levels:
        if level > last + 1:
            yield f"heading {level} follows {last}"
        last = level


def _name_of(node: Any) -> str:
    named = node.attrs.get("aria-label") or node.attrs.get("aria-labelledby") or ""
    pictures = [one.attrs.get("alt") or "" for one in node.query("img")]
    return (named + node.to_text() + "".join(pictures)).strip()


def test_every_page_is_sound(pages: dict[str, str]) -> None:
    found = {
        address: list(faults(text, "en" if address.startswith("/en") else "vi"))
        for address, text in pages.items()
    }
    assert {address: said for address, said in found.items() if said} == {}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("</main>", "</div></main>", "parser"),
        ("<h1>", '<h1 id="main">', "id twice"),
        ('<a class="skip-link" href="#main">', '<a class="skip-link" href="#x">', "link leads"),
        ("<h1>", "<h3>x</h3><h1>", "heading 3 follows 0"),
        ("<h1>", '<input name="x"><h1>', "without a label"),
        ("<h1>", '<a href="/"></a><h1>', "without a name"),
        ('<html lang="vi">', '<html lang="fr">', "language"),
        ("<h1>", '<table role="table"><tr><td>1</td></tr></table><h1>', "role of its own"),
        ("<h1>", '<h1 hx-get="/">', "no attribute of HTML: hx-get"),
    ],
)
def test_check_finds(db: None, old: str, new: str, fault: str) -> None:
    text = Client().get("/tiep-can/").content.decode()
    assert old in text
    assert list(faults(text, "vi")) == []
    assert any(one.startswith(fault) for one in faults(text.replace(old, new, 1), "vi"))
