"""No search, filter, order, page or export opens what is closed (design 6)."""

import pytest

from tests.permissions.byways import visits
from tests.permissions.marks import (
    EXPLAINED,
    NAMED,
    READERS,
    REPLIED,
    TOLD,
    held,
    marks_in,
)
from tests.permissions.reading import read
from tests.permissions.secrets import Secrets
from tests.permissions.visits import ROLES, browser_of

pytestmark = pytest.mark.django_db
#: What only a byway shows to its readers.
BEHIND = (EXPLAINED, REPLIED, TOLD)


@pytest.mark.parametrize("role", ROLES)
def test_byways_tell_no_secret(swept: Secrets, role: str) -> None:
    leaks, met = [], set()
    for address, response in visits(swept, browser_of(swept, role)):
        text = read(response)
        assert response.status_code < 500, address
        leaks += [
            f"{address}: {mark}"
            for mark in marks_in(address[1:], text, role)
            if not (mark in NAMED and f"q={mark.split()[1]}" in address)
        ]
        met |= {marks for marks in BEHIND if any(held(marks, text))}
    assert leaks == []
    # The unit has pages of its own for what it is told; from them the sweep of addresses reads.
    inside = role != "contributor"
    assert {marks for marks in BEHIND if inside and role in READERS[marks]} - met == set()
