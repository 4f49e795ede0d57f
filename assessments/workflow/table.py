"""The whole table of transitions: importing this module declares every stage's rows."""

from assessments.workflow import (  # noqa: F401 - importing declares the rows
    appeals,
    approvals,
    conclusions,
    cycles,
    publications,
    schemes,
    submissions,
    surveys,
)
