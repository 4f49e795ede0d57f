"""Typed refusals: every one says in the user's language what was refused and why."""

from django.utils.functional import Promise


class Refused(Exception):
    """An act that the rules do not allow; the message is shown to the person as it is."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class NotPermitted(Refused):
    """The actor has no right to this act on this object."""


class WrongState(Refused):
    """The object is not in a state from which the act starts."""


class WindowClosed(Refused):
    """The time for the act has not come or is over."""


class GuardFailed(Refused):
    """A condition of the act is not met; `reasons` lists each one."""

    def __init__(self, reasons: list[str | Promise]) -> None:
        super().__init__(" ".join(str(reason) for reason in reasons))
        self.reasons = reasons


class NoteNeeded(Refused):
    """The act needs a written reason."""


class Stale(Refused):
    """Somebody else changed the object meanwhile; nothing was overwritten."""


class BadInput(Refused):
    """A value that cannot be accepted; `field` names the input, `code` the leaf."""

    def __init__(self, message: str | Promise, *, field: str = "", code: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.code = code
