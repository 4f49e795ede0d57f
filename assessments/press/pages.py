"""The pages of a publication: the ranking of each group and the scorecard of each unit."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from assessments.models import FrozenPage, Publication, PublishedResult
from assessments.press import files, share
from assessments.press.ranking import ranking_context
from assessments.press.scorecard import beside, scorecard_context, scorecard_words
from assessments.press.stored import html_page, stored_context
from assessments.queries.public import published
from assessments.queries.public.addresses import address
from assessments.queries.public.rankings import Ranking


def printed(publication: Publication, tables: list[Ranking]) -> Iterator[FrozenPage]:
    """Yield the rankings and scorecards of a publication in every language."""
    results = list(published.scores(publication))
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            base = stored_context(publication)
            yield from _rankings(base, tables)
            yield from _scorecards(base, tables, results)


def _rankings(base: dict[str, Any], tables: list[Ranking]) -> Iterator[FrozenPage]:
    publication = base["publication"]
    groups, leaves = [table.group for table in tables], files.leaves_path(publication, tables)
    for table in tables:
        context = base | ranking_context(publication, table, groups, leaves=leaves)
        context["share_image"] = share.whole_address(publication, table.group.code)
        parts = {"key": publication.slug, "group": table.group.code}
        yield html_page(context, "public/ranking.html", "ranking", parts)


def _scorecards(
    base: dict[str, Any], tables: list[Ranking], results: list[PublishedResult]
) -> Iterator[FrozenPage]:
    publication = base["publication"]
    rows = {row.result.pk: row for table in tables for row in (*table.ranked, *table.unranked)}
    groups, words = beside(tables), scorecard_words(publication.year)
    for result in results:
        code, name = result.group.code, result.unit_name
        ranking = address("ranking", key=publication.slug, group=code)
        context = base | scorecard_context(result, groups)
        context |= {
            "row": rows[result.pk],
            "words": words,
            "share_image": share.whole_address(publication, code),
            "crumbs": [
                (f"{_('Ranking')} {publication.year}", ranking),
                (name, address("unit", slug=result.unit_slug)),
                (f"{_('Scorecard')} {publication.year}", ""),
            ],
        }
        parts = {"slug": result.unit_slug, "publication": publication.slug}
        yield html_page(context, "public/scorecard.html", "scorecard", parts)
