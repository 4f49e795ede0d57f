"""Sentences, heads and marks of single pages: nothing stray, nothing twice, nothing left out."""

import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from assessments.choices import CycleState
from assessments.models import Cycle, Publication
from tests.factories.cycles import make_issued_scheme, make_milestones
from tests.factories.published import Given, make_publication, make_record
from tests.factories.units import make_group

GROUP = ("SBN", "Sở, ban, ngành")
HEAD = '<th scope="col"[^>]*>(.*?)</th>'


def words_of(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", "", html)).split())


def text_of(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("illustrative", "minh họa Quyết định 01/QĐ-UBND, 05/02/2027"),
        ("official", "Chính thức. Quyết định 01/QĐ-UBND, 05/02/2027"),
    ],
)
def test_years_name_kind_and_decision_without_a_stray_dot(db: None, kind: str, line: str) -> None:
    make_publication(kind=kind)
    cards = re.findall("<article.*?</article>", text_of("/xep-hang/"), re.S)
    assert [words_of(re.findall("<p>.*?</p>", card, re.S)[0]) for card in cards] == [line]


def test_year_of_the_press_ends_without_a_dot(db: None) -> None:
    make_record([{"unit": "Sở Tư pháp", "rank": 1}])
    card = re.findall("<article.*?</article>", text_of("/xep-hang/"), re.S)[0]
    assert words_of(re.findall("<p>.*?</p>", card, re.S)[0]) == "Ghi nhận từ báo chí"


def test_home_tells_the_whole_formula(official: Publication) -> None:
    assert "nhân 100, cộng điểm thưởng và trừ điểm trừ." in text_of("/")
    assert "times 100, plus bonus points and minus penalty points." in text_of("/en/")


@pytest.mark.parametrize("title", ["Kỳ đánh giá năm 2031 (minh họa)", "Kỳ đánh giá năm 2031"])
def test_home_says_once_that_a_window_is_illustrative(db: None, title: str) -> None:
    cycle = Cycle.objects.create(year=2031, illustrative=True, title=title, state=CycleState.OPEN)
    make_milestones(cycle, at=timezone.now())
    lines = [one for one in re.findall("<li>.*?</li>", text_of("/"), re.S) if "Kỳ đánh giá" in one]
    assert len(lines) == 4
    assert {words_of(line).count("minh họa") for line in lines} == {1}


def test_every_column_of_a_unit_has_a_head_that_is_seen(official: Publication) -> None:
    make_record([{"unit": "Sở Tư pháp", "rank": 1, "index": "95.06"}])
    make_publication(year=2025, kind="illustrative")
    page = text_of("/don-vi/so-tu-phap/")
    tables = [part for part in re.findall("<table.*?</table>", page, re.S) if ">Năm<" in part]
    assert len(tables) >= 3
    for table in tables:
        heads = re.findall(HEAD, table, re.S)
        assert all(words_of(re.sub('<span class="visually-hidden">.*?</span>', "", one))
                   for one in heads)  # fmt: skip
        for row in re.findall("<tr.*?</tr>", table.partition("<tbody>")[2], re.S):
            assert len(re.findall("<t[hd][ >]", row)) == len(heads)


def test_bar_of_a_year_stands_under_its_index(db: None) -> None:
    make_record([{"unit": "Sở Tư pháp", "rank": 1, "index": "95.06"}, {"unit": "Sở Y tế"}])
    cell = re.findall('<td class="number" data-label="Chỉ số">(.*?)</td>',
                      text_of("/don-vi/so-tu-phap/"), re.S)  # fmt: skip
    assert [words_of(one) for one in cell] == ["95,06"]
    assert 'class="index-bar"' in cell[0]
    assert "index-bar" not in text_of("/don-vi/so-y-te/")


@pytest.mark.parametrize(
    ("title", "said", "head"),
    [
        ("Bộ tiêu chí sở (minh họa)", 1, "Bộ tiêu chí sở (minh họa) (phiên bản 1)"),
        ("Bộ tiêu chí sở", 1, "Bộ tiêu chí sở (phiên bản 1) (minh họa)"),
    ],
)
def test_scheme_says_once_that_it_is_illustrative(
    db: None, title: str, said: int, head: str
) -> None:
    scheme = make_issued_scheme(make_group(), title=title, illustrative=True)
    page = text_of(f"/bo-tieu-chi/{scheme.code}/")
    assert words_of(re.findall("<h1>.*?</h1>", page, re.S)[0]).count("minh họa") == said
    found = re.findall("<title>(.*?)</title>", page, re.S)[0]
    assert " ".join(found.split()).startswith(f"{head} –")
    description = re.findall('<meta name="description" content="([^"]*)"', page)[0]
    assert description.count("minh họa") == 1
    english = re.findall("<title>(.*?)</title>", text_of(f"/en/bo-tieu-chi/{scheme.code}/"), re.S)
    assert english[0].count("(illustrative)") == 1


def test_official_scheme_says_nothing_of_the_kind(db: None) -> None:
    scheme = make_issued_scheme(make_group())
    page = text_of(f"/bo-tieu-chi/{scheme.code}/")
    assert "minh họa" not in page


def test_leaf_that_does_not_apply_shows_no_zero(db: None) -> None:
    given = Given(("4", None, None, "0", "4", "4"), claims=("4", "0", "2", "0", "4", "4"))
    make_publication(groups={GROUP: [("SBN-01", "Sở Tư pháp")]}, given={"SBN-01": given})
    page = text_of("/don-vi/so-tu-phap/2026/")
    sheet = page.partition('<section class="sheet"')[2]
    rows = [
        [words_of(cell) for cell in re.findall("<td[^>]*>(.*?)</td>", row, re.S)[1:4]]
        for row in re.findall('<tr>\n?<th scope="row".*?</tr>', sheet, re.S)
    ]
    assert rows[:4] == [
        ["4", "4", "4"],
        ["—", "—", "không áp dụng"],
        ["2", "—", "không áp dụng"],  # claimed all the same: the claim is told as it was
        ["0", "0", "0"],
    ]
