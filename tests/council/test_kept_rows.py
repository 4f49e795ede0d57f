"""Assignments and declared conflicts that were in force end; they are not rewritten or deleted."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.errors import NotPermitted, WrongState
from assessments.models import Assignment, DeclaredConflict, Event
from assessments.workflow import assignments, declarations
from tests.council.conftest import Enter
from tests.factories.council import make_member
from tests.factories.cycles import Year

DAY = dt.timedelta(days=1)


def address(row: Any, page: str) -> str:
    return reverse(f"admin:assessments_{row._meta.model_name}_{page}", args=[row.pk])


def errors(shown: Any) -> dict[str, Any]:
    return dict(shown.context["adminform"].form.errors)


@pytest.fixture
def client(year: Year, enter: Enter) -> Client:
    return enter(year.secretary)


# Assignments ----------------------------------------------------------------------------------


@pytest.fixture
def row(year: Year) -> Assignment:
    """Return an assignment that has been in force since before today."""
    found = year.council.members.get(user=year.member).assignments.get(field=year.criterion("1"))
    assert found.since < timezone.localdate()
    return found


def change(client: Client, row: Assignment, **given: Any) -> Any:
    values = {"member": row.member_id, "field": row.field_id, "since": f"{row.since}"} | given
    return client.post(address(row, "change"), values)


def test_assignment_in_force_keeps_all_but_its_last_day(
    year: Year, client: Client, row: Assignment
) -> None:
    other = year.council.members.get(user=make_member(year, assigned=False))
    today = timezone.localdate()
    for name, value in (
        ("since", f"{today}"), ("member", other.pk), ("field", year.criterion("2").pk),
        ("unit", year.first.unit.pk), ("stands_in_for", other.pk),
    ):  # fmt: skip
        assert list(errors(change(client, row, **{name: value}))) == [name]
    assert list(errors(change(client, row, until=f"{today - 2 * DAY}"))) == ["until"]
    assert change(client, row, until=f"{today}").status_code == 302
    after = Assignment.objects.get(pk=row.pk)
    assert (after.since, after.member_id, after.until) == (row.since, row.member_id, today)
    assert Event.objects.get(object_type="assignment").action == "unassign"


def test_assignment_that_is_over_is_not_taken_up_again(client: Client, row: Assignment) -> None:
    row.until = timezone.localdate() - 5 * DAY
    row.save()
    assert list(errors(change(client, row, until=f"{timezone.localdate()}"))) == ["until"]


def test_assignment_in_force_is_not_deleted_and_the_page_says_why(
    client: Client, row: Assignment
) -> None:
    for method in (client.get, client.post):
        answer = method(address(row, "delete"), {"post": "yes"}, follow=True)
        assert "give it a last day instead" in answer.content.decode()
    assert Assignment.objects.filter(pk=row.pk).exists()


def test_assignment_is_not_removed_past_the_page(year: Year, row: Assignment) -> None:
    with pytest.raises(WrongState):
        assignments.remove(row=row, by=year.secretary, at=year.at)
    assert Event.objects.get(action="unassign").refused


def test_assignment_that_begins_later_changes_and_goes(
    year: Year, client: Client, row: Assignment
) -> None:
    later = Assignment.objects.create(
        member=year.council.members.get(user=make_member(year, assigned=False)),
        field=row.field, since=timezone.localdate() + 5 * DAY,
    )  # fmt: skip
    day = timezone.localdate() + 7 * DAY
    assert change(client, later, since=f"{day}").status_code == 302
    later.refresh_from_db()
    assert later.since == day
    assert client.post(address(later, "delete"), {"post": "yes"}).status_code == 302
    assert not Assignment.objects.filter(pk=later.pk).exists()
    assert Event.objects.get(action="unassign").data["field"] == row.field_id


@pytest.mark.parametrize("state", ["published", "closed"])
def test_cycle_that_is_over_keeps_its_assignments(
    year: Year, client: Client, row: Assignment, state: str
) -> None:
    year.cycle.state = state
    year.cycle.save()
    shown = change(client, row, until=f"{timezone.localdate()}")
    assert "published or closed" in str(errors(shown))
    row.since = timezone.localdate() + DAY
    row.save()
    answer = client.post(address(row, "delete"), {"post": "yes"}, follow=True)
    assert "published or closed" in answer.content.decode()
    assert Assignment.objects.filter(pk=row.pk).exists()


# Declared conflicts ---------------------------------------------------------------------------


@pytest.fixture
def conflict(year: Year) -> DeclaredConflict:
    """Return a conflict that a member declared five days ago."""
    return DeclaredConflict.objects.create(
        member=year.council.members.get(user=year.member), unit=year.first.unit, reason="Vợ",
        since=timezone.localdate() - 5 * DAY,
    )  # fmt: skip


def test_end_of_a_conflict_is_told_with_ids_and_days(
    year: Year, client: Client, conflict: DeclaredConflict
) -> None:
    today = timezone.localdate()
    assert client.post(address(conflict, "change"), {"until": f"{today}"}).status_code == 302
    event = Event.objects.get(object_type="declaredconflict")
    assert (event.action, event.actor, event.unit_id_at) == (
        "end_conflict", year.secretary, year.first.unit.pk,
    )  # fmt: skip
    assert event.data == {
        "member": conflict.member_id, "unit": conflict.unit_id,
        "since": conflict.since.isoformat(), "until": today.isoformat(),
    }  # fmt: skip
    assert client.post(address(conflict, "change"), {"until": ""}).status_code == 302
    assert Event.objects.order_by("pk").last().action == "declare_conflict"  # type: ignore[union-attr]


def test_conflict_keeps_what_was_declared_and_its_past(
    year: Year, client: Client, conflict: DeclaredConflict
) -> None:
    today = timezone.localdate()
    given = {"unit": year.second.unit.pk, "since": f"{today}", "reason": "Khác", "until": ""}
    client.post(address(conflict, "change"), given)
    shown = client.post(address(conflict, "change"), {"until": f"{today - 3 * DAY}"})
    assert list(errors(shown)) == ["until"]
    after = DeclaredConflict.objects.get()
    assert (after.unit, after.since, after.reason, after.until) == (
        conflict.unit, conflict.since, "Vợ", None,
    )  # fmt: skip
    assert not Event.objects.filter(object_type="declaredconflict").exists()


def test_conflict_that_is_over_is_declared_anew(client: Client, conflict: DeclaredConflict) -> None:
    conflict.until = timezone.localdate() - 3 * DAY
    conflict.save()
    shown = client.post(address(conflict, "change"), {"until": ""})
    assert list(errors(shown)) == ["until"]


def test_conflict_that_has_begun_is_not_deleted(client: Client, conflict: DeclaredConflict) -> None:
    answer = client.post(address(conflict, "delete"), {"post": "yes"}, follow=True)
    assert "give it a last day instead" in answer.content.decode()
    assert DeclaredConflict.objects.exists()


def test_conflict_that_has_not_begun_goes_and_is_told(
    client: Client, conflict: DeclaredConflict
) -> None:
    conflict.since = timezone.localdate() + DAY
    conflict.save()
    assert client.post(address(conflict, "delete"), {"post": "yes"}).status_code == 302
    assert not DeclaredConflict.objects.exists()
    assert Event.objects.get(action="end_conflict").data["unit"] == conflict.unit_id


def test_nobody_ends_the_own_conflict(year: Year, conflict: DeclaredConflict) -> None:
    with pytest.raises(NotPermitted):
        declarations.end_conflict(
            conflict=conflict, by=year.member, at=year.at, until=timezone.localdate()
        )
    assert DeclaredConflict.objects.get().until is None


def test_secretary_declares_for_a_member_with_ids_in_the_log(year: Year, client: Client) -> None:
    seat = year.council.members.get(user=year.member)
    given = {
        "member": seat.pk, "unit": year.first.unit.pk, "reason": "Vợ",
        "since": f"{timezone.localdate()}",
    }  # fmt: skip
    url = reverse("admin:assessments_declaredconflict_add")
    assert client.post(url, given).status_code == 302
    assert Event.objects.get(action="declare_conflict").data["member"] == seat.pk
