"""Find the messages that Python files, templates and packages ask gettext to translate."""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

#: Folders and files that nobody meets: security keys are off (settings).
UNMET = {
    "tests", "locale", "migrations", "gis", "webauthn", "default_urlconf.html", "debug.py",
}  # fmt: skip
#: Position of (context, singular, plural) among the arguments of each function of gettext.
CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "ugettext"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}


class Message(NamedTuple):
    """What a source asks to translate; `plural` is empty when it has one form."""

    text: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> str:
        """Return the key under which gettext looks the message up, plural aside."""
        return f"{self.context}\x04{self.text}" if self.context else self.text


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
    call = re.compile(
        rf"\b(gettext|ngettext|pgettext|npgettext|_)\({text}(?:, {text})?(?:, {text})?"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = call.findall(templatize(source))
    for name, *quoted in found:
        words = [ast.literal_eval(word) for word in quoted if word]
        context, singular, plural = ("" if place is None else words[place] for place in CALLS[name])
        if singular:
            yield Message(singular, plural, context)


def messages(folders: Iterable[Path]) -> set[Message]:
    """Return the messages of all Python files and templates under folders, tests aside."""
    found: set[Message] = set()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            inner = path.relative_to(folder).parts
            if UNMET & set(inner):
                continue
            if path.suffix == ".py":
                found.update(from_python(path.read_text(encoding="utf-8")))
            elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
                found.update(from_template(path.read_text(encoding="utf-8")))
    return found
