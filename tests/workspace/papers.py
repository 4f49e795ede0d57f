"""Papers in a unit's library, their files only by name and hash."""

import datetime as dt
from typing import Any

from assessments.choices import ScanState
from assessments.models import Document, DocumentRevision, Evidence
from tests.factories.cycles import Dossier


def attach(dossier: Dossier, code: str, sha256: str = "a" * 64, **paper: Any) -> Evidence:
    """Tie a clean paper of the assessed year to a leaf, unless `paper` says otherwise."""
    state = paper.pop("scan_state", ScanState.CLEAN)
    day = dt.date(dossier.submission.cycle.year, 3, 2)
    values = {"number": "12/BC-STN", "issued_on": day, "abstract": "Báo cáo quý"} | paper
    document = Document.objects.create(unit=dossier.unit, **values)
    at = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
    revision = DocumentRevision.objects.create(
        document=document, file="evidence/aa/x", name="bao-cao.pdf", size=8, sha256=sha256,
        content_type="application/pdf", scan_state=state, uploaded_by=dossier.focal, uploaded_at=at,
    )  # fmt: skip
    return Evidence.objects.create(
        score=dossier.score(code), revision=revision, added_by=dossier.focal, added_at=at
    )
