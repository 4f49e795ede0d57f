"""The annexes as Word, for the office that joins them to the decision: the structure of the PDF."""

import io
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from assessments.papers import word_parts as parts
from assessments.papers.annex import Annex, Annexes
from assessments.papers.measure import widest

#: Columns in mm and how they stand: of the ranked units, and of the others.
_RANKED = (11, 19, 60, 25, 25, 25)
_OTHERS = (11, 49, 25, 25, 55)
_C, _L, _R = ALIGN.CENTER, ALIGN.LEFT, ALIGN.RIGHT
_LINE, _SHARE = 165, 0.42


def annex_docx(made: Annexes) -> bytes:
    """Return the annexes as one Word document, a section with its own page numbers for each."""
    paper = Document()
    parts.set_page(paper, title=made.title, marks=made.marks)
    for place, part in enumerate(made.annexes):
        section = paper.add_section(WD_SECTION.NEW_PAGE) if place else paper.sections[0]
        _count_from_one(section)
        _head(paper, part, made)
        _tables(paper, part, made)
        for text in part.notes:
            parts.line(paper, f"* {text}", size=12, align=_L)
    stream = io.BytesIO()
    paper.save(stream)
    return stream.getvalue()


def _count_from_one(section: Any) -> None:
    numbers = OxmlElement("w:pgNumType")
    numbers.set(qn("w:start"), "1")
    for old in section._sectPr.findall(qn("w:pgNumType")):
        section._sectPr.remove(old)
    section._sectPr.insert_element_before(numbers, "w:cols", "w:titlePg", "w:docGrid")


def _head(paper: Any, part: Annex, made: Annexes) -> None:
    for mark in made.marks:
        parts.framed(paper, mark, width=widest(mark, size=11, within=_LINE), of=_LINE)
    names = (part.heading, made.title, part.group.upper())
    for text in names:
        parts.line(paper, text, size=14, bold=True)
    width = widest(*names[1:], size=14, within=_LINE)
    parts.rule(paper, width=_SHARE * width, of=_LINE)
    line = parts.line(paper, made.attached, size=14, italic=True)
    line.paragraph_format.space_after = Pt(12)


def _tables(paper: Any, part: Annex, made: Annexes) -> None:
    words = made.words
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    if part.ranked:
        heads = (words.number, words.rank, words.unit, words.index, words.band, words.note)
        rows = [(r.number, r.rank, r.unit, r.index, r.band, r.note) for r in part.ranked]
        _table(paper, _RANKED, (_C, _C, _L, _R, _C, _L), [heads, *rows])
    else:
        parts.line(paper, words.nothing, size=13, align=_L)
    if part.others:
        line = parts.line(paper, words.others, size=13, bold=True, align=_L)
        line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(8)
        line.paragraph_format.keep_with_next = True
        heads = (words.number, words.unit, words.index, words.band, words.reason)
        rows = [(r.number, r.unit, r.index, r.band, r.note) for r in part.others]
        _table(paper, _OTHERS, (_C, _L, _R, _C, _L), [heads, *rows])
    paper.add_paragraph().paragraph_format.space_after = Pt(0)


def _table(
    paper: Any, widths: tuple[int, ...], aligns: tuple[Any, ...], rows: Iterable[Iterable[str]]
) -> None:
    lines = list(rows)
    table = parts.grid(paper, rows=len(lines), widths=widths)
    for place, (row, texts) in enumerate(zip(table.rows, lines, strict=True)):
        parts.keep_whole(row)
        for cell, text, align in zip(row.cells, texts, aligns, strict=True):
            parts.fill(cell, (text,), bold=place == 0, align=_C if place == 0 else align)
    parts.repeat_on_each_page(table.rows[0])
