"""Find what makes a rule unusable, before its scheme may be issued (design 1, design 4)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple

from assessments.scoring.kinds import Level, Method, Rule, TierBasis
from assessments.scoring.numbers import (
    AMOUNT_PLACES,
    LIMIT,
    PERCENT_PLACES,
    POINTS_PLACES,
    exact,
    format_decimal,
)
from assessments.scoring.reasons import MESSAGES, Params, Reason, ScoringError

_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Problem:
    """One fault of a rule: leaf code, key to translate by, values of its placeholders."""

    code: str
    key: Reason
    params: Params = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the plain English message."""
        return f"{self.code}: {MESSAGES[self.key] % dict(self.params)}"


class _Cut(NamedTuple):
    """A place between values: just before `at` (side 0) or just after it (side 1)."""

    at: Fraction
    side: int


class _Band(NamedTuple):
    start: _Cut
    end: _Cut


def validate_rule(rule: Rule) -> list[Problem]:
    """Return every problem of the rule; an empty list means `score` can apply it.

    Checked: numbers finite, non-negative and not over-precise; maximum over 0; step,
    levels, floor and target as the method needs them; tiers without gap or overlap over
    0 to 100 percent or over all whole counts; no level over the maximum.
    """
    faults = _bad_numbers(rule)
    if faults:
        return faults
    problems: list[Problem] = []
    if rule.max_points <= 0:
        problems.append(Problem(rule.code, Reason.MAX_NOT_POSITIVE, {"value": rule.max_points}))
    check = _CHECKS.get(rule.method)
    if check is not None:
        problems.extend(check(rule))
    return problems


def _bad_numbers(rule: Rule) -> list[Problem]:
    bounds = PERCENT_PLACES if rule.basis is TierBasis.PERCENT else AMOUNT_PLACES
    numbers: list[tuple[str, Decimal | None, int]] = [
        ("max_points", rule.max_points, POINTS_PLACES),
        ("step", rule.step, POINTS_PLACES),
        ("floor", rule.floor, PERCENT_PLACES),
        ("target", rule.target, PERCENT_PLACES),
    ]
    for level in rule.levels:
        numbers += [
            ("level", level.points, POINTS_PLACES),
            ("lower", level.lower, bounds),
            ("upper", level.upper, bounds),
            ("target", level.target, bounds),
        ]
    problems = []
    for name, value, places in numbers:
        try:
            if value is not None:
                exact(value, code=rule.code, field=name, places=places)
        except ScoringError as error:
            problems.append(Problem(rule.code, error.reason, error.params))
    return problems


def _check_step(rule: Rule) -> Iterator[Problem]:
    if rule.step is None:
        yield Problem(rule.code, Reason.STEP_MISSING)
    elif rule.step == 0:
        yield Problem(rule.code, Reason.STEP_NOT_POSITIVE, {"value": rule.step})


def _check_appraiser(rule: Rule) -> Iterator[Problem]:
    """Check the step only when there is one; without it any four decimals are allowed."""
    if rule.step is None:
        return
    yield from _check_step(rule)
    if rule.step > rule.max_points:
        params = {"value": rule.step, "max": rule.max_points}
        yield Problem(rule.code, Reason.STEP_OVER_MAX, params)


def _check_ratio(rule: Rule) -> Iterator[Problem]:
    if rule.floor is not None and rule.floor > _HUNDRED:
        yield Problem(rule.code, Reason.FLOOR_OUT_OF_RANGE, {"value": rule.floor})
    if rule.target is None:
        return
    yield from _check_target(rule, rule.target)
    if rule.floor is not None and rule.target < rule.floor:
        params = {"target": rule.target, "floor": rule.floor}
        yield Problem(rule.code, Reason.TARGET_UNDER_FLOOR, params)


def _check_target(rule: Rule, target: Decimal) -> Iterator[Problem]:
    over = target > _HUNDRED and (rule.method is Method.RATIO or rule.basis is TierBasis.PERCENT)
    if target == 0 or over:
        yield Problem(rule.code, Reason.TARGET_OUT_OF_RANGE, {"value": target})


def _check_options(rule: Rule) -> Iterator[Problem]:
    if not rule.levels:
        yield Problem(rule.code, Reason.LEVELS_MISSING)
    for level in rule.levels:
        if not level.proportional and level.points > rule.max_points:
            params: Params = {
                "level": level.label,
                "value": level.points,
                "max": rule.max_points,
            }
            yield Problem(rule.code, Reason.LEVEL_OVER_MAX, params)


def _check_tiers(rule: Rule) -> Iterator[Problem]:
    yield from _check_options(rule)
    for level in rule.levels:
        if level.proportional and level.target is not None:
            yield from _check_target(rule, level.target)
        elif level.proportional and rule.basis is TierBasis.COUNT:
            yield Problem(rule.code, Reason.TARGET_MISSING, {"level": level.label})
    if rule.levels:
        yield from _check_cover(rule)


_CHECKS: Mapping[Method, Callable[[Rule], Iterator[Problem]]] = {
    Method.OPTIONS: _check_options,
    Method.TIERS: _check_tiers,
    Method.RATIO: _check_ratio,
    Method.DEDUCTION: _check_step,
    Method.CAPPED_SUM: _check_step,
    Method.APPRAISER: _check_appraiser,
}


def _check_cover(rule: Rule) -> Iterator[Problem]:
    """Check that the bands follow each other from one end of the domain to the other."""
    domain = _domain(rule.basis)
    bands = []
    for level in rule.levels:
        band = _band(level, rule.basis, domain)
        if band.start >= band.end:
            yield Problem(rule.code, Reason.LEVEL_EMPTY, {"level": level.label})
        else:
            bands.append(band)
    edges = [_Band(domain.start, domain.start), *sorted(bands), _Band(domain.end, domain.end)]
    reached = domain.start
    for before, after in pairwise(edges):
        reached = max(reached, before.end)
        if after.start != reached:
            gap = after.start > reached
            place = reached if gap else after.start
            key = Reason.LEVEL_GAP if gap else Reason.LEVEL_OVERLAP
            yield Problem(rule.code, key, {"value": _place_text(place)})


def _domain(basis: TierBasis) -> _Band:
    if basis is TierBasis.PERCENT:
        return _Band(_Cut(Fraction(0), 0), _Cut(Fraction(100), 1))
    return _Band(_Cut(Fraction(0), 0), _Cut(Fraction(LIMIT + 1), 0))


def _band(level: Level, basis: TierBasis, domain: _Band) -> _Band:
    """Return the part of the domain that a level holds; open bounds reach its ends."""
    start, end = domain
    if level.lower is not None:
        cut = _Cut(Fraction(level.lower), 0 if level.lower_inclusive else 1)
        start = max(start, _settled(cut, basis))
    if level.upper is not None:
        cut = _Cut(Fraction(level.upper), 1 if level.upper_inclusive else 0)
        end = min(end, _settled(cut, basis))
    return _Band(start, end)


def _settled(cut: _Cut, basis: TierBasis) -> _Cut:
    """Move a cut among counts to just before the next whole number: only those are scored."""
    if basis is TierBasis.PERCENT:
        return cut
    return _Cut(Fraction(floor(cut.at) + 1 if cut.side else ceil(cut.at)), 0)


def _place_text(cut: _Cut) -> str:
    """Print where a gap or an overlap begins: bounds are decimals, so this is exact."""
    # a bound has at most six decimals, hence the division is exact within the context
    text = format_decimal(Decimal(cut.at.numerator) / Decimal(cut.at.denominator))
    return f"> {text}" if cut.side else text
