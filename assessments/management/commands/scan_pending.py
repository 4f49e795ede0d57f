"""Scan the files of evidence and the signed copies that wait for the virus scanner."""

from typing import Any

from django.core.management.base import BaseCommand

from assessments.choices import ScanState
from assessments.models import DocumentRevision, SignedCopy
from assessments.workflow import uploads


class Command(BaseCommand):
    """Rescan every pending file; safe to repeat, meant for a timer."""

    help = "Scan the files of evidence and the signed copies that wait for the virus scanner."

    def handle(self, *args: Any, **options: Any) -> None:
        """Scan each waiting file and say what became of them."""
        waiting = DocumentRevision.objects.filter(scan_state=ScanState.PENDING)
        copies = SignedCopy.objects.filter(scan_state=ScanState.PENDING)
        states = [uploads.rescan(revision).scan_state for revision in waiting]
        states += [uploads.rescan(copy).scan_state for copy in copies]
        left = states.count(ScanState.PENDING)
        bad = states.count(ScanState.QUARANTINED)
        self.stdout.write(f"{len(states) - left} scanned, {bad} quarantined, {left} still waiting")
