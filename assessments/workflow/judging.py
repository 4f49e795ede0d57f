"""What decides whether a person may judge leaves, read in one statement under their locks.

The leaves are locked first, and only then the rest is read: a question that another person was
about to ask is in by then. Judges of one dossier share its lock; an act of the table waits for
them.
"""

import copy
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import CycleState, Method, Stage, SubmissionState
from assessments.errors import NotPermitted, Stale, WindowClosed, WrongState
from assessments.models import CriterionScore, Cycle, Submission
from assessments.permissions.conflicts import CONFLICTS, asked_of
from assessments.queries import appraisal
from assessments.workflow import windows
from units.models import User

#: States in which the council may judge leaves.
JUDGING = appraisal.JUDGING
_STAGES = [*windows.COUNCIL_STAGES]
_SENT_BACK = [Stage.APPEAL, Stage.APPROVAL]
_LOCKED = """
SELECT c.*, s.state AS now_state, s.round AS now_round, s.reopened_at AS now_reopened
FROM assessments_criterionscore c JOIN assessments_submission s ON s.id = c.submission_id
JOIN assessments_criterion k ON k.id = c.criterion_id
WHERE c.id = ANY(%s) ORDER BY c.submission_id, k.position FOR SHARE OF s FOR UPDATE OF c
"""
_IN_FORCE = "{0}.since <= %(day)s AND ({0}.until IS NULL OR {0}.until >= %(day)s)"
_FACTS = f"""
WITH RECURSIVE leaf AS (
  SELECT c.id, k.field_id, s.unit_id, s.round, s.reopened_at,
    s.state = %(correcting)s OR y.state = %(published)s AS free
  FROM assessments_criterionscore c JOIN assessments_criterion k ON k.id = c.criterion_id
  JOIN assessments_submission s ON s.id = c.submission_id
  JOIN assessments_cycle y ON y.id = s.cycle_id WHERE c.id = ANY(%(leaves)s)
), before AS (
  SELECT DISTINCT ON (a.score_id) a.score_id, a.member_id, m.user_id
  FROM assessments_appraisal a JOIN assessments_councilmember m ON m.id = a.member_id
  WHERE a.score_id = ANY(%(leaves)s) AND a.responsible AND NOT a.flagged_conflict
  ORDER BY a.score_id, a.round DESC, a.at DESC
), people(user_id) AS (SELECT %(user)s::bigint UNION SELECT user_id FROM before), {CONFLICTS}
SELECT leaf.id, seat.id,
  (%(user)s, leaf.unit_id) IN (SELECT user_id, unit_id FROM conflicts),
  EXISTS (SELECT 1 FROM assessments_explanation q
    WHERE q.score_id = leaf.id AND q.closed_at IS NULL),
  leaf.free OR EXISTS (SELECT 1 FROM assessments_milestone w
    WHERE w.cycle_id = %(cycle)s AND w.opens_at <= %(at)s
      AND (w.stage = ANY(%(stages)s)
        OR leaf.reopened_at IS NOT NULL AND w.stage = ANY(%(sent_back)s))
      AND %(at)s < GREATEST(w.closes_at, (SELECT max(e.until) FROM assessments_extension e
        WHERE e.cycle_id = %(cycle)s AND e.stage = w.stage
          AND (e.unit_id IS NULL OR e.unit_id = leaf.unit_id)))),
  before.user_id IS NULL OR before.user_id = %(user)s
    OR (before.user_id, leaf.unit_id) IN (SELECT user_id, unit_id FROM conflicts)
    OR NOT EXISTS (SELECT 1 FROM assessments_assignment a
      JOIN assessments_councilmember m ON m.id = a.member_id
      WHERE a.member_id = before.member_id AND a.field_id = leaf.field_id
        AND (a.unit_id IS NULL OR a.unit_id = leaf.unit_id)
        AND {_IN_FORCE.format("a")} AND {_IN_FORCE.format("m")}),
  EXISTS (SELECT 1 FROM assessments_appraisal a WHERE a.score_id = leaf.id
    AND a.round = leaf.round AND a.responsible AND a.member_id <> seat.id),
  EXISTS (SELECT 1 FROM assessments_appraisal a JOIN assessments_councilmember m
    ON m.id = a.member_id AND m.user_id = %(user)s
    WHERE a.score_id = leaf.id AND a.round = leaf.round),
  EXISTS (SELECT 1 FROM assessments_abstention a JOIN assessments_councilmember m
    ON m.id = a.member_id AND m.user_id = %(user)s
    WHERE a.score_id = leaf.id AND a.round = leaf.round),
  COALESCE(seat.claims_shown, true),
  ARRAY(SELECT r.sha256 FROM assessments_evidence v
    JOIN assessments_documentrevision r ON r.id = v.revision_id
    WHERE v.score_id = leaf.id AND v.removed_at IS NULL ORDER BY v.added_at)
FROM leaf LEFT JOIN before ON before.score_id = leaf.id LEFT JOIN LATERAL (
  SELECT m.id, n.claims_shown FROM assessments_assignment a
  JOIN assessments_councilmember m ON m.id = a.member_id
  JOIN assessments_council n ON n.id = m.council_id
  WHERE m.user_id = %(user)s AND n.cycle_id = %(cycle)s AND a.field_id = leaf.field_id
    AND (a.unit_id IS NULL OR a.unit_id = leaf.unit_id)
    AND {_IN_FORCE.format("a")} AND {_IN_FORCE.format("m")}
    AND (n.dissolved_on IS NULL OR n.dissolved_on > %(day)s)
  ORDER BY m.role DESC LIMIT 1
) seat ON true
"""  # noqa: S608 - constants only


