"""Find messages in sources, read and write the Vietnamese catalogue without gettext's binaries.

Run `python -m tests.house.catalogue` after changing a string: it adds new messages to the .po
with an empty translation, drops those no source asks for, sorts, and compiles the .mo.
"""

import ast
import re
import struct
import sys
import warnings
from collections.abc import Iterable, Iterator
from gettext import GNUTranslations
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "cchc" / "locale" / "vi" / "LC_MESSAGES"
#: Where our own messages stand.
OWN = ("cchc", "units", "assessments", "templates")
#: What a person can meet of the packages the portal stands on; module names to folders inside.
PACKAGES = {
    "django": (
        "core", "db", "forms", "http", "template", "utils", "views", "contrib/admin",
        "contrib/auth", "contrib/contenttypes", "contrib/messages", "contrib/postgres",
        "contrib/sessions",
    ),
    "allauth": (
        "core", "account", "mfa", "templates/allauth", "templates/account", "templates/mfa",
    ),
    "import_export": ("",),
    "django_tables2": ("",),
}  # fmt: skip
#: Position of (context, singular, plural) among the arguments of each function of gettext.
CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "ugettext"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
HEADER = """\
Project-Id-Version: cchc
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Language: vi
Plural-Forms: nplurals=1; plural=0;
"""


class Message(NamedTuple):
    """What a source asks to translate; `plural` is empty when it has one form."""

    text: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> str:
        """Return the key under which gettext looks the message up, plural aside."""
        return f"{self.context}\x04{self.text}" if self.context else self.text


Catalogue = dict[Message, str]


def _literal(node: ast.expr) -> str | None:
    """Return the text of a constant, or of constants added together; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _literal(node.left), _literal(node.right)
        return None if left is None or right is None else left + right
    return None


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Return the local names under which a module imports gettext's functions."""
    return {
        alias.asname: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname and alias.name in CALLS
    }


def from_python(source: str) -> Iterator[Message]:
    """Yield the messages of Python source, whatever name gettext is imported under."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        tree = ast.parse(source)
    aliases = _aliases(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        places = CALLS.get(aliases.get(called, called))
        if places is None:
            continue
        context, text, plural = (
            _literal(node.args[place]) if place is not None and place < len(node.args) else ""
            for place in places
        )
        if text and context is not None and plural is not None:
            yield Message(text, plural, context)


def from_template(source: str) -> Iterator[Message]:
    """Yield the messages of a Django template."""
    from django.utils.translation.template import templatize

    text = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    call = re.compile(rf"\b(gettext|ngettext|pgettext|npgettext|_)\({text}(?:, {text})?(?:, {text})?")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = call.findall(templatize(source))
    for name, *quoted in found:
        words = [ast.literal_eval(word) for word in quoted if word]
        context, singular, plural = (
            "" if place is None else words[place] for place in CALLS[name]
        )
        if singular:
            yield Message(singular, plural, context)


def messages(folders: Iterable[Path]) -> set[Message]:
    """Return the messages of all Python files and templates under folders, tests aside."""
    found: set[Message] = set()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            inner = path.relative_to(folder).parts
            if {"tests", "locale", "migrations", "gis"} & set(inner):
                continue
            if path.suffix == ".py":
                found.update(from_python(path.read_text(encoding="utf-8")))
            elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
                found.update(from_template(path.read_text(encoding="utf-8")))
    return found


def own_messages() -> set[Message]:
    """Return every message of our own code, scoring's refusals included."""
    from assessments.scoring.reasons import MESSAGES

    ours = messages(ROOT / name for name in OWN)
    return ours | {Message(text) for text in MESSAGES.values()}


def package_folder(package: str) -> Path:
    """Return where a package is installed."""
    spec = find_spec(package)
    assert spec is not None and spec.origin is not None, package
    return Path(spec.origin).parent


def package_messages(package: str) -> set[Message]:
    """Return the messages of a package that its own Vietnamese catalogue lacks."""
    home = package_folder(package)
    known: set[str] = set()
    for path in home.rglob("locale/vi/LC_MESSAGES/django.mo"):
        known.update(read_mo(path.read_bytes()))
    asked = messages(home / inner for inner in PACKAGES[package])
    return {message for message in asked if message.key not in known}


