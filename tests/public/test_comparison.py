"""Units side by side, or one unit over the years: what is put together and what never is."""

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assessments import press
from assessments.models import Publication
from assessments.queries.public import comparison as compared
from tests.factories import published
from tests.factories.published import UNITS, make_publication, make_record
from tests.public.conftest import HOUR
from units.models import Succession, Unit, UnitAlias, UnitGroup

D = Decimal
PAGE = "/so-sanh/"
SBN = ("SBN", "Sở, ban, ngành")
TWO = "don-vi=so-tu-phap&don-vi=so-y-te"
BEST = "cao nhất"


@pytest.fixture
def official(db: None) -> Publication:
    """Return an official publication of 2026; its pages need not be printed to compare it."""
    return make_publication(printed=False)


@pytest.fixture
def illustrative(db: None) -> Publication:
    """Return an illustrative publication of 2023, not printed."""
    return make_publication(year=2023, kind="illustrative", printed=False)


def get(query: str = "", path: str = PAGE) -> str:
    answer = Client().get(f"{path}?{query}" if query else path)
    assert answer.status_code == 200, query
    return answer.content.decode()


def words(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", html)).split())


def notes(body: str) -> list[str]:
    return [words(text) for text in re.findall('<div class="message__text"><p>(.*?)</p>', body)]


def heads(body: str) -> list[str]:
    """Return the heads of the columns."""
    if "<thead" not in body:
        return []
    head = body.split("<thead")[1].split("</thead>", maxsplit=1)[0]
    return [words(cell) for cell in re.findall("<th [^>]*>(.*?)</th>", head)][1:]


def row(body: str, label: str) -> list[str]:
    """Return the cells of the row with this head."""
    rows = re.findall("<tr[^>]*>(.*?)</tr>", body, re.S)
    cells = next(
        found for found in rows if words(re.findall("<th.*?</th>", found, re.S)[0]) == label
    )
    return [words(cell) for cell in re.findall("<td.*?</td>", cells, re.S)]


def decimal(value: Any, places: str = "0.01") -> str:
    return str(D(value).quantize(D(places), "ROUND_HALF_UP")).replace(".", ",")


def test_empty_page_says_what_to_do(official: Publication) -> None:
    body = get()
    assert heads(body) == []
    empty = words(body.split('class="empty">')[1].split("</div>")[0])
    assert empty.startswith("Chưa có gì để so sánh Hãy nhập một phần tên đơn vị ở trên")
    assert notes(body) == []
    assert get(path="/en/so-sanh/")


def test_empty_portal_has_an_empty_page(db: None) -> None:
    assert 'class="empty"' in get()
    assert heads(get(TWO)) == []


def test_units_stand_side_by_side_in_the_order_asked(official: Publication) -> None:
    body = get("don-vi=so-y-te&don-vi=so-tu-phap")
    assert heads(body) == ["Sở Y tế Sở, ban, ngành", "Sở Tư pháp Sở, ban, ngành"]
    results = [official.results.get(unit_slug=slug) for slug in ("so-y-te", "so-tu-phap")]
    plain = [text.replace(f" {BEST}", "") for text in row(body, "Hạng")]
    assert plain == [f"{result.rank}/3" for result in results]
    plain = [text.replace(f" {BEST}", "") for text in row(body, "Chỉ số")]
    assert plain == [decimal(result.index) for result in results]
    assert row(body, "Xếp loại") == [result.band for result in results]
    for number, field in enumerate(results[0].fields):
        cells = row(body, f"{field['code']}. {published.FIELDS[field['code']]}")
        plain = [text.replace(f" {BEST}", "") for text in cells]
        assert plain == [decimal(result.fields[number]["index"]) for result in results]


def test_best_of_each_row_is_named_in_words(official: Publication) -> None:
    body = get(TWO)
    results = [official.results.get(unit_slug=slug) for slug in ("so-tu-phap", "so-y-te")]
    best = min(results, key=lambda result: result.rank)
    for label in ("Hạng", "Chỉ số"):
        marked = [BEST in text for text in row(body, label)]
        assert marked == [result == best for result in results]


def test_equal_figures_have_no_best(official: Publication) -> None:
    first = official.results.order_by("rank")[0]
    found = compared.Comparison([compared.Column(first, 2), compared.Column(first, 2)])
    assert [figure.best for figure in (*found.ranks, *found.indexes)] == [False] * 4


def test_criteria_show_points_of_the_highest(official: Publication) -> None:
    body = get(TWO)
    for code in ("1.1", "2.2"):
        cells = row(body, f"{code}. Tiêu chí {code}")
        scores = [
            official.results.get(unit_slug=slug).scores.get(code=code)
            for slug in ("so-tu-phap", "so-y-te")
        ]
        plain = [text.replace(f" {BEST}", "") for text in cells]
        assert plain == [
            f"{decimal(score.final_points, '0.0001').rstrip('0').rstrip(',')}/4"
            if score.applicable
            else "không áp dụng"
            for score in scores
        ]


def test_unit_without_a_rank_says_why(db: None) -> None:
    make_publication(printed=False, unranked="SBN-03")
    assert row(get(TWO), "Hạng")[1] == "không xếp hạng: Mới thành lập"


def test_one_unit_over_the_years_newest_first(official: Publication) -> None:
    make_publication(printed=False, year=2025, seed=2)
    make_publication(printed=False, year=2024, kind="illustrative")
    body = get("don-vi=so-tu-phap")
    assert [text[:4] for text in heads(body)] == ["2026", "2025"]
    assert [text[:4] for text in heads(get("don-vi=so-tu-phap&nam=2025&nam=2026"))] == [
        "2026", "2025",
    ]  # fmt: skip
    assert "minh họa" not in body.split("<main")[1].split("<form")[0]


def test_successor_is_compared_with_the_unit_it_follows(db: None) -> None:
    make_publication(printed=False, year=2025)
    make_publication(
        printed=False,
        groups={SBN: [*UNITS[1:], ("SBN-99", "Sở Pháp chế")]},
        predecessors={"SBN-99": ["SBN-01"]},
    )
    assert heads(get("don-vi=so-phap-che")) == ["2026 Sở Pháp chế Sở, ban, ngành",
                                                "2025 Sở Tư pháp Sở, ban, ngành"]  # fmt: skip


def test_different_groups_are_warned_of_and_nothing_is_best(db: None) -> None:
    make_publication(
        printed=False, groups={SBN: UNITS[:2], ("XP", "Xã, phường"): [("XP-1", "Xã Một")]}
    )
    body = get("don-vi=so-tu-phap&don-vi=xa-mot")
    warning = words(body.split("<aside")[1].split("</aside>")[0])
    assert "Các kết quả này thuộc những nhóm khác nhau." in warning
    assert "bộ tiêu chí hoặc phiên bản khác nhau" in warning
    assert BEST not in body.split("<table")[1]


def test_changed_scheme_is_warned_of_and_nothing_is_best(official: Publication) -> None:
    make_publication(printed=False, year=2025, seed=2, scheme_version=7)
    body = get("don-vi=so-tu-phap")
    assert "phiên bản khác nhau" in words(body.split("<aside")[1].split("</aside>")[0])
    assert row(body, "Bộ tiêu chí") == ["bo-sbn, phiên bản 1", "bo-sbn, phiên bản 7"]
    assert BEST not in body.split("<table")[1]


def test_kinds_never_share_a_page(official: Publication) -> None:
    make_publication(printed=False, year=2023, kind="illustrative")
    make_record([{"unit": "Sở Tư pháp", "rank": 1}], printed=False)
    body = get("don-vi=so-tu-phap&nam=2026&nam=2023&nam=2021")
    assert heads(body) == ["Sở Tư pháp Sở, ban, ngành"]
    assert [note.partition(" (minh họa)")[0][:35] for note in notes(body)] == [
        "Chỉ số CCHC năm 2023", "Chỉ số CCHC năm 2021 là số liệu ghi",
    ]  # fmt: skip
    assert heads(get("don-vi=so-tu-phap&nam=2021")) == []
    assert heads(get("don-vi=so-tu-phap&nam=2021-bao-chi")) == []


def test_illustrative_comparison_says_so(illustrative: Publication) -> None:
    body = get(TWO)
    assert "banner tone-warn" in body
    assert '<span class="term" lang="vi">minh họa</span>' in body
    assert 'content="noindex"' in body


@pytest.mark.parametrize("text", ["noi vu", "Sở Nội vụ", "SỞ NỘI VỤ"])
def test_unit_is_added_by_a_part_of_its_name(official: Publication, text: str) -> None:
    answer = Client().get(PAGE, {"don-vi": "so-tu-phap", "nam": "2026", "them": text})
    assert answer.status_code == 302
    assert answer["Location"] == "/so-sanh/?don-vi=so-tu-phap&don-vi=so-noi-vu&nam=2026"


def test_unit_is_found_by_alias_and_by_its_predecessors_name(official: Publication) -> None:
    group = UnitGroup.objects.create(code="SBN", name="Sở, ban, ngành")
    unit = Unit.objects.create(code="SBN-01", name="Sở Tư pháp", group=group)
    old = Unit.objects.create(code="SBN-98", name="Sở Pháp chế", group=group)
    UnitAlias.objects.create(unit=unit, name="STP")
    Succession.objects.create(
        predecessor=old, successor=unit, kind=Succession.Kind.RENAMED, effective_on="2020-01-01"
    )
    for text in ("stp", "phap che"):
        answer = Client().get(PAGE, {"don-vi": "so-y-te", "them": text})
        assert answer["Location"] == "/so-sanh/?don-vi=so-y-te&don-vi=so-tu-phap"


def test_name_of_several_units_leads_to_a_choice(official: Publication) -> None:
    body = get("don-vi=so-tu-phap&nam=2026&them=so")
    choice = body.split('id="suggestions"')[1].split("</section>")[0]
    assert [unescape(url) for url in re.findall('href="([^"]+)"', choice)] == [
        "/so-sanh/?don-vi=so-tu-phap&don-vi=so-noi-vu&nam=2026",
        "/so-sanh/?don-vi=so-tu-phap&don-vi=so-y-te&nam=2026",
    ]


def test_unit_is_taken_away_by_a_link(official: Publication) -> None:
    foot = get(TWO + "&nam=2026").split("<tfoot")[1].split("</tfoot>")[0]
    assert [unescape(url) for url in re.findall('href="(/so-sanh/[^"]*)"', foot)] == [
        "/so-sanh/?don-vi=so-y-te&nam=2026", "/so-sanh/?don-vi=so-tu-phap&nam=2026",
    ]  # fmt: skip


def test_unknown_units_and_names_get_a_sentence(official: Publication) -> None:
    group = UnitGroup.objects.create(code="SBN", name="Sở, ban, ngành")
    Unit.objects.create(code="SBN-70", name="Sở Chưa Có", group=group)
    body = get(TWO + "&don-vi=khong-co&don-vi=so-chua-co&don-vi=A%00B&nam=1999")
    assert sorted(notes(body)) == sorted([
        "“AB” không phải là đơn vị hay năm.",
        "Không có bản công bố nào ứng với “1999”.",
    ])  # fmt: skip
    body = get(TWO + "&don-vi=khong-co&don-vi=so-chua-co&them=xyz")
    assert notes(body) == [
        "Không còn đơn vị nào trong số liệu này có tên giống “xyz”.",
        "“khong-co” không có kết quả trong số liệu này.",
        "Sở Chưa Có không có kết quả trong số liệu này.",
    ]
    assert len(heads(body)) == 2


def test_more_than_five_are_cut_with_a_sentence(db: None) -> None:
    units = [(f"S-{n}", f"Sở Số {n}") for n in range(1, 8)]
    make_publication(printed=False, groups={SBN: units})
    body = get("&".join(f"don-vi=so-so-{n}" for n in range(1, 8)))
    assert len(heads(body)) == 5
    assert notes(body) == ["Chỉ so sánh tối đa năm; phần còn lại của địa chỉ đã được bỏ qua."]
    assert "them" not in re.findall('name="([^"]+)"', body.split("<main")[1])


@pytest.mark.parametrize("name", ["don-vi", "nam", "them"])
@pytest.mark.parametrize(
    "value", ["\x00", "a\x00b", "9" * 5000, "٣٣٣٣", "' OR 1=1", "\u202e", '"><script>', "%s", "-"]
)
def test_garbage_never_breaks_it(official: Publication, name: str, value: str) -> None:
    answer = Client().get(PAGE, {"don-vi": "so-y-te", name: value})
    assert answer.status_code in {200, 302}
    assert '"><script>' not in answer.content.decode()
    assert Client().get(PAGE, {name: [value] * 300}).status_code in {200, 302}
    assert Client().get(f"{PAGE}?{name}=%ff%fe&{name}[]=1").status_code in {200, 302}


def test_embargo_holds(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "flip_due", lambda at: [])
    make_publication(printed=False, at=timezone.now() + HOUR)
    for query in (TWO, TWO + "&nam=2026", "don-vi=so-tu-phap&them=noi vu"):
        body = get(query)
        assert heads(body) == []
        assert "Tư pháp" not in body


def test_correction_stands_for_what_it_replaced(official: Publication) -> None:
    make_publication(printed=False, corrects=official, seed=2, correction_reason="Nhầm điểm")
    body = get(TWO + "&nam=2026")
    assert "/don-vi/so-tu-phap/2026-2/" in body
    assert "/don-vi/so-tu-phap/2026/" not in body


def test_page_has_etag_and_no_address_for_robots(official: Publication) -> None:
    answer = Client().get(f"{PAGE}?{TWO}")
    again = Client().get(f"{PAGE}?{TWO}", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    assert '<meta name="robots" content="noindex" />' in answer.content.decode()


def test_as_many_queries_for_one_unit_as_for_three(official: Publication, queries: Any) -> None:
    one = queries(f"{PAGE}?nam=2026&don-vi=so-tu-phap")
    assert queries(f"{PAGE}?nam=2026&{TWO}&don-vi=so-noi-vu") == one


def test_ranking_leads_here(db: None) -> None:
    official = make_publication()
    body = get(path="/xep-hang/2026/SBN/")
    form = re.search('<form class="compare" id="compare" action="([^"]+)"', body)
    assert form
    assert form[1] == PAGE
    boxes = re.findall('<input type="checkbox" form="compare" name="([^"]+)" value="([^"]+)"', body)
    ordered = official.results.order_by("rank")
    assert boxes == [("don-vi", result.unit_slug) for result in ordered]
