"""Conflicts of interest: in whose appraisal a person takes no part (design 0.6)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from assessments.models import (
    CouncilMember,
    Cycle,
    DeclaredConflict,
    Receipt,
    ScoreHistory,
    Submission,
)  # fmt: skip
from assessments.permissions.verdicts import day_of
from units.models import Membership, SigningAuthorisation, Succession, UnitHead, User


def conflicted_unit_ids(user: User, cycle: Cycle, at: dt.datetime) -> set[int]:
    """Return the units in whose appraisal the person takes no part in this cycle (design 0.6).

    Employment or tenure at any time from the assessed year's first day until now, the unit of
    the council seat, a declared conflict in force, or a past act in the unit's dossier; with
    predecessors and successors.
    """
    return conflicts_of([user.pk], cycle, at)[user.pk]


def conflicts_of(
    user_ids: Iterable[int], cycle: Cycle, at: dt.datetime
) -> dict[int, set[int]]:  # fmt: skip
    """Return for each person the units of `conflicted_unit_ids`, in two statements for all."""
    people, day = list(user_ids), day_of(at)
    span = (cycle.first_day, max(day, cycle.first_day))
    # One statement: every grid, list and act asks this.
    parts: list[Any] = [
        *(
            kind.objects.overlapping(*span).filter(user__in=people).values_list("user", "unit")
            for kind in (Membership, UnitHead, SigningAuthorisation)
        ),
        CouncilMember.objects.filter(
            user__in=people, council__cycle=cycle, unit__isnull=False
        ).values_list("user", "unit"),
        DeclaredConflict.objects.on(day)
        .filter(member__user__in=people, member__council__cycle=cycle)
        .values_list("member__user", "unit"),
        Receipt.objects.filter(signed_by__in=people, submission__cycle=cycle).values_list(
            "signed_by", "submission__unit"
        ),
        ScoreHistory.objects.filter(
            by__in=people, action__startswith="unit.", score__submission__cycle=cycle
        ).values_list("by", "score__submission__unit"),
    ]
    first, *others = (part.order_by() for part in parts)
    found: dict[int, set[int]] = {person: set() for person in people}
    for person, unit in first.union(*others):
        found[person].add(unit)
    if not any(found.values()):
        return found
    pairs = _successions()
    return {person: _joined(units, pairs) for person, units in found.items()}


def with_lineage(unit_ids: Iterable[int]) -> set[int]:
    """Return the units with all their predecessors and all their successors."""
    found = set(unit_ids)
    return _joined(found, _successions()) if found else found


def _successions() -> list[tuple[int, int]]:
    return list(Succession.objects.values_list("predecessor_id", "successor_id"))


def _joined(unit_ids: set[int], pairs: list[tuple[int, int]]) -> set[int]:
    found = set(unit_ids)
    for source, target in ((0, 1), (1, 0)):
        edge = set(unit_ids)
        while edge:
            edge = {pair[target] for pair in pairs if pair[source] in edge} - found
            found |= edge
    return found


def is_conflicted(user: User, submission: Submission, at: dt.datetime) -> bool:
    """Tell whether the person must take no part in the appraisal of this dossier."""
    return submission.unit_id in conflicted_unit_ids(user, submission.cycle, at)
