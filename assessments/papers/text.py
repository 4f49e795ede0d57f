"""Texts of people made fit for papers: no control characters, paragraphs apart."""

import re
from typing import Any

#: What XML 1.0 does not know, and the marks that turn the direction of a line.
_UNFIT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"
    r"\ud800-\udfff\ufffe\uffff]"
)
_SPACES = re.compile(r"[ \t\u2028\u2029]+")
#: A word that no column holds, and how much of it stands between two places to break.
_LONG = re.compile(r"\S{31,}")
_PIECE = re.compile(r"\S{12}(?=\S)")


def fit(value: Any) -> Any:
    """Return text, or all text inside a dict or list, without characters that no paper can hold."""
    if isinstance(value, str):
        return _UNFIT.sub("", value)
    if isinstance(value, dict):
        return {key: fit(each) for key, each in value.items()}
    return [fit(each) for each in value] if isinstance(value, list) else value


def clean(text: str) -> str:
    """Return `text` on one line without characters that a paper cannot hold."""
    return " ".join(paragraphs(text))


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the lines of `text` that hold something, each fit for a paper."""
    lines = fit(text).replace("\r", "\n").split("\n")
    return tuple(line for line in (_SPACES.sub(" ", line).strip() for line in lines) if line)


def breakable(text: str) -> str:
    """Return `text` with places to break in words longer than a column is wide."""
    return _LONG.sub(lambda word: _PIECE.sub("\\g<0>\u200b", word[0]), text)
