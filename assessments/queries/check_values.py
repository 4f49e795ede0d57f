"""Checks of a dossier's points against yardsticks: last year's, the group's, this year's.

A unit is measured only against what is published: figures of other units of the running year
would reach it before their publication (design 6, embargo).
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Aggregate, Count, Max, QuerySet
from django.utils.translation import gettext as _

from assessments.choices import PublicationKind
from assessments.models import (
    CriterionScore,
    Publication,
    PublishedGroup,
    PublishedResult,
    PublishedScore,
    Submission,
)  # fmt: skip
from assessments.queries.findings import Finding
from assessments.queries.public.movement import Earlier, predecessor_codes, year_before
from assessments.scoring import format_decimal
from cchc.kit.text import fold

#: The part of a leaf's highest points from which a difference is told. Most leaves move by a tier
#: or a few percent from year to year; about a third of the points seldom goes without a story.
FAR = Fraction(3, 10)
#: The median of fewer units is the figure of one of them, no yardstick.
FEWEST_UNITS = 3


class Median(Aggregate):
    """The middle value, of an even number the lower: one that exists, so no float comes in."""

    function = "percentile_disc"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class Mark:
    """Points somebody got on a leaf, out of its highest points then."""

    points: Decimal
    most: Decimal

    @property
    def share(self) -> Fraction | None:
        """Return the part of the highest points, None for a leaf without any."""
        return Fraction(self.points) / Fraction(self.most) if self.most else None

    def __str__(self) -> str:
        return f"{format_decimal(self.points)}/{format_decimal(self.most)}"


Marks = dict[str, Mark]


@dataclass(frozen=True)
class LastYear:
    """What was published of the year before, by the codes of leaves that are still the same."""

    own: Marks = field(default_factory=dict)
    medians: Marks = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def knows(self, leaf: CriterionScore) -> bool:
        """Tell whether code and name of the leaf meant the same criterion then."""
        return self.names.get(leaf.criterion.code) == fold(leaf.criterion.name)


def last_year_of(submission: Submission, at: dt.datetime) -> LastYear:
    """Return the year before of a dossier's unit and group (six queries at most).

    The unit is found as for movement: by its code, else by its one predecessor, and only in the
    same group.
    """
    made_up = submission.cycle.illustrative
    kind = PublicationKind.ILLUSTRATIVE if made_up else PublicationKind.OFFICIAL
    earlier = year_before(at, Publication(kind=kind, year=submission.cycle.year))
    if earlier is None:
        return LastYear()
    before = predecessor_codes().get(submission.unit_id, [])
    found = Earlier(earlier, codes=[submission.unit_code, *before])
    result = found.result(submission.unit_code, before)
    code = submission.group.code
    if result is not None and result.group.code == code:
        return _compared(result.group, _marks_of(result))
    group = earlier.groups.filter(code=code).first()
    return _compared(group, {}) if group is not None else LastYear()


def _compared(group: PublishedGroup, own: Marks) -> LastYear:
    names = {part["code"]: fold(part["name"]) for part in group.criteria}
    return LastYear(own, _medians_of(group), names)


def _marks_of(result: PublishedResult) -> Marks:
    rows = result.scores.filter(applicable=True)
    return {row.code: Mark(row.final_points, row.max_points) for row in rows}


def _medians_of(group: PublishedGroup) -> Marks:
    rows = PublishedScore.objects.filter(result__group=group, applicable=True)
    return _medians(rows, "code", "final_points", "max_points")


def _medians(rows: QuerySet[Any], code: str, points: str, most: str) -> Marks:
    counted = (
        rows.order_by()
        .values_list(code)
        .annotate(middle=Median(points), highest=Max(most), units=Count("pk"))
    )
    return {
        key: Mark(middle, highest)
        for key, middle, highest, units in counted
        if units >= FEWEST_UNITS
    }


def live_medians(submission: Submission, leaves: QuerySet[CriterionScore]) -> Marks:
    """Return the medians of the group's own points this year, of `leaves` alone (one query).

    `leaves` are those that the reader may see: nothing of another dossier is told by its median.
    """
    rows = leaves.filter(
        submission__cycle_scheme=submission.cycle_scheme_id, self_points__isnull=False,
        self_applicable=True,
    ).exclude(submission=submission)  # fmt: skip
    return _medians(rows, "criterion__code", "self_points", "criterion__max_points")


def value_findings(
    leaves: Iterable[CriterionScore], last_year: LastYear, live: Marks
) -> Iterator[Finding]:
    """Yield the leaves whose points lie far from a yardstick, else those without any points."""
    for leaf in leaves:
        if leaf.self_points is None or not leaf.self_applicable:
            continue
        now = Mark(leaf.self_points, leaf.criterion.max_points)
        far = [*_measured(leaf, now, last_year, live)]
        yield from far
        if not far and now.share == 0:
            yield Finding("zero", _("%(now)s points: look again.") % {"now": now}, leaf)


def _measured(
    leaf: CriterionScore, now: Mark, last_year: LastYear, live: Marks
) -> Iterator[Finding]:
    code = leaf.criterion.code
    if last_year.knows(leaf):
        words = _("%(now)s points; last year the unit got %(then)s.")
        yield from _far(leaf, "last_year", words, now, last_year.own.get(code))
        words = _("%(now)s points; the median of the group last year was %(then)s.")
        yield from _far(leaf, "median", words, now, last_year.medians.get(code))
    words = _("%(now)s points; the median of the dossiers you may read is %(then)s.")
    yield from _far(leaf, "live_median", words, now, live.get(code))


def _far(
    leaf: CriterionScore, code: str, words: str, now: Mark, then: Mark | None
) -> Iterator[Finding]:
    if then is None or now.share is None or then.share is None:
        return
    if abs(now.share - then.share) >= FAR:
        yield Finding(code, words % {"now": now, "then": then}, leaf)
