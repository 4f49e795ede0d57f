"""Judge the inside of PDF, PNG and JPEG files (design 6).

These look at bytes and structure only, in flat memory; nothing is drawn, run or fetched.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from cchc.kit.windows import STEP, Windowed

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_PADDING = 512
_SNIFFED = 2048
#: Blank bytes that may follow the end of a PDF.
_PDF_PADDING = 64 * 1024
_BLANK = b"\0\t\n\f\r "
#: Streams, chunks or segments of one file: real ones have far fewer, and each costs a look.
_PIECES = 200_000
#: Ways in which a PDF says what opens: one for each time that it was saved.
_OPENINGS = 50
#: Dots of a picture: an A3 page at 600 dots an inch has 70 million.
PIXELS = 100_000_000


def _name(word: str) -> bytes:
    """Return the pattern of a PDF name whose letters may be written as #hex."""
    return b"/" + b"".join(b"(?:%c|#%02x)" % (letter, letter) for letter in word.encode())


def _spelt(*words: str) -> bytes:
    """Return the pattern of any of the names; hex digits in either case."""
    anyway = re.compile(rb"#(\d)([a-f])")
    return b"|".join(
        anyway.sub(lambda m: b"#%s[%s%s]" % (m[1], m[2], m[2].upper()), _name(word))
        for word in words
    )


_STREAM = re.compile(rb"\bstream\r?\n")
_END_OF_STREAM = re.compile(rb"endstream")
#: Long names are sought everywhere; they do not arise in compressed bytes by chance.
_ACTIVE = re.compile(_spelt("JavaScript", "EmbeddedFile", "Launch"))
_SCRIPT_KEY = re.compile(b"(?:" + _spelt("JS") + b")(?![A-Za-z0-9])")
_OPENS = re.compile(_spelt("OpenAction"))
_REFERENCE = re.compile(rb"\s*(\d{1,10})\s+(\d{1,5})\s+R\b")
#: What may open: a destination, plainly or as the action of going to one.
_DESTINATION = re.compile(
    rb"\s*(?:\[|null\b|<<\s*(?:/Type\s*/Action\s*)?/S\s*/GoTo\s*/D\s*"
    rb"(?:\[[^\]<>]*\]|\([^()<>]*\)|/[^\s/<>\[\]()]+)\s*>>)"
)
_FOREIGN = re.compile(rb"<script|<html|<!doctype html|<svg|<iframe|PK\x03\x04", re.IGNORECASE)
_SCRIPT = re.compile(rb"<script", re.IGNORECASE)


def is_archive(data: Windowed) -> bool:
    """Return whether the bytes can also be opened as a ZIP archive, wherever it starts."""
    whole: Any = data.data  # a map reads and seeks, though its type does not say so
    return zipfile.is_zipfile(io.BytesIO(whole) if isinstance(whole, bytes) else whole)


def pdf_is_whole(data: Windowed) -> bool:
    """Return whether a PDF stands alone: from %PDF- to %%EOF, nothing but white space after.

    Signs of HTML or ZIP are sought outside the streams and in the first bytes, which browsers
    sniff.
    """
    end = data[max(len(data) - _PDF_PADDING, 0) : len(data)].rstrip(_BLANK)
    if data[0:5] != b"%PDF-" or not end.endswith(b"%%EOF") or is_archive(data):
        return False
    if data.search(_FOREIGN, 0, min(_SNIFFED, len(data))):
        return False
    return all(
        count < _PIECES and not data.search(_FOREIGN, *part)
        for count, part in enumerate(_outside_streams(data))
    )


def _outside_streams(data: Windowed) -> Iterator[tuple[int, int]]:
    place = 0
    while begins := data.search(_STREAM, place):
        ends = data.search(_END_OF_STREAM, begins.end())
        if not ends:
            break
        yield place, begins.start()
        place = ends.end()
    yield place, len(data)


