"""Conflicts of interest: in whose appraisal a person takes no part (design 0.6)."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from assessments.models import Cycle, Receipt, ScoreHistory, Submission
from assessments.permissions.verdicts import day_of
from units.models import Succession, User


def conflicted_unit_ids(user: User, cycle: Cycle, at: dt.datetime) -> set[int]:
    """Return the units in whose appraisal the person takes no part in this cycle (design 0.6).

    Employment or tenure at any time from the assessed year's first day until now, the unit of
    the council seat, a declared conflict in force, or a past act in the unit's dossier; with
    predecessors and successors.
    """
    span = (cycle.first_day, max(day_of(at), cycle.first_day))
    found = set(user.memberships.overlapping(*span).values_list("unit_id", flat=True))
    found |= set(user.tenures.overlapping(*span).values_list("unit_id", flat=True))
    found |= set(user.authorisations.overlapping(*span).values_list("unit_id", flat=True))
    seats = user.council_seats.filter(council__cycle=cycle)
    found |= {unit for unit in seats.values_list("unit_id", flat=True) if unit}
    for seat in seats:
        found |= set(seat.conflicts.on(day_of(at)).values_list("unit_id", flat=True))
    found |= set(
        Submission.objects.filter(cycle=cycle)
        .filter(
            Q(pk__in=Receipt.objects.filter(signed_by=user).values("submission"))
            | Q(pk__in=ScoreHistory.objects.filter(by=user, action__startswith="unit.").values("score__submission"))
        )
        .values_list("unit_id", flat=True)
    )
    return with_lineage(found)


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
