"""The picture that social networks show beside a link to a ranking: one for each group.

Frozen and gated like every file, so nothing of it is seen before the publication. It is Vietnamese,
as the names in it are. A page names its picture by a whole address, which readers of such tags
need: that of SITE_URL, the one place where a stored page knows the portal's host. Without the
setting the tag is left out.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from assessments.choices import PublicationKind
from assessments.models import FrozenPage, Publication
from assessments.papers import share_png
from assessments.papers.said import listed, name, shown
from assessments.press.stored import PNG, kind_label, stored
from assessments.queries.public.addresses import share_address
from assessments.queries.public.rankings import Ranking, Row

#: How many ranks a picture names, and how many units of one rank.
RANKS, NAMES = 3, 3


def printed(publication: Publication, tables: list[Ranking]) -> Iterator[FrozenPage]:
    """Yield the picture of every group; call it in Vietnamese."""
    for table in tables:
        body = share_png(card(publication, table))
        yield stored(publication, share_address(publication, table.group.code), PNG, body)


def whole_address(publication: Publication, group: str) -> str:
    """Return the picture's address with the host of SITE_URL, or nothing without the setting."""
    path = share_address(publication, group)
    return f"{settings.SITE_URL}{path}" if settings.SITE_URL else ""


def card(publication: Publication, table: Ranking) -> dict[str, Any]:
    """Return what the picture says: year, group, whose figures, and up to three ranks with ties."""
    by_rank: dict[int, list[Row]] = {}
    for row in table.ranked:
        by_rank.setdefault(row.result.rank or 0, []).append(row)
    heading = f"Xếp hạng năm {publication.year}: {table.group.name}"
    return {
        "title": heading,
        "portal": "Chỉ số cải cách hành chính",
        "heading": heading,
        "mark": _mark(publication),
        "leaders": [_leader(place, rows) for place, rows in list(by_rank.items())[:RANKS]],
        "nothing": "Không có đơn vị được xếp hạng.",
        "foot": _foot(publication, len(table.ranked)),
    }


def _mark(publication: Publication) -> str:
    return "" if publication.kind == PublicationKind.OFFICIAL else kind_label(publication).upper()


def _leader(place: int, rows: list[Row]) -> dict[str, str]:
    names = [name(row.result.unit_name) for row in rows]
    index = rows[0].result.index
    return {
        "rank": str(place),
        "names": str(listed(names, most=NAMES)),
        "index": "" if index is None else shown(index, rows[0].decimals),
    }


def _foot(publication: Publication, ranked: int) -> str:
    said = [f"{ranked} đơn vị được xếp hạng"]
    if publication.is_decided and publication.decision_date:
        said.append(f"Quyết định {publication.decision_number}"
                    f" ngày {publication.decision_date:%d/%m/%Y}")  # fmt: skip
    if publication.corrects:
        said.append("bản đính chính")
    return " · ".join(said)
