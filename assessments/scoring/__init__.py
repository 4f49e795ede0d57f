"""Turn facts into points, points into an index, indexes into ranks (design 4).

Everything here is pure: Decimals and frozen dataclasses in, the same out. No Django, no
floats, no evaluated expressions. Import the public names from this package.
"""

from assessments.scoring.kinds import (
    Facts,
    Level,
    Method,
    NaPolicy,
    Outcome,
    Rule,
    TierBasis,
)
from assessments.scoring.numbers import format_decimal, half_up, parse_count, parse_points
from assessments.scoring.ranking import Entry, band, display, display_all, rank
from assessments.scoring.reasons import MESSAGES, Reason, ScoringError
from assessments.scoring.rules import score
from assessments.scoring.tally import LeafScore, Part, Tally, tally
from assessments.scoring.validation import Problem, validate_rule

__all__ = [
    "MESSAGES",
    "Entry",
    "Facts",
    "LeafScore",
    "Level",
    "Method",
    "NaPolicy",
    "Outcome",
    "Part",
    "Problem",
    "Reason",
    "Rule",
    "ScoringError",
    "Tally",
    "TierBasis",
    "band",
    "display",
    "display_all",
    "format_decimal",
    "half_up",
    "parse_count",
    "parse_points",
    "rank",
    "score",
    "tally",
    "validate_rule",
]
