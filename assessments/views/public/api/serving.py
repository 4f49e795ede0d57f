"""What every address of the API does: count, answer problems, ETag, 304, and open to any site."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from assessments.views.public.answers import cache_term, tagged
from assessments.views.public.api import limits, problems

View = Callable[..., HttpResponse]
METHODS = "GET, HEAD, OPTIONS"


def served(view: View) -> View:
    """Wrap an address of the API; it reads only, so it needs no token against forged forms."""

    @csrf_exempt
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with problems.in_language_of(request):
            answer = _answer(request, lambda: view(request, *args, **kwargs))
        answer["Access-Control-Allow-Origin"] = "*"
        answer["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        return answer

    return wrapped


def _answer(request: HttpRequest, read: Callable[[], HttpResponse]) -> HttpResponse:
    if request.method == "OPTIONS":
        answer = HttpResponse(status=204)
        answer["Allow"] = answer["Access-Control-Allow-Methods"] = METHODS
        answer["Access-Control-Allow-Headers"] = "If-None-Match"
        answer["Access-Control-Max-Age"] = "86400"
        return answer
    if request.method not in ("GET", "HEAD"):
        answer = _unstored(problems.not_allowed(request))
        answer["Allow"] = METHODS
        return answer
    if wait := limits.seconds_to_wait(request):
        return _unstored(problems.too_many(request, wait))
    asked, request.method = request.method, "GET"  # a HEAD is read like a GET, its body not sent
    answer = read()
    request.method = asked
    return _stored(request, answer) if answer.status_code == 200 else _unstored(answer)


def _stored(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = cache_term(request)
    return tagged(request, answer)


def _unstored(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    patch_vary_headers(answer, ["Accept-Language"])
    return answer
