"""A dossier's workbook as a person has it: downloaded, edited with openpyxl, sent back."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assessments.resources import dossiers

COLUMN = {column.key: place for place, column in enumerate(dossiers.COLUMNS, start=1)}


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def row_of(sheet: Any, code: str) -> int:
    """Return the row of a leaf."""
    rows = range(dossiers.HEADER_ROW + 1, sheet.max_row + 1)
    return next(row for row in rows if sheet.cell(row, 1).value == code)


def cell_of(sheet: Any, code: str, name: str) -> Any:
    """Return the cell of a leaf's input."""
    return sheet.cell(row_of(sheet, code), COLUMN[name])


def typed(content: bytes, cells: dict[tuple[str, str], Any]) -> bytes:
    """Return the workbook with some input cells filled in."""
    book = opened(content)
    for (code, name), value in cells.items():
        cell_of(book[dossiers.TABLE], code, name).value = value
    return saved(book)


def changed(content: bytes, change: Callable[[Any], None]) -> bytes:
    """Return the workbook with its table changed at will."""
    book = opened(content)
    change(book[dossiers.TABLE])
    return saved(book)


def send(client: Client, address: str, content: bytes, name: str = "bang.xlsx") -> Any:
    return client.post(address, {"workbook": SimpleUploadedFile(name, content)})


def differences(changes: Any) -> dict[str, Any]:
    """Return the differences of a preview: code → label → (stored, in the workbook)."""
    return {
        change.row.code: {str(label): (old, new) for label, old, new in change.differences}
        for change in changes
    }


def problems(response: Any) -> list[tuple[str, str]]:
    """Return cell and heading of each problem of a refused workbook."""
    return [(problem.cell, problem.heading) for problem in response.context["problems"]]


def program_of(path: Path) -> str:
    """Return the name of the program that saved a workbook."""
    with zipfile.ZipFile(path) as archive:
        return archive.read("docProps/app.xml").decode()
