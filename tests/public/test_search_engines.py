"""What search engines, catalogues and searching people are told: whole, true, and nothing early."""

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from assessments import press
from assessments.models import Publication, SiteIdentity
from assessments.views.public import sitemaps
from tests.factories.cycles import make_issued_scheme
from tests.factories.published import make_publication, make_record
from tests.factories.units import make_group, make_unit
from tests.public.conftest import HOUR
from units.models import Succession, UnitAlias

XML = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml",
}  # fmt: skip
HOST = "http://testserver"


def text_of(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def entries() -> dict[str, Any]:
    tree = ElementTree.fromstring(Client().get("/sitemap.xml").content)  # noqa: S314
    return {node.findtext("s:loc", "", XML).removeprefix(HOST): node for node in tree}


def test_sitemap_names_public_pages_with_day_and_languages(official: Publication) -> None:
    make_record([{"unit": "Sở Tư pháp", "rank": 1}])
    found = entries()
    both = {
        "/", "/xep-hang/", "/so-sanh/", "/bo-tieu-chi/", "/du-lieu-mo/", "/gioi-thieu/",
        "/phuong-phap/", "/dieu-khoan-du-lieu/", "/tiep-can/", "/so-do/",
        "/xep-hang/2026/SBN/", "/xep-hang/2026/bao-cao/", "/xep-hang/2021-bao-chi/SBN/",
        "/don-vi/so-tu-phap/", "/don-vi/so-noi-vu/", "/don-vi/so-y-te/",
        "/don-vi/so-tu-phap/2026/", "/don-vi/so-noi-vu/2026/", "/don-vi/so-y-te/2026/",
    }  # fmt: skip
    assert set(found) == both | {f"/en{path}" for path in both}
    for path in found:
        assert Client().get(path).status_code == 200, path
    for path in ("/xep-hang/2026/SBN/", "/en/xep-hang/2026/SBN/"):
        links = {
            link.get("hreflang"): link.get("href") for link in found[path].findall("x:link", XML)
        }
        assert links == {
            "vi": f"{HOST}/xep-hang/2026/SBN/", "en": f"{HOST}/en/xep-hang/2026/SBN/",
            "x-default": f"{HOST}/xep-hang/2026/SBN/",
        }  # fmt: skip
        day = official.published_at.astimezone(tz=None).date()  # type: ignore[union-attr]
        stated = found[path].findtext("s:lastmod", "", XML)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stated)
        assert abs(int(stated[:4]) - day.year) <= 1


def test_sitemap_keeps_silent_about_what_is_made_up_or_early(
    illustrative: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "flip_due", lambda at: [])
    before = set(entries())
    assert {path for path in before if "don-vi" in path or "xep-hang/2" in path} == set()
    scheme = make_issued_scheme(make_group(), illustrative=True)
    make_publication(at=timezone.now() + HOUR, groups={("QH", "Quận"): [("Q-1", "Quận 1")]})
    assert set(entries()) == before
    assert scheme.code not in text_of("/sitemap.xml")


@pytest.mark.parametrize("kind", ["official", "illustrative"])
def test_sitemap_leads_to_no_page_that_asks_not_to_be_found(db: None, kind: str) -> None:
    make_publication(kind=kind)
    make_record([{"unit": "Sở Tư pháp", "rank": 1}])
    paths = set(entries())
    assert ("/" in paths) == (kind == "official")
    for path in paths:
        assert 'content="noindex"' not in text_of(path), path
    assert 'content="noindex"' in text_of("/so-sanh/?don-vi=so-tu-phap")


def test_long_sitemap_comes_in_parts(
    official: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = set(entries())
    monkeypatch.setattr(sitemaps, "PLACES", 7)
    tree = ElementTree.fromstring(Client().get("/sitemap.xml").content)  # noqa: S314
    parts = [node.findtext("s:loc", "", XML).removeprefix(HOST) for node in tree]
    assert parts == [f"/sitemap.xml?phan={number}" for number in (1, 2, 3)]
    found: list[str] = []
    for part in parts:
        inner = ElementTree.fromstring(Client().get(part).content)  # noqa: S314
        found += [node.findtext("s:loc", "", XML).removeprefix(HOST) for node in inner]
    assert sorted(found) == sorted(whole)
    assert Client().get("/sitemap.xml?phan=4").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/", "/gioi-thieu/", "/du-lieu-mo/", "/don-vi/so-tu-phap/", "/xep-hang/2026/SBN/",
     "/don-vi/so-tu-phap/2026/", "/tim-don-vi/"],
)  # fmt: skip
def test_page_names_itself_and_its_languages(official: Publication, path: str) -> None:
    for here in (path, f"/en{path}"):
        head = text_of(here).split("</head>")[0].replace(HOST, "")
        assert re.findall('rel="canonical" href="([^"]*)"', head) == [here]
        pairs = re.findall('rel="alternate" hreflang="([^"]*)" href="([^"]*)"', head)
        assert sorted(pairs) == [("en", f"/en{path}"), ("vi", path), ("x-default", path)]


