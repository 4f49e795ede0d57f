"""Write a dossier as a workbook to be filled in offline (issue 3 item 6)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from assessments.models import Submission
from assessments.queries.workspace import files_of
from assessments.resources import dossiers as form
from assessments.resources.cells import escaped
from assessments.resources.dossiers import Identity, Line, Mark
from assessments.resources.scheme_format import METHOD_WORDS

_BOLD, _TITLE = Font(bold=True), Font(bold=True, size=14)
_HEAD = PatternFill("solid", fgColor="D9D9D9")
_INPUT = PatternFill("solid", fgColor="FFF9DB")
_UNUSED = PatternFill("solid", fgColor="E7E6E6")
_WRAP = Alignment(wrap_text=True, vertical="top")
_THIN = Side(style="thin", color="BFBFBF")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_METHODS: dict[str, str] = {method: word for word, method in METHOD_WORDS.items()}
#: A cell keeps fifteen digits of a number; a longer one is written as text.
_DIGITS = 15
_PAPER_A4 = 9
#: Pages that the table takes side by side; code and name stand on each.
_ABREAST = 2
#: Points of a line of text, of the highest row that Excel knows, and the width of the guide.
_LINE, _HIGHEST, _GUIDE_WIDTH = 15, 405, 110
_GUIDE = (
    "Bảng này dùng để tự chấm khi không có mạng. Nội dung trên cổng chỉ thay đổi sau khi đơn vị "
    "tải tệp lên, xem bảng so sánh từng dòng và bấm xác nhận.",
    "1. Chỉ nhập vào các ô nền vàng của trang “Bảng tự chấm”; ô xám không dùng cho tiêu chí đó. "
    "Trang tính khóa không có mật khẩu để tránh sửa nhầm.",
    "2. Cột “Đạt / không đạt”, “Phương án”, “Không phát sinh”: chọn trong danh sách. Để trống nếu "
    "chưa có số liệu.",
    "3. Số thập phân viết dấu phẩy hoặc dấu chấm đều được (95,5 hoặc 95.5). Không viết dấu ngăn "
    "cách hàng nghìn: 1.234 bị hỏi lại vì có thể là 1234 hoặc 1,234.",
    "4. Không dùng công thức: dán giá trị. Không gộp ô, không xóa, không thêm dòng hay cột, không "
    "sửa mã tiêu chí.",
    "5. Điểm và cách tính điểm trong tệp là của cổng lúc tải về; cổng tính lại khi tải lên.",
    "6. Tài liệu kiểm chứng chỉ tải lên trên cổng, không đính kèm trong tệp này.",
    "7. Tiêu chí có người khác sửa trên cổng sau lúc tải tệp về được hiện cả hai nội dung để chọn; "
    "mặc định giữ nội dung trên cổng.",
)


def write_dossier(submission: Submission, lines: Sequence[Line]) -> bytes:
    """Return the .xlsx bytes: guide, locked table with open input cells, lists, identity."""
    book = Workbook()
    book.properties.creator = "CCHC"
    title = f"{submission.unit_name} – năm {submission.cycle.year}"
    if submission.cycle.illustrative:
        title += " (MINH HỌA)"
    guide = book.active
    guide.title = form.GUIDE
    _write_guide(guide, title)
    table, lists = book.create_sheet(form.TABLE), book.create_sheet(form.LISTS)
    _write_head(table, title)
    for number, line in enumerate(lines, start=form.HEADER_ROW + 1):
        _write_line(table, number, line)
    _add_lists(table, lists, lines)
    _write_identity(book.create_sheet(form.IDENTITY), submission, lines)
    for sheet in (guide, table, lists):
        sheet.protection.sheet = True
    for sheet in book.worksheets[2:]:
        sheet.sheet_state = "hidden"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _put(cell: Any, value: Any) -> None:
    """Write a number as a number, and text so that no program takes it for a formula or error."""
    if not isinstance(value, str):
        cell.value = value
    elif value:
        cell.value = escaped(form.prose(value))
        cell.data_type = "s"


def _write_guide(sheet: Any, title: str) -> None:
    _put(sheet["A1"], "HƯỚNG DẪN ĐIỀN BẢNG TỰ CHẤM CHỈ SỐ CẢI CÁCH HÀNH CHÍNH")
    _put(sheet["A2"], title)
    sheet["A1"].font, sheet["A2"].font = _TITLE, _BOLD
    for number, text in enumerate(_GUIDE, start=4):
        _put(sheet.cell(number, 1), text)
        sheet.cell(number, 1).alignment = _WRAP
        _set_height(sheet, number, [(text, _GUIDE_WIDTH)])
    sheet.column_dimensions["A"].width = _GUIDE_WIDTH
    _set_page(sheet, abreast=1)


def _set_height(sheet: Any, number: int, texts: Iterable[tuple[Any, int]]) -> None:
    """Make a row as high as its longest text needs: not every program does so by itself."""
    lines = max(
        sum(ceil(len(part) * 1.15 / width) or 1 for part in str(text or "").split("\n"))
        for text, width in texts
    )
    sheet.row_dimensions[number].height = min(_LINE * lines + 3, _HIGHEST)


def _set_page(sheet: Any, *, abreast: int) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _PAPER_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = abreast, 0
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom = 0.6, 0.8
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.right.text = "Trang &P/&N"


def _write_head(sheet: Any, title: str) -> None:
    _put(sheet["A1"], "BẢNG TỰ CHẤM CHỈ SỐ CẢI CÁCH HÀNH CHÍNH")
    _put(sheet["A2"], title)
    sheet["A1"].font, sheet["A2"].font = _TITLE, _BOLD
    for index, column in enumerate(form.COLUMNS, start=1):
        head = sheet.cell(form.HEADER_ROW, index)
        _put(head, column.heading)
        head.font, head.fill, head.alignment, head.border = _BOLD, _HEAD, _WRAP, _GRID
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    _set_height(sheet, form.HEADER_ROW, [(c.heading, c.width) for c in form.COLUMNS])
    sheet.freeze_panes = sheet.cell(form.HEADER_ROW + 1, 3)
    sheet.print_title_rows, sheet.print_title_cols = f"{form.HEADER_ROW}:{form.HEADER_ROW}", "A:B"
    _set_page(sheet, abreast=_ABREAST)
    # Whoever reads may widen what is too narrow, also while the sheet is locked.
    sheet.protection.formatColumns = sheet.protection.formatRows = False


def _write_line(sheet: Any, number: int, line: Line) -> None:
    shown = _labels(line) | _facts(line)
    open_inputs = () if line.locked else line.inputs
    named = {column.key for column in form.INPUTS}
    for index, column in enumerate(form.COLUMNS, start=1):
        cell = sheet.cell(number, index)
        _put(cell, shown.get(column.key))
        cell.alignment, cell.border = _WRAP, _GRID
        if column.text:
            cell.number_format = "@"
        if column.key in open_inputs:
            cell.fill, cell.protection = _INPUT, Protection(locked=False)
        elif column.key in named:
            cell.fill = _UNUSED
    _set_height(sheet, number, [(shown.get(c.key), c.width) for c in form.COLUMNS])


def _labels(line: Line) -> dict[str, Any]:
    score, criterion = line.score, line.score.criterion
    texts = (criterion.rule_text, criterion.guidance, criterion.evidence_hint)
    papers = [f"{item.revision.document} ({item.revision.name})" for item in files_of(score)]
    return {
        "code": criterion.code, "field": str(criterion.field or ""), "name": criterion.name,
        "max_points": criterion.max_points, "method": _METHODS[criterion.method],
        "rule": "\n".join(text for text in texts if text), "self_points": score.self_points,
        "self_trace": score.self_trace, "evidence": "\n".join(papers), "locked": line.locked,
    }  # fmt: skip


def _facts(line: Line) -> dict[str, Any]:
    texts = form.texts_of(line.score, line.inputs)
    words = {
        "met": {place: word for word, place in form.MET_WORDS.items()},
        "option": {place: text for text, place in form.options_of(line.score).items()},
        "not_applicable": {"1": "Có"},
    }
    shown: dict[str, Any] = {}
    for name, text in texts.items():
        if name in form.NUMBERS and text:
            exact = len(text.replace(".", "")) <= _DIGITS
            shown[name] = Decimal(text) if exact else text.replace(".", ",")
        else:
            shown[name] = words.get(name, {}).get(text, text)
    return shown


def _add_lists(table: Any, lists: Any, lines: Sequence[Line]) -> None:
    """Offer a list in every open cell that takes one of a few words.

    Options are written on a sheet of their own: a list inside the cell holds 255 signs and
    divides at commas.
    """
    letters = {c.key: get_column_letter(place) for place, c in enumerate(form.COLUMNS, start=1)}
    simple = {"met": _list('"Đạt,Không đạt"'), "not_applicable": _list('"Có"')}
    for offered in simple.values():
        table.add_data_validation(offered)
    for number, line in enumerate(lines, start=form.HEADER_ROW + 1):
        for name, offered in simple.items():
            if name in line.inputs:
                offered.add(f"{letters[name]}{number}")
        if "option" in line.inputs:
            first = lists.max_row + 1
            for text in form.options_of(line.score):
                row = lists.max_row + 1
                _put(lists.cell(row, 1), line.score.criterion.code)
                _put(lists.cell(row, 2), text)
            area = f"'{form.LISTS}'!$B${first}:$B${lists.max_row}"
            choice = _list(area)
            choice.add(f"{letters['option']}{number}")
            table.add_data_validation(choice)


def _list(formula: str) -> DataValidation:
    return DataValidation(
        type="list", formula1=formula, allow_blank=True, showErrorMessage=True,
        errorTitle="Không có trong danh sách", error="Chọn một mục trong danh sách.",
    )  # fmt: skip


def _write_identity(sheet: Any, submission: Submission, lines: Sequence[Line]) -> None:
    identity = Identity.of(submission)
    marks = [
        Mark(
            line.score.criterion.code, line.score.version,
            form.digest_of(form.texts_of(line.score, line.inputs)),
        )
        for line in lines
    ]  # fmt: skip
    held = [(form.FORMAT_WORD, form.FORMAT)]
    held += [(word, getattr(identity, key)) for key, word in form.IDENTITY_WORDS.items()]
    held += [(form.CHECK_WORD, form.checksum(identity, marks))]
    for number, texts in enumerate(held, start=1):
        _write_texts(sheet, number, texts)
    for number, mark in enumerate(marks, start=len(held) + 1):
        _write_texts(sheet, number, (mark.code, str(mark.version), mark.digest))


def _write_texts(sheet: Any, number: int, texts: Sequence[str]) -> None:
    for place, text in enumerate(texts, start=1):
        cell = sheet.cell(number, place)
        _put(cell, text)
        cell.number_format = "@"
