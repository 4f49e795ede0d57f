"""The years for the sweeps, each built once for each module of tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import override_settings

from tests.factories.standing import standing
from tests.permissions.secrets import Secrets, make_secrets
from tests.permissions.stages import World, make_world


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("media")
    with override_settings(MEDIA_ROOT=folder, CLAMAV=""), standing(django_db_blocker):
        yield make_world()


@pytest.fixture(scope="module")
def secrets(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[Secrets]:
    folder = tmp_path_factory.mktemp("media")
    with override_settings(MEDIA_ROOT=folder), standing(django_db_blocker):
        yield make_secrets()


@pytest.fixture
def swept(secrets: Secrets, settings: Any) -> Secrets:
    """Return the year of marks with its files at hand and nothing in the cache."""
    settings.MEDIA_ROOT = Path(secrets.revision.file.path).parents[2]
    cache.clear()
    return secrets
