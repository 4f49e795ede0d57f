"""Fill in a whole dossier through the verbs that a person uses."""

import datetime as dt
from typing import Any

from assessments.workflow.scores import save_leaf
from tests.factories.cycles import D, Dossier

#: Facts for every self-scored leaf of the small scheme, with the points they give.
CLAIMS: dict[str, dict[str, Any]] = {
    "1.1": {"met": True}, "1.3": {"a": D(50), "b": D(47)}, "1.4": {"a": D(20), "b": D(18)},
    "1.5": {"count": D(2)}, "2.1": {"count": D(1)}, "2.2": {"count": D(1)},
}  # fmt: skip


def fill(dossier: Dossier, at: dt.datetime) -> None:
    """Save every self-scored leaf with a reason for no evidence."""
    for code, claim in CLAIMS.items():
        _save(dossier, code, at, claim)
    option = dossier.score("1.2").criterion.levels.first()
    _save(dossier, "1.2", at, {"option": option})


def _save(dossier: Dossier, code: str, at: dt.datetime, claim: dict[str, Any]) -> None:
    score = dossier.score(code)
    save_leaf(
        score=score, by=dossier.focal, at=at, version=score.version,
        no_evidence_reason=f"Chưa có văn bản {code}", **claim,
    )  # fmt: skip
