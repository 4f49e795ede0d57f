"""Name every refusal of the scoring package, so that the interface can translate it by key."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

Params = Mapping[str, str | int | Decimal]


class Reason(StrEnum):
    """Keys of refusals and of a rule's problems; `MESSAGES` lists the parameters of each."""

    # a number as typed
    BLANK = "blank"
    NOT_A_NUMBER = "not_a_number"
    BOTH_MARKS = "both_marks"
    REPEATED_MARK = "repeated_mark"
    AMBIGUOUS = "ambiguous"
    # a number as a fact
    NEGATIVE = "negative"
    TOO_PRECISE = "too_precise"
    TOO_LARGE = "too_large"
    NOT_WHOLE = "not_whole"
    # facts against their rule
    MISSING_FACT = "missing_fact"
    DONE_EXCEEDS_DUE = "done_exceeds_due"
    PERCENT_OVER_100 = "percent_over_100"
    POINTS_OVER_MAX = "points_over_max"
    OFF_STEP = "off_step"
    OPTION_UNKNOWN = "option_unknown"
    SAMPLE_NOT_POSITIVE = "sample_not_positive"
    NA_NOT_ALLOWED = "na_not_allowed"
    BRANCH = "branch"
    # a rule that cannot be applied
    RULE_INCOMPLETE = "rule_incomplete"
    LEVEL_GAP = "level_gap"
    LEVEL_OVERLAP = "level_overlap"
    LEVEL_EMPTY = "level_empty"
    LEVEL_OVER_MAX = "level_over_max"
    LEVELS_MISSING = "levels_missing"
    FLOOR_OUT_OF_RANGE = "floor_out_of_range"
    TARGET_OUT_OF_RANGE = "target_out_of_range"
    TARGET_MISSING = "target_missing"
    TARGET_UNDER_FLOOR = "target_under_floor"
    STEP_MISSING = "step_missing"
    STEP_NOT_POSITIVE = "step_not_positive"
    STEP_OVER_MAX = "step_over_max"
    MAX_NOT_POSITIVE = "max_not_positive"
    # a scorecard or a ranking
    UNFINISHED = "unfinished"
    DUPLICATE = "duplicate"


MESSAGES: Mapping[Reason, str] = {
    Reason.BLANK: "a number is needed",
    Reason.NOT_A_NUMBER: "%(field)s is not a number: %(value)s",
    Reason.BOTH_MARKS: "use one decimal mark only: %(value)s has a comma and a point",
    Reason.REPEATED_MARK: "use one decimal mark only and no thousands separator: %(value)s",
    Reason.AMBIGUOUS: "%(value)s may mean %(whole)s or %(decimal)s; write one of them",
    Reason.NEGATIVE: "%(field)s must not be negative: %(value)s",
    Reason.TOO_PRECISE: "%(field)s has more than %(places)s decimals: %(value)s",
    Reason.TOO_LARGE: "%(field)s is absurdly large: %(value)s",
    Reason.NOT_WHOLE: "%(field)s must be a whole number: %(value)s",
    Reason.MISSING_FACT: "%(field)s is missing",
    Reason.DONE_EXCEEDS_DUE: "done b = %(b)s exceeds due a = %(a)s",
    Reason.PERCENT_OVER_100: "%(value)s percent is over 100 percent",
    Reason.POINTS_OVER_MAX: "%(value)s points is over the maximum of %(max)s",
    Reason.OFF_STEP: "%(value)s points is not a multiple of the step of %(step)s",
    Reason.OPTION_UNKNOWN: "there is no option number %(value)s",
    Reason.SAMPLE_NOT_POSITIVE: "a survey needs at least one answer, not %(value)s",
    Reason.NA_NOT_ALLOWED: "this criterion applies to every unit",
    Reason.BRANCH: "a branch is the sum of its leaves and takes no facts",
    Reason.RULE_INCOMPLETE: "the rule lacks a usable %(field)s",
    Reason.LEVEL_GAP: "no level covers %(value)s",
    Reason.LEVEL_OVERLAP: "more than one level covers %(value)s",
    Reason.LEVEL_EMPTY: "level %(level)s covers no value",
    Reason.LEVEL_OVER_MAX: "level %(level)s gives %(value)s points, over the maximum of %(max)s",
    Reason.LEVELS_MISSING: "the rule has no levels",
    Reason.FLOOR_OUT_OF_RANGE: "floor %(value)s is not within 0 to 100 percent",
    Reason.TARGET_OUT_OF_RANGE: "target %(value)s is not over 0 and up to 100 percent",
    Reason.TARGET_MISSING: "level %(level)s is proportional to a count and needs a target",
    Reason.TARGET_UNDER_FLOOR: "target %(target)s percent is under floor %(floor)s percent",
    Reason.STEP_MISSING: "the rule needs a step",
    Reason.STEP_NOT_POSITIVE: "step %(value)s must be over 0",
    Reason.STEP_OVER_MAX: "step %(value)s is over the maximum of %(max)s",
    Reason.MAX_NOT_POSITIVE: "maximum points %(value)s must be over 0",
    Reason.UNFINISHED: "an applicable leaf has no points yet",
    Reason.DUPLICATE: "%(value)s appears twice",
}


class ScoringError(ValueError):
    """Refuse a fact, a rule or a number.

    `code` is the code of the leaf ("" when the caller named none), `reason` the key to
    translate by, `params` the values of the placeholders in `MESSAGES[reason]`.
    """

    def __init__(self, code: str, reason: Reason, params: Params | None = None) -> None:
        """Keep the parts and compose a plain English message."""
        self.code = code
        self.reason = reason
        self.params: dict[str, str | int | Decimal] = dict(params or {})
        text = MESSAGES[reason] % self.params
        super().__init__(f"{code}: {text}" if code else text)

    def __reduce__(self) -> tuple[type["ScoringError"], tuple[str, Reason, Params]]:
        """Pickle by parts, so that parallel test workers can report it."""
        return type(self), (self.code, self.reason, self.params)
