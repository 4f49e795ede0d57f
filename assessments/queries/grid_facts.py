"""The facts behind the rows of the grid: one light record per leaf, with its state and its marks.

Counters, filters and the distribution are read from the same records as the rows, so that no
figure counts a leaf that the reader may not see.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery, TextChoices
from django.utils.translation import gettext_lazy as _

from assessments.choices import Method, Tone
from assessments.models import Abstention, Appraisal, CriterionScore, Evidence, Explanation
from assessments.permissions import Sight
from assessments.queries import appraisal
from assessments.queries.check_values import FAR
from assessments.queries.grid import Reader
from assessments.queries.grid_spread import Spread


class RowState(TextChoices):
    """How a leaf stands before the reader."""

    UNTOUCHED = "untouched", _("not appraised")
    DONE = "done", _("points given")
    OTHERS = "others", _("appraised by another")
    ASKED = "asked", _("unit asked")
    ABSTAINED = "abstained", _("no points given")
    CLOSED = "closed", _("not open")

    @property
    def tone(self) -> Tone:
        """Return the tone in which pages show it."""
        tones = {"untouched": Tone.WARN, "done": Tone.GOOD, "asked": Tone.ACTIVE}
        return tones.get(self.value, Tone.NEUTRAL)


#: The filters of the grid by their word in the address.
FILTERS = {
    "chua-cham": _("not appraised"), "khong-tai-lieu": _("no evidence"),
    "khac-tu-cham": _("differs from self-assessed points"), "xa-nhom": _("far from the group"),
    "dang-hoi": _("unit asked"), "tai-lieu-moi": _("evidence late or changed"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """Points or an abstention (`points` None) of one person in one round."""

    user_id: int
    name: str
    round: int
    points: Decimal | None
    applicable: bool
    reason: str
    responsible: bool
    at: dt.datetime
    version: int = 0


@dataclass(slots=True)
class Fact:
    """One leaf: `row` holds its columns, `mine` what the reader gave last, `others` the rest."""

    row: Any
    judged: bool = False
    mine: Given | None = None
    abstained: bool = False
    others: list[Given] = field(default_factory=list)
    state: RowState = RowState.CLOSED
    flags: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        """Tell whether the council may give the leaf points now, questions apart."""
        row = self.row
        in_hand = row.open_to_appraiser and row.dossier_state in appraisal.JUDGING
        return bool(in_hand and row.method != Method.SURVEY)

    @property
    def may(self) -> bool:
        """Tell whether the reader may judge the leaf now, as far as state and questions go."""
        return self.judged and self.is_open and self.state is not RowState.ASKED


def facts_of(leaves: QuerySet[CriterionScore], reader: Reader) -> list[Fact]:
    """Return the leaves with what the reader and others gave, in Vietnamese order of units.

    Three statements, however many leaves.
    """
    facts = [Fact(row) for row in _columns(leaves, reader)]
    by_leaf = {fact.row.pk: fact for fact in facts}
    for leaf, given in _given(list(by_leaf), reader.sight):
        _lay(by_leaf[leaf], given, reader)
    for fact in facts:
        fact.judged = reader.judges(fact.row.field_id, fact.row.unit_id)
        fact.state = state_of(fact)
    return facts


def _columns(leaves: QuerySet[CriterionScore], reader: Reader) -> Iterable[Any]:
    """Return the plain columns of the leaves as named tuples."""
    backing = Evidence.objects.filter(score=OuterRef("pk"), removed_at=None)
    waiting = Explanation.objects.filter(score=OuterRef("pk"), closed_at=None)
    untouched = appraisal.untouched(CriterionScore.objects.filter(pk=OuterRef("pk")))
    rows = reader.sight.on_leaves(leaves).order_by(
        "submission__unit__sort_name", "submission", "criterion__position"
    )
    return rows.annotate(
        unit=F("submission__unit_name"), unit_code=F("submission__unit_code"),
        unit_id=F("submission__unit"), dossier_state=F("submission__state"),
        round=F("submission__round"), submitted_at=F("submission__submitted_at"),
        code=F("criterion__code"), name=F("criterion__name"), most=F("criterion__max_points"),
        method=F("criterion__method"), na_policy=F("criterion__na_policy"),
        needs_evidence=F("criterion__evidence_required"), field_id=F("criterion__field"),
        option_label=F("option__label"),
        evidence_count=Subquery(
            backing.order_by().values("score").annotate(n=Count("pk")).values("n")
        ),
        late=appraisal.late_evidence(), changed=appraisal.changed_since(reader.user),
        asked=Exists(waiting), waits=Exists(untouched),
    ).values_list(*_NAMES, named=True)  # fmt: skip


_NAMES = (
    "pk", "submission_id", "criterion_id", "version", "met", "a", "b", "count", "claimed_percent",
    "not_applicable", "self_applicable", "self_points", "self_trace", "no_evidence_reason",
    "independent_a", "independent_b", "independent_source", "appraised_applicable",
    "appraised_round", "open_to_appraiser", "claim_seen", "others_seen",
    "shown_self", "shown_appraised", "shown_final",
    "unit", "unit_code", "unit_id", "dossier_state", "round", "submitted_at", "code", "name",
    "most", "method", "na_policy", "needs_evidence", "field_id", "option_label", "evidence_count",
    "late", "changed", "asked", "waits",
)  # fmt: skip


def _given(leaves: list[int], sight: Sight) -> Iterable[tuple[int, Given]]:
    """Yield the points and abstentions that the reader is shown, by round (two statements)."""
    given = Appraisal.objects.filter(score__in=leaves, flagged_conflict=False)
    rows: Any = sight.seen_appraisals(given)
    for leaf, *values in rows.order_by("round", "at").values_list(
        "score", "member__user", "member__user__full_name", "round", "points", "applicable",
        "reason", "responsible", "at", "seen_version",
    ):  # fmt: skip
        yield leaf, Given(*values)
    kept: Any = sight.seen_abstentions(Abstention.objects.filter(score__in=leaves))
    for leaf, user, name, round_, reason, at in kept.order_by("round", "at").values_list(
        "score", "member__user", "member__user__full_name", "round", "reason", "at"
    ):
        yield leaf, Given(user, name, round_, None, True, reason, False, at)


def _lay(fact: Fact, given: Given, reader: Reader) -> None:
    if given.user_id != reader.user.pk:
        fact.others.append(given)
    elif given.points is not None:
        fact.mine = given
    else:
        fact.abstained = given.round == fact.row.round and (
            fact.mine is None or fact.mine.at < given.at
        )


def state_of(fact: Fact) -> RowState:
    """Return how the leaf stands; `abstained`, `mine` and `judged` are laid already."""
    row = fact.row
    if row.asked:
        return RowState.ASKED
    if fact.abstained:
        return RowState.ABSTAINED
    if row.waits:
        return RowState.UNTOUCHED
    if row.appraised_round is None:
        return RowState.CLOSED
    return RowState.DONE if fact.mine or not fact.judged else RowState.OTHERS


def mark(facts: Iterable[Fact], spreads: Mapping[int, Spread]) -> Counter[str]:
    """Put on each leaf the filters that find it; return how many each finds.

    `spreads` are the distributions of the group by criterion.
    """
    counted: Counter[str] = Counter()
    for fact in facts:
        row = fact.row
        spread = spreads.get(row.criterion_id)
        found = {
            "chua-cham": fact.state is RowState.UNTOUCHED,
            "khong-tai-lieu": row.needs_evidence and not row.evidence_count,
            "khac-tu-cham": _differs(fact),
            "xa-nhom": spread is not None and is_far(row, spread),
            "dang-hoi": fact.state is RowState.ASKED,
            "tai-lieu-moi": row.late or row.changed,
        }
        fact.flags = frozenset(word for word, holds in found.items() if holds)
        counted.update(fact.flags)
    return counted


def _differs(fact: Fact) -> bool:
    """Tell whether the points given, by the reader or else what counts, differ from the unit's."""
    row, given = fact.row, fact.mine
    if row.shown_self is None:
        return False
    points, applicable = row.shown_appraised, row.appraised_applicable
    if fact.judged:
        points, applicable = (given.points, given.applicable) if given else (None, None)
    return points is not None and (points, applicable) != (row.self_points, row.self_applicable)


def is_far(row: Any, spread: Spread) -> bool:
    """Tell whether the unit's own points lie far from the group's median (`check_values.FAR`)."""
    if row.shown_self is None or not row.self_applicable or spread.middle is None or not row.most:
        return False
    return Fraction(abs(row.shown_self - spread.middle)) / Fraction(row.most) >= FAR
