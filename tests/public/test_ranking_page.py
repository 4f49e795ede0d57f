"""The ranking of a group: one table, sorted and narrowed by parameters, light for a phone."""

import gzip
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from assessments import press
from assessments.models import Publication, PublishedResult
from assessments.press import pages
from assessments.queries.public.published import rankings
from tests.factories import published
from tests.factories.published import UNITS, Given, make_publication, make_record
from tests.public.conftest import HOUR

D = Decimal
PAGE = "/xep-hang/2026/SBN/"
#: The ranking in its own order, made from the rows: what the stored page holds, not printed.
PLAIN = "?sap-xep=thu-hang"
GROUP = ("SBN", "Sở, ban, ngành")
MANY = [(f"SBN-{n:02d}", f"Sở Số {n}") for n in range(1, 13)]
EIGHT = {
    "1": "Công tác chỉ đạo, điều hành cải cách hành chính", "2": "Cải cách thể chế",
    "3": "Cải cách thủ tục hành chính", "4": "Cải cách tổ chức bộ máy hành chính nhà nước",
    "5": "Cải cách chế độ công vụ", "6": "Cải cách tài chính công",
    "7": "Xây dựng và phát triển chính quyền điện tử, chính quyền số",
    "8": "Tác động của cải cách hành chính đến người dân, tổ chức và phát triển kinh tế - xã hội",
}  # fmt: skip
#: Bytes of a ranking of 168 units, compressed, with every style sheet it links (issue 5).
HEAVIEST = 60_000


def get(query: str = "", path: str = PAGE) -> str:
    answer = Client().get(path + query)
    assert answer.status_code == 200, query
    return answer.content.decode()


def names(body: str) -> list[str]:
    """Return the names of the units in the order of the table."""
    return [unescape(name) for name in re.findall('<a id="u-[^"]+"[^>]*>([^<]+)</a>', body)]


def faults(body: str) -> list[str]:
    found = re.search('<div class="message tone-warn">(.*?)</form>', body, re.S)
    return re.findall("<p>([^<]+)</p>", found[1]) if found else []


@pytest.fixture
def official(db: None) -> Publication:
    """Return an official publication of 2026 whose pages are not printed."""
    return make_publication(printed=False)


@pytest.fixture
def two_years(db: None) -> Publication:
    """Return a year of twelve units after another; one is new, one has no rank."""
    make_publication(year=2025, groups={GROUP: MANY[:-1]}, seed=7, printed=False)
    return make_publication(groups={GROUP: MANY}, unranked="SBN-05", printed=False)


def expected(of: Publication, key: Any, *, down: bool) -> list[str]:
    """Sort independently: by the key, then by name; rows without the figure and rank last."""
    rows = list(PublishedResult.objects.filter(publication=of).order_by("sort_name"))
    ranked = [row for row in rows if row.rank is not None]
    found = [row for row in ranked if key(row) is not None]
    while_sorted = sorted(found, key=lambda row: ((-key(row) if down else key(row)), row.sort_name))
    rest = [row for row in ranked if key(row) is None] + [row for row in rows if row.rank is None]
    return [row.unit_name for row in (*while_sorted, *rest)]


def before(row: PublishedResult) -> PublishedResult | None:
    return PublishedResult.objects.filter(publication__year=2025, unit_code=row.unit_code).first()


def field_of(code: str) -> Any:
    def index(row: PublishedResult) -> D | None:
        return next((D(part["index"]) for part in row.fields if part["code"] == code), None)

    return index


def places(row: PublishedResult) -> int | None:
    old = before(row)
    return old.rank - row.rank if old and old.rank and row.rank else None


def gained(row: PublishedResult) -> D | None:
    old = before(row)
    return row.index - old.index if old and old.index is not None and row.index else None


