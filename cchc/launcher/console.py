"""What the launcher says: one Vietnamese line per step, one sentence per refusal."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Refusal(Exception):
    """A reason, in one Vietnamese sentence, why the command cannot go on (exit code 2)."""


class Stopped(BaseException):
    """The person or the system asked us to stop; not an error, so no `except Exception` eats it."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.exit_code = 128 + signal_number


def speak_plainly() -> None:
    """Let no terminal encoding turn a Vietnamese sentence into a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace", line_buffering=True)


def say(text: str) -> None:
    """Print one line of progress to standard error, so that standard output stays the command's."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Print the step when it begins and its duration, in seconds, when it is done."""
    started = time.monotonic()
    say(f"• {text} …")
    yield
    seconds = f"{time.monotonic() - started:.1f}".replace(".", ",")
    say(f"  xong sau {seconds} giây.")
