"""Start PostgreSQL for tests run without `python3 -m cchc test`; loaded by `-p` (design 9).

Settings load before a root conftest, and pytest-django's hook runs before ordinary plugins', hence
a wrapper. One cluster serves all: xdist's workers inherit DATABASE_URL from their controller.
"""

import os
import sys
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cchc import embedded
from cchc.launcher import variables
from cchc.launcher.folders import run_folder


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Give Django's settings what they need before anything reads them."""
    asked = early_config.known_args_namespace
    if not os.environ.get("DATABASE_URL") and not (asked.help or asked.version):
        stack = ExitStack()
        early_config.add_cleanup(stack.close)
        url = stack.enter_context(embedded.temporary(os.environ, Path(sys.prefix)))
        folder = stack.enter_context(run_folder(None))
        os.environ.update({"DATABASE_URL": url} | variables.for_tests(folder))
        stack.callback(os.environ.pop, "DATABASE_URL", None)
    return (yield)
