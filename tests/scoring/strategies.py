"""Hypothesis strategies: random rules that may be issued, facts that fit them, whole schemes."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from hypothesis import strategies as st

from assessments.scoring import (
    Facts,
    LeafScore,
    Level,
    Method,
    NaPolicy,
    Outcome,
    Rule,
    TierBasis,
    score,
)

LEAF_METHODS = tuple(method for method in Method if method is not Method.SUM)
POLICIES = st.sampled_from(NaPolicy)


def decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    """Draw a finite decimal between two bounds with at most `places` decimals."""
    return st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False)


def maxima() -> st.SearchStrategy[Decimal]:
    """Draw maximum points: quarters as printed schemes have, or any four decimals."""
    quarters = st.integers(1, 80).map(lambda n: Decimal(n) / 4)
    return quarters | decimals("0.0001", "20", 4)


def indexes() -> st.SearchStrategy[Decimal]:
    """Draw an index of ten decimals."""
    return st.integers(0, 100 * 10**10).map(lambda n: Decimal(f"{n}E-10"))


@st.composite
def _option_levels(draw, maximum: Decimal) -> tuple[Level, ...]:
    worth = draw(st.lists(decimals("0", str(maximum), 4), min_size=1, max_size=4))
    return tuple(Level(label=f"Phương án {n}", points=p) for n, p in enumerate(worth, start=1))


@st.composite
def _tier_levels(draw, maximum: Decimal, basis: TierBasis) -> tuple[Level, ...]:
    """Cut the domain into adjoining bands, each cut belonging to one of its two sides."""
    percent = basis is TierBasis.PERCENT
    cut = decimals("0.01", "99.99", 2) if percent else st.integers(1, 30).map(Decimal)
    cuts = sorted(draw(st.sets(cut, max_size=3)))
    sides = [draw(st.booleans()) if percent else True for _ in cuts]
    bounds = [(None, True), *zip(cuts, sides, strict=True), (None, True)]
    goal = decimals("0.01", "100", 2) if percent else decimals("1", "30", 0)
    levels = []
    for number, ((lower, above), (upper, below)) in enumerate(pairwise(bounds), start=1):
        levels.append(
            Level(
                label=f"Mức {number}",
                points=draw(decimals("0", str(maximum), 4)),
                lower=lower,
                lower_inclusive=above,
                upper=upper,
                upper_inclusive=not below,
                proportional=draw(st.booleans()),
                target=draw(st.none() | goal) if percent else draw(goal),
            )
        )
    return tuple(draw(st.permutations(levels)))


@st.composite
def rules(draw, code: str = "1.1", methods=LEAF_METHODS, policies=POLICIES) -> Rule:
    """Draw a rule in which `validate_rule` finds no problem."""
    method = draw(st.sampled_from(methods))
    maximum = draw(maxima())
    basis = draw(st.sampled_from(TierBasis)) if method is Method.TIERS else TierBasis.PERCENT
    floor, target, step, levels = None, None, None, ()
    if method is Method.OPTIONS:
        levels = draw(_option_levels(maximum))
    elif method is Method.TIERS:
        levels = draw(_tier_levels(maximum, basis))
    elif method is Method.RATIO:
        floor = draw(st.none() | decimals("0", "100", 2))
        target = draw(st.none() | decimals(str(max(floor or 0, Decimal("0.01"))), "100", 2))
    elif method in (Method.DEDUCTION, Method.CAPPED_SUM):
        step = draw(decimals("0.0001", "5", 4))
    elif method is Method.APPRAISER:
        step = draw(st.none() | decimals("0.0001", str(maximum), 4))
    return Rule(
        code=code,
        max_points=maximum,
        method=method,
        na_policy=draw(policies),
        basis=basis,
        floor=floor,
        target=target,
        step=step,
        cap=draw(st.booleans()),
        levels=levels,
    )


@st.composite
def due_and_done(draw, rule: Rule) -> Facts:
    """Draw a and b that the rule accepts: b over a only under `cap`, a = 0 only by policy."""
    least = "0.01" if rule.na_policy is NaPolicy.NOT_ALLOWED else "0"
    due = draw(st.integers(int(least != "0"), 500).map(Decimal) | decimals(least, "1E+9", 2))
    most = due * 2 if rule.cap else due
    whole = st.integers(0, int(most)).map(Decimal)
    return Facts(a=due, b=draw(whole | decimals("0", str(most), 2)))


@st.composite
def facts_for(draw, rule: Rule) -> Facts:
    """Draw facts that `score` accepts for the rule, sometimes "does not apply"."""
    if rule.na_policy is not NaPolicy.NOT_ALLOWED and draw(st.integers(0, 5)) == 0:
        return Facts(not_applicable=True)
    percent = decimals("0", "100", 4)
    match rule.method:
        case Method.YES_NO:
            drawn = Facts(met=draw(st.booleans()))
        case Method.OPTIONS:
            drawn = Facts(option=draw(st.integers(0, len(rule.levels) - 1)))
        case Method.TIERS if rule.basis is TierBasis.COUNT:
            drawn = Facts(count=Decimal(draw(st.integers(0, 60))))
        case Method.TIERS if draw(st.booleans()):
            drawn = Facts(percent=draw(percent))
        case Method.TIERS | Method.RATIO:
            drawn = draw(due_and_done(rule))
        case Method.DEDUCTION | Method.CAPPED_SUM:
            drawn = Facts(count=Decimal(draw(st.integers(0, 60))))
        case Method.APPRAISER:
            step = rule.step or Decimal("0.0001")
            drawn = Facts(points=step * draw(st.integers(0, int(rule.max_points / step))))
        case _:
            drawn = Facts(percent=draw(percent), sample=draw(st.none() | st.integers(1, 5000)))
    return drawn


@dataclass(frozen=True)
class SchemeLeaf:
    """A leaf of a random scheme and the code of the field it belongs to."""

    field: str
    rule: Rule


@st.composite
def schemes(draw, max_fields: int = 4, max_leaves: int = 5) -> tuple[SchemeLeaf, ...]:
    """Draw a scheme: fields "1", "2", …, each with leaves "1.1", "1.2", …."""
    leaves = []
    for field in range(1, draw(st.integers(1, max_fields)) + 1):
        for number in range(1, draw(st.integers(1, max_leaves)) + 1):
            leaves.append(SchemeLeaf(str(field), draw(rules(code=f"{field}.{number}"))))
    return tuple(leaves)


def leaf_score(leaf: SchemeLeaf, outcome: Outcome) -> LeafScore:
    """Put an outcome on its leaf, ready for `tally`."""
    rule = leaf.rule
    return LeafScore(rule.code, leaf.field, rule.max_points, outcome.points, outcome.applicable)


@st.composite
def scorecards(draw, scheme: tuple[SchemeLeaf, ...]) -> tuple[LeafScore, ...]:
    """Draw one dossier of a scheme: facts for every leaf, scored."""
    return tuple(leaf_score(x, score(x.rule, draw(facts_for(x.rule)))) for x in scheme)


@st.composite
def cycles(draw, max_dossiers: int = 6) -> list[tuple[LeafScore, ...]]:
    """Draw the scorecards of several units under one scheme, twins among them."""
    scheme = draw(schemes())
    cards = draw(st.lists(scorecards(scheme), min_size=1, max_size=max_dossiers))
    return cards + [cards[0]] * draw(st.integers(0, 1))
