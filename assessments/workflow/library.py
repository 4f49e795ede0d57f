"""The library of a unit: papers with their files enter it, are mended, confirmed and taken out.

Everybody who works for the unit may do so; what backs a leaf is the matter of `documents`.
"""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import CycleState, ScanState, SubmissionState
from assessments.errors import BadInput, NotPermitted, Stale, WrongState
from assessments.models import (
    Cycle,
    Document,
    DocumentConfirmation,
    DocumentRevision,
    Evidence,
    Submission,
)
from assessments.queries import library as queries
from assessments.workflow import events, scores, standing
from assessments.workflow.uploads import Kept, all_or_nothing, checked_of, remove_bytes
from cchc.kit.files import Checked
from units.models import Unit, User

#: A dossier in another state is with the council, which judges the paper as it was handed in.
_WITH_THE_UNIT = (
    SubmissionState.DRAFT, SubmissionState.LOCKED, SubmissionState.RETURNED,
    SubmissionState.PUBLISHED,
)  # fmt: skip


@events.logs_refusals("add_document", on="unit")
def add_document(
    *, unit: Unit, by: User, at: dt.datetime, upload: Any, number: str = "",
    issued_on: dt.date | None = None, issuer: str = "", abstract: str = "",
) -> DocumentRevision:  # fmt: skip
    """Put a paper with its file into the unit's library.

    Raise NotPermitted, or BadInput for a file or paper data that cannot be accepted; also for
    bytes that the library holds already.
    """
    require_own(unit.pk, by, at)
    checked, state = checked_of(upload)
    check_paper(number, abstract, issued_on, at)
    with all_or_nothing() as kept, transaction.atomic():
        _lock(unit.pk)
        same = DocumentRevision.objects.filter(document__unit=unit, sha256=checked.sha256)
        if same.exists():
            raise BadInput(
                _("This very file is in the library already: %s.") % same[0].document,
                field="upload",
            )
        document = Document.objects.create(
            unit=unit, number=number, issued_on=issued_on, issuer=issuer, abstract=abstract
        )
        revision = store(document, upload, checked, kept, by=by, at=at, state=state)
        events.record(action="add_document", obj=document, by=by, at=at, data=file_data(revision))
    return revision


@events.logs_refusals("save_paper", on="document")
def save_paper(
    *, document: Document, by: User, at: dt.datetime, number: str, issued_on: dt.date | None,
    issuer: str, abstract: str, unchanged: Callable[[Document], bool],
) -> Document:  # fmt: skip
    """Mend number, date, issuer and abstract of a paper.

    Raise Stale when the stored ones are no longer those that the person saw (`unchanged` says so
    of the locked paper), WrongState while the council judges a dossier that the paper backs, what
    `scores.require_editable` raises of a leaf that it backs, NotPermitted or BadInput.
    """
    require_own(document.unit_id, by, at)
    check_paper(number, abstract, issued_on, at)
    with transaction.atomic():
        _hold_dossiers(document.unit_id)
        row = held(document)
        if not unchanged(row):
            raise Stale(_("Somebody else saved this paper meanwhile. Both texts are shown."))
        if is_being_judged(row):
            raise WrongState(
                _("This paper backs a dossier that was handed in; it stays as it was handed in.")
            )
        uses = queries.uses_of(row).exclude(score__submission__state=SubmissionState.PUBLISHED)
        for item in uses.exclude(score__submission__cycle__state=CycleState.CLOSED):
            scores.require_editable(item.score, by, at)
        row.number, row.issued_on, row.issuer, row.abstract = number, issued_on, issuer, abstract
        row.save()
        events.record(action="save_paper", obj=row, by=by, at=at)
    return row


@events.logs_refusals("confirm_document", on="document")
def confirm(*, document: Document, cycle: Cycle, by: User, at: dt.datetime) -> DocumentConfirmation:
    """Keep the unit's word that a paper of an earlier year still holds for this cycle.

    A second word changes nothing. Raise NotPermitted, or what `standing.require_writable` raises of
    the unit's dossier in the cycle.
    """
    require_own(document.unit_id, by, at)
    with transaction.atomic():
        dossier = Submission.objects.filter(unit=document.unit_id, cycle=cycle).first()
        if dossier is None:
            raise NotPermitted(_("The cycle has no dossier."))
        standing.require_writable(standing.hold(dossier.pk), at)
        return keep_word(held(document), cycle, by, at)


def keep_word(document: Document, cycle: Cycle, by: User, at: dt.datetime) -> DocumentConfirmation:
    """Keep the word for a held paper, its person and time being approved already."""
    row, made = DocumentConfirmation.objects.get_or_create(
        document=document, cycle=cycle, defaults={"confirmed_by": by, "confirmed_at": at}
    )
    if made:
        events.record(
            action="confirm_document", obj=row, by=by, at=at, data={"document": document.pk}
        )
    return row


