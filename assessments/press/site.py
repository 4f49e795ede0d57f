"""Write what is public as files for the web server, and switch to all of them at once.

`SITE_FOLDER/current` is a link to `releases/<hash of the content>`, a tree that is never changed
once the link names it: `pages` is served as it stands, `replaced` holds files that a correction
replaced (the app answers with a header that names the successor; they are for when it is down),
`down` says that the app is down, `publications` lists what is in. Only what is public is ever
written, under no other name before (design 0.19).
"""

import datetime as dt
import fcntl
import gzip
import hashlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from math import inf
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from assessments.choices import PublicationState
from assessments.models import FrozenPage, Publication
from assessments.press import corrections, stored
from assessments.queries.public import corrected, published

log = logging.getLogger(__name__)
#: Releases kept, the current one included, so that a repair can look at the last ones.
KEPT = 3
#: Bytes of one part of a path; a file system takes 255 with the endings.
_LONGEST_PART = 200
_DRAFT = ".new-"
_SHOWABLE = (PublicationState.SCHEDULED, PublicationState.PUBLISHED)
#: Seconds that a reader waits for another who writes: long enough to find all of it switched.
_READER_WAITS = 2.0
#: Seconds until a request tries a folder again that could not be written.
_PATIENCE = 60.0
_failed_at = -_PATIENCE


def covers(publication: Publication) -> bool:
    """Tell whether the site holds the publication, or no site is written."""
    return not settings.SITE_FOLDER or _key(publication) in _shown(Path(settings.SITE_FOLDER))


def update(at: dt.datetime, *, wait: float = inf) -> None:
    """Write the site when something public at `at` is not in it, or something withdrawn is.

    Do nothing without a folder. Raise OSError when the folder cannot be written, and after `wait`
    seconds in which another process writes it; the site then stays what it was.
    """
    if not settings.SITE_FOLDER:
        return
    if _is_behind(_shown(Path(settings.SITE_FOLDER)), list(Publication.objects.public(at))):
        write(at, wait=wait)


def follow(at: dt.datetime) -> None:
    """Update the site once what the caller did is committed; write a failure to the log."""
    if settings.SITE_FOLDER and time.monotonic() - _failed_at >= _PATIENCE:
        transaction.on_commit(partial(_try, at))


def _try(at: dt.datetime) -> None:
    global _failed_at  # noqa: PLW0603 - one disk for the whole process
    try:
        update(at, wait=_READER_WAITS)
    except BlockingIOError:
        return  # another process writes it, and a reader has waited long enough
    except OSError:
        log.exception("the site could not be written")
        _failed_at = time.monotonic()


