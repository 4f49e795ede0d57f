"""A conflict of interest closes every address and byway about the unit (design 0.6)."""

import datetime as dt

import pytest

from tests.permissions.byways import visits
from tests.permissions.marks import ELSEWHERE, NAMED, READERS, held
from tests.permissions.reading import read
from tests.permissions.secrets import Secrets
from tests.permissions.visits import answers, browser_of
from units.models import Membership

pytestmark = pytest.mark.django_db
#: Roles of the council's side; each is employed by the first unit as well, in its turn.
SIDE = ("secretary", "chair", "leader", "approver", "auditor", "officer", "survey_officer")
#: Units are no secret, and the leader publishes all of them (design 0.1).
UNHIDDEN = ("admin/units/", "admin/assessments/publication/")


@pytest.mark.parametrize("role", SIDE)
def test_conflict_closes_everything_about_the_unit(swept: Secrets, role: str) -> None:
    """A role that reads and acts for all others meets nothing of the unit that employs it."""
    Membership.objects.create(
        user=swept.people[role], unit=swept.year.first.unit, role=Membership.Role.STAFF,
        since=dt.date(2020, 1, 1),
    )  # fmt: skip
    leaks = []
    found = [(address, response) for _pattern, address, response in answers(swept, role)]
    for address, response in [*found, *visits(swept, browser_of(swept, role))]:
        text = read(response)
        for marks in (*READERS, NAMED):
            if marks in ELSEWHERE or (marks is NAMED and not named_is_telling(address[1:])):
                continue
            leaks += [f"{address}: {mark}" for mark in held(marks, text)]
    assert leaks == []


def named_is_telling(path: str) -> bool:
    """Tell whether a page that names the unit tells of its appraisal."""
    searched = "q=" in path or "field_name=unit" in path  # units themselves are no secret
    return path.startswith("admin/") and not path.startswith(UNHIDDEN) and not searched
