"""One stored page or file: its compressed bytes and their hash, the same for the same rows."""

import gzip
import hashlib
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from assessments.choices import PublicationKind
from assessments.models import FrozenPage, Publication, SiteIdentity
from assessments.queries.public.addresses import address, data_address

HTML = "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"
PDF = "application/pdf"
PNG = "image/png"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a browser shows in place; everything else is downloaded.
SHOWN = (HTML, PNG)
#: Where the banner of a later correction is put in when an old page is served (design 0.18).
CORRECTION_MARK = "<!--correction-->"


def kind_label(publication: Publication) -> str:
    """Return the word for whose figures these are."""
    return str(PublicationKind(publication.kind).label)


def page_context(publication: Publication) -> dict[str, Any]:
    """Return what every page about a publication says of it, in the active language."""
    return {
        "publication": publication,
        "earlier": publication.corrects,
        "kind_label": kind_label(publication),
        "json_url": data_address(publication),
        "noindex": publication.is_illustrative,
        "nav": "rankings",
    }


def stored_context(publication: Publication) -> dict[str, Any]:
    """Return what every stored page about a publication says, in the active language."""
    return page_context(publication) | {"frozen": True, "site": SiteIdentity.objects.first()}


def html_page(
    context: dict[str, Any], template: str, name: str, parts: dict[str, str]
) -> FrozenPage:
    """Return the public page `name` at the address that `parts` make, in the active language."""
    language = translation.get_language()
    other = next(code for code, _name in settings.LANGUAGES if code != language)
    path = address(name, **parts)
    addresses = {"canonical_url": path, "alternate_url": address(name, other, **parts)}
    body = render_to_string(template, context | addresses)
    return stored(context["publication"], path, HTML, body)


def stored(
    publication: Publication, path: str, content_type: str, content: str | bytes
) -> FrozenPage:
    """Return a page or picture, or a file that is downloaded under the last part of its path."""
    raw = content.encode() if isinstance(content, str) else content
    return FrozenPage(
        publication=publication,
        path=path,
        content_type=content_type,
        # No time in the header of the archive: equal pages are equal bytes.
        body=gzip.compress(raw, compresslevel=9, mtime=0),
        sha256=hashlib.sha256(raw).hexdigest(),
        filename="" if content_type in SHOWN else path.rpartition("/")[2],
    )
