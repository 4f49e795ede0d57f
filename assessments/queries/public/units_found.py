"""Units as people search them: accents optional, by other names, with what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from cchc.kit.text import unaccent
from units.models import Succession, Unit

LIMIT = 50


@dataclass(frozen=True)
class Found:
    """A unit, the other names by which it was found, its successors and its predecessors."""

    unit: Unit
    other_names: list[str]
    after: Sequence[Succession]
    before: Sequence[Succession]


def find_units(text: str) -> list[Found]:
    """Return at most 50 units named like `text`; the units that still exist come first."""
    key = unaccent(text)
    if not key:
        return []
    named = Q(search_name__contains=key) | Q(aliases__search_name__contains=key)
    links = Succession.objects.select_related("predecessor", "successor").order_by(
        "effective_on", "pk"
    )
    rows = (
        Unit.objects.filter(pk__in=Unit.objects.filter(named).values("pk"))
        .prefetch_related("aliases", Prefetch("successions", links), Prefetch("origins", links))
        .order_by("sort_name", "code")[:LIMIT]
    )
    found = [_found(unit, key) for unit in rows]
    return sorted(found, key=lambda one: bool(one.after))


def _found(unit: Unit, key: str) -> Found:
    names = [alias.name for alias in unit.aliases.all() if key in alias.search_name]
    return Found(unit, names, list(unit.successions.all()), list(unit.origins.all()))
