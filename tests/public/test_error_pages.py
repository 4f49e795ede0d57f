"""Pages of an error: they lead on in the reader's language and ask no database for it."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation
from django.views.defaults import server_error

PLACES = ["/", "/xep-hang/", "/tim-don-vi/", "/du-lieu-mo/", "/so-do/"]
PAGES = ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"]


def _places_of(body: str) -> list[str]:
    return re.findall('<a(?: class="button")? href="([^"]*)"', body.partition("<main")[2])


# Without the mark of the database pytest refuses every query of these tests.
@pytest.mark.parametrize(("language", "prefix"), [("vi", ""), ("en", "/en")])
@pytest.mark.parametrize("name", PAGES)
def test_error_page_without_context_leads_on(name: str, language: str, prefix: str) -> None:
    with translation.override(language):
        body = render_to_string(name)
    assert _places_of(body) == [prefix + place for place in PLACES]


@pytest.mark.parametrize("path", ["/khong-co/", "/en/khong-co/"])
def test_missing_page_asks_no_database(path: str) -> None:
    answer = Client().get(path)
    prefix = "/en" if path.startswith("/en/") else ""
    assert answer.status_code == 404
    assert _places_of(answer.content.decode()) == [prefix + place for place in PLACES]


def test_failure_asks_no_database() -> None:
    with translation.override("vi"):
        answer = server_error(RequestFactory().get("/don-vi/so-tu-phap/"))
    assert answer.status_code == 500
    assert _places_of(answer.content.decode()) == PLACES
