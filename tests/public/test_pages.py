"""What each page shows to whom, in both languages."""

import re
from decimal import Decimal

import pytest
from django.test import Client

from assessments.choices import SchemeState
from assessments.models import Band, Publication, Scheme
from tests.factories.published import UNITS, make_publication, make_record
from units.models import Succession, Unit, UnitAlias, UnitGroup

D = Decimal
LIVE = [
    "/", "/xep-hang/", "/don-vi/so-tu-phap/", "/bo-tieu-chi/", "/du-lieu-mo/", "/tiep-can/",
    "/so-do/", "/tim-don-vi/?q=phap",
]  # fmt: skip
#: Data for search engines: no browser runs a block of this type.
DATA_BLOCK = '<script type="application/ld+json">'
FROZEN = ["/xep-hang/2026/SBN/", "/don-vi/so-tu-phap/2026/"]
UNKNOWN = [
    "/xep-hang/1999/", "/xep-hang/2026/XYZ/", "/xep-hang/1999/SBN/", "/don-vi/khong-co/",
    "/don-vi/khong-co/2026/", "/don-vi/so-tu-phap/1999/", "/bo-tieu-chi/khong-co/",
    "/du-lieu-mo/1999.json", "/du-lieu-mo/2026-XYZ.csv", "/xep-hang/nam/",
]  # fmt: skip


