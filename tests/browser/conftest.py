"""A real Chromium against a live server, over data that is made once for each file of tests."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.browser import chromium
from tests.browser.looking import NARROW, WIDE, Visitor
from tests.browser.people import sign_in
from units.models import User

pytest.register_assert_rewrite("tests.browser.filling")  # its steps say what they found instead


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Run Chromium while this folder is tested; its event loop must not outlive it."""
    executable = chromium.find()
    if executable is None:
        reason = "no Chromium: set CHROMIUM or install chromium, chromium-browser or google-chrome"
        if os.environ.get("CCHC_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with chromium.running(executable) as running:
        yield running


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let a file of tests store rows for all its tests; they are swept away after the last.

    It replaces pytest-django's fixture of that name: by the name it is known that these tests need
    the test database, and its transaction per test would hide every row from the live server.
    """
    with django_db_blocker.unblock():
        name = str(connection.settings_dict["NAME"])
        assert name.startswith("test_"), f"{name} is no test database and would be emptied"
        yield
        call_command("flush", interactive=False, verbosity=0)
        connections.close_all()  # beside Playwright's loop Django keeps a connection of its own


@pytest.fixture(scope="module")
def base(db: None) -> Iterator[str]:
    """Serve the portal, its static files included, on a free port of the loopback address."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns without it
    server = LiveServer("127.0.0.1")
    try:
        yield server.url
    finally:
        server.stop()


@pytest.fixture
def visitor(browser: Browser, base: str) -> Iterator[Visitor]:
    """Open a browser window of somebody without an account."""
    context = browser.new_context(locale="vi-VN", viewport=WIDE, reduced_motion="reduce")
    yield Visitor(context.new_page(), base)
    context.close()


@pytest.fixture
def phone(browser: Browser, base: str) -> Iterator[Visitor]:
    """Open a window of 360 px with a touch screen, in the dark."""
    context = browser.new_context(
        locale="vi-VN",
        viewport=NARROW,
        has_touch=True,
        is_mobile=True,
        color_scheme="dark",
        reduced_motion="reduce",
    )
    yield Visitor(context.new_page(), base)
    context.close()


@pytest.fixture
def enter(visitor: Visitor) -> object:
    """Return a function that signs somebody in and gives the window."""

    def entered(user: User) -> Visitor:
        sign_in(visitor.page.context, visitor.base, user)
        return visitor

    return entered
