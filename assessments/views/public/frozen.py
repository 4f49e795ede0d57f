"""Serve the stored bytes of a publication: compressed, with ETag, never before its moment."""

import datetime as dt
import gzip
import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import content_disposition_header

from assessments import press
from assessments.press import corrections
from assessments.queries.public import published
from assessments.views.public.answers import cache_term

_GZIP = re.compile(r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[0-9.]+\s*)?(?:,|$)")


class Stored(HttpResponse):
    """The whole bytes of a stored page, the same for everybody who may have them."""


def takes_gzip(request: HttpRequest) -> bool:
    """Tell whether the reader accepts gzip."""
    return bool(_GZIP.search(request.headers.get("Accept-Encoding", "").lower()))


def serve(request: HttpRequest, path: str, at: dt.datetime) -> HttpResponse:
    """Answer with the stored page at `path`.

    Raise Http404 when there is none or its publication is not public at `at`. A page that a
    public correction replaced carries the banner that says so, a file only the header: the stored
    bytes and their hash stay what they were (design 0.18).
    """
    page = None if "\0" in path else published.frozen_page(at, path)
    if page is None:
        raise Http404
    press.ring_for(page.publication, at)
    replaced_by = published.successor(at, page.publication)
    etag = f'W/"{page.sha256[:32]}{f"-{replaced_by.pk}" if replaced_by else ""}"'
    answer = get_conditional_response(request, etag)
    if answer is None:
        answer = _whole(request, page, replaced_by)
    answer["ETag"] = etag
    return _headers(request, answer, page, replaced_by)


def _whole(
    request: HttpRequest, page: published.FrozenPage, replaced_by: published.Publication | None
) -> HttpResponse:
    body = corrections.body_of(page, replaced_by)
    compressed = takes_gzip(request)
    answer = Stored(body if compressed else gzip.decompress(body), content_type=page.content_type)
    if compressed:
        answer["Content-Encoding"] = "gzip"
    if disposition := content_disposition_header(bool(page.filename), page.filename):
        answer["Content-Disposition"] = disposition
    return answer


def _headers(
    request: HttpRequest,
    answer: HttpResponse,
    page: published.FrozenPage,
    replaced_by: published.Publication | None,
) -> HttpResponse:
    answer["Cache-Control"] = cache_term(request)
    patch_vary_headers(answer, ["Accept-Encoding"])
    if page.publication.is_illustrative:
        answer["X-Robots-Tag"] = "noindex"
    if replaced_by and not isinstance(answer, HttpResponseNotModified):
        link = corrections.successor_address(page, replaced_by)
        answer["Link"] = f'<{link}>; rel="successor-version"'
    return answer
