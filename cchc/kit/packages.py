"""Judge Office packages: bounded, no macros, objects, loading parts, entities or DDE (design 6).

Parts are read as streams, so that memory stays flat; nothing is run or fetched.
"""

import re
import zipfile
import zlib
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from cchc.kit.refusals import FileRefused, disagrees
from cchc.kit.windows import Windowed
from cchc.kit.xml_feed import EndlessToken, feed

UNPACKED_BYTES = 200 * 1024 * 1024
PACKED_RATIO = 200
PACKAGE_PARTS = 4000
#: Limits of the XML of all parts together: unlike pictures, it is read through to the end.
XML_BYTES = 60 * 1024 * 1024
XML_ELEMENTS = 5_000_000
#: Different names of elements, attributes and namespaces; each stays in memory.
XML_NAMES = 50_000
XML_DEPTH = 256
_CONTENTS_BYTES = 1024 * 1024
_RELATIONS_BYTES = 8 * 1024 * 1024
_BLOCK = 256 * 1024
#: Letters of a field or formula; Excel itself takes 8192.
_FIELD_LENGTH = 100_000
_UNREADABLE = (KeyError, NotImplementedError, RuntimeError, OSError, EOFError)
_SLASHES = re.compile(r"[/\\]")
_ENTRY = re.compile(rb"PK\x01\x02")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_LOADING = (
    "attachedtemplate",
    "oleobject",
    "control",
    "package",
    "afchunk",
    "activexcontrolbinary",
)
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf")
#: Beginnings of XML whatever the part is called: plain, with a mark of order, in 16 bits.
_XML_HEADS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\0<", b"<\0", b"\0<")
#: A field that starts another program, and a formula that does.
#: QUOTE spells words by numbers of letters.
_DDE_FIELD = re.compile(r"\s*\\?(?:DDE(?:AUTO)?\b|QUOTE(?:\s+\d+){3})", re.IGNORECASE)
_DDE_FORMULA = re.compile(r"\w\s*\|")
_LITERAL = re.compile(r'"[^"]*"')


def check_package(upload: Any, data: Windowed, ending: str, content_type: str) -> None:
    """Raise FileRefused unless the upload is a harmless package of its ending's kind."""
    if len(list(islice(data.all(_ENTRY), PACKAGE_PARTS + 1))) > PACKAGE_PARTS:
        raise _bomb()
    try:
        upload.seek(0)
        with zipfile.ZipFile(upload) as package:
            parts = package.infolist()
            _check_parts(parts)
            contents = package.getinfo("[Content_Types].xml")
            if contents.file_size > _CONTENTS_BYTES:
                raise disagrees(ending)
            names = {part.filename for part in parts}
            if len({name.lower() for name in names}) < len(parts):
                raise disagrees(ending)  # two parts of one name: programs differ in which they read
            _check_contents(package.read(contents), names, ending, content_type)
            reader = _Reader(ending)
            for part in parts:
                _check_text(package, part, reader)
            _check_relations(package, ending)  # builds trees: only of what the reader let pass
    except (zipfile.BadZipFile, zlib.error, *_UNREADABLE) as error:
        raise disagrees(ending) from error


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if len(parts) > PACKAGE_PARTS or unpacked > UNPACKED_BYTES or unpacked / packed > PACKED_RATIO:
        raise _bomb()
    for part in parts:
        if part.flag_bits & 1:
            raise FileRefused(_("The file is protected by a password; nothing was saved."))
        name = part.filename.lower().replace("\\", "/")
        if "vbaproject" in name or "macrosheets/" in name:
            raise _macros()
        if "activex/" in name or ("embeddings/" in name and not name.endswith((*_PICTURES, "/"))):
            raise _objects()
        if part.filename.startswith("/") or ".." in _SLASHES.split(part.filename):
            raise FileRefused(_("The file is not a well-formed Office document."))


def _check_contents(xml: bytes, names: set[str], ending: str, content_type: str) -> None:
    try:
        tree = fromstring(xml)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise disagrees(ending) from error
    types = {item.get("ContentType", ""): item.get("PartName", "") for item in tree}
    kinds = " ".join(types).lower()
    if any(mark in kinds for mark in ("macroenabled", "vbaproject", "macrosheet")):
        raise _macros()
    if "activex" in kinds:
        raise _objects()
    main = types.get(f"{content_type}.main+xml", "")
    if not main or main.lstrip("/") not in names:
        raise disagrees(ending)


def _check_relations(package: zipfile.ZipFile, ending: str) -> None:
    """Look through every relationships part: what it leads to counts, not the part's name."""
    parts = [part for part in package.infolist() if part.filename.lower().endswith(".rels")]
    if sum(part.file_size for part in parts) > _RELATIONS_BYTES:
        raise disagrees(ending)
    for part in parts:
        try:
            found = _relations(package.read(part))
        except (ParseError, DefusedXmlException) as error:
            raise disagrees(ending) from error
        if any("vbaproject" in kind or "macrosheet" in kind for kind, _external in found):
            raise _macros()
        if any(
            (external and kind != "hyperlink") or kind in _LOADING or "activex" in kind
            for kind, external in found
        ):
            raise _objects()


