"""What every verb that keeps an uploaded file does: check it, scan it, leave no bytes behind."""

from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from assessments.choices import ScanState
from assessments.errors import BadInput
from assessments.models import DocumentRevision, SignedCopy
from cchc.kit import previews
from cchc.kit.files import CONTENT_TYPES, Checked, FileRefused, inspect
from cchc.kit.scanning import Finding, scan

#: Infected files are refused, so they have no state of a kept file.
_SCAN_STATES = {
    Finding.UNSCANNED: ScanState.UNSCANNED,
    Finding.CLEAN: ScanState.CLEAN,
    Finding.UNREACHABLE: ScanState.PENDING,
}
Kept = list[FieldFile]
Scanned = TypeVar("Scanned", DocumentRevision, SignedCopy)


def checked_of(
    upload: Any, *, endings: Container[str] = CONTENT_TYPES
) -> tuple[Checked, ScanState]:
    """Return what is known of an uploaded file and what the scanner says; raise BadInput."""
    try:
        checked = inspect(upload, endings=endings)
    except FileRefused as refusal:
        raise BadInput(refusal.message, field="upload") from refusal
    finding = scan(upload, settings.CLAMAV)
    if finding is Finding.INFECTED:
        raise BadInput(_("A virus was found in the file; nothing was saved."), field="upload")
    return checked, _SCAN_STATES[finding]


def rescan(row: Scanned) -> Scanned:
    """Scan a file that waits for it; leave it waiting while no scanner answers."""
    with row.file.open("rb") as file:
        finding = scan(file, settings.CLAMAV)
    row.scan_state = _SCAN_STATES.get(finding, ScanState.QUARANTINED)
    row.save(update_fields=["scan_state"])
    return row


@contextmanager
def all_or_nothing() -> Iterator[Kept]:
    """Remove the bytes kept inside when the act fails; wrap it around the transaction.

    The rows are rolled back; without this the bytes would lie in the store for ever.
    """
    kept: Kept = []
    try:
        yield kept
    except BaseException:
        for file in kept:
            remove_bytes(file)
        raise


def remove_bytes(file: FieldFile) -> None:
    """Take a file and the pictures drawn of it out of the store."""
    file.storage.delete(str(file.name))
    previews.forget(file)