def text_of(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", [*LIVE, *FROZEN])
def test_page_has_head_in_its_language(official: Publication, prefix: str, path: str) -> None:
    body = text_of(prefix + path)
    language = "en" if prefix else "vi"
    assert f'<html lang="{language}">' in body
    for part in ('<meta name="description" content="', 'rel="canonical"', 'property="og:title"'):
        assert part in body
    assert re.search("<title>.+</title>", body)
    assert body.count("<h1") == 1
    # The policy lets no inline script run; the only one is a file of the portal's own.
    scripts = re.findall("<script[^>]*>", body)
    assert {tag for tag in scripts if ' src="/static/' not in tag} <= {DATA_BLOCK}
    assert "style=" not in body


@pytest.mark.parametrize("path", [*LIVE[1:], *FROZEN])
def test_page_shows_the_way_back(official: Publication, path: str) -> None:
    assert 'class="breadcrumbs"' in text_of(path)


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", UNKNOWN)
def test_unknown_address_is_404_in_dress(official: Publication, prefix: str, path: str) -> None:
    answer = Client().get(prefix + path)
    assert answer.status_code == 404
    assert "cchc/base.css" in answer.content.decode()


@pytest.mark.parametrize("path", [*LIVE, *FROZEN])
def test_page_refuses_post(official: Publication, path: str) -> None:
    assert Client().post(path).status_code == 405


def test_empty_portal_says_so(db: None) -> None:
    body = text_of("/")
    assert 'class="empty"' in body
    assert "minh họa" not in body


def test_home_prefers_official_to_later_illustrative(official: Publication) -> None:
    make_publication(year=2030, kind="illustrative")
    body = text_of("/")
    assert "/xep-hang/2026/SBN/" in body
    assert "2030" not in body
    assert "noindex" not in body


def test_home_shows_illustrative_only_with_its_banner(illustrative: Publication) -> None:
    body = text_of("/")
    assert "/xep-hang/2023-minh-hoa/SBN/" in body
    assert "minh họa" in body
    assert 'content="noindex"' in body
    assert "banner tone-warn" in body


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize(
    "path",
    ["/xep-hang/2023-minh-hoa/SBN/", "/don-vi/so-tu-phap/2023-minh-hoa/", "/don-vi/so-tu-phap/"],
)
def test_illustrative_pages_say_so(illustrative: Publication, prefix: str, path: str) -> None:
    body = text_of(prefix + path)
    assert 'content="noindex"' in body
    assert "banner tone-warn" in body
    assert re.search('<span class="term" lang="vi">[mM]inh họa</span>', body)
    assert "inh họa minh họa" not in re.sub("<[^>]*>", "", body)


@pytest.mark.parametrize(("prefix", "mark"), [("", "(minh họa)"), ("/en", "(illustrative)")])
@pytest.mark.parametrize(
    "path",
    ["/xep-hang/2023-minh-hoa/SBN/", "/don-vi/so-tu-phap/2023-minh-hoa/", "/don-vi/so-tu-phap/",
     "/xep-hang/2023-minh-hoa/bao-cao/"],
)  # fmt: skip
def test_illustrative_titles_say_so_in_their_language(
    illustrative: Publication, path: str, prefix: str, mark: str
) -> None:
    head = text_of(prefix + path).partition("</head>")[0]
    told = re.findall('<title>([^<]*)|<meta [^>]*description" content="([^"]*)"', head)
    assert [text.count(mark) for text in map("".join, told)] == [1, 1, 1], told


def test_english_page_tells_vietnamese_names(official: Publication) -> None:
    ranking, unit = text_of("/en/xep-hang/2026/SBN/"), text_of("/en/don-vi/so-tu-phap/")
    assert '<span aria-current="page" lang="vi">2026 – Sở, ban, ngành</span>' in ranking
    assert '<span aria-current="page" lang="vi">Sở Tư pháp</span>' in unit
    assert 'In 2026, <span lang="vi">Sở Tư pháp</span> ' in unit
    assert 'the group “<span lang="vi">Sở, ban, ngành</span>”.' in unit


def test_illustrative_files_say_so(illustrative: Publication) -> None:
    answer = Client().get("/du-lieu-mo/2023-minh-hoa.json")
    assert answer.json()["publication"]["illustrative"] is True
    assert answer["X-Robots-Tag"] == "noindex"
    assert "minh-hoa" in answer["Content-Disposition"]


def test_movement_compares_the_year_before_of_the_same_kind_only(db: None) -> None:
    make_publication(year=2022, kind="illustrative", seed=5)
    make_publication(year=2023)
    body = text_of("/xep-hang/2023/SBN/")
    assert "movement--up" not in body
    assert "movement--down" not in body
    make_publication(year=2024, seed=6)
    assert re.search("movement--(up|down)", text_of("/xep-hang/2024/SBN/"))


def test_year_leads_to_official_then_record_then_illustrative(illustrative: Publication) -> None:
    def target() -> str:
        return Client().get("/xep-hang/2023/")["Location"]

    assert target() == "/xep-hang/2023-minh-hoa/SBN/"
    make_record([{"unit": "Sở Tư pháp", "rank": 1}], year=2023)
    assert target() == "/xep-hang/2023-bao-chi/SBN/"
    assert Client().get("/xep-hang/2023/SBN/")["Location"] == "/xep-hang/2023-bao-chi/SBN/"
    make_publication(year=2023, slug="2023-chinh-thuc")
    assert target() == "/xep-hang/2023-chinh-thuc/SBN/"
    assert Client().get("/en/xep-hang/2023/")["Location"] == "/en/xep-hang/2023-chinh-thuc/SBN/"


def test_unit_keeps_kinds_in_separate_sections(illustrative: Publication) -> None:
    make_record([{"unit": "Sở Tư pháp", "rank": 1, "index": D("95.06")}])
    sections = text_of("/don-vi/so-tu-phap/").split("<section")[1:]
    recorded = [part for part in sections if "2021-bao-chi" in part]
    made_up = [part for part in sections if "2023-minh-hoa" in part]
    assert len(recorded) == len(made_up) == 1
    assert recorded[0] != made_up[0]
    assert "95,06" in recorded[0]


def test_unit_links_predecessor_and_successor(official: Publication) -> None:
    group = UnitGroup.objects.create(code="SBN", name="Sở, ban, ngành")
    old = Unit.objects.create(code="SBN-01", name="Sở Tư pháp", group=group)
    new = Unit.objects.create(code="SBN-99", name="Sở Pháp chế", group=group)
    Succession.objects.create(
        predecessor=old, successor=new, kind=Succession.Kind.RENAMED, effective_on="2027-01-01"
    )
    assert 'href="/don-vi/so-phap-che/"' in text_of("/don-vi/so-tu-phap/")
    assert 'href="/don-vi/so-tu-phap/"' in text_of("/don-vi/so-phap-che/")


@pytest.mark.parametrize("text", ["tu phap", "Tư Pháp", "TƯ  PHÁP", "STP"])
def test_search_finds_with_and_without_accents(db: None, text: str) -> None:
    group = UnitGroup.objects.create(code="SBN", name="Sở, ban, ngành")
    unit = Unit.objects.create(code="SBN-01", name="Sở Tư pháp", group=group)
    UnitAlias.objects.create(unit=unit, name="STP")
    Unit.objects.create(code="SBN-02", name="Sở Nội vụ", group=group)
    body = Client().get("/tim-don-vi/", {"q": text}).content.decode()
    assert 'href="/don-vi/so-tu-phap/"' in body
    assert "so-noi-vu" not in body


def test_search_escapes_what_was_typed(db: None) -> None:
    body = Client().get("/tim-don-vi/", {"q": '"><script>'}).content.decode()
    assert "<script" not in body


def test_indexes_that_print_alike_show_four_decimals(db: None) -> None:
    rows = [("A", "94.2650", 1), ("B", "94.2749", 2), ("C", "90.1", 3)]
    make_record([{"unit": name, "index": D(index), "rank": rank} for name, index, rank in rows])
    body = text_of("/xep-hang/2021-bao-chi/SBN/")
    assert "94,2650" in body
    assert "94,2749" in body
    assert "90,10" in body
    assert "90,1000" not in body


def test_record_shows_what_is_missing_inferred_and_contradicted(db: None) -> None:
    make_record([
        {"unit": "Sở Tư pháp", "index": D("95.06"), "rank": 1},
        {"unit": "Cục Thuế", "rank": 2, "rank_basis": "inferred"},
        {"unit": "Sở Văn hóa", "index": D("75.04"), "rank": 26, "source": "https://mot.example/a",
         "disputed": True},
        {"unit": "Trung tâm Xúc tiến", "index": D("87.9"), "note": "Nguồn khác nói khác",
         "source": "https://hai.example/b (seed) ; https://ba.example/c", "disputed": True},
        {"unit": "Sở Công Thương", "band": "Khá"},
    ])  # fmt: skip
    body = Client(headers={"accept-language": "en"}).get("/en/xep-hang/2021-bao-chi/SBN/")
    page = body.content.decode()
    disputed = page[page.index('id="disputed"') : page.index("</section>")]
    for part in (
        "Sở Văn hóa",
        "75.04",
        "mot.example",
        "Trung tâm Xúc tiến",
        "87.90",
        "hai.example",
    ):
        assert part in disputed
    assert "ba.example" in disputed
    assert disputed.count("<li>") == 2
    assert re.findall(r"\s[,.;:]", re.sub("<[^>]*>", "", disputed)) == []
    ranked, rest = page.split("Units without a published rank", 1)
    assert "inferred" in ranked
    assert "not published" in ranked
    assert "Sở Công Thương" in rest
    assert "Sở Công Thương" not in ranked
    assert "movement" not in page


def test_record_has_no_scorecard(db: None) -> None:
    make_record([{"unit": "Sở Tư pháp", "rank": 1}])
    assert Client().get("/don-vi/so-tu-phap/2021-bao-chi/").status_code == 404


def test_unranked_unit_stands_apart_with_its_reason(db: None) -> None:
    make_publication(unranked="SBN-02")
    ranked, rest = text_of("/en/xep-hang/2026/SBN/").split("Units not ranked")
    assert "Sở Nội vụ" not in ranked
    assert "Mới thành lập" in rest


def test_scorecard_shows_each_leaf(official: Publication) -> None:
    body = text_of("/en/don-vi/so-tu-phap/2026/")
    scores = official.results.get(unit_code="SBN-01").scores.all()
    assert scores
    for score in scores:
        assert f"{score.code}. Tiêu chí {score.code}" in body
        assert score.trace in body
    assert body.count("does not apply") == sum(not score.applicable for score in scores)


def test_only_issued_schemes_are_shown(db: None) -> None:
    group = UnitGroup.objects.create(code="SBN", name="Sở, ban, ngành")
    scheme = Scheme.objects.create(group=group, code="bo-sbn", title="Bộ tiêu chí sở")
    Band.objects.create(scheme=scheme, label="Tốt", min_index=D(80))
    criterion = scheme.criteria.create(
        code="1", position=1, level="field", name="Một lĩnh vực", max_points=D(100), method="sum"
    )
    assert criterion.name not in text_of("/bo-tieu-chi/")
    assert Client().get("/bo-tieu-chi/bo-sbn/").status_code == 404
    Scheme.objects.filter(pk=scheme.pk).update(state=SchemeState.ISSUED)
    assert "/bo-tieu-chi/bo-sbn/?phien-ban=1" in text_of("/bo-tieu-chi/")
    assert criterion.name in text_of("/bo-tieu-chi/bo-sbn/?phien-ban=1")
    assert Client().get("/bo-tieu-chi/bo-sbn/?phien-ban=2").status_code == 404


def test_second_version_shows_what_changed(db: None) -> None:
    group = UnitGroup.objects.create(code="SBN", name="Sở, ban, ngành")
    for version, name in ((1, "Tên cũ"), (2, "Tên mới")):
        scheme = Scheme.objects.create(group=group, code="bo", title="Bộ", version=version)
        scheme.criteria.create(
            code="1", position=1, level="field", name=name, max_points=D(9), method="sum"
        )
        Scheme.objects.filter(pk=scheme.pk).update(state=SchemeState.ISSUED)
    body = text_of("/bo-tieu-chi/bo/")
    assert "Tên cũ → Tên mới" in body
    assert "Tên mới" not in text_of("/bo-tieu-chi/bo/?phien-ban=1")


def test_sitemap_names_official_pages_and_nothing_illustrative(official: Publication) -> None:
    make_publication(year=2023, kind="illustrative", groups={("UB", "Quận"): [("UB-1", "Quận 1")]})
    body = text_of("/sitemap.xml")
    assert "http://testserver/xep-hang/2026/SBN/<" in body
    assert "http://testserver/en/don-vi/so-tu-phap/<" in body
    assert "minh-hoa" not in body
    assert "quan-1" not in body
    assert "http://testserver/sitemap.xml" in text_of("/robots.txt")


@pytest.mark.parametrize("path", [*LIVE, *FROZEN, "/du-lieu-mo/index.json", "/sitemap.xml"])
def test_query_count_does_not_grow_with_rows(db: None, queries, path: str) -> None:  # type: ignore[no-untyped-def]
    one = make_publication(groups={("SBN", "Sở, ban, ngành"): UNITS[:1]})
    assert one.results.count() == 1
    path = path.replace("2026", one.slug)
    few = queries(path)
    for year in (2024, 2025):
        make_publication(year=year)
    make_publication(year=2022, groups={("SBN", "Sở, ban, ngành"): [*UNITS, ("X", "Sở Mới")]})
    many = queries(path)
    assert many <= few + (2 if path == "/" else 0)
