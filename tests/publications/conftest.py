"""Publications' tests: a year whose dossiers are all approved."""

import pytest

from tests.factories.cycles import Year
from tests.factories.results import make_finished_year


@pytest.fixture
def year(db: None) -> Year:
    return make_finished_year()
