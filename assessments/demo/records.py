"""The figures that newspapers reported, brought in by the real import."""

import datetime as dt

from assessments.demo.illustrative import DATA
from assessments.resources.publications import read_records
from assessments.workflow.drafts import draft_record
from assessments.workflow.machine import perform
from units.models import User


def load_records(*, by: User, at: dt.datetime) -> None:
    """Import the record years and put them on record; raise ValueError for any row error."""
    plan = read_records((DATA / "published_results.csv").read_bytes(), at=at)
    if plan.errors:
        raise ValueError("; ".join(str(error) for error in plan.errors))
    for year in plan.years:
        draft = draft_record(year=year.year, lines=year.lines, by=by, at=at)
        perform("record", draft, by=by, at=at)
