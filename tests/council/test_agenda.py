"""The agenda: proposed from the data, ticked, printed, fixed; nothing of one's own unit on it."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import permissions
from assessments.choices import AgendaReason, CouncilRole
from assessments.errors import BadInput, NotPermitted, WrongState
from assessments.models import (
    Abstention,
    AgendaItem,
    Assignment,
    Attendance,
    CouncilMember,
    Event,
    Meeting,
)  # fmt: skip
from assessments.queries import agenda
from assessments.workflow import decisions, meetings
from tests.council.conftest import Enter
from tests.factories.council import (
    appraise,
    appraise_all,
    conclude,
    make_judged_year,
    make_meeting,
    make_member,
)  # fmt: skip
from tests.factories.cycles import D, Dossier, Year, make_user
from tests.factories.races import at_once


@pytest.fixture
def year(db: Any) -> Year:
    """Return a year whose scheme calls more than half a point disputed."""
    return make_judged_year(heading={"dispute_spread": D("0.5")})


@pytest.fixture
def meeting(year: Year) -> Meeting:
    """Return a meeting over a disputed leaf, one within the limit and one left without points."""
    other = make_member(year)
    for code, points in (("1.1", "1"), ("1.2", "1,2")):
        appraise(year, year.first, code)
        appraise(year, year.first, code, by=other, points=points, reason="Khác")
    seat = year.council.members.get(user=year.member)
    Abstention.objects.create(
        score=year.first.score("1.4"), member=seat, round=1, reason="Không đủ căn cứ", at=year.at
    )
    return make_meeting(year, "")


def page_of(meeting: Meeting) -> str:
    return reverse("admin:assessments_meeting_agenda", args=[meeting.pk])


def codes(rows: Any) -> list[str]:
    return [row.score.criterion.code for row in rows]


def put(year: Year, meeting: Meeting, *found: tuple[Dossier, str], by: Any = None) -> None:
    items = {dossier.score(code).pk: str(AgendaReason.CHOSEN) for dossier, code in found}
    meetings.set_agenda(meeting=meeting, by=by or year.secretary, at=year.at, add=items)


def test_disputed_leaves_and_leaves_without_points_are_proposed(
    year: Year, meeting: Meeting
) -> None:
    found = list(map(agenda.proposed, agenda.proposals(meeting, year.secretary, year.at)))
    assert [(line.score.criterion.code, line.reason) for line in found] == [
        ("1.1", AgendaReason.DISPUTED), ("1.4", AgendaReason.UNSETTLED),
    ]  # fmt: skip
    assert (found[0].score.lowest, found[0].score.highest) == (D(1), D(2))
    appraise(year, year.first, "1.4")
    decisions.decide_leaf(
        score=year.first.score("1.1"), by=year.chair, at=year.at, meeting=meeting, points="1",
        reason="Biểu quyết",
    )  # fmt: skip
    assert not agenda.proposals(meeting, year.secretary, year.at).exists()


def test_chosen_proposals_go_on_the_agenda_and_off_again(
    year: Year, meeting: Meeting, enter: Enter
) -> None:
    client, address = enter(year.secretary), page_of(meeting)
    disputed, bare = year.first.score("1.1"), year.first.score("1.4")
    assert client.post(address, {"verb": "add", "leaf": [disputed.pk]}).status_code == 302
    item = AgendaItem.objects.get()
    assert (item.score, item.reason) == (disputed, AgendaReason.DISPUTED)
    client.post(address, {"verb": "all"})
    assert set(meeting.agenda.values_list("score", flat=True)) == {disputed.pk, bare.pk}
    client.post(address, {"verb": "remove", "leaf": [disputed.pk]})
    assert list(meeting.agenda.values_list("score", flat=True)) == [bare.pk]
    assert [event.data for event in Event.objects.filter(action="set_agenda").order_by("pk")] == [
        {"meeting": meeting.pk, "added": ["1.1"], "removed": []},
        {"meeting": meeting.pk, "added": ["1.4"], "removed": []},
        {"meeting": meeting.pk, "added": [], "removed": ["1.1"]},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sent",
    [
        {}, {"verb": "add"}, {"verb": "remove"}, {"verb": "khac", "leaf": "1"},
        {"verb": "add", "leaf": "9" * 4400}, {"verb": "remove", "leaf": ["9" * 30, "²", "-1"]},
    ],
)  # fmt: skip
def test_nothing_chosen_saves_nothing_and_says_so(
    year: Year, meeting: Meeting, enter: Enter, sent: dict[str, Any]
) -> None:
    put(year, meeting, (year.first, "1.2"))
    answer = enter(year.secretary).post(page_of(meeting), sent, follow=True)
    assert list(map(str, answer.context["messages"])) == ["Choose at least one leaf."]
    assert AgendaItem.objects.get().score == year.first.score("1.2")


@pytest.mark.django_db(transaction=True)
def test_two_secretaries_at_once_lose_nothing_of_each_other(enter: Enter) -> None:
    year = make_judged_year()
    other = CouncilMember.objects.create(
        council=year.council, user=make_user("Thư ký hai"), role=CouncilRole.SECRETARY,
        since=year.at.date(),
    ).user  # fmt: skip
    meeting, first = make_meeting(year, ""), year.first
    put(year, meeting, (first, "1.1"))
    address, unit = page_of(meeting), first.unit.code
    one, two = enter(year.secretary), enter(other)

    def send(client: Client, **data: Any) -> int:
        return client.post(address, data).status_code

    for _turn in range(3):
        assert at_once(
            lambda: send(one, verb="leaf", unit=unit, code="1.2"),
            lambda: send(two, verb="leaf", unit=unit, code="1.3"),
            lambda: send(two, verb="remove", leaf=first.score("1.1").pk),
        ) == [302, 302, 302]
        assert set(meeting.agenda.values_list("score__criterion__code", flat=True)) == {
            "1.2", "1.3",
        }  # fmt: skip
        meeting.agenda.all().delete()
        put(year, meeting, (first, "1.1"))


def test_set_agenda_touches_only_what_it_names(year: Year, meeting: Meeting) -> None:
    put(year, meeting, (year.first, "1.1"), (year.second, "1.2"))
    put(year, meeting, (year.second, "2.1"))
    left = meetings.set_agenda(
        meeting=meeting, by=year.secretary, at=year.at, remove={year.first.score("1.1").pk}
    )
    assert {row.score.criterion.code for row in left} == {"1.2", "2.1"}
    with pytest.raises(BadInput, match="Choose at least one leaf"):
        meetings.set_agenda(meeting=meeting, by=year.secretary, at=year.at)


def test_leaf_is_added_by_the_codes_of_unit_and_leaf(
    year: Year, meeting: Meeting, enter: Enter
) -> None:
    client, address = enter(year.secretary), page_of(meeting)
    unit = year.second.unit.code.lower()
    assert client.post(address, {"verb": "leaf", "unit": unit, "code": "2.1"}).status_code == 302
    item = AgendaItem.objects.get()
    assert (item.score, item.reason) == (year.second.score("2.1"), AgendaReason.CHOSEN)
    for named, code in ((unit, "9.9"), ("khong", "2.1"), (unit, "2.4")):
        refused = client.post(address, {"verb": "leaf", "unit": named, "code": code})
        assert refused.status_code == 200
        assert refused.context["leaf_form"].errors, (named, code)
    assert AgendaItem.objects.count() == 1


def test_page_groups_by_unit_and_shows_what_was_decided(
    year: Year, meeting: Meeting, enter: Enter
) -> None:
    put(year, meeting, (year.first, "1.1"), (year.second, "1.2"), (year.first, "2.1"))
    decisions.decide_leaf(
        score=year.first.score("2.1"), by=year.chair, at=year.at, meeting=meeting, points="0,5",
        reason="Biểu quyết", votes_for=3,
    )  # fmt: skip
    response = enter(year.chair).get(page_of(meeting))
    units = response.context["units"]
    assert [(unit.submission, codes(unit.lines)) for unit in units] == [
        (year.first.submission, ["1.1", "2.1"]), (year.second.submission, ["1.2"]),
    ]  # fmt: skip
    text = response.content.decode()
    council = reverse(
        "admin:assessments_submission_council", args=[year.first.submission.pk]
    )  # fmt: skip
    assert f'href="{council}#leaf-{year.first.score("1.1").pk}"' in text
    assert "3 for, 0 against, 0 abstained" in text
    assert text.count("not decided") == 2 + 1  # and the one that is only proposed


def test_conflicted_members_are_named_for_the_units_they_take_no_part_in(
    year: Year, meeting: Meeting
) -> None:
    employed = make_member(year, unit=year.first.unit)
    put(year, meeting, (year.first, "1.1"), (year.second, "1.2"))
    lines = agenda.items(meeting, year.secretary, year.at)
    first, second = agenda.by_unit(lines, meeting, year.at)
    assert (first.without, second.without) == ((str(employed),), ())


def test_conflicts_of_many_people_are_told_apart(year: Year) -> None:
    one, two = make_member(year, unit=year.first.unit), make_member(year, unit=year.second.unit)
    found = permissions.conflicts_of([one.pk, two.pk, year.chair.pk], year.cycle, year.at)
    assert found == {
        one.pk: {year.first.unit.pk}, two.pk: {year.second.unit.pk}, year.chair.pk: set(),
    }  # fmt: skip


def test_own_unit_is_absent_and_its_items_stay_untouched(
    year: Year, meeting: Meeting, enter: Enter
) -> None:
    own = CouncilMember.objects.create(
        council=year.council, user=make_user("Thư ký hai"), role=CouncilRole.SECRETARY,
        unit=year.first.unit, since=year.at.date(),
    )  # fmt: skip
    put(year, meeting, (year.first, "1.1"), (year.second, "1.2"))
    client, address = enter(own.user), page_of(meeting)
    page = client.get(address)
    text = page.content.decode()
    assert year.first.unit.name not in text
    assert year.first.unit.code not in text
    assert (page.context["page"].paginator.count, len(page.context["units"])) == (0, 1)
    client.post(address, {"verb": "remove", "leaf": [
        year.first.score("1.1").pk, year.second.score("1.2").pk,
    ]})  # fmt: skip
    assert list(meeting.agenda.values_list("score", flat=True)) == [year.first.score("1.1").pk]
    named = client.post(
        address, {"verb": "leaf", "unit": year.first.unit.code, "code": "1.2"}
    )  # fmt: skip
    assert named.context["leaf_form"].errors
    with pytest.raises(BadInput):
        put(year, meeting, (year.first, "1.2"), by=own.user)


def test_leaf_of_a_survey_or_another_year_is_no_item(year: Year, meeting: Meeting) -> None:
    for dossier, code in ((year.first, "2.4"), (make_judged_year(year=2032).first, "1.1")):
        with pytest.raises(BadInput):
            put(year, meeting, (dossier, code))
    with pytest.raises(BadInput):
        meetings.set_agenda(
            meeting=meeting, by=year.secretary, at=year.at,
            add={year.first.score("1.1").pk: "khác"},
        )  # fmt: skip
    assert not AgendaItem.objects.exists()


def test_agenda_and_attendance_are_fixed_once_cited(
    year: Year, meeting: Meeting, enter: Enter
) -> None:
    roll = {seat.pk: (True, "") for seat in agenda.seats_of_day(meeting)}
    appraise_all(year, year.second)
    Meeting.objects.filter(pk=meeting.pk).update(minutes_number="05/BB")
    conclude(year, year.second, meeting=meeting)
    with pytest.raises(WrongState):
        put(year, meeting, (year.first, "1.1"))
    with pytest.raises(WrongState):
        meetings.record_attendance(meeting=meeting, by=year.secretary, at=year.at, present=roll)
    page = enter(year.secretary).get(page_of(meeting))
    assert meetings.fixed_sentence() in page.content.decode()
    assert 'name="verb"' not in page.content.decode()


def test_attendance_is_recorded_for_everybody_of_that_day(
    year: Year, meeting: Meeting, enter: Enter
) -> None:
    gone = CouncilMember.objects.create(
        council=year.council, user=make_user("Đã thôi"), role=CouncilRole.MEMBER,
        since=meeting.held_on - dt.timedelta(days=9), until=meeting.held_on - dt.timedelta(days=1),
    )  # fmt: skip
    twice = CouncilMember.objects.create(
        council=year.council, user=year.chair, role=CouncilRole.MEMBER, since=meeting.held_on
    )
    seats = agenda.seats_of_day(meeting)
    assert [seat.role for seat in seats] == ["chair", "secretary", "member", "member"]
    assert not {gone, twice} & set(seats)
    away = seats[-1]
    data = {f"roll-present{seat.pk}": "on" for seat in seats if seat != away}
    client = enter(year.secretary)
    sent = client.post(
        page_of(meeting), data | {"verb": "roll", f"roll-note{away.pk}": "Đi công tác"}
    )
    assert sent.status_code == 302
    assert {(row.member_id, row.present, row.note) for row in Attendance.objects.all()} == {
        (seat.pk, seat != away, "Đi công tác" if seat == away else "") for seat in seats
    }
    with pytest.raises(BadInput):
        meetings.record_attendance(
            meeting=meeting, by=year.secretary, at=year.at, present={seats[0].pk: (True, "")}
        )
    assert Attendance.objects.count() == 4


def test_leader_and_auditor_read_and_change_nothing_others_find_nothing(
    year: Year, meeting: Meeting, enter: Enter
) -> None:
    put(year, meeting, (year.first, "1.1"))
    address = page_of(meeting)
    for user in (year.leader, year.auditor):
        page = enter(user).get(address)
        assert codes(page.context["units"][0].lines) == ["1.1"]
        assert 'name="verb"' not in page.content.decode()
        enter(user).post(address, {"verb": "remove", "leaf": [year.first.score("1.1").pk]})
        assert AgendaItem.objects.exists()
    for user in (year.member, year.officer, year.approver, make_judged_year(year=2032).chair):
        assert enter(user).get(address).status_code == 404
    with pytest.raises(NotPermitted):
        put(year, meeting, (year.first, "1.2"), by=year.leader)


def test_page_asks_no_more_for_more_rows(year: Year, meeting: Meeting, enter: Enter) -> None:
    client = enter(year.secretary)
    put(year, meeting, (year.first, "1.1"))
    with CaptureQueriesContext(connection) as one:
        client.get(page_of(meeting))
    other = make_member(year)
    assert Assignment.objects.filter(member__user=other).exists()
    put(year, meeting, (year.first, "1.1"), (year.second, "1.2"), (year.second, "2.1"))
    for code in ("1.1", "1.3", "2.2"):
        appraise(year, year.second, code)
        appraise(year, year.second, code, by=other, points="0", reason="Khác")
    with CaptureQueriesContext(connection) as three:
        page = client.get(page_of(meeting))
    assert page.context["page"].paginator.count == 4
    assert len(three) == len(one)
