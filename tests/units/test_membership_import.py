"""Employment as a table: accounts are made without password, units found by exact name only."""

import datetime as dt

import pytest
from django.utils import timezone

from cchc.kit.imports import ImportRefused, load
from cchc.kit.sheets import WorkbookFormat
from tests.factories.units import make_membership, make_unit, make_user
from tests.units.conftest import workbook
from units.models import Membership, UnitAlias, User
from units.resources import MembershipResource

HEADER = [
    "Tài khoản", "Họ tên", "Thư điện tử", "Chức vụ", "Điện thoại", "Mã đơn vị", "Tên đơn vị",
    "Vai trò", "Từ ngày", "Đến ngày",
]  # fmt: skip
ROW = ["an.nv", "Nguyễn Văn An", "an@tphcm.example", "Chuyên viên", "028", None, "Sở Nội vụ",
       "Đầu mối", "01/02/2025", None]  # fmt: skip
pytestmark = pytest.mark.django_db


def changed(**cells):
    names = {"user": 0, "name": 1, "email": 2, "code": 5, "unit": 6, "role": 7, "since": 8}
    row = list(ROW)
    for key, value in cells.items():
        row[names[key]] = value
    return row


def run(*rows, by=None):
    return load(
        MembershipResource(), WorkbookFormat().create_dataset(workbook(HEADER, *rows)), by=by
    )


def problems_of(*rows, by=None):
    with pytest.raises(ImportRefused) as refused:
        run(*rows, by=by)
    return refused.value.problems


@pytest.fixture
def unit():
    return make_unit("Sở Nội vụ", code="SNV")


def test_new_account_has_no_password_and_the_membership(unit):
    result = run(ROW)

    person = User.objects.get()
    row = Membership.objects.get()
    assert result.notes == ["New account: an.nv – Nguyễn Văn An"]
    assert (person.has_usable_password(), person.is_staff, person.is_superuser) == (False,) * 3
    assert (row.user, row.unit, row.role, row.since, row.until) == (
        person, unit, "focal", dt.date(2025, 2, 1), None,
    )  # fmt: skip


def test_same_table_again_changes_nothing(unit):
    run(ROW)

    assert run(ROW).totals["skip"] == 1


def test_export_gives_the_same_table_back(unit):
    run(ROW)

    exported = WorkbookFormat().export_data(MembershipResource().export())

    assert load(MembershipResource(), WorkbookFormat().create_dataset(exported)).totals["skip"] == 1


def test_two_rows_of_a_new_person_make_one_account(unit):
    make_unit("Sở Y tế")

    run(ROW, changed(unit="Sở Y tế"))

    assert (User.objects.count(), Membership.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    "name", ["SỞ  NỘI VỤ", "So\u031b\u0309 No\u0323\u0302i vu\u0323", "SNV tp"]
)
def test_unit_is_found_by_folded_name_or_alias(unit, name):
    UnitAlias.objects.create(unit=unit, name="SNV TP")

    run(changed(unit=name))

    assert Membership.objects.get().unit == unit


def test_name_without_accents_is_only_a_suggestion():
    make_unit("Xã Thanh An", code="1")
    make_unit("Xã Thạnh An", code="2")

    found = problems_of(changed(unit="Xã Thành An"))

    assert found == [
        "Row 2, column G (Tên đơn vị): No unit is called “Xã Thành An”. Did you mean:"
        " Xã Thanh An (1), Xã Thạnh An (2)?"
    ]
    assert User.objects.count() == 0


def test_errors_of_a_row_are_reported_together(unit):
    found = problems_of(changed(unit="Sở Lạ Lùng", role="vua", since="mai", email=None))

    assert found == [
        "Row 2, column G (Tên đơn vị): No unit is called “Sở Lạ Lùng”.",
        "Row 2, column H (Vai trò): “vua” is not one of: Cán bộ phụ trách, Đầu mối,"
        " Người đứng đầu, Không tham gia.",
        "Row 2, column I (Từ ngày): “mai” is not a day; write dd/mm/yyyy.",
        "Row 2, column C (Thư điện tử): A new account needs an address for the password letter.",
    ]


def test_code_of_another_unit_is_refused(unit):
    make_unit("Sở Y tế")

    assert problems_of(changed(code="SNV", unit="Sở Y tế")) == [
        "Row 2, column G (Tên đơn vị): The code SNV is that of “Sở Nội vụ”, not of “Sở Y tế”."
    ]


def test_import_does_not_change_name_or_address_of_an_account(unit):
    make_user("an.nv", full_name="Trần Thị An", email="an@cu.example")

    assert problems_of(ROW) == [
        "Row 2, column B (Họ tên): The account an.nv has “Trần Thị An” here; correct it in the"
        " account.",
        "Row 2, column C (Thư điện tử): The account an.nv has “an@cu.example” here; correct it in"
        " the account.",
    ]


def test_address_of_another_account_is_refused(unit):
    make_user("binh", email="AN@tphcm.example")

    assert problems_of(ROW) == ["Row 2, column C (Thư điện tử): The account binh has this address."]


def test_account_is_not_made_for_one_who_may_not_create_it(unit):
    assert problems_of(ROW, by=make_user("clerk")) == [
        "Row 2, column A (Tài khoản): This account does not exist, and you may not create it."
    ]
    assert User.objects.count() == 1


def test_overlapping_employment_is_refused(unit):
    make_membership(make_user("an.nv", full_name=ROW[1], email=ROW[2]), unit)

    assert problems_of(ROW) == [
        "Row 2: This person is already a member of the unit on some of these days."
    ]


def test_preview_and_confirmation_through_the_admin(unit, upload, confirm):
    answer = upload("membership", workbook(HEADER, ROW))
    assert Membership.objects.count() == 0

    confirm("membership", answer)

    assert Membership.objects.get().user.username == "an.nv"


def test_nobody_imports_a_right_for_themself(unit):
    keeper = make_user(
        "an.nv", full_name="Nguyễn Văn An", email="an@tphcm.example", job_title="Chuyên viên",
        phone="028",
    )  # fmt: skip

    problems = problems_of(changed(), by=keeper)

    assert problems == ["Row 2, column A (Tài khoản): Nobody does this for themself."]
    assert Membership.objects.count() == 0


def test_past_employment_is_not_rewritten_by_an_import(unit):
    keeper = make_user("keeper")
    run(ROW)
    Membership.objects.update(created_at=timezone.now() - dt.timedelta(days=2))
    ended = [*changed()[:9], "31/12/2025"]

    assert problems_of(ended, by=keeper) == [
        "Row 2, column J (Đến ngày): The last day moves from today on only."
    ]
    assert problems_of(changed(role="Người đứng đầu"), by=keeper) == [
        "Row 2, column H (Vai trò): This was in force; end the row and make a new one."
    ]
    assert Membership.objects.get().until is None
