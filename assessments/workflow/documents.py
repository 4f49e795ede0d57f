"""Evidence: files enter the unit's library, are tied to leaves and taken off again (design 6)."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import ScanState, SubmissionState
from assessments.errors import BadInput, Refused, WrongState
from assessments.models import CriterionScore, Document, DocumentRevision, Evidence, Explanation
from assessments.workflow import events, library, scores, standing, uploads
from units.models import User


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
    checked, state = uploads.checked_of(upload)
    library.check_paper(number, abstract, issued_on, at)
    with uploads.all_or_nothing() as kept, transaction.atomic():
        row = _hold_leaf(score, by, at)
        if _attached(row).filter(revision__sha256=checked.sha256).exists():
            raise BadInput(_("This file is already attached to the leaf."), field="upload")
        document = Document.objects.create(
            unit_id=row.submission.unit_id, number=number, issued_on=issued_on, issuer=issuer,
            abstract=abstract,
        )  # fmt: skip
        stored = library.store(document, upload, checked, kept, by=by, at=at, state=state)
        return _tie(row, stored, by, at)


@events.logs_refusals("attach", on="score")
def attach_existing(
    *, score: CriterionScore, by: User, at: dt.datetime, revision: DocumentRevision,
    confirmed: bool = False,
) -> Evidence:  # fmt: skip
    """Tie a file of the unit's own library to the leaf.

    With `confirmed` the person says that a paper of an earlier year still holds for this one.
    Raise BadInput for another unit's, a quarantined, an already attached or an unconfirmed file.
    """
    with transaction.atomic():
        row = _hold_leaf(score, by, at)
        # Kept from being deleted meanwhile; the paper before its file, as whoever deletes them.
        Document.objects.select_for_update(of=("self",)).filter(revisions=revision.pk).first()
        held = (
            DocumentRevision.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk=revision.pk, document__unit=row.submission.unit_id)
            .select_related("document").first()
        )  # fmt: skip
        if held is None:
            raise BadInput(_("This file is not in the unit's library."), field="revision")
        if held.scan_state == ScanState.QUARANTINED:
            raise BadInput(_("A virus was found in this file."), field="revision")
        if _attached(row).filter(revision__sha256=held.sha256).exists():
            raise BadInput(_("This file is already attached to the leaf."), field="revision")
        _require_confirmed(held.document, row, by, at, confirmed)
        return _tie(row, held, by, at)


def _require_confirmed(
    document: Document, row: CriterionScore, by: User, at: dt.datetime, confirmed: bool
) -> None:
    cycle = row.submission.cycle
    if not library.is_carried(document, cycle):
        return
    if not confirmed:
        raise BadInput(
            _("This paper is of an earlier year: confirm that it still holds for %s.") % cycle.year,
            field="confirmed",
        )
    library.keep_word(document, cycle, by, at)


@events.logs_refusals("add_revision", on="document")
def add_revision(
    *, document: Document, by: User, at: dt.datetime, upload: Any, move: Iterable[Evidence] = ()
) -> DocumentRevision:
    """Keep a new file of a paper; evidence stays on the revision it stands on, except `move`.

    `move` are pieces of evidence that the unit may still change. Raise BadInput for a file that
    cannot be accepted or that the paper has already, and what `scores.require_editable` raises.
    """
    library.require_own(document.unit_id, by, at)
    checked, state = uploads.checked_of(upload)
    with uploads.all_or_nothing() as kept, transaction.atomic():
        moved = [
            (item, standing.hold_leaf(item.score))
            for item in sorted(move, key=lambda e: e.score_id)
        ]
        held = library.held(document)
        if held.revisions.filter(sha256=checked.sha256).exists():
            raise BadInput(_("The paper has this very file already."), field="upload")
        revision = library.store(held, upload, checked, kept, by=by, at=at, state=state)
        events.record(
            action="add_revision", obj=held, by=by, at=at, data=library.file_data(revision)
        )
        for item, row in moved:
            scores.require_editable(row, by, at)
            _move(item, row, revision, by, at)
    return revision


def movable(document: Document, by: User, at: dt.datetime) -> list[Evidence]:
    """Return the pieces of evidence of the paper that the person may put on a new file now."""
    held = permissions.parts_of(by, at).get(document.unit_id, set())
    rows = Evidence.objects.filter(
        revision__document=document,
        removed_at=None,
        score__submission__state__in=(SubmissionState.DRAFT, SubmissionState.RETURNED),
    ).select_related("score__criterion", "score__delegation__user", "score__submission__cycle")
    found, open_dossiers = [], dict[int, bool]()
    for item in rows.order_by("score__criterion__position"):
        dossier = item.score.submission
        if dossier.pk not in open_dossiers:
            open_dossiers[dossier.pk] = _passes(standing.require_writable, dossier, at)
        if open_dossiers[dossier.pk] and _passes(scores.require_fillable, item.score, by, held):
            found.append(item)
    return found


def _passes(require: Callable[..., None], *given: Any) -> bool:
    try:
        require(*given)
    except Refused:
        return False
    return True


def _move(
    item: Evidence, row: CriterionScore, revision: DocumentRevision, by: User, at: dt.datetime
) -> None:
    kept = Evidence.objects.select_for_update(of=("self",)).select_related("revision")
    old = kept.get(pk=item.pk)
    if old.removed_at is not None or old.revision.document_id != revision.document_id:
        raise WrongState(_("The file was taken off already."))
    old.removed_at = at
    old.save(update_fields=["removed_at"])
    if _attached(row).filter(revision__sha256=revision.sha256).exists():
        text = _("Criterion %s has this very file from another paper already.")
        raise BadInput(text % row.criterion.code, field="move")
    Evidence.objects.create(score=row, revision=revision, added_by=by, added_at=at)
    _log(row, revision, "replace", by, at)


@events.logs_refusals("detach", on="evidence.score")
def detach(*, evidence: Evidence, by: User, at: dt.datetime) -> Evidence:
    """Take a file off its leaf; it stays in the library and in the leaf's history.

    Raise what `require_detachable` raises, or WrongState for one that is off already.
    """
    with transaction.atomic():
        row = standing.hold_leaf(evidence.score)
        kept = Evidence.objects.select_for_update().get(pk=evidence.pk)
        require_detachable(kept, row, by, at)
        if kept.removed_at is not None:
            raise WrongState(_("The file was taken off already."))
        kept.removed_at = at
        kept.save(update_fields=["removed_at"])
        _log(row, kept.revision, "detach", by, at)
    return kept


def require_attachable(score: CriterionScore, by: User, at: dt.datetime) -> None:
    """Raise a Refused unless the unit may change the leaf, or answer a question on it, now."""
    try:
        scores.require_editable(score, by, at)
    except Refused:
        if (
            not permissions.may_answer(by, score.submission, at)
            or not _open_questions(score, at).exists()
        ):
            raise


def require_detachable(
    evidence: Evidence, score: CriterionScore, by: User, at: dt.datetime
) -> None:
    """Raise a Refused unless the unit may take the file off the leaf now.

    While a question is open only what was added to answer it: the rest is being judged.
    """
    try:
        scores.require_editable(score, by, at)
    except Refused:
        asked = _open_questions(score, at).filter(asked_at__lte=evidence.added_at)
        if not permissions.may_answer(by, score.submission, at) or not asked.exists():
            raise


def attachable(score: CriterionScore, by: User, at: dt.datetime) -> permissions.Verdict:
    """Tell whether the person may attach evidence to the leaf now, and if not why."""
    try:
        require_attachable(score, by, at)
    except Refused as refusal:
        return permissions.no(str(refusal))
    return permissions.YES


def _open_questions(score: CriterionScore, at: dt.datetime) -> QuerySet[Explanation]:
    return Explanation.objects.filter(score=score, closed_at=None, due_at__gt=at)


def _hold_leaf(score: CriterionScore, by: User, at: dt.datetime) -> CriterionScore:
    row = standing.hold_leaf(score)
    require_attachable(row, by, at)
    return row


def _attached(row: CriterionScore) -> Any:
    return row.evidence.filter(removed_at=None)


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