@dataclass(frozen=True)
class Standing:
    """How a person stands to a leaf: the seat they judge it from, and what stands in the way.

    `counts`: what they give counts, nobody else still assigned acted before (design 0.11).
    `takes_over`: another's points of this round become an opinion by that. `given` and `abstained`
    tell of this round: points by the person, their abstention.
    `evidence` holds the SHA-256 of the files behind the leaf.
    """

    seat_id: int | None
    conflicted: bool
    asked: bool
    in_time: bool
    counts: bool
    takes_over: bool
    given: bool
    abstained: bool
    claims_shown: bool
    evidence: list[str]


def hold(scores: Iterable[CriterionScore]) -> list[CriterionScore]:
    """Return the leaves locked and fresh, their dossiers kept from changing state meanwhile.

    Criterion and dossier are those that the leaves given have at hand, with the dossier's state,
    round and sending back as they are now. One query.
    """
    given = {score.pk: score for score in scores}
    rows = list(CriterionScore.objects.raw(_LOCKED, [list(given)]))
    for row in rows:
        row.criterion = given[row.pk].criterion
        submission = copy.copy(given[row.pk].submission)
        now: tuple[str, int, dt.datetime | None] = (
            row.now_state, row.now_round, row.now_reopened,  # type: ignore[attr-defined]
        )  # fmt: skip
        submission.state, submission.round, submission.reopened_at = now
        row.submission = submission
    return rows


def standings(
    rows: Iterable[CriterionScore], cycle: Cycle, by: User, at: dt.datetime
) -> dict[int, Standing]:
    """Return how the person stands to each leaf, by its key; all are of one cycle. One query."""
    asked = {
        "leaves": [row.pk for row in rows], "user": by.pk if by.is_active else None, "at": at,
        "stages": _STAGES, "sent_back": _SENT_BACK, "correcting": SubmissionState.CORRECTING,
        "published": CycleState.PUBLISHED, **asked_of(cycle, at),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, asked)
        return {pk: Standing(*facts) for pk, *facts in cursor.fetchall()}


def require_seat(held: Standing) -> int:
    """Return the seat from which the person judges; raise NotPermitted without one."""
    if held.conflicted:
        raise NotPermitted(permissions.CONFLICT.reason)
    if held.seat_id is None:
        raise NotPermitted(_("This field is not assigned to you."))
    return held.seat_id


def require_open(row: CriterionScore, held: Standing, at: dt.datetime) -> None:
    """Raise WrongState or WindowClosed unless appraisers may judge this leaf now."""
    require_state(row)
    require_unasked(asked=held.asked)
    if not held.in_time:
        require_window(row.submission, at)


def require_unasked(*, asked: bool) -> None:
    """Raise WrongState when a question freezes the leaf."""
    if asked:
        raise WrongState(_("A question on this leaf is open; wait for its answer or withdraw it."))


def require_state(row: CriterionScore) -> None:
    """Raise WrongState unless the leaf and its dossier are in the council's hands."""
    submission = row.submission
    if row.criterion.method == Method.SURVEY:
        raise WrongState(_("The points of this leaf come from the survey."))
    if submission.state not in JUDGING:
        raise WrongState(
            _("The dossier is in the state “%s” and is read only.") % submission.get_state_display()
        )
    if not row.open_to_appraiser:
        raise WrongState(_("This leaf is not open for appraisal."))


def require_window(submission: Submission, at: dt.datetime) -> None:
    """Raise WindowClosed outside the council's stages; a correction has no window."""
    closed = windows.outside(submission, windows.COUNCIL_STAGES, at)
    if closed:
        raise WindowClosed(closed[0])


def require_version(row: CriterionScore, version: int | None) -> None:
    """Raise Stale unless the leaf is still at the version that the person looked at."""
    if row.version != version:
        raise Stale(_("The leaf changed meanwhile; look at it again. Your text is kept."))
