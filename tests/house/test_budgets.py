"""Sizes and ways of writing that the house keeps (design 8)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import models

from tests.house.tree import CODE, ROOT, modules, name_of, tracked

MODULE_LINES, FUNCTION_LINES, CLASS_LINES, README_LINES = 300, 30, 150, 150
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: Where points are computed, kept and read: exact decimals only.
EXACT = ("assessments/scoring", "assessments/workflow", "assessments/queries", "assessments/models")
#: Read by citizens outside the house, as one page from top to bottom.
COURTESIES = {"cchc/static/cchc/recompute.py"}
VAGUE = {"services.py", "utils.py", "helpers.py", "common.py", "misc.py"}
TOP = {
    ".ci", ".gitignore", "README.md", "assessments", "cchc", "deploy", "docs", "manage.py",
    "pyproject.toml", "requirements", "templates", "tests", "units",
}  # fmt: skip


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def length_of(node: ast.AST) -> int:
    """Return the lines of a function or class, its own docstring apart: words are welcome."""
    lines = node.end_lineno - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        lines -= first.end_lineno - first.lineno + 1
    return lines


def too_long(kinds: tuple[type[ast.AST], ...], limit: int) -> list[str]:
    return [
        f"{name_of(path)}:{node.lineno} {node.name}: {length_of(node)} lines"
        for path in modules() for node in nodes(path)
        if isinstance(node, kinds) and length_of(node) > limit
    ]  # fmt: skip


def test_modules_are_short() -> None:
    sizes = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()
    }
    assert {name: size for name, size in sizes.items() if size > MODULE_LINES} == {}


def test_functions_are_short() -> None:
    assert too_long(FUNCTIONS, FUNCTION_LINES) == []


def test_classes_are_short() -> None:
    assert too_long((ast.ClassDef,), CLASS_LINES) == []


def test_sweep_sees_the_code() -> None:
    names = {name_of(path) for path in modules()}
    assert {"assessments/workflow/machine.py", "units/mergers.py", "cchc/settings.py"} <= names


def test_no_module_has_a_vague_name() -> None:
    assert [name_of(path) for path in modules() if path.name in VAGUE] == []


def test_public_names_are_documented() -> None:
    bare = []
    for path in modules(*CODE):
        if name_of(path) in COURTESIES:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        holders = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]
        for holder in holders:
            for node in holder.body:
                if not isinstance(node, (*FUNCTIONS, ast.ClassDef)) or node.name.startswith("_"):
                    continue
                inner = isinstance(holder, ast.ClassDef) and (
                    holder.name.startswith("_") or node.name in ("Meta", "Media")
                )
                if not inner and ast.get_docstring(node) is None:
                    bare.append(f"{name_of(path)}:{node.lineno} {node.name}")
    assert bare == []


def test_no_float_touches_a_score() -> None:
    found = []
    for path in modules(*EXACT):
        for node in nodes(path):
            called = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float"
            written = isinstance(node, ast.Constant) and isinstance(node.value, float)
            if called or written:
                found.append(f"{name_of(path)}:{node.lineno}")
    assert found == []


def test_no_model_has_a_float() -> None:
    ours = [
        model for app in ("units", "assessments") for model in apps.get_app_config(app).get_models()
    ]
    floats = [
        f"{model.__name__}.{field.name}"
        for model in ours
        for field in model._meta.get_fields()
        if isinstance(field, models.FloatField)
    ]
    assert floats == []


def test_nothing_is_left_to_do() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "X" * 3)
    found = [
        name_of(path)
        for path in modules(*CODE, "tests")
        for word in words if f"# {word}" in path.read_text(encoding="utf-8")
    ]  # fmt: skip
    assert found == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    # Put together here, so that this file does not hold them.
    dot, slash = ".", "/"
    forbidden = [
        f"py" f"pi{dot}org", f"python" f"hosted{dot}org", f"npm" f"js{dot}org", f"jsdelivr{dot}net",
        f"unpkg{dot}com",
        f"cdnjs{dot}cloudflare", f"googleapis{dot}com", f"crates{dot}io",
        f"{slash}work{slash}", f"{slash}root{slash}", f"{slash}mnt{slash}",
    ]  # fmt: skip
    found = []
    for path in tracked():
        content = path.read_bytes()
        found += [f"{name_of(path)}: {word}" for word in forbidden if word.encode() in content]
    assert found == []


def test_top_level_holds_what_belongs_there() -> None:
    assert {name_of(path).split("/")[0] for path in tracked()} <= TOP


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < README_LINES
