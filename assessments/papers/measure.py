"""How wide words stand on paper, for Word: its rules are a share of the words over them."""

import unicodedata
from functools import cache
from pathlib import Path
from unicodedata import combining

from django.conf import settings
from PIL import ImageFont

#: Fonts whose letters are as wide as those of Times New Roman.
_FAMILIES = ("Times New Roman", "Liberation Serif", "Tinos")
#: Without such a font: what bold capitals and other letters take of their size on the average.
_CAPITAL, _OTHER = 0.7, 0.45
_UNITS = 1000
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
    face, letters = _bold(str(settings.PAPER_FONTS)), _bare(text)
    share = face.getlength(letters) / _UNITS if face else sum(map(_guess, letters))
    return share * size * _POINT


def _bare(text: str) -> str:
    """Take the marks off: not every such font has all of Vietnamese, and no mark adds width."""
    return "".join(each for each in unicodedata.normalize("NFD", text) if not combining(each))


def _guess(letter: str) -> float:
    return _CAPITAL if letter.isupper() else _OTHER


@cache
def _bold(folder: str) -> ImageFont.FreeTypeFont | None:
    for path in sorted(Path(folder).glob("*.[ot]tf")):
        face = ImageFont.truetype(path, _UNITS)
        family, style = face.getname()
        if family in _FAMILIES and style == "Bold":
            return face
    return None
