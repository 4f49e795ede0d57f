"""What comes with a request: its own id for events and log lines, and the ids of rows it names."""

from collections.abc import Iterable
from contextvars import ContextVar

#: Empty outside a request.
request_id: ContextVar[str] = ContextVar("request_id", default="")
#: So many digits fit a bigint; longer ones name nothing, and int() refuses thousands of them.
_DIGITS = 18


def whole_number(text: str) -> int | None:
    """Return the number that a request sent in ASCII digits; None for anything else."""
    if len(text) > _DIGITS or not (text.isascii() and text.isdigit()):
        return None
    return int(text)


def row_id(text: str) -> int | None:
    """Return the id of a row that a request names, above zero; None where it can be none."""
    return whole_number(text) or None


def row_ids(texts: Iterable[str]) -> set[int]:
    """Return the ids among what a request sent."""
    return {found for found in map(row_id, texts) if found is not None}
