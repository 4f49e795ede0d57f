"""SQL typed by hand cannot change issued, published and logged rows (design 6)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from assessments.models import FrozenPage
from assessments.workflow import events, receipts
from assessments.workflow.scores import save_leaf
from tests.factories.cycles import make_year
from tests.factories.published import make_publication
from tests.factories.standing import standing

pytestmark = pytest.mark.django_db
#: Each frozen table with a column that somebody might wish to change, and the wish in SQL.
WISHES = {
    "scheme": "title = 'khác'",
    "criterion": "max_points = max_points + 1",
    "scorelevel": "points = coalesce(points, 0) + 1",
    "band": "min_index = min_index + 1",
    "surveycomponent": "weight = weight / 2",
    "receipt": "content = '{}'",
    "scorehistory": "values = '{}'",
    "event": "actor_id = NULL, action = 'khác'",
    "publication": "title = 'khác'",
    "publishedgroup": "name = 'khác'",
    "publishedresult": "index = 99",
    "publishedscore": "final_points = 0.1234",
    "frozenpage": "path = 'khac'",
}
#: Tables whose rows may not be added to once the whole is issued or published.
CHILDREN = (
    "criterion", "scorelevel", "band", "surveycomponent", "publishedgroup", "publishedresult",
    "publishedscore", "frozenpage",
)  # fmt: skip
tables = pytest.mark.parametrize("table", WISHES)


@pytest.fixture(scope="module", autouse=True)
def _rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Bring a row into every frozen table: issued, signed, logged, sealed, published."""
    with standing(django_db_blocker):
        year = make_year(units=1)
        row = year.first.score("1.1")
        save_leaf(score=row, by=year.first.focal, at=year.at, version=row.version, met=True)
        receipts.write(year.first.submission, by=year.first.head, at=year.at, signed_as="Giám đốc")
        events.seal(year.cycle.pk)
        make_publication()
        with connection.cursor() as cursor:  # PostgreSQL truncates nothing before pending checks
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield


def names(table: str) -> str:
    return f"assessments_{table}"


def refuse(sql: str, table: str) -> None:
    frozen = pytest.raises(IntegrityError, match=f"{names(table)} is frozen")
    with frozen, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {names(table)}")
        return cursor.fetchone()[0]


def columns(table: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
            [names(table)],
        )
        yield from (name for (name,) in cursor.fetchall() if name != "id")


def test_every_frozen_table_is_tried() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'freeze%'"
        )
        assert {name for (name,) in cursor.fetchall()} == {names(table) for table in WISHES}


@tables
def test_update_is_refused(table) -> None:
    assert count(table) > 0
    refuse(f"UPDATE {names(table)} SET {WISHES[table]}", table)


@tables
def test_delete_is_refused(table) -> None:
    before = count(table)
    refuse(f"DELETE FROM {names(table)}", table)
    assert count(table) == before


@tables
def test_truncate_is_refused(table) -> None:
    before = count(table)
    refuse(f"TRUNCATE {names(table)} CASCADE", table)
    assert count(table) == before


@pytest.mark.parametrize("table", CHILDREN)
def test_nothing_is_slipped_in(table) -> None:
    listed = ", ".join(f'"{name}"' for name in columns(table))
    before = count(table)
    refuse(
        f"INSERT INTO {names(table)} ({listed}) SELECT {listed} FROM {names(table)} LIMIT 1", table
    )
    assert count(table) == before


@pytest.mark.parametrize(
    ("table", "sets"),
    [
        ("scheme", "state = 'draft'"), ("scheme", "state = 'retired', title = 'khác'"),
        ("publication", "state = 'draft'"), ("publication", "state = 'withdrawn'"),
        ("publication", "dry_run_figures = '{\"a\": 1}'"), ("publication", "dry_run_at = now()"),
        ("event", "position = NULL, hash = ''"), ("event", "hash = repeat('a', 64)"),
    ],
)  # fmt: skip
def test_state_moves_forward_only(table, sets) -> None:
    refuse(f"UPDATE {names(table)} SET {sets}", table)


def test_frozen_pages_exist_to_be_tried() -> None:
    assert FrozenPage.objects.exists()
