"""The numbered receipt of a dossier (biên nhận): all that was submitted, and its hash."""

import datetime as dt
import hashlib
from typing import Any

from assessments.models import CriterionScore, Receipt, Submission
from assessments.workflow import scores
from cchc.kit.canonical import canonical_json
from units.models import User


def content_of(submission: Submission) -> dict[str, Any]:
    """Return all that was submitted, as the receipt's hash covers it."""
    rows = submission.scores.select_related("criterion", "option").prefetch_related(
        "evidence__revision__document"
    )
    return {
        "cycle": submission.cycle.year,
        "unit": {"code": submission.unit_code, "name": submission.unit_name},
        "head": {"name": submission.head_name, "title": submission.head_title},
        "difficulties": submission.difficulties,
        "proposals": submission.proposals,
        "leaves": [_leaf_content(row) for row in rows],
    }


def _leaf_content(row: CriterionScore) -> dict[str, Any]:
    text = scores.text
    return {
        "code": row.criterion.code, "max_points": text(row.criterion.max_points),
        "met": row.met, "option": row.option.label if row.option else None,
        "a": text(row.a), "b": text(row.b), "count": text(row.count),
        "percent": text(row.claimed_percent), "not_applicable": row.not_applicable,
        "applicable": row.self_applicable, "points": text(row.self_points),
        "trace": row.self_trace, "note": row.note, "no_evidence_reason": row.no_evidence_reason,
        "evidence": [
            {"number": item.revision.document.number, "name": item.revision.name,
             "sha256": item.revision.sha256}
            for item in row.evidence.all() if item.removed_at is None
        ],
    }  # fmt: skip


def write(submission: Submission, *, by: User, at: dt.datetime, signed_as: str) -> Receipt:
    """Write the next numbered receipt of the dossier, such as 2026/SBN-01/2 (design 0.22)."""
    content = canonical_json(content_of(submission))
    sequence = submission.receipts.count() + 1
    return Receipt.objects.create(
        submission=submission, sequence=sequence, content=content,
        number=f"{submission.cycle.year}/{submission.unit_code}/{sequence}"
        + ("/MH" if submission.cycle.illustrative else ""),
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        signed_by=by, signed_as=signed_as, signed_at=at,
    )  # fmt: skip