def wanted() -> set[Message]:
    """Return all that the catalogue must translate, one form per key."""
    found = set(own_messages())
    for package in PACKAGES:
        found |= package_messages(package)
    plural = {message.key for message in found if message.plural}
    return {message for message in found if message.plural or message.key not in plural}


def read_mo(data: bytes) -> dict[str, str]:
    """Return key and translation of a compiled catalogue; of plurals, the first form."""
    import io

    catalog = GNUTranslations(io.BytesIO(data))._catalog  # type: ignore[attr-defined]
    return {
        (key[0] if isinstance(key, tuple) else key): text for key, text in catalog.items() if text
    }


def read_po(path: Path) -> Catalogue:
    """Read a catalogue; raise ValueError on a fuzzy entry or a line it cannot read."""
    found: Catalogue = {}
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip()):
        parts = {"msgctxt": "", "msgid": "", "msgid_plural": "", "msgstr": ""}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                if "fuzzy" in line:
                    raise ValueError(f"fuzzy: {block}")
                continue
            match = re.fullmatch(r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[0\])? )?(".*")', line)
            if match is None:
                raise ValueError(f"unreadable: {line}")
            name = match[1] or name
            parts[name] += ast.literal_eval(match[2])
        if parts["msgid"]:
            message = Message(parts["msgid"], parts["msgid_plural"], parts["msgctxt"])
            if message in found:
                raise ValueError(f"twice: {message}")
            found[message] = parts["msgstr"]
    return found


def _quoted(text: str) -> str:
    """Return a text as one or more quoted lines of a .po file."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    lines = [f'"{line}"' for line in re.findall(r"[^\n]*\n|[^\n]+", escaped)] or ['""']
    lines = [line.replace("\n", "\\n").replace("\r", "\\r") for line in lines]
    return lines[0] if len(lines) == 1 else "\n".join(['""', *lines])


def write_po(path: Path, catalogue: Catalogue) -> None:
    """Write a catalogue sorted by message, without places, dates or authors."""
    blocks = [f'msgid ""\nmsgstr {_quoted(HEADER)}']
    for message in sorted(catalogue, key=lambda one: (one.text, one.context)):
        lines = ["#, python-format"] if re.search(r"%(\(\w+\))?[sd]", message.text) else []
        if message.context:
            lines.append(f"msgctxt {_quoted(message.context)}")
        lines.append(f"msgid {_quoted(message.text)}")
        if message.plural:
            lines.append(f"msgid_plural {_quoted(message.plural)}")
        lines.append(f"msgstr{'[0]' if message.plural else ''} {_quoted(catalogue[message])}")
        blocks.append("\n".join(lines))
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def compiled(catalogue: Catalogue) -> bytes:
    """Return the .mo of a catalogue: a header, two sorted tables of (length, offset), the texts."""
    pairs = {"": HEADER}
    for message, text in catalogue.items():
        if text:
            key = f"{message.key}\0{message.plural}" if message.plural else message.key
            pairs[key] = text
    rows = sorted((key.encode(), text.encode()) for key, text in pairs.items())
    tables, body, start = ([], []), b"", 28 + 16 * len(rows)
    for column in (0, 1):
        for row in rows:
            tables[column].extend((len(row[column]), start + len(body)))
            body += row[column] + b"\0"
    head = (0x950412DE, 0, len(rows), 28, 28 + 8 * len(rows), 0, start)
    return struct.pack(f"<{7 + 4 * len(rows)}I", *head, *tables[0], *tables[1]) + body


def update() -> list[Message]:
    """Bring both files up to the sources; return the messages that still lack a translation."""
    path = FOLDER / "django.po"
    old = read_po(path) if path.exists() else {}
    by_key = {message.key: text for message, text in old.items()}
    new = {message: by_key.get(message.key, "") for message in wanted()}
    write_po(path, new)
    (FOLDER / "django.mo").write_bytes(compiled(new))
    return sorted(message for message, text in new.items() if not text)


if __name__ == "__main__":
    sys.stdout.writelines(f"{message.key!r}\n" for message in update())
