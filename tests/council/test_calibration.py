"""Spread, leaves that tell nothing apart, members beside the claims: figures and who sees them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.choices import CouncilRole
from assessments.models import CouncilMember
from assessments.queries import calibration
from assessments.workflow import decisions
from tests.council.conftest import Enter
from tests.factories.council import CLAIMED, appraise, make_judged_year, make_meeting, make_member
from tests.factories.cycles import D, Year, make_user
from units.models import User


def page_of(year: Year) -> str:
    return reverse("admin:assessments_cycle_calibration", args=[year.cycle.pk])


@pytest.fixture
def year(db: Any) -> Year:
    """Return a year whose scheme calls more than 0.4 points disputed."""
    return make_judged_year(heading={"dispute_spread": D("0.4")})


@pytest.fixture
def three(db: Any) -> Year:
    """Return a year of three units."""
    return make_judged_year(year=2033, units=3)


@pytest.fixture
def other(year: Year) -> User:
    """Return a second member of the year's council."""
    return make_member(year)


def spread(year: Year, by: Any = None) -> list[Any]:
    return list(calibration.spreads(year.cycle, by or year.secretary, year.at))


def test_spread_is_that_of_the_last_round_disputed_first(year: Year, other: User) -> None:
    for code, points in (("1.2", "1"), ("1.1", "1,6"), ("1.5", "0,2")):
        appraise(year, year.first, code)
        appraise(year, year.first, code, by=other, points=points, reason="Khác")
    appraise(year, year.first, "1.4")  # by one only
    found = [
        (row.criterion.code, row.spread, row.share.quantize(D("0.1")), row.disputed, row.givers)
        for row in spread(year)
    ]
    assert found == [
        ("1.2", D("0.5"), D("25.0"), True, 2), ("1.5", D("0.3"), D("30.0"), False, 2),
        ("1.1", D("0.4"), D("20.0"), False, 2),
    ]  # fmt: skip
    decisions.decide_leaf(
        score=year.first.score("1.2"), by=year.chair, at=year.at, meeting=make_meeting(year),
        points="1", reason="Biểu quyết",
    )  # fmt: skip
    assert not any(row.disputed for row in spread(year))
    year.first.submission.scores.update(appraised_round=2)  # round 1 is history now
    assert spread(year) == []


def test_leaf_on_which_all_have_full_or_no_points_is_told(three: Year) -> None:
    for dossier in three.dossiers:
        appraise(three, dossier, "1.1", points="2")
        appraise(three, dossier, "1.2", points="0", reason="Không có")
        appraise(three, dossier, "1.5")
    appraise(three, three.first, "2.1", points="0", reason="Không có")  # one of three
    found = {
        row.criterion.code: (row.judged, row.all_full, row.all_zero, row.all_claim_full)
        for row in calibration.saturated(three.cycle, three.secretary, three.at)
    }
    most = {code: three.criterion(code).max_points for code in CLAIMED}
    everything = {code for code, points in CLAIMED.items() if points == most[code]}
    assert found["1.1"] == (3, True, False, "1.1" in everything)
    assert found["1.2"][:3] == (3, False, True)
    assert {code for code, row in found.items() if row[3]} == everything - {"2.3"}
    assert "2.4" not in found


def test_two_units_say_nothing_about_all(year: Year) -> None:
    for dossier in year.dossiers:
        appraise(year, dossier, "1.1", points="2")
    assert calibration.saturated(year.cycle, year.secretary, year.at) == []


def test_leaf_that_does_not_apply_counts_for_nobody(three: Year) -> None:
    for dossier in three.dossiers:
        appraise(three, dossier, "1.3", applicable=False, reason="Không phát sinh")
    found = calibration.saturated(three.cycle, three.secretary, three.at)
    assert not [row for row in found if row.criterion.code == "1.3" and row.judged]


def test_member_stands_beside_the_others_on_the_same_fields(year: Year, other: User) -> None:
    appraise(year, year.first, "1.1")  # as claimed
    appraise(year, year.first, "1.4", points="1", reason="Thiếu")  # one of two points less
    appraise(year, year.first, "2.1")  # another field, which the other never judged
    appraise(year, year.first, "1.1", by=other, points="1,5", reason="Thiếu")
    found = {
        row.member: (row.judged, row.agreed.quantize(D("0.1")), row.off, row.others_off)
        for row in calibration.leanings(year.cycle, year.secretary, year.at)
    }
    most = year.criterion("1.4").max_points
    less = D(-100) / most
    assert found[other] == (1, D("0.0"), D(-25), less / 2)
    judged, agreed, off, others = found[year.member]
    assert (judged, agreed, others) == (3, D("66.7"), D(-25))
    assert off == less / 3


def test_leaf_that_the_unit_never_scores_is_no_claim(year: Year) -> None:
    appraise(year, year.first, "2.3", points="1")
    assert calibration.leanings(year.cycle, year.secretary, year.at) == []


def test_member_alone_on_a_field_has_nobody_beside(year: Year) -> None:
    appraise(year, year.first, "1.1")
    (row,) = calibration.leanings(year.cycle, year.secretary, year.at)
    assert (row.off, row.others_off) == (D(0), None)


def test_page_is_for_who_oversees_the_council(year: Year, enter: Enter, other: User) -> None:
    appraise(year, year.first, "1.1")
    appraise(year, year.first, "1.1", by=other, points="1", reason="Khác")
    for user in (year.secretary, year.chair, year.leader, year.auditor):
        text = enter(user).get(page_of(year)).content.decode()
        assert year.first.unit.name in text
        assert "−50.0%" in text
        assert "no grade" in text
    for user in (year.member, other, year.officer, year.approver, year.administrator):
        assert enter(user).get(page_of(year)).status_code == 404
    assert enter(make_judged_year(year=2032).chair).get(page_of(year)).status_code == 404


def test_own_unit_is_counted_nowhere(three: Year, enter: Enter) -> None:
    own = CouncilMember.objects.create(
        council=three.council, user=make_user("Thư ký hai"), role=CouncilRole.SECRETARY,
        unit=three.first.unit, since=three.at.date(),
    )  # fmt: skip
    second = make_member(three)
    for dossier in three.dossiers:
        appraise(three, dossier, "1.1", points="2")
        appraise(three, dossier, "1.1", by=second, points="1", reason="Khác")
    page = enter(own.user).get(page_of(three))
    assert three.first.unit.name not in page.content.decode()
    assert page.context["page"].paginator.count == 2
    assert page.context["saturated"] == []  # two units are too few
    assert {row.judged for row in page.context["leanings"]} == {2}


def test_page_asks_no_more_for_more_rows(year: Year, enter: Enter, other: User) -> None:
    client = enter(year.secretary)

    def judge(code: str, dossier: Any) -> None:
        appraise(year, dossier, code)
        appraise(year, dossier, code, by=other, points="0", reason="Khác")

    judge("1.1", year.first)
    with CaptureQueriesContext(connection) as one:
        client.get(page_of(year))
    third = make_member(year)
    judge("1.2", year.first)
    judge("2.1", year.second)
    appraise(year, year.second, "2.1", by=third)
    with CaptureQueriesContext(connection) as three:
        page = client.get(page_of(year))
    assert page.context["page"].paginator.count == 3
    assert len(three) == len(one)
