"""What decides whether a unit may write in its dossier, read in one statement under its lock.

Savers share the lock among themselves; only an act of the table waits for them (design 6: nothing
that was acknowledged is missing from the receipt).
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from assessments.choices import Stage, SubmissionState
from assessments.errors import WindowClosed, WrongState
from assessments.models import CriterionScore, Submission
from assessments.permissions import PARTS, day_of
from assessments.workflow import windows
from units.models import User

_STANDING = (
    PARTS  # noqa: S608 - constants only
    + """
SELECT s.state, s.return_due_at, c.open_to_unit,
  (SELECT d.user_id FROM assessments_delegation d WHERE d.score_id = c.id), m.opens_at,
  GREATEST(m.closes_at, (
    SELECT max(e.until) FROM assessments_extension e
    WHERE e.cycle_id = s.cycle_id AND e.stage = %(stage)s
      AND (e.unit_id IS NULL OR e.unit_id = s.unit_id))),
  ARRAY(SELECT role FROM mine WHERE mine.unit_id = s.unit_id),
  ARRAY(
    SELECT r.sha256 FROM assessments_evidence v
    JOIN assessments_documentrevision r ON r.id = v.revision_id
    WHERE v.score_id = c.id AND v.removed_at IS NULL ORDER BY v.added_at)
FROM assessments_criterionscore c
JOIN assessments_submission s ON s.id = c.submission_id
LEFT JOIN assessments_milestone m ON m.cycle_id = s.cycle_id AND m.stage = %(stage)s
WHERE c.id = %(score)s FOR SHARE OF s
"""
)


@dataclass(frozen=True)
class Standing:
    """The person's parts in the unit, hashes of the leaf's evidence, the window if any."""

    parts: set[str]
    evidence: list[str]
    window: tuple[dt.datetime, dt.datetime] | None


def hold(submission_id: int) -> Submission:
    """Return the dossier fresh, and keep its state from changing until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM assessments_submission WHERE id = %s FOR SHARE", [submission_id]
        )
    return Submission.objects.select_related("cycle", "cycle_scheme").get(pk=submission_id)


def hold_leaf(score: CriterionScore) -> CriterionScore:
    """Return the leaf locked and fresh, its dossier kept from changing state meanwhile."""
    submission = hold(score.submission_id)
    row = (
        CriterionScore.objects.select_for_update(of=("self",))
        .select_related("criterion", "delegation__user").get(pk=score.pk)
    )  # fmt: skip
    row.submission = submission
    return row


def of_leaf(score: CriterionScore, by: User, at: dt.datetime) -> Standing:
    """Return how the person stands to the leaf at `at`, its dossier held as by `hold`.

    State, mending time, openness and delegation of the leaf are put on `score` as they are now. One
    query.
    """
    asked = {
        "user": by.pk if by.is_active else None, "day": day_of(at), "score": score.pk,
        "stage": Stage.SELF_ASSESSMENT,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, asked)
        state, due, is_open, holder, opens, closes, parts, evidence = cursor.fetchone()
    score.submission.state, score.submission.return_due_at = state, due
    score.open_to_unit = is_open
    if getattr(getattr(score, "delegation", None), "user_id", None) != holder:
        score._state.fields_cache.pop("delegation", None)  # given to another meanwhile: read anew
    return Standing(set(parts), evidence, (opens, closes) if opens else None)


def require_writable(submission: Submission, at: dt.datetime) -> None:
    """Raise WrongState or WindowClosed unless the unit may write in the dossier now."""
    window = None
    if submission.state == SubmissionState.DRAFT:
        window = windows.span(submission.cycle, Stage.SELF_ASSESSMENT, submission.unit_id)
    require_window(submission, window, at)


def require_window(
    submission: Submission, window: tuple[dt.datetime, dt.datetime] | None, at: dt.datetime
) -> None:
    """Raise the same with the window of the self-assessment at hand; no query unless refused."""
    if submission.state == SubmissionState.RETURNED:
        if submission.return_due_at is None or at >= submission.return_due_at:
            raise WindowClosed(_("The time for mending is over."))
    elif submission.state == SubmissionState.DRAFT:
        if window is None or not window[0] <= at < window[1]:
            stage = Stage.SELF_ASSESSMENT
            raise WindowClosed(windows.sentence(submission.cycle, stage, submission.unit_id))
    else:
        raise WrongState(
            _("The dossier is in the state “%s” and is read only.") % submission.get_state_display()
        )
