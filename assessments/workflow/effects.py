"""Named effects: workflow emits them, handlers from the layers above register (design 0.16)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from typing import Any

Handler = Callable[[Any, dt.datetime], None]
_HANDLERS: defaultdict[str, list[Handler]] = defaultdict(list)


def on(name: str, handler: Handler) -> None:
    """Register an idempotent handler for the effect `name`; registering twice counts once."""
    if handler not in _HANDLERS[name]:
        _HANDLERS[name].append(handler)


def emit(name: str, obj: Any, at: dt.datetime) -> None:
    """Run the handlers of `name` inside the caller's transaction: all of it happens or nothing."""
    for handler in _HANDLERS[name]:
        handler(obj, at)
