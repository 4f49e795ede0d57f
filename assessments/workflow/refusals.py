"""Scoring's refusals in the words of the interface; scoring itself knows no language."""

from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.errors import BadInput
from assessments.scoring import MESSAGES, Reason, ScoringError, format_decimal

_FACTS = {
    "met": "met", "option": "option", "a": "a", "b": "b", "count": "count",
    "percent": "claimed_percent", "points": "points",
}  # fmt: skip


def in_words(error: ScoringError) -> str:
    """Return the refusal as a sentence in the current language."""
    params = {
        name: format_decimal(value) if isinstance(value, Decimal) else value
        for name, value in error.params.items()
    }
    if "field" in params:
        params["field"] = _(str(params["field"]))
    text = _(MESSAGES[error.reason]) % params
    return text[:1].upper() + text[1:]


def refused(error: ScoringError) -> BadInput:
    """Return the refusal as the one that forms and pages show beside the input."""
    named = _FACTS.get(str(error.params.get("field", "")), "")
    if error.reason is Reason.DONE_EXCEEDS_DUE:
        named = "b"
    return BadInput(in_words(error), field=named, code=error.code)
