"""Admin pages of units and people: they open, find without accents, and make accounts safely."""

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cchc.kit.sheets import TextTableFormat
from tests.factories.units import make_group, make_membership, make_merger, make_unit, make_user
from tests.units.conftest import workbook
from tests.units.test_membership_import import HEADER as MEMBERS
from tests.units.test_membership_import import ROW as MEMBER
from units.models import Membership, Unit, UnitAlias, UnitHead, User

pytestmark = pytest.mark.django_db
MODELS = [
    "unitgroup", "unit", "unitalias", "succession", "user", "unithead", "signingauthorisation",
    "membership", "merger",
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_list_page_opens_and_searches(admin_client, model):
    assert admin_client.get(f"/admin/units/{model}/?q=an+binh").status_code == 200


@pytest.mark.parametrize("model", [model for model in MODELS if model != "succession"])
def test_add_page_opens(admin_client, model):
    assert admin_client.get(f"/admin/units/{model}/add/").status_code == 200


@pytest.mark.parametrize("query", ["so y te", "Sở Y t", "SYT-1", "y TẾ tp"])
def test_unit_is_found_without_accents_and_by_other_name(admin_client, query):
    unit = make_unit("Sở Y tế", code="SYT-1")
    UnitAlias.objects.create(unit=unit, name="Y tế TP")
    make_unit("Sở Xây dựng")

    found = admin_client.get("/admin/units/unit/", {"q": query}).context["cl"].queryset

    assert list(found) == [unit]


def test_person_is_found_without_accents(admin_client):
    person = make_user("a1", full_name="Đặng Thị Ước")

    found = admin_client.get("/admin/units/user/", {"q": "dang uoc"}).context["cl"].queryset

    assert list(found) == [person]


@pytest.mark.parametrize("model", ["unit", "membership", "user", "unithead"])
def test_list_asks_as_often_for_three_rows_as_for_one(admin_client, model):
    def queries(number):
        unit, person = make_unit(f"Sở {number}"), make_user(f"u{number}")
        make_membership(person, unit)
        UnitHead.objects.create(
            unit=unit, user=person, full_name="A", title="Giám đốc", since=dt.date(2020, 1, 1)
        )
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(f"/admin/units/{model}/")
        return len(captured)

    queries(0)  # fills caches of content types and the like
    one = queries(1)
    queries(2)

    assert queries(3) == one


def unit_form(**fields):
    management = {}
    for prefix in ("aliases", "heads", "origins", "successions"):
        management |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return {
        "code": "NEW", "name": "Sở Mới", "group": make_group().pk, **management, **fields
    }  # fmt: skip


def test_unit_is_added_through_its_form(admin_client):
    admin_client.post(
        "/admin/units/unit/add/",
        unit_form(**{"aliases-TOTAL_FORMS": "1", "aliases-0-name": "Sở mới tinh"}),
    )

    assert Unit.objects.get().aliases.get().name == "Sở mới tinh"


@pytest.mark.parametrize("name", ["SỞ  CŨ", "Sở cổ"])
def test_unit_under_a_name_in_use_is_refused(admin_client, name):
    UnitAlias.objects.create(unit=make_unit("Sở Cũ"), name="Sở cổ")

    page = admin_client.post("/admin/units/unit/add/", unit_form(name=name))

    assert page.context["adminform"].form.errors == {"name": ["Another unit has this name."]}


def test_one_other_name_typed_twice_is_refused(admin_client):
    fields = {"aliases-TOTAL_FORMS": "2", "aliases-0-name": "Tên", "aliases-1-name": "tên"}

    page = admin_client.post("/admin/units/unit/add/", unit_form(**fields))

    assert page.status_code == 200
    assert Unit.objects.count() == 0


def test_new_account_gets_a_letter_and_no_password(admin_client):
    admin_client.post(
        "/admin/units/user/add/",
        {"username": "moi", "full_name": "Người Mới", "email": "moi@tphcm.example",
         "is_active": "on", "is_superuser": "on", "is_staff": "on"},
    )  # fmt: skip

    account = User.objects.get(username="moi")
    assert (account.has_usable_password(), account.is_superuser, account.is_staff) == (False,) * 3
    assert [letter.to for letter in mail.outbox] == [["moi@tphcm.example"]]


def test_address_of_another_account_is_refused(admin_client):
    make_user("cu", email="chung@tphcm.example")

    page = admin_client.post(
        "/admin/units/user/add/",
        {"username": "moi", "full_name": "Người Mới", "email": "CHUNG@tphcm.example"},
    )

    assert page.context["adminform"].form.errors == {"email": ["Another account has this address."]}


@pytest.mark.parametrize(("address", "told"), [("moi@tphcm.example", True), (None, False)])
def test_old_address_hears_of_its_change(admin_client, address, told):
    account = make_user("cu", email="cu@tphcm.example")
    admin_client.post(
        f"/admin/units/user/{account.pk}/change/",
        {"username": "cu", "full_name": "Người Cũ", "email": address or account.email,
         "is_active": "on"},
    )  # fmt: skip
    account.refresh_from_db()
    assert account.full_name == "Người Cũ"
    assert [letter.to for letter in mail.outbox] == [["cu@tphcm.example"]] * told
    assert all("“cu”" in letter.body and "Người Cũ" in letter.body for letter in mail.outbox)


def test_idle_account_is_reactivated_with_a_letter(admin_client):
    idle = make_user("cu", last_login=timezone.now() - dt.timedelta(days=500))
    busy = make_user("ban", last_login=timezone.now())

    admin_client.post(
        "/admin/units/user/",
        {"action": "reactivate", "_selected_action": [idle.pk, busy.pk]},
    )

    idle.refresh_from_db()
    busy.refresh_from_db()
    assert (idle.last_login, busy.last_login is None) == (None, False)
    assert [letter.to for letter in mail.outbox] == [["cu@tphcm.example"]]


def test_account_of_a_superuser_is_kept_from_others(client, monkeypatch):
    monkeypatch.setattr("cchc.sites.PortalAdminSite.has_permission", lambda *args: True)
    monkeypatch.setattr(User, "has_perm", lambda self, perm, obj=None: perm.startswith("units."))
    boss = make_user("boss", is_superuser=True)
    client.force_login(make_user("clerk"), "django.contrib.auth.backends.ModelBackend")

    answer = client.post(
        f"/admin/units/user/{boss.pk}/change/",
        {"username": "boss", "full_name": "X", "email": "clerk2@tphcm.example"},
    )

    boss.refresh_from_db()
    assert (answer.status_code, boss.email) == (403, "boss@tphcm.example")


def test_imported_employment_is_told_with_who_and_what(admin_client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_unit("Sở Nội vụ", code="SNV")
    file = SimpleUploadedFile("bang.xlsx", workbook(MEMBERS, MEMBER))
    preview = admin_client.post(
        reverse("admin:units_membership_import"), {"import_file": file, "format": ""}
    )
    assert not LogEntry.objects.exists()  # nothing of the preview stays
    form = preview.context["confirm_form"]
    done = admin_client.post(
        reverse("admin:units_membership_process_import"),
        {name: form.initial.get(name, "") for name in form.fields},
    )
    assert done.status_code == 302
    admin_user = User.objects.get(username="root")
    assert {
        (entry.user, entry.get_edited_object(), entry.is_addition())
        for entry in LogEntry.objects.all()
    } == {
        (admin_user, Membership.objects.get(), True),
        (admin_user, User.objects.get(username="an.nv"), True),
    }


def test_export_is_csv_that_excel_reads_and_the_import_too(admin_client):
    make_unit("=Sở lạ", code="A")

    answer = admin_client.post("/admin/units/unit/export/", {"format": "1", "resource": "0"})

    table = TextTableFormat().create_dataset(answer.content)
    assert answer.content[:3] == b"\xef\xbb\xbf"
    assert b"'=S" in answer.content
    assert table.dict[0]["Tên đơn vị"] == "=Sở lạ"


def test_confirmed_plan_is_only_shown(admin_client):
    merger = make_merger(make_unit("Sở A"), successor=make_unit("Sở B"))
    admin_client.post(f"/admin/units/merger/{merger.pk}/preview/")

    page = admin_client.get(f"/admin/units/merger/{merger.pk}/change/")

    assert page.context["has_change_permission"] is False
