"""Bring the units in by the real import, and let the succession of 2024 happen by a merger plan."""

import datetime as dt

import tablib

from assessments.demo.illustrative import DATA
from assessments.demo.people import DECISION
from cchc.kit.imports import load
from units import mergers
from units.models import Merger, Succession, Unit, User
from units.resources.units import AliasResource, UnitResource

#: The day from which the city has wards, communes and one special zone and no districts (design 1).
COMMUNES_SINCE = dt.date(2025, 7, 1)
#: Sở An toàn thực phẩm follows the management board in 2024 (design 0.13); the day is a guess.
FOOD_SAFETY_SINCE = dt.date(2024, 1, 1)


def _table(name: str) -> tablib.Dataset:
    text = (DATA / name).read_text(encoding="utf-8-sig")
    return tablib.Dataset().load(text, format="csv")


def load_units() -> None:
    """Import the units of 2021, their other names, and the communes of 2025."""
    load(UnitResource(), _table("units_2021.csv"))
    load(AliasResource(), _table("aliases.csv"))
    load(UnitResource(), _table("units_2025_communes.csv"))
    Unit.objects.filter(group__code="UBQH").update(dissolved_on=COMMUNES_SINCE)
    Unit.objects.filter(group__code="UBPX").update(established_on=COMMUNES_SINCE)


def rename_food_safety(*, by: User, at: dt.datetime) -> None:
    """Let Sở An toàn thực phẩm follow the management board, by a confirmed plan."""
    old = Unit.objects.get(code="SBN-03")
    merger = Merger.objects.create(
        kind=Succession.Kind.RENAMED, new_code="SBN-26", new_name="Sở An toàn thực phẩm",
        new_group=old.group, effective_on=FOOD_SAFETY_SINCE, note="Minh họa", **DECISION,
    )  # fmt: skip
    merger.predecessors.add(old)
    mergers.confirm(merger=merger, by=by, at=at)
