"""What stands where on a page of a PDF: lines of text and rules, in points."""

from collections import defaultdict
from ctypes import c_double
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

#: A wider gap than between two words parts the columns of a heading.
_GAP = 14


@dataclass(frozen=True)
class Line:
    """A stretch of text on one baseline."""

    text: str
    left: float
    right: float
    baseline: float


@dataclass(frozen=True)
class Rule:
    """A horizontal stroke."""

    left: float
    right: float
    height: float

    @property
    def width(self) -> float:
        """Return its length."""
        return self.right - self.left


def lines_of(page: Any) -> list[Line]:
    """Return the lines of a page, from its top, those of two columns apart."""
    text, rows = page.get_textpage(), defaultdict(list)
    for place in range(text.count_chars()):
        x, y = c_double(), c_double()
        pdfium.FPDFText_GetCharOrigin(text, place, x, y)
        if text.get_text_range(place, 1).strip():
            left, _bottom, right, _top = text.get_charbox(place, loose=True)
            rows[round(y.value, 1)].append((left, right, text.get_text_range(place, 1)))
    return [line for y in sorted(rows, reverse=True) for line in _columns(sorted(rows[y]), y)]


def _columns(letters: list[tuple[float, float, str]], y: float) -> list[Line]:
    found: list[Line] = []
    for left, right, letter in letters:
        if found and left - found[-1].right < _GAP:
            last = found.pop()
            space = " " if left - last.right > 1 else ""
            found.append(Line(last.text + space + letter, last.left, max(last.right, right), y))
        else:
            found.append(Line(letter, left, right, y))
    return found


def heading_rules(page: Any) -> list[Rule]:
    """Return the rules under the issuing body, the motto and the subject, left to right, down."""
    end = next(line.baseline for line in lines_of(page) if line.text.startswith("Căn cứ"))
    found = []
    for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = thing.get_bounds()
        if top - bottom < 2 and bottom > end:
            found.append(Rule(left, right, bottom))
    subject = min(found, key=lambda rule: rule.height)
    return [*sorted((rule for rule in found if rule != subject), key=lambda r: r.left), subject]


def width_over(page: Any, rule: Rule) -> float:
    """Return the width of the widest of the lines that the rule stands under.

    They are centred over it, and no further from each other than the lines of one heading.
    """
    centre, height, found = (rule.left + rule.right) / 2, rule.height, []
    for line in reversed(lines_of(page)):
        over = abs((line.left + line.right) / 2 - centre) < 2 and line.baseline > height
        if over and line.baseline - height < 20 and line.text not in _OTHERS:
            found.append(line.right - line.left)
            height = line.baseline
    return max(found)


#: Lines over a rule that are no part of what it underlines.
_OTHERS = (
    "BÁO CÁO",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "ỦY BAN NHÂN DÂN THÀNH",
    "PHỐ HỒ CHÍ MINH",
)
