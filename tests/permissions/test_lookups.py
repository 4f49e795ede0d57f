"""The address of a list answers no question about what its pages hide (design 6).

Each question is asked so that the truth would answer yes, and so that it would answer no: what
comes back must look the same, also from a list that opens beside a form.
"""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from tests.factories.council import make_member
from tests.permissions.secrets import Secrets
from tests.permissions.visits import browser_of
from units.models import Membership

pytestmark = pytest.mark.django_db
#: Role, list, lookup, and the values for yes and no.
QUESTIONS = (
    ("peer", "assessments/criterionscore", "appraised_points__gt", "0", "99"),
    ("peer", "assessments/criterionscore", "final_points__isnull", "True", "False"),
    ("peer", "assessments/criterionscore", "self_points__gt", "0", "99"),
    ("peer", "assessments/criterionscore", "version__gt", "0", "99"),
    ("peer", "assessments/criterionscore", "appraisals__isnull", "False", "True"),
    ("peer", "assessments/criterionscore", "abstentions__isnull", "False", "True"),
    ("peer", "assessments/criterionscore", "decision__isnull", "False", "True"),
    ("peer", "assessments/criterionscore", "appraisals__points__gt", "0", "99"),
    ("peer", "assessments/explanation", "score__appraised_points__gt", "0", "99"),
    ("peer", "assessments/appeal", "leaves__appraised_points__gt", "0", "99"),
    ("officer", "assessments/submission", "difficulties__startswith", "LOI", "XYZ"),
    ("officer", "assessments/submission", "approvals__isnull", "False", "True"),
    ("officer", "assessments/submission", "adjustments__points__gt", "0", "99"),
    ("officer", "assessments/submission", "scores__appraised_points__gt", "0", "99"),
    ("officer", "assessments/publication", "results__note__startswith", "HANG", "XYZ"),
    ("officer", "units/user", "password__startswith", "argon2", "XYZ"),
    ("administrator", "units/user", "password__startswith", "argon2", "XYZ"),
    ("in conflict", "assessments/meeting", "proceedings__startswith", "DIEN", "XYZ"),
    ("in conflict", "assessments/meeting", "agenda__score__submission__unit_name", "Sở Mật Danh",
     "XYZ"),
)  # fmt: skip


def browser_for(secrets: Secrets, role: str) -> Client:
    """Sign in a person of the role; `peer` judges nothing yet, `in conflict` keeps minutes."""
    if role == "peer":
        secrets.people["peer"] = make_member(secrets.year)
    if role == "in conflict":
        role = "secretary"
        Membership.objects.create(
            user=secrets.people[role], unit=secrets.year.first.unit, since=dt.date(2020, 1, 1),
            role=Membership.Role.STAFF,
        )  # fmt: skip
    return browser_of(secrets, role)


def answer(browser: Client, path: str, query: dict[str, str]) -> tuple[int, int]:
    """Return the status and how many rows the list holds."""
    response: Any = browser.get(path, query)
    if response.status_code != 200:
        return response.status_code, 0
    return 200, response.context["cl"].result_count


@pytest.mark.parametrize("beside", [{}, {"_popup": "1"}], ids=["list", "popup"])
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: "-".join(question[:3]))
def test_lookup_on_what_is_hidden_answers_nothing(
    swept: Secrets, question: tuple[str, ...], beside: dict[str, str]
) -> None:
    role, model, lookup, yes, no = question
    browser, path = browser_for(swept, role), f"/admin/{model}/"
    assert answer(browser, path, beside)[1] > 0  # a list without rows hides nothing

    true, false = (answer(browser, path, {lookup: value, **beside}) for value in (yes, no))

    assert true == false
    assert true in ((400, 0), answer(browser, path, beside))
