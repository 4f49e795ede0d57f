"""Write the illustrative workbooks, and bring them in as an officer does."""

import datetime as dt
from pathlib import Path

from assessments.demo.illustrative import DATA, SOURCES, schemes
from assessments.models import Scheme
from assessments.resources.scheme_export import write_scheme
from assessments.resources.schemes import Known, read_scheme
from assessments.workflow.machine import perform
from assessments.workflow.schemes import import_scheme
from units.models import User


def write_workbooks(folder: Path = DATA) -> list[Path]:
    """Write the workbook of every illustrative scheme and return their paths."""
    written = []
    for source, content in schemes():
        path = folder / source.workbook
        path.write_bytes(write_scheme(content))
        written.append(path)
    return written


def load_schemes(*, by: User, at: dt.datetime) -> dict[str, Scheme]:
    """Import and issue the illustrative workbooks; return the schemes by code of group.

    The groups of units must exist. Raise the refusals of `import_scheme` and of issue.
    """
    issued = {}
    for source in SOURCES:
        with (DATA / source.workbook).open("rb") as file:
            content = read_scheme(file, Known.from_database())
        draft = import_scheme(content=content, by=by, at=at)
        issued[source.group] = perform("issue", draft, by=by, at=at)
    return issued
