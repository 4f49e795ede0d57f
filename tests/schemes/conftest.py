"""What the tests of schemes share: a moment, an officer, the group, a signed-in client."""

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.schemes import make_officer
from units.models import UnitGroup, User


@pytest.fixture(autouse=True)
def _static_root(settings) -> None:
    """Make the folder of collected files, whose absence warns at the first request."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def at(db: None) -> dt.datetime:
    return timezone.now()


@pytest.fixture
def officer(at: dt.datetime) -> User:
    return make_officer(at)


@pytest.fixture
def group(db: None) -> UnitGroup:
    return UnitGroup.objects.create(code="SBN", name="Sở, ban, ngành")


@pytest.fixture
def officer_client(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client
