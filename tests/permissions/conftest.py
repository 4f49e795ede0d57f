"""The dossier's year for the sweeps of the workspace, built once for each module of tests."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from tests.factories.standing import standing
from tests.permissions.stages import World, make_world


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("media")
    with override_settings(MEDIA_ROOT=folder, CLAMAV=""), standing(django_db_blocker):
        yield make_world()