def test_configured_address_stands_before_each(official: Publication, settings: Any) -> None:
    settings.SITE_URL = "https://cchc.example"
    head = text_of("/en/gioi-thieu/").split("</head>")[0]
    assert 'hreflang="x-default" href="https://cchc.example/gioi-thieu/"' in head
    assert 'hreflang="en" href="https://cchc.example/en/gioi-thieu/"' in head
    assert "<loc>https://cchc.example/gioi-thieu/</loc>" in text_of("/sitemap.xml")


def graph(path: str) -> dict[str, dict[str, Any]]:
    blocks = re.findall(
        '<script type="application/ld\\+json">(.*?)</script>', text_of(path), re.DOTALL
    )
    assert len(blocks) == 1
    assert not set(blocks[0]) & set("<>&")
    data = json.loads(blocks[0])
    assert data["@context"] == "https://schema.org"
    return {part["@type"]: part for part in data["@graph"]}


def test_ranking_tells_of_its_data(db: None) -> None:
    SiteIdentity.objects.create(pk=1, city_name="TP", governing_body="Sở </script><b> & Nội vụ")
    make_publication(title='Chỉ số </script><script>alert("x")</script>')
    found = graph("/xep-hang/2026/SBN/")
    assert set(found) == {"GovernmentOrganization", "BreadcrumbList", "Dataset"}
    assert found["GovernmentOrganization"]["name"] == "Sở </script><b> & Nội vụ"
    assert found["Dataset"]["name"] == 'Chỉ số </script><script>alert("x")</script>'
    files = [one["contentUrl"] for one in found["Dataset"]["distribution"]]
    assert sorted(files) == sorted(
        page.path for page in Publication.objects.get().pages.exclude(filename="")
        if not page.path.endswith(".png")
    )  # fmt: skip
    assert [row["item"] for row in found["BreadcrumbList"]["itemListElement"]] == [
        "/", "/xep-hang/", "/xep-hang/2026/SBN/",
    ]  # fmt: skip
    assert "<script>alert" not in text_of("/xep-hang/2026/SBN/")


def test_open_data_page_tells_of_what_is_not_made_up(
    official: Publication, illustrative: Publication
) -> None:
    catalogue = graph("/du-lieu-mo/")["DataCatalog"]
    assert [row["url"] for row in catalogue["dataset"]] == ["/xep-hang/2026/"]
    for path in ("/xep-hang/2023-minh-hoa/SBN/", "/don-vi/so-tu-phap/2023-minh-hoa/"):
        assert "ld+json" not in text_of(path)


