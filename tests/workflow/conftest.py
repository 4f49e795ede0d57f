"""What the tests of the workflow's parts share."""

from typing import Any

import pytest

from tests.factories.cycles import Year, make_year


@pytest.fixture
def year(db: Any) -> Year:
    """Return an open year with two dossiers being filled in."""
    return make_year()
