"""What every test gets: frozen tables that can still be flushed between transactional tests."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import translation


def pytest_collection_finish() -> None:
    """Let the collector pass over what lives as long as the run: code, models, thousands of tests.

    It would walk all of them again and again, an eighth of the run's time when measured.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _flush_past_triggers() -> Iterator[None]:
    """Let the flush after a transactional test pass the triggers that refuse TRUNCATE.

    Only the test runner's own clean-up does so; the code under test meets every trigger.
    """
    stock = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        with connections[self.connection.alias].cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        try:
            stock(self, sql_list)
        finally:
            with connections[self.connection.alias].cursor() as cursor:
                cursor.execute("SET session_replication_role = DEFAULT")

    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
    yield
    DatabaseOperations.execute_sql_flush = stock  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Forget the language of the last request: the next test would read its words in it."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def _static_root() -> None:
    """Make the folder of collected files, which WhiteNoise asks for at every start."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
