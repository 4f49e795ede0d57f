"""Score one leaf: facts in, points and their trace out (design 4; design 0 items 8, 9, 12).

Rates are fractions, so comparing one with a threshold is cross-multiplication and a rate of
79.9999… percent never passes 80. Points are rounded once, half up, to four decimals.
"""

import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from assessments.scoring import trace
from assessments.scoring.kinds import (
    Facts,
    Level,
    Method,
    NaPolicy,
    Outcome,
    Rule,
    TierBasis,
)
from assessments.scoring.numbers import (
    AMOUNT_PLACES,
    PERCENT_PLACES,
    POINTS_PLACES,
    exact,
    format_decimal,
    half_up,
)
from assessments.scoring.reasons import Params, Reason, ScoringError

_HUNDRED = Fraction(100)


class _Measure(NamedTuple):
    """A rate in percent, or a count, with the words that lead to it."""

    value: Fraction
    text: str


def score(rule: Rule, facts: Facts) -> Outcome:
    """Return the points of a leaf (0 to its maximum), its applicability and its trace.

    Raises ScoringError, naming the leaf, when a fact the method needs is missing, out of
    range or over-precise, when the leaf may not be left out, or when the rule has a gap.
    """
    if rule.method is Method.SUM:
        raise ScoringError(rule.code, Reason.BRANCH)
    if facts.not_applicable:
        return _left_out(rule, trace.NOT_APPLICABLE)
    return _METHODS[rule.method](rule, facts)


def _yes_no(rule: Rule, facts: Facts) -> Outcome:
    if facts.met is None:
        raise _missing(rule, "met")
    raw = _maximum(rule) if facts.met else Fraction(0)
    return _outcome(raw, f"{'Đạt' if facts.met else 'Không đạt'} → {_points(raw)}")


def _options(rule: Rule, facts: Facts) -> Outcome:
    if facts.option is None:
        raise _missing(rule, "option")
    if not 0 <= facts.option < len(rule.levels):
        raise ScoringError(rule.code, Reason.OPTION_UNKNOWN, {"value": facts.option})
    level = rule.levels[facts.option]
    raw = _fixed(rule, level)
    chosen = level.label or f"Phương án {facts.option + 1}"
    return _outcome(raw, f"{chosen} → {_points(raw)}")


def _tiers(rule: Rule, facts: Facts) -> Outcome:
    by_count = rule.basis is TierBasis.COUNT
    measure = _whole_count(rule, facts) if by_count else _rate(rule, facts)
    if measure is None:
        return _left_out(rule, trace.NOTHING_AROSE)
    level = _level_of(rule, measure.value)
    lead = f"{measure.text}, {trace.level_text(level, rule.basis)}"
    if not level.proportional:
        raw = _fixed(rule, level)
        return _outcome(raw, f"{lead} → {_points(raw)}")
    if by_count and level.target is None:
        raise ScoringError(rule.code, Reason.RULE_INCOMPLETE, {"field": "target"})
    raw, words = _proportion(rule, measure.value, level.target, "" if by_count else " %")
    return _outcome(raw, f"{lead} → {words}")


def _ratio(rule: Rule, facts: Facts) -> Outcome:
    rate = _due_and_done(rule, facts)
    if rate is None:
        return _left_out(rule, trace.NOTHING_AROSE)
    floor = _setting(rule, "floor", rule.floor or Decimal(0), PERCENT_PLACES)
    if rate.value < floor:
        return _outcome(Fraction(0), f"{rate.text} < {trace.percent_text(floor)} → 0,00")
    raw, words = _proportion(rule, rate.value, rule.target, " %")
    passed = f" ≥ {trace.percent_text(floor)}" if floor else ""
    return _outcome(raw, f"{rate.text}{passed} → {words}")


def _deduction(rule: Rule, facts: Facts) -> Outcome:
    count, step = _count(rule, facts), _step(rule)
    maximum = _maximum(rule)
    left = maximum - step * count
    words = f"{_points(maximum)} − {trace.number_text(count)} × {_points(step)}"
    if left < 0:
        return _outcome(Fraction(0), f"{words} < 0 → 0,00")
    return _outcome(left, f"{words} {trace.result_text(left)}")


