"""Conflicts of interest: in whose appraisal a person takes no part (design 0.6)."""

import datetime as dt
from collections.abc import Iterable

from assessments.models import Cycle, DeclaredConflict, ScoreHistory, Submission
from assessments.permissions.verdicts import day_of
from units.models import Succession, User


def conflicted_unit_ids(user: User, cycle: Cycle, at: dt.datetime) -> set[int]:
    """Return the units in whose appraisal the person takes no part in this cycle (design 0.6).

    Employment or tenure at any time from the assessed year's first day until now, the unit of
    the council seat, a declared conflict in force, or a past act in the unit's dossier; with
    predecessors and successors.
    """
    day = day_of(at)
    span = (cycle.first_day, max(day, cycle.first_day))
    # One statement: every grid, list and act asks this.
    parts = [
        user.memberships.overlapping(*span),
        user.tenures.overlapping(*span),
        user.authorisations.overlapping(*span),
        user.council_seats.filter(council__cycle=cycle, unit__isnull=False),
        DeclaredConflict.objects.on(day).filter(member__user=user, member__council__cycle=cycle),
        Submission.objects.filter(cycle=cycle, receipts__signed_by=user),
    ]
    acted = ScoreHistory.objects.filter(
        by=user, action__startswith="unit.", score__submission__cycle=cycle
    ).values_list("score__submission__unit_id", flat=True)
    first, *others = (part.order_by().values_list("unit_id", flat=True) for part in parts)
    return with_lineage(set(first.union(*others, acted.order_by())))


def with_lineage(unit_ids: Iterable[int]) -> set[int]:
    """Return the units with all their predecessors and all their successors."""
    found = set(unit_ids)
    if not found:
        return found
    pairs = list(Succession.objects.values_list("predecessor_id", "successor_id"))
    for source, target in ((0, 1), (1, 0)):
        edge = set(unit_ids)
        while edge:
            edge = {pair[target] for pair in pairs if pair[source] in edge} - found
            found |= edge
    return found


def is_conflicted(user: User, submission: Submission, at: dt.datetime) -> bool:
    """Tell whether the person must take no part in the appraisal of this dossier."""
    return submission.unit_id in conflicted_unit_ids(user, submission.cycle, at)