def test_catalogue_describes_each_file(official: Publication) -> None:
    make_publication(corrects=official, seed=2, correction_reason="Nhầm điểm")
    make_publication(year=2023, kind="illustrative")
    answer = Client().get("/du-lieu-mo/catalog.jsonld")
    assert answer["Content-Type"] == "application/ld+json"
    rows = {row["dct:identifier"]: row for row in answer.json()["dcat:dataset"]}
    assert set(rows) == {"2026", "2026-2", "2023-minh-hoa"}
    assert rows["2026-2"]["dcat:previousVersion"] == {"@id": f"{HOST}/xep-hang/2026/"}
    assert "dcat:previousVersion" not in rows["2026"]
    words = [word["@value"] for word in rows["2023-minh-hoa"]["dcat:keyword"]]
    assert "dữ liệu minh họa" in words
    files = [one for one in rows["2026"]["dcat:distribution"] if "dcat:downloadURL" in one]
    stored = official.pages.exclude(filename="").exclude(content_type="image/png")
    assert len(files) == stored.count()
    for file in files:
        path = file["dcat:downloadURL"]["@id"].removeprefix(HOST)
        body = Client().get(path).content
        assert int(file["dcat:byteSize"]["@value"]) == len(body)
        page = official.pages.get(path=path)
        assert file["spdx:checksum"]["spdx:checksumValue"]["@value"] == page.sha256
        media = file["dcat:mediaType"]["@id"].rpartition("media-types/")[2]
        assert page.content_type.startswith(media)
    again = Client().get("/du-lieu-mo/catalog.jsonld", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304


def test_catalogue_knows_nothing_early(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "flip_due", lambda at: [])
    make_publication(at=timezone.now() + HOUR)
    assert Client().get("/du-lieu-mo/catalog.jsonld").json()["dcat:dataset"] == []
    assert "2026" not in re.sub(r"\d\d/\d\d/\d{4}", "", text_of("/du-lieu-mo/").split("<main")[1])


def test_open_data_page_lists_files_with_hashes_and_errata(official: Publication) -> None:
    make_publication(corrects=official, seed=2, correction_reason="Nhầm điểm")
    body = text_of("/en/du-lieu-mo/")
    for page in official.pages.exclude(filename="").exclude(content_type="image/png"):
        assert f'<a href="{page.path}">{page.filename}</a>' in body
        assert page.sha256 in body
    assert official.sha256 in body
    assert body.count("Replaced by a correction") == 1
    assert "curl 'http://testserver/api/v1/publications/2026-2/results?limit=200'" in body


def test_about_names_the_body_and_invents_none(db: None) -> None:
    assert "has not entered its contact" in text_of("/en/gioi-thieu/")
    SiteIdentity.objects.create(
        pk=1, city_name="TP", governing_body="Sở Nội vụ", address="Số 1 Phố Lạ", telephone="028 99",
        email="cchc@example.vn", responsible_person="Nguyễn Văn A",
    )  # fmt: skip
    body = text_of("/en/gioi-thieu/")
    for known in ("Sở Nội vụ", "Số 1 Phố Lạ", "028 99", "cchc@example.vn", "Nguyễn Văn A"):
        assert known in body.split("<footer")[0]
        assert known in body.split("<footer")[1]


@pytest.mark.parametrize("path", ["/", "/xep-hang/2026/SBN/", "/gioi-thieu/"])
def test_foot_leads_to_what_every_page_owes(official: Publication, path: str) -> None:
    foot = text_of(path).split("<footer")[1]
    for owed in ("/tiep-can/", "/so-do/", "/tim-don-vi/", "/gioi-thieu/", "/phuong-phap/",
                 "/dieu-khoan-du-lieu/"):  # fmt: skip
        assert f'href="{owed}"' in foot


def test_search_leads_from_an_old_name_to_the_successor(db: None) -> None:
    old, new = make_unit("Sở Cũ"), make_unit("Sở Mới")
    third = make_unit("Ban Tên Khác")
    UnitAlias.objects.create(unit=old, name="Ban Tiền thân")
    Succession.objects.create(
        predecessor=old, successor=new, kind="merged", effective_on="2025-07-01"
    )
    Succession.objects.create(
        predecessor=new, successor=third, kind="renamed", effective_on="2026-01-01"
    )

    def found(text: str) -> list[str]:
        body = Client().get("/tim-don-vi/", {"q": text}).content.decode()
        part = body.split('<ul class="plain">')[1].split("</ul>")[0]
        rows = re.sub("<[^>]*>", " ", part.replace("</li>", "|")).split("|")
        return [" ".join(row.split()) for row in rows if row.strip()]

    was = "Sở Cũ {}đã hợp nhất vào Sở Mới (01/07/2025)"
    now = "Sở Mới nay là Ban Tên Khác (01/01/2026) kế thừa : Sở Cũ".replace("thừa :", "thừa:")
    assert found("so cu") == [was.format("")]
    assert found("ban tien than") == [was.format("tên khác: Ban Tiền thân ")]
    assert found("SO MOI") == [now]
    assert found("ten khac") == ["Ban Tên Khác tên cũ: Sở Mới"]


def test_search_takes_the_same_statements_for_many(db: None, queries: Any) -> None:
    def grow(number: int) -> None:
        old, new = make_unit(f"Sở Cũ {number}"), make_unit(f"Sở Mới {number}")
        UnitAlias.objects.create(unit=old, name=f"Sở Phụ {number}")
        Succession.objects.create(
            predecessor=old, successor=new, kind="split", effective_on="2025-07-01"
        )

    grow(1)
    few = queries("/tim-don-vi/?q=so")
    for number in (2, 3):
        grow(number)
    assert queries("/tim-don-vi/?q=so") == few


@pytest.mark.parametrize("path", ["/du-lieu-mo/", "/du-lieu-mo/catalog.jsonld", "/sitemap.xml",
                                  "/gioi-thieu/"])  # fmt: skip
def test_statements_do_not_grow_with_publications(db: None, queries: Any, path: str) -> None:
    make_publication()
    few = queries(path)
    for year in (2024, 2025):
        make_publication(year=year)
    assert queries(path) == few
