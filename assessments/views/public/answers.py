"""How the public views answer: with the portal's own address, an ETag and a term for caches."""

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response

#: Seconds for which a cache may answer for the portal; a correction shows after that at the latest.
MAX_AGE = 60


def site_base(request: HttpRequest) -> str:
    """Return scheme and host without a slash: as configured, else as the reader asked for it."""
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, by_etag: bool = False
) -> HttpResponse:
    """Render a live page with its own address; `by_etag` answers 304 to who has it already.

    Only readers without an account get an ETag: a signed-in page is private and never stored.
    """
    address = f"{settings.SITE_URL}{request.path}"
    answer = render(request, template, {"canonical_url": address} | context)
    return by_content(request, answer) if by_etag else answer


def by_content(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Return a live answer with the ETag of its bytes, or a 304 to a reader who has them."""
    if _signed_in(request):
        return answer
    answer["Cache-Control"] = "public, no-cache"
    return tagged(request, answer)


def tagged(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Return the answer with the ETag of its bytes, or a 304 to a reader who has them."""
    etag = f'W/"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    answer["ETag"] = etag
    return get_conditional_response(request, etag, response=answer) or answer


def cache_term(request: HttpRequest) -> str:
    """Return the Cache-Control of what is the same for everybody and changes with a correction."""
    # The session's cookie may be renewed on any answer: no shared cache may keep that one.
    return f"{'private' if _signed_in(request) else 'public'}, max-age={MAX_AGE}"


def _signed_in(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES
