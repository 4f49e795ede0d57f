"""Receive files from browsers: never more on the disk than a file may have."""

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Keep a large upload in a temporary file, but no more of it than is accepted.

    What is cut off still counts: the size of the file is that of all that came, so that the checks
    refuse it with their sentence.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write the part of the block that lies below the limit."""
        room = settings.EVIDENCE_MAX_BYTES + 1 - start
        if room > 0:
            super().receive_data_chunk(raw_data[:room], start)
