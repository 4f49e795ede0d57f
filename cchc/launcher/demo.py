"""`python3 -m cchc demo`: from nothing to a portal with an illustrative year, and again quickly."""

import errno
import hashlib
import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from cchc import embedded
from cchc.launcher import environment, variables
from cchc.launcher.console import Refusal, Stopped, say, step
from cchc.launcher.folders import PROJECT, locked, state_folder
from cchc.launcher.privileges import servant
from cchc.launcher.processes import beside, run

HOST = "127.0.0.1"
#: Seconds the server gets to answer before we stop announcing it.
ANSWER_SECONDS = 60


@dataclass(frozen=True)
class Options:
    """What the person asked of the demo."""

    port: int
    serve: bool
    fresh: bool


def check_port(port: int) -> None:
    """Raise Refusal when the port cannot be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            advice = "hãy chọn cổng khác bằng --port."
            if problem.errno in (errno.EACCES, errno.EPERM):
                raise Refusal(f"không có quyền mở cổng {port}; {advice}") from None
            raise Refusal(f"cổng {port} đang có chương trình khác dùng; {advice}") from None


def demo(options: Options, environ: Mapping[str, str]) -> int:
    """Prepare the demo, then print the standings or serve until stopped; return the exit code."""
    if options.serve:
        check_port(options.port)
    if options.fresh and environ.get("DATABASE_URL"):
        raise Refusal("--fresh không xóa cơ sở dữ liệu ở DATABASE_URL; hãy tự tạo một cái trống.")
    venv = environment.ensure(["demo"], environ)
    state = state_folder(environ, servant())
    with database(environ, venv, state, options.fresh) as url:
        env = variables.base(environ, venv, url) | variables.for_demo(state, options.port)
        manage = Manage(environment.python_of(venv), env)
        prepare(manage, state)
        if not options.serve:
            return manage("show_standings")
        manage("show_demo_accounts")
        say(f"Thư của bản dùng thử không gửi đi đâu; xem tại {variables.mail_folder(state)}.")
        with clock(manage, state):
            return serve(manage, options.port)


@contextmanager
def database(
    environ: Mapping[str, str], venv: Path, state: Path, fresh: bool = False
) -> Iterator[str]:
    """Yield the URL of the demo's database: DATABASE_URL, the running one, or a new server."""
    if environ.get("DATABASE_URL"):
        yield environ["DATABASE_URL"]
        return
    shared = state / "database-url"
    with locked(state / "lock") as alone:
        if not alone:
            if fresh:
                raise Refusal("bản chạy thử đang mở; hãy dừng nó trước khi dùng --fresh.")
            yield _running_url(shared)
            return
        shared.unlink(missing_ok=True)
        if fresh:
            empty(state)
        with ExitStack() as stack:
            with step("Khởi động PostgreSQL"):
                url = stack.enter_context(embedded.kept(environ, venv, state))
            stack.callback(shared.unlink, missing_ok=True)
            shared.touch(mode=0o600)
            shared.write_text(url)
            yield url


def _running_url(shared: Path, patience: float = 30.0) -> str:
    """Read the URL another launcher of ours left, waiting while it starts."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if shared.exists() and (url := shared.read_text()):
            say("• Dùng chung cơ sở dữ liệu với bản chạy thử đang mở.")
            return url
        time.sleep(0.1)
    raise Refusal("một bản chạy thử khác đang khởi động hoặc đang dừng; hãy thử lại sau.")


def empty(state: Path) -> None:
    """Remove the demo's databases, files and letters; the environment and the secret stay."""
    for old in [*state.glob("data-*"), state / "media", variables.mail_folder(state)]:
        shutil.rmtree(old, ignore_errors=True)


class Manage:
    """Run commands of manage.py in the environment."""

    def __init__(self, python: Path, env: dict[str, str]) -> None:
        self.python, self.env = python, env

    def __call__(self, *arguments: str, interactive: bool = False) -> int:
        """Run one command; return its exit code."""
        command = [str(self.python), str(PROJECT / "manage.py"), *arguments]
        return run(command, self.env, PROJECT, interactive=interactive)

    def must(self, *arguments: str) -> None:
        """Run one command; raise Refusal when it fails (it has said why)."""
        code = self(*arguments)
        if code != 0:
            raise Refusal(f"lệnh “manage.py {' '.join(arguments)}” dừng với mã {code}.")


def prepare(manage: Manage, state: Path) -> None:
    """Bring database, static files and demo data up to date."""
    for folder in (state / "media", variables.mail_folder(state)):
        folder.mkdir(mode=0o700, exist_ok=True)
    with step("Cập nhật cấu trúc cơ sở dữ liệu"):
        manage.must("migrate", "--noinput", "--verbosity", "0")
    mark, wanted = state / "static.stamp", static_digest()
    if not mark.exists() or mark.read_text() != wanted:
        with step("Gom các tệp tĩnh"):
            manage.must("collectstatic", "--noinput", "--clear", "--verbosity", "0")
        mark.write_text(wanted)
    with step("Nạp dữ liệu minh họa"):
        manage.must("load_demo")


def static_digest() -> str:
    """Return what the collected static files depend on: our own files and the lock."""
    files = sorted(path for path in PROJECT.glob("*/static/**/*") if path.is_file())
    told = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files]
    lock = (environment.REQUIREMENTS / "demo.txt").read_bytes()
    return hashlib.sha256(json.dumps(told).encode() + lock).hexdigest()


def clock(manage: Manage, state: Path) -> AbstractContextManager[Popen[bytes]]:
    """Let time pass in the demo while it serves: `manage.py clock` runs beside the server.

    One process for deadlines, messages and letters; it says what it does in `clock.log`.
    """
    command = [str(manage.python), str(PROJECT / "manage.py"), "clock", "--with-tasks"]
    return beside(command, manage.env, PROJECT, state / "clock.log")


def serve(manage: Manage, port: int) -> int:
    """Serve until stopped; being stopped is the normal end, exit code 0."""
    check_port(port)
    # Three threads suit a machine of one core, so that no warning meets a newcomer.
    quiet = ["--workers", "1", "--blocking-threads", "3", "--log-level", "error"]
    options = ["--host", HOST, "--port", str(port), *quiet]
    command = [str(manage.python), "-m", "granian", "--interface", "wsgi", *options]
    ended = threading.Event()
    threading.Thread(target=announce, args=(port, ended), daemon=True).start()
    try:
        return run([*command, "cchc.wsgi:application"], manage.env, PROJECT)
    except Stopped:
        say("\nĐang dừng …")
        return 0
    finally:
        ended.set()


def announce(port: int, ended: threading.Event) -> None:
    """Print the address once the server answers."""
    until = time.monotonic() + ANSWER_SECONDS
    while not ended.wait(0.2) and time.monotonic() < until:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            continue
        say(f"Cổng CCHC đang mở tại http://{HOST}:{port}/ – nhấn Ctrl-C để dừng.")
        return


def open_demo(arguments: list[str], environ: Mapping[str, str], port: int) -> int:
    """Run one command of manage.py on the demo's database (`python3 -m cchc manage …`)."""
    venv = environment.ensure(["demo"], environ)
    state = state_folder(environ, servant())
    with database(environ, venv, state) as url:
        env = variables.base(environ, venv, url) | variables.for_demo(state, port)
        return Manage(environment.python_of(venv), env)(*arguments, interactive=True)
