"""What the tests of the council's pages share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import clear_url_caches
from django.utils import translation

from tests.factories.council import make_judged_year
from tests.factories.cycles import Year
from units.models import User

Enter = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _in_english(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Read messages as they are written in the code; files go to a folder of the test."""
    settings.LANGUAGE_CODE = "en"
    settings.MEDIA_ROOT = str(tmp_path)
    with translation.override("en"):
        yield
    clear_url_caches()  # they hold prefixes that depend on the language of the site


@pytest.fixture
def year(db: Any) -> Year:
    """Return a year with two dossiers under appraisal."""
    return make_judged_year()


@pytest.fixture
def enter() -> Enter:
    """Sign a person in."""

    def sign_in(user: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
