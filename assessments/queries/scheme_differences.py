"""The difference between two versions of a scheme, as data for pages (design 1)."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db.models import Choices
from django.utils.translation import gettext as _

from assessments.models import Criterion, Scheme
from assessments.queries.schemes import (
    BandContent,
    ComponentContent,
    CriterionContent,
    SchemeContent,
)
from assessments.scoring import Level, format_decimal
from cchc.kit.text import fold

Pair = tuple[CriterionContent, CriterionContent]
_TREE = ("code", "parent", "criteria", "bands")
_NONE = "—"


@dataclass(frozen=True)
class FieldChange:
    """One field, its printed value before and after."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class CriterionChange:
    """A criterion present in both versions with what differs; codes differ when it moved."""

    old_code: str
    code: str
    name: str
    changes: tuple[FieldChange, ...] = ()

    @property
    def moved(self) -> bool:
        """Tell whether the criterion has another number in the new version."""
        return self.old_code != self.code


@dataclass(frozen=True)
class Differences:
    """All that differs between two versions; every part is empty when nothing does."""

    heading: tuple[FieldChange, ...]
    added: tuple[CriterionContent, ...]
    removed: tuple[CriterionContent, ...]
    moved: tuple[CriterionChange, ...]
    changed: tuple[CriterionChange, ...]

    def __bool__(self) -> bool:
        return any((self.heading, self.added, self.removed, self.moved, self.changed))


def differences(old: SchemeContent, new: SchemeContent) -> Differences:
    """Return what was added, removed, moved and changed from `old` to `new`.

    A criterion is recognised by number and name, then by a name that is unique in both
    versions (moved), then by number alone (reworded).
    """
    pairs, removed, added = _match(old, new)
    both = [
        CriterionChange(before.code, after.code, after.name, tuple(_changes(before, after)))
        for before, after in pairs
    ]
    heading = [*_changes(old, new), *_band_changes(old.bands, new.bands)]
    return Differences(
        heading=tuple(heading),
        added=tuple(added),
        removed=tuple(removed),
        moved=tuple(change for change in both if change.moved),
        changed=tuple(change for change in both if change.changes and not change.moved),
    )


def _match(
    old: SchemeContent, new: SchemeContent
) -> tuple[list[Pair], list[CriterionContent], list[CriterionContent]]:
    left, right, pairs = list(old.criteria), list(new.criteria), []
    keys: tuple[Callable[[CriterionContent], Any], ...] = (
        lambda part: (part.code, fold(part.name)),
        lambda part: (part.is_leaf, fold(part.name)),
        lambda part: part.code,
    )
    for key in keys:
        found = _paired(left, right, key)
        pairs += found
        left = [part for part in left if all(part is not old_part for old_part, _new in found)]
        right = [part for part in right if all(part is not new_part for _old, new_part in found)]
    places = {part.code: place for place, part in enumerate(new.criteria)}
    return sorted(pairs, key=lambda pair: places[pair[1].code]), left, right


def _paired(
    left: Iterable[CriterionContent],
    right: Iterable[CriterionContent],
    key: Callable[[CriterionContent], Any],
) -> list[Pair]:
    """Pair the parts whose key is unique on both sides."""
    left, right = list(left), list(right)
    once = {key_ for key_, count in Counter(map(key, left)).items() if count == 1}
    once &= {key_ for key_, count in Counter(map(key, right)).items() if count == 1}
    after = {key(part): part for part in right if key(part) in once}
    return [(part, after[key(part)]) for part in left if key(part) in once]


def _changes(old: Any, new: Any) -> Iterable[FieldChange]:
    model = Criterion if isinstance(old, CriterionContent) else Scheme
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.name not in _TREE and before != after:
            yield FieldChange(_label(model, field.name), printed(before), printed(after))


def _label(model: type[Criterion] | type[Scheme], name: str) -> str:
    related = {"levels": _("levels"), "components": _("respondents")}
    return str(related.get(name) or getattr(model._meta.get_field(name), "verbose_name", name))


def _band_changes(
    old: tuple[BandContent, ...], new: tuple[BandContent, ...]
) -> Iterable[FieldChange]:
    if old != new:
        yield FieldChange(_("bands"), printed(old), printed(new))


def printed(value: Any) -> str:
    """Return a value of a scheme as a page shows it; parts of a tuple take a line each."""
    if value is None or value in ("", ()):
        return _NONE
    if isinstance(value, tuple):
        return "\n".join(_printed_part(part) for part in value)
    return _printed_value(value)


def _printed_value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Choices):
        return str(value.label)
    if isinstance(value, Decimal):
        return format_decimal(value)
    return value.strftime("%d/%m/%Y") if isinstance(value, dt.date) else str(value)


def _printed_part(value: Any) -> str:
    if isinstance(value, BandContent):
        return f"{value.label} ≥ {format_decimal(value.min_index)}"
    if isinstance(value, ComponentContent):
        return f"{value.name} × {format_decimal(value.weight)}"
    if isinstance(value, Level):
        return f"{value.label}: {level_points(value)}{_range(value)}"
    return str(value)


def level_points(level: Level) -> str:
    """Return what a level gives: fixed points, or the word for a proportional one."""
    if not level.proportional:
        return format_decimal(level.points)
    if level.target is None:
        return _("in proportion")
    return _("in proportion to %(target)s") % {"target": format_decimal(level.target)}


def _range(level: Level) -> str:
    if level.lower is None and level.upper is None:
        return ""
    opening = "[" if level.lower_inclusive and level.lower is not None else "("
    closing = "]" if level.upper_inclusive and level.upper is not None else ")"
    lower = "−∞" if level.lower is None else format_decimal(level.lower)
    upper = "∞" if level.upper is None else format_decimal(level.upper)
    return f" {opening}{lower}; {upper}{closing}"
