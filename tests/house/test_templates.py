"""Templates stay within the strict Content-Security-Policy and escape what people wrote."""

import ast
import re

import pytest

from tests.house.tree import modules, name_of, templates

FORBIDDEN = {
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "unescaped text": re.compile(r"[\w.]+\s*\|\s*safe\b|\bautoescape\s+off\b|\|\s*safeseq\b"),
}
#: Written by Django and allauth, never by people: rules of passwords, the picture of a key.
TRUSTED = {
    "templates/_components/field.html: field.help_text|safe",
    "templates/mfa/totp/activate_form.html: totp_svg|safe",
}


def test_sweep_sees_the_templates() -> None:
    names = {name_of(path) for path in templates()}
    assert {
        "templates/base.html",
        "templates/public/home.html",
        "templates/workspace/sign.html",
    } <= names


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_has(what) -> None:
    found = {
        f"{name_of(path)}: {match.group()}"
        for path in templates()
        for match in FORBIDDEN[what].finditer(path.read_text(encoding="utf-8"))
    }
    assert found - TRUSTED == set()


def test_no_code_marks_text_as_safe() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ("mark_safe", "SafeString")
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("inline script", "<script>alert(1)</script>"),
        ("inline style", '<p style="color: red">'),
        ("handler", '<a href="/" onclick="x()">'),
        ("javascript address", '<a href="javascript:x">'),
        ("unescaped text", "{{ note|safe }}"),
    ],
)
def test_sweep_finds(what, text) -> None:
    assert FORBIDDEN[what].search(text)
