"""Final points: written to many leaves of one dossier at once, and what they are proven by."""

import datetime as dt
import hashlib
from collections.abc import Iterable

from assessments.models import CriterionScore, ScoreHistory, Submission
from assessments.scoring import Outcome
from assessments.workflow import scores
from cchc.kit import bulk
from cchc.kit.canonical import canonical_json
from units.models import User

_WRITTEN = (
    "appraised_points", "appraised_applicable", "appraised_round", "final_points",
    "final_applicable", "final_trace", "open_to_appraiser", "version",
)  # fmt: skip


def set_final(row: CriterionScore, outcome: Outcome) -> None:
    """Put the final points (four places), applicability and trace on a leaf, unsaved."""
    row.final_points, row.final_applicable = outcome.points, outcome.applicable
    row.final_trace = outcome.trace


def clear_final(row: CriterionScore) -> None:
    """Take the final points off a leaf, unsaved."""
    row.final_points = row.final_applicable = None
    row.final_trace = ""


def stamp_all(
    rows: Iterable[CriterionScore], *, by: User | None, at: dt.datetime, action: str
) -> None:
    """Raise the version of the leaves, save what the council writes and keep their history."""
    changed = list(rows)
    for row in changed:
        row.version += 1
    bulk.write(changed, _WRITTEN)
    ScoreHistory.objects.bulk_create(
        ScoreHistory(
            score=row,
            version=row.version,
            at=at,
            by=by,
            action=action,
            values=scores.snapshot(row, scores.hashes_of(row)),
        )
        for row in changed
    )


def digest_of(submission: Submission) -> str:
    """Return the SHA-256 of codes, final points and applicability: what an approval approves."""
    rows = submission.scores.order_by("criterion__code").values_list(
        "criterion__code", "final_points", "final_applicable"
    )
    content = [
        {"code": code, "points": scores.text(points), "applicable": applicable}
        for code, points, applicable in rows
    ]
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()
