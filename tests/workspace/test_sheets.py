"""The Excel round trip: what is downloaded, typed, refused, shown, confirmed and saved."""

import datetime as dt
import zipfile
from io import BytesIO

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.choices import Method, SubmissionState
from assessments.models import CriterionScore, Delegation, Event, Submission
from assessments.resources import dossiers
from assessments.workflow.scores import Claim, claim_of, save_leaf
from assessments.workflow.sets import save_leaves
from tests.factories.cycles import D, make_year
from tests.factories.leaves import LEAVES
from tests.workspace import sheets
from tests.workspace.filling import fill

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def pages(address):
    return address("sheet"), address("sheet_download")


@pytest.fixture
def workbook(client, pages):
    """Download the workbook as it stands now."""

    def download():
        response = client.get(pages[1])
        assert response.status_code == 200
        return response.content

    return download


@pytest.fixture
def upload(client, pages):
    """Send a workbook and return the answer."""
    return lambda content, name="bang.xlsx": sheets.send(client, pages[0], content, name)


@pytest.fixture
def confirm(client, pages):
    """Confirm a preview, with choices by code."""

    def send(preview, browser=None, **more):
        choices = {f"choice-{code}": value for code, value in more.items()}
        data = {"token": preview.context["token"]} | choices
        return (browser or client).post(pages[0], data)

    return send


def claims(year):
    rows = year.first.submission.scores.select_related("option").order_by("criterion__position")
    return [(row.criterion.code, claim_of(row), row.self_points) for row in rows]


def test_workbook_holds_every_leaf_with_its_rule_and_open_cells(year, workbook):
    fill(year.first, year.at)
    book = sheets.opened(workbook())
    table = book[dossiers.TABLE]
    used = {
        sheet.cell(row, 1).value: [
            column.key for column in dossiers.COLUMNS
            if not sheet.cell(row, sheets.COLUMN[column.key]).protection.locked
        ]
        for sheet in [table] for row in range(5, table.max_row + 1)
    }  # fmt: skip
    common = ["no_evidence_reason", "note"]

    assert [(sheet.title, sheet.sheet_state) for sheet in book] == [
        (dossiers.GUIDE, "visible"), (dossiers.TABLE, "visible"), (dossiers.LISTS, "hidden"),
        (dossiers.IDENTITY, "hidden"),
    ]  # fmt: skip
    assert used == {
        "1.1": ["met", *common], "1.2": ["option", *common],
        "1.3": ["a", "b", "not_applicable", *common], "1.4": ["a", "b", "claimed_percent", *common],
        "1.5": ["count", *common], "2.1": ["count", *common], "2.2": ["count", *common],
        "2.3": [], "2.4": [],
    }  # fmt: skip
    assert table.protection.sheet
    assert table.protection.password is None
    assert (table.freeze_panes, table.print_title_rows) == ("C5", "$4:$4")
    assert (table.page_setup.orientation, int(table.page_setup.paperSize)) == ("landscape", 9)
    shown = {key: sheets.cell_of(table, "1.3", key).value for key in ("rule", "a", "max_points")}
    assert shown == {
        "rule": "Cách chấm của 1.3\nHướng dẫn của 1.3\nVăn bản có số, ngày", "a": 50,
        "max_points": 2,
    }  # fmt: skip
    assert sheets.cell_of(table, "1.3", "self_points").value == 1.88
    assert sheets.cell_of(table, "2.4", "locked").value == "Tiêu chí này đơn vị không tự chấm."


def test_lists_offer_the_words_that_are_read(year, workbook):
    book = sheets.opened(workbook())
    table, lists = book[dossiers.TABLE], book[dossiers.LISTS]
    offered = {
        str(area): rule.formula1
        for rule in table.data_validations.dataValidation for area in rule.sqref.ranges
    }  # fmt: skip
    met, option, idle = (
        sheets.cell_of(table, code, name).coordinate
        for code, name in (("1.1", "met"), ("1.2", "option"), ("1.3", "not_applicable"))
    )

    assert offered == {
        met: '"Đạt,Không đạt"', idle: '"Có"', option: f"'{dossiers.LISTS}'!$B$2:$B$4",
    }  # fmt: skip
    assert [lists.cell(row, 2).value for row in (2, 3, 4)] == [
        "1. Trước 15/01 (2 điểm)", "2. Trước 31/01 (1,5 điểm)", "3. Muộn hơn (0 điểm)",
    ]  # fmt: skip


