"""Pieces of an official paper in Word: page, heading columns, rules, tables (Nghị định 30/2020)."""

from collections.abc import Iterable
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, Twips
from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
#: A4 and its margins (top, bottom, left, right) in twips: 20, 20, 30 and 15 mm.
_PAGE, _MARGINS = (11906, 16838), (1134, 1134, 1701, 850)


def set_page(paper: Any, *, title: str, marks: Iterable[str]) -> None:
    """Set page, fonts and the page number in the top margin, hidden on page 1."""
    section = paper.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Twips(side) for side in _PAGE)
    section.top_margin, section.bottom_margin = Twips(_MARGINS[0]), Twips(_MARGINS[1])
    section.left_margin, section.right_margin = Twips(_MARGINS[2]), Twips(_MARGINS[3])
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    normal = paper.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(13)
    for kind in ("w:eastAsia", "w:cs"):
        normal.element.rPr.rFonts.set(qn(kind), FONT)
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1.0
    paper.core_properties.title = title[:255]
    paper.core_properties.author = ""
    paper.core_properties.language = "vi-VN"
    _number_pages(section.header, " – ".join(marks))


def _number_pages(header: Any, mark: str) -> None:
    made = header.paragraphs[0]
    made.alignment = ALIGN.CENTER
    _field(made, "PAGE")
    if mark:
        below = header.add_paragraph()
        below.alignment = ALIGN.RIGHT
        run(below, mark, size=10, italic=True)


def _field(paragraph: Paragraph, code: str) -> None:
    element = OxmlElement("w:fldSimple")
    element.set(qn("w:instr"), code)
    paragraph._p.append(element)


def run(
    paragraph: Paragraph, text: str, *, size: int = 13, bold: bool = False, italic: bool = False
) -> None:
    """Add a stretch of text to a paragraph."""
    made = paragraph.add_run(text)
    made.bold, made.italic, made.font.size = bold or None, italic or None, Pt(size)


def line(
    holder: Any, text: str, *, size: int, bold: bool = False, italic: bool = False,
    align: Any = ALIGN.CENTER,
) -> Paragraph:  # fmt: skip
    """Add a line of a heading to the paper or to a cell, whose first, empty one it fills."""
    made = _next_paragraph(holder)
    made.alignment = align
    run(made, text, size=size, bold=bold, italic=italic)
    return made


def _next_paragraph(holder: Any) -> Paragraph:
    last = holder.paragraphs[-1] if holder.paragraphs else None
    is_fresh_cell = hasattr(holder, "_tc") and len(holder.paragraphs) == 1
    if last is not None and is_fresh_cell and not last.text:
        return last  # type: ignore[no-any-return]
    return holder.add_paragraph()  # type: ignore[no-any-return]


def rule(holder: Any, *, width: float, of: int) -> None:
    """Draw a rule of `width` mm in the middle of a column of `of` mm."""
    made = holder.add_paragraph()
    side = Mm((of - width) / 2)
    made.paragraph_format.left_indent = made.paragraph_format.right_indent = side
    made.paragraph_format.line_spacing = Pt(4)
    made.paragraph_format.space_before = made.paragraph_format.space_after = Pt(4)
    _border(made, "w:top")


def framed(paper: Any, text: str, *, width: float, of: int) -> None:
    """Add a text of `width` mm in a frame with room to spare, at the left of a line of `of` mm."""
    made = paper.add_paragraph()
    made.paragraph_format.right_indent = Mm(max(0, of - 1.2 * width - 8))
    made.paragraph_format.left_indent = Mm(2)
    made.paragraph_format.space_before = Pt(4)
    made.alignment = ALIGN.CENTER
    run(made, text, size=11, bold=True)
    _border(made, "w:top", "w:left", "w:bottom", "w:right")


def _border(paragraph: Paragraph, *sides: str) -> None:
    borders = OxmlElement("w:pBdr")
    for side in sides:
        edge = OxmlElement(side)
        for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
            edge.set(qn(f"w:{name}"), value)
        borders.append(edge)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def columns(paper: Any, *widths: int) -> list[Any]:
    """Add cells side by side without lines, of `widths` mm."""
    table = paper.add_table(rows=1, cols=len(widths))
    _fix(table, widths)
    _unpad(table)
    return list(table.rows[0].cells)


def _unpad(table: Any) -> None:
    """Let the cells have their whole width for text: rules in them are measured by it."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        edge = OxmlElement(side)
        edge.set(qn("w:w"), "0")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")


def grid(paper: Any, *, rows: int, widths: tuple[int, ...]) -> Any:
    """Add a table with lines, of fixed `widths` in mm."""
    table = paper.add_table(rows=rows, cols=len(widths), style="Table Grid")
    _fix(table, widths)
    return table


def _fix(table: Any, widths: tuple[int, ...]) -> None:
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)


def repeat_on_each_page(row: Any) -> None:
    """Let the head of a table stand on every page that the table reaches."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def keep_whole(row: Any) -> None:
    """Let a row go to the next page rather than break."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def fill(
    cell: Any, texts: Iterable[str], *, bold: bool = False, italic: bool = False, align: Any
) -> None:
    """Write paragraphs into a cell of a table."""
    for text in texts:
        line(cell, text, size=11, bold=bold, italic=italic, align=align)
