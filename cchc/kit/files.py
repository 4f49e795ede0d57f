"""Look at an uploaded file before it is kept: what it is, whatever its name says (design 6).

Allowed are pdf, docx, xlsx, png and jpg. The bytes must agree with the name, Office files must be
well-formed packages of bounded size without macros, embedded objects, entities, DDE or parts
fetched from outside, PDFs passive, pictures whole from beginning to end and of bounded size, and
everything else is refused. Memory stays flat however large the file.
"""

import hashlib
import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import puremagic
from django.conf import settings
from django.utils.translation import gettext as _

from cchc.kit import file_shapes
from cchc.kit.packages import check_package
from cchc.kit.refusals import FileRefused, disagrees
from cchc.kit.text import squeeze
from cchc.kit.windows import Windowed, windowed

__all__ = [
    "ACCEPT", "CONTENT_TYPES", "PAPERS", "SCANNED_PAPERS", "Checked", "FileRefused", "clean_name",
    "inspect",
]  # fmt: skip

_OFFICE = "application/vnd.openxmlformats-officedocument"
#: What each accepted ending is served as.
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
}
ACCEPT = ",".join(f".{ending}" for ending in CONTENT_TYPES)
#: Endings of a signed paper: a decision, minutes.
PAPERS = ("pdf", "docx")
SCANNED_PAPERS = (*PAPERS, "png", "jpg", "jpeg")
_BEGINNINGS = {
    "pdf": b"%PDF-", "docx": b"PK\x03\x04", "xlsx": b"PK\x03\x04", "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff",
}  # fmt: skip
#: Endings under which puremagic may know the bytes of each kind.
_KNOWN_AS = {
    "pdf": {".pdf"}, "png": {".png"},
    "jpg": {".jpg", ".jpeg", ".jfif"}, "jpeg": {".jpg", ".jpeg", ".jfif"},
    "docx": {".docx", ".zip"}, "xlsx": {".xlsx", ".zip"},
}  # fmt: skip
_WHOLE = {
    "pdf": file_shapes.pdf_is_whole, "png": file_shapes.png_is_whole,
    "jpg": file_shapes.jpeg_is_whole, "jpeg": file_shapes.jpeg_is_whole,
}  # fmt: skip

_PIXELS = {
    "png": file_shapes.png_pixels, "jpg": file_shapes.jpeg_pixels, "jpeg": file_shapes.jpeg_pixels,
}  # fmt: skip

NAME_LENGTH = 150
_SLASHES = re.compile(r"[/\\]")


@dataclass(frozen=True)
class Checked:
    """What is known of a file that passed: clean name, size in bytes, SHA-256 and type."""

    name: str
    size: int
    sha256: str
    content_type: str


def inspect(
    upload: Any, *, endings: Container[str] = CONTENT_TYPES, max_bytes: int | None = None
) -> Checked:
    """Return the checked facts of an uploaded file, and leave it rewound.

    Raise FileRefused for an ending that is not allowed, an empty or oversize file (at most
    `max_bytes`, by default the setting EVIDENCE_MAX_BYTES), or bytes that disagree with the name.
    """
    name = clean_name(upload.name or "")
    ending = PurePosixPath(name).suffix.lstrip(".").lower()
    if ending not in CONTENT_TYPES:
        raise FileRefused(_("Only PDF, DOCX, XLSX, PNG and JPG files are accepted."))
    if ending not in endings:
        raise FileRefused(_("A .%s file is not accepted here.") % ending)
    _check_size(upload.size or 0, max_bytes or settings.EVIDENCE_MAX_BYTES)
    _check_bytes(upload, ending)
    with windowed(upload) as data:
        if ending in ("docx", "xlsx"):
            check_package(upload, data, ending, CONTENT_TYPES[ending])
        else:
            _check_shape(data, ending)
    digest, size = _digest(upload)
    return Checked(name=name, size=size, sha256=digest, content_type=CONTENT_TYPES[ending])


def clean_name(name: str) -> str:
    """Return the last part of a file name in NFC, without control or direction marks, cut short."""
    last = _SLASHES.split(name)[-1]
    visible = "".join(char for char in last if unicodedata.category(char) not in ("Cc", "Cf"))
    stem, dot, ending = squeeze(visible).lstrip(". ").rpartition(".")
    if not dot:
        return ending[:NAME_LENGTH]
    return f"{stem[: NAME_LENGTH - len(ending[:10]) - 1].rstrip('. ')}.{ending[:10]}"


def _check_size(size: int, limit: int) -> None:
    if size == 0:
        raise FileRefused(_("The file is empty."))
    if size > limit:
        raise FileRefused(
            _("The file is too large: at most %d MB are accepted.") % (limit // (1024 * 1024))
        )


def _check_bytes(upload: Any, ending: str) -> None:
    upload.seek(0)
    head = upload.read(2048)
    if not head.startswith(_BEGINNINGS[ending]):
        raise disagrees(ending)
    upload.seek(0)
    try:
        guesses = {guess.extension.lower() for guess in puremagic.magic_stream(upload)}
    except (puremagic.PureError, ValueError):
        guesses = set()
    upload.seek(0)
    if not guesses & _KNOWN_AS[ending]:
        raise disagrees(ending)


def _check_shape(data: Windowed, ending: str) -> None:
    """Refuse a PDF that acts, a picture of monstrous size, and more or less than one kind."""
    if not _WHOLE[ending](data):
        raise disagrees(ending)
    if ending == "pdf":
        if not file_shapes.pdf_is_passive(data):
            raise FileRefused(
                _("The PDF file holds scripts, actions or attached files; print it to PDF anew.")
            )
    elif _PIXELS[ending](data) > file_shapes.PIXELS:
        raise FileRefused(_("The picture unpacks to an unreasonable size; nothing was saved."))


def _digest(upload: Any) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    upload.seek(0)
    while block := upload.read(64 * 1024):
        digest.update(block)
        size += len(block)
    upload.seek(0)
    return digest.hexdigest(), size
