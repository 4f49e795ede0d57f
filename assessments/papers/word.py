"""The report as Word, for offices that finish it by hand: the same structure as the PDF."""

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from assessments.papers import word_parts as parts
from assessments.papers.measure import widest
from assessments.papers.report import Report, Row

_WIDTHS = (14, 56, 15, 15, 65)
#: The columns of the masthead and the whole line, in mm, and what a rule takes of its words.
_LEFT, _RIGHT, _LINE = 60, 105, 165
_SHARE = 0.42
#: Characters from which on a row may break between pages: it would leave half of one empty.
_BREAKS_FROM = 800


def report_docx(report: Report) -> bytes:
    """Return the report as a Word document."""
    paper = Document()
    words = report.words
    parts.set_page(paper, title=report.subject, marks=report.marks)
    _masthead(paper, report)
    _name(paper, report)
    _bases(paper, report.bases)
    _body(paper, report.opening)
    _head(paper, words.scores)
    _score_table(paper, report)
    _body(paper, report.total).paragraph_format.space_before = Pt(6)
    _head(paper, words.explained)
    _explanations(paper, report)
    _head(paper, words.wishes)
    for head, texts in (
        (words.difficulties, report.difficulties), (words.proposals, report.proposals),
    ):  # fmt: skip
        _head(paper, head)
        for text in texts or (words.nothing,):
            _body(paper, text)
    _body(paper, report.closing)
    _signature(paper, report)
    stream = io.BytesIO()
    paper.save(stream)
    return stream.getvalue()


def _masthead(paper: Any, report: Report) -> None:
    left, right = parts.columns(paper, _LEFT, _RIGHT)
    heading = report.heading
    if heading.parent:
        parts.line(left, heading.parent, size=12)
    for text in heading.body:
        parts.line(left, text, size=12, bold=True)
    if heading.body:
        width = widest(*heading.body, size=12, within=_LEFT)
        parts.rule(left, width=_SHARE * width, of=_LEFT)
    parts.line(left, heading.number, size=13)
    if heading.number_note:
        parts.line(left, heading.number_note, size=10, italic=True)
    parts.line(right, heading.nation, size=12, bold=True)
    parts.line(right, heading.motto, size=13, bold=True)
    parts.rule(right, width=widest(heading.motto, size=13, within=_RIGHT), of=_RIGHT)
    parts.line(right, heading.place_and_date, size=13, italic=True)
    for mark in report.marks:
        parts.framed(paper, mark, width=widest(mark, size=11, within=_LINE), of=_LINE)


def _name(paper: Any, report: Report) -> None:
    for text, before in ((report.words.kind, 12), (report.subject, 0)):
        made = parts.line(paper, text, size=13, bold=True)
        made.paragraph_format.space_before = Pt(before)
    width = widest(report.subject, size=13, within=_LINE)
    parts.rule(paper, width=_SHARE * width, of=_LINE)


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


def _explanations(paper: Any, report: Report) -> None:
    if not report.unbacked:
        _body(paper, report.words.all_backed)
    for leaf in report.unbacked:
        first, *rest = leaf.reason or (report.words.unexplained,)
        _body(paper, first, bold=f"{leaf.code}. {leaf.name}: ")
        for text in rest:
            _body(paper, text)


def _score_table(paper: Any, report: Report) -> None:
    words, rows = report.words, report.rows
    heads = (words.code, words.name, words.maximum, words.points, words.notes)
    table = parts.grid(paper, rows=len(rows) + 1, widths=_WIDTHS)
    # A row's cells are looked up once: asking the table for each costs the square of its rows.
    shown = list(table.rows)
    parts.repeat_on_each_page(shown[0])
    for cell, text in zip(shown[0].cells, heads, strict=True):
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
    parts.line(left, report.words.recipients, size=12, bold=True, italic=True, align=ALIGN.LEFT)
    for text in report.recipients:
        parts.line(left, text, size=11, align=ALIGN.LEFT)
    for text in report.signature.lines:
        parts.line(right, text, size=13, bold=True)
    parts.line(right, report.signature.name, size=13, bold=True).paragraph_format.space_before = Pt(
        72
    )
