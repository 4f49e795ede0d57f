"""How far the memory of this process rises while something is done."""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

R = TypeVar("R")


def peak_of(act: Callable[[], R]) -> tuple[int, R]:
    """Return by how many bytes the resident memory rose at its peak, and what `act` returned.

    The system's own mark of the highest memory is set back first.
    """
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _status("VmRSS")
    result = act()
    return _status("VmHWM") - before, result


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