@events.logs_refusals("delete_document", on="document")
def delete_document(*, document: Document, by: User, at: dt.datetime) -> None:
    """Take a paper that never backed a leaf out of the library, with its files.

    Raise NotPermitted, or WrongState for one that did.
    """
    require_own(document.unit_id, by, at)
    with transaction.atomic():
        row = held(document)
        files = list(row.revisions.select_for_update())
        if Evidence.objects.filter(revision__in=files).exists():
            raise WrongState(_("This paper has backed a criterion; it stays in the library."))
        events.record(
            action="delete_document", obj=row, by=by, at=at,
            data={"sha256": [file.sha256 for file in files]},
        )  # fmt: skip
        row.confirmations.all().delete()
        DocumentRevision.objects.filter(pk__in=[file.pk for file in files]).delete()
        row.delete()
        for file in files:
            transaction.on_commit(partial(remove_bytes, file.file))


def require_own(unit_id: int, by: User, at: dt.datetime) -> None:
    """Raise NotPermitted unless the person works for the unit whose library it is."""
    if unit_id not in permissions.staff_unit_ids(by, at):
        raise NotPermitted(_("This library belongs to another unit."))


def is_being_judged(document: Document) -> bool:
    """Tell whether the paper backs a leaf of a dossier that is out of its unit's hands.

    What a receipt of the dossier lists counts although it was taken off since.
    """
    backing = Evidence.objects.filter(queries.in_force_or_signed(), revision__document=document)
    return backing.exclude(score__submission__state__in=_WITH_THE_UNIT).exists()


def _hold_dossiers(unit_id: int) -> None:
    """Keep the unit's dossiers from being handed in, before the paper is locked.

    All of them: one that the paper backs only while this waits for the paper would be missed.
    """
    for pk in Submission.objects.filter(unit=unit_id).order_by("pk").values_list("pk", flat=True):
        standing.hold(pk)


def is_carried(document: Document, cycle: Cycle) -> bool:
    """Tell whether the paper came before the cycle opened and nobody confirmed it for the cycle."""
    first = document.revisions.order_by("uploaded_at").first()
    return (
        first is not None
        and cycle.opened_at is not None
        and first.uploaded_at < cycle.opened_at
        and not document.confirmations.filter(cycle=cycle).exists()
    )


def check_paper(number: str, abstract: str, issued_on: dt.date | None, at: dt.datetime) -> None:
    """Raise BadInput for a paper without number and abstract, or dated in the future."""
    if not number.strip() and not abstract.strip():
        raise BadInput(_("Give the number of the paper, or say what it is."), field="abstract")
    if issued_on is not None and issued_on > timezone.localtime(at).date():
        raise BadInput(_("The paper's date lies in the future."), field="issued_on")


def store(
    document: Document, upload: Any, checked: Checked, kept: Kept, *, by: User, at: dt.datetime,
    state: ScanState,
) -> DocumentRevision:  # fmt: skip
    """Keep the bytes as the paper's newest revision; raise BadInput when the quota is full."""
    _hold_room(document.unit_id, checked.size)
    revision = DocumentRevision(
        document=document, name=checked.name, size=checked.size, sha256=checked.sha256,
        content_type=checked.content_type, scan_state=state, uploaded_by=by, uploaded_at=at,
    )  # fmt: skip
    revision.file.save(checked.name, upload, save=False)
    kept.append(revision.file)
    revision.save()
    return revision


def file_data(revision: DocumentRevision) -> dict[str, Any]:
    """Return what an event holds of a file."""
    return {"revision": revision.pk, "sha256": revision.sha256}


def used_bytes(unit_id: int) -> int:
    """Return the bytes of all files of the unit's library."""
    files = DocumentRevision.objects.filter(document__unit=unit_id)
    return int(files.aggregate(total=Sum("size"))["total"] or 0)


def held(document: Document) -> Document:
    """Return the paper locked and fresh; raise WrongState when it is gone."""
    row = Document.objects.select_for_update(of=("self",)).filter(pk=document.pk).first()
    if row is None:
        raise WrongState(_("This paper is no longer in the library."))
    return row


def _lock(unit_id: int) -> None:
    """Let other uploads of the unit wait until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [20212, unit_id])


def _hold_room(unit_id: int, size: int) -> None:
    """Raise BadInput unless the file fits into what no other upload can take any more."""
    _lock(unit_id)
    used, quota = used_bytes(unit_id), settings.EVIDENCE_QUOTA_BYTES
    if used + size > quota:
        raise BadInput(
            _("The library has no room for this file of %(size)s: %(used)s of %(quota)s are used.")
            % {"size": filesizeformat(size), "used": filesizeformat(used),
               "quota": filesizeformat(quota)},
            field="upload",
        )  # fmt: skip
