"""Evidence: files enter the unit's library, are tied to leaves and taken off again (design 6)."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import ScanState
from assessments.errors import BadInput, Refused, WrongState
from assessments.models import CriterionScore, Document, DocumentRevision, Evidence, Explanation
from assessments.workflow import events, scores, standing
from cchc.kit.files import Checked, FileRefused, inspect
from cchc.kit.scanning import Finding, scan
from units.models import User

#: Infected files are refused, so they have no state of a kept file.
_SCAN_STATES = {
    Finding.UNSCANNED: ScanState.UNSCANNED,
    Finding.CLEAN: ScanState.CLEAN,
    Finding.UNREACHABLE: ScanState.PENDING,
}


@events.logs_refusals("attach", on="score")
def attach_file(
    *, score: CriterionScore, by: User, at: dt.datetime, upload: Any, number: str = "",
    issued_on: dt.date | None = None, issuer: str = "", abstract: str = "",
) -> Evidence:  # fmt: skip
    """Put a file into the unit's library and tie it to the leaf.

    Raise BadInput for a file or paper data that cannot be accepted, and what
    `require_attachable` raises.
    """
    require_attachable(score, by, at)
    checked = _inspected(upload)
    scanned = _scanned(upload)
    _check_paper(number, abstract, issued_on, at)
    stored = None
    try:
        with transaction.atomic():
            row = _hold_leaf(score, by, at)
            if _attached(row).filter(revision__sha256=checked.sha256).exists():
                raise BadInput(_("This file is already attached to the leaf."), field="upload")
            document = Document.objects.create(
                unit_id=row.submission.unit_id, number=number, issued_on=issued_on, issuer=issuer,
                abstract=abstract,
            )  # fmt: skip
            stored = _store(document, upload, checked, by=by, at=at, state=scanned)
            return _tie(row, stored, by, at)
    except BaseException:
        if stored is not None:
            # The row was rolled back; without this its bytes would lie in the store for ever.
            stored.file.storage.delete(str(stored.file.name))
        raise


@events.logs_refusals("attach", on="score")
def attach_existing(
    *, score: CriterionScore, by: User, at: dt.datetime, revision: DocumentRevision
) -> Evidence:
    """Tie a file of the unit's own library to the leaf.

    Raise BadInput for another unit's, a quarantined or an already attached file.
    """
    with transaction.atomic():
        row = _hold_leaf(score, by, at)
        if revision.document.unit_id != row.submission.unit_id:
            raise BadInput(_("This file is not in the unit's library."), field="revision")
        if revision.scan_state == ScanState.QUARANTINED:
            raise BadInput(_("A virus was found in this file."), field="revision")
        if _attached(row).filter(revision=revision).exists():
            raise BadInput(_("This file is already attached to the leaf."), field="revision")
        return _tie(row, revision, by, at)


@events.logs_refusals("detach", on="evidence.score")
def detach(*, evidence: Evidence, by: User, at: dt.datetime) -> Evidence:
    """Take a file off its leaf; it stays in the library and in the leaf's history."""
    with transaction.atomic():
        row = _hold_leaf(evidence.score, by, at)
        kept = Evidence.objects.select_for_update().get(pk=evidence.pk)
        if kept.removed_at is not None:
            raise WrongState(_("The file was taken off already."))
        kept.removed_at = at
        kept.save(update_fields=["removed_at"])
        _log(row, kept.revision, "detach", by, at)
    return kept


def rescan(revision: DocumentRevision) -> DocumentRevision:
    """Scan a file that waits for it; leave it waiting while no scanner answers."""
    with revision.file.open("rb") as file:
        finding = scan(file, settings.CLAMAV)
    revision.scan_state = _SCAN_STATES.get(finding, ScanState.QUARANTINED)
    revision.save(update_fields=["scan_state"])
    return revision


def require_attachable(score: CriterionScore, by: User, at: dt.datetime) -> None:
    """Raise a Refused unless the unit may change the leaf, or answer a question on it, now."""
    try:
        scores.require_editable(score, by, at)
    except Refused:
        if not permissions.may_answer(by, score.submission, at) or not _asked(score, at):
            raise


def attachable(score: CriterionScore, by: User, at: dt.datetime) -> permissions.Verdict:
    """Tell whether the person may attach evidence to the leaf now, and if not why."""
    try:
        require_attachable(score, by, at)
    except Refused as refusal:
        return permissions.no(str(refusal))
    return permissions.YES


def _asked(score: CriterionScore, at: dt.datetime) -> bool:
    return Explanation.objects.filter(score=score, closed_at=None, due_at__gt=at).exists()


def _hold_leaf(score: CriterionScore, by: User, at: dt.datetime) -> CriterionScore:
    row = standing.hold_leaf(score)
    require_attachable(row, by, at)
    return row


def _attached(row: CriterionScore) -> Any:
    return row.evidence.filter(removed_at=None)


def _inspected(upload: Any) -> Checked:
    try:
        return inspect(upload)
    except FileRefused as refusal:
        raise BadInput(refusal.message, field="upload") from refusal


def _scanned(upload: Any) -> ScanState:
    finding = scan(upload, settings.CLAMAV)
    if finding is Finding.INFECTED:
        raise BadInput(_("A virus was found in the file; nothing was saved."), field="upload")
    return _SCAN_STATES[finding]


def _check_paper(number: str, abstract: str, issued_on: dt.date | None, at: dt.datetime) -> None:
    if not number.strip() and not abstract.strip():
        raise BadInput(_("Give the number of the paper, or say what it is."), field="abstract")
    if issued_on is not None and issued_on > timezone.localtime(at).date():
        raise BadInput(_("The paper's date lies in the future."), field="issued_on")


def _store(
    document: Document,
    upload: Any,
    checked: Checked,
    *,
    by: User,
    at: dt.datetime,
    state: ScanState,
) -> DocumentRevision:
    revision = DocumentRevision(
        document=document, name=checked.name, size=checked.size, sha256=checked.sha256,
        content_type=checked.content_type, scan_state=state, uploaded_by=by, uploaded_at=at,
    )  # fmt: skip
    revision.file.save(checked.name, upload, save=False)
    revision.save()
    return revision


def _tie(row: CriterionScore, revision: DocumentRevision, by: User, at: dt.datetime) -> Evidence:
    evidence = Evidence.objects.create(score=row, revision=revision, added_by=by, added_at=at)
    _log(row, revision, "attach", by, at)
    return evidence


def _log(
    row: CriterionScore, revision: DocumentRevision, action: str, by: User, at: dt.datetime
) -> None:
    scores.stamp(row, by=by, at=at, action=f"unit.{action}")
    events.record(
        action=action, obj=row, by=by, at=at,
        data={"code": row.criterion.code, "revision": revision.pk, "sha256": revision.sha256},
    )  # fmt: skip
