"""The page of a unit: its last year in a minute, its years in a row, nothing mixed or leaked."""

import datetime as dt
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assessments.models import Publication
from tests.factories.published import UNITS, make_publication, make_record
from tests.public.conftest import HOUR
from units.models import Succession, Unit, UnitAlias, UnitGroup

D = Decimal
PAGE = "/en/don-vi/so-tu-phap/"
GROUP = ("SBN", "Sở, ban, ngành")


def words_of(path: str = PAGE) -> str:
    """Return the words of a page on one line."""
    answer = Client().get(path)
    assert answer.status_code == 200, path
    text = re.sub("<(?!/?(td|th|li|p|dd))[^>]*>", "", answer.content.decode())
    return unescape(re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", text)))


def unit_of(code: str, name: str) -> Unit:
    group, _made = UnitGroup.objects.get_or_create(code=GROUP[0], defaults={"name": GROUP[1]})
    return Unit.objects.create(code=code, name=name, group=group)


def test_unit_tells_rank_index_band_and_change(db: None) -> None:
    before = make_publication(year=2025).results.get(unit_code="SBN-01")
    now = make_publication(year=2026, seed=3).results.get(unit_code="SBN-01")
    assert None not in (before.index, before.rank, now.index, now.rank)
    said = words_of()
    assert f"Rank {now.rank}/3" in said
    assert f"Index {now.index:.2f}" in said
    change = (now.index - before.index).quantize(D("0.01"))
    assert f"{'+' if change > 0 else '−'}{abs(change)} since the year before" in said
    assert f"Band {now.band}" in said
    assert "Head of unit: Nguyễn Thị Đứng Đầu" in said


def test_unit_names_strong_and_weak_criteria_and_what_they_cost(official: Publication) -> None:
    result = official.results.get(unit_code="SBN-01")
    scores = [score for score in result.scores.all() if score.applicable]
    scores.sort(key=lambda score: score.final_points)
    said = words_of()
    strong = said.index("Strongest criteria")
    weak = said.index("Weakest criteria")
    lost = said.index("What was lost and why")
    assert f"Tiêu chí {scores[-1].code}" in said[strong:weak]
    assert f"Tiêu chí {scores[0].code}" in said[weak:lost]
    assert f"Tiêu chí {scores[0].code}" not in said[strong:weak]
    total = sum(score.max_points - score.final_points for score in scores)
    assert f"{total.normalize():f} of {len(scores) * 4} points were lost." in said
    assert f"{scores[0].code}. Tiêu chí {scores[0].code}" in said[lost:]
    assert scores[0].trace in said[lost:]


def test_unit_draws_every_chart_with_its_table(official: Publication) -> None:
    body = Client().get(PAGE).content.decode()
    for title in (
        "Index over the years", "Where the units of the group “Sở, ban, ngành” stand, 2026",
        "Each field against the group “Sở, ban, ngành”, 2026",
        "Self-assessed against final points, 2026",
    ):  # fmt: skip
        assert title in body
    assert body.count("<figure") == 4
    for figure in re.findall("<figure.*?</figure>", body, re.DOTALL):
        assert "<table" in figure
        assert 'role="img"' in figure
    identities = re.findall(r' id="([^"]+)"', body)
    assert len(identities) == len(set(identities))


def test_trend_breaks_at_a_new_scheme_and_says_so(db: None) -> None:
    make_publication(year=2024)
    make_publication(year=2025)
    body = Client().get(PAGE).content.decode()
    assert body.count('class="chart__line"') == 1
    assert 'class="chart__breaks"' not in body
    make_publication(year=2026, scheme_version=2)
    body = Client().get(PAGE).content.decode()
    assert body.count('class="chart__line"') == 1
    assert "<li><strong>2026</strong>: another scheme applies: bo-sbn, version 2</li>" in body


def test_trend_breaks_at_another_group_and_at_a_missing_year(db: None) -> None:
    make_publication(year=2023, groups={("KH", "Khối khác"): UNITS})
    make_publication(year=2024)
    make_publication(year=2026)
    said = words_of()
    assert "the group was “Khối khác” and is “Sở, ban, ngành”" in said
    assert "2026: no result was published in between, since 2024" in said


def test_trend_of_a_merged_unit_shows_its_predecessors_apart(db: None) -> None:
    old = {GROUP: [("X-1", "Sở Cũ Một"), ("X-2", "Sở Cũ Hai"), UNITS[1]]}
    make_publication(year=2025, groups=old)
    make_publication(year=2026, predecessors={"SBN-01": ["X-1", "X-2"]})
    body = Client().get(PAGE).content.decode()
    assert body.count('<rect class="chart__other" x="-5"') == 2
    assert 'class="chart__line"' not in body
    said = words_of()
    assert "2026: another unit stood here before: Sở Cũ Hai, Sở Cũ Một" in said
    assert "No comparison" in said
    assert "since the year before" not in said


def test_unit_that_was_renamed_is_compared_with_its_only_predecessor(db: None) -> None:
    make_publication(year=2025, groups={GROUP: [("X-1", "Sở Tên Cũ"), UNITS[1]]})
    make_publication(year=2026, predecessors={"SBN-01": ["X-1"]})
    said = words_of()
    assert "since the year before" in said
    assert "another unit stood here before: Sở Tên Cũ" in said


def test_kinds_never_share_a_trend(db: None) -> None:
    make_publication(year=2024, kind="illustrative")
    make_publication(year=2025)
    make_publication(year=2026)
    sections = Client().get(PAGE).content.decode().split("<section")[1:]
    real = next(part for part in sections if "/en/xep-hang/2026/" in part)
    made_up = next(part for part in sections if "2024-minh-hoa" in part)
    assert "2024" not in real
    assert "2026" not in made_up
    assert "minh họa" not in real
    assert "llustrative" not in real
    assert made_up.count("(illustrative)</title>") == 2


def test_record_shows_what_exists_and_computes_nothing(db: None) -> None:
    make_record([
        {"unit": "Sở Tư pháp", "index": D("95.06"), "rank": 1},
        {"unit": "Sở Y tế", "index": D("90"), "rank": 2},
    ])  # fmt: skip
    body = Client().get(PAGE).content.decode()
    assert "95.06" in body
    assert "<figure" not in body
    assert "median" not in body
    assert "Strongest" not in body


def test_merged_unit_leads_to_its_successor(official: Publication) -> None:
    old, new = unit_of("SBN-01", "Sở Tư pháp"), unit_of("SBN-99", "Sở Pháp chế")
    Succession.objects.create(
        predecessor=old, successor=new, kind="merged", effective_on="2027-01-01"
    )
    body = Client().get(PAGE).content.decode()
    banner = body[body.index('<div class="banner">') : body.index("<section")]
    assert 'href="/en/don-vi/so-phap-che/"' in banner
    assert "No results of this unit" in words_of("/en/don-vi/so-phap-che/")


def test_old_name_is_shown(official: Publication) -> None:
    UnitAlias.objects.create(unit=unit_of("SBN-01", "Sở Tư pháp"), name="Ty Tư pháp")
    assert "Also known as: Ty Tư pháp." in words_of()


def test_result_under_an_earlier_name_says_which(db: None) -> None:
    make_publication(year=2025)
    unit = unit_of("SBN-01", "Sở Tư pháp và Hộ tịch")
    Unit.objects.filter(pk=unit.pk).update(slug="so-tu-phap")
    body = Client().get(PAGE).content.decode()
    assert '<h1 lang="vi">Sở Tư pháp và Hộ tịch</h1>' in body
    assert '<span class="sub" lang="vi">Sở Tư pháp</span>' in body


def test_unranked_unit_is_told_without_a_rank(db: None) -> None:
    make_publication(unranked="SBN-01")
    said = words_of()
    assert "In 2026, Sở Tư pháp has no published rank." in said
    assert "Rank — Mới thành lập" in said
    assert "2 units of the group" in said


def test_unit_page_names_its_feed_and_its_comparison(official: Publication) -> None:
    body = Client().get(PAGE).content.decode()
    feed = 'type="application/atom+xml" title="Announcements of Sở Tư pháp" href="'
    assert f'{feed}/en/don-vi/so-tu-phap/ban-tin.atom"' in body
    assert 'href="/en/so-sanh/?don-vi=so-tu-phap"' in body
    assert 'href="/en/don-vi/so-tu-phap/2026/"' in body


def test_unit_page_is_silent_before_the_moment_and_complete_after(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_publication(year=2025)
    due = timezone.now() + HOUR
    make_publication(year=2026, seed=9, at=due)
    early = Client().get(PAGE).content.decode()
    assert "2026" not in early
    monkeypatch.setattr(timezone, "now", lambda: due - dt.timedelta(seconds=1))
    assert Client().get(PAGE).content.decode() == early
    monkeypatch.setattr(timezone, "now", lambda: due + dt.timedelta(seconds=1))
    late = Client().get(PAGE).content.decode()
    assert 'In 2026, <span lang="vi">Sở Tư pháp</span> ranks' in late
    assert late.count('class="chart__line"') == 1


def test_correction_replaces_the_figures_of_the_unit_page(official: Publication) -> None:
    old = official.results.get(unit_code="SBN-01")
    new = make_publication(corrects=official, seed=8).results.get(unit_code="SBN-01")
    assert old.index is not None
    assert new.index is not None
    assert old.index != new.index
    said = words_of()
    assert f"Index {new.index:.2f}" in said
    assert f"{old.index:.2f}" not in said


def test_unit_page_answers_304_until_something_changes(official: Publication) -> None:
    etag = Client().get(PAGE)["ETag"]
    assert Client().get(PAGE, headers={"if-none-match": etag}).status_code == 304
    make_publication(corrects=official, seed=8)
    assert Client().get(PAGE, headers={"if-none-match": etag}).status_code == 200


def test_query_count_is_the_same_for_one_and_three_years(db: None, queries: Any) -> None:
    make_publication(year=2024)
    unit_of("SBN-01", "Sở Tư pháp")
    one = queries(PAGE)
    for year in (2025, 2026):
        make_publication(year=year, groups={GROUP: [*UNITS, ("X", "Sở Mới")]})
    assert queries(PAGE) == one
    assert one <= 12


def test_scorecard_shows_lost_points_gap_and_fields(official: Publication) -> None:
    body = Client().get("/en/don-vi/so-tu-phap/2026/").content.decode()
    assert "points were lost." in body
    assert "Each field against the group, 2026" in body
    assert "Self-assessed against final points, 2026" in body
    assert body.count("<figure") == 2
    assert "minh họa" not in body


def test_illustrative_scorecard_marks_its_charts(illustrative: Publication) -> None:
    body = Client().get("/don-vi/so-tu-phap/2023-minh-hoa/").content.decode()
    for figure in re.findall("<figure.*?</figure>", body, re.DOTALL):
        assert "minh họa" in figure
