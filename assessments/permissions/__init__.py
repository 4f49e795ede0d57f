"""Who may do and see what: each predicate gives a verdict with its reason, beside its queryset.

Rights come from dated rows, read anew at every act; `is_superuser` gives no right to scores
(design 0.7).
"""

from assessments.permissions.conflicts import (
    conflicted_unit_ids,
    conflicts_of,
    is_conflicted,
    with_lineage,
)  # fmt: skip
from assessments.permissions.council_side import (
    acts_for,
    assigned_fields,
    listed_submissions,
    may_appraise,
    may_read_scores,
    readable_submissions,
    scored_in,
    uncovered_fields,
)
from assessments.permissions.held import (
    RoleBackend,
    councils_of,
    has_role,
    roles_of,
    seat_in,
    seats_of,
)  # fmt: skip
from assessments.permissions.sight import (
    EVERYTHING,
    UNDECIDED,
    Sight,
    shows_claims,
    sight_of,
)
from assessments.permissions.signatures import Signature, signature_of, signature_title
from assessments.permissions.signers import signing_unit_ids
from assessments.permissions.unit_side import (
    PARTS,
    RUNNING,
    leaf_verdict,
    may_answer,
    may_fill,
    may_run,
    may_sign,
    own_submissions,
    own_unit_ids,
    parts_here,
    parts_of,
    staff_unit_ids,
    with_successors,
)
from assessments.permissions.verdicts import CONFLICT, YES, Verdict, day_of, no

__all__ = [
    "CONFLICT",
    "EVERYTHING",
    "PARTS",
    "RUNNING",
    "UNDECIDED",
    "YES",
    "RoleBackend",
    "Sight",
    "Signature",
    "Verdict",
    "acts_for",
    "assigned_fields",
    "conflicted_unit_ids",
    "conflicts_of",
    "councils_of",
    "day_of",
    "has_role",
    "is_conflicted",
    "leaf_verdict",
    "listed_submissions",
    "may_answer",
    "may_appraise",
    "may_fill",
    "may_read_scores",
    "may_run",
    "may_sign",
    "no",
    "own_submissions",
    "own_unit_ids",
    "parts_here",
    "parts_of",
    "readable_submissions",
    "roles_of",
    "scored_in",
    "seat_in",
    "seats_of",
    "shows_claims",
    "sight_of",
    "signature_of",
    "signature_title",
    "signing_unit_ids",
    "staff_unit_ids",
    "uncovered_fields",
    "with_lineage",
    "with_successors",
]
