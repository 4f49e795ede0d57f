"""Units as tables: both published lists, every kind of bad file, and the way through the admin."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission

from cchc.kit.imports import ImportRefused, load
from cchc.kit.sheets import MAX_ROWS, TextTableFormat, WorkbookFormat, read_table
from tests.factories.units import make_group, make_unit, make_user
from tests.units.conftest import workbook
from units.models import Unit, UnitAlias, UnitGroup
from units.resources import AliasResource, UnitResource

DATA = Path(__file__).parents[2] / "assessments" / "demo" / "data"
HEADER = ["Mã", "Tên đơn vị", "Mã nhóm", "Tên nhóm"]
GROUP = ["SBN", "Sở, ban, ngành"]
pytestmark = pytest.mark.django_db


def load_file(resource, name):
    return load(resource, read_table(name, (DATA / name).read_bytes()))


def problems_of(*rows, resource=UnitResource):
    with pytest.raises(ImportRefused) as refused:
        load(resource(), WorkbookFormat().create_dataset(workbook(*rows)))
    return refused.value.problems


def test_published_lists_load_whole():
    load_file(UnitResource(), "units_2021.csv")
    load_file(UnitResource(), "units_2025_communes.csv")

    counts = {group.code: group.units.count() for group in UnitGroup.objects.all()}
    assert counts == {"SBN": 25, "CQND": 7, "UBQH": 22, "UBPX": 168}
    assert Unit.objects.filter(code_verified=True).count() == 168
    assert Unit.objects.get(code="25747").source == "Địa bàn cũ: Bình Dương (cũ)"


def test_published_lists_loaded_twice_change_nothing():
    load_file(UnitResource(), "units_2021.csv")

    again = load_file(UnitResource(), "units_2021.csv")

    assert (again.totals["new"], again.totals["update"], again.totals["skip"]) == (0, 0, 54)


def test_aliases_make_newspaper_names_known():
    load_file(UnitResource(), "units_2021.csv")

    load_file(AliasResource(), "aliases.csv")

    assert Unit.objects.named("UBND TP  THỦ ĐỨC").name == "UBND Thành phố Thủ Đức"
    assert Unit.objects.named("Hepza").code == "SBN-16"


def test_names_that_differ_by_an_accent_are_two_units():
    load_file(UnitResource(), "units_2025_communes.csv")

    assert Unit.objects.named("Xã Thanh An") != Unit.objects.named("Xã Thạnh An")
    assert Unit.objects.filter(slug__startswith="xa-thanh-an").count() == 2


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (
            [["Mã", "Tên đơn vị"], ["A", "Sở A"]],
            "The column “Mã nhóm” is missing.",
        ),
        (
            [HEADER, ["A", "Sở A", *GROUP], ["B", "Sở B", *GROUP], ["a", "Sở C", *GROUP]],
            "Row 4, column A (Mã): this repeats row 2.",
        ),
        (
            [["Danh sách"], [], HEADER, [None, "Sở A", *GROUP]],
            "Row 4, column A (Mã): This field cannot be blank.",
        ),
        (
            [HEADER, ["A", "=B1", *GROUP]],
            "Row 2, column B (Tên đơn vị): the cell holds a formula; paste its value instead.",
        ),
        (
            [[*HEADER, "Ngày thành lập"], ["A", "Sở A", *GROUP, "31/02/2025"]],
            "Row 2, column E (Ngày thành lập): “31/02/2025” is not a day; write dd/mm/yyyy.",
        ),
        (
            [[*HEADER, "Có TTHC"], ["A", "Sở A", *GROUP, "có lẽ"]],
            "Row 2, column E (Có TTHC): “có lẽ” is not one of: Có, Không.",
        ),
        (
            [HEADER, [1.1, "Sở A", *GROUP]],
            "Row 2, column A (Mã): The cell holds a number; format it as text and type it again.",
        ),
        (
            [HEADER, ["A", "Sở A", "MOI", None]],
            "Row 2, column C (Mã nhóm): no group has the code MOI; to create it, give its name"
            " too.",
        ),
        (
            [[*HEADER, "Mã"], ["A", "Sở A", *GROUP, "A"]],
            "The column “Mã” stands there twice.",
        ),
    ],
)
def test_bad_table_names_the_place_and_saves_nothing(rows, problem):
    assert problems_of(*rows) == [problem]
    assert (Unit.objects.count(), UnitGroup.objects.count()) == (0, 0)


def test_all_rows_with_errors_are_named_and_good_rows_are_not_saved():
    found = problems_of(HEADER, ["A", "Sở A", *GROUP], ["B", "", *GROUP], ["C", "SỞ  a", *GROUP])

    assert found == [
        "Row 3, column B (Tên đơn vị): This field cannot be blank.",
        "Row 4: Another unit has this name.",
    ]
    assert Unit.objects.count() == 0


def test_group_under_another_name_is_refused():
    make_group()

    found = problems_of(HEADER, ["A", "Sở A", "SBN", "Phường"])

    assert found == ["Row 2, column D (Tên nhóm): the group SBN is called “Sở, ban, ngành” here."]


def test_other_names_of_a_cell_replace_those_on_record():
    unit = make_unit("Sở A", code="A")
    UnitAlias.objects.create(unit=unit, name="Tên cũ")
    rows = [[*HEADER, "Tên khác"], ["A", "Sở A", *GROUP, "SA; Sở  A1; sa"]]

    load(UnitResource(), WorkbookFormat().create_dataset(workbook(*rows)))

    assert list(unit.aliases.values_list("name", flat=True)) == ["SA", "Sở A1"]


def test_other_name_that_is_a_units_name_is_refused():
    make_unit("Sở B", code="B")

    found = problems_of([*HEADER, "Tên khác"], ["A", "Sở A", *GROUP, "Sở B"])

    assert found == ["Row 2, column E (Tên khác): Sở B: Another unit has this name."]


@pytest.mark.parametrize("kind", [WorkbookFormat, TextTableFormat])
def test_export_gives_the_same_table_back(kind):
    unit = make_unit("=Sở lạ", code="'-1", short_name="+84")
    UnitAlias.objects.create(unit=unit, name="@khác")

    exported = kind().export_data(UnitResource().export())
    result = load(UnitResource(), kind().create_dataset(
        exported if isinstance(exported, bytes) else exported.encode("utf-8-sig")
    ))  # fmt: skip

    assert (result.totals["skip"], len(result.rows)) == (1, 1)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xlsx", b"PK\x03\x04 not a workbook",
         "The file is not an Excel workbook (.xlsx), whatever its name says."),
        ("a.csv", b"PK\x03\x04\x00\x00", "The file is not a CSV table, whatever its name says."),
        ("a.csv", "Mã,Tên".encode("utf-16"),
         "The file is not text in UTF-8. In Excel choose “CSV UTF-8” when saving."),
        ("a.pdf", b"%PDF", "Choose an Excel workbook (.xlsx) or a CSV file (.csv)."),
        ("a.csv", b"x", "The first sheet has no header row with data under it."),
        ("a.xlsx", workbook([]), "The first sheet has no header row with data under it."),
        ("a.csv", b"a,b\n" + b"1,2\n" * 100_000,
         f"The file has more than {MAX_ROWS} rows. Divide it into several files."),
    ],
)  # fmt: skip
def test_unreadable_file_is_refused_on_the_form(upload, name, content, message):
    answer = upload("unit", content, name)

    assert answer.status_code == 200
    assert answer.context["form"].errors == {"import_file": [message]}


def test_too_large_file_is_refused_on_the_form(upload, settings):
    settings.WORKBOOK_MAX_BYTES = 10

    answer = upload("unit", workbook(HEADER))

    assert answer.context["form"].errors == {"import_file": ["The file is too large to be read."]}


def test_preview_shows_new_groups_and_saves_nothing(upload):
    answer = upload("unit", workbook(HEADER, ["A", "Sở A", *GROUP]))

    assert answer.context["result"].notes == ["New group: SBN – Sở, ban, ngành"]
    assert '<ins class="diff-new">Sở A</ins>' in answer.content.decode()
    assert "style=" not in answer.content.decode().split('id="content"')[1]
    assert UnitGroup.objects.count() == 0


def test_confirmed_preview_is_saved_once(upload, confirm):
    answer = upload("unit", workbook(HEADER, ["A", "Sở A", *GROUP]))

    confirm("unit", answer)
    second = confirm("unit", answer)

    assert [unit.name for unit in Unit.objects.all()] == ["Sở A"]
    assert [str(message) for message in second.context["messages"]] == [
        "This preview is gone or was already imported. Choose the file again."
    ]


def test_confirmation_after_the_data_changed_saves_nothing(upload, confirm):
    answer = upload("unit", workbook(HEADER, ["A", "Sở A", *GROUP], ["B", "Sở B", *GROUP]))
    make_unit("Sở B", code="X")

    late = confirm("unit", answer)

    assert [str(message) for message in late.context["messages"]] == [
        "Nothing was imported: the data changed since the preview.",
        "Row 3: Another unit has this name.",
    ]
    assert [unit.code for unit in Unit.objects.all()] == ["X"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "0" * 32, ""])
def test_confirmation_of_a_file_the_portal_did_not_keep_is_refused(admin_client, name):
    answer = admin_client.post(
        "/admin/units/unit/process_import/",
        {"import_file_name": name, "original_file_name": "a.csv", "format": "1"},
        follow=True,
    )

    assert answer.status_code == 200
    assert "This preview is gone or was already imported" in answer.content.decode()


def test_refused_file_is_not_kept(upload, tmp_path):
    upload("unit", workbook(HEADER, ["A", "", *GROUP]))

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("path", ["import/", "process_import/", "export/"])
@pytest.mark.parametrize("model", ["unit", "unitalias", "membership"])
def test_table_pages_without_the_permission_are_refused(client, monkeypatch, path, model):
    monkeypatch.setattr("cchc.sites.PortalAdminSite.has_permission", lambda *args: True)
    user = make_user("clerk", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_unitgroup"))
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")

    assert client.post(f"/admin/units/{model}/{path}").status_code == 403
