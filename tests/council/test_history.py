"""The history of a dossier in the admin: the acts of the table, with the reasons written."""

import datetime as dt

import pytest
from django.urls import reverse

from assessments.errors import Refused
from assessments.models import Event
from assessments.workflow import events
from assessments.workflow.machine import perform
from tests.factories.council import make_judged_year, make_member
from tests.factories.cycles import Year
from units.models import Membership

pytestmark = pytest.mark.django_db
WHY = "Bổ sung quyết định ban hành kế hoạch"


@pytest.fixture
def year() -> Year:
    """Return a year in which the first dossier was returned and something was refused."""
    year = make_judged_year()
    submission = year.first.submission
    perform(
        "return", submission, by=year.secretary, at=year.at, note=WHY, leaves=["1.1"],
        due_at=year.at + dt.timedelta(days=2),
    )  # fmt: skip
    with pytest.raises(Refused):
        perform("conclude", submission, by=year.chair, at=year.at)
    events.record(action="delegate", obj=submission, by=year.first.focal, at=year.at)
    return year


def history(year: Year) -> str:
    return reverse("admin:assessments_submission_history", args=[year.first.submission.pk])


def words(answer) -> list[tuple[str, bool, list[str], list[str], str]]:
    return [
        (act["word"], act["event"].refused, act["states"], act["leaves"], act["reason"])
        for act in answer.context["acts"]
    ]


def test_secretary_sees_who_returned_which_leaves_and_why(year, enter):
    answer = enter(year.secretary).get(history(year))

    assert [row[:2] for row in words(answer)][:2] == [
        ("Conclude", True),
        ("Return for mending", False),
    ]
    assert words(answer)[1] == (
        "Return for mending", False, ["being appraised", "returned for mending"], ["1.1"], WHY,
    )  # fmt: skip
    body = answer.content.decode()
    assert all(text in body for text in (WHY, str(year.secretary), "refused"))


def test_what_the_unit_arranges_inside_is_left_out(year, enter):
    answer = enter(year.secretary).get(history(year))
    assert "delegate" in set(Event.objects.values_list("action", flat=True))
    assert "delegate" not in {act["event"].action for act in answer.context["acts"]}


def test_officer_who_reads_no_scores_reads_no_reasons(year, enter):
    answer = enter(year.officer).get(history(year))
    assert [row[4] for row in words(answer)] == [""] * len(words(answer))
    assert WHY not in answer.content.decode()


def test_employed_member_meets_no_history(year, enter):
    member = make_member(year)
    assert enter(member).get(history(year)).status_code == 200
    Membership.objects.create(
        user=member, unit=year.first.unit, role=Membership.Role.STAFF, since=year.at.date()
    )
    answer = enter(member).get(history(year))
    assert answer.status_code == 302
    assert WHY not in answer.content.decode()
