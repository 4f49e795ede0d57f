"""Hand out a file that people brought, so that no browser runs what it may hold (design 6)."""

from pathlib import PurePosixPath
from typing import Any, TypeVar

from django.core.files.base import File
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from cchc.kit.files import CONTENT_TYPES

Answer = TypeVar("Answer", bound=HttpResponseBase)


def attachment(file: Any, *, name: str = "", content_type: str = "") -> FileResponse:
    """Return a stored file as an attachment that is neither sniffed, cached nor run.

    Without `name` and `content_type` they follow from the stored name. Raise Http404 where no
    bytes lie.
    """
    shown = name or PurePosixPath(str(file.name)).name
    ending = PurePosixPath(shown).suffix.lstrip(".").lower()
    try:
        opened: File[bytes] = file.open("rb")
    except (FileNotFoundError, ValueError) as error:  # ValueError: no file was ever attached
        raise Http404 from error
    answer = FileResponse(
        opened, as_attachment=True, filename=shown,
        content_type=content_type or CONTENT_TYPES.get(ending, "application/octet-stream"),
    )  # fmt: skip
    return _harmless(answer)


def handed_out(answer: Answer, name: str) -> Answer:
    """Return an answer that the portal made itself as an attachment, as harmless as a file."""
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return _harmless(answer)


def picture(png: bytes) -> HttpResponse:
    """Return a picture that the portal drew, to be shown on a page."""
    return _harmless(HttpResponse(png, content_type="image/png"))


def _harmless(answer: Answer) -> Answer:
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