def _capped_sum(rule: Rule, facts: Facts) -> Outcome:
    count, step = _count(rule, facts), _step(rule)
    total, maximum = step * count, _maximum(rule)
    words = f"{trace.number_text(count)} × {_points(step)} {trace.result_text(total)}"
    if total > maximum:
        words = f"{words} > {_points(maximum)} → {_points(maximum)}"
    return _outcome(min(total, maximum), words)


def _appraiser(rule: Rule, facts: Facts) -> Outcome:
    points = _fact(rule, "points", facts.points, POINTS_PLACES)
    maximum = _maximum(rule)
    if points > maximum:
        params: Params = {"value": half_up(points, POINTS_PLACES), "max": rule.max_points}
        raise ScoringError(rule.code, Reason.POINTS_OVER_MAX, params)
    if rule.step is not None and (points / _step(rule)).denominator != 1:
        params = {"value": half_up(points, POINTS_PLACES), "step": rule.step}
        raise ScoringError(rule.code, Reason.OFF_STEP, params)
    return _outcome(points, f"Điểm thẩm định {_points(points)}/{_points(maximum)}")


def _survey(rule: Rule, facts: Facts) -> Outcome:
    percent = _percent(rule, facts)
    if facts.sample is not None and facts.sample < 1:
        raise ScoringError(rule.code, Reason.SAMPLE_NOT_POSITIVE, {"value": facts.sample})
    raw, words = _proportion(rule, percent, None, " %")
    answers = "" if facts.sample is None else f" ({facts.sample} phiếu)"
    return _outcome(raw, f"Điều tra xã hội học{answers}: {words}")


_METHODS: Mapping[Method, Callable[[Rule, Facts], Outcome]] = {
    Method.YES_NO: _yes_no,
    Method.OPTIONS: _options,
    Method.TIERS: _tiers,
    Method.RATIO: _ratio,
    Method.DEDUCTION: _deduction,
    Method.CAPPED_SUM: _capped_sum,
    Method.APPRAISER: _appraiser,
    Method.SURVEY: _survey,
}


def _left_out(rule: Rule, why: str) -> Outcome:
    """Apply the not-applicable policy of the leaf (design 0 item 9)."""
    if rule.na_policy is NaPolicy.NOT_ALLOWED:
        raise ScoringError(rule.code, Reason.NA_NOT_ALLOWED)
    if rule.na_policy is NaPolicy.EXCLUDE:
        return Outcome(half_up(Fraction(0), POINTS_PLACES), False, f"{why} → {trace.EXCLUDED}")
    if rule.na_policy is NaPolicy.FULL:
        raw = _maximum(rule)
        return _outcome(raw, f"{why} → {trace.FULL} {_points(raw)}")
    return _outcome(Fraction(0), f"{why} → 0,00")


def _rate(rule: Rule, facts: Facts) -> _Measure | None:
    """Return the rate in percent from a and b, else as entered; None when nothing was due."""
    if facts.a is not None or facts.b is not None:
        return _due_and_done(rule, facts)
    percent = _percent(rule, facts)
    words = f"Tỷ lệ = {trace.percent_text(percent)}"
    return _Measure(*_capped(percent, words))


def _due_and_done(rule: Rule, facts: Facts) -> _Measure | None:
    """Return b/a in percent, at most 100; None when nothing was due (a = 0)."""
    due = _fact(rule, "a", facts.a, AMOUNT_PLACES)
    done = _fact(rule, "b", facts.b, AMOUNT_PLACES)
    if done > due and not rule.cap:
        params = {"a": _amount(due), "b": _amount(done)}
        raise ScoringError(rule.code, Reason.DONE_EXCEEDS_DUE, params)
    if due == 0:
        return None
    percent = done / due * 100
    words = f"b/a = {_amount(done)}/{_amount(due)} = {trace.percent_text(percent)}"
    return _Measure(*_capped(percent, words))


def _capped(percent: Fraction, words: str) -> tuple[Fraction, str]:
    return (_HUNDRED, f"{words}, tính 100 %") if percent > _HUNDRED else (percent, words)


