"""Where a second factor is required, nobody works or signs without one (design 0.24)."""

from typing import Any

import pytest
from django.test import Client

from tests.factories.cycles import Year, make_year


@pytest.fixture
def year(db: Any) -> Year:
    return make_year(codes=["1.1"])


@pytest.mark.parametrize("path", ["/admin/", "/tu-danh-gia/"])
def test_person_without_second_factor_is_sent_to_set_it_up(
    year: Year, settings: Any, path: str
) -> None:
    settings.MFA_REQUIRED = True
    client = Client()
    client.force_login(year.secretary, "django.contrib.auth.backends.ModelBackend")
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/tai-khoan/")


def test_person_works_without_where_none_is_required(year: Year, settings: Any) -> None:
    settings.MFA_REQUIRED = False
    client = Client()
    client.force_login(year.secretary, "django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/").status_code == 200
