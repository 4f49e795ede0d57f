"""Where a unit lost points in its last published year: read from the frozen results only."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from assessments.choices import PublicationKind
from assessments.models import Publication, PublishedResult, PublishedScore, Submission
from assessments.queries.movement import BULKY, predecessor_codes

#: So many leaves are named, those that cost most first.
LEAVES_SHOWN = 5


@dataclass(frozen=True)
class LostLeaf:
    """One leaf of a published scorecard below its highest points."""

    score: PublishedScore
    name: str

    @property
    def lost(self) -> Decimal:
        """Return the points missing to the highest."""
        return self.score.max_points - self.score.final_points


@dataclass(frozen=True)
class LostField:
    """What one field cost in a published year."""

    code: str
    name: str
    lost: Decimal


@dataclass(frozen=True)
class LostPoints:
    """What one published result lost, by field and in its costliest leaves."""

    result: PublishedResult
    fields: list[LostField]
    leaves: list[LostLeaf]

    @property
    def total(self) -> Decimal:
        """Return all points lost."""
        return sum((part.lost for part in self.fields), Decimal(0))


def lost_points(submissions: Iterable[Submission], at: dt.datetime) -> dict[int, list[LostPoints]]:
    """Return, by dossier, the last published year before it: one result, several after a merger.

    A dossier is compared with publications of its own kind: a real year never with an
    illustrative one. A unit without a result of its own is read through those it follows. Three
    queries.
    """
    wanted = list(submissions)
    if not wanted:
        return {}
    origins = predecessor_codes()
    codes = {
        row.pk: {row.unit.code, row.unit_code, *origins.get(row.unit_id, [])} for row in wanted
    }
    published = _published(set().union(*codes.values()), at)
    chosen = {row.pk: _last(row, codes[row.pk], published) for row in wanted}
    sheets = _sheets({result.pk for results in chosen.values() for result in results})
    return {
        pk: [losses(result, sheets.get(result.pk, [])) for result in results]
        for pk, results in chosen.items()
    }


def _published(codes: set[str], at: dt.datetime) -> QuerySet[PublishedResult]:
    kinds = (PublicationKind.OFFICIAL, PublicationKind.ILLUSTRATIVE)
    rows = PublishedResult.objects.filter(
        publication__in=Publication.objects.current(at).filter(kind__in=kinds), unit_code__in=codes
    )
    return (
        rows.select_related("publication", "group")
        .defer(*BULKY)
        .order_by("-publication__year", "unit_code")
    )


def _last(
    submission: Submission, codes: set[str], published: Iterable[PublishedResult]
) -> list[PublishedResult]:
    cycle = submission.cycle
    earlier = [
        row for row in published
        if row.unit_code in codes and row.publication.year < cycle.year
        and row.publication.is_illustrative == cycle.illustrative
    ]  # fmt: skip
    of_year = [row for row in earlier if row.publication.year == earlier[0].publication.year]
    own = [row for row in of_year if row.unit_code in (submission.unit.code, submission.unit_code)]
    return own or of_year


def _sheets(results: set[int]) -> dict[int, list[PublishedScore]]:
    found: dict[int, list[PublishedScore]] = {}
    for score in PublishedScore.objects.filter(result__in=results).order_by("result", "position"):
        found.setdefault(score.result_id, []).append(score)
    return found


def losses(result: PublishedResult, scores: Iterable[PublishedScore]) -> LostPoints:
    """Return what a published result lost: every field that lost, and the costliest leaves."""
    names = {part["code"]: part["name"] for part in result.group.criteria}
    by_field: dict[str, Decimal] = {}
    leaves = []
    for score in scores:
        if score.applicable and score.final_points < score.max_points:
            leaf = LostLeaf(score, names.get(score.code, ""))
            by_field[score.field_code] = by_field.get(score.field_code, Decimal(0)) + leaf.lost
            leaves.append(leaf)
    leaves.sort(key=lambda leaf: (-leaf.lost, leaf.score.position))
    fields = [LostField(code, names.get(code, ""), lost) for code, lost in by_field.items()]
    return LostPoints(result, fields, leaves[:LEAVES_SHOWN])