KEYS = {
    "thu-hang": lambda row: row.rank, "chi-so": lambda row: row.index, "thay-doi": places,
    "thay-doi-chi-so": gained, "1": field_of("1"), "2": field_of("2"), "3": field_of("3"),
}  # fmt: skip


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("sort", list(KEYS))
def test_sort_equals_an_independent_sort(two_years: Publication, sort: str, down: bool) -> None:
    body = get(f"?sap-xep={sort}&chieu={'giam' if down else 'tang'}")
    assert names(body) == expected(two_years, KEYS[sort], down=down)
    assert body.count("aria-sort=") == 1
    assert f'aria-sort="{"descending" if down else "ascending"}"><a id="sort-{sort}"' in body


@pytest.mark.parametrize("down", [False, True])
def test_sort_by_name_follows_the_vietnamese_alphabet(db: None, down: bool) -> None:
    named = ["Sở An", "Sở Ân", "Sở Đỏ", "Sở Dân", "Sở Ơn", "Sở Ốc"]
    make_publication(
        printed=False, groups={GROUP: [(f"S{n}", name) for n, name in enumerate(named)]}
    )
    found = names(get(f"?sap-xep=ten&chieu={'giam' if down else 'tang'}"))
    alphabet = ["Sở An", "Sở Ân", "Sở Dân", "Sở Đỏ", "Sở Ốc", "Sở Ơn"]
    assert found == (alphabet[::-1] if down else alphabet)


def test_first_click_puts_the_most_on_top_and_the_next_turns_round(two_years: Publication) -> None:
    assert names(get("?sap-xep=chi-so")) == expected(two_years, KEYS["chi-so"], down=True)
    links = dict(re.findall('<a id="sort-([^"]+)" href="([^"]+)"', get("?sap-xep=chi-so")))
    assert unescape(links["chi-so"]) == f"{PAGE}?sap-xep=chi-so&chieu=tang"
    assert links["ten"] == f"{PAGE}?sap-xep=ten"
    assert links["thu-hang"] == PAGE


def test_units_that_print_alike_are_sorted_by_the_exact_index(db: None) -> None:
    publication = make_publication(printed=False, groups={GROUP: UNITS})
    rows = list(publication.results.order_by("unit_code"))
    assert len({row.index for row in rows}) == 3
    ordered = sorted(rows, key=lambda row: row.index, reverse=True)
    assert names(get("?sap-xep=chi-so")) == [row.unit_name for row in ordered]


def test_band_and_name_narrow_the_table(two_years: Publication) -> None:
    held = two_years.results.exclude(rank=None).order_by("rank", "sort_name")
    label = held[0].band
    alike = two_years.results.filter(band=label)
    found = names(get(f"?xep-loai={label}"))
    assert sorted(found) == sorted(row.unit_name for row in alike)
    assert names(get("?tim=so+so+12")) == ["Sở Số 12"]
    assert names(get("?tim=SỐ 12")) == ["Sở Số 12"]


def test_nothing_that_fits_is_said_with_the_way_back(two_years: Publication) -> None:
    body = get("?tim=khong-co-don-vi-nay")
    assert names(body) == []
    empty = body.split('class="empty"')[1]
    assert f'href="{PAGE}"' in empty
    assert "0/12 đơn vị" in body


def test_count_and_order_are_announced(two_years: Publication) -> None:
    def status(query: str) -> str:
        found = re.search('role="status">(.*?)</p>', get(query), re.S)
        assert found
        return " ".join(found[1].split())

    assert status(PLAIN) == "Đang hiện 12/12 đơn vị; sắp xếp theo: Hạng, tăng dần."
    assert status("?sap-xep=2&tim=so+12") == (
        "Đang hiện 1/12 đơn vị; sắp xếp theo: 2. Cải cách thể chế, giảm dần."
    )


@pytest.mark.parametrize(
    ("query", "sentences"),
    [
        ("?sap-xep=mau", ["Bảng xếp hạng này không sắp xếp được theo “mau”."]),
        ("?chieu=ngang", ["“ngang” không phải là chiều sắp xếp: hãy ghi tang hoặc giam."]),
        ("?xep-loai=Tuyệt", ["Bảng xếp hạng này không có mức xếp loại nào tên là “Tuyệt”."]),
        ("?sap-xep=a&sap-xep=chi-so", []),
    ],
)
def test_parameter_without_meaning_gets_a_sentence_and_the_whole_table(
    two_years: Publication, query: str, sentences: list[str]
) -> None:
    body = get(query)
    assert faults(body) == ([*sentences, "Phần đó của địa chỉ đã được bỏ qua."] * bool(sentences))
    assert len(names(body)) == 12


