"""What the tests of the council's pages share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests.factories.council import make_judged_year
from tests.factories.cycles import Year
from tests.factories.english import english_site
from units.models import User

Enter = Callable[[User], Client]


@pytest.fixture(scope="module", autouse=True)
def _english_site() -> Iterator[None]:
    with english_site():
        yield


@pytest.fixture(autouse=True)
def _in_english(_english_site: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    """Read messages as they are written in the code; files go to a folder of the test."""
    settings.MEDIA_ROOT = str(tmp_path)
    with translation.override("en"):
        yield


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