def _relations(xml: bytes) -> set[tuple[str, bool]]:
    """Return the relationships of a .rels part: the last word of the type, and if external."""
    return {
        (
            item.get("Type", "").rstrip("/").rpartition("/")[2].strip().lower(),
            item.get("TargetMode", "").strip().lower() == "external",
        )
        for item in fromstring(xml, forbid_dtd=True).iter()
        if item.get("Type") is not None
    }


def _check_text(package: zipfile.ZipFile, part: zipfile.ZipInfo, reader: "_Reader") -> None:
    """Read a part that is XML, whatever its name: no declared entities, no field that acts."""
    name = part.filename.lower()
    with package.open(part) as file:
        head = file.read(_BLOCK)
        if name.endswith(".vml"):  # drawings of old; programs write them not always well-formed
            _check_drawing(head, file)
        elif name.endswith((".xml", ".rels")) or head.lstrip().startswith(_XML_HEADS):
            reader.read(head, file, part.file_size)


def _check_drawing(head: bytes, file: Any) -> None:
    before = b""
    while head:
        if _DECLARATION.search(before + head) or b"\0" in head:
            raise FileRefused(_("The file is not a well-formed Office document."))
        before, head = head[-16:], file.read(_BLOCK)


class _Reader:
    """Read the XML parts as streams; remember only the field or formula under way."""

    def __init__(self, ending: str) -> None:
        self.ending = ending
        self.names: dict[str, str] = {}
        self.unpacked = self.elements = 0
        self._begin()

    def _begin(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ", intern=self.names)
        self.parser.StartDoctypeDeclHandler = self._declares
        self.parser.StartNamespaceDeclHandler = self._names_space
        self.parser.StartElementHandler = self._starts
        self.parser.EndElementHandler = self._ends
        self.field: list[str] = []
        self.formula: list[str] = []
        self.into = self.field
        self.length = self.depth = 0

    def read(self, block: bytes, file: Any, size: int) -> None:
        """Raise FileRefused for a part that is not sound XML or holds what may act."""
        self.unpacked += size
        if self.unpacked > XML_BYTES:
            raise _bomb()
        self._begin()
        try:
            feed(self.parser, block, file)
        except EndlessToken as error:
            raise _bomb() from error
        except expat.ExpatError as error:
            raise disagrees(self.ending) from error
        self._judge_field()

    def _declares(self, *_declaration: object) -> None:
        raise FileRefused(_("The file declares entities of its own; nothing was saved."))

    def _names_space(self, *_declaration: object) -> None:
        """Let expat report prefixes, so that they are among the names."""

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > XML_ELEMENTS or len(self.names) > XML_NAMES:
            raise _bomb()
        if self.depth > XML_DEPTH:
            raise FileRefused(_("The file is not a well-formed Office document."))
        word = name.rpartition(" ")[2]
        if word in ("instrText", "delInstrText", "f"):
            self.into = self.formula if word == "f" else self.field
            self.parser.CharacterDataHandler = self._take
        elif word == "fldSimple":
            self._refuse_field(next((v for k, v in attributes.items() if k.endswith("instr")), ""))
        elif word == "fldChar":
            self._judge_field()
        elif word in ("ddeLink", "oleLink"):
            raise _acts()

    def _take(self, text: str) -> None:
        self.length += len(text)
        if self.length > _FIELD_LENGTH:
            raise disagrees(self.ending)
        self.into.append(text)

    def _ends(self, name: str) -> None:
        self.depth -= 1
        word = name.rpartition(" ")[2]
        if word in ("instrText", "delInstrText", "f"):
            self.parser.CharacterDataHandler = None
        if word == "f":
            words = _LITERAL.sub("", "".join(self.formula))
            found = _DDE_FORMULA.search(words)
            if found and "!" in words[found.end() :]:
                raise _acts()
            self.formula.clear()
            self.length = 0

    def _judge_field(self) -> None:
        """A field's words may be cut over several runs: they are read together."""
        self._refuse_field("".join(self.field))
        self.field.clear()
        self.length = 0

    def _refuse_field(self, words: str) -> None:
        if _DDE_FIELD.match(words):
            raise _acts()


def _bomb() -> FileRefused:
    return FileRefused(_("The file unpacks to an unreasonable size; nothing was saved."))


def _macros() -> FileRefused:
    return FileRefused(_("The file contains macros; save it without them."))


def _objects() -> FileRefused:
    return FileRefused(
        _("The file carries embedded objects or loads other files; save it without them.")
    )


def _acts() -> FileRefused:
    return FileRefused(
        _("The file holds a field that starts another program (DDE); remove it and save anew.")
    )
