"""A unit among the ranked units of its group: median and best, of the index and of each field."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from statistics import median

from assessments.models import PublishedResult

#: A field's name, the unit's own index, the group's median and the group's best, in percent.
FieldRow = tuple[str, Decimal | None, Decimal | None, Decimal | None]


@dataclass(frozen=True)
class Peers:
    """The indexes of the ranked units of a group, and of their fields by code."""

    indexes: list[Decimal] = field(default_factory=list)
    fields: dict[str, list[Decimal]] = field(default_factory=dict)

    @cached_property
    def median(self) -> Decimal | None:
        """Return the median index: of an even number, the mean of the two in the middle."""
        return median(self.indexes) if self.indexes else None

    @cached_property
    def by_field(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Return the median and the best of each field that some unit has an index in."""
        return {code: (median(found), max(found)) for code, found in self.fields.items()}


def peers(results: Iterable[PublishedResult]) -> Peers:
    """Return the peers among the results of one group; units without a rank do not count."""
    found = Peers()
    for result in results:
        if result.rank is None or result.index is None:
            continue
        found.indexes.append(result.index)
        for part in result.fields:
            if part["index"] is not None:
                found.fields.setdefault(part["code"], []).append(Decimal(part["index"]))
    return found


def field_rows(
    result: PublishedResult, by_field: dict[str, tuple[Decimal, Decimal]]
) -> list[FieldRow]:
    """Return each field of a result beside the group's median and best of `Peers.by_field`."""
    names = {part["code"]: part["name"] for part in result.group.criteria}
    rows: list[FieldRow] = []
    for part in result.fields:
        own = None if part["index"] is None else Decimal(part["index"])
        middle, best = by_field.get(part["code"], (None, None))
        rows.append((names.get(part["code"], part["code"]), own, middle, best))
    return rows
