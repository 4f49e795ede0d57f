"""The standings of a whole cycle by one SQL statement, equal to `scoring` to the last digit.

`scoring.tally` and `scoring.ranking` do the same for one dossier and one group in Python; a
property test holds the two equal (design 0.8 and 4).
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection

from assessments.models import Cycle
from assessments.scoring import Part


class Points(StrEnum):
    """Which points of the leaves are added up."""

    FINAL = "final"
    APPRAISED = "appraised"


_COLUMNS = {
    Points.FINAL: ("r.final_points", "r.final_applicable"),
    Points.APPRAISED: (
        "r.appraised_points", "COALESCE(r.appraised_applicable, r.self_applicable)",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """One dossier in the standings.

    `achieved` and `applicable` are points, `bonus` and `penalty` the index points counted after
    their caps, `index` percent with ten places. `missing` counts the applicable leaves without
    points; while there are any, the dossier has no index.
    """

    submission_id: int
    unit_id: int
    group_id: int
    unit_code: str
    unit_name: str
    state: str
    ranked: bool
    unranked_reason: str
    achieved: Decimal
    applicable: Decimal
    bonus: Decimal
    penalty: Decimal
    missing: int
    index: Decimal | None
    rank: int | None
    band: str | None
    fields: tuple[Part, ...]


# A leaf without a row in the dossier counts as unfinished, hence the scheme on the left side.
# index = half up to 10 places of achieved / applicable * 100, by whole numbers: with `div`,
# floor((2 * 10^12 * A + B) / 2B) * 10^-10. PostgreSQL's `/` would round on its own terms.
_STATEMENT = """
WITH leaf AS (
  SELECT s.id AS submission_id, COALESCE(f.code, '') AS field, c.position, c.max_points,
         {points} AS points, COALESCE({applicable}, true) AS applies
  FROM assessments_submission s
  JOIN assessments_cyclescheme cs ON cs.id = s.cycle_scheme_id
  JOIN assessments_criterion c ON c.scheme_id = cs.scheme_id AND c.method <> 'sum'
  LEFT JOIN assessments_criterion f ON f.id = c.field_id
  LEFT JOIN assessments_criterionscore r ON r.submission_id = s.id AND r.criterion_id = c.id
  WHERE s.cycle_id = %(cycle)s
), part AS (
  SELECT submission_id, field, min(position) AS place,
         COALESCE(sum(points) FILTER (WHERE applies), 0)::numeric(14,4) AS achieved,
         COALESCE(sum(max_points) FILTER (WHERE applies), 0)::numeric(14,4) AS applicable,
         count(*) FILTER (WHERE applies AND points IS NULL) AS missing
  FROM leaf GROUP BY submission_id, field
), total AS (
  SELECT submission_id, sum(achieved) AS achieved, sum(applicable) AS applicable,
         sum(missing)::bigint AS missing,
         json_agg(json_build_array(field, achieved::text, applicable::text,
           CASE WHEN applicable > 0 AND missing = 0 THEN
             (div(achieved * 2000000000000 + applicable, 2 * applicable) * 0.0000000001)
             ::numeric(13,10)::text END) ORDER BY place)::text AS fields
  FROM part GROUP BY submission_id
), adjusted AS (
  SELECT a.submission_id,
         COALESCE(sum(a.points) FILTER (WHERE a.kind = 'bonus'), 0) AS bonus,
         COALESCE(sum(a.points) FILTER (WHERE a.kind = 'penalty'), 0) AS penalty
  FROM assessments_adjustment a JOIN assessments_submission s ON s.id = a.submission_id
  WHERE s.cycle_id = %(cycle)s AND a.state = 'accepted' GROUP BY a.submission_id
), counted AS (
  SELECT s.id, s.unit_id, s.group_id, s.unit_code, s.unit_name, s.state, s.ranked,
         s.unranked_reason, cs.scheme_id,
         COALESCE(t.achieved, 0)::numeric(14,4) AS achieved,
         COALESCE(t.applicable, 0)::numeric(14,4) AS applicable,
         LEAST(COALESCE(a.bonus, 0), h.bonus_cap)::numeric(14,4) AS bonus,
         LEAST(COALESCE(a.penalty, 0), h.penalty_cap)::numeric(14,4) AS penalty,
         COALESCE(t.missing, 0) AS missing, t.fields
  FROM assessments_submission s
  JOIN assessments_cyclescheme cs ON cs.id = s.cycle_scheme_id
  JOIN assessments_scheme h ON h.id = cs.scheme_id
  LEFT JOIN total t ON t.submission_id = s.id
  LEFT JOIN adjusted a ON a.submission_id = s.id
  WHERE s.cycle_id = %(cycle)s
), indexed AS (
  SELECT counted.*, CASE WHEN applicable > 0 AND missing = 0 THEN
    LEAST(GREATEST(div(achieved * 2000000000000 + applicable, 2 * applicable) * 0.0000000001
      + bonus - penalty, 0), 100)::numeric(13,10) END AS index
  FROM counted
), placed AS (
  SELECT indexed.*, CASE WHEN ranked AND index IS NOT NULL THEN
    rank() OVER (PARTITION BY group_id, ranked AND index IS NOT NULL ORDER BY index DESC)
    END AS rank
  FROM indexed
)
SELECT p.id, p.unit_id, p.group_id, p.unit_code, p.unit_name, p.state, p.ranked,
       p.unranked_reason, p.achieved, p.applicable, p.bonus, p.penalty, p.missing, p.index, p.rank,
       (SELECT b.label FROM assessments_band b WHERE b.scheme_id = p.scheme_id
        AND b.min_index <= p.index ORDER BY b.min_index DESC LIMIT 1) AS band,
       p.fields
FROM placed p
JOIN units_unitgroup g ON g.id = p.group_id
JOIN units_unit u ON u.id = p.unit_id
ORDER BY g.position, g.code, p.rank NULLS LAST, u.sort_name, p.id
"""


def standings(cycle: Cycle, *, points: Points = Points.FINAL) -> list[Standing]:
    """Return the standings of all dossiers of `cycle`, group by group, best first.

    Rank and band stand on the exact ten-place index; equal indexes share a rank and the next is
    skipped (1, 2, 2, 4); an unranked dossier, or one without index, shifts nobody (design 4).
    """
    chosen, applicable = _COLUMNS[points]
    statement = _STATEMENT.format(points=chosen, applicable=applicable)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"cycle": cycle.pk})
        return [_standing(row) for row in cursor.fetchall()]


def _standing(row: tuple[Any, ...]) -> Standing:
    values: list[Any] = [*row[:-1], _parts(row[-1])]
    return Standing(*values)


def _parts(rows: str | None) -> tuple[Part, ...]:
    # Django's connections leave JSON as text; its figures are strings, so nothing becomes a float.
    return tuple(
        Part(code, Decimal(achieved), Decimal(applicable), Decimal(index) if index else None)
        for code, achieved, applicable, index in json.loads(rows or "[]")
    )