@pytest.mark.parametrize("filled", [False, True])
def test_unchanged_workbook_shows_no_difference(year, workbook, upload, *, filled):
    if filled:
        fill(year.first, year.at)
    response = upload(workbook())

    assert response.status_code == 200
    preview = response.context["preview"]
    assert (preview.changes, preview.refused, preview.elsewhere) == ([], [], [])


#: Leaf, typed cells → the facts stored and the points computed.
TYPED = [
    ("1.1", {"met": "Đạt"}, {"met": True}, D(2)),
    ("1.1", {"met": "không đạt "}, {"met": False}, D(0)),
    ("1.2", {"option": "2. Trước 31/01 (1,5 điểm)"}, {}, D("1.5")),
    ("1.3", {"a": 50, "b": 47}, {"a": D(50), "b": D(47)}, D("1.88")),
    ("1.3", {"a": "12,5", "b": "12.5"}, {"a": D("12.5"), "b": D("12.5")}, D(2)),
    ("1.3", {"not_applicable": "Có"}, {"not_applicable": True}, D(0)),
    ("1.4", {"claimed_percent": 94.125}, {"claimed_percent": D("94.125")}, D("1.8825")),
    ("1.5", {"count": 1}, {"count": D(1)}, D("0.5")),
    ("2.1", {"count": "2"}, {"count": D(2)}, D("0.5")),
    ("2.2", {"count": 1, "note": "Hai\ndòng"}, {"count": D(1), "note": "Hai\ndòng"}, D("0.5")),
    ("1.3", {"a": 50}, {"a": D(50)}, None),
]  # fmt: skip


@pytest.mark.parametrize(("code", "cells", "facts", "points"), TYPED)
def test_what_is_typed_is_shown_and_then_saved(
    year, address, workbook, upload, confirm, *, code, cells, facts, points
):
    typed = sheets.typed(workbook(), {(code, name): value for name, value in cells.items()})
    before = claims(year)
    response = upload(typed)
    change = response.context["preview"].changes[0]

    assert [row.row.code for row in response.context["preview"].changes] == [code]
    assert (change.score.self_points, change.points) == (None, points)
    assert claims(year) == before

    answer = confirm(response)
    score = year.first.score(code)
    assert (answer.status_code, answer.url) == (302, address("dossier"))
    assert {name: getattr(score, name) for name in facts} == facts
    assert (score.self_points, score.version) == (points, 1)
    assert Event.objects.filter(action="save", refused=False).count() == 1


def test_chosen_option_is_stored(year, workbook, upload, confirm):
    confirm(upload(sheets.typed(workbook(), {("1.2", "option"): "2. Trước 31/01 (1,5 điểm)"})))

    assert year.first.score("1.2").option == year.criterion("1.2").levels.get(points=D("1.5"))


def test_difference_shows_old_and_new_facts_and_points(year, workbook, upload):
    fill(year.first, year.at)
    response = upload(sheets.typed(workbook(), {
        ("1.1", "met"): "Không đạt", ("1.3", "b"): "40,0", ("1.3", "a"): "50.0",
        ("2.2", "count"): None,
    }))  # fmt: skip
    changes = response.context["preview"].changes

    assert sheets.differences(changes) == {
        "1.1": {"Trả lời": ("Đạt", "Không đạt")},
        "1.3": {"Đã thực hiện (b)": ("47", "40,0")},
        "2.2": {"Số lượng": ("1", "")},
    }
    assert [(row.score.self_points, row.points) for row in changes] == [
        (D(2), D(0)), (D("1.88"), D("1.6")), (D("0.5"), None),
    ]  # fmt: skip
    page = response.content.decode()
    assert "<del>47</del>" in page
    assert "<ins>40,0</ins>" in page
    assert "1,88" in page
    assert "1,60" in page


