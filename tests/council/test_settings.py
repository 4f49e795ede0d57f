"""Seats, conflicts, appointments, cycles and extensions in the admin."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from assessments.choices import CycleState
from assessments.models import (
    Appointment,
    Assignment,
    DeclaredConflict,
    Event,
    Extension,
    SiteIdentity,
)
from tests.council.conftest import Enter
from tests.factories.council import appraise
from tests.factories.cycles import Year, make_user
from units.models import Membership

DECIDED = {"decision_number": "5/QĐ", "decision_date": "2031-01-05", "decision_signer": "Chủ tịch"}


def post(client: Any, model: str, data: dict[str, Any]) -> Any:
    return client.post(reverse(f"admin:assessments_{model}_add"), data)


def test_appointment_rests_on_a_decision(year: Year, enter: Enter) -> None:
    client, count = enter(year.administrator), Appointment.objects.count()
    data = {"user": make_user().pk, "role": "auditor", "since": "2031-01-01"}
    assert post(client, "appointment", data).status_code == 200
    assert Appointment.objects.count() == count
    assert post(client, "appointment", data | DECIDED).status_code == 302
    assert Appointment.objects.count() == count + 1
    assert Event.objects.get(action="appoint").data["role"] == "auditor"


def test_nobody_appoints_themself(year: Year, enter: Enter) -> None:
    root = make_user("root", is_superuser=True, is_staff=True)
    for user in (year.administrator, root):
        data = {"user": user.pk, "role": "home_affairs_leader", "since": "2031-01-01"} | DECIDED
        assert post(enter(user), "appointment", data).status_code == 200
        assert not user.appointments.filter(role="home_affairs_leader").exists()
    own = year.administrator.appointments.get()
    url = reverse("admin:assessments_appointment_change", args=[own.pk])
    response = enter(year.administrator).post(
        url, {"user": year.administrator.pk, "role": "auditor"}
    )
    assert response.status_code == 403
    assert (
        enter(year.chair).get(reverse("admin:assessments_appointment_changelist")).status_code
        == 403
    )


def test_nobody_takes_away_the_row_of_their_own_conflict(year: Year, enter: Enter) -> None:
    row = Membership.objects.create(
        user=year.officer, unit=year.first.unit, role="staff", since=dt.date(2031, 1, 1)
    )
    url = reverse("admin:units_membership_delete", args=[row.pk])
    assert enter(year.officer).post(url, {"post": "yes"}).status_code == 403
    assert Membership.objects.filter(pk=row.pk).exists()


def test_nul_in_a_filter_is_a_bad_request(year: Year, enter: Enter) -> None:
    url = reverse("admin:assessments_submission_changelist")
    assert enter(year.auditor).get(f"{url}?state__exact=%00").status_code == 400


def test_declared_conflict_flags_points_at_once(year: Year, enter: Enter) -> None:
    appraise(year, year.first, "1.1")
    seat = year.council.members.get(user=year.member)
    data = {
        "member": seat.pk,
        "unit": year.first.unit.pk,
        "reason": "Người thân",
        "since": "2020-01-01",
    }
    assert post(enter(year.secretary), "declaredconflict", data).status_code == 302
    assert DeclaredConflict.objects.count() == 1
    assert year.first.score("1.1").appraisals.get().flagged_conflict is True
    assert year.first.score("1.1").appraised_points is None


def test_assignment_belongs_to_the_own_council_and_its_schemes(year: Year, enter: Enter) -> None:
    from tests.factories.cycles import make_issued_scheme

    seat, client = year.council.members.get(user=year.chair), enter(year.secretary)
    strange = make_issued_scheme(year.group, codes=["1.1"]).criteria.fields().get()
    count = Assignment.objects.count()
    for field in (strange, year.criterion("1.1")):
        data = {"member": seat.pk, "field": field.pk, "since": "2031-01-01"}
        assert post(client, "assignment", data).status_code == 200
    assert Assignment.objects.count() == count
    data = {"member": seat.pk, "field": year.criterion("1").pk, "since": "2031-01-01"}
    assert post(client, "assignment", data).status_code == 302
    assert Assignment.objects.count() == count + 1


def test_extension_rests_on_a_decision_and_is_kept(year: Year, enter: Enter) -> None:
    client = enter(year.officer)
    data = {"cycle": year.cycle.pk, "stage": "appraisal", "unit": year.first.unit.pk,
            "reason": "Bão",            "until_0": "2031-03-01", "until_1": "00:00:00"}  # fmt: skip
    assert post(client, "extension", data).status_code == 200
    assert post(client, "extension", data | DECIDED).status_code == 302
    row = Extension.objects.get()
    assert Event.objects.get(action="extend").unit_id_at == year.first.unit.pk
    assert (
        client.post(reverse("admin:assessments_extension_delete", args=[row.pk])).status_code == 403
    )
    assert (
        client.post(reverse("admin:assessments_extension_change", args=[row.pk]), data).status_code
        == 403
    )


@pytest.mark.parametrize(
    ("name", "most"), [("answer_days", 60), ("appeal_days", 60), ("explanation_rounds", 5)]
)
def test_clocks_of_a_cycle_have_a_cap(year: Year, name: str, most: int) -> None:
    setattr(year.cycle, name, most)
    year.cycle.full_clean()
    year.cycle.save()
    setattr(year.cycle, name, most + 1)
    with pytest.raises(ValidationError) as told:
        year.cycle.full_clean()
    assert name in told.value.message_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        year.cycle.save()


@pytest.mark.parametrize("state", [CycleState.PUBLISHED, CycleState.CLOSED])
def test_finished_cycle_is_read_only(year: Year, enter: Enter, state: str) -> None:
    year.cycle.state = state
    year.cycle.save()
    url = reverse("admin:assessments_cycle_change", args=[year.cycle.pk])
    client = enter(year.officer)
    assert client.get(url).status_code == 200
    assert client.post(url, {"title": "Khác"}).status_code == 403


def test_open_cycle_keeps_its_year_and_schemes(year: Year, enter: Enter) -> None:
    response = enter(year.officer).get(
        reverse("admin:assessments_cycle_change", args=[year.cycle.pk])
    )
    assert "year" not in response.context["adminform"].form.fields
    schemes, milestones = response.context["inline_admin_formsets"]
    assert (schemes.has_change_permission, milestones.has_change_permission) == (False, True)


def test_identity_is_one_row(year: Year, enter: Enter) -> None:
    client = enter(year.administrator)
    data = {"city_name": "Thành phố", "governing_body": "Sở Nội vụ"}
    assert post(client, "siteidentity", data).status_code == 302
    assert post(client, "siteidentity", data).status_code == 403
    assert SiteIdentity.objects.get().pk == 1


def test_every_page_of_the_menus_opens(year: Year, enter: Enter) -> None:
    for role in ("officer", "secretary", "chair", "leader", "approver", "auditor", "survey_officer",
                 "administrator", "member"):  # fmt: skip
        client = enter(getattr(year, role))
        for app in client.get(reverse("admin:index")).context["app_list"]:
            for model in app["models"]:
                for address in (model["admin_url"], model["add_url"]):
                    if address:
                        assert client.get(address).status_code == 200, (role, address)
