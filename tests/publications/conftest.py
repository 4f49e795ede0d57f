"""Publications' tests: a finished year, and real transactions over frozen tables."""

import pytest
from django.core.management.commands import flush
from django.db import connection

from tests.factories.cycles import Year
from tests.factories.results import make_finished_year


@pytest.fixture
def year(db: None) -> Year:
    return make_finished_year()


@pytest.fixture
def frozen_tables_flush(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the flush after a real transaction pass the triggers that refuse TRUNCATE."""
    handle = flush.Command.handle

    def unguarded(self: flush.Command, **options: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        try:
            handle(self, **options)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = DEFAULT")

    monkeypatch.setattr(flush.Command, "handle", unguarded)
