"""Count what a workbook holds before it is read, so that a small file cannot keep a worker busy.

openpyxl makes up every row missing before a numbered one and builds an object for every element;
the counts here stream over the parts of the archive and stop at the first limit passed (design 6).
"""

import zipfile
from typing import IO
from xml.parsers import expat

from cchc.kit.xml_feed import EndlessToken, feed

#: Rows of all sheets together, blank rows and the gaps before a row's number included.
MAX_SCANNED_ROWS = 10_000
MAX_CELLS = 200_000
#: Elements that are no rows, cells or texts: styles, merged areas, names …
MAX_OTHERS = 60_000
MAX_SHEETS = 60
MAX_UNPACKED_BYTES = 40 * 1024 * 1024
MAX_PARTS = 500
_BLOCK = 64 * 1024
_TEXTS = frozenset({"v", "t", "f", "is", "si", "r"})
_MAX_TEXTS = 3 * MAX_CELLS


class TooManyRows(ValueError):
    """The sheets have more rows than MAX_SCANNED_ROWS, blank ones and gaps included.

    `part` is the name of the part of the archive where the count passed the limit.
    """

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


class TooMuchInside(ValueError):
    """The workbook holds more than is ever read: bytes, parts, sheets, cells or other elements."""


class _Counts:
    """The counts of a whole workbook; one expat parser per part reports to it."""

    def __init__(self) -> None:
        self.rows = self.cells = self.texts = self.others = self.sheets = 0
        self.part, self.last = "", 0  # the part being read and the row number reached there

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self.cells += 1
        elif tag == "row":
            self._row(attributes.get("r"))
        elif tag in _TEXTS:
            self.texts += 1
        else:
            self.sheets += tag == "sheet"
            self.others += 1
        if self.cells > MAX_CELLS or self.texts > _MAX_TEXTS:
            raise TooMuchInside
        if self.others > MAX_OTHERS or self.sheets > MAX_SHEETS:
            raise TooMuchInside

    def _row(self, number: str | None) -> None:
        """Count one row and the gap before it; a number that goes back still costs one row."""
        reached = self.last + 1
        if number is not None:
            if not (number.isascii() and number.isdigit() and len(number) < 8):
                raise TooManyRows(self.part)  # Excel's last row is 1048576
            reached = int(number)
        self.rows += max(reached - self.last, 1)
        self.last = reached
        if self.rows > MAX_SCANNED_ROWS:
            raise TooManyRows(self.part)

    def doctype(self, *_arguments: object) -> None:
        raise TooMuchInside  # no program writes one; entities could swell


def scan(file: IO[bytes]) -> None:
    """Stream over every part of a workbook and count; leave `file` wherever reading ended.

    Raise TooManyRows or TooMuchInside at the first limit passed, and what zipfile raises for a
    damaged archive. A part that is no XML, or breaks off, counts up to its fault: the reader meets
    the same fault at the same place.
    """
    counts = _Counts()
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > MAX_UNPACKED_BYTES or len(parts) > MAX_PARTS:
            raise TooMuchInside
        # Any part may be a sheet, whatever its name: the relationships decide.
        for part in parts:
            counts.part, counts.last = part.filename, 0
            with archive.open(part) as stream:
                _scan_part(stream, counts)


def _scan_part(stream: IO[bytes], counts: _Counts) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = counts.start
    parser.StartDoctypeDeclHandler = counts.doctype
    try:
        feed(parser, stream.read(_BLOCK), stream)
    except EndlessToken as error:
        raise TooMuchInside from error
    except expat.ExpatError:
        return
