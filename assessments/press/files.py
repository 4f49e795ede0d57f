"""The data files of a publication: JSON that recomputes, its rankings and its leaves as CSV."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils import translation

from assessments.models import FrozenPage, Publication
from assessments.press import columns
from assessments.press.stored import CSV, JSON, kind_label, stored
from assessments.queries.public.addresses import data_address, leaves_address
from assessments.queries.public.opendata import open_data, sha256_of
from assessments.queries.public.rankings import Ranking
from cchc.kit.canonical import canonical_json

#: Signs that begin a formula, and what may stand before one unseen.
_SIGN, _BLANK = "[=+\\-@＝＋－＠﹦﹢﹣]", "[\\s\u200b\ufeff]*"
_FORMULA = re.compile(f"[\\t\\r\\n]|{_BLANK}{_SIGN}")
#: A spreadsheet with a decimal comma cuts at the semicolon, also inside of our cells.
_AFTER_CUT = re.compile(f"([;\\t\\r\\n]{_BLANK})(?={_SIGN})")
_QUOTED = r"\1'"


def printed(publication: Publication, tables: list[Ranking]) -> Iterator[FrozenPage]:
    """Yield the files of a publication; data have one language."""
    with translation.override("vi"):
        for table in tables:
            path = data_address(publication, table.group.code)
            yield stored(publication, path, CSV, ranking_csv(publication, table))
        if path := leaves_path(publication, tables):
            yield stored(publication, path, CSV, leaves_csv(publication, tables))
    yield stored(publication, data_address(publication), JSON, data_file(publication))


def leaves_path(publication: Publication, tables: list[Ranking]) -> str:
    """Return where the CSV of all leaves is printed; nothing for a record, which has none."""
    has_leaves = any(table.group.criteria for table in tables)
    return leaves_address(publication) if has_leaves else ""


def data_file(publication: Publication) -> str:
    """Return the open data of a publication as canonical JSON with the hash of all above it."""
    content = open_data(publication)
    return canonical_json(content | {"sha256": sha256_of(content)})


def ranking_csv(publication: Publication, table: Ranking) -> str:
    """Return a ranking as CSV; figures exact, with a decimal point."""
    heads = (*columns.RANKING, *columns.field_heads(table), *columns.AFTER)
    rows = (columns.ranking_row(row, table) for row in (*table.ranked, *table.unranked))
    return _csv(publication, heads, rows)


def leaves_csv(publication: Publication, tables: list[Ranking]) -> str:
    """Return every leaf of every unit of all groups as CSV; points exact, empty where missing."""
    rows = columns.leaf_rows(publication, [table.group for table in tables])
    return _csv(publication, columns.LEAVES, rows)


def _csv(publication: Publication, heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Return rows as CSV with a byte order mark, each with the year and whose figures they are."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([safe_cell(head) for head in (columns.YEAR, columns.KIND, *heads)])
    every = (publication.year, kind_label(publication))
    for row in rows:
        writer.writerow([_cell(value) for value in (*every, *row)])
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"  # str() writes a zero of ten places as 0E-10
    return safe_cell("" if value is None else str(value))


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, after spaces or a cut either (6)."""
    text = str(text)
    if begins := _FORMULA.match(text):
        return f"'{begins[0]}{_AFTER_CUT.sub(_QUOTED, text[begins.end() :])}"
    return _AFTER_CUT.sub(_QUOTED, text)
