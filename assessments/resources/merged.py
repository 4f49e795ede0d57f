"""Find merged cells in a sheet: the streaming reader loses what stood under them unseen."""

import zipfile
from collections.abc import Mapping
from posixpath import join, normpath
from typing import IO

from defusedxml.ElementTree import fromstring, iterparse
from openpyxl.xml.constants import ARC_WORKBOOK, ARC_WORKBOOK_RELS, REL_NS, SHEET_MAIN_NS

_MOST = 20


def sheet_parts(archive: zipfile.ZipFile) -> Mapping[str, str]:
    """Return the part of the archive that each sheet of a workbook is kept in, by title."""
    book, relations = (fromstring(archive.read(name)) for name in (ARC_WORKBOOK, ARC_WORKBOOK_RELS))
    places = {item.get("Id"): item.get("Target", "") for item in relations}
    return {
        str(sheet.get("name", "")): places.get(sheet.get(f"{{{REL_NS}}}id"), "")
        for sheet in book.iter(f"{{{SHEET_MAIN_NS}}}sheet")
    }


def merged_areas(file: IO[bytes], title: str) -> list[str]:
    """Return the merged areas of a sheet, such as C5:C6, the first twenty.

    For a workbook that `open_sheets` has read: its size is bounded already.
    """
    found: list[str] = []
    with zipfile.ZipFile(file) as archive:
        # An absolute target stays as it is, any other starts from the workbook's folder.
        part = normpath(join("/xl", sheet_parts(archive)[title])).lstrip("/")
        with archive.open(part) as stream:
            for _event, element in iterparse(stream):
                if element.tag == f"{{{SHEET_MAIN_NS}}}mergeCell":
                    found.append(str(element.get("ref", "")))
                element.clear()
                if len(found) == _MOST:
                    break
    return found