def write(at: dt.datetime, *, anew: bool = False, wait: float = inf) -> Path:
    """Write every page and file that is public at `at` and switch to them; return the release.

    Does nothing when the site holds all of them, or more: somebody who came later was quicker.
    `anew` writes in any case. Safe in several processes at once, and after a crash anywhere.
    Raise OSError when the folder cannot be written, BlockingIOError after `wait` seconds in which
    another process writes; the site then stays what it was.
    """
    folder = Path(settings.SITE_FOLDER)
    releases = folder / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    with _alone(folder, wait):
        rows = list(published.publications(at))
        if not anew and not _is_behind(_shown(folder), rows):
            return (folder / "current").resolve()
        _sweep(releases)
        draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=releases))
        try:
            _fill(draft, rows, at)
            release = _settle(draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _switch(folder, release)
        _prune(releases, release)
    return release


@contextmanager
def _alone(folder: Path, wait: float) -> Iterator[None]:
    end = time.monotonic() + wait
    with (folder / ".lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # freed when the process dies
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise
                time.sleep(0.02)
        yield


def _key(row: Publication) -> str:
    """Return what tells a publication from another that took the address of a withdrawn one."""
    return f"{row.slug}@{row.sha256}"


def _is_behind(shown: frozenset[str], public: list[Publication]) -> bool:
    """Tell whether the site lacks something public or holds what will never be.

    What is merely not public yet by this clock stays: somebody who came later wrote it.
    """
    if not {_key(row) for row in public} <= shown:
        return True
    coming = {_key(row) for row in Publication.objects.filter(state__in=_SHOWABLE)}
    return not shown <= coming


def _shown(folder: Path) -> frozenset[str]:
    try:
        return _listed((folder / "current").resolve(strict=True))
    except OSError:
        return frozenset()


@lru_cache(maxsize=8)
def _listed(release: Path) -> frozenset[str]:
    return frozenset((release / "publications").read_text(encoding="utf-8").split())


def _sweep(releases: Path) -> None:
    """Remove what a writer left that died: it held the lock, so none is at work now."""
    for left in releases.glob(f"{_DRAFT}*"):
        shutil.rmtree(left, ignore_errors=True)


# The files ------------------------------------------------------------------------------------


def _fill(draft: Path, rows: list[Publication], at: dt.datetime) -> None:
    after = corrected.after(rows)
    newest = dt.datetime.fromtimestamp(0, tz=dt.UTC)
    for row in rows:
        last = corrected.last(row, after)
        for page in FrozenPage.objects.filter(publication=row).iterator(chunk_size=50):
            page.publication = row
            _write_page(draft, page, last)
        newest = max(newest, row.published_at or newest)
    _write(draft / "down.html.gz", gzip.compress(_down_page(at), mtime=0), newest)
    listed = "".join(f"{key}\n" for key in sorted(_key(row) for row in rows))
    _write(draft / "publications", listed.encode(), newest)


def _write_page(draft: Path, page: FrozenPage, replaced_by: Publication | None) -> None:
    name = _name(page)
    if name is None:
        return  # the app answers for it
    is_page = page.content_type == stored.HTML
    changed = replaced_by if is_page and replaced_by else page.publication
    part = "replaced" if replaced_by and not is_page else "pages"
    # The web server makes its ETag of this time and the size: both stay while the bytes stay.
    _write(draft / part / name, corrections.body_of(page, replaced_by), changed.published_at)


def _name(page: FrozenPage) -> str | None:
    """Return the file for a page; None where its address makes no plain path of files."""
    is_page = page.content_type == stored.HTML
    parts = page.path.strip("/").split("/")
    plain = page.path.startswith("/") and page.path.endswith("/") == is_page
    for part in parts:
        plain = plain and part not in {"", ".", ".."} and "\0" not in part
        plain = plain and len(part.encode()) <= _LONGEST_PART
    if not plain:
        return None
    return "/".join([*parts, "index.html.gz"]) if is_page else f"{'/'.join(parts)}.gz"


def _write(path: Path, content: bytes, changed_at: dt.datetime | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    seconds = int(changed_at.timestamp()) if changed_at else 0
    os.utime(path, (seconds, seconds))


def _down_page(at: dt.datetime) -> bytes:
    with translation.override(settings.LANGUAGE_CODE):
        context = {"frozen": True, "noindex": True, "publications": list(published.current(at))}
        return render_to_string("public/down.html", context).encode()


# The switch -----------------------------------------------------------------------------------


def _settle(draft: Path) -> Path:
    """Give a finished draft its name and let the web server's group read it."""
    digest = _digest(draft)
    release = draft.parent / digest
    while release.exists() and _digest(release) != digest:  # somebody has touched it
        release = release.with_name(f"{release.name}-")
    if not release.exists():
        for path in draft.rglob("*"):
            path.chmod(0o750 if path.is_dir() else 0o640)
        draft.chmod(0o750)
        os.sync()  # a power cut after the switch must not find empty files
        draft.rename(release)
    return release


def _digest(tree: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(path for path in tree.rglob("*") if path.is_file()):
        inner = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(tree)} {int(path.stat().st_mtime)} {inner}\n".encode())
    return whole.hexdigest()[:32]


def _switch(folder: Path, release: Path) -> None:
    fresh = folder / ".next"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(release.relative_to(folder))
    os.utime(release)  # the order of pruning
    fresh.replace(folder / "current")


def _prune(releases: Path, current: Path) -> None:
    old = sorted(releases.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for release in [path for path in old if path != current][KEPT - 1 :]:
        shutil.rmtree(release, ignore_errors=True)
