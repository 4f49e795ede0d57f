"""Print a publication once: its rankings, scorecards and data files, frozen (design 0.16, 0.20).

Workflow emits "publication.frozen" while the publication is still a draft, inside its own
transaction; what is printed here is stored as bytes and never rendered again. Pages know no host,
no reader and no clock: addresses are paths, and the same rows always give the same bytes.
"""

import csv
import datetime as dt
import gzip
import hashlib
import io
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from assessments.choices import PublicationKind, PublicationState, RankBasis
from assessments.models import FrozenPage, Publication, PublishedResult, SiteIdentity
from assessments.queries import published
from assessments.queries.addresses import address, data_address
from assessments.queries.opendata import open_data, sha256_of
from assessments.queries.rankings import Ranking, Row
from assessments.workflow import effects
from assessments.workflow.publications import flip_due
from cchc.kit.canonical import canonical_json

HTML = "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"
#: Where the banner of a later correction is put in when an old page is served (design 0.18).
CORRECTION_MARK = "<!--correction-->"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def register() -> None:
    """Register the handler that prints a publication when workflow schedules it."""
    effects.on("publication.frozen", render)


def ring(at: dt.datetime) -> None:
    """Let scheduled publications whose moment has come become public in the log as well."""
    flip_due(at)


def ring_for(publication: Publication, at: dt.datetime) -> None:
    """Ring when this publication is shown and still stored as scheduled; else ask nothing."""
    if publication.state == PublicationState.SCHEDULED:
        ring(at)


def render(publication: Publication, at: dt.datetime) -> None:
    """Store every page and file of a draft publication; printing again replaces what was stored.

    Raise the database's error when the publication is no longer a draft (design 0.21).
    """
    FrozenPage.objects.filter(publication=publication).delete()
    FrozenPage.objects.bulk_create(_pages(publication, at), batch_size=200)


def kind_label(publication: Publication) -> str:
    """Return the word for whose figures these are."""
    return str(PublicationKind(publication.kind).label)


def _pages(publication: Publication, at: dt.datetime) -> Iterator[FrozenPage]:
    tables = published.rankings(publication, at)
    for table in tables:
        path = data_address(publication, table.group.code)
        with translation.override("vi"):
            yield _page(publication, path, CSV, ranking_csv(publication, table))
    yield _page(publication, data_address(publication), JSON, data_file(publication))
    base = {"publication": publication, "frozen": True, "site": SiteIdentity.objects.first()}
    base |= {"earlier": publication.corrects, "noindex": publication.is_illustrative}
    base |= {"nav": "rankings", "json_url": data_address(publication)}
    results = list(published.scores(publication))
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            base["kind_label"] = kind_label(publication)
            yield from _rankings(base, tables)
            yield from _scorecards(base, tables, results)


def _rankings(base: dict[str, Any], tables: list[Ranking]) -> Iterator[FrozenPage]:
    publication = base["publication"]
    for table in tables:
        rows, fields = [*table.ranked, *table.unranked], table.fields
        context = base | {
            "table": table,
            "tables": tables,
            "is_record": publication.kind == PublicationKind.RECORD,
            "disputed": table.disputed,
            "inferred": any(row.result.rank_basis == RankBasis.INFERRED for row in table.ranked),
            "fields": fields,
            "by_field": [(row, [row.parts.get(part["code"]) for part in fields]) for row in rows],
            "csv_url": data_address(publication, table.group.code),
            "crumbs": [
                (_("Rankings"), address("rankings")),
                (f"{publication.year} – {table.group.name}", ""),
            ],
        }
        parts = {"key": publication.slug, "group": table.group.code}
        yield _html(context, "public/ranking.html", "ranking", parts)


