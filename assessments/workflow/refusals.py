"""Scoring's refusals in the words of the interface; scoring itself knows no language."""

from assessments.errors import BadInput
from assessments.queries.wording import sentence
from assessments.scoring import Reason, ScoringError

_FACTS = {
    "met": "met", "option": "option", "a": "a", "b": "b", "count": "count",
    "percent": "claimed_percent", "points": "points",
}  # fmt: skip


def refused(error: ScoringError) -> BadInput:
    """Return the refusal as the one that forms and pages show beside the input."""
    named = _FACTS.get(str(error.params.get("field", "")), "")
    if error.reason is Reason.DONE_EXCEEDS_DUE:
        named = "b"
    if error.reason is Reason.PERCENT_OVER_100:
        named = "claimed_percent"
    return BadInput(sentence(error.reason, error.params), field=named, code=error.code)
