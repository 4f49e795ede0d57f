"""Every address of the workspace × person × moment of the dossier: what a visit answers.

RULES says by the name of a page what the unit's own people find there, and what must exist first.
The council's side opens files of what was handed in; everybody else finds nothing, whatever the
state of the dossier. An address without a rule fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from django.urls import reverse

from tests.permissions.stages import (
    ANONYMOUS,
    COUNCIL,
    MOMENTS,
    OWN,
    PEOPLE,
    Moment,
    World,
    in_turn,
    picture,
    routes,
)

pytestmark = pytest.mark.django_db
SIGN_IN = "sign in"
#: A page opens; a form's address without a page of its own leads to one; nothing is there.
OPENS, LEADS, MISSING = 200, 302, 404
#: Moments in which the dossier is with its unit and the council reads nothing of it.
UNREAD = ("draft", "draft too early", "draft too late", "locked")


@dataclass(frozen=True)
class Rule:
    """What the own people's visit answers; what must exist; who else may come."""

    own: int = OPENS
    needs: str = ""
    council: bool = False
    everybody: bool = False


PAGE, FORM = Rule(), Rule(LEADS)
FILE = Rule(council=True)
RECEIPT = Rule(needs="receipt")
RULES = {
    "home": Rule(everybody=True), "resume": Rule(LEADS, everybody=True),
    "inbox": Rule(everybody=True), "message": Rule(MISSING, everybody=True),
    "read": Rule(405, everybody=True), "mail": Rule(LEADS, everybody=True),
    "library": PAGE, "document": PAGE, "document_delete": PAGE,
    "document_renew": FORM, "document_confirm": FORM,
    "dossier": PAGE, "adjustments": PAGE, "delegations": PAGE, "checks": PAGE, "sign": PAGE,
    "field": PAGE, "evidence": PAGE, "sheet": PAGE, "sheet_download": PAGE,
    "report": PAGE, "bundle": PAGE,
    "remarks": FORM, "save": FORM, "detach": FORM,
    "receipt": RECEIPT, "receipt_content": RECEIPT, "receipt_pdf": RECEIPT,
    "receipt_report": RECEIPT, "add_copy": Rule(LEADS, needs="receipt"),
    "copy": Rule(needs="receipt", council=True),
    "question": Rule(needs="question"),
    "appeals": PAGE, "appeal_withdraw": Rule(LEADS, needs="appeal"),
    "file": FILE, "preview": FILE, "preview_page": FILE,
}  # fmt: skip


def expected(rule: Rule, person: str, when: str) -> Any:
    moment = MOMENTS[when]
    if person == ANONYMOUS:
        return SIGN_IN
    if rule.everybody:
        return rule.own
    if rule.needs and not _has(moment, rule.needs):
        return MISSING
    if person in OWN or (rule.council and person in COUNCIL and when not in UNREAD):
        return rule.own
    return MISSING


def _has(moment: Moment, what: str) -> bool:
    return bool(getattr(moment, what))


def answer(world: World, person: str, path: str) -> Any:
    response = world.browsers[person].get(path)
    if response.streaming:
        b"".join(response.streaming_content)
    if response.status_code == 302 and response.url.startswith(reverse("account_login")):
        return SIGN_IN if response.url.endswith(f"?next={path}") else response.url
    return response.status_code


def test_every_address_of_the_workspace_has_a_rule() -> None:
    assert {name for name, _pattern in routes()} == set(RULES)


def tried(when: str) -> Iterator[tuple[str, str, str]]:
    """Yield page, pattern and person of every visit of a moment."""
    for place, (name, pattern) in enumerate(routes()):
        for person in PEOPLE:
            # What the council reads depends on the moment, so nothing of it is left out.
            if in_turn(place, when, person) or (RULES[name].council and person in COUNCIL):
                yield name, pattern, person


@pytest.mark.parametrize("when", MOMENTS)
def test_visit_answers_each_person_by_the_rule_and_changes_nothing(world: World, when: str) -> None:
    wrong = []
    with world.at(MOMENTS[when]):
        before = picture()
        for name, pattern, person in tried(when):
            path = world.address(name, pattern)
            got, wanted = answer(world, person, path), expected(RULES[name], person, when)
            if got != wanted:
                wrong.append(f"{path} for {person}: {got}, not {wanted}")
        assert picture() == before
    assert wrong == []


def test_every_person_meets_every_address_and_both_meet_every_moment() -> None:
    """Taking turns leaves out no pair of the three."""
    met = [(when, pattern, person) for when in MOMENTS for _name, pattern, person in tried(when)]
    patterns = {pattern for _name, pattern in routes()}

    assert {(when, pattern) for when, pattern, _ in met} == set(product(MOMENTS, patterns))
    assert {(when, person) for when, _, person in met} == set(product(MOMENTS, PEOPLE))
    assert {(pattern, person) for _, pattern, person in met} == set(product(patterns, PEOPLE))
