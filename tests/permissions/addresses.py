"""Every address of the portal, read from the urlconf, with objects that exist put in."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
_ADMIN_ROW = re.compile(r"admin/(\w+)/(\w+)/")


def patterns() -> list[str]:
    """Return every pattern of the urlconf, once, in its order."""
    return list(dict.fromkeys(_walk(get_resolver(), "")))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for part in resolver.url_patterns:
        path = f"{prefix}{part.pattern}"
        if isinstance(part, URLResolver):
            yield from _walk(part, path)
        else:
            assert isinstance(part, URLPattern)
            yield path


def model_of(pattern: str) -> Any:
    """Return the model whose admin page a pattern is, or None."""
    found = _ADMIN_ROW.match(pattern)
    return apps.get_model(found[1], found[2]) if found else None


def visit(pattern: str, fill: Callable[[str, str], str]) -> str:
    """Return an address for a pattern; `fill` gives each argument of it a value."""
    if pattern.endswith((")/$", "*)$")):  # the few written as expressions
        pattern = _EXPRESSIONS[pattern]
    return "/" + _ARGUMENT.sub(lambda found: fill(pattern, found[1]), pattern)


_EXPRESSIONS = {
    "admin/^(?P<app_label>auth|units|mfa|assessments)/$": "admin/assessments/",
    "admin/(?P<url>.*)$": "admin/khong-co",
    r"tai-khoan/^confirm-email/(?P<key>[-:\w]+)/$": "tai-khoan/confirm-email/x/",
    r"tai-khoan/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (
        "tai-khoan/password/reset/key/x-y/"
    ),
}