#: Leaf, input, what is typed → what the sentence says; the cell is named by each.
BAD = [
    ("1.3", "a", "1.234", "1234 hoặc 1,234"),
    ("1.3", "a", "1.000,5", "dấu phẩy"),
    ("1.3", "a", -1, "âm"),
    ("1.3", "a", 1e300, "lớn"),
    ("1.3", "a", 0.1 + 0.2 + 1e-9, "2 chữ số thập phân"),
    ("1.3", "a", "=40+10", "công thức"),
    ("1.3", "a", dt.date(2031, 2, 1), "ngày tháng"),
    ("1.3", "a", "năm mươi", "không phải là số"),
    ("1.5", "count", 1.5, "số nguyên"),
    ("1.4", "claimed_percent", 100.5, "100"),
    ("1.1", "met", "Có lẽ", "Đạt; Không đạt"),
    ("1.2", "option", "4. Khác", "1. Trước 15/01 (2 điểm)"),
    ("1.2", "option", 2, "1. Trước 15/01 (2 điểm)"),
    ("1.1", "count", 3, "không nhập"),
    ("2.3", "note", "chấm hộ", "không nhập"),
    ("1.1", "note", "x" * 4001, "4000"),
    ("1.1", "note", "=HYPERLINK(1)", "công thức"),
]


@pytest.mark.parametrize(("code", "name", "value", "says"), BAD)
def test_bad_cell_is_named_and_nothing_is_kept(
    year, client, workbook, upload, *, code, name, value, says
):
    content = sheets.typed(workbook(), {(code, name): value})
    cell = sheets.cell_of(sheets.opened(content)[dossiers.TABLE], code, name).coordinate
    heading = dossiers.COLUMNS[sheets.COLUMN[name] - 1].heading
    response = upload(content)

    assert response.status_code == 422
    assert sheets.problems(response) == [(cell, heading)]
    assert says in str(response.context["problems"][0])
    assert "token" not in response.context
    assert CriterionScore.objects.filter(version__gt=0).count() == 0


def test_facts_that_contradict_each_other_are_refused_like_on_the_page(workbook, upload):
    response = upload(sheets.typed(workbook(), {
        ("1.3", "a"): 10, ("1.3", "b"): 11, ("1.4", "a"): 20, ("1.4", "b"): 18,
        ("1.4", "claimed_percent"): 80,
    }))  # fmt: skip

    assert sheets.problems(response) == [("J7", "Đã làm (b)"), ("L8", "Tỷ lệ (%)")]


def test_percent_format_shows_what_excel_shows(year, workbook, upload, confirm):
    def as_percent(table):
        cell = sheets.cell_of(table, "1.4", "claimed_percent")
        cell.value, cell.number_format = 0.95, "0%"

    confirm(upload(sheets.changed(workbook(), as_percent)))

    assert year.first.score("1.4").claimed_percent == D(95)


NOTES = [
    "=1+1", "+84 28", "-", "@ai", "'=đã có dấu nháy", " = sau dấu cách", "#N/A", "#REF!", "TRUE",
    "0123", "1e5", "hai\ndòng", "Hoà – “ngoặc” & <b>",
]  # fmt: skip


@pytest.mark.parametrize("note", NOTES)
def test_text_that_looks_like_a_formula_survives(year, workbook, upload, confirm, *, note):
    score = year.first.score("1.1")
    save_leaf(score=score, by=year.first.focal, at=year.at, version=0, met=True, note=note)
    content = workbook()
    cell = sheets.cell_of(sheets.opened(content)[dossiers.TABLE], "1.1", "note")

    assert cell.data_type == "s"
    assert not cell.value.lstrip("' ").startswith("=") or cell.value.startswith("'")
    assert upload(content).context["preview"].changes == []

    confirm(upload(sheets.typed(content, {("1.1", "met"): "Không đạt"})))
    assert (year.first.score("1.1").met, year.first.score("1.1").note) == (False, note.strip())


def identity(content, word, value):
    book = sheets.opened(content)
    for row in book[dossiers.IDENTITY].iter_rows():
        if row[0].value == word:
            row[1].value = value
    return sheets.saved(book)


