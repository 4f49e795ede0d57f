"""The rows of the grid as words and figures ready to print, for both of its directions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from assessments.choices import Method, NaPolicy, SubmissionState
from assessments.models import CriterionScore, Cycle
from assessments.queries.grid_facts import Fact, is_far
from assessments.queries.grid_spread import Spread
from cchc.kit.text import fold
from cchc.templatetags.portal import points as printed
from cchc.templatetags.portal import signed


@dataclass(slots=True)
class GridRow:
    """What one row prints; empty texts are left out by the page."""

    pk: int
    submission_id: int
    version: int
    code: str
    title: str
    note: str
    state: str
    word: str
    tone: str
    may: bool
    agreeable: bool
    takes_na: bool
    claim: str = ""
    trace: str = ""
    own: str = ""
    evidence: int = 0
    evidence_marks: list[str] = field(default_factory=list)
    last: str = ""
    independent: str = ""
    differs: bool = False
    offset: str = ""
    far: bool = False
    given: str = ""
    given_na: bool = False
    points: str = ""
    reason: str = ""
    others: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def row_of(
    fact: Fact, *, by_unit: bool, spread: Spread | None, last: Decimal | None, most: str
) -> GridRow:
    """Return the printed row of a leaf; headed by the unit in one direction, the criterion in the
    other. `most` are the printed highest points."""
    row, state = fact.row, fact.state
    claimed = row.claim_seen and row.shown_self is not None
    shown = GridRow(
        row.pk, row.submission_id, row.version, row.code,
        row.unit if by_unit else f"{row.code}. {row.name}",
        row.unit_code if by_unit else _("at most %(most)s points") % {"most": most},
        state.value, str(state.label), state.tone, may=fact.may, agreeable=fact.may and claimed,
        takes_na=row.na_policy != NaPolicy.NOT_ALLOWED, claim=claim_words(row),
        trace=_trace(row) if row.claim_seen else "",
        own=_own(row) if claimed else "", evidence=row.evidence_count or 0,
        evidence_marks=_evidence_marks(row),
        last="" if last is None else printed(last),
    )  # fmt: skip
    _put_independent(shown, row)
    if claimed and spread is not None and spread.middle is not None and row.self_applicable:
        shown.offset, shown.far = signed(row.shown_self - spread.middle), is_far(row, spread)
    _put_given(shown, fact)
    shown.others = [given_words(each) for each in fact.others]
    return shown


def _own(row: Any) -> str:
    text = printed(row.shown_self)
    return text if row.self_applicable else f"{text} ({_('does not count')})"


def claim_words(row: Any) -> str:
    """Return what the unit states, in words: the option, a and b, the count, the percentage."""
    if row.not_applicable:
        return _("nothing arose")
    parts = []
    if row.met is not None:
        parts.append(_("met") if row.met else _("not met"))
    if row.option_label:
        parts.append(row.option_label)
    if row.a is not None or row.b is not None:
        parts.append(f"b/a = {printed(row.b)}/{printed(row.a)}")
    if row.count is not None:
        parts.append(f"{_('count')}: {printed(row.count)}")
    if row.claimed_percent is not None:
        parts.append(f"{printed(row.claimed_percent)} %")
    return "; ".join(parts)


def _trace(row: Any) -> str:
    """Return how the points come about, or nothing where that is the claim with its points."""
    lead = row.self_trace.rpartition("→")[0].strip()
    told = (claim_words(row), row.option_label or "")
    return "" if lead and fold(lead) in map(fold, told) else row.self_trace


def _evidence_marks(row: Any) -> list[str]:
    marks = [_("added after submission")] if row.late else []
    return [*marks, _("changed after your points")] if row.changed else marks


def _put_independent(shown: GridRow, row: Any) -> None:
    if row.independent_source:
        shown.independent = f"b/a = {printed(row.independent_b)}/{printed(row.independent_a)}"
        stated = (row.a, row.b)
        shown.differs = stated != (row.independent_a, row.independent_b)


def _put_given(shown: GridRow, fact: Fact) -> None:
    """Print the reader's own points, or, to a reader who gives none, those that count."""
    row, mine = fact.row, fact.mine
    if mine is not None and mine.points is not None:
        shown.given, shown.given_na, shown.reason = (
            printed(mine.points), not mine.applicable, mine.reason,
        )  # fmt: skip
    elif not fact.judged and row.shown_appraised is not None:
        shown.given, shown.given_na = (
            printed(row.shown_appraised), row.appraised_applicable is False,
        )  # fmt: skip
    shown.points = shown.given if fact.judged else ""


def given_words(given: Any) -> str:
    """Return what one person gave, in words."""
    what = _("no points given") if given.points is None else printed(given.points)
    kind = "" if given.responsible or given.points is None else f" ({_('opinion')})"
    said = f" – {given.reason}" if given.reason else ""
    return f"{given.name}: {what}{kind}{said}"


def rows_of(
    facts: Iterable[Fact], *, by_unit: bool, spreads: Mapping[int, Spread], cycle: Cycle
) -> list[GridRow]:
    """Return the printed rows of the leaves of one year (one statement)."""
    facts = list(facts)
    before = last_points(facts, cycle)
    most: dict[Decimal, str] = {}
    return [
        row_of(
            fact, by_unit=by_unit, spread=spreads.get(fact.row.criterion_id),
            last=before.get(fact.row.pk),
            most=most.setdefault(fact.row.most, printed(fact.row.most)),
        )
        for fact in facts
    ]  # fmt: skip


def last_points(facts: Iterable[Fact], cycle: Cycle) -> dict[int, Decimal]:
    """Return, by leaf, the published points of the year before for the same code and words.

    By the unit itself, else by the one unit that it follows (as `leaves.claims_last_year`).
    """
    wanted = {(fact.row.unit_id, fact.row.code): fact for fact in facts}
    units, codes = {key[0] for key in wanted}, {key[1] for key in wanted}
    rows: Any = CriterionScore.objects.filter(
        Q(submission__unit__in=units) | Q(submission__unit__successions__successor__in=units),
        submission__cycle__year=cycle.year - 1, submission__cycle__illustrative=cycle.illustrative,
        submission__state=SubmissionState.PUBLISHED, criterion__code__in=codes,
        final_points__isnull=False,
    ).exclude(criterion__method=Method.SURVEY)  # fmt: skip
    own: dict[int, Decimal] = {}
    before: dict[int, list[Decimal]] = {}
    for unit, successor, code, name, points in rows.values_list(
        "submission__unit", "submission__unit__successions__successor", "criterion__code",
        "criterion__name", "final_points",
    ):  # fmt: skip
        for key, kept in ((unit, own), (successor, None)):
            fact = wanted.get((key, code))
            if fact is None or fold(fact.row.name) != fold(name):
                continue
            if kept is None:
                before.setdefault(fact.row.pk, []).append(points)
            else:
                kept[fact.row.pk] = points
    return {leaf: each[0] for leaf, each in before.items() if len(each) == 1} | own
