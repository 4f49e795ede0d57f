"""Paged tables of live pages; a ranking is a template of its own (design 7)."""

from typing import Any

import django_tables2 as tables
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assessments.choices import PublicationKind
from assessments.models import Publication, Scheme
from assessments.queries.addresses import data_address
from cchc.templatetags.portal import vn_datetime

PAGE_SIZE = 25


class PagedTable(tables.Table):
    """A table of which one page is shown; its columns cannot be sorted by the reader."""

    def turn_to(self, asked: str | None) -> None:
        """Show the page that was asked for, the first for garbage, the last past the end."""
        number = Paginator(self.rows, PAGE_SIZE).get_page(asked).number
        self.paginate(page=number, per_page=PAGE_SIZE)


def _scheme_address(record: Scheme) -> str:
    address = reverse("public:scheme", kwargs={"code": record.code})
    return f"{address}?phien-ban={record.version}"


class SchemeTable(PagedTable):
    """Issued schemes, one version a row."""

    title = tables.Column(_("Scheme"), linkify=_scheme_address)
    group = tables.Column(_("Group"))
    version = tables.Column(_("Version"), attrs={"cell": {"class": "number"}})
    decision_number = tables.Column(_("Decision"), default="—")
    illustrative = tables.Column(_("Kind"))

    class Meta:
        model = Scheme
        fields = ("title", "group", "version", "decision_number", "illustrative")
        orderable = False
        template_name = "public/_table.html"

    def render_illustrative(self, value: bool) -> Any:
        """Say whether the scheme is an official text."""
        return _("illustrative") if value else _("official")


class PublicationTable(PagedTable):
    """Publications with their files."""

    year = tables.Column(_("Year"))
    title = tables.Column(
        _("Publication"),
        linkify=lambda record: reverse("public:ranking_of", kwargs={"key": record.slug}),
    )
    kind = tables.Column(_("Kind"))
    published_at = tables.Column(_("Published"))
    files = tables.Column(_("Files"), empty_values=())
    sha256 = tables.Column(_("SHA-256"), default="—")

    class Meta:
        model = Publication
        fields = ("year", "title", "kind", "published_at", "files", "sha256")
        orderable = False
        template_name = "public/_table.html"

    def render_kind(self, record: Publication) -> Any:
        """Say whose figures these are."""
        return PublicationKind(record.kind).label

    def render_published_at(self, value: Any) -> str:
        """Print the moment of publication."""
        return vn_datetime(value)

    def render_files(self, record: Publication) -> SafeString:
        """Link the JSON file and the CSV file of each group."""
        links = [(data_address(record), "JSON")]
        links += [
            (data_address(record, group.code), f"CSV {group.code}") for group in record.groups.all()
        ]
        items = format_html_join("", '<li><a href="{}">{}</a></li>', links)
        return format_html('<ul class="files">{}</ul>', items)

    def render_sha256(self, value: str) -> SafeString:
        """Print the hash so that it may break on a narrow screen."""
        return format_html('<code class="hash">{}</code>', value)