def test_hidden_sheet_changed_by_hand_is_refused(workbook, upload):
    response = upload(identity(workbook(), "Năm", "2032"))

    assert response.status_code == 422
    assert "Nhận dạng" in str(response.context["problems"][0])


def test_workbook_of_another_unit_year_or_version_is_refused(year, signed_in, address, upload):
    def of(person, dossier):
        return signed_in(person).get(address("sheet_download", of=dossier)).content

    other = year.second
    response = upload(of(other.focal, other))
    assert response.status_code == 422
    assert [str(problem) for problem in response.context["problems"]] == [
        f"Đây là bảng tính của đơn vị {other.unit.code}; hồ sơ này của đơn vị "
        f"{year.first.unit.code}."
    ]


def other_identity(content, **fields):
    """Return the workbook as if downloaded from another dossier: its hidden sheet agrees."""
    book = sheets.opened(content)
    sheet = book[dossiers.IDENTITY]
    held = {row[0].value: row for row in sheet.iter_rows()}
    keys = {word: key for key, word in dossiers.IDENTITY_WORDS.items()}
    values = {keys[word]: row[1].value for word, row in held.items() if word in keys} | fields
    marks = [
        dossiers.Mark(row[0].value, int(row[1].value), row[2].value)
        for row in held.values() if row[2].value
    ]  # fmt: skip
    for key, value in values.items():
        held[dossiers.IDENTITY_WORDS[key]][1].value = value
    check = dossiers.checksum(dossiers.Identity(**values), marks)
    held[dossiers.CHECK_WORD][1].value = check
    return sheets.saved(book)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"year": "2030"}, "Đây là bảng tính của năm 2030; hồ sơ này của năm 2031."),
        ({"illustrative": "Có"}, "Bảng tính và hồ sơ không cùng loại"),
        ({"scheme_version": "2"}, "Hãy tải bảng tính về lại."),
        ({"scheme_code": "khac"}, "Bảng tính theo bộ tiêu chí khac, 1"),
    ],
)
def test_wrong_year_or_scheme_is_refused_with_a_sentence(workbook, upload, *, fields, says):
    response = upload(other_identity(workbook(), **fields))

    assert response.status_code == 422
    assert says in str(response.context["problems"][0])
    assert len(response.context["problems"]) == 1


def test_other_files_are_refused(workbook, upload, settings):
    plain = sheets.saved(sheets.openpyxl.Workbook())
    bomb = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook())) as old, zipfile.ZipFile(
        bomb, "w", zipfile.ZIP_DEFLATED
    ) as new:  # fmt: skip
        for part in old.namelist():
            new.writestr(part, old.read(part))
        new.writestr("xl/worksheets/sheet9.xml", b"<x/>" + b" " * 60_000_000)
    for content in (plain, b"khong phai excel", bomb.getvalue()):
        response = upload(content)
        assert response.status_code == 422
        assert len(response.context["problems"]) == 1
    settings.WORKBOOK_MAX_BYTES = 1000
    assert upload(workbook()).status_code == 422
    assert upload(b"").status_code == 422


def delete(table):
    table.delete_rows(sheets.row_of(table, "1.3"))


def duplicate(table):
    table.cell(sheets.row_of(table, "1.3"), 1).value = "1.1"


def insert(table):
    table.cell(table.max_row + 1, 1).value = "9.9"


def as_number(table):
    table.cell(sheets.row_of(table, "1.1"), 1).value = 1.1


def no_code(table):
    table.cell(sheets.row_of(table, "1.1"), 1).value = None


def merge_head(table):
    table.merge_cells("I4:J4")


def merge_rows(table):
    table.merge_cells("I7:I8")


def scribble(table):
    table["T7"] = "hỏi lại phòng Tài chính"


def sign_below(table):
    table.cell(table.max_row + 2, 1).value = "Người lập biểu"


def far_below(table):
    table.cell(1_000_000, 1).value = "1.1"


