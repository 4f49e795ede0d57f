"""Movement since the year before: one matcher for the public pages and for the dry run.

Only exactly the year before, of the same kind, is compared with; a record of the press never is
(design 0.17). A unit is matched by its code, else by the one predecessor published then.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from assessments.choices import PublicationKind
from assessments.models import Publication, PublishedResult
from units.models import Succession

#: Columns of a result that no comparison reads.
BULKY = ("fields", "source", "note")


def year_before(at: dt.datetime, of: Publication) -> Publication | None:
    """Return the current publication of exactly the year before and of the same kind, or None.

    Of a printed one that which it was printed with, whatever was corrected since: its stored
    pages and those made of it later tell the same movement.
    """
    if of.kind == PublicationKind.RECORD:
        return None
    if of.sha256:
        return of.compared_with
    return Publication.objects.current(at).filter(kind=of.kind, year=of.year - 1).first()


def predecessor_codes() -> dict[int, list[str]]:
    """Return, for each unit that follows others, the codes of all that came before it."""
    origins: dict[int, list[tuple[int, str]]] = {}
    links = Succession.objects.values_list("successor_id", "predecessor_id", "predecessor__code")
    for successor, predecessor, code in links.order_by("pk"):
        origins.setdefault(successor, []).append((predecessor, code))
    return {unit: _walk(unit, origins) for unit in origins}


def _walk(unit: int, origins: dict[int, list[tuple[int, str]]]) -> list[str]:
    found: dict[int, str] = {}
    edge = [unit]
    while edge:
        for predecessor, code in origins.get(edge.pop(), []):
            if predecessor not in found and predecessor != unit:
                found[predecessor] = code
                edge.append(predecessor)
    return list(found.values())


@dataclass(frozen=True)
class Place:
    """Where a unit stands in a group: what a movement is counted from and to."""

    group: str
    rank: int | None
    index: Decimal | None


@dataclass(frozen=True)
class Change:
    """How a unit moved; `places` up is positive, None where nothing can be compared.

    A unit that stood in another group then is not compared; `group` names that group. `origins`
    are the results of all the units that a merged one follows: several are not compared either.
    """

    before: PublishedResult | None = None
    places: int | None = None
    gained: Decimal | None = None
    group: str = ""
    origins: tuple[PublishedResult, ...] = ()


class Earlier:
    """The results of an earlier publication, found by the units that stand there now.

    `codes` narrows them to the units of these codes.
    """

    def __init__(self, publication: Publication | None, codes: Iterable[str] | None = None) -> None:
        rows: Iterable[PublishedResult] = []
        if publication is not None:
            results = publication.results.select_related("group").defer(*BULKY)
            rows = results if codes is None else results.filter(unit_code__in=list(codes))
        self._by_code = {row.unit_code: row for row in rows}

    @classmethod
    def among(cls, results: Iterable[PublishedResult]) -> "Earlier":
        """Return the earlier results from rows at hand, each with its group."""
        found = cls(None)
        found._by_code = {row.unit_code: row for row in results}
        return found

    def result(self, code: str, predecessors: Iterable[str]) -> PublishedResult | None:
        """Return the result of the unit `code`, or of the only predecessor that had one."""
        return self._by_code.get(code) or self._only(predecessors)

    def change(self, code: str, predecessors: Iterable[str], now: Place) -> Change:
        """Return the change of the unit `code`, whose predecessors had the codes given."""
        before = self.result(code, predecessors)
        if before is None:
            return Change(origins=tuple(self._of(predecessors)))
        if before.group.code != now.group:
            return Change(before, group=before.group.name)
        places = gained = None
        if before.rank is not None and now.rank is not None:
            places = before.rank - now.rank
        if before.index is not None and now.index is not None:
            gained = now.index - before.index
        return Change(before, places, gained)

    def _of(self, codes: Iterable[str]) -> list[PublishedResult]:
        return [self._by_code[code] for code in codes if code in self._by_code]

    def _only(self, codes: Iterable[str]) -> PublishedResult | None:
        found = self._of(codes)
        return found[0] if len(found) == 1 else None
