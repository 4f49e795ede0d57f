"""The data files of a publication: JSON that recomputes, and its rankings as CSV."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from assessments.models import FrozenPage, Publication
from assessments.press.stored import CSV, JSON, kind_label, stored
from assessments.queries.addresses import data_address
from assessments.queries.opendata import open_data, sha256_of
from assessments.queries.rankings import Ranking, Row
from cchc.kit.canonical import canonical_json

_FORMULA = (*"=+-@＝＋－＠", "\t", "\r", "\n")


def printed(publication: Publication, tables: list[Ranking]) -> Iterator[FrozenPage]:
    """Yield the files of a publication; data have one language."""
    for table in tables:
        path = data_address(publication, table.group.code)
        with translation.override("vi"):
            yield stored(publication, path, CSV, ranking_csv(publication, table))
    yield stored(publication, data_address(publication), JSON, data_file(publication))


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
    if isinstance(value, Decimal):
        return f"{value:f}"  # str() writes a zero of ten places as 0E-10
    return "" if value is None else str(value)


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, also after spaces (design 6)."""
    text = str(text)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text
