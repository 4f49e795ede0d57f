"""Every act of the workspace × person × moment of the dossier: what it changes, or that nothing is.

ACTS says what may be done when and by whom. Each act is sent as its form would be, with nothing
wrong but the right or the time; the rows of both units are compared before and after.
"""

from typing import Any

import pytest

from tests.factories.standing import undone
from tests.permissions.acts import ACTS, Act
from tests.permissions.stages import (
    ANONYMOUS,
    MOMENTS,
    OWN,
    PEOPLE,
    World,
    changes,
    in_turn,
    picture,
    routes,
)

pytestmark = pytest.mark.django_db
#: How a refusal may answer own people, everybody else, and who is not signed in.
REFUSED, MISSING, SIGN_IN = {302, 403, 404, 409, 422}, {404}, {302, 401, 403}


def send(world: World, act: Act, person: str) -> Any:
    browser = world.browsers[person]
    browser.cookies.pop("messages", None)
    headers = {"Accept": "application/json"} if act.json else {}
    return browser.post(act.address(world), act.data(world, person), headers=headers)


def answers(act: Act, person: str, *, done: bool) -> set[int]:
    """Return the statuses that may tell the person of what came of the act."""
    if person == ANONYMOUS:
        return SIGN_IN
    if act.page in ("resume", "read", "mail"):
        return {302}
    if person not in OWN:
        return MISSING
    if act.page == "sheet" and not act.may:
        return {200, 409}  # a preview, or the page that says why there is none
    return {200, 201, 302} if done else REFUSED


def test_every_address_takes_an_act_of_the_table_or_no_form_at_all(world: World) -> None:
    acted = {act.page for act in ACTS.values()}
    assert acted <= {name for name, _pattern in routes()}
    with world.at(MOMENTS["submitted"]):
        before = picture()
        for name, pattern in routes():
            if name not in acted:
                path = world.address(name, pattern)
                statuses = {world.browsers[person].post(path).status_code for person in PEOPLE}
                assert statuses == {405}, path
        assert picture() == before


@pytest.mark.parametrize("when", MOMENTS)
def test_act_changes_what_it_may_and_nothing_else(world: World, when: str) -> None:
    wrong = []
    with world.at(MOMENTS[when]):
        before = picture()
        leaves = {row.pk: row.criterion.code for row in world.year.first.submission.scores.all()}
        for place, (name, act) in enumerate(ACTS.items()):
            for person in PEOPLE:
                if not in_turn(place, when, person):
                    continue
                with undone():
                    status = send(world, act, person).status_code
                    found = changes(before, leaves)
                wanted = act.expected(person, when)
                if found != wanted or status not in answers(act, person, done=bool(wanted)):
                    wrong.append(f"{name} by {person}: {status} {sorted(found)}")
    assert wrong == []
