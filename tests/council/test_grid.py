"""The appraisal grid: whose rows it has, what it counts, and how it narrows and pages them."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from assessments.queries import appraisal, grid
from assessments.workflow import appraisals, questions
from tests.council.conftest import Enter
from tests.factories.council import appraise, appraise_all, make_judged_year, make_member
from tests.factories.cycles import Year
from units.models import Membership


def page(year: Year, code: str = "1.1", query: str = "") -> str:
    return reverse("admin:assessments_criterionscore_grid", args=[year.criterion(code).pk]) + query


def titles(response: Any) -> list[str]:
    return [row.title for row in response.context["rows"]]


def counts(response: Any) -> dict[str, int]:
    return {str(each["label"]): each["count"] for each in response.context["filters"]}


def test_grid_has_a_row_for_each_unit_with_its_claim(year: Year, enter: Enter) -> None:
    response = enter(year.member).get(page(year))
    assert response.status_code == 200
    assert titles(response) == sorted(each.unit.name for each in year.dossiers)
    content = response.content.decode()
    assert "tự chấm 1.1" in content
    assert f'name="appraise{year.first.score("1.1").pk}-points"' in content
    assert (response.context["tally"].done, response.context["tally"].total) == (0, 2)


@pytest.mark.parametrize("role", ["secretary", "chair", "leader", "approver", "auditor"])
def test_grid_is_read_only_for_whoever_appraises_nothing(
    year: Year, enter: Enter, role: str
) -> None:
    appraise(year, year.first, "1.1")
    response = enter(getattr(year, role)).get(page(year))
    assert len(titles(response)) == 2
    assert [row.may for row in response.context["rows"]] == [False, False]
    assert "-points" not in response.content.decode()
    assert {row.given for row in response.context["rows"]} == {"2", ""}


@pytest.mark.parametrize("role", ["officer", "survey_officer", "administrator", "outsider"])
def test_grid_is_not_found_without_a_right(year: Year, enter: Enter, role: str) -> None:
    response = enter(getattr(year, role)).get(page(year))
    assert response.status_code == (302 if role == "outsider" else 404)


@pytest.mark.parametrize(
    "role", ["member", "secretary", "chair", "leader", "approver", "auditor", "officer"]
)
@pytest.mark.parametrize("conflict", [False, True])
def test_reader_of_one_year_reads_what_the_lists_show(
    year: Year, role: str, conflict: bool
) -> None:
    user = getattr(year, role)
    if conflict:
        Membership.objects.create(user=user, unit=year.first.unit, since=dt.date(2020, 1, 1))
    expected = appraisal.readable_leaves(user, year.at)
    found = grid.reader_of(user, year.cycle, year.at).leaves()
    assert set(found.values_list("pk", flat=True)) == set(expected.values_list("pk", flat=True))


def test_filters_count_and_find_the_same_rows(db: None, enter: Enter) -> None:
    year = make_judged_year(units=5)
    appraise(year, year.first, "1.1", points="1", reason="Muộn")
    questions.ask(
        score=year.second.score("1.1"), by=year.member, at=year.at, question="Số?",
        due_at=year.at + dt.timedelta(days=1),
    )  # fmt: skip
    far = year.dossiers[2].score("1.1")
    far.self_points = 0
    far.save()
    client = enter(year.member)
    response = client.get(page(year))
    assert counts(response) == {
        "all": 5, "not appraised": 3, "no evidence": 5, "differs from self-assessed points": 1,
        "far from the group": 1, "unit asked": 1, "evidence late or changed": 0,
    }  # fmt: skip
    for each in response.context["filters"]:
        assert len(titles(client.get(each["url"]))) == each["count"], each["label"]
    assert titles(client.get(page(year, query="?loc=xa-nhom"))) == [year.dossiers[2].unit.name]
    assert response.context["spread"].at_zero == 1


@pytest.mark.parametrize("own", ["", "points", "abstention"])
def test_what_others_said_waits_for_own_points(year: Year, enter: Enter, own: str) -> None:
    giver, shy, score = make_member(year), make_member(year), year.first.score("1.1")
    appraise(year, year.first, "1.1", by=giver, points="1", reason="ĐIỂM-NGƯỜI-KHÁC")
    appraisals.abstain(score=score, by=shy, at=year.at, reason="LÝ-DO-KHÔNG-CHẤM")
    if own == "points":
        appraise(year, year.first, "1.1")
    elif own:
        appraisals.abstain(score=score, by=year.member, at=year.at, reason="Của tôi")

    panel = reverse("admin:assessments_criterionscore_panel", args=[score.pk])
    for address in (page(year), panel):
        content = enter(year.member).get(address).content.decode()
        for word in ("ĐIỂM-NGƯỜI-KHÁC", "LÝ-DO-KHÔNG-CHẤM"):
            assert (word in content) is (own == "points"), (address, word)
            assert word in enter(year.chair).get(address).content.decode()


def test_rows_are_paged(db: None, enter: Enter) -> None:
    year = make_judged_year(units=5, codes=["1.1"])
    client = enter(year.member)
    first = client.get(page(year, query="?moi-trang=2"))
    assert (len(titles(first)), first.context["pager"]["pages"]) == (2, 3)
    last = client.get(page(year, query="?moi-trang=2&page=9"))
    assert len(titles(last)) == 1
    for garbage in ("?moi-trang=0", "?moi-trang=-1", "?moi-trang=²", "?page=x", "?loc=x", "?ky=x"):
        assert client.get(page(year, query=garbage)).status_code == 200, garbage
    assert len(titles(client.get(page(year, query="?moi-trang=999")))) == 5


def test_hundred_rows_and_more_stand_on_one_page_by_a_link_that_keeps_the_filter(
    db: None, enter: Enter
) -> None:
    year = make_judged_year(units=120, codes=["1.1"])
    client = enter(year.member)
    first = client.get(page(year, query="?loc=chua-cham&page=2"))
    sizes = {each["size"]: each for each in first.context["sizes"]}
    assert [size for size, each in sizes.items() if each["current"]] == [50]
    assert list(sizes) == [25, 50, 100, 200]
    content = first.content.decode()
    assert all(each["url"].replace("&", "&amp;") in content for each in sizes.values())
    whole = client.get(sizes[200]["url"])
    assert (len(titles(whole)), whole.context["pager"]["pages"]) == (120, 1)
    assert whole.context["wish"] == "chua-cham"
    assert len(titles(client.get(sizes[25]["url"]))) == 25


def test_short_table_offers_no_sizes(year: Year, enter: Enter) -> None:
    response = enter(year.member).get(page(year))
    assert response.context["sizes"] == []
    assert "Rows per page" not in response.content.decode()


@pytest.mark.parametrize(
    "role", ["member", "secretary", "chair", "leader", "approver", "auditor", "officer"]
)
def test_list_of_grids_is_reached_from_where_people_stand(
    year: Year, enter: Enter, role: str
) -> None:
    for dossier in year.dossiers:
        appraise_all(year, dossier)  # nothing waits for the appraiser any more
    client, grids = enter(getattr(year, role)), reverse("admin:assessments_criterionscore_grids")
    link = f'href="{grids}"'
    reads = role != "officer"
    assert (link in client.get(reverse("admin:index")).content.decode()) is reads
    if reads:
        leaves = reverse("admin:assessments_criterionscore_changelist")
        assert link in client.get(leaves).content.decode()
        assert link in client.get(page(year)).content.decode()
        panel = reverse("admin:assessments_criterionscore_panel", args=[year.first.score("1.1").pk])
        assert client.get(grids).status_code == client.get(panel).status_code == 200


def test_list_of_criteria_counts_what_waits(year: Year, enter: Enter) -> None:
    appraise(year, year.first, "1.1")
    response = enter(year.member).get(reverse("admin:assessments_criterionscore_grids"))
    (shown,) = response.context["years"]
    work = {row.criterion.code: (row.tally.done, row.tally.total) for field in shown["fields"]
            for row in field["rows"]}  # fmt: skip
    assert (work["1.1"], work["1.2"], "2.4" in work) == ((1, 2), (0, 2), False)
    assert [field["waiting"] for field in shown["fields"]] == [9, 6]


def test_member_of_one_field_has_no_grid_of_another(year: Year, enter: Enter) -> None:
    other = make_member(year, assigned=False)
    seat = year.council.members.get(user=other)
    seat.assignments.create(field=year.criterion("2"), since=dt.date(2020, 1, 1))
    client = enter(other)
    assert client.get(page(year, "2.1")).status_code == 200
    assert client.get(page(year, "1.1")).status_code == 404


def test_dossier_has_tabs_of_its_fields(year: Year, enter: Enter) -> None:
    url = reverse("admin:assessments_submission_appraisal", args=[year.first.submission.pk])
    client = enter(year.member)
    assert [row.code for row in client.get(f"{url}?linh-vuc=2").context["rows"]] == [
        "2.1", "2.2", "2.3", "2.4",
    ]  # fmt: skip
    assert len(client.get(url).context["rows"]) == 9
