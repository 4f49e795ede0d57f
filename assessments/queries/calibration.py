"""Where appraisers differ, which leaves tell nothing apart, and how members judge the claims.

Signals to talk about before the council decides; no grades of members or of leaves. Everything is
counted over the leaves that the reader may read, so never over those of the own unit.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    Max,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import NullIf

from assessments.choices import SELF_SCORED, Method
from assessments.models import Appraisal, Criterion, CriterionScore, Cycle
from assessments.queries import appraisal
from units.models import UnitGroup, User

#: Below so many units a leaf says nothing about all of them.
FEWEST_UNITS = 3
_HUNDRED = Value(Decimal(100))
_PERCENT: DecimalField[Any, Any] = DecimalField(max_digits=20, decimal_places=10)
_ALLOWED = F("submission__cycle_scheme__scheme__dispute_spread")
_PLACE = ("submission__group__position", "submission__unit__sort_name", "criterion__position")


@dataclass(frozen=True)
class Saturated:
    """A leaf on which all judged units of a group stand alike, or all claim everything."""

    criterion: Criterion
    group: UnitGroup
    judged: int
    claimed: int
    all_full: bool
    all_zero: bool
    all_claim_full: bool


@dataclass(frozen=True)
class Leaning:
    """How one member's points lie beside the units' claims, in the last round of each leaf.

    `off` and `others_off` are mean differences in percent of the leaf's maximum, negative below
    the claim; None where nothing can be compared. `others_off` is that of all others on the same
    fields.
    """

    member: User
    judged: int
    agreed: Decimal
    off: Decimal | None
    others_off: Decimal | None


def with_spread(leaves: QuerySet[CriterionScore]) -> QuerySet[Any]:
    """Let each leaf bear `givers`, `lowest` and `highest` of the points of its last round."""
    counted = Q(appraisals__round=F("appraised_round"), appraisals__flagged_conflict=False)
    return leaves.annotate(
        givers=Count("appraisals", filter=counted),
        highest=Max("appraisals__points", filter=counted),
        lowest=Min("appraisals__points", filter=counted),
    )


def spreads(cycle: Cycle, user: User, at: dt.datetime) -> QuerySet[Any]:
    """Return the leaves with two or more points in their last round, disputed first.

    Each bears `givers`, `lowest`, `highest`, `spread` in points, `share` of the leaf's maximum in
    percent, and `disputed`: undecided, with a spread over the one that the scheme allows.
    """
    over = Q(decision=None, highest__gt=F("lowest") + _ALLOWED)
    spread = F("highest") - F("lowest")
    return (
        with_spread(_leaves(cycle, user, at))
        .filter(givers__gte=2)
        .annotate(
            spread=spread,
            share=_percent(spread, "criterion__max_points"),
            disputed=Case(When(over, then=True), default=False, output_field=BooleanField()),
        )
        .select_related(
            "criterion", "submission__unit", "submission__cycle", "decision",
            "submission__cycle_scheme__scheme",
        )
        .order_by("-disputed", "-share", *_PLACE)
    )  # fmt: skip


def saturated(cycle: Cycle, user: User, at: dt.datetime) -> list[Saturated]:
    """Return the leaves on which every judged unit of a group has full, or zero, points.

    Also those on which every unit claims full points; both from `FEWEST_UNITS` units on.
    """
    judged = Q(appraised_points__isnull=False, appraised_applicable=True)
    claimed = Q(
        self_points__isnull=False, self_applicable=True, criterion__method__in=SELF_SCORED
    )  # fmt: skip
    most = F("criterion__max_points")
    rows: QuerySet[Any, Any] = (
        _leaves(cycle, user, at)
        .order_by()
        .values("criterion", "submission__group")
        .annotate(
            judged=Count("pk", filter=judged),
            full=Count("pk", filter=judged & Q(appraised_points=most)),
            zero=Count("pk", filter=judged & Q(appraised_points=0)),
            claimed=Count("pk", filter=claimed),
            claimed_full=Count("pk", filter=claimed & Q(self_points=most)),
        )
        .filter(
            Q(judged__gte=FEWEST_UNITS, full=F("judged"))
            | Q(judged__gte=FEWEST_UNITS, zero=F("judged"))
            | Q(claimed__gte=FEWEST_UNITS, claimed_full=F("claimed"))
        )
        .order_by("submission__group__position", "criterion__position")
    )
    return _named(list(rows))


def _named(rows: list[dict[str, Any]]) -> list[Saturated]:
    leaves = Criterion.objects.in_bulk({row["criterion"] for row in rows})
    groups = UnitGroup.objects.in_bulk({row["submission__group"] for row in rows})
    return [
        Saturated(
            leaves[row["criterion"]], groups[row["submission__group"]], row["judged"],
            row["claimed"], *(
                row[total] >= FEWEST_UNITS and row[part] == row[total]
                for part, total in (
                    ("full", "judged"), ("zero", "judged"), ("claimed_full", "claimed"),
                )
            ),
        )
        for row in rows
    ]  # fmt: skip


def leanings(cycle: Cycle, user: User, at: dt.datetime) -> list[Leaning]:
    """Return each member beside the others on the same fields, by name."""
    both = Q(applicable=True, score__self_applicable=True)
    same = Q(points=F("score__self_points"), applicable=F("score__self_applicable"))
    off = _percent(F("points") - F("score__self_points"), "score__criterion__max_points")
    rows = (
        Appraisal.objects.filter(
            score__in=_leaves(cycle, user, at).values("pk"), flagged_conflict=False,
            round=F("score__appraised_round"), score__self_points__isnull=False,
            score__criterion__method__in=SELF_SCORED,
        )
        .order_by()
        .values("member__user", "score__criterion__field")
        .annotate(
            judged=Count("pk"), same=Count("pk", filter=same),
            compared=Count("pk", filter=both), off=Sum(off, filter=both),
        )
    )  # fmt: skip
    parts: list[Any] = list(rows)
    people = User.objects.in_bulk({part["member__user"] for part in parts})
    return [_leaning(person, parts) for person in sorted(people.values(), key=str)]


def _leaning(person: User, parts: list[dict[str, Any]]) -> Leaning:
    own = [part for part in parts if part["member__user"] == person.pk]
    fields = {part["score__criterion__field"] for part in own if part["compared"]}
    others = [
        part
        for part in parts
        if part["member__user"] != person.pk and part["score__criterion__field"] in fields
    ]
    judged = sum(part["judged"] for part in own)
    same = sum(part["same"] for part in own)
    return Leaning(person, judged, Decimal(100 * same) / judged, _mean(own), _mean(others))


def _mean(parts: Iterable[dict[str, Any]]) -> Decimal | None:
    compared = [part for part in parts if part["compared"]]
    count = sum(part["compared"] for part in compared)
    return sum((part["off"] for part in compared), Decimal(0)) / count if count else None


def _percent(points: Any, most: str) -> Any:
    share = points * _HUNDRED / NullIf(F(most), Value(Decimal(0)))
    return ExpressionWrapper(share, output_field=_PERCENT)


def _leaves(cycle: Cycle, user: User, at: dt.datetime) -> QuerySet[CriterionScore]:
    """Return the leaves of the cycle that the person reads and the council judges."""
    leaves = appraisal.readable_leaves(user, at).filter(submission__cycle=cycle)
    return leaves.exclude(criterion__method=Method.SURVEY)
