"""A year whose log is told anew in each test."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import translation

from assessments import notices
from assessments.models import Message
from assessments.workflow import events
from tests.factories.council import make_judged_year
from tests.factories.cycles import Year, make_year
from units.models import User

Tell = Callable[..., int]


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    with translation.override("vi"):
        yield


@pytest.fixture
def filling(db: None) -> Year:
    """Return a year whose units fill in their dossiers."""
    return make_year()


@pytest.fixture
def year(db: None) -> Year:
    """Return a year with two dossiers under appraisal."""
    return make_judged_year()


@pytest.fixture
def tell() -> Tell:
    """Seal the log of a year and tell what is new in it, a minute later."""

    def told(year: Year, at: dt.datetime | None = None) -> int:
        events.seal(year.cycle.pk)
        return notices.tell(year.cycle, at or year.at + dt.timedelta(minutes=1))

    return told


def heard(user: User) -> list[str]:
    """Return the sentences in a person's inbox, the oldest first."""
    rows = Message.objects.filter(user=user).order_by("pk")
    return list(rows.values_list("text", flat=True))


def name(year: Year, number: int = 0) -> str:
    """Return the name of a unit as its dossier bears it."""
    return year.dossiers[number].submission.unit_name
