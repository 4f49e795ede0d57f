"""What rows of the table read from: acts of one kind on one dossier, and the words for them."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse

from assessments.models import Cycle, Event, Submission
from assessments.notices.audience import Audience


@dataclass(frozen=True)
class Told:
    """The events, in order, that one message tells of; `submission` where they are about one."""

    cycle: Cycle
    submission: Submission | None
    events: list[Event]
    people: Audience

    @property
    def last(self) -> Event:
        """Return the newest of the events."""
        return self.events[-1]

    @property
    def unit_id(self) -> int | None:
        """Return the unit whose dossier, or whose time, the acts are about."""
        return self.last.unit_id_at

    @property
    def dossier(self) -> Submission:
        """Return the dossier, for rows about one."""
        assert self.submission is not None  # noqa: S101 - such events name a unit of the cycle
        return self.submission

    @cached_property
    def codes(self) -> list[str]:
        """Return the leaves that the events name, in the order of their codes."""
        found: set[str] = set()
        for event in self.events:
            found |= {event.data["code"]} if "code" in event.data else set()
            for name in ("leaves", "codes", "closed_by_clock"):
                found |= set(event.data.get(name) or ())
        return sorted(found, key=_by_number)

    @cached_property
    def due(self) -> dt.datetime | None:
        """Return the earliest time that the events set."""
        found = [dt.datetime.fromisoformat(text) for text in self.ids("due")]
        # The day by which a leaf in hand is to be done is the unit's own affair, and no moment.
        return min((moment for moment in found if moment.tzinfo), default=None)

    def ids(self, name: str) -> list[Any]:
        """Return what the events hold under a name, where they hold anything."""
        return [event.data[name] for event in self.events if event.data.get(name) is not None]

    # Addresses ---------------------------------------------------------------------------------

    def own(self, page: str = "dossier", **more: Any) -> str:
        """Return the address of a page of the workspace about the dossier."""
        unit = self.dossier.unit.slug
        return reverse(f"workspace:{page}", kwargs={"key": self.cycle, "slug": unit, **more})

    def office(self, page: str = "change") -> str:
        """Return the address of a page of the admin about the dossier."""
        return reverse(f"admin:assessments_submission_{page}", args=[self.dossier.pk])


def _by_number(code: str) -> list[tuple[int, str]]:
    return [(int(part) if part.isdigit() else 0, part) for part in code.split(".")]
