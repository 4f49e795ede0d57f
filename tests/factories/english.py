"""The site in English, for tests that read messages as they are written in the code."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.test import override_settings
from django.urls import clear_url_caches


@contextmanager
def english_site() -> Iterator[None]:
    """Make English the language of the site; wanted once a module, since addresses are dear.

    What was found of them holds prefixes that depend on the language of the site, and filling
    them anew takes as long as several pages.
    """
    with override_settings(LANGUAGE_CODE="en"):
        clear_url_caches()
        yield
    clear_url_caches()
