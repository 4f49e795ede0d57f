"""What the form of a field reads: its leaves, last year's answers, and one leaf to be saved."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from assessments import permissions
from assessments.choices import Method, ScanState
from assessments.models import CriterionScore, Evidence, Explanation, Submission
from assessments.queries.workspace import leaves_of
from cchc.kit.text import fold
from units.models import User


def leaves_of_field(submission: Submission, field: str, **only: Any) -> list[CriterionScore]:
    """Return the leaves of one field with levels, evidence and delegation.

    `open_question` is the id of a question that waits for the unit's answer, or None. `only`
    narrows the leaves further. Three queries, whatever their number.
    """
    asked = Explanation.objects.filter(score=OuterRef("pk"), closed_at=None).order_by("due_at")
    rows: list[CriterionScore] = list(
        leaves_of([submission])
        .filter(criterion__field__code=field, **only)
        .select_related("criterion__field", "option", "saved_by", "delegation__user")
        .prefetch_related("criterion__levels")
        .annotate(open_question=Subquery(asked.values("pk")[:1]))
    )
    for row in rows:
        row.submission = submission
    return rows


def leaf_to_save(user: User, at: dt.datetime, **names: Any) -> QuerySet[CriterionScore]:
    """Return a leaf of the person's own units, found by `names`, with what saving it needs.

    `backed` tells whether evidence stands behind it (`workspace.is_backed`). One query, and one for
    the levels.
    """
    evidence = Evidence.objects.filter(score=OuterRef("pk"), removed_at=None)
    evidence = evidence.exclude(revision__scan_state=ScanState.QUARANTINED)
    return (
        CriterionScore.objects.filter(
            submission__unit_id__in=permissions.own_unit_ids(user, at), **names
        )
        .select_related(
            "criterion__field", "submission__cycle", "submission__unit", "submission__cycle_scheme",
            "delegation__user", "option", "saved_by",
        )
        .prefetch_related("criterion__levels")
        .annotate(backed=Exists(evidence))
    )  # fmt: skip


def claims_last_year(
    submission: Submission, rows: list[CriterionScore]
) -> dict[int, CriterionScore]:
    """Return, by leaf of this year, what was stated last year for the same code and words.

    By the unit itself, else by the one unit that it follows: of several nobody can say whose
    figures compare. The final points are shown by the page only once published. One query.
    """
    unit, cycle = submission.unit_id, submission.cycle
    same = {(row.criterion.code, fold(row.criterion.name)): row.pk for row in rows}
    found = (
        CriterionScore.objects.filter(
            Q(submission__unit=unit) | Q(submission__unit__successions__successor=unit),
            submission__cycle__year=cycle.year - 1,
            submission__cycle__illustrative=cycle.illustrative,
            criterion__code__in=[code for code, _name in same],
        )
        .exclude(criterion__method=Method.SURVEY)
        .select_related("criterion", "option", "submission")
    )  # fmt: skip
    own: dict[int, CriterionScore] = {}
    others: dict[int, list[CriterionScore]] = {}
    for row in found:
        leaf = same.get((row.criterion.code, fold(row.criterion.name)))
        if leaf is not None and row.submission.unit_id == unit:
            own[leaf] = row
        elif leaf is not None:
            others.setdefault(leaf, []).append(row)
    return {leaf: each[0] for leaf, each in others.items() if len(each) == 1} | own
