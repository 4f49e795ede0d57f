"""Answer for stored pages from memory: before sessions, languages and accounts are asked.

What is kept was answered by the view, behind the gate of the embargo, and is for one edition of
the portal: with the next publication or correction everything is forgotten. A process knows of a
new moment STORED_PAGES_SECONDS after it was set at the latest, and keeps the moments that it knows.
"""

import datetime as dt
import time
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response

from assessments.queries.public import editions
from assessments.views.public import frozen

Handler = Callable[[HttpRequest], HttpResponseBase]
#: Pages kept, and bytes of the largest one: a process holds 50 MB at the very most.
PAGES, LARGEST = 200, 256 * 1024


class Kept(NamedTuple):
    """One answer as the view and the middleware around it gave it."""

    body: bytes
    headers: dict[str, str]


class Shelf:
    """The answers of one edition, each by its address and whether it is compressed."""

    def __init__(self, edition: editions.Edition) -> None:
        self.edition = edition
        self.look_at = time.monotonic() + settings.STORED_PAGES_SECONDS
        self.answers: dict[tuple[str, bool], Kept] = {}

    def holds(self, at: dt.datetime) -> bool:
        """Tell whether nothing new can have become public, as far as this process knows."""
        next_at = self.edition.next_at
        return time.monotonic() < self.look_at and (next_at is None or at < next_at)

    def put(self, key: tuple[str, bool], answer: HttpResponse) -> None:
        """Keep an answer; the oldest makes room."""
        if len(answer.content) > LARGEST:
            return
        while len(self.answers) >= PAGES:
            self.answers.pop(next(iter(self.answers)), None)
        self.answers[key] = Kept(answer.content, dict(answer.items()))


class StoredPagesMiddleware:
    """Stands before the session: a plain question of somebody without an account ends here.

    Off where STORED_PAGES_SECONDS is 0.
    """

    def __init__(self, get_response: Handler) -> None:
        if not settings.STORED_PAGES_SECONDS:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.shelf: Shelf | None = None

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _is_plain(request):
            return self.get_response(request)
        key, at = (request.path, frozen.takes_gzip(request)), timezone.now()
        known = self.shelf is not None and key in self.shelf.answers
        if known and (kept := self._shelf(at).answers.get(key)):
            return _again(request, kept)
        # Only what was asked of the database after the shelf was set up may lie on it.
        shelf = self.shelf if self.shelf and self.shelf.holds(at) else None
        answer = self.get_response(request)
        if request.method == "GET" and isinstance(answer, frozen.Stored) and not answer.cookies:
            if shelf:
                shelf.put(key, answer)
            else:
                self._shelf(at)
        return answer

    def _shelf(self, at: dt.datetime) -> Shelf:
        """Return the shelf of the present edition; one read of the database where it may be new."""
        shelf = self.shelf
        if shelf and shelf.holds(at):
            return shelf
        fresh = Shelf(editions.edition(at))
        if shelf and shelf.edition.public == fresh.edition.public:
            fresh.answers = shelf.answers
        self.shelf = fresh
        return fresh


def _is_plain(request: HttpRequest) -> bool:
    return (
        request.method in {"GET", "HEAD"}
        and not request.META.get("QUERY_STRING")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
    )


def _again(request: HttpRequest, kept: Kept) -> HttpResponse:
    request.get_host()  # refuses a host that is not ours, as the middleware further in does
    answer = HttpResponse(kept.body, headers=kept.headers)
    same = get_conditional_response(request, kept.headers["ETag"], response=answer)
    return same or answer
