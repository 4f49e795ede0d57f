"""The Python environment: made once, filled from a hashed lock, found again in no time."""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cchc.launcher.console import Refusal, say, step
from cchc.launcher.folders import PROJECT, ours, personal_folders
from cchc.launcher.processes import run

REQUIREMENTS = PROJECT / "requirements"
#: A lock that holds all of another one: installed, it serves for both.
LARGER = {"demo": "dev"}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Packages between two lines of progress.
PROGRESS_STRIDE = 10


def chromium(environ: Mapping[str, str]) -> str | None:
    """Return the path of a Chromium: the variable CHROMIUM, else the first on PATH, else None."""
    if environ.get("CHROMIUM"):
        return environ["CHROMIUM"]
    found = (shutil.which(name, path=environ.get("PATH")) for name in CHROMIUM_NAMES)
    return next((path for path in found if path), None)


def digest(lock: str, folder: Path) -> str:
    """Return what an installed lock is known by: its bytes, this Python, project and folder."""
    python = f"{sys.implementation.name} {sys.version_info[:2]}"
    told = f"{python}\n{PROJECT}\n{folder}\n".encode()
    return hashlib.sha256(told + (REQUIREMENTS / f"{lock}.txt").read_bytes()).hexdigest()


def stamp(lock: str, folder: Path) -> Path:
    """Return the file in the environment that remembers the digest of an installed lock."""
    return folder / f"cchc-{lock}.stamp"


def installed(lock: str, folder: Path) -> bool:
    """Tell whether the environment holds this very lock, or one that contains it."""
    # Made by root with a Python below root's home, it exists and is still of no use to us.
    if not os.access(python_of(folder), os.X_OK):
        return False
    names = [lock, *([LARGER[lock]] if lock in LARGER else [])]
    return any(_read(stamp(name, folder)) == digest(name, folder) for name in names)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def python_of(folder: Path) -> Path:
    """Return the environment's interpreter."""
    return folder / "bin" / "python"


def choose_folder(locks: list[str], environ: Mapping[str, str]) -> Path:
    """Return the environment to use: a complete one if there is, else the first we may write.

    `.venv` in the project folder comes first, then a cache folder of the user. Raises Refusal when
    nothing can be written.
    """
    personal = personal_folders(environ, "XDG_CACHE_HOME", ".cache")
    folders = [PROJECT / ".venv", *(folder / "venv" for folder in personal)]
    for folder in folders:
        if all(installed(lock, folder) for lock in locks):
            return folder
    for folder in folders:
        if ours(folder):
            return folder
    raise Refusal(f"không có quyền ghi vào {PROJECT} hay thư mục tạm; hãy đặt biến XDG_CACHE_HOME.")


def ensure(locks: list[str], environ: Mapping[str, str]) -> Path:
    """Return the folder of an environment that holds the locks, making what is missing."""
    folder = choose_folder(locks, environ)
    if all(installed(lock, folder) for lock in locks):
        return folder
    with _alone():
        if not _runs_here(folder):
            create(folder, environ)
        for lock in locks:
            if not installed(lock, folder):
                install(lock, folder, environ)
    return folder


@contextmanager
def _alone() -> Iterator[None]:
    """Let one launcher at a time install; a lock on the folder needs no right to write there."""
    descriptor = os.open(REQUIREMENTS, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _runs_here(folder: Path) -> bool:
    """Tell whether the environment exists and was made by this version of Python."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    site = folder / "lib" / version / "site-packages"
    return os.access(python_of(folder), os.X_OK) and (site / "pip").exists()


def create(folder: Path, environ: Mapping[str, str]) -> None:
    """Make the environment anew; raise Refusal when Python lacks the modules for it."""
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise Refusal(
            "Python trên máy này thiếu mô-đun venv; hãy cài gói python3-venv rồi chạy lại."
        )
    with step(f"Tạo môi trường Python ở {folder}"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        said: deque[str] = deque(maxlen=3)
        command = [sys.executable, "-I", "-m", "venv", "--clear", str(folder)]
        if run(command, environ, PROJECT, on_line=said.append) != 0:
            raise Refusal(f"không tạo được môi trường Python ở {folder}: {' '.join(said)}")
    site = next(folder.glob("lib/python*/site-packages"))
    # The project on the path of every tool: pytest, mypy, lint-imports, from any folder.
    (site / "cchc-project.pth").write_text(f"{PROJECT}\n", encoding="utf-8")


def install(lock: str, folder: Path, environ: Mapping[str, str]) -> None:
    """Install one lock with every hash checked; raise Refusal with pip's last words if it fails."""
    said: deque[str] = deque(maxlen=8)
    count = 0

    def listen(line: str) -> None:
        nonlocal count
        said.append(line)
        if line.startswith("Collecting "):
            count += 1
            if count % PROGRESS_STRIDE == 0:
                say(f"  … {count} gói")

    pip = [str(python_of(folder)), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input"]
    options = ["--require-hashes", "--no-deps", "--progress-bar", "off"]
    with step(f"Cài các gói của requirements/{lock}.txt (lần đầu mất một vài phút)"):
        source = str(REQUIREMENTS / f"{lock}.txt")
        if run([*pip, "install", *options, "-r", source], environ, PROJECT, on_line=listen) != 0:
            say("\n".join(f"  {line}" for line in said))
            raise Refusal("không cài được các gói; hãy kiểm tra kết nối tới kho gói Python.")
    stamp(lock, folder).write_text(digest(lock, folder))
