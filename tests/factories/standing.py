"""Rows that stand for a whole module of tests, so that a sweep builds its world once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


@contextmanager
def undone() -> Iterator[None]:
    """Undo in the end whatever happens inside, rows and states alike."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def standing(blocker: Any) -> Iterator[None]:
    """Hold the rows made inside for a module; each test marked django_db is undone within.

    `blocker` is pytest-django's fixture `django_db_blocker`; ask for `django_db_setup` as well.
    """
    with blocker.unblock(), undone():
        yield
