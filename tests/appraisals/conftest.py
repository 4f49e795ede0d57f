"""What the tests of the council's work share."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from tests.factories.council import make_judged_year
from tests.factories.cycles import Year


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Read messages as they are written in the code, whatever the catalogue says."""
    with translation.override("en"):
        yield


@pytest.fixture
def year(db: Any) -> Year:
    """Return a year with two dossiers under appraisal."""
    return make_judged_year()
