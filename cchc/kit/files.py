"""Look at an uploaded file before it is kept: what it is, whatever its name says (design 6).

Allowed are pdf, docx, xlsx, png and jpg. The bytes must agree with the name, Office files must be
well-formed packages of bounded size without macros, embedded objects or parts fetched from
outside, PDFs passive, pictures whole from beginning to end, and everything else is refused.
"""

import hashlib
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Container
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from xml.etree.ElementTree import ParseError

import puremagic
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cchc.kit import file_shapes
from cchc.kit.text import squeeze

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

NAME_LENGTH = 150
UNPACKED_BYTES = 200 * 1024 * 1024
PACKED_RATIO = 200
PACKAGE_PARTS = 4000
_CONTENTS_BYTES = 1024 * 1024
_RELATIONS_BYTES = 8 * 1024 * 1024
_UNREADABLE = (KeyError, NotImplementedError, RuntimeError, OSError, EOFError)
_SLASHES = re.compile(r"[/\\]")


class FileRefused(ValueError):
    """A file that is not kept; the message is a sentence for the person who sent it."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


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
    if ending in ("docx", "xlsx"):
        _check_package(upload, ending)
    else:
        _check_shape(upload, ending)
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


def _disagrees(ending: str) -> FileRefused:
    return FileRefused(
        _("The content of the file is not that of a .%s file; nothing was saved.") % ending
    )


def _check_bytes(upload: Any, ending: str) -> None:
    upload.seek(0)
    head = upload.read(2048)
    if not head.startswith(_BEGINNINGS[ending]):
        raise _disagrees(ending)
    upload.seek(0)
    try:
        guesses = {guess.extension.lower() for guess in puremagic.magic_stream(upload)}
    except (puremagic.PureError, ValueError):
        guesses = set()
    upload.seek(0)
    if not guesses & _KNOWN_AS[ending]:
        raise _disagrees(ending)


def _check_shape(upload: Any, ending: str) -> None:
    """Refuse a PDF that acts and a file that is more, or less, than its kind; both in memory."""
    upload.seek(0)
    data = upload.read()
    upload.seek(0)
    if not _WHOLE[ending](data):
        raise _disagrees(ending)
    if ending == "pdf" and not file_shapes.pdf_is_passive(data):
        raise FileRefused(
            _("The PDF file holds scripts, actions or attached files; print it to PDF anew.")
        )


def _check_package(upload: Any, ending: str) -> None:
    try:
        with zipfile.ZipFile(upload) as package:
            parts = package.infolist()
            _check_parts(parts)
            contents = package.getinfo("[Content_Types].xml")
            if contents.file_size > _CONTENTS_BYTES:
                raise _disagrees(ending)
            _check_contents(package.read(contents), {part.filename for part in parts}, ending)
            _check_relations(package, ending)
    except (zipfile.BadZipFile, zlib.error, *_UNREADABLE) as error:
        raise _disagrees(ending) from error
    finally:
        upload.seek(0)


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if len(parts) > PACKAGE_PARTS or unpacked > UNPACKED_BYTES or unpacked / packed > PACKED_RATIO:
        raise FileRefused(_("The file unpacks to an unreasonable size; nothing was saved."))
    for part in parts:
        if part.flag_bits & 1:
            raise FileRefused(_("The file is protected by a password; nothing was saved."))
        name = part.filename.lower().replace("\\", "/")
        if file_shapes.part_has_macros(name):
            raise _macros()
        if file_shapes.part_is_object(name):
            raise _objects()
        if part.filename.startswith("/") or ".." in _SLASHES.split(part.filename):
            raise FileRefused(_("The file is not a well-formed Office document."))


def _check_contents(xml: bytes, names: set[str], ending: str) -> None:
    try:
        tree = fromstring(xml)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise _disagrees(ending) from error
    types = {item.get("ContentType", ""): item.get("PartName", "") for item in tree}
    kinds = " ".join(types).lower()
    if any(mark in kinds for mark in ("macroenabled", "vbaproject", "macrosheet")):
        raise _macros()
    if "activex" in kinds:
        raise _objects()
    main = types.get(f"{CONTENT_TYPES[ending]}.main+xml", "")
    if not main or main.lstrip("/") not in names:
        raise _disagrees(ending)


def _check_relations(package: zipfile.ZipFile, ending: str) -> None:
    """Look through every relationships part: what it leads to counts, not the part's name."""
    parts = [part for part in package.infolist() if part.filename.lower().endswith(".rels")]
    if sum(part.file_size for part in parts) > _RELATIONS_BYTES:
        raise _disagrees(ending)
    for part in parts:
        try:
            found = file_shapes.relations(package.read(part))
        except ValueError as error:
            raise _disagrees(ending) from error
        if file_shapes.relations_have_macros(found):
            raise _macros()
        if file_shapes.relations_load(found):
            raise _objects()


def _macros() -> FileRefused:
    return FileRefused(_("The file contains macros; save it without them."))


def _objects() -> FileRefused:
    return FileRefused(
        _("The file carries embedded objects or loads other files; save it without them.")
    )


def _digest(upload: Any) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    upload.seek(0)
    while block := upload.read(64 * 1024):
        digest.update(block)
        size += len(block)
    upload.seek(0)
    return digest.hexdigest(), size
