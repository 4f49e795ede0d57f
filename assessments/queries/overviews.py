"""The dossiers of a person's units at a glance: progress, what may lose points, who waits for what.

A constant of queries, whatever the number of dossiers.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet

from assessments.choices import SubmissionState
from assessments.models import (
    CriterionScore,
    EventNote,
    Explanation,
    ScoreHistory,
    Submission,
)  # fmt: skip
from assessments.queries.workspace import (
    FieldProgress,
    lacks_evidence,
    leaves_of,
    open_questions,
)  # fmt: skip
from units.models import User

_ZERO = Decimal(0)
#: How far back “lately” reaches, and how many changes are named.
LATELY = dt.timedelta(days=3)
CHANGES_SHOWN = 10
#: Acts whose written reason the unit is told (design 3).
_TOLD = ("return", "send_back", "reopen", "open_correction", "accept_late", "close_without_dossier")


@dataclass
class Exposure:
    """Points that the dossier may lose as it stands; each leaf counts in one of the three."""

    blank: Decimal = _ZERO  # the highest points of leaves without facts
    bare: Decimal = _ZERO  # points claimed with neither evidence nor a reason
    short: Decimal = _ZERO  # what is claimed below the highest points: given up, no risk
    leaves: list[tuple[CriterionScore, Decimal]] = field(default_factory=list)

    @property
    def at_risk(self) -> Decimal:
        """Return the points that the unit can still save."""
        return self.blank + self.bare

    def count(self, score: CriterionScore) -> None:
        """Add one self-scored leaf; one left out of the denominator can lose nothing."""
        if not score.self_applicable:
            return
        highest, claimed = score.criterion.max_points, score.self_points
        lost = _ZERO
        if claimed is None:
            self.blank += (lost := highest)
        else:
            self.short += highest - claimed
            if lacks_evidence(score):
                self.bare += (lost := claimed)
        if lost:
            self.leaves.append((score, lost))


@dataclass
class Overview:
    """One dossier as its unit sees it: `rows` are the leaves that the unit scores, `others` not."""

    submission: Submission
    fields: list[FieldProgress] = field(default_factory=list)
    rows: list[CriterionScore] = field(default_factory=list)
    others: list[CriterionScore] = field(default_factory=list)
    questions: list[Explanation] = field(default_factory=list)
    exposure: Exposure = field(default_factory=Exposure)
    told: EventNote | None = None

    @property
    def leaves(self) -> int:
        """Return the number of leaves that the unit scores."""
        return len(self.rows)

    @property
    def filled(self) -> int:
        """Return the number of leaves that carry points."""
        return sum(part.filled for part in self.fields)

    @property
    def bare(self) -> int:
        """Return the number of leaves with neither evidence nor a reason."""
        return sum(len(part.bare) for part in self.fields)

    @property
    def blank(self) -> int:
        """Return the number of leaves without points."""
        return self.leaves - self.filled

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing is missing."""
        return not self.blank and not self.bare

    @property
    def points(self) -> Decimal:
        """Return the unit's own points so far."""
        return sum((part.points for part in self.fields), _ZERO)

    @property
    def max_points(self) -> Decimal:
        """Return the highest points of the leaves that the unit scores and that apply."""
        return sum((part.max_points for part in self.fields), _ZERO)

    @property
    def reopened(self) -> list[CriterionScore]:
        """Return the leaves that the secretary reopened for mending."""
        if self.submission.state != SubmissionState.RETURNED:
            return []
        return [row for row in self.rows if row.open_to_unit]


def overviews(submissions: QuerySet[Submission]) -> list[Overview]:
    """Return the dossiers with leaves, delegations, open questions, receipts and what was told."""
    rows = list(
        submissions.select_related("cycle", "unit", "group", "cycle_scheme__scheme")
        .prefetch_related("cycle__milestones", "cycle__extensions", "receipts")
    )  # fmt: skip
    found = {row.pk: Overview(row) for row in rows}
    parts: dict[tuple[int, int], FieldProgress] = {}
    for score in leaves_of(rows).select_related("delegation__user"):
        overview, head = found[score.submission_id], score.criterion.field or score.criterion
        score.submission = overview.submission
        if (overview.submission.pk, head.pk) not in parts:
            parts[overview.submission.pk, head.pk] = FieldProgress(head)
            overview.fields.append(parts[overview.submission.pk, head.pk])
        if score.criterion.is_self_scored:
            parts[overview.submission.pk, head.pk].count(score)
            overview.exposure.count(score)
            overview.rows.append(score)
        else:
            overview.others.append(score)
    for question in open_questions(rows):
        found[question.score.submission_id].questions.append(question)
    for pk, note in reasons_told(rows).items():
        found[pk].told = note
    return list(found.values())


def reasons_told(submissions: Iterable[Submission]) -> dict[int, EventNote]:
    """Return, by dossier, the reason of the last act by which the council's side moved it."""
    notes = EventNote.objects.filter(
        event__object_type="submission", event__action__in=_TOLD, event__refused=False,
        event__object_id__in=[str(row.pk) for row in submissions],
    )  # fmt: skip
    return {
        int(note.event.object_id): note for note in notes.select_related("event").order_by("event")
    }


def changed_lately(
    submissions: Iterable[Submission], user: User, at: dt.datetime
) -> list[ScoreHistory]:
    """Return the newest saves of the unit's other people in the last three days, ten at most.

    Of one person's saves of one leaf only the last: the page saves while they type.
    The council's and the office's entries in the history are not the unit's to read here.
    """
    by_pk = {row.pk: row for row in submissions}
    last = (
        ScoreHistory.objects.filter(
            score__submission__in=by_pk, at__gt=at - LATELY, at__lte=at, action__startswith="unit."
        )
        .exclude(by=user)
        .order_by("score_id", "by_id", "-at", "-pk").distinct("score_id", "by_id")
    )  # fmt: skip
    rows = list(
        ScoreHistory.objects.filter(pk__in=last.values("pk"))
        .select_related("by", "score__criterion__field").order_by("-at", "-pk")[:CHANGES_SHOWN]
    )  # fmt: skip
    for row in rows:
        row.score.submission = by_pk[row.score.submission_id]
    return rows