def _proportion(
    rule: Rule, value: Fraction, target: Decimal | None, unit: str
) -> tuple[Fraction, str]:
    """Return value ÷ target × max, at most max, and its words; no target means 100 percent."""
    maximum = _maximum(rule)
    shown = f"{trace.number_text(value)}{unit}"
    if target is None:
        raw = value / 100 * maximum
        return raw, f"{shown} × {_points(maximum)} {trace.result_text(raw)}"
    goal = _setting(rule, "target", target, PERCENT_PLACES)
    if goal == 0:
        raise ScoringError(rule.code, Reason.RULE_INCOMPLETE, {"field": "target"})
    goal_text = f"{trace.number_text(goal)}{unit}"
    if value >= goal:
        return maximum, f"đạt chỉ tiêu {goal_text} → {_points(maximum)}"
    raw = value / goal * maximum
    return raw, f"{shown} ÷ {goal_text} × {_points(maximum)} {trace.result_text(raw)}"


def _level_of(rule: Rule, value: Fraction) -> Level:
    """Return the one level whose band holds the value."""
    hits = [level for level in rule.levels if _holds(level, value)]
    if len(hits) != 1:
        reason = Reason.LEVEL_OVERLAP if hits else Reason.LEVEL_GAP
        raise ScoringError(rule.code, reason, {"value": trace.number_text(value)})
    return hits[0]


def _holds(level: Level, value: Fraction) -> bool:
    if level.lower is not None:
        lower = Fraction(level.lower)
        if value < lower or (value == lower and not level.lower_inclusive):
            return False
    if level.upper is not None:
        upper = Fraction(level.upper)
        return value < upper or (value == upper and level.upper_inclusive)
    return True


def _fixed(rule: Rule, level: Level) -> Fraction:
    """Return a level's own points; a slip over the maximum is refused, never trimmed."""
    points = _setting(rule, "level", level.points, POINTS_PLACES)
    if points > _maximum(rule):
        params: Params = {"level": level.label, "value": level.points, "max": rule.max_points}
        raise ScoringError(rule.code, Reason.LEVEL_OVER_MAX, params)
    return points


def _maximum(rule: Rule) -> Fraction:
    return _setting(rule, "max_points", rule.max_points, POINTS_PLACES)


def _step(rule: Rule) -> Fraction:
    step = _setting(rule, "step", rule.step or Decimal(0), POINTS_PLACES)
    if step == 0:
        raise ScoringError(rule.code, Reason.RULE_INCOMPLETE, {"field": "step"})
    return step


def _setting(rule: Rule, field: str, value: Decimal, places: int) -> Fraction:
    return exact(value, code=rule.code, field=field, places=places)


def _percent(rule: Rule, facts: Facts) -> Fraction:
    percent = _fact(rule, "percent", facts.percent, PERCENT_PLACES)
    capped = rule.cap and rule.method is Method.TIERS
    if percent > _HUNDRED and not capped:
        params = {"value": trace.number_text(percent)}
        raise ScoringError(rule.code, Reason.PERCENT_OVER_100, params)
    return percent


def _count(rule: Rule, facts: Facts) -> Fraction:
    return _fact(rule, "count", facts.count, AMOUNT_PLACES)


def _whole_count(rule: Rule, facts: Facts) -> _Measure:
    """Count tiers ("1: 0.5 | from 2: 1") leave nothing between whole numbers."""
    count = _count(rule, facts)
    if count.denominator != 1:
        params = {"field": "count", "value": _amount(count)}
        raise ScoringError(rule.code, Reason.NOT_WHOLE, params)
    return _Measure(count, f"Số lượng = {_amount(count)}")


def _fact(rule: Rule, field: str, value: Decimal | None, places: int) -> Fraction:
    if value is None:
        raise _missing(rule, field)
    return exact(value, code=rule.code, field=field, places=places)


def _missing(rule: Rule, field: str) -> ScoringError:
    return ScoringError(rule.code, Reason.MISSING_FACT, {"field": field})


def _amount(value: Fraction) -> str:
    return format_decimal(half_up(value, AMOUNT_PLACES))


def _points(value: Fraction) -> str:
    return trace.points_text(half_up(value, POINTS_PLACES))


def _outcome(raw: Fraction, words: str) -> Outcome:
    points = half_up(raw, POINTS_PLACES)
    return Outcome(points, True, unicodedata.normalize("NFC", words))
