"""Public pages are read by somebody without an account."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.models import Publication
from tests.factories.published import make_publication

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def official(db: None) -> Publication:
    """Return an official publication of 2026 with one group of three units."""
    return make_publication()


@pytest.fixture
def illustrative(db: None) -> Publication:
    """Return an illustrative publication of 2023."""
    return make_publication(year=2023, kind="illustrative")


@pytest.fixture
def queries() -> Any:
    """Return a function that counts the queries of one GET."""

    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert Client().get(path).status_code == 200
        return len(seen)

    return count
