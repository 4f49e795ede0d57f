"""The files of the project, for the tests that sweep over all of them."""

import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.BASE_DIR
#: Folders of the running code; `tests` and migrations follow habits of their own.
CODE = ("assessments", "cchc", "units")


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Return the files that belong to the project: what git has, or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return tuple(path for path in paths if path.is_file())


def name_of(path: Path) -> str:
    """Return a path as people write it, from the project's folder."""
    return path.relative_to(ROOT).as_posix()


def modules(*folders: str) -> Iterator[Path]:
    """Yield the Python files under folders such as `assessments/scoring`, migrations apart."""
    for path in tracked():
        name = name_of(path)
        inside = any(name.startswith(f"{folder}/") for folder in folders or CODE)
        if inside and path.suffix == ".py" and "migrations" not in path.parts:
            yield path


def templates() -> Iterator[Path]:
    """Yield the project's HTML templates."""
    return (
        path
        for path in tracked()
        if path.suffix == ".html" and name_of(path).startswith("templates/")
    )
