"""How far the judging is, counted by one rule on the grids, the dossiers and the list of grids."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from assessments.choices import Method, SubmissionState
from assessments.models import Abstention, Appraisal, Criterion, CriterionScore, Explanation
from assessments.queries import appraisal
from assessments.queries.grid import Reader
from assessments.queries.grid_facts import Fact, RowState, state_of

_SETTLED = (RowState.DONE, RowState.OTHERS, RowState.ABSTAINED)
_LEFT = (RowState.UNTOUCHED, RowState.ASKED)
_BEFORE = (SubmissionState.SUBMITTED, SubmissionState.RETURNED)


@dataclass(slots=True)
class Tally:
    """Leaves that people judge: `done` of `total` begun, and those not `begun` yet.

    Surveys are left out, and what was closed without points.
    """

    done: int = 0
    total: int = 0
    not_begun: int = 0

    def add(self, fact: Fact) -> None:
        """Count one leaf, its state known."""
        row, state = fact.row, fact.state
        if row.method == Method.SURVEY:
            return
        waits = row.dossier_state == SubmissionState.EXPLAINING and row.open_to_appraiser
        if state in _SETTLED:
            self.done += 1
            self.total += 1
        elif state in _LEFT or waits:
            self.total += 1
        elif row.dossier_state in _BEFORE:
            self.not_begun += 1


def tally_of(facts: Iterable[Fact]) -> Tally:
    """Return the count of leaves at hand."""
    tally = Tally()
    for fact in facts:
        tally.add(fact)
    return tally


@dataclass(frozen=True)
class Work:
    """A criterion with the count of the reader's leaves and how many wait for their points."""

    criterion: Criterion
    waiting: int
    tally: Tally = field(default_factory=Tally)


def work_of(reader: Reader, at: dt.datetime) -> list[Work]:
    """Return the criteria of the reader's leaves in the order of the schemes (three statements).

    For an appraiser those wait that `appraisal.waiting_for` counts on the first page.
    """
    if reader.whole:
        waiting = appraisal.untouched(reader.leaves())
    else:
        waiting = appraisal.waiting_for(reader.user, at).filter(submission__cycle=reader.cycle)
    left = Counter(waiting.order_by().values_list("criterion", flat=True))
    tallies: dict[int, Tally] = defaultdict(Tally)
    for fact in _light_facts(reader):
        tallies[fact.row.criterion_id].add(fact)
    criteria = Criterion.objects.filter(pk__in=tallies).select_related("field", "scheme__group")
    return [
        Work(row, left[row.pk], tallies[row.pk])
        for row in criteria.order_by("scheme__group__position", "scheme", "position")
    ]


def _light_facts(reader: Reader) -> Iterable[Fact]:
    """Yield the reader's leaves with no more than their state needs (one statement)."""
    leaves = reader.leaves().exclude(criterion__method=Method.SURVEY)
    later = Appraisal.objects.filter(
        score=OuterRef("score"), member__user=reader.user, flagged_conflict=False,
        at__gte=OuterRef("at"),
    )  # fmt: skip
    left = Abstention.objects.filter(
        ~Exists(later), score=OuterRef("pk"), member__user=reader.user,
        round=OuterRef("submission__round"),
    )  # fmt: skip
    untouched = appraisal.untouched(CriterionScore.objects.all()).filter(
        submission__cycle=reader.cycle
    )
    rows: Any = leaves.order_by().annotate(
        dossier_state=F("submission__state"), method=F("criterion__method"),
        asked=Exists(Explanation.objects.filter(score=OuterRef("pk"), closed_at=None)),
        waits=Q(pk__in=untouched.values("pk")), left=Exists(left),
    ).values_list(
        "criterion_id", "dossier_state", "method", "open_to_appraiser", "appraised_round",
        "asked", "waits", "left", named=True,
    )  # fmt: skip
    for row in rows:
        fact = Fact(row, abstained=row.left)
        fact.state = state_of(fact)
        yield fact
