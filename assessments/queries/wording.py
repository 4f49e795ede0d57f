"""Say in the person's language why scoring refused a number, a fact or a rule.

`assessments.scoring` knows no Django, so its messages are repeated here for the catalogue; a test
holds the two equal.
"""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.scoring import Reason, format_decimal

SENTENCES: Mapping[Reason, Promise] = {
    Reason.BLANK: _("a number is needed"),
    Reason.NOT_A_NUMBER: _("%(field)s is not a number: %(value)s"),
    Reason.BOTH_MARKS: _("use one decimal mark only: %(value)s has a comma and a point"),
    Reason.REPEATED_MARK: _("use one decimal mark only and no thousands separator: %(value)s"),
    Reason.AMBIGUOUS: _("%(value)s may mean %(whole)s or %(decimal)s; write one of them"),
    Reason.NEGATIVE: _("%(field)s must not be negative: %(value)s"),
    Reason.TOO_PRECISE: _("%(field)s has more than %(places)s decimals: %(value)s"),
    Reason.TOO_LARGE: _("%(field)s is absurdly large: %(value)s"),
    Reason.NOT_WHOLE: _("%(field)s must be a whole number: %(value)s"),
    Reason.MISSING_FACT: _("%(field)s is missing"),
    Reason.DONE_EXCEEDS_DUE: _("done b = %(b)s exceeds due a = %(a)s"),
    Reason.PERCENT_OVER_100: _("%(value)s percent is over 100 percent"),
    Reason.POINTS_OVER_MAX: _("%(value)s points is over the maximum of %(max)s"),
    Reason.OFF_STEP: _("%(value)s points is not a multiple of the step of %(step)s"),
    Reason.OPTION_UNKNOWN: _("there is no option number %(value)s"),
    Reason.SAMPLE_NOT_POSITIVE: _("a survey needs at least one answer, not %(value)s"),
    Reason.NA_NOT_ALLOWED: _("this criterion applies to every unit"),
    Reason.BRANCH: _("a branch is the sum of its leaves and takes no facts"),
    Reason.RULE_INCOMPLETE: _("the rule lacks a usable %(field)s"),
    Reason.LEVEL_GAP: _("no level covers %(value)s"),
    Reason.LEVEL_OVERLAP: _("more than one level covers %(value)s"),
    Reason.LEVEL_EMPTY: _("level %(level)s covers no value"),
    Reason.LEVEL_OVER_MAX: _("level %(level)s gives %(value)s points, over the maximum of %(max)s"),
    Reason.LEVELS_MISSING: _("the rule has no levels"),
    Reason.FLOOR_OUT_OF_RANGE: _("floor %(value)s is not within 0 to 100 percent"),
    Reason.TARGET_OUT_OF_RANGE: _("target %(value)s is not over 0 and up to 100 percent"),
    Reason.TARGET_MISSING: _("level %(level)s is proportional to a count and needs a target"),
    Reason.TARGET_UNDER_FLOOR: _("target %(target)s percent is under floor %(floor)s percent"),
    Reason.STEP_MISSING: _("the rule needs a step"),
    Reason.STEP_NOT_POSITIVE: _("step %(value)s must be over 0"),
    Reason.STEP_OVER_MAX: _("step %(value)s is over the maximum of %(max)s"),
    Reason.MAX_NOT_POSITIVE: _("maximum points %(value)s must be over 0"),
    Reason.UNFINISHED: _("an applicable leaf has no points yet"),
    Reason.DUPLICATE: _("%(value)s appears twice"),
}
_FIELDS: Mapping[str, Promise] = {
    "points": _("points"), "max_points": _("highest points"), "count": _("count"),
    "a": _("due (a)"),
    "b": _("done (b)"), "percent": _("percent"), "sample": _("sample"), "option": _("option"),
    "met": _("answer"), "floor": _("floor in percent"), "target": _("target in percent"),
    "step": _("step in points"), "level": _("points of the level"), "lower": _("from"),
    "upper": _("to"), "index": _("index"),
}  # fmt: skip


def sentence(reason: Reason, params: Mapping[str, str | int | Decimal]) -> str:
    """Return the translated sentence of one refusal, its first letter a capital."""
    shown = {name: _shown(value) for name, value in params.items()}
    if "field" in shown:
        shown["field"] = str(_FIELDS.get(shown["field"], shown["field"]))
    text = str(SENTENCES[reason]) % shown
    return text[:1].upper() + text[1:]


def _shown(value: str | int | Decimal) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return format_decimal(value)
    return str(value)
