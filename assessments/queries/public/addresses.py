"""Where the public pages and files of a publication stand, with or without a request at hand."""

from typing import Any
from urllib.parse import unquote

from django.urls import reverse
from django.utils import translation

from assessments.models import Publication


def address(name: str, language: str | None = None, /, **parts: Any) -> str:
    """Return the decoded path of a public page, in the given language or the active one."""
    with translation.override(language or translation.get_language()):
        return unquote(reverse(f"public:{name}", kwargs=parts))


def data_address(publication: Publication, group: str = "") -> str:
    """Return the path of the JSON file, or of a group's CSV file; data have one language."""
    if group:
        return address("csv", "vi", name=f"{publication.slug}-{group}")
    return address("data", "vi", name=publication.slug)


def leaves_address(publication: Publication) -> str:
    """Return the path of the CSV file of every leaf of all units.

    No group's file has its name: a code has at most 12 letters.
    """
    return address("csv", "vi", name=f"{publication.slug}-diem-tieu-chi")


def workbook_address(publication: Publication) -> str:
    """Return the path of the workbook of all figures."""
    return address("workbook", "vi", name=publication.slug)


def report_file_address(publication: Publication) -> str:
    """Return the path of the report of the results as PDF."""
    return address("report_pdf", "vi", name=f"{publication.slug}-bao-cao")


def share_address(publication: Publication, group: str) -> str:
    """Return the path of a group's picture for social networks."""
    return address("share_image", "vi", name=f"{publication.slug}-{group}")
