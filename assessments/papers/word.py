"""The report as Word, for offices that finish it by hand: the same structure as the PDF."""

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from assessments.papers import word_parts as parts
from assessments.papers.heading import Heading
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
    masthead(paper, report.heading, report.marks)
    named(paper, report.words.kind, report.subject)
    bases(paper, report.bases)
    body(paper, report.opening)
    head(paper, words.scores)
    _score_table(paper, report)
    body(paper, report.total).paragraph_format.space_before = Pt(6)
    head(paper, words.explained)
    _explanations(paper, report)
    head(paper, words.wishes)
    for name, texts in (
        (words.difficulties, report.difficulties), (words.proposals, report.proposals),
    ):  # fmt: skip
        head(paper, name)
        for text in texts or (words.nothing,):
            body(paper, text)
    body(paper, report.closing)
    _signature(paper, report)
    stream = io.BytesIO()
    paper.save(stream)
    return stream.getvalue()


def masthead(paper: Any, heading: Heading, marks: tuple[str, ...]) -> None:
    """Add the head of page 1: who issues, nation and motto, number, place and date, marks."""
    left, right = parts.columns(paper, _LEFT, _RIGHT)
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
    if heading.place_and_date:
        parts.line(right, heading.place_and_date, size=13, italic=True)
    for mark in marks:
        parts.framed(paper, mark, width=widest(mark, size=11, within=_LINE), of=_LINE)


def named(paper: Any, kind: str, subject: str) -> None:
    """Add the kind of the paper and its subject, with the rule under it."""
    for text, before in ((kind, 12), (subject, 0)):
        made = parts.line(paper, text, size=13, bold=True)
        made.paragraph_format.space_before = Pt(before)
    width = widest(subject, size=13, within=_LINE)
    parts.rule(paper, width=_SHARE * width, of=_LINE)


def bases(paper: Any, lines: tuple[str, ...]) -> None:
    """Add the papers on which this one rests, one per line, in italics."""
    for place, text in enumerate(lines, start=1):
        body(paper, text + ("." if place == len(lines) else ";"), italic=True)


def body(paper: Any, text: str, *, bold: str = "", italic: bool = False) -> Paragraph:
    """Add a paragraph of the text, `bold` before it."""
    made = paper.add_paragraph()
    made.alignment = ALIGN.JUSTIFY
    made.paragraph_format.first_line_indent = Mm(10)
    made.paragraph_format.space_after = Pt(6)
    if bold:
        parts.run(made, bold, bold=True)
    parts.run(made, text, italic=italic)
    return made  # type: ignore[no-any-return]


def head(paper: Any, text: str) -> None:
    """Add a heading that stays with what follows it."""
    made = paper.add_paragraph()
    made.paragraph_format.keep_with_next = True
    made.paragraph_format.space_before = made.paragraph_format.space_after = Pt(6)
    parts.run(made, text, bold=True)


def _explanations(paper: Any, report: Report) -> None:
    if not report.unbacked:
        body(paper, report.words.all_backed)
    for leaf in report.unbacked:
        first, *rest = leaf.reason or (report.words.unexplained,)
        body(paper, first, bold=f"{leaf.code}. {leaf.name}: ")
        for text in rest:
            body(paper, text)


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
