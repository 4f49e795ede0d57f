"""What every journey has: a calendar to turn, and a store of files of its own."""

from typing import Any

import pytest
from django.utils import timezone

from tests.journeys.people import Calendar


@pytest.fixture
def calendar(monkeypatch: Any) -> Calendar:
    made = Calendar()
    monkeypatch.setattr(timezone, "now", made.now)
    return made


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.CLAMAV = ""
