"""Read, write and compile the Vietnamese catalogues without gettext's binaries.

Run `python -m tests.house.catalogue` after changing a string: it adds new messages to the .po
files with an empty translation, drops those nobody asks for, sorts, and compiles the .mo files.
"""

import ast
import io
import os
import re
import struct
import sys
from functools import cache
from gettext import GNUTranslations
from importlib.util import find_spec
from pathlib import Path

from tests.house.messages import Message, messages

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "cchc" / "locale" / "vi" / "LC_MESSAGES"
#: "django" serves Python and templates, "djangojs" the scripts of Django's admin.
DOMAINS = ("django", "djangojs")
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
HEADER = """\
Project-Id-Version: cchc
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Language: vi
Plural-Forms: nplurals=1; plural=0;
"""
Catalogue = dict[Message, str]


@cache
def own_messages() -> frozenset[Message]:
    """Return every message of our own code, scoring's refusals included."""
    from assessments.scoring.reasons import MESSAGES

    ours = messages(ROOT / name for name in OWN)
    return frozenset(ours | {Message(text) for text in MESSAGES.values()})


def package_folder(package: str) -> Path:
    """Return where a package is installed."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent


@cache
def package_messages(package: str) -> frozenset[Message]:
    """Return the messages of a package that a person can meet, translated by it or not."""
    home = package_folder(package)
    return frozenset(messages(home / inner for inner in PACKAGES[package]))


def script_messages() -> set[Message]:
    """Return the messages of the admin's scripts, as Django's own English catalogue lists them."""
    english = "contrib/admin/locale/en/LC_MESSAGES/djangojs.po"
    return set(read_po(package_folder("django") / english))


@cache
def known(package: str, domain: str = "django") -> frozenset[str]:
    """Return the keys that a package translates into Vietnamese itself."""
    found: set[str] = set()
    for path in package_folder(package).rglob(f"locale/vi/LC_MESSAGES/{domain}.mo"):
        found.update(read_mo(path.read_bytes()))
    return frozenset(found)


def lacking(package: str) -> set[Message]:
    """Return the messages of a package that its own Vietnamese catalogue lacks."""
    theirs = known(package)
    return {message for message in package_messages(package) if message.key not in theirs}


def wanted(domain: str) -> set[Message]:
    """Return all that a catalogue of ours must translate."""
    if domain == "djangojs":
        theirs = known("django", domain)
        return {message for message in script_messages() if message.key not in theirs}
    return set(own_messages().union(*(lacking(package) for package in PACKAGES)))


def allowed(domain: str) -> set[str]:
    """Return the keys a catalogue of ours may hold: better words than a package's, too."""
    if domain == "djangojs":
        return {message.key for message in script_messages()}
    asked = own_messages().union(*(package_messages(package) for package in PACKAGES))
    return {message.key for message in asked}


def read_mo(data: bytes) -> dict[str, str]:
    """Return key and translation of a compiled catalogue; of plurals, the first form."""
    catalog = GNUTranslations(io.BytesIO(data))._catalog  # type: ignore[attr-defined]
    return {
        (key[0] if isinstance(key, tuple) else key): text for key, text in catalog.items() if text
    }


def read_po(path: Path) -> Catalogue:
    """Read a catalogue; raise ValueError on a fuzzy or double entry and on an unreadable line."""
    found: Catalogue = {}
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip()):
        message, text = _entry(block)
        if message in found or (message.text and re.search(r"^#,.*fuzzy", block, re.MULTILINE)):
            raise ValueError(f"twice or fuzzy: {message}")
        if message.text:
            found[message] = text
    return found


def _entry(block: str) -> tuple[Message, str]:
    """Return the message and the translation of one block of a .po file."""
    parts = {"msgctxt": "", "msgid": "", "msgid_plural": "", "msgstr": ""}
    name = ""
    for line in block.splitlines():
        if line.startswith("#"):
            continue
        match = re.fullmatch(r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[\d\])? )?(".*")', line)
        if match is None:
            raise ValueError(f"unreadable: {line}")
        name = match[1] or name
        parts[name] += ast.literal_eval(match[2])
    return Message(parts["msgid"], parts["msgid_plural"], parts["msgctxt"]), parts["msgstr"]


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


def update(domain: str) -> list[Message]:
    """Bring both files up to the sources; return the messages that still lack a translation."""
    path = FOLDER / f"{domain}.po"
    kept = allowed(domain)
    before = read_po(path) if path.exists() else {}
    old = {message: text for message, text in before.items() if message.key in kept}
    texts = {message.key: text for message, text in old.items()}
    asked = {message.key: message for message in (*old, *sorted(wanted(domain)))}
    new = {message: texts.get(key, "") for key, message in asked.items()}
    write_po(path, new)
    path.with_suffix(".mo").write_bytes(compiled(new))
    return sorted(message for message, text in new.items() if not text)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc.settings")
    django.setup()
    for one in DOMAINS:
        sys.stdout.writelines(f"{one}: {message.key!r}\n" for message in update(one))