def pdf_is_passive(data: Windowed) -> bool:
    """Return whether no script, launch, attached file or opening action is seen in a PDF.

    A search of bytes, with names spelt in #hex read as well. Its limits: objects inside compressed
    object streams or an encrypted file are not seen, and a short /JS is sought outside streams
    only, since compressed bytes hold three letters by chance. The virus scanner and the download
    as an attachment (design 6) stand behind it.
    """
    if data.search(_ACTIVE):
        return False
    if any(data.search(_SCRIPT_KEY, *part) for part in _outside_streams(data)):
        return False
    opens = [found.end() for found in islice(data.all(_OPENS), _OPENINGS + 1)]
    if len(opens) > _OPENINGS:
        return False
    named = {place: data.match(_REFERENCE, place) for place in opens}
    listed = {(found[1], found[2]) for found in named.values() if found}
    return all(data.match(_DESTINATION, place) for place in opens if not named[place]) and (
        not listed or _list_pages(data, listed)
    )


def _list_pages(data: Windowed, listed: set[tuple[bytes, bytes]]) -> bool:
    """Return whether the objects, however often they are written, are destinations.

    All are sought in one pass: a search for each would read a large file fifty times.
    """
    names = b"|".join(
        rb"%s\s+0*%s" % tuple(word.lstrip(b"0") or b"0" for word in name) for name in listed
    )
    written = re.compile(rb"(?<!\d)0*(?:" + names + rb")\s+obj\b")
    places = [found.end() for found in islice(data.all(written), _OPENINGS + 1)]
    return len(places) <= _OPENINGS and all(data.match(_DESTINATION, place) for place in places)


def png_is_whole(data: Windowed) -> bool:
    """Return whether a PNG is a chain of sound chunks from IHDR to IEND with nothing after."""
    place, first = len(_PNG), True
    if data[0 : len(_PNG)] != _PNG or is_archive(data):
        return False
    for _chunk in range(_PIECES):
        if place + 12 > len(data):
            break
        head = data[place : place + 8]
        end = place + 8 + int.from_bytes(head[:4], "big")
        kind = head[4:]
        if end + 4 > len(data) or not kind.isalpha() or first != (kind == b"IHDR"):
            return False
        if _crc(data, place + 4, end) != int.from_bytes(data[end : end + 4], "big"):
            return False
        place, first = end + 4, False
        if kind == b"IEND":
            return place == len(data)
    return False


def _crc(data: Windowed, start: int, stop: int) -> int:
    found = 0
    for low in range(start, stop, STEP):
        found = zlib.crc32(data[low : min(stop, low + STEP)], found)
    return found


def png_pixels(data: Windowed) -> int:
    """Return how many dots a whole PNG unpacks to, by its first chunk."""
    return int.from_bytes(data[16:20], "big") * int.from_bytes(data[20:24], "big")


def jpeg_is_whole(data: Windowed) -> bool:
    """Return whether a JPEG has sound segments up to its scan, ends with EOI and holds no script.

    Blank padding of at most 512 bytes may follow the end.
    """
    end = data[max(len(data) - _JPEG_PADDING - 2, 0) : len(data)].rstrip(b"\0\r\n ")
    if data[0:2] != b"\xff\xd8" or not end.endswith(b"\xff\xd9"):
        return False
    if data.search(_SCRIPT) or is_archive(data):
        return False
    return _scan_of(data) is not None


def jpeg_pixels(data: Windowed) -> int:
    """Return how many dots a whole JPEG unpacks to, by its largest frame."""
    return _scan_of(data) or 0


def _scan_of(data: Windowed) -> int | None:
    """Walk the segments; return the dots of the frame once the scan is reached, else None."""
    place, dots = 2, 0
    for _segment in range(_PIECES):
        if place + 4 > len(data):
            break
        head = data[place : place + 9]
        marker = head[1]
        if head[0] != 0xFF:
            return None
        if marker == 0xFF:  # a filling byte
            place += 1
            continue
        end = place + 2 + int.from_bytes(head[2:4], "big")
        bad = not 0xC0 <= marker <= 0xFE or 0xD0 <= marker <= 0xD9
        if bad or end < place + 4 or end > len(data):
            return None
        if marker == 0xDA:
            return dots
        if marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame, no table
            high, wide = int.from_bytes(head[5:7], "big"), int.from_bytes(head[7:9], "big")
            dots = max(dots, high * wide)
        place = end
    return None
