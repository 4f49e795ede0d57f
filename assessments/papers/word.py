"""The report as Word, for offices that finish it by hand: the same structure as the PDF."""

import io
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from assessments.papers import word_parts as parts
from assessments.papers.report import Report, Row, Unbacked

_WIDTHS = (14, 56, 15, 15, 65)
_HEADS = (
    "Mã", "Lĩnh vực, tiêu chí", "Điểm tối đa", "Điểm tự chấm",
    "Cách tính, giải trình, tài liệu kiểm chứng",
)  # fmt: skip
#: Characters from which on a row may break between pages: it would leave half of one empty.
_BREAKS_FROM = 800


def report_docx(report: Report) -> bytes:
    """Return the report as a Word document."""
    paper = Document()
    parts.set_page(paper, title=report.subject, marks=_marks(report))
    _masthead(paper, report)
    _name(paper, report)
    _bases(paper, report.bases)
    _body(paper, report.opening)
    _head(paper, "I. BẢNG ĐIỂM TỰ ĐÁNH GIÁ")
    _score_table(paper, report.rows)
    _body(paper, report.total).paragraph_format.space_before = Pt(6)
    _head(paper, "II. GIẢI TRÌNH CÁC TIÊU CHÍ KHÔNG CÓ TÀI LIỆU KIỂM CHỨNG")
    _explanations(paper, report.unbacked)
    _head(paper, "III. KHÓ KHĂN, VƯỚNG MẮC VÀ ĐỀ XUẤT, KIẾN NGHỊ")
    _texts(paper, "1. Khó khăn, vướng mắc", report.difficulties)
    _texts(paper, "2. Đề xuất, kiến nghị", report.proposals)
    _body(paper, report.closing)
    _signature(paper, report)
    stream = io.BytesIO()
    paper.save(stream)
    return stream.getvalue()


def _marks(report: Report) -> list[str]:
    found = ["DỰ THẢO"] if report.draft else []
    return [*found, *(["Dữ liệu minh họa"] if report.illustrative else [])]


def _masthead(paper: Any, report: Report) -> None:
    left, right = parts.columns(paper, 60, 105)
    heading = report.heading
    if heading.parent:
        parts.line(left, heading.parent, size=12)
    for text in heading.body:
        parts.line(left, text, size=12, bold=True)
    parts.rule(left, width=24, of=60)
    parts.line(left, heading.number, size=13)
    if heading.number_note:
        parts.line(left, heading.number_note, size=10, italic=True)
    parts.line(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12, bold=True)
    parts.line(right, "Độc lập - Tự do - Hạnh phúc", size=13, bold=True)
    parts.rule(right, width=58, of=105)
    parts.line(right, heading.place_and_date, size=13, italic=True)
    for mark in _marks(report):
        parts.framed(paper, mark.upper())


def _name(paper: Any, report: Report) -> None:
    for text, before in (("BÁO CÁO", 12), (report.subject, 0)):
        made = parts.line(paper, text, size=13, bold=True)
        made.paragraph_format.space_before = Pt(before)
    parts.rule(paper, width=45, of=165)


def _bases(paper: Any, bases: tuple[str, ...]) -> None:
    for place, text in enumerate(bases, start=1):
        _body(paper, text + ("." if place == len(bases) else ";"), italic=True)


def _body(paper: Any, text: str, *, bold: str = "", italic: bool = False) -> Paragraph:
    made = paper.add_paragraph()
    made.alignment = ALIGN.JUSTIFY
    made.paragraph_format.first_line_indent = Mm(10)
    made.paragraph_format.space_after = Pt(6)
    if bold:
        parts.run(made, bold, bold=True)
    parts.run(made, text, italic=italic)
    return made  # type: ignore[no-any-return]


def _head(paper: Any, text: str) -> None:
    made = paper.add_paragraph()
    made.paragraph_format.keep_with_next = True
    made.paragraph_format.space_before = made.paragraph_format.space_after = Pt(6)
    parts.run(made, text, bold=True)


def _texts(paper: Any, head: str, texts: Iterable[str]) -> None:
    _head(paper, head)
    for text in tuple(texts) or ("Không có.",):
        _body(paper, text)


def _explanations(paper: Any, leaves: tuple[Unbacked, ...]) -> None:
    if not leaves:
        _body(paper, "Các tiêu chí do đơn vị tự chấm đều có tài liệu kiểm chứng.")
    for leaf in leaves:
        first, *rest = leaf.reason or ("chưa giải trình.",)
        _body(paper, first, bold=f"{leaf.code}. {leaf.name}: ")
        for text in rest:
            _body(paper, text)


def _score_table(paper: Any, rows: tuple[Row, ...]) -> None:
    table = parts.grid(paper, rows=len(rows) + 1, widths=_WIDTHS)
    # A row's cells are looked up once: asking the table for each costs the square of its rows.
    shown = list(table.rows)
    parts.repeat_on_each_page(shown[0])
    for cell, text in zip(shown[0].cells, _HEADS, strict=True):
        parts.fill(cell, (text,), bold=True, align=ALIGN.CENTER)
    for place, row in zip(shown[1:], rows, strict=True):
        _fill_row(list(place.cells), row)
        if sum(map(len, row.notes)) < _BREAKS_FROM:
            parts.keep_whole(place)


def _fill_row(cells: list[Any], row: Row) -> None:
    dress = {"bold": row.kind in ("field", "total"), "italic": row.kind == "criterion"}
    if row.kind == "total":
        cells[0] = cells[1] = cells[0].merge(cells[1])
    else:
        parts.fill(cells[0], (row.code,), align=ALIGN.CENTER, **dress)
    align = ALIGN.CENTER if row.kind == "total" else ALIGN.LEFT
    parts.fill(cells[1], (row.name,), align=align, **dress)
    parts.fill(cells[2], (row.maximum,), align=ALIGN.RIGHT, **dress)
    parts.fill(cells[3], (row.points,), align=ALIGN.RIGHT, **dress)
    parts.fill(cells[4], row.notes, align=ALIGN.LEFT)


def _signature(paper: Any, report: Report) -> None:
    paper.add_paragraph()
    left, right = parts.columns(paper, 70, 95)
    parts.line(left, "Nơi nhận:", size=12, bold=True, italic=True, align=ALIGN.LEFT)
    for text in report.recipients:
        parts.line(left, text, size=11, align=ALIGN.LEFT)
    for text in report.signature.lines:
        parts.line(right, text, size=13, bold=True)
    parts.line(right, report.signature.name, size=13, bold=True).paragraph_format.space_before = Pt(
        72
    )
