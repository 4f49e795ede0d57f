"""The Atom feed of a unit: public announcements only, stable ids, corrections as updates."""

import datetime as dt
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring, tostring
from django.test import Client
from django.utils import timezone

from assessments.models import Publication
from tests.factories.published import UNITS, make_publication, make_record
from tests.public.conftest import HOUR
from units.models import Unit, UnitGroup

FEED = "/don-vi/so-tu-phap/ban-tin.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


def feed_of(path: str = FEED) -> Element:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    found: Element = fromstring(answer.content)
    return found


def entries(path: str = FEED) -> list[Element]:
    return feed_of(path).findall(f"{ATOM}entry")


def text(element: Element, name: str) -> str:
    found = element.find(f"{ATOM}{name}")
    assert found is not None, name
    return found.text or ""


def unit() -> Unit:
    group = UnitGroup.objects.create(code="SBN", name="Sở, ban, ngành")
    return Unit.objects.create(code="SBN-01", name="Sở Tư pháp", group=group)


def test_feed_is_whole_atom(official: Publication) -> None:
    feed = feed_of()
    assert feed.tag == f"{ATOM}feed"
    assert text(feed, "title") == "Sở Tư pháp: chỉ số cải cách hành chính"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "vi"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {
        "self": f"http://testserver{FEED}", "alternate": "http://testserver/don-vi/so-tu-phap/",
    }  # fmt: skip
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        assert dt.datetime.fromisoformat(text(element, "updated")).tzinfo is not None
        assert text(element, "id")
        assert text(element, "title")


def test_entry_tells_the_result_and_leads_to_it(official: Publication) -> None:
    result = official.results.get(unit_code="SBN-01")
    assert result.index is not None
    (entry,) = entries("/en" + FEED)
    assert text(entry, "title") == "Sở Tư pháp: results of 2026"
    assert text(entry, "summary") == (
        f"Group: Sở, ban, ngành. Rank: {result.rank}. Index: {result.index:.2f}. "
        f"Band: {result.band}."
    )
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "http://testserver/en/xep-hang/2026/SBN/"
    assert dt.datetime.fromisoformat(text(entry, "published")) == official.published_at


def test_feed_has_an_entry_for_each_publication_newest_first(db: None) -> None:
    now = timezone.now()
    make_record([{"unit": "Sở Tư pháp", "rank": 1}], at=now - 3 * HOUR)
    make_publication(year=2025, at=now - 2 * HOUR)
    make_publication(year=2023, kind="illustrative", at=now - HOUR)
    make_publication(year=2026, groups={("SBN", "Sở"): UNITS[1:]})
    assert [text(entry, "title") for entry in entries()] == [
        "Sở Tư pháp: kết quả năm 2023 (minh họa)",
        "Sở Tư pháp: kết quả năm 2025",
        "Sở Tư pháp: kết quả năm 2021 (báo chí ghi nhận)",
    ]


def test_correction_updates_the_entry_and_keeps_its_id(db: None) -> None:
    now = timezone.now()
    first = make_publication(at=now - 2 * HOUR)
    (before,) = entries()
    second = make_publication(
        corrects=first, seed=8, at=now - HOUR, correction_reason="Cộng sai một tiêu chí"
    )
    (after,) = entries()
    assert text(after, "id") == text(before, "id")
    assert text(after, "published") == text(before, "published")
    assert text(after, "updated") > text(before, "updated")
    assert text(after, "title") == "Sở Tư pháp: kết quả năm 2026, đã đính chính"
    assert "Đính chính: Cộng sai một tiêu chí" in text(after, "summary")
    third = make_publication(corrects=second, groups={("SBN", "Sở"): UNITS[1:]}, seed=7)
    (last,) = entries()
    assert text(last, "id") == text(before, "id")
    assert "không còn đơn vị này" in text(last, "summary")
    assert third.slug not in tostring(last, encoding="unicode")


def test_scheduled_publication_adds_nothing_before_its_moment(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit()
    shown = make_publication(year=2040)
    due = timezone.now() + HOUR
    make_publication(year=2041, at=due)
    make_publication(year=2040, corrects=shown, seed=8, at=due)
    before = Client().get(FEED)
    assert b"2041" not in before.content
    monkeypatch.setattr(timezone, "now", lambda: due - dt.timedelta(seconds=1))
    assert Client().get(FEED).content == before.content
    monkeypatch.setattr(timezone, "now", lambda: due + dt.timedelta(seconds=1))
    titles = {text(entry, "title") for entry in entries()}
    assert titles == {"Sở Tư pháp: kết quả năm 2041", "Sở Tư pháp: kết quả năm 2040, đã đính chính"}


def test_unit_known_only_from_a_scheduled_publication_is_404(db: None) -> None:
    make_publication(at=timezone.now() + HOUR)
    assert Client().get(FEED).status_code == 404


@pytest.mark.parametrize("path", ["/don-vi/khong-co/ban-tin.atom", "/en/don-vi/x/ban-tin.atom"])
def test_unknown_unit_has_no_feed(official: Publication, path: str) -> None:
    assert Client().get(path).status_code == 404


def test_feed_of_a_unit_without_results_is_empty_and_steady(db: None) -> None:
    made = unit()
    feed = feed_of()
    assert feed.findall(f"{ATOM}entry") == []
    assert dt.datetime.fromisoformat(text(feed, "updated")) == made.created_at


def test_feed_answers_304_until_something_is_announced(official: Publication) -> None:
    etag = Client().get(FEED)["ETag"]
    assert Client().get(FEED, headers={"if-none-match": etag}).status_code == 304
    make_publication(year=2027)
    assert Client().get(FEED, headers={"if-none-match": etag}).status_code == 200


def test_feed_speaks_the_language_of_its_address_with_ids_of_its_own(
    official: Publication,
) -> None:
    (one,), (two,) = entries(), entries("/en" + FEED)
    assert text(one, "title") == "Sở Tư pháp: kết quả năm 2026"
    assert text(two, "title") == "Sở Tư pháp: results of 2026"
    assert text(one, "id") != text(two, "id")


def test_ids_rest_on_the_configured_address(official: Publication, settings: Any) -> None:
    settings.SITE_URL = "https://cchc.example:8443"
    (entry,) = entries()
    year = official.published_at and official.published_at.year
    assert text(entry, "id") == f"tag:cchc.example,{year}:{FEED}:2026"


def test_illustrative_feed_is_not_for_search_engines(illustrative: Publication) -> None:
    assert Client().get(FEED)["X-Robots-Tag"] == "noindex"
    (entry,) = entries()
    assert "minh họa" in text(entry, "title")
    assert "minh họa" in text(entry, "summary")


def test_what_people_wrote_is_escaped(db: None) -> None:
    now = timezone.now()
    first = make_publication(at=now - HOUR)
    make_publication(corrects=first, seed=8, correction_reason="<script>alert(1)</script>")
    (entry,) = entries()
    assert "<script" not in text(entry, "summary")
    assert "&lt;script&gt;" in text(entry, "summary")


def test_feed_refuses_post(official: Publication) -> None:
    assert Client().post(FEED).status_code == 405


def test_query_count_is_the_same_for_one_and_three_years(db: None, queries: Any) -> None:
    unit()
    make_publication(year=2024)
    one = queries(FEED)
    for year in (2025, 2026):
        make_publication(year=year)
    assert queries(FEED) == one