@pytest.mark.parametrize("name", ["sap-xep", "chieu", "xep-loai", "tim"])
@pytest.mark.parametrize(
    "value", ["\x00", "a\x00b", "9" * 5000, "' OR 1=1", "\u202e", "%s%d", '"><script>', "[]", "{}"]
)
def test_garbage_never_breaks_the_table(official: Publication, name: str, value: str) -> None:
    answer = Client().get(PAGE, {name: value})
    assert answer.status_code == 200
    assert '"><script>' not in answer.content.decode()
    assert Client().get(PAGE + f"?{name}=%ff%fe&{name}[]=1").status_code == 200


def test_bare_and_foreign_parameters_serve_the_stored_bytes(db: None) -> None:
    make_publication()
    stored = Client().get(PAGE)
    for query in ("?", "?utm_source=x", "?tim=&sap-xep=&chieu=&xep-loai="):
        answer = Client().get(PAGE + query)
        assert (answer.content, answer["ETag"]) == (stored.content, stored["ETag"])


def test_sorted_page_is_no_address_of_its_own(official: Publication) -> None:
    answer = Client().get(PAGE + "?sap-xep=ten")
    body = answer.content.decode()
    assert '<meta name="robots" content="noindex" />' in body
    assert f'<link rel="canonical" href="http://testserver{PAGE}" />' in body
    again = Client().get(PAGE + "?sap-xep=ten", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert Client().get(PAGE + "?sap-xep=chi-so")["ETag"] != answer["ETag"]


def test_sorted_page_shows_the_rows_of_the_stored_one(db: None) -> None:
    make_publication(year=2025, groups={GROUP: MANY[:-1]}, seed=7, printed=False)
    make_publication(groups={GROUP: MANY}, unranked="SBN-05")

    def rows(body: str) -> set[str]:
        return set(re.findall("<tr>\n<td.*?</tr>", body, re.S))

    assert len(rows(get())) == 12
    assert rows(get("?sap-xep=ten")) == rows(get())


def test_sorted_page_is_silent_under_embargo(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "flip_due", lambda at: [])
    make_publication(at=timezone.now() + HOUR)
    for query in ("", "?sap-xep=ten", "?tim=so"):
        assert Client().get(PAGE + query).status_code == 404
    assert Client().get("/xep-hang/2026/XYZ/?sap-xep=ten").status_code == 404


def test_year_keeps_what_is_asked(db: None) -> None:
    make_publication(year=2023, kind="illustrative", printed=False)
    answer = Client().get("/xep-hang/2023/SBN/?sap-xep=ten")
    assert answer["Location"] == "/xep-hang/2023-minh-hoa/SBN/?sap-xep=ten"
    body = get("?sap-xep=ten", "/xep-hang/2023-minh-hoa/SBN/")
    assert "banner tone-warn" in body


def test_sorted_page_of_a_corrected_publication_says_so(db: None) -> None:
    official = make_publication()
    make_publication(corrects=official, seed=2, correction_reason="Nhầm điểm")
    body = get("?sap-xep=ten")
    assert "banner tone-bad" in body
    assert 'href="/xep-hang/2026-2/SBN/"' in body
    corrected = get(path="/xep-hang/2026-2/SBN/")
    assert 'Bản công bố này đính chính <a href="/xep-hang/2026/"' in corrected


def test_ties_share_a_rank_and_say_so(db: None) -> None:
    same = Given(("4", "4", "4", "4", "4", "3.5"))
    make_publication(printed=False, groups={GROUP: UNITS}, given={"SBN-01": same, "SBN-03": same})
    body = get(PLAIN)
    assert body.count('<span class="sub">đồng hạng</span>') == 2
    assert body.count('<span class="rank">1</span><span class="sub">đồng hạng</span>') == 2
    assert body.count('<span class="rank">3</span></td>') == 1


def _moved(code: str, *predecessors: str) -> str:
    """Return the row of a unit that was another, or others, the year before."""
    make_publication(printed=False, year=2025, groups={GROUP: UNITS}, seed=3)
    units = [*UNITS[1:], (code, "Sở Mới")]
    make_publication(printed=False, groups={GROUP: units}, predecessors={code: list(predecessors)})
    found = next(row for row in get(PLAIN).split("<tr>") if ">Sở Mới</a>" in row)
    return " ".join(re.sub("<[^>]*>", " ", found).split())


def test_successor_says_what_it_carries_over(db: None) -> None:
    row = _moved("SBN-77", "SBN-01")
    assert "kế thừa từ Sở Tư pháp" in row
    assert re.search("Tăng|Giảm|Không đổi", row)


def test_merged_unit_says_from_whom_and_is_not_compared(db: None) -> None:
    row = _moved("SBN-77", "SBN-01", "SBN-02")
    assert "hợp nhất từ Sở Tư pháp, Sở Nội vụ" in row
    assert not re.search("Tăng|Giảm|Không đổi", row)


def test_renamed_unit_says_its_former_name(db: None) -> None:
    assert "tên cũ: Sở Tư pháp" in _moved("SBN-01")


def test_changed_scheme_is_said_in_every_movement(db: None) -> None:
    make_publication(printed=False, year=2025, groups={GROUP: UNITS}, seed=3)
    make_publication(printed=False, groups={GROUP: UNITS}, scheme_version=2)
    make_publication(printed=False, year=2027, scheme_version=2)
    mark = '<span class="sub">bộ tiêu chí đã đổi</span>'
    told = [get(PLAIN, f"/xep-hang/{year}/SBN/").count(mark) for year in (2025, 2026, 2027)]
    assert told == [0, 3, 0]


def test_legend_holds_the_bands_of_this_scheme_and_their_counts(two_years: Publication) -> None:
    legend = get(PLAIN).split('class="grades"')[1].split("</section>")[0]
    items = re.findall("<li>(.*?)</li>", legend, re.S)
    limits = {"Tốt": "từ 80 trở lên", "Khá": "từ 70 đến dưới 80", "Trung bình": "từ 50 đến dưới 70",
              "Yếu": "dưới 50"}  # fmt: skip
    told = [" ".join(re.sub("<[^>]*>", " ", item).split()) for item in items]
    assert told == [
        f"{label} {limit} {two_years.results.filter(band=label).count()} đơn vị"
        for label, limit in limits.items()
    ]


def test_decision_sources_and_files_stand_on_the_page(official: Publication) -> None:
    body = get(PLAIN)
    for part in ("01/QĐ-UBND", "05/02/2027", "Người Ký", "/du-lieu-mo/2026-SBN.csv",
                 "/du-lieu-mo/2026.json", official.sha256):  # fmt: skip
        assert part in body


def test_each_field_has_its_figure_and_bar_in_the_row(official: Publication) -> None:
    result = official.results.get(rank=1)
    row = next(part for part in get(PLAIN).split("<tr>") if result.unit_name in part)
    widths = re.findall('<path d="M0 0h([0-9.]+)v1H0z"/>', row)
    assert [D(width) for width in widths] == [
        D(part["index"]).quantize(D("0.1"), "ROUND_HALF_UP") for part in result.fields
    ]
    for part in result.fields:
        assert f">{D(part['index']).quantize(D('0.01'), 'ROUND_HALF_UP')}".replace(".", ",") in row


def test_field_is_named_in_every_card(official: Publication) -> None:
    rows = re.findall("<tr>\n<td.*?</tr>", get(PLAIN), re.S)
    labels = [f"{code}. {name}" for code, name in published.FIELDS.items()]
    assert [re.findall('<td class="part" data-label="([^"]*)"', row) for row in rows] == [
        labels for _row in rows
    ]
    assert len(rows) == 3


def test_folds_are_closed_until_a_reader_asks_for_an_order(db: None) -> None:
    make_publication()

    def folds(body: str) -> list[tuple[bool, str]]:
        found = re.findall('<details class="fold[^"]*"( open)?><summary>([^<]*)</summary>', body)
        return [(bool(is_open), name) for is_open, name in found]

    names_of = ["Các mức xếp loại", "Sắp xếp, lọc", "Cách đọc bảng"]
    assert folds(get()) == [(False, name) for name in names_of]
    assert folds(get("?tim=so")) == list(zip([False, True, False], names_of, strict=True))


def test_fault_of_the_address_is_never_folded(official: Publication) -> None:
    body = get("?sap-xep=mau")
    assert body.index("Bảng xếp hạng này không sắp xếp được") < body.index('class="folds"')


def test_record_is_sorted_but_never_compared(db: None) -> None:
    rows = [("B", "94.2650", 1), ("A", None, 2), ("C", "95.1", 3)]
    make_record([
        {"unit": name, "index": index and D(index), "rank": rank} for name, index, rank in rows
    ])  # fmt: skip
    page = "/xep-hang/2021-bao-chi/SBN/"
    assert names(get("?sap-xep=chi-so", page)) == ["C", "B", "A"]
    assert faults(get("?sap-xep=thay-doi", page))
    assert "/so-sanh/" not in get(path=page)
    assert "movement" not in get("?sap-xep=ten", page)


@pytest.mark.parametrize("record", [False, True])
def test_heading_of_the_unranked_spans_every_column(db: None, record: bool) -> None:
    page = PAGE
    if record:
        make_record([{"unit": "A", "rank": 1}, {"unit": "B"}], printed=False)
        page = "/xep-hang/2021-bao-chi/SBN/"
    else:
        make_publication(printed=False, unranked="SBN-02")
    body = get(PLAIN, page)
    columns = body.split("<thead")[1].split("</thead>")[0].count("<th ")
    assert re.findall('<th colspan="([0-9]+)"', body) == [str(columns)]


def test_sorted_page_asks_as_often_for_one_row_as_for_three(db: None, queries: Any) -> None:
    make_publication(printed=False, year=2024, groups={GROUP: UNITS[:1]})
    make_publication(printed=False, year=2025, groups={GROUP: UNITS[:1]})
    make_publication(printed=False, year=2027)
    make_publication(printed=False, year=2028)
    few = queries("/xep-hang/2025/SBN/?sap-xep=ten")
    assert queries("/xep-hang/2028/SBN/?sap-xep=ten") == few


def test_ranking_of_168_units_is_light(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "FIELDS", EIGHT)
    units = [(f"XP-{n:03d}", f"Xã Bình Thạnh Đông {n}") for n in range(1, 169)]
    make_publication(year=2025, groups={GROUP: units}, seed=4, printed=False)
    publication = make_publication(groups={GROUP: units}, printed=False)
    tables = rankings(publication, timezone.now())
    page = next(row for row in pages.printed(publication, tables) if row.path == PAGE)
    body = gzip.decompress(bytes(page.body)).decode()
    assert len(names(body)) == 168
    weight = len(page.body)
    for sheet in re.findall('<link rel="stylesheet" href="/static/([^"]+)"', body):
        found = finders.find(sheet)
        assert found
        with open(found, "rb") as file:
            weight += len(gzip.compress(file.read(), 9))
    assert weight <= HEAVIEST, f"{len(page.body)} bytes of HTML, {weight} with its style"


def test_movement_is_that_of_the_printing_whatever_is_corrected_later(db: None) -> None:
    before = make_publication(year=2025, printed=False)
    make_publication(seed=2)
    stored = get()
    make_publication(year=2025, corrects=before, seed=3, printed=False)
    moved = re.compile(r'class="movement[^"]*">.*?</td>', re.S)
    assert moved.findall(get(PLAIN)) == moved.findall(stored) != []
