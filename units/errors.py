"""Typed refusals of the units app: each says in the user's language what was refused and why."""

from collections.abc import Sequence


class Refused(Exception):
    """An act that the rules do not allow; `problems` are sentences for the person."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems: Sequence[str] = problems

    def __str__(self) -> str:
        return " ".join(str(problem) for problem in self.problems)


class NotPermitted(Refused):
    """The actor has no right to this act."""


class MergerRefused(Refused):
    """The plan of a merger cannot be confirmed as it stands."""
