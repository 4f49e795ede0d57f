"""What search engines are told: which addresses there are, in which language, and what is new."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.queries.public import published, search_engines
from assessments.queries.public.addresses import address
from assessments.views.public.answers import site_base

#: A sitemap may hold 50 000 addresses; each place has one in every language.
PLACES = 50_000 // len(settings.LANGUAGES)
PAGES = (
    "home", "rankings", "comparison", "schemes", "opendata", "about", "method", "terms",
    "accessibility", "sitemap",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One page in every language, with the moment of its last change where that is known."""

    addresses: dict[str, str]
    changed: dt.datetime | None

    @property
    def fallback(self) -> str:
        """Return the address for readers of any other language."""
        return self.addresses[settings.LANGUAGE_CODE]


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines what is not for them."""
    context = {"base": site_base(request)}
    return render(request, "public/robots.txt", context, content_type="text/plain")


@require_safe
def sitemap_xml(request: HttpRequest) -> HttpResponse:
    """List the addresses, nothing illustrative and nothing under embargo.

    More than a sitemap may hold go on in `?phan=2` and so on, which robots.txt needs not name:
    the first part is an index of the parts then.
    """
    base, places = site_base(request), list(_places(timezone.now()))
    parts = -(-len(places) // PLACES)
    asked = request.GET.get("phan", "")
    numbers = [str(number) for number in range(1, parts + 1)]
    if asked and asked not in numbers:
        raise Http404
    if parts > 1 and not asked:
        context: dict[str, Any] = {"base": base, "numbers": numbers}
        return render(request, "public/sitemap_index.xml", context, content_type="application/xml")
    start = (int(asked or 1) - 1) * PLACES
    context = {"base": base, "places": list(islice(places, start, start + PLACES))}
    return render(request, "public/sitemap.xml", context, content_type="application/xml")


def _places(at: dt.datetime) -> Iterator[Place]:
    rows = search_engines.publications(at)
    newest = max((row.published_at for row in rows if row.published_at), default=None)
    latest = published.latest(at)
    for name in PAGES:
        if name == "home" and latest and latest.is_illustrative:
            continue  # that page asks not to be found
        yield _place(name, newest if name in ("home", "rankings", "opendata") else None)
    reported = search_engines.reported(rows)
    for row in rows:
        for group in row.groups.all():
            yield _place("ranking", row.published_at, key=row.slug, group=group.code)
        if row.pk in reported:
            yield _place("report", row.published_at, key=row.slug)
    for code, issued in search_engines.schemes():
        yield _place("scheme", issued, code=code)

    for slug, changed in search_engines.units(at):
        yield _place("unit", changed, slug=slug)
    for slug, key, changed in search_engines.scorecards(rows):
        yield _place("scorecard", changed, slug=slug, publication=key)


def _place(name: str, changed: dt.datetime | None, /, **parts: str) -> Place:
    addresses = {code: address(name, code, **parts) for code, _name in settings.LANGUAGES}
    return Place(addresses, changed)