@pytest.mark.parametrize(
    ("change", "cells"),
    [
        (delete, [("", "")]), (duplicate, [("A7", "Mã"), ("", "")]), (insert, [("A14", "Mã")]),
        (as_number, [("A5", "Mã"), ("", "")]), (no_code, [("A5", "Mã"), ("", "")]),
        (merge_head, [("I4:J4", "")]), (merge_rows, [("I7:I8", "")]), (far_below, [("", "")]),
        (scribble, [("T7", "")]), (sign_below, [("A15", "Mã")]),
    ],
)  # fmt: skip
def test_table_out_of_shape_is_refused(workbook, upload, *, change, cells):
    response = upload(sheets.changed(workbook(), change))

    assert response.status_code == 422
    assert sheets.problems(response) == cells


def test_rows_may_be_sorted_otherwise(year, workbook, upload):
    def swap(table):
        first, second = sheets.row_of(table, "1.5"), sheets.row_of(table, "2.1")
        for column in range(1, len(dossiers.COLUMNS) + 1):
            one, two = table.cell(first, column), table.cell(second, column)
            one.value, two.value = two.value, one.value

    fill(year.first, year.at)
    assert upload(sheets.changed(workbook(), swap)).context["preview"].changes == []


def delegate(year, code):
    row = year.first.score(code)
    Delegation.objects.create(
        score=row, user=year.first.focal, given_by=year.first.head, given_at=year.at
    )


def test_leaf_of_a_colleague_is_locked_and_shown_as_refused(year, workbook, upload, confirm):
    before = workbook()
    delegate(year, "1.1")
    table = sheets.opened(workbook())[dossiers.TABLE]
    response = upload(sheets.typed(before, {("1.1", "met"): "Đạt", ("1.5", "count"): 2}))
    preview = response.context["preview"]

    assert sheets.cell_of(table, "1.1", "met").protection.locked
    assert [change.row.code for change in preview.changes] == ["1.5"]
    assert sheets.differences(preview.refused) == {"1.1": {"Trả lời": ("", "Đạt")}}
    assert year.first.focal.full_name in preview.refused[0].line.locked
    assert confirm(response).status_code == 302
    assert [year.first.score(code).version for code in ("1.1", "1.5")] == [0, 1]


def test_leaf_given_to_a_colleague_after_the_preview_stops_the_saving(
    year, workbook, upload, confirm
):
    response = upload(sheets.typed(workbook(), {("1.1", "met"): "Đạt", ("1.5", "count"): 2}))
    delegate(year, "1.1")
    answer = confirm(response)

    assert answer.status_code == 409
    assert [change.row.code for change in answer.context["preview"].refused] == ["1.1"]
    assert [year.first.score(code).version for code in ("1.1", "1.5")] == [0, 0]
    assert confirm(answer).status_code == 302
    assert [year.first.score(code).version for code in ("1.1", "1.5")] == [0, 1]


def save_met(year, *, met, **more):
    row = year.first.score("1.1")
    save_leaf(score=row, by=year.first.focal, at=year.at, version=row.version, met=met, **more)


@pytest.mark.parametrize(("choice", "met", "note"), [
    (None, False, "của đồng nghiệp"), ("theirs", False, "của đồng nghiệp"),
    ("mine", True, "của tôi"),
])  # fmt: skip
def test_leaf_saved_since_the_download_is_a_conflict_to_choose(
    year, workbook, upload, confirm, *, choice, met, note
):
    content = sheets.typed(workbook(), {
        ("1.1", "met"): "Đạt", ("1.1", "note"): "của tôi", ("1.5", "count"): 2,
    })  # fmt: skip
    save_met(year, met=False, note="của đồng nghiệp")
    response = upload(content)
    preview = response.context["preview"]

    assert [change.row.code for change in preview.plain] == ["1.5"]
    assert sheets.differences(preview.conflicts) == {
        "1.1": {"Trả lời": ("Không đạt", "Đạt"), "Ghi chú": ("của đồng nghiệp", "của tôi")}
    }
    answer = confirm(response, **({"1.1": choice} if choice else {}))
    assert answer.status_code == 302
    assert (year.first.score("1.1").met, year.first.score("1.1").note) == (met, note)
    assert year.first.score("1.5").count == D(2)


