"""A secretary in conflict neither meets nor decides who appraises that unit, nor her own work."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.errors import NotPermitted
from assessments.models import Assignment, CouncilMember, DeclaredConflict, Event
from assessments.workflow import distribution, substitutes
from tests.council.conftest import Enter
from tests.council.test_imports import ASSIGN, confirm, problems, send
from tests.factories.council import make_member
from tests.factories.cycles import Year
from units.models import Membership, User

DAY = dt.timedelta(days=1)
HEAD = [*ASSIGN, "Đến ngày"]


def written(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"


def page(year: Year, name: str) -> str:
    return reverse(f"admin:assessments_assignment_{name}", args=[year.council.pk])


@pytest.fixture
def seat(year: Year) -> CouncilMember:
    """Return a member's seat without assignments; the secretary works in the first unit now."""
    since = timezone.localdate()
    Membership.objects.create(user=year.secretary, unit=year.first.unit, since=since)
    return year.council.members.get(user=make_member(year, assigned=False))


@pytest.fixture
def hidden(year: Year, seat: CouncilMember) -> Assignment:
    """Return the single dossier of the first unit, given to that member by another secretary."""
    return Assignment.objects.create(
        member=seat, field=year.criterion("1"), unit=year.first.unit, since=timezone.localdate()
    )


# Reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["secretary", "chair", "officer", "leader", "auditor"])
def test_matrix_names_no_assignment_of_a_unit_in_conflict(
    year: Year, enter: Enter, hidden: Assignment, role: str
) -> None:
    reader: User = getattr(year, role)
    Membership.objects.get_or_create(
        user=reader, unit=year.first.unit, defaults={"since": timezone.localdate()}
    )
    Assignment.objects.create(
        member=hidden.member, field=hidden.field, unit=year.second.unit, since=hidden.since
    )
    DeclaredConflict.objects.create(
        member=year.council.members.get(user=year.member), unit=year.first.unit, reason="Vợ",
        since=hidden.since,
    )  # fmt: skip
    shown = enter(reader).get(page(year, "matrix"))
    body = shown.content.decode()
    assert f"only {year.second.unit}" in body
    assert year.first.unit.name not in body
    assert {row.conflicts for row in shown.context["found"].rows} == {0}


# Giving ---------------------------------------------------------------------------------------


def test_own_unit_is_not_given_as_a_single_dossier(
    year: Year, enter: Enter, seat: CouncilMember
) -> None:
    field = year.criterion("1")
    value = f"{seat.pk}-{field.pk}-{year.first.unit.pk}"
    answer = enter(year.secretary).post(page(year, "cover"), {"cover": value}, follow=True)
    assert "You have a conflict of interest" in answer.content.decode()
    with pytest.raises(NotPermitted):
        distribution.cover(
            council=year.council, by=year.secretary, at=year.at,
            given=[(seat.pk, field.pk, year.first.unit.pk)],
        )  # fmt: skip
    assert not seat.assignments.exists()
    assert Event.objects.filter(action="assign", refused=True).count() == 2


def test_own_unit_comes_in_by_no_table(year: Year, enter: Enter, seat: CouncilMember) -> None:
    day = written(timezone.localdate())
    row = [seat.user.username, year.scheme.code, "1", year.first.unit.name, day, ""]
    shown = send(enter(year.secretary), "assignment", HEAD, row)
    assert ["You have a conflict" in each for each in problems(shown)] == [True]
    assert not seat.assignments.exists()


def test_table_neither_changes_nor_betrays_a_hidden_row(
    year: Year, enter: Enter, hidden: Assignment
) -> None:
    client, day = enter(year.secretary), written(timezone.localdate())
    name = hidden.member.user.username
    found, missing = (
        problems(send(client, "assignment", HEAD,
                      [name, year.scheme.code, code, year.first.unit.name, day, day]))
        for code in ("1", "2")
    )  # fmt: skip
    assert found == missing
    assert found
    hidden.refresh_from_db()
    assert hidden.until is None


def test_substitution_leaves_hidden_rows_untouched(year: Year, hidden: Assignment) -> None:
    today = timezone.localdate()
    to = year.council.members.get(user=make_member(year, assigned=False))
    mine = Assignment.objects.create(member=hidden.member, field=year.criterion("2"), since=today)
    rows = substitutes.substitute(
        member=hidden.member, to=to, since=today, until=today + DAY, by=year.secretary, at=year.at
    )
    assert [(row.field, row.unit) for row in rows] == [(mine.field, None)]
    hidden.refresh_from_db()
    assert (hidden.member, hidden.since, hidden.until) == (hidden.member, today, None)
    assert not to.assignments.filter(unit=year.first.unit).exists()


# The own seat ---------------------------------------------------------------------------------


@pytest.fixture
def own(year: Year) -> Assignment:
    """Return an assignment of the secretary's other seat, that of a member."""
    today = timezone.localdate()
    held = CouncilMember.objects.create(
        council=year.council, user=year.secretary, role="member", since=today - 30 * DAY
    )
    return Assignment.objects.create(
        member=held, field=year.criterion("1"), since=held.since, until=today + DAY
    )


def sent(year: Year, enter: Enter, row: Assignment, until: dt.date) -> Any:
    return send(
        enter(year.secretary), "assignment", HEAD,
        [row.member.user.username, year.scheme.code, row.field.code, "", written(row.since),
         written(until)],
    )  # fmt: skip


def test_own_assignment_is_not_extended_by_a_table(
    year: Year, enter: Enter, own: Assignment
) -> None:
    assert "themself" in problems(sent(year, enter, own, dt.date(2099, 12, 31)))[0]
    assert problems(sent(year, enter, own, timezone.localdate() + DAY)) == []  # as it is


def test_table_changes_the_last_day_of_others_and_nothing_past(year: Year, enter: Enter) -> None:
    today = timezone.localdate()
    held = year.council.members.get(user=year.member).assignments.get(field=year.criterion("1"))
    assert "stays" in problems(sent(year, enter, held, today - 9 * DAY))[0]
    confirm(enter(year.secretary), "assignment", sent(year, enter, held, today + DAY))
    held.refresh_from_db()
    assert held.until == today + DAY
