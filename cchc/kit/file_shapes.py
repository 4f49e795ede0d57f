"""Judge the inside of PDF, PNG and JPEG files and of Office relationships (design 6).

These look at bytes and structure only; nothing is drawn, run or fetched.
"""

import io
import re
import zipfile
import zlib
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_PADDING = 512
_SNIFFED = 2048
_HASHED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"\bstream\r?\n.*?endstream", re.DOTALL)
#: Long names are sought everywhere; they do not arise in compressed bytes by chance.
_ACTIVE = re.compile(rb"/(?:JavaScript|EmbeddedFile|Launch)")
_SCRIPT_KEY = re.compile(rb"/JS(?![A-Za-z0-9])")
_OPENS = re.compile(rb"/OpenAction\s*(?:(\d{1,10})\s+(\d{1,5})\s+R\b)?")
#: What may open: a destination, plainly or as the action of going to one.
_DESTINATION = re.compile(
    rb"\s*(?:\[|null\b|<<\s*(?:/Type\s*/Action\s*)?/S\s*/GoTo\s*/D\s*"
    rb"(?:\[[^\]<>]*\]|\([^()<>]*\)|/[^\s/<>\[\]()]+)\s*>>)"
)
_FOREIGN = re.compile(rb"<script|<html|<!doctype html|<svg|<iframe|PK\x03\x04", re.IGNORECASE)

_LOADING = (
    "attachedtemplate",
    "oleobject",
    "control",
    "package",
    "afchunk",
    "activexcontrolbinary",
)
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf")


def is_archive(data: bytes) -> bool:
    """Return whether the bytes can also be opened as a ZIP archive, wherever it starts."""
    return zipfile.is_zipfile(io.BytesIO(data))


def pdf_is_whole(data: bytes) -> bool:
    """Return whether a PDF stands alone: from %PDF- to %%EOF, nothing but white space after.

    Signs of HTML or ZIP are sought outside the streams and in the first bytes, which browsers
    sniff.
    """
    _body, mark, rest = data.rpartition(b"%%EOF")
    if not data.startswith(b"%PDF-") or not mark or rest.strip(b"\0\t\n\f\r "):
        return False
    if is_archive(data) or _FOREIGN.search(data[:_SNIFFED]):
        return False
    return not _FOREIGN.search(_STREAM.sub(b"", data))


def pdf_is_passive(data: bytes) -> bool:
    """Return whether no script, launch, attached file or opening action is seen in a PDF.

    A search of bytes, with names spelt in #hex read as well. Its limits: objects inside compressed
    object streams or an encrypted file are not seen, and a short /JS is sought outside streams
    only, since compressed bytes hold three letters by chance. The virus scanner and the download
    as an attachment (design 6) stand behind it.
    """
    plain = _HASHED.sub(lambda found: bytes([int(found[1], 16)]), data)
    if _ACTIVE.search(plain) or _SCRIPT_KEY.search(_STREAM.sub(b"", plain)):
        return False
    return all(_goes_to_page(plain, found) for found in _OPENS.finditer(plain))


def _goes_to_page(data: bytes, found: re.Match[bytes]) -> bool:
    if found[1] is None:
        return bool(_DESTINATION.match(data, found.end()))
    name = rb"(?<!\d)" + found[1] + rb"\s+" + found[2] + rb"\s+obj\b"
    return all(_DESTINATION.match(data, place.end()) for place in re.finditer(name, data))


def png_is_whole(data: bytes) -> bool:
    """Return whether a PNG is a chain of sound chunks from IHDR to IEND with nothing after."""
    place, first = len(_PNG), True
    if not data.startswith(_PNG) or is_archive(data):
        return False
    while place + 12 <= len(data):
        end = place + 8 + int.from_bytes(data[place : place + 4], "big")
        kind = data[place + 4 : place + 8]
        if end + 4 > len(data) or not kind.isalpha() or first != (kind == b"IHDR"):
            return False
        if zlib.crc32(data[place + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            return False
        place, first = end + 4, False
        if kind == b"IEND":
            return place == len(data)
    return False


def jpeg_is_whole(data: bytes) -> bool:
    """Return whether a JPEG has sound segments up to its scan, ends with EOI and holds no script.

    Blank padding of at most 512 bytes may follow the end.
    """
    body = data.rstrip(b"\0\r\n ")
    if len(data) - len(body) > _JPEG_PADDING or not body.endswith(b"\xff\xd9"):
        return False
    if b"<script" in data.lower() or is_archive(data):
        return False
    return data.startswith(b"\xff\xd8") and _reaches_scan(body)


def _reaches_scan(data: bytes) -> bool:
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:  # a filling byte
            place += 1
            continue
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        end = place + 2 + length
        if not 0xC0 <= marker <= 0xFE or 0xD0 <= marker <= 0xD9 or length < 2 or end > len(data):
            return False
        if marker == 0xDA:
            return True
        place = end
    return False


def relations_have_macros(kinds: set[tuple[str, bool]]) -> bool:
    """Return whether a relationship leads to macros, whatever the part is called."""
    return any("vbaproject" in kind or "macrosheet" in kind for kind, _external in kinds)


def relations_load(kinds: set[tuple[str, bool]]) -> bool:
    """Return whether a relationship fetches from outside, plain links aside, or carries objects."""
    return any(
        (external and kind != "hyperlink") or kind in _LOADING or "activex" in kind
        for kind, external in kinds
    )


def relations(xml: bytes) -> set[tuple[str, bool]]:
    """Return the relationships of a .rels part: the last word of the type, and if external.

    Raise ValueError when the part is not well-formed or declares entities.
    """
    try:
        tree = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError("not a relationships part") from error
    return {
        (
            item.get("Type", "").rstrip("/").rpartition("/")[2].strip().lower(),
            item.get("TargetMode", "").strip().lower() == "external",
        )
        for item in tree.iter()
        if item.get("Type") is not None
    }


def part_has_macros(name: str) -> bool:
    """Return whether a part of a package holds macros by its place."""
    return "vbaproject" in name or "macrosheets/" in name


def part_is_object(name: str) -> bool:
    """Return whether a part of a package is an ActiveX control, or an object but no picture."""
    return "activex/" in name or ("embeddings/" in name and not name.endswith((*_PICTURES, "/")))