def test_leaf_changed_on_the_portal_alone_is_kept(year, workbook, upload, confirm):
    content = sheets.typed(workbook(), {("1.5", "count"): 2})
    save_met(year, met=False)
    response = upload(content)

    assert response.context["preview"].elsewhere == ["1.1"]
    assert confirm(response).status_code == 302
    assert year.first.score("1.1").met is False


def test_change_between_preview_and_confirmation_is_refused_and_shown(
    year, workbook, upload, confirm
):
    response = upload(sheets.typed(workbook(), {("1.1", "met"): "Đạt", ("1.5", "count"): 2}))
    save_met(year, met=False)
    answer = confirm(response)
    preview = answer.context["preview"]

    assert answer.status_code == 409
    assert [change.row.code for change in preview.conflicts] == ["1.1"]
    assert [change.row.code for change in preview.plain] == ["1.5"]
    assert year.first.score("1.5").version == 0
    assert Event.objects.filter(action="save").count() == 1

    save_met(year, met=False, note="lần nữa")
    again = confirm(answer, **{"1.1": "mine"})
    assert again.status_code == 409
    assert [change.takes_mine for change in again.context["preview"].conflicts] == [True]
    assert confirm(again, **{"1.1": "mine"}).status_code == 302
    assert (year.first.score("1.1").met, year.first.score("1.5").count) == (True, D(2))


def test_only_leaves_named_in_a_return_are_taken(year, workbook, upload, confirm):
    content = sheets.typed(workbook(), {("1.1", "met"): "Đạt", ("1.5", "count"): 2})
    Submission.objects.filter(pk=year.first.submission.pk).update(
        state=SubmissionState.RETURNED, return_due_at=year.at + dt.timedelta(days=1)
    )
    year.first.submission.scores.filter(criterion__code="1.5").update(open_to_unit=True)
    response = upload(content)

    assert [change.row.code for change in response.context["preview"].changes] == ["1.5"]
    assert [change.row.code for change in response.context["preview"].refused] == ["1.1"]
    assert confirm(response).status_code == 302
    assert [year.first.score(code).version for code in ("1.1", "1.5")] == [0, 1]


def test_nothing_is_saved_when_only_the_portal_is_kept(year, workbook, upload, confirm):
    content = sheets.typed(workbook(), {("1.1", "met"): "Đạt"})
    save_met(year, met=False)

    assert confirm(upload(content)).status_code == 302
    assert year.first.score("1.1").version == 1


def test_closed_window_refuses_upload_and_confirmation(
    year, client, pages, workbook, *, upload, confirm
):
    content = sheets.typed(workbook(), {("1.1", "met"): "Đạt"})
    response = upload(content)
    year.cycle.milestones.filter(stage="self_assessment").update(
        closes_at=year.at - dt.timedelta(seconds=1)
    )

    answer = confirm(response)
    assert answer.status_code == 409
    assert b"<button" not in answer.content.split(b"</h1>")[1].split(b"</form>")[0]
    assert upload(content).status_code == 409
    assert workbook()
    assert client.get(pages[0]).context["form"].is_bound is False
    assert year.first.score("1.1").version == 0


def test_preview_is_good_for_its_reader_and_dossier_only(
    year, pages, client, signed_in, *, workbook, upload, confirm
):
    response = upload(sheets.typed(workbook(), {("1.1", "met"): "Đạt"}))
    colleague = signed_in(year.first.focal)

    for browser, token in ((colleague, response.context["token"]), (client, "sai")):
        answer = browser.post(pages[0], {"token": token})
        assert (answer.status_code, answer.url) == (302, pages[0])
    assert year.first.score("1.1").version == 0


def test_previews_as_large_as_can_be_fit_one_confirmation(workbook, upload, confirm, year):
    text = "".join(chr(0x1EA0 + place * 7 % 90) for place in range(4000))
    codes = ("1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2")
    response = upload(sheets.typed(workbook(), {
        (code, name): f"{code}{text}"[:4000] for code in codes
        for name in ("note", "no_evidence_reason")
    }))  # fmt: skip

    assert len(response.context["token"]) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert confirm(response).status_code == 302
    assert year.first.score("2.2").note == f"2.2{text}"[:4000]


