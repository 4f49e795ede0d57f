"""Refusals of the API: one JSON problem (RFC 9457) with a sentence, in the reader's language."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from ninja.errors import ValidationError

CONTENT_TYPE = "application/problem+json"


def problem(status: int, detail: str, errors: list[dict[str, str]] | None = None) -> HttpResponse:
    """Return the problem; `errors` names each parameter and why it was refused."""
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        content["errors"] = errors
    return HttpResponse(
        json.dumps(content, ensure_ascii=False), status=status, content_type=CONTENT_TYPE
    )


def in_language_of(request: HttpRequest) -> Any:
    """Return a context in which sentences are in the language that the reader asks for."""
    return translation.override(translation.get_language_from_request(request))


def not_found(request: HttpRequest) -> HttpResponse:
    """Say that nothing public stands at this address."""
    return problem(404, _("There is nothing public at this address of the API."))


def not_allowed(request: HttpRequest) -> HttpResponse:
    """Say that the API only reads."""
    return problem(405, _("The API only reads: use GET or HEAD."))


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """Say when the next request will be answered."""
    detail = _("Too many requests from your address; the next one is answered in %s seconds.")
    answer = problem(429, detail % seconds)
    answer["Retry-After"] = str(seconds)
    return answer


def unknown_parameters(request: HttpRequest, names: list[str]) -> HttpResponse:
    """Refuse parameters that the address does not know: a misspelt filter would give everything."""
    reason = _("This address has no such parameter.")
    errors = [{"name": name[:60], "reason": reason} for name in names]
    return problem(422, _("The request has parameters that are not understood."), errors)


def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Say of each parameter why its value was refused."""
    errors = [
        {"name": str(one["loc"][-1])[:60], "reason": _reason(one["type"], one.get("ctx") or {})}
        for one in error.errors
    ]
    return problem(422, _("The value of a parameter was refused."), errors)


def _reason(kind: str, context: Mapping[str, Any]) -> str:
    """Return the sentence for a kind of fault that the validator names."""
    if kind.startswith("int_"):
        return _("A whole number is needed.")
    if kind == "less_than_equal":
        return _("The number may be %s at most.") % context["le"]
    if kind == "greater_than_equal":
        return _("The number must be %s at least.") % context["ge"]
    if kind == "enum":
        return _("One of these is needed: %s.") % context["expected"].replace(" or ", ", ")
    return _("The text is too long or has characters that no code has.")
