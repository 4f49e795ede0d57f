"""Which fonts papers are set in: as wide as Times New Roman, and with every Vietnamese letter.

Older releases of such fonts lack the letters with hooks, dots and two marks; a paper set in them
would borrow these from another font, letter by letter.
"""

from functools import cache
from pathlib import Path

from PIL import ImageFont

#: Families whose letters are as wide as those of Times New Roman.
_FAMILIES = ("Times New Roman", "Liberation Serif", "Tinos")
_LETTERS = "ăâđêôơưảạấầẩẫậẻẽẹếềểễệỉịỏọốồổỗộớờởỡợủụứừửữựỳỵỷỹĐƠƯẠẤ"
#: A code point that no font has: what a font shows for a letter it lacks.
_NOTHING = "\uffff"
UNITS = 1000


@cache
def fitting_folder(folders: tuple[str, ...]) -> str | None:
    """Return the first of the folders whose fonts fit, or None."""
    return next((folder for folder in folders if bold_face(folder)), None)


@cache
def bold_face(folder: str) -> ImageFont.FreeTypeFont | None:
    """Return the bold face of the folder's font at `UNITS` to the em, or None where none fits."""
    for path in sorted(Path(folder).glob("*.[ot]tf")):
        face = ImageFont.truetype(path, UNITS)
        family, style = face.getname()
        if family in _FAMILIES and style == "Bold" and _has_letters(face):
            return face
    return None


def _has_letters(face: ImageFont.FreeTypeFont) -> bool:
    nothing = bytes(face.getmask(_NOTHING))
    return all(bytes(face.getmask(letter)) != nothing for letter in _LETTERS)