def test_sheets_named_twice_are_refused(workbook, upload):
    for name, old, new in (
        ("xl/_rels/workbook.xml.rels", b"sheet2.xml", b"nowhere.xml"),
        ("xl/workbook.xml", "Bảng tự chấm".encode(), "Bảng khác".encode()),
        ("xl/worksheets/sheet2.xml", b"</worksheet>", b"</work"),
        ("xl/worksheets/sheet4.xml", b"<t>", b"<u>"),
    ):
        response = upload(replaced(workbook(), name, old, new))
        assert response.status_code == 422
        assert len(response.context["problems"]) == 1


def replaced(content, name, old, new):
    """Return an archive with some bytes of one part changed."""
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(changed, "w") as target:
        for part in source.namelist():
            data = source.read(part)
            target.writestr(part, data.replace(old, new) if part == name else data)
    return changed.getvalue()


@pytest.mark.parametrize("name", ["sheet", "sheet_download"])
def test_pages_are_for_own_staff(year, address, signed_in, name):
    def ask(person, method="get"):
        return getattr(signed_in(person), method)(address(name)).status_code

    first = year.first
    own = [ask(person) for person in (first.contributor, first.focal, first.head)]
    others = [ask(person) for person in (year.second.head, year.secretary, year.outsider)]
    assert (own, others) == ([200] * 3, [404] * 3)
    assert ask(year.second.head, "post") == (404 if name == "sheet" else 405)
    assert ask(first.head, "delete") == 405


def test_session_that_ends_keeps_a_confirmation(year, client, pages, *, workbook, upload, confirm):
    response = upload(sheets.typed(workbook(), {("1.1", "met"): "Đạt", ("1.1", "note"): "Chữ"}))
    del client.cookies[settings.SESSION_COOKIE_NAME]
    answer = confirm(response)

    assert (answer.status_code, answer.context["kept"], answer.context["typed"]) == (403, True, [])
    client.force_login(year.first.contributor, backend=BACKEND)
    again = client.get(reverse("workspace:resume")).context
    assert (again["path"], dict(again["hidden"])) == (
        pages[0], {"token": response.context["token"]},
    )  # fmt: skip


@pytest.mark.parametrize("page", ["download", "preview", "conflicts"])
def test_pages_take_the_same_queries_for_six_leaves_and_for_sixty(db, monkeypatch, signed_in, page):
    kinds = [LEAVES[code] for code in ("1.1", "1.2", "1.3", "1.4", "1.5", "2.1")]
    codes = [f"{1 + place // 30}.{place + 10}" for place in range(60)]
    for place, code in enumerate(codes):
        monkeypatch.setitem(LEAVES, code, kinds[place % 6])
    counts = []
    for some in (codes[:6], codes):
        year = make_year(codes=some, units=1, year=2031 + len(counts))
        counts.append(_queries(year, signed_in(year.first.contributor), page, some))

    assert counts[0] == counts[1]
    assert counts[1] <= 21


def _queries(year, client, page, codes):
    keys = {"key": year.cycle, "slug": year.first.unit.slug}
    source = reverse("workspace:sheet_download", kwargs=keys)
    cells = {(code, "note"): code for code in codes}
    options = year.scheme.criteria.filter(method=Method.OPTIONS).values_list("code", flat=True)
    cells |= {(code, "option"): "3. Muộn hơn (0 điểm)" for code in options}
    content = sheets.typed(client.get(source).content, cells)
    if page == "conflicts":
        save_leaves(
            submission=year.first.submission, by=year.first.focal, at=year.at,
            claims={code: Claim(note="của đồng nghiệp") for code in codes},
        )  # fmt: skip
    with CaptureQueriesContext(connection) as held:
        if page == "download":
            assert client.get(source).status_code == 200
            return len(held)
        answer = sheets.send(client, reverse("workspace:sheet", kwargs=keys), content)
    shown = answer.context["preview"]
    assert [len(shown.plain), len(shown.conflicts)] == (
        [0, len(codes)] if page == "conflicts" else [len(codes), 0]
    )
    return len(held)
