"""The minutes as Word, for the secretariat that finishes them by hand: the structure of the PDF."""

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Pt

from assessments.papers import word
from assessments.papers import word_parts as parts
from assessments.papers.minutes import Decided, Minutes, UnitPart
from assessments.papers.words import MinutesWords

_WIDTHS = (46, 13, 16, 24, 19, 47)


def minutes_docx(minutes: Minutes) -> bytes:
    """Return the minutes as a Word document."""
    paper = Document()
    words = minutes.words
    parts.set_page(paper, title=minutes.subject, marks=minutes.marks)
    word.masthead(paper, minutes.heading, minutes.marks)
    word.named(paper, words.kind, minutes.subject)
    word.bases(paper, minutes.bases)
    if minutes.omission:
        word.body(paper, minutes.omission, italic=True)
    word.body(paper, f"{words.begun}{minutes.begun}.")
    word.body(paper, f"{words.place}{minutes.place}.")
    _attendance(paper, minutes)
    word.head(paper, words.agenda)
    _numbered(paper, minutes.agenda or (), otherwise=words.no_agenda)
    _course(paper, minutes)
    for head, lines in (
        (words.left_out, minutes.left_out), (words.adjustments, minutes.adjustments),
    ):  # fmt: skip
        word.head(paper, head)
        for text in lines or (words.nothing,):
            word.body(paper, text)
    word.body(paper, minutes.closing)
    _signatures(paper, minutes)
    stream = io.BytesIO()
    paper.save(stream)
    return stream.getvalue()


def _numbered(paper: Any, lines: tuple[str, ...], *, otherwise: str = "") -> None:
    for place, text in enumerate(lines, start=1):
        word.body(paper, f"{place}. {text}")
    if not lines and otherwise:
        word.body(paper, otherwise)


def _attendance(paper: Any, minutes: Minutes) -> None:
    words = minutes.words
    word.head(paper, words.who)
    word.body(paper, minutes.present_head)
    _numbered(paper, minutes.present, otherwise=words.unrecorded)
    if minutes.absent:
        word.body(paper, words.absent)
        _numbered(paper, minutes.absent)
    elif minutes.present:
        word.body(paper, words.nobody_absent)
    word.body(paper, f"{words.chair}{minutes.chair}.")
    word.body(paper, f"{words.secretary}{minutes.secretary}.")


def _course(paper: Any, minutes: Minutes) -> None:
    words = minutes.words
    word.head(paper, words.course)
    for text in minutes.proceedings:
        word.body(paper, text)
    if not any(unit.rows for unit in minutes.units):
        word.body(paper, words.no_decision)
    for place, unit in enumerate(minutes.units, start=1):
        word.head(paper, f"{place}. {unit.name}")
        _unit(paper, unit, words)


def _unit(paper: Any, unit: UnitPart, words: MinutesWords) -> None:
    if unit.without:
        kept = word.body(paper, unit.without, italic=True)
        kept.paragraph_format.keep_with_next = True
    if unit.rows:
        _decisions(paper, unit.rows, words)
    if unit.open:
        made = word.body(paper, f"{words.waiting}{'; '.join(unit.open)}.")
        made.paragraph_format.space_before = Pt(6)


def _decisions(paper: Any, rows: tuple[Decided, ...], words: MinutesWords) -> None:
    heads = (
        words.name, words.maximum, words.claimed, words.appraised, words.decided, words.notes,
    )  # fmt: skip
    table = parts.grid(paper, rows=len(rows) + 1, widths=_WIDTHS)
    shown = list(table.rows)
    parts.repeat_on_each_page(shown[0])
    for cell, text in zip(shown[0].cells, heads, strict=True):
        parts.fill(cell, (text,), bold=True, align=ALIGN.CENTER)
    for place, row in zip(shown[1:], rows, strict=True):
        name, *figures, notes = place.cells
        parts.fill(name, (f"{row.code}. {row.name}",), align=ALIGN.LEFT)
        said = (row.maximum, row.claimed, row.appraised, row.decided)
        for cell, text in zip(figures, said, strict=True):
            parts.fill(cell, (text,), bold=text is row.decided, align=ALIGN.RIGHT)
        parts.fill(notes, row.notes, align=ALIGN.LEFT)


def _signatures(paper: Any, minutes: Minutes) -> None:
    paper.add_paragraph()
    words = minutes.words
    signed = ((words.left_sign, minutes.secretary), (words.right_sign, minutes.chair))
    for cell, (title, name) in zip(parts.columns(paper, 82, 83), signed, strict=True):
        parts.line(cell, title, size=13, bold=True)
        parts.line(cell, name, size=13, bold=True).paragraph_format.space_before = Pt(72)
    made = parts.line(
        paper, words.recipients, size=12, bold=True, italic=True, align=ALIGN.LEFT
    )  # fmt: skip
    made.paragraph_format.space_before = Pt(12)
    for text in minutes.recipients:
        parts.line(paper, text, size=11, align=ALIGN.LEFT)
