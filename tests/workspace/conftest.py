"""An open year and its people signed in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.cycles import Dossier, Year, make_year
from units.models import User

Address = Callable[..., str]


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.CLAMAV = ""


@pytest.fixture
def year(db: None) -> Year:
    return make_year()


@pytest.fixture
def address(year: Year) -> Address:
    """Return a page of the first unit's dossier, or of `of`."""

    def of_page(name: str, of: Dossier | None = None, **more: Any) -> str:
        dossier = of or year.first
        keys = {"key": year.cycle, "slug": dossier.unit.slug}
        return reverse(f"workspace:{name}", kwargs=keys | more)

    return of_page


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return client_of


@pytest.fixture
def client(year: Year, signed_in: Callable[[User], Client]) -> Client:
    """Return the browser of the first unit's contributor."""
    return signed_in(year.first.contributor)


@pytest.fixture
def save(client, address, year):
    """Send one leaf's form; the version is the stored one unless told."""

    def send(code, **data):
        version = data.pop("version", year.first.score(code).version)
        target = address("save", field=code[0], code=code)
        return client.post(target, {"version": version} | data)

    return send
