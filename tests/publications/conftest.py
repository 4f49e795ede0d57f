"""Publications' tests: a finished year, without the press above the workflow."""

import pytest

from assessments.workflow import effects
from tests.factories.cycles import Year
from tests.factories.results import make_finished_year


@pytest.fixture
def year(db: None) -> Year:
    return make_finished_year()


@pytest.fixture
def no_press(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the printing of pages, which has tests of its own above the workflow."""
    monkeypatch.setitem(effects._HANDLERS, "publication.frozen", [])
