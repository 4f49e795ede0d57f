"""How wide words stand on paper, for Word: its rules are a share of the words over them."""

import unicodedata
from unicodedata import combining

from django.conf import settings

from assessments.papers.fonts import UNITS, bold_face, fitting_folder

#: Without such a font: what bold capitals and other letters take of their size on the average.
_CAPITAL, _OTHER = 0.7, 0.45
_POINT = 25.4 / 72


def widest(*texts: str, size: int, within: float) -> float:
    """Return the mm of the widest line of bold `texts`, each broken at `within` mm."""
    return min(within, max(_longest(text, size, within) for text in texts))


def _longest(text: str, size: int, within: float) -> float:
    lines, found = [""], 0.0
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if _width(longer, size) > within:
            lines.append(word)
        else:
            lines[-1] = longer
        found = max(found, _width(lines[-1], size))
    return found


def _width(text: str, size: int) -> float:
    folder = fitting_folder(tuple(settings.PAPER_FONTS))
    face, letters = (bold_face(folder) if folder else None), _bare(text)
    share = face.getlength(letters) / UNITS if face else sum(map(_guess, letters))
    return share * size * _POINT


def _bare(text: str) -> str:
    """Take the marks off: none adds width, and the guess knows bare letters only."""
    return "".join(each for each in unicodedata.normalize("NFD", text) if not combining(each))


def _guess(letter: str) -> float:
    return _CAPITAL if letter.isupper() else _OTHER
