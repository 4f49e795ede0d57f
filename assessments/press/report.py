"""The report of the results: one page in each language and one PDF, the same sentences."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from assessments.models import FrozenPage, Publication
from assessments.papers import paper_of, result_report_of, result_report_pdf
from assessments.press import share
from assessments.press.stored import PDF, html_page, stored, stored_context
from assessments.queries.public.addresses import (
    address,
    report_file_address,
    workbook_address,
)
from assessments.queries.public.rankings import Ranking
from assessments.queries.public.result_report import GroupFigures, report_figures


def printed(
    publication: Publication, tables: list[Ranking], at: dt.datetime
) -> Iterator[FrozenPage]:
    """Yield the page in every language and the PDF; raise ValueError for a record."""
    figures = report_figures(publication, tables, at)
    with translation.override("vi"):
        paper = paper_of(publication, result_report_of(publication, figures))
        moment = publication.published_at or at
        body = result_report_pdf(paper, at=moment)
        yield stored(publication, report_file_address(publication), PDF, body)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            context = _context(publication, figures)
            yield html_page(context, "public/report.html", "report", {"key": publication.slug})


def _context(publication: Publication, figures: list[GroupFigures]) -> dict[str, Any]:
    first = figures[0].group.code if figures else ""
    return stored_context(publication) | {
        "report": result_report_of(publication, figures),
        "pdf_url": report_file_address(publication),
        "workbook_url": workbook_address(publication),
        "share_image": share.whole_address(publication, first) if first else "",
        "crumbs": [
            (_("Rankings"), address("rankings")),
            (str(publication.year), address("ranking_of", key=publication.slug)),
            (_("Report of the results"), ""),
        ],
    }
