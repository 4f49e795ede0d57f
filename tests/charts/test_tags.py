"""What is drawn and what is said, in both languages."""

import re
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from assessments.charts import TrendPoint, dots, gaps, spread, trend
from assessments.templatetags.charts import against_median

D = Decimal
TREND = trend([
    TrendPoint(2023, D("80.10"), median=D(81)), TrendPoint(2024, D(85), breaks=("other scheme",)),
    TrendPoint(2025, D("87.9"), median=D("85.8")),
])  # fmt: skip
CHARTS = {
    "trend": TREND,
    "dots": dots([("Lĩnh vực một", D("87.9"), D("85.8"), D(95)), ("Hai", D(70), D(75), D(80))]),
    "spread": spread([D(70), D("85.8"), D("87.9")], own=D("87.9"), median=D("85.8")),
    "gaps": gaps([("Lĩnh vực một", D(8), D(8), D("7.25")), ("Hai", D(4), D(3), D(3))]),
}
FINDINGS = {
    "trend": "2025: 87.90, 2.10 above the group&#x27;s median; +2.90 since 2024; "
    "the line is broken in 1 place.",
    "dots": "Of 2 fields, 1 stand above the group&#x27;s median and 1 below. Furthest from it: "
    "“Hai”, 5.00 below the group&#x27;s median.",
    "spread": "3 units of the group, median 85.80; this unit 87.90, 2.10 above the "
    "group&#x27;s median.",
    "gaps": "Of 11 points claimed, without surveys, 10.25 were concluded: 0.75 less than claimed. "
    "Most was taken in “Lĩnh vực một”: 0.75 less than claimed.",
}


def drawn(kind: str, language: str = "en", more: str = "") -> str:
    source = f'{{% load charts %}}{{% {kind}_chart chart "c1" "Tên hình" 2 {more} %}}'
    with translation.override(language):
        return Template(source).render(Context({"chart": CHARTS[kind]}))


@pytest.mark.parametrize("kind", list(CHARTS))
def test_chart_says_its_finding_and_has_a_table(kind: str) -> None:
    body = drawn(kind)
    assert FINDINGS[kind] in body
    assert body.count("<table") == 1
    assert 'role="img"' in body
    assert "style=" not in body
    assert "minh họa" not in body


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", list(CHARTS))
def test_places_never_carry_the_mark_of_a_language(kind: str, language: str) -> None:
    places = re.findall(r' (?:x|y|x1|x2|y1|y2|cx|cy|width|height)="([^"]*)"', drawn(kind, language))
    assert places
    assert [place for place in places if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?%?", place)] == []


@pytest.mark.parametrize("kind", list(CHARTS))
def test_chart_of_made_up_figures_says_so_itself(kind: str) -> None:
    assert "minh họa" in drawn(kind, more="made_up=True")


def test_figures_follow_the_language() -> None:
    assert "2025: 87,90, cao hơn trung vị của nhóm 2,10" in drawn("trend", "vi")


def test_break_is_drawn_numbered_and_named_in_list_and_table() -> None:
    body = drawn("trend")
    assert body.count('class="chart__line"') == 1
    assert '<text class="chart__digit" x="33%" y="18" text-anchor="middle">1</text>' in body
    assert "<li><strong>2024</strong>: other scheme</li>" in body
    assert 'data-label="Not comparable because">other scheme</td>' in body


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (None, "—"),
        (D("2.1"), "2.10 above the group's median"),
        (D("-0.005"), "0.01 below the group's median"),
        (D("0.004"), "level with the group's median"),
        (D(0), "level with the group's median"),
    ],
)
def test_difference_in_words(gap: Decimal | None, said: str) -> None:
    with translation.override("en"):
        assert against_median(gap) == said


def test_labels_are_escaped() -> None:
    chart = dots([("<script>", D(1), D(2), D(3))])
    body = Template('{% load charts %}{% dots_chart chart "c" "T" %}').render(
        Context({"chart": chart})
    )
    assert "<script" not in body
