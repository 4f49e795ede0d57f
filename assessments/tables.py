"""Paged tables of live pages; a ranking is a template of its own (design 7)."""

from typing import Any

import django_tables2 as tables
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.models import Scheme

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
