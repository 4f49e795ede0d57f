"""Where the launcher keeps things: beside the code when it may, else in a folder of its user."""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cchc.launcher.console import Refusal
from cchc.launcher.privileges import Servant

PROJECT = Path(__file__).resolve().parents[2]
RUN_PREFIX = "cchc-pg-"
#: A UNIX socket's path may have 107 bytes; what we put below the run folder takes about 40.
LONGEST_BASE = 60
#: Seconds before a run folder without a living owner is taken for a leftover.
LEFTOVER_AGE = 30


def key() -> str:
    """Return a short name for this copy of the project, so that two copies never share a folder."""
    return hashlib.sha256(str(PROJECT).encode()).hexdigest()[:12]


def ours(folder: Path) -> bool:
    """Tell whether the folder belongs to us alone to write, or can be made by us."""
    if os.path.islink(folder):
        return False
    if os.path.exists(folder):
        return folder.stat().st_uid == os.geteuid() and os.access(folder, os.W_OK | os.X_OK)
    return os.access(nearest(folder), os.W_OK | os.X_OK)


def nearest(folder: Path) -> Path:
    """Return the closest folder above that exists; one we may not look into counts as absent."""
    # os.path and not Path.exists, which raises PermissionError below a folder closed to us.
    return next(one for one in folder.parents if os.path.exists(one))


def personal_folders(environ: Mapping[str, str], variable: str, default: str) -> list[Path]:
    """List this project's folders of the user in order: the XDG one, then the temporary one."""
    home = environ.get("HOME", "")
    base = environ.get(variable) or (f"{home}/{default}" if home else "")
    found = [Path(base) / "cchc" / key()] if base.startswith("/") else []
    return [*found, Path(tempfile.gettempdir()) / f"cchc-{os.geteuid()}-{key()}"]


def state_folder(environ: Mapping[str, str], servant: Servant | None) -> Path:
    """Make and return the folder of the demo: database, files, secret.

    `.demo` beside the code, unless we may not write there or PostgreSQL's user cannot get there.
    Raises Refusal when no folder will do.
    """
    personal = personal_folders(environ, "XDG_STATE_HOME", ".local/state")
    for folder in (PROJECT / ".demo", *personal):
        if ours(folder) and (servant is None or servant.reaches(nearest(folder))):
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            folder.chmod(0o700 if servant is None else 0o711)
            if servant is None or servant.reaches(folder):
                return folder
    raise Refusal(f"không có quyền ghi vào {PROJECT} hay thư mục tạm; hãy đặt biến XDG_STATE_HOME.")


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold the file's lock while inside; yield False when another process holds it.

    The system drops the lock when its holder dies, however it dies.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def run_base(servant: Servant | None) -> Path:
    """Choose a temporary folder with a path short enough for a socket, open to the servant."""
    for base in map(Path, (tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108 mkdtemp below
        fits = len(os.fsencode(base)) <= LONGEST_BASE and os.access(base, os.W_OK | os.X_OK)
        if fits and (servant is None or servant.reaches(base)):
            return base
    raise Refusal("không có thư mục tạm nào dùng được; hãy đặt biến TMPDIR.")


@contextmanager
def run_folder(servant: Servant | None) -> Iterator[Path]:
    """Lend a private temporary folder; remove it afterwards, and those of launchers that died."""
    base = run_base(servant)
    sweep(base)
    folder = Path(tempfile.mkdtemp(prefix=RUN_PREFIX, dir=base))
    folder.chmod(0o700 if servant is None else 0o711)
    try:
        with locked(folder / "lock"):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(base: Path) -> None:
    """Remove our run folders whose owner is gone."""
    for folder in base.glob(RUN_PREFIX + "*"):
        try:
            found = folder.lstat()
            if found.st_uid != os.geteuid() or time.time() - found.st_mtime < LEFTOVER_AGE:
                continue
            with locked(folder / "lock") as free:
                if free:
                    shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:
            continue  # another launcher swept it first
