"""Mergers: the preview tells all, the confirmation does it once and rewrites no history."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.factories.units import make_group, make_membership, make_merger, make_unit, make_user
from units import mergers
from units.errors import MergerRefused, NotPermitted
from units.models import Membership, Succession, Unit, UnitHead

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 7, 1)
EVE = dt.date(2025, 6, 30)


@pytest.fixture
def boss():
    return make_user("boss", is_superuser=True)


@pytest.fixture
def old():
    return make_unit("Sở Kế hoạch và Đầu tư", code="KHDT")


@pytest.fixture
def other():
    return make_unit("Sở Tài chính", code="STC")


def new_unit(**fields):
    return {"new_code": "MOI", "new_name": "Sở Mới", "new_group": make_group(), **fields}


def confirm(merger, boss):
    return mergers.confirm(merger=merger, by=boss, at=timezone.now())


def test_plan_changes_nothing(old, other):
    make_membership(make_user("an"), old)

    preview = mergers.plan(make_merger(old, successor=other))

    assert (preview.dissolved, preview.successor_name, preview.last_day) == (
        (old,), "Sở Tài chính", EVE,
    )  # fmt: skip
    assert [str(opening) for opening in preview.openings] == ["Người an – staff, takes no part"]
    assert Unit.objects.get(pk=old.pk).dissolved_on is None
    assert Succession.objects.count() == 0


def test_merger_into_an_existing_unit_moves_memberships(old, other, boss):
    row = make_membership(make_user("an"), old, role="focal", until=dt.date(2026, 1, 1))
    head = UnitHead.objects.create(
        unit=old, full_name="A", title="Giám đốc", since=dt.date(2020, 1, 1)
    )

    confirm(make_merger(old, successor=other), boss)

    for thing in (old, row, head):
        thing.refresh_from_db()
    moved = Membership.objects.get(unit=other)
    assert (old.dissolved_on, row.until, head.until) == (DAY, EVE, EVE)
    assert (moved.role, moved.since, moved.until) == ("focal", DAY, dt.date(2026, 1, 1))
    assert other.lineage_ids() == {old.pk, other.pk}


def test_merger_into_a_new_unit_creates_it(old, other, boss):
    merger = make_merger(old, other, **new_unit())

    confirm(merger, boss)

    unit = Unit.objects.get(code="MOI")
    assert (merger.successor, merger.confirmed_by, unit.established_on) == (unit, boss, DAY)
    assert Succession.objects.filter(successor=unit).count() == 2


def test_member_of_both_units_is_opened_once_with_the_stronger_role(old, other, boss):
    person = make_user("an")
    make_membership(person, old)
    make_membership(person, other, role="head")

    confirm(make_merger(old, other, **new_unit()), boss)

    assert [row.role for row in Membership.objects.filter(unit__code="MOI")] == ["head"]


def test_member_of_the_successor_is_not_opened_again(old, other, boss):
    person = make_user("an")
    make_membership(person, old)
    make_membership(person, other)

    preview = confirm(make_merger(old, successor=other), boss)

    assert preview.openings == ()
    assert preview.warnings[-1] == (
        "Already members of the successor, nothing is opened for: Người an."
    )


def test_membership_that_ended_before_is_left_alone(old, other, boss):
    row = make_membership(make_user("an"), old, until=dt.date(2024, 1, 1))

    confirm(make_merger(old, successor=other), boss)

    row.refresh_from_db()
    assert (row.until, Membership.objects.count()) == (dt.date(2024, 1, 1), 1)


def test_split_in_two_parts_opens_memberships_at_both(old, other, boss):
    make_membership(make_user("an"), old)

    confirm(make_merger(old, kind="split", successor=other), boss)
    confirm(make_merger(old, kind="split", **new_unit()), boss)

    assert Membership.objects.filter(since=DAY).count() == 2


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"decision_number": "", "decision_date": None, "decision_signer": ""},
         "Enter the decision: number, date and signer."),
        ({"new_name": "SỞ  TÀI CHÍNH"},
         "Another unit has the name of the new unit: choose it as the successor instead."),
        ({"new_code": "STC"}, "Another unit has the code of the new unit."),
        ({"kind": "renamed"}, "A split or a renaming starts from one unit."),
    ],
)  # fmt: skip
def test_plan_with_a_problem_is_refused_and_changes_nothing(old, other, boss, fields, problem):
    third = make_unit("Sở Ba")
    merger = make_merger(old, third, **{**new_unit(), **fields})

    with pytest.raises(MergerRefused) as refused:
        confirm(merger, boss)

    assert refused.value.problems == (problem,)
    assert Unit.objects.exclude(dissolved_on=None).count() == 0


def test_unit_cannot_follow_itself(old, boss):
    assert mergers.plan(make_merger(old, successor=old)).problems == (
        "Sở Kế hoạch và Đầu tư cannot follow itself.",
    )


def test_membership_that_begins_later_blocks(old, other):
    make_membership(make_user("an"), old, since=DAY)

    assert mergers.plan(make_merger(old, successor=other)).problems == (
        "Sở Kế hoạch và Đầu tư has rows that begin on 01/07/2025 or later (memberships): end them"
        " first.",
    )


def test_second_confirmation_is_refused(old, other, boss):
    merger = make_merger(old, successor=other)
    confirm(merger, boss)

    with pytest.raises(MergerRefused) as refused:
        confirm(merger, boss)

    assert refused.value.problems[0] == "This plan was already confirmed."


def test_registered_check_blocks(old, other, boss, monkeypatch):
    monkeypatch.setattr(mergers, "checks", [])
    mergers.register_check(lambda merger: ["A dossier is open."])

    with pytest.raises(MergerRefused, match=r"A dossier is open\."):
        confirm(make_merger(old, successor=other), boss)


def test_confirmation_without_the_right_is_refused(old, other):
    with pytest.raises(NotPermitted):
        confirm(make_merger(old, successor=other), make_user("clerk"))


def test_preview_page_shows_and_confirms(old, other, admin_client):
    merger = make_merger(old, successor=other)
    address = f"/admin/units/merger/{merger.pk}/preview/"

    page = admin_client.get(address)
    assert "KHDT – Sở Kế hoạch và Đầu tư" in page.content.decode()
    done = admin_client.post(address, follow=True)

    old.refresh_from_db()
    assert old.dissolved_on == DAY
    assert [str(message) for message in done.context["messages"]] == ["The merger was carried out."]
    assert admin_client.post(address).status_code == 403


def test_preview_page_without_the_permission_is_refused(old, other, client, monkeypatch):
    monkeypatch.setattr("cchc.sites.PortalAdminSite.has_permission", lambda *args: True)
    client.force_login(
        make_user("clerk", is_staff=True), "django.contrib.auth.backends.ModelBackend"
    )
    merger = make_merger(old, successor=other)

    assert client.get(f"/admin/units/merger/{merger.pk}/preview/").status_code == 403
    assert client.post(f"/admin/units/merger/{merger.pk}/preview/").status_code == 403


def test_preview_page_of_an_unknown_plan_is_not_found(admin_client):
    assert admin_client.get("/admin/units/merger/999/preview/").status_code == 404