def _scorecards(
    base: dict[str, Any], tables: list[Ranking], results: list[PublishedResult]
) -> Iterator[FrozenPage]:
    publication = base["publication"]
    rows = {row.result.pk: row for table in tables for row in (*table.ranked, *table.unranked)}
    peers = {table.group.pk: len(table.ranked) for table in tables}
    words = _words()
    for result in results:
        code, name = result.group.code, result.unit_name
        ranking = address("ranking", key=publication.slug, group=code)
        context = base | {
            "row": rows[result.pk],
            "result": result,
            "peers": peers[result.group_id],
            "sheet": published.sheet(result),
            "words": words,
            "crumbs": [
                (f"{_('Ranking')} {publication.year}", ranking),
                (name, address("unit", slug=result.unit_slug)),
                (f"{_('Scorecard')} {publication.year}", ""),
            ],
        }
        parts = {"slug": result.unit_slug, "publication": publication.slug}
        yield _html(context, "public/scorecard.html", "scorecard", parts)


def _words() -> dict[str, str]:
    """Return the heads of a scorecard, looked up once and not once a leaf."""
    return {
        "leaves": _("Points by criterion"),
        "criterion": _("Criterion"),
        "highest": _("Highest points"),
        "self": _("Self-assessed"),
        "appraised": _("Appraised"),
        "final": _("Final"),
        "trace": _("How the points come about"),
        "na": _("does not apply"),
    }


def _html(context: dict[str, Any], template: str, name: str, parts: dict[str, str]) -> FrozenPage:
    language = translation.get_language()
    other = next(code for code, _name in settings.LANGUAGES if code != language)
    path = address(name, **parts)
    addresses = {"canonical_url": path, "alternate_url": address(name, other, **parts)}
    body = render_to_string(template, context | addresses)
    return _page(context["publication"], path, HTML, body)


def _page(publication: Publication, path: str, content_type: str, text: str) -> FrozenPage:
    raw = text.encode()
    return FrozenPage(
        publication=publication,
        path=path,
        content_type=content_type,
        # No time in the header of the archive: equal pages are equal bytes.
        body=gzip.compress(raw, compresslevel=9, mtime=0),
        sha256=hashlib.sha256(raw).hexdigest(),
        filename="" if content_type == HTML else path.rpartition("/")[2],
    )


def data_file(publication: Publication) -> str:
    """Return the open data of a publication as canonical JSON with the hash of all above it."""
    content = open_data(publication)
    return canonical_json(content | {"sha256": sha256_of(content)})


def ranking_csv(publication: Publication, table: Ranking) -> str:
    """Return a ranking as CSV with a byte order mark; figures exact, with a decimal point."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([safe_cell(title) for title in _titles(table)])
    label = kind_label(publication)
    for row in (*table.ranked, *table.unranked):
        writer.writerow(_cells(row, table, publication.year, label))
    return out.getvalue()


def _titles(table: Ranking) -> list[str]:
    fields = [f"{part['code']}. {part['name']}" for part in table.fields]
    return [
        _("Year"), _("Kind of figures"), _("Rank"), _("Code"), _("Unit"), _("Index"), _("Band"),
        _("Achieved points"), _("Applicable points"), _("Bonus"), _("Penalty"), *fields,
        _("Basis of the rank"), _("Not ranked because"), _("Source"), _("Note"),
    ]  # fmt: skip


def _cells(row: Row, table: Ranking, year: int, label: str) -> list[str]:
    result = row.result
    numbers = [result.achieved, result.applicable, result.bonus, result.penalty]
    parts = [row.parts.get(part["code"], {}).get("index") for part in table.fields]
    texts = [result.unranked_reason, result.source, result.note]
    return [
        str(year), safe_cell(label), _plain(result.rank), safe_cell(result.unit_code),
        safe_cell(result.unit_name), _plain(result.index), safe_cell(result.band),
        *[_plain(number) for number in (*numbers, *parts)],
        safe_cell(result.get_rank_basis_display() if result.rank else ""),
        *[safe_cell(text) for text in texts],
    ]  # fmt: skip


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, also after spaces (design 6)."""
    text = str(text)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text
