"""Pictures of the pages of evidence, drawn by a bounded process and kept beside it (design 6).

The bytes of a file are never shown as they are: a reader sees a picture that we drew.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cchc.kit import preview_worker

#: What can be drawn.
SHOWN = ("application/pdf", "image/png", "image/jpeg")
#: Pages of a file that are drawn; whoever wants more takes the file.
PAGES = 200
SECONDS = 20
#: How many are drawn at once in this process, and how long a reader waits for a turn.
_TURNS = threading.BoundedSemaphore(2)
_WAIT = 10


class Unshown(Exception):
    """A page that cannot be shown; the message is a sentence for the reader."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


class NoPage(Unshown):
    """A page that the file does not have."""


@dataclass(frozen=True)
class Picture:
    """A page as PNG, and how many pages of the file can be shown."""

    png: bytes
    pages: int
    has_more: bool


def page_of(file: Any, content_type: str, number: int) -> Picture:
    """Return page `number` of a stored file, from the kept pictures or drawn now.

    Raise NoPage, or Unshown for a kind that cannot be drawn, a broken or hostile file, and when
    too many are being drawn.
    """
    if content_type not in SHOWN:
        raise Unshown(_("Files of this kind have no preview; download the file to read it."))
    if not 1 <= number <= PAGES:
        raise NoPage(_("The file has no such page."))
    folder = _folder(file)
    kept = next(folder.glob(f"{number}.*.png"), None)
    if kept is None:
        pages, png = _drawn(file, number)
        if pages and not png:
            raise NoPage(_("The file has no such page."))
        kept = _keep(folder, f"{number}.{pages}.png", png)
    pages = int(kept.suffixes[0][1:])
    if not pages:
        raise Unshown(_("This file cannot be shown here: it is damaged, protected or too large."))
    return Picture(kept.read_bytes(), min(pages, PAGES), pages > PAGES)


def forget(file: Any) -> None:
    """Remove every kept picture of a stored file."""
    shutil.rmtree(_folder(file), ignore_errors=True)


def _folder(file: Any) -> Path:
    """Return where the pictures of a file lie: under the random name of its bytes."""
    name = Path(str(file.name))
    return Path(file.storage.path(str(Path("previews", *name.parts[1:]))))


def _keep(folder: Path, name: str, png: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, made = tempfile.mkstemp(dir=folder)
    with os.fdopen(descriptor, "wb") as out:
        out.write(png)
    return Path(made).rename(folder / name)


def _drawn(file: Any, number: int) -> tuple[int, bytes]:
    """Return the number of pages and the PNG; 0 pages for a file that cannot be drawn."""
    if not _TURNS.acquire(timeout=_WAIT):
        raise Unshown(_("Many pages are being drawn just now; try again in a moment."))
    try:
        with file.storage.open(str(file.name), "rb") as opened, tempfile.TemporaryFile() as out:
            ended = _run(number, opened.fileno(), out.fileno())
            out.seek(0)
            pages, _line, png = out.read(preview_worker.OUTPUT_BYTES).partition(b"\n")
    except FileNotFoundError:
        return 0, b""
    finally:
        _TURNS.release()
    if not ended or not pages.isdigit() or int(pages) > 1_000_000:
        return 0, b""
    return int(pages), png


def _run(number: int, source: int, target: int) -> bool:
    """Run the worker with nothing of ours: no environment, no folder, no files but the two."""
    command = [sys.executable, "-I", "-B", str(Path(preview_worker.__file__)), str(number)]
    try:
        ended = subprocess.run(
            command, stdin=source, stdout=target, stderr=subprocess.DEVNULL, env={}, cwd="/",
            timeout=SECONDS, check=False, start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0
