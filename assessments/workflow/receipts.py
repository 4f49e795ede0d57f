"""The numbered receipt of a dossier (biên nhận): all that was submitted, and its hash.

The content holds everything that the paper report prints, names and rules of the year included, so
that the paper can be set again from the very bytes that the hash covers.
"""

import dataclasses
import datetime as dt
import hashlib
from typing import Any

from assessments.choices import Method
from assessments.models import Criterion, CriterionScore, Receipt, Submission
from assessments.permissions import signature_of
from assessments.workflow import scores
from cchc.kit.canonical import canonical_json
from cchc.kit.models import Decided
from units.models import User


def content_of(submission: Submission) -> dict[str, Any]:
    """Return all that the dossier holds now, as a receipt's hash would cover it."""
    cycle, scheme = submission.cycle, submission.cycle_scheme.scheme
    rows = submission.scores.select_related("criterion__parent", "option").prefetch_related(
        "evidence__revision__document"
    )
    branches = scheme.criteria.filter(method=Method.SUM).select_related("parent")
    return {
        "cycle": cycle.year, "cycle_title": cycle.title, "illustrative": cycle.illustrative,
        "plan": _decision(cycle),
        "scheme": {
            "code": scheme.code, "version": scheme.version, "title": scheme.title,
            "decimals": scheme.decimals, "decision": _decision(scheme),
        },
        "unit": {"code": submission.unit_code, "name": submission.unit_name},
        "head": {"name": submission.head_name, "title": submission.head_title},
        "difficulties": submission.difficulties,
        "proposals": submission.proposals,
        "branches": [_node(branch) for branch in branches],
        "leaves": [_leaf_content(row) for row in rows],
    }  # fmt: skip


def _decision(row: Decided) -> dict[str, str] | None:
    if not row.is_decided or row.decision_date is None:
        return None
    return {
        "number": row.decision_number, "date": row.decision_date.isoformat(),
        "signer": row.decision_signer,
    }  # fmt: skip


def _node(criterion: Criterion) -> dict[str, Any]:
    return {
        "code": criterion.code, "position": criterion.position, "name": criterion.name,
        "parent": criterion.parent.code if criterion.parent else None,
        "max_points": scores.text(criterion.max_points),
    }  # fmt: skip


def _leaf_content(row: CriterionScore) -> dict[str, Any]:
    text = scores.text
    return {
        **_node(row.criterion),
        "self_scored": row.criterion.is_self_scored,
        "evidence_required": row.criterion.evidence_required,
        "met": row.met, "option": row.option.label if row.option else None,
        "a": text(row.a), "b": text(row.b), "count": text(row.count),
        "percent": text(row.claimed_percent), "not_applicable": row.not_applicable,
        "applicable": row.self_applicable, "points": text(row.self_points),
        "trace": row.self_trace, "note": row.note, "no_evidence_reason": row.no_evidence_reason,
        "evidence": [
            _file_content(item) for item in row.evidence.all() if item.removed_at is None
        ],
    }  # fmt: skip


def _file_content(item: Any) -> dict[str, Any]:
    revision, document = item.revision, item.revision.document
    return {
        "number": document.number, "issuer": document.issuer, "abstract": document.abstract,
        "date": document.issued_on.isoformat() if document.issued_on else None,
        "name": revision.name, "size": revision.size, "sha256": revision.sha256,
    }  # fmt: skip


def write(submission: Submission, *, by: User, at: dt.datetime, signed_as: str) -> Receipt:
    """Write the next numbered receipt of the dossier, such as 2026/SBN-01/2 (design 0.22)."""
    sequence = submission.receipts.count() + 1
    ending = "/MH" if submission.cycle.illustrative else ""
    number = f"{submission.cycle.year}/{submission.unit_code}/{sequence}{ending}"
    signature = signature_of(by, submission, at)
    signed = {
        "receipt": {
            "number": number, "signed_at": at.astimezone(dt.UTC).isoformat(),
            "signed_as": signed_as,
        },
        "signature": dataclasses.asdict(signature) if signature else None,
    }  # fmt: skip
    content = canonical_json(content_of(submission) | signed)
    return Receipt.objects.create(
        submission=submission, sequence=sequence, content=content, number=number,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        signed_by=by, signed_as=signed_as, signed_at=at,
    )  # fmt: skip
