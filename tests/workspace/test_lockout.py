"""Five failed sign-ins lock an account for all processes: the count lies in the database."""

from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.factories.cycles import PASSWORD, make_user

pytestmark = pytest.mark.django_db
TABLE = "cchc_cache"


def sign_in(user: Any, password: str) -> int:
    data = {"login": user.username, "password": password}
    return Client().post(reverse("account_login"), data).status_code


def forget_the_process() -> None:
    """Drop every cache object, as a process that has just started knows none."""
    for alias in settings.CACHES:
        del caches[alias]


def test_sixth_sign_in_is_refused_by_a_process_that_saw_none_before():
    user = make_user()
    assert [sign_in(user, "sai") for _ in range(5)] == [200] * 5

    forget_the_process()
    assert sign_in(user, PASSWORD) == 200
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")
        assert cursor.rowcount > 0
    assert sign_in(user, PASSWORD) == 302


def test_migrating_makes_the_table():
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")

    call_command("migrate", verbosity=0)

    assert TABLE in connection.introspection.table_names()
