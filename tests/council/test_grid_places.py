"""Going on through the grid while its rows leave the filter, and how far the judging is."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.choices import CycleState, SubmissionState
from assessments.queries import grid, grid_facts, grid_tally
from assessments.workflow import appraisals, questions
from tests.council.conftest import Enter
from tests.council.test_grid import page, titles
from tests.council.test_grid_acts import JSON, door, due, typed
from tests.factories.council import appraise, make_judged_year
from tests.factories.cycles import Dossier, Year

GRIDS = "admin:assessments_criterionscore_grids"


def judge_shown(year: Year, response: Any, but: int = 0) -> list[str]:
    """Give points to the rows of a page, leaving the first `but`; return the units."""
    units = {each.unit.name: each for each in year.dossiers}
    for title in titles(response)[but:]:
        appraise(year, units[title], "1.1")
    return titles(response)[but:]


def test_next_page_skips_nobody_though_judged_rows_leave_the_filter(db: None, enter: Enter) -> None:
    year = make_judged_year(units=7, codes=["1.1"])
    client = enter(year.member)
    whole = titles(client.get(page(year)))
    response = client.get(page(year, query="?loc=chua-cham&moi-trang=3"))
    seen = []
    for _number in range(2):
        seen += judge_shown(year, response)
        response = client.get(response.context["pager"]["after"])
    assert [*seen, *titles(response)] == whole
    assert response.context["pager"] | {"before": ""} == {
        "number": 1, "pages": 1, "before": "", "after": "", "first": "",
    }  # fmt: skip


def test_rows_left_behind_are_offered_at_the_end(db: None, enter: Enter) -> None:
    year = make_judged_year(units=5, codes=["1.1"])
    client = enter(year.member)
    whole = titles(client.get(page(year)))
    response = client.get(page(year, query="?loc=chua-cham&moi-trang=3"))
    assert response.context["pager"]["first"] == ""
    judge_shown(year, response, but=1)
    last = client.get(response.context["pager"]["after"])
    assert titles(last) == whole[3:]
    judge_shown(year, last)
    end = client.get(response.context["pager"]["after"])
    assert titles(end) == []
    assert "data-first" in end.content.decode()
    assert titles(client.get(end.context["pager"]["first"])) == whole[:1]
    assert titles(client.get(end.context["pager"]["before"])) == whole[:1]


def test_page_before_is_the_one_left(db: None, enter: Enter) -> None:
    year = make_judged_year(units=7, codes=["1.1"])
    client = enter(year.member)
    whole = titles(client.get(page(year)))
    response = client.get(page(year, query="?moi-trang=3&page=3"))
    assert (titles(response), response.context["pager"]["number"]) == (whole[6:], 3)
    response = client.get(response.context["pager"]["before"])
    assert (titles(response), response.context["pager"]["number"]) == (whole[3:6], 2)
    response = client.get(response.context["pager"]["before"])
    assert (titles(response), response.context["pager"]["pages"]) == (whole[:3], 3)
    assert response.context["pager"]["before"] == ""


@pytest.mark.parametrize("after", ["0", "x", "²", "9" * 5000, "other"])
def test_place_after_a_leaf_not_met_here_is_the_first_page(
    year: Year, enter: Enter, after: str
) -> None:
    pk = year.first.score("1.2").pk if after == "other" else after
    response = enter(year.member).get(page(year, query=f"?moi-trang=1&sau={pk}"))
    assert response.status_code == 200
    assert titles(response) == [year.first.unit.name]


def test_refused_row_comes_back_on_the_page_it_was_typed_on(db: None, enter: Enter) -> None:
    year = make_judged_year(units=5, codes=["1.1"])
    units = {each.unit.name: each for each in year.dossiers}
    client = enter(year.member)
    response = client.get(page(year, query="?moi-trang=2"))
    response = client.get(response.context["pager"]["after"])
    query, shown = f"?{response.context['back']}", titles(response)
    answer = client.post(door(units[shown[1]], query=query), typed(units[shown[1]], points="9"))
    assert (answer.status_code, titles(answer)) == (422, shown)


# How far the judging is ------------------------------------------------------------------------


def put(dossier: Dossier, state: str, **of_leaves: Any) -> None:
    dossier.submission.state = state
    dossier.submission.save()
    dossier.submission.scores.update(**of_leaves)


@pytest.mark.parametrize("role", ["member", "auditor"])
def test_list_counts_as_the_grid_does(db: None, enter: Enter, role: str) -> None:
    year = make_judged_year(units=9)
    done, left, asked, submitted, back, explaining, concluded, mending, shut = year.dossiers
    appraise(year, done, "1.1")
    appraisals.abstain(score=left.score("1.1"), by=year.member, at=year.at, reason="Quen")
    questions.ask(
        score=asked.score("1.1"), by=year.member, at=year.at, question="Số?",
        due_at=year.at + dt.timedelta(days=1),
    )  # fmt: skip
    put(submitted, SubmissionState.SUBMITTED)
    put(back, SubmissionState.RETURNED)
    put(explaining, SubmissionState.EXPLAINING)
    put(concluded, SubmissionState.APPRAISED)
    put(mending, SubmissionState.CORRECTING)
    put(shut, SubmissionState.APPRAISING, open_to_appraiser=False)
    client = enter(getattr(year, role))
    found = client.get(page(year)).context["tally"]
    settled = 2 if role == "member" else 1
    assert (found.done, found.total, found.not_begun) == (settled, 5, 2)
    reader = grid.reader_of(getattr(year, role), year.cycle, timezone.now())
    for work in grid_tally.work_of(reader, timezone.now()):
        facts = grid_facts.facts_of(reader.leaves().filter(criterion=work.criterion), reader)
        assert work.tally == grid_tally.tally_of(facts), work.criterion
    content = client.get(reverse(GRIDS)).content.decode()
    assert f"{settled} of 5 appraised" in content
    assert "2 not begun" in content


def test_nothing_begun_is_not_called_judged(year: Year, enter: Enter) -> None:
    for dossier in year.dossiers:
        put(dossier, SubmissionState.SUBMITTED)
    for address in (page(year), reverse(GRIDS)):
        content = enter(year.member).get(address).content.decode()
        assert "2 not begun" in content
        assert "<progress" not in content


def test_dossier_leaves_surveys_out_of_its_count(year: Year, enter: Enter) -> None:
    url = reverse("admin:assessments_submission_appraisal", args=[year.first.submission.pk])
    response = enter(year.member).get(url)
    assert len(response.context["rows"]) == 9
    assert response.context["tally"].total == 8


# The list of grids -----------------------------------------------------------------------------


def test_list_shows_the_year_asked_for_and_ways_to_the_others(year: Year, enter: Enter) -> None:
    later = make_judged_year(year=2040, units=1)
    past = make_judged_year(year=2020, units=1)
    past.cycle.state = CycleState.PUBLISHED
    past.cycle.save()
    client = enter(year.auditor)
    response = client.get(f"{reverse(GRIDS)}?ky={year.cycle.pk}")
    assert [each["cycle"] for each in response.context["years"]] == [year.cycle]
    content = response.content.decode()
    folded = content.partition("<details")[2]
    assert f"?ky={later.cycle.pk}" in content
    assert f"?ky={past.cycle.pk}" in folded
    assert f"?ky={later.cycle.pk}" not in folded
    for query in ("", "?ky=0", "?ky=x"):
        shown = client.get(reverse(GRIDS) + query).context["years"]
        assert [each["cycle"] for each in shown] == [later.cycle, year.cycle], query


def test_year_in_which_something_waits_comes_first(year: Year, enter: Enter) -> None:
    later = make_judged_year(year=2040, units=1)
    put(later.first, SubmissionState.SUBMITTED)
    shown = enter(year.auditor).get(reverse(GRIDS)).context["years"]
    assert [each["cycle"] for each in shown] == [year.cycle, later.cycle]


# What is told ----------------------------------------------------------------------------------


def test_question_is_told_with_its_due_time(year: Year, enter: Enter) -> None:
    data = typed(year.first, verb="ask", question="Số?", due_at=due(year))
    answer = enter(year.member).post(door(year.first), data, headers=JSON)
    assert "The question is sent to the unit, due before" in answer.json()["message"]
    assert (
        f"{timezone.localtime(year.at + dt.timedelta(days=3)):%d/%m/%Y}"
        in (answer.json()["message"])
    )


@pytest.mark.parametrize(
    ("trace", "shown"),
    [
        ("nothing arose → 2,00", ""),
        ("Nothing  arose → ≈ 2,00", ""),
        ("a = 0 → 2,00", "a = 0 → 2,00"),
    ],
)
def test_trace_is_printed_where_it_adds_something(
    year: Year, enter: Enter, trace: str, shown: str
) -> None:
    row = year.first.score("1.1")
    row.not_applicable, row.self_trace = True, trace
    row.save()
    response = enter(year.member).get(page(year))
    assert [each.trace for each in response.context["rows"] if each.pk == row.pk] == [shown]
