"""The scan of the signed and stamped report, kept beside its receipt (design 0.31)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.errors import BadInput, NotPermitted
from assessments.models import Receipt, SignedCopy
from assessments.workflow import events, uploads
from cchc.kit.files import Checked
from units.models import User

#: A scan or a photograph; a Word file carries no stamp.
ENDINGS = ("pdf", "png", "jpg", "jpeg")
#: A report is signed once; more copies are slips of scanning.
COPIES = 5


@events.logs_refusals("attach_copy", on="receipt")
def attach_copy(*, receipt: Receipt, by: User, at: dt.datetime, upload: Any) -> SignedCopy:
    """Keep a scanned signed report beside its receipt.

    Raise NotPermitted for others than the unit's focal officer and head, BadInput for a file that
    is not taken.
    """
    verdict = permissions.may_run(by, receipt.submission, at)
    if not verdict:
        raise NotPermitted(verdict.reason)
    checked, state = uploads.checked_of(upload, endings=ENDINGS)
    with uploads.all_or_nothing() as kept, transaction.atomic():
        held = Receipt.objects.select_for_update().get(pk=receipt.pk)
        _check_room(held, checked)
        copy = SignedCopy(
            receipt=held, name=checked.name, size=checked.size, sha256=checked.sha256,
            content_type=checked.content_type, scan_state=state, uploaded_by=by, uploaded_at=at,
        )  # fmt: skip
        copy.file.save(checked.name, upload, save=False)
        kept.append(copy.file)
        copy.save()
        events.record(
            action="attach_copy", obj=receipt, by=by, at=at,
            data={"copy": copy.pk, "sha256": copy.sha256},
        )  # fmt: skip
    return copy


def _check_room(receipt: Receipt, checked: Checked) -> None:
    if receipt.copies.filter(sha256=checked.sha256).exists():
        raise BadInput(_("This very file is kept with the receipt already."), field="upload")
    if receipt.copies.count() >= COPIES:
        raise BadInput(
            _("At most %d signed copies are kept with a receipt.") % COPIES, field="upload"
        )
