"""What the leaves of a published scorecard tell: strong and weak criteria, claim against end."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from assessments.models import PublishedResult, PublishedScore

#: So many criteria are named as the strongest and as the weakest.
EXTREMES_SHOWN = 3
#: A field's name, then the highest, the claimed and the final points of what was claimed in it.
GapSums = tuple[str, Decimal, Decimal, Decimal]


@dataclass(frozen=True)
class Leaf:
    """An applicable leaf with its name in the scheme."""

    score: PublishedScore
    name: str

    @property
    def share(self) -> Decimal:
        """Return the final points out of the highest, 0 to 1."""
        return self.score.final_points / self.score.max_points

    @property
    def lost(self) -> Decimal:
        """Return the points missing to the highest."""
        return self.score.max_points - self.score.final_points


@dataclass(frozen=True)
class Extremes:
    """The strongest and the weakest leaves; `full` and `empty` count all with every or no point."""

    strongest: list[Leaf]
    weakest: list[Leaf]
    full: int
    empty: int


def extremes(result: PublishedResult, scores: Iterable[PublishedScore]) -> Extremes:
    """Return the leaves of the highest and of the lowest share of their points.

    Of equals the weightier leaf comes first, then the order of the scheme. A leaf that does not
    apply is left out, one with every point is never weak, one with none never strong.
    """
    names = {part["code"]: part["name"] for part in result.group.criteria}
    leaves = [
        Leaf(score, names.get(score.code, ""))
        for score in scores if score.applicable and score.max_points > 0
    ]  # fmt: skip
    strong = [leaf for leaf in leaves if leaf.share > 0]
    strong.sort(key=lambda leaf: (-leaf.share, -leaf.score.max_points, leaf.score.position))
    weak = [leaf for leaf in leaves if leaf.share < 1]
    weak.sort(key=lambda leaf: (leaf.share, -leaf.lost, leaf.score.position))
    weakest = weak[:EXTREMES_SHOWN]
    strongest = [leaf for leaf in strong if leaf not in weakest or leaf.share == 1]
    return Extremes(
        strongest=strongest[:EXTREMES_SHOWN],
        weakest=weakest,
        full=sum(leaf.share == 1 for leaf in leaves),
        empty=sum(leaf.share == 0 for leaf in leaves),
    )


def gap_sums(result: PublishedResult, scores: Iterable[PublishedScore]) -> list[GapSums]:
    """Return the sums by field over the applicable leaves that the unit itself assessed."""
    names = {part["code"]: part["name"] for part in result.group.criteria}
    sums: dict[str, list[Decimal]] = {}
    for score in scores:
        if score.applicable and score.self_points is not None:
            row = sums.setdefault(score.field_code, [Decimal(0)] * 3)
            for place, points in enumerate(
                (score.max_points, score.self_points, score.final_points)
            ):
                row[place] += points
    return [(names.get(code, code), *row) for code, row in sums.items()]
