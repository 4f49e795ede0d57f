"""The admin, one file per stage; importing a file registers its models."""

from assessments.admin import (
    appeals,
    appraisals,
    assignments,
    councils,
    cycles,
    digests,
    events,
    meetings,
    publications,
    schemes,
    submissions,
    surveys,
    workdays,
)

__all__ = [
    "appeals",
    "appraisals",
    "assignments",
    "councils",
    "cycles",
    "digests",
    "events",
    "meetings",
    "publications",
    "schemes",
    "submissions",
    "surveys",
    "workdays",
]
