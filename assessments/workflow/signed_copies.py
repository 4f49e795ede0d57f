"""The scan of the signed and stamped report, kept beside its receipt (design 0.31)."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import ScanState
from assessments.errors import BadInput, NotPermitted
from assessments.models import Receipt, SignedCopy
from assessments.workflow import events
from cchc.kit.files import Checked, FileRefused, inspect
from cchc.kit.scanning import Finding, scan
from units.models import User

#: A scan or a photograph; a Word file carries no stamp.
ENDINGS = ("pdf", "png", "jpg", "jpeg")
#: A report is signed once; more copies are slips of scanning.
COPIES = 5
_STATES = {
    Finding.UNSCANNED: ScanState.UNSCANNED,
    Finding.CLEAN: ScanState.CLEAN,
    Finding.UNREACHABLE: ScanState.PENDING,
}


@events.logs_refusals("attach_copy", on="receipt")
def attach_copy(*, receipt: Receipt, by: User, at: dt.datetime, upload: Any) -> SignedCopy:
    """Keep a scanned signed report beside its receipt.

    Raise NotPermitted for others than the unit's focal officer and head, BadInput for a file that
    is not taken.
    """
    verdict = permissions.may_run(by, receipt.submission, at)
    if not verdict:
        raise NotPermitted(verdict.reason)
    checked, state = _inspected(upload)
    stored = None
    try:
        with transaction.atomic():
            held = Receipt.objects.select_for_update().get(pk=receipt.pk)
            _check_room(held, checked)
            copy = SignedCopy(
                receipt=held, name=checked.name, size=checked.size, sha256=checked.sha256,
                content_type=checked.content_type, scan_state=state, uploaded_by=by,
                uploaded_at=at,
            )  # fmt: skip
            copy.file.save(checked.name, upload, save=False)
            stored = copy.file
            copy.save()
            events.record(
                action="attach_copy", obj=receipt, by=by, at=at,
                data={"copy": copy.pk, "sha256": copy.sha256},
            )  # fmt: skip
    except BaseException:
        if stored is not None:
            # The row was rolled back; without this its bytes would lie in the store for ever.
            stored.storage.delete(str(stored.name))
        raise
    return copy


def rescan(copy: SignedCopy) -> SignedCopy:
    """Scan a copy that waits for it; leave it waiting while no scanner answers."""
    with copy.file.open("rb") as file:
        finding = scan(file, settings.CLAMAV)
    copy.scan_state = _STATES.get(finding, ScanState.QUARANTINED)
    copy.save(update_fields=["scan_state"])
    return copy


def _check_room(receipt: Receipt, checked: Checked) -> None:
    if receipt.copies.filter(sha256=checked.sha256).exists():
        raise BadInput(_("This very file is kept with the receipt already."), field="upload")
    if receipt.copies.count() >= COPIES:
        raise BadInput(
            _("At most %d signed copies are kept with a receipt.") % COPIES, field="upload"
        )


def _inspected(upload: Any) -> tuple[Checked, ScanState]:
    try:
        checked = inspect(upload, endings=ENDINGS)
    except FileRefused as refusal:
        raise BadInput(refusal.message, field="upload") from refusal
    finding = scan(upload, settings.CLAMAV)
    if finding is Finding.INFECTED:
        raise BadInput(_("A virus was found in the file; nothing was saved."), field="upload")
    return checked, _STATES[finding]
