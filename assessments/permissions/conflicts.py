"""Conflicts of interest: in whose appraisal a person takes no part (design 0.6)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection

from assessments.models import Cycle, Submission
from assessments.permissions.verdicts import day_of
from units.models import Succession, User

#: Every person of the CTE `people(user_id)` with the units in whose appraisal they take no part:
#: the CTE `conflicts(user_id, unit_id)`, written once, because a judgement asks it for two people
#: in the statement that reads the rest. Takes the parameters of `asked_of`.
CONFLICTS = """
grounds(user_id, unit_id) AS (
  SELECT user_id, unit_id FROM units_membership JOIN people USING (user_id)
    WHERE since <= %(last)s AND (until IS NULL OR until >= %(first)s)
  UNION SELECT user_id, unit_id FROM units_unithead JOIN people USING (user_id)
    WHERE since <= %(last)s AND (until IS NULL OR until >= %(first)s)
  UNION SELECT user_id, unit_id FROM units_signingauthorisation JOIN people USING (user_id)
    WHERE since <= %(last)s AND (until IS NULL OR until >= %(first)s)
  UNION SELECT m.user_id, m.unit_id FROM assessments_councilmember m JOIN people USING (user_id)
    JOIN assessments_council n ON n.id = m.council_id
    WHERE n.cycle_id = %(cycle)s AND m.unit_id IS NOT NULL
  UNION SELECT m.user_id, d.unit_id FROM assessments_declaredconflict d
    JOIN assessments_councilmember m ON m.id = d.member_id JOIN people USING (user_id)
    JOIN assessments_council n ON n.id = m.council_id
    WHERE n.cycle_id = %(cycle)s
      AND d.since <= %(day)s AND (d.until IS NULL OR d.until >= %(day)s)
  UNION SELECT p.user_id, s.unit_id FROM people p
    JOIN assessments_receipt r ON r.signed_by_id = p.user_id
    JOIN assessments_submission s ON s.id = r.submission_id WHERE s.cycle_id = %(cycle)s
  UNION SELECT p.user_id, s.unit_id FROM people p
    JOIN assessments_scorehistory h ON h.by_id = p.user_id AND h.action LIKE 'unit.%%'
    JOIN assessments_criterionscore c ON c.id = h.score_id
    JOIN assessments_submission s ON s.id = c.submission_id WHERE s.cycle_id = %(cycle)s
), earlier_units(user_id, unit_id) AS (
  SELECT user_id, unit_id FROM grounds
  UNION SELECT e.user_id, s.predecessor_id
    FROM units_succession s JOIN earlier_units e ON e.unit_id = s.successor_id
), later_units(user_id, unit_id) AS (
  SELECT user_id, unit_id FROM grounds
  UNION SELECT l.user_id, s.successor_id
    FROM units_succession s JOIN later_units l ON l.unit_id = s.predecessor_id
), conflicts(user_id, unit_id) AS (
  SELECT user_id, unit_id FROM earlier_units UNION SELECT user_id, unit_id FROM later_units
)"""


def asked_of(cycle: Cycle, at: dt.datetime) -> dict[str, Any]:
    """Return the parameters of `CONFLICTS` for a cycle at a moment."""
    day, first = day_of(at), cycle.first_day
    return {"cycle": cycle.pk, "day": day, "first": first, "last": max(day, first)}


def conflicted_unit_ids(user: User, cycle: Cycle, at: dt.datetime) -> set[int]:
    """Return the units in whose appraisal the person takes no part in this cycle (design 0.6).

    Employment or tenure at any time from the assessed year's first day until now, the unit of
    the council seat, a declared conflict in force, or a past act in the unit's dossier; with
    predecessors and successors. One query: every grid, list and act asks this.
    """
    return conflicts_of([user.pk], cycle, at)[user.pk]


def conflicts_of(user_ids: Iterable[int], cycle: Cycle, at: dt.datetime) -> dict[int, set[int]]:
    """Return for each person the units of `conflicted_unit_ids`, in one query for all."""
    found: dict[int, set[int]] = {person: set() for person in user_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE people(user_id) AS (SELECT unnest(%(people)s::bigint[])),"  # noqa: S608
            f"{CONFLICTS} SELECT user_id, unit_id FROM conflicts",  # constants only
            {"people": list(found), **asked_of(cycle, at)},
        )
        for person, unit in cursor.fetchall():
            found[person].add(unit)
    return found


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
