"""Where a published result lost points: read from the frozen rows only."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from assessments.models import PublishedResult, PublishedScore

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


def sheets_of(results: Collection[int]) -> dict[int, list[PublishedScore]]:
    """Return the leaves of published results, by the key of the result; one query."""
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
