"""What became of a dossier, for its own unit only: appraised points, and final ones in their time.

Never a rank, a band or another unit's figures: those are read on the public pages (design 0.19).
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from assessments.choices import SubmissionState
from assessments.models import Criterion, CriterionScore, Publication, PublishedResult, Submission
from assessments.queries.overviews import Overview
from assessments.queries.public.movement import BULKY
from assessments.queries.workspace import (
    final_reasons_of,
    reasons_of,
    shows_appraisal,
    shows_final,
)


class Figure(NamedTuple):
    """The points of one leaf in one eye, and whether the leaf counts at all."""

    points: Decimal | None
    applies: bool


@dataclass
class Sum:
    """Points of the leaves that count, out of their highest."""

    points: Decimal = Decimal(0)
    max_points: Decimal = Decimal(0)
    leaves: int = 0

    def count(self, figure: Figure | None, highest: Decimal) -> None:
        """Add a leaf that somebody gave a figure; one that does not count adds no points."""
        if figure is None:
            return
        self.leaves += 1
        if figure.applies:
            self.points += figure.points or Decimal(0)
            self.max_points += highest


@dataclass(frozen=True)
class Leaf:
    """One leaf in three eyes; `final` stays None until the unit may see it."""

    score: CriterionScore
    claimed: Figure | None
    appraised: Figure | None
    final: Figure | None
    reason: str = ""

    @property
    def differs(self) -> bool:
        """Tell whether somebody gave the unit's own leaf other points than the unit did."""
        judged = (row for row in (self.appraised, self.final) if row is not None)
        return self.score.criterion.is_self_scored and any(row != self.claimed for row in judged)


@dataclass
class FieldResult:
    """The sums of one field, or of all of them where `criterion` is None."""

    criterion: Criterion | None = None
    claimed: Sum = field(default_factory=Sum)
    appraised: Sum = field(default_factory=Sum)
    final: Sum = field(default_factory=Sum)

    def count(self, leaf: Leaf) -> None:
        """Add one leaf."""
        highest = leaf.score.criterion.max_points
        self.claimed.count(leaf.claimed, highest)
        self.appraised.count(leaf.appraised, highest)
        self.final.count(leaf.final, highest)


@dataclass(frozen=True)
class Results:
    """What the unit may see of its dossier by now."""

    fields: list[FieldResult]
    together: FieldResult
    differing: list[Leaf]
    waiting: int  # leaves that nobody has given appraised or survey points yet
    is_final: bool
    is_published: bool
    scorecard: PublishedResult | None


def results_of(overview: Overview, at: dt.datetime) -> Results | None:
    """Return the results of a dossier, or None while its unit may not see any.

    Two queries, and one more for the council's reasons.
    """
    submission = overview.submission
    if not shows_appraisal(submission, at):
        return None
    is_final = shows_final(submission, at)
    leaves = leaves_in_eyes(overview, at)
    parts = {part.criterion.pk: FieldResult(part.criterion) for part in overview.fields}
    together = FieldResult()
    for leaf in leaves:
        for sums in (parts[leaf.score.criterion.field_id or leaf.score.criterion_id], together):
            sums.count(leaf)
    waiting = sum(leaf.appraised is None and leaf.final is None for leaf in leaves)
    return Results(
        list(parts.values()), together, [leaf for leaf in leaves if leaf.differs], waiting,
        is_final, submission.state == SubmissionState.PUBLISHED, scorecard_of(submission, at),
    )  # fmt: skip


def leaves_in_eyes(overview: Overview, at: dt.datetime) -> list[Leaf]:
    """Return every leaf of the dossier as far as its unit may see it, in the scheme's order."""
    scores = sorted([*overview.rows, *overview.others], key=lambda row: row.criterion.position)
    is_final = shows_final(overview.submission, at)
    reasons = (final_reasons_of if is_final else reasons_of)(scores)
    return [
        Leaf(
            row,
            _figure(row.self_points, None if row.self_points is None else row.self_applicable),
            _figure(row.appraised_points, row.appraised_applicable),
            _figure(row.final_points, row.final_applicable) if is_final else None,
            reasons.get(row.pk, ""),
        )
        for row in scores
    ]


def _figure(points: Decimal | None, applies: bool | None) -> Figure | None:
    """Return a figure; every leaf that does not count is the same one, whatever its points."""
    if applies is False:
        return Figure(None, False)
    return None if points is None else Figure(points, True)


def scorecard_of(submission: Submission, at: dt.datetime) -> PublishedResult | None:
    """Return the unit's result of the dossier's year that the public reads at `at`, or None."""
    return (
        PublishedResult.objects.filter(
            publication__in=Publication.objects.current(at), publication__cycle=submission.cycle_id,
            unit_code=submission.unit_code,
        )
        .select_related("publication").defer(*BULKY).first()
    )  # fmt: skip
