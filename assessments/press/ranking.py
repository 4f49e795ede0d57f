"""What the page of a ranking shows, whether it is printed once or sorted for one reader."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _

from assessments.choices import PublicationKind, RankBasis
from assessments.models import Publication, PublishedGroup
from assessments.queries.public import ranking_order
from assessments.queries.public.addresses import (
    address,
    data_address,
    report_file_address,
    workbook_address,
)
from assessments.queries.public.ranking_order import GAINED, INDEX, NAME, PLACES, RANK, Order
from assessments.queries.public.rankings import Ranking, Row

#: Sorted from the least at first; everything else begins with the most.
_UPWARD = frozenset({RANK, NAME})
_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Head:
    """A head of the table by which it is sorted; `state` is the value of aria-sort or nothing."""

    key: str
    label: str
    url: str
    state: str
    field: str = ""


@dataclass(frozen=True)
class Part:
    """One unit's index of one field, and how wide of 100 its bar is drawn."""

    code: str
    name: str
    index: str | None
    width: str


@dataclass(frozen=True)
class Line:
    """One row of the page; `tied` tells that others of the table share its rank."""

    row: Row
    tied: bool
    parts: list[Part]


@dataclass(frozen=True)
class Grade:
    """A band of the scheme with its limits in index points and how many units reached it."""

    label: str
    least: Decimal
    below: Decimal | None
    count: int
    url: str


def ranking_context(
    publication: Publication, table: Ranking, groups: Iterable[PublishedGroup],
    order: Order | None = None, *, leaves: str,
) -> dict[str, Any]:  # fmt: skip
    """Return what `public/ranking.html` shows of a group; `order` sorts and narrows its rows.

    `leaves`: the address of the CSV of all leaves, nothing where there is none.
    """
    order = order or Order()
    path = quote(address("ranking", key=publication.slug, group=table.group.code))
    shown = ranking_order.arranged(table, order)
    is_record = publication.kind == PublicationKind.RECORD
    fields = [] if is_record else table.fields
    lines = [_lines(rows, table, fields) for rows in (shown.ranked, shown.unranked)]
    heads = _heads(table, order, path, is_record=is_record)
    return {
        "table": table, "groups": groups, "order": order, "is_record": is_record,
        "path": path, "disputed": table.disputed, "fields": fields, "heads": heads,
        "inferred": any(row.result.rank_basis == RankBasis.INFERRED for row in table.ranked),
        "sections": lines, "count": len(lines[0]) + len(lines[1]),
        "total": len(table.ranked) + len(table.unranked),
        "narrowed": bool(order.band or order.text), "sorted_by": _named(heads, order),
        "bands": ranking_order.bands(table), "grades": _grades(table, order, path),
        "changed_scheme": any(row.scheme_changed for row in table.ranked),
        "columns": len(heads) + (3 if is_record else 2),
        "files": _files(publication, table, leaves),
        "crumbs": [
            (_("Rankings"), address("rankings")),
            (f"{publication.year} – {table.group.name}", ""),
        ],
    }  # fmt: skip


def _lines(rows: list[Row], table: Ranking, fields: list[dict[str, Any]]) -> list[Line]:
    """Return rows as they are printed; a rank that another unit of the table holds too is tied."""
    held = Counter(row.result.rank for row in table.ranked)
    return [Line(row, held[row.result.rank] > 1, _parts(row, fields)) for row in rows]


def _files(publication: Publication, table: Ranking, leaves: str) -> list[tuple[str, str]]:
    found = [
        ("CSV", data_address(publication, table.group.code)),
        ("XLSX", workbook_address(publication)),
        ("JSON", data_address(publication)),
        *([(_("CSV of all criteria"), leaves)] if leaves else []),
    ]
    if publication.kind == PublicationKind.RECORD:
        return found  # nothing is reported of figures that were only copied
    report = [
        (_("Report (PDF)"), report_file_address(publication)),
        (_("Report as a page"), address("report", key=publication.slug)),
    ]
    return [*found, *report]


def asked(order: Order) -> dict[str, str]:
    """Return the parameters of an address that asks for this order; none for the bare one."""
    found = {}
    if order.sort != RANK or order.descending:
        found["sap-xep"] = order.sort
    if order.descending != begins_downward(order.sort):
        found["chieu"] = "giam" if order.descending else "tang"
    return found | {
        key: value for key, value in (("xep-loai", order.band), ("tim", order.text)) if value
    }


def begins_downward(sort: str) -> bool:
    """Tell whether a first click on this head puts the most on top."""
    return sort not in _UPWARD


def _url(path: str, order: Order) -> str:
    query = urlencode(asked(order))
    return f"{path}?{query}" if query else path


def _heads(table: Ranking, order: Order, path: str, *, is_record: bool) -> list[Head]:
    labels = {RANK: _("Rank"), NAME: _("Unit"), INDEX: _("Index"), PLACES: _("Change of rank"),
              GAINED: _("Change of index")}  # fmt: skip
    names = {part["code"]: part["name"] for part in table.fields}
    found = []
    for key in ranking_order.sorts(table, record=is_record):
        active = key == order.sort
        down = not order.descending if active else begins_downward(key)
        now = ("descending" if order.descending else "ascending") if active else ""
        url = _url(path, replace(order, sort=key, descending=down))
        field = names.get(key, "") if key not in labels else ""
        found.append(Head(key, labels.get(key, key), url, now, field))
    return found


def _named(heads: list[Head], order: Order) -> str:
    head = next(head for head in heads if head.key == order.sort)
    return f"{head.label}. {head.field}" if head.field else head.label


def _parts(row: Row, fields: list[dict[str, Any]]) -> list[Part]:
    found = []
    for field in fields:
        index = row.parts.get(field["code"], {}).get("index")
        share = min(max(Decimal(index or 0), Decimal(0)), Decimal(100))
        width = f"{share.quantize(_TENTH, ROUND_HALF_UP).normalize():f}"
        found.append(Part(field["code"], field["name"], index, width))
    return found


def _grades(table: Ranking, order: Order, path: str) -> list[Grade]:
    held = Counter(row.result.band for row in (*table.ranked, *table.unranked))
    found: list[Grade] = []
    limits = [(Decimal(part["min_index"]), str(part["label"])) for part in table.group.bands]
    for least, label in sorted(limits, reverse=True):
        url = _url(path, replace(order, band=label))
        found.append(Grade(label, least, found[-1].least if found else None, held[label], url))
    return found
