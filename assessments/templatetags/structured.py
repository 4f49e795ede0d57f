"""Structured data for search engines: blocks of JSON-LD that no browser runs."""

import json
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html

from assessments.choices import PublicationKind
from assessments.queries.public.addresses import data_address
from assessments.queries.public.data_files import FORMATS

register = template.Library()
SCHEMA = "https://schema.org"
#: Letters that could end the block or begin a tag stand as escapes of JSON.
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


class JsonLd:
    """Data as JSON that stands in a page as it is: nothing in it can end its block."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def __html__(self) -> str:
        """Return the JSON, without any letter that means something to HTML."""
        return json.dumps(self.data, ensure_ascii=False).translate(_ESCAPES)


@register.simple_tag(takes_context=True)
def structured_data(context: template.Context) -> str:
    """Print what a page tells search engines: where it stands, whose it is, and which data it has.

    Reads `crumbs`, `canonical_url`, `site`; of a ranking also `publication` and `files`,
    of a list of publications `catalogued`. Illustrative figures tell nothing: they are not for
    search engines.
    """
    if context.get("noindex") or not context.get("canonical_url"):
        return ""
    found = [_organization(context.get("site")), _crumbs(context)]
    publication, files = context.get("publication"), context.get("files")
    if publication and files:
        here, site = context["canonical_url"], context.get("site")
        found.append(_dataset(publication, here, _with_media_types(files), site))
    if catalogued := context.get("catalogued"):
        found.append(_catalogue(context, catalogued))
    data = {"@context": SCHEMA, "@graph": [part for part in found if part]}
    if not data["@graph"]:
        return ""
    return format_html('<script type="application/ld+json">{}</script>', JsonLd(data))


def _organization(site: Any) -> dict[str, Any] | None:
    if not site:
        return None
    known = {"address": site.address, "telephone": site.telephone, "email": site.email}
    return {"@type": "GovernmentOrganization", "name": site.governing_body} | {
        key: value for key, value in known.items() if value
    }


def _crumbs(context: template.Context) -> dict[str, Any] | None:
    crumbs = context.get("crumbs")
    if not crumbs:
        return None
    here = context["canonical_url"]
    rows = [(str(label), url or here) for label, url in crumbs]
    rows.insert(0, (str(context.get("portal_name", "")), reverse("public:home")))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": url}
            for place, (name, url) in enumerate(rows, start=1)
        ],
    }


def _with_media_types(files: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return media type and address of each file, from pairs of a word and an address."""
    media_types = {word.lower(): media_type for media_type, word in FORMATS.items()}
    endings = [(url.rpartition(".")[2], url) for _word, url in files]
    return [(media_types[ending], url) for ending, url in endings if ending in media_types]


def _dataset(publication: Any, url: str, files: list[tuple[str, str]], site: Any) -> dict[str, Any]:
    creator = {}
    if site and publication.kind != PublicationKind.RECORD:  # a record has its own sources
        creator = {"creator": {"@type": "GovernmentOrganization", "name": site.governing_body}}
    return {
        "@type": "Dataset",
        "name": publication.title,
        "description": f"{publication.title}: chỉ số, xếp hạng, xếp loại và điểm của từng đơn vị.",
        "url": url,
        "inLanguage": "vi",
        "isAccessibleForFree": True,
        "license": reverse("public:terms"),
        "datePublished": publication.published_at.isoformat(),
        "temporalCoverage": str(publication.year),
        "version": str(publication.revision),
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": path}
            for kind, path in files
        ],
    } | creator


def _catalogue(context: template.Context, publications: Any) -> dict[str, Any]:
    site = context.get("site")
    return {
        "@type": "DataCatalog",
        "name": str(context.get("portal_name", "")),
        "url": context["canonical_url"],
        "dataset": [
            _dataset(
                row,
                reverse("public:ranking_of", kwargs={"key": row.slug}),
                [("application/json", data_address(row))],
                site,
            )
            for row in publications
        ],
    }
