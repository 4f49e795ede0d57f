"""Child processes that never outlive the launcher, whatever ends it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from cchc.launcher.console import Stopped

PR_SET_PDEATHSIG = 1
#: Seconds a child gets to end by itself before it is ended.
PATIENCE = 15.0


def tie_to_parent(deadly: int, restore: bool = False) -> Callable[[], None]:
    """Return a function for the new child: `deadly` reaches it when its parent dies.

    Linux only (elsewhere it does not). Changing the user clears the wish, so call the function
    after dropping privileges. With `restore` the child also gets the usual signals back.
    """
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def tie() -> None:
        if restore:
            restore_signals()
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, deadly, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return tie


def stop(child: subprocess.Popen[bytes], asking: int, patience: float = PATIENCE) -> None:
    """Ask the child to end with signal `asking`; kill it after `patience` seconds."""
    if child.poll() is not None:
        return
    child.send_signal(asking)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@contextlib.contextmanager
def stopping_politely() -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into one `Stopped`; later ones do not disturb cleaning."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def on_signal(number: int, _frame: FrameType | None) -> None:
        for one in signals:
            signal.signal(one, signal.SIG_IGN)
        raise Stopped(number)

    before = {one: signal.signal(one, on_signal) for one in signals}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextlib.contextmanager
def terminal_decides(shared: bool) -> Iterator[None]:
    """While a child shares our terminal, Ctrl-C is its affair: a shell cancels its line with it."""
    if not shared:
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run(
    command: Sequence[str | Path],
    env: Mapping[str, str],
    cwd: Path,
    interactive: bool = False,
    on_line: Callable[[str], None] | None = None,
) -> int:
    """Run a command to its end and return its exit code; stop it when we are stopped.

    An interactive command on a terminal keeps that terminal; any other gets its own session, so
    that Ctrl-C reaches it once, from here. `on_line` gets each line the command prints.
    """
    shared = interactive and sys.stdin is not None and sys.stdin.isatty()
    tie = tie_to_parent(signal.SIGTERM, restore=True)
    child = subprocess.Popen(
        [str(part) for part in command],
        env=dict(env), cwd=cwd, start_new_session=not shared, preexec_fn=tie,
        stdout=subprocess.PIPE if on_line else None,
        stderr=subprocess.STDOUT if on_line else None,
    )  # fmt: skip
    try:
        with terminal_decides(shared):
            for line in child.stdout or ():
                if on_line is not None:
                    on_line(line.decode(errors="replace").rstrip())
            return shell_code(child.wait())
    except Stopped as stopped:
        asking = signal.SIGINT if interactive and stopped.exit_code == 130 else signal.SIGTERM
        stop(child, asking)
        raise
    finally:
        stop(child, signal.SIGTERM)
        if not shared:
            end_group(child.pid)


@contextlib.contextmanager
def beside(
    command: Sequence[str | Path], env: Mapping[str, str], cwd: Path, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command beside the body of the `with`, and end it with that, or when we die.

    It has no terminal: what it says goes to the file `log`, written anew.
    """
    with log.open("wb") as out:
        child = subprocess.Popen(
            [str(part) for part in command],
            env=dict(env), cwd=cwd, start_new_session=True,
            preexec_fn=tie_to_parent(signal.SIGTERM, restore=True),
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield child
    finally:
        stop(child, signal.SIGTERM)
        end_group(child.pid)


def end_group(group: int) -> None:
    """End what a child left behind in the session it had to itself, such as workers of a server."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def restore_signals() -> None:
    """Give the child the usual signals, not the ones we ignore while cleaning."""
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_DFL)


def shell_code(code: int) -> int:
    """Write the end by a signal the way shells do: 128 + its number."""
    return 128 - code if code < 0 else code
