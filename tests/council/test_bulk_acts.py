"""Acts on many dossiers at once: what stands in the way is told first, refusals hold back none."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from assessments.choices import Stage, SubmissionState
from assessments.models import Event, Submission
from tests.council.conftest import Enter
from tests.factories.busy import ask
from tests.factories.council import make_judged_year
from tests.factories.cycles import Dossier, Year, make_year
from units.models import Membership

DAY = dt.timedelta(days=1)
LIST = "admin:assessments_submission_changelist"


@pytest.fixture
def submitted(db: None) -> Year:
    """Return a year whose three dossiers wait for the start of the appraisal."""
    return make_year(units=3, stage=Stage.APPRAISAL, state=SubmissionState.SUBMITTED)


def act(client: Any, action: str, dossiers: list[Dossier], **more: str) -> Any:
    keys = [dossier.submission.pk for dossier in dossiers]
    return client.post(reverse(LIST), {"action": action, "_selected_action": keys, **more})


def states(year: Year) -> list[str]:
    return [
        Submission.objects.get(pk=dossier.submission.pk).state for dossier in year.dossiers
    ]  # fmt: skip


def test_page_tells_per_dossier_what_stands_in_the_way(submitted: Year, enter: Enter) -> None:
    submitted.council.members.filter(user=submitted.member).update(unit=submitted.first.unit)
    draft = submitted.second.submission
    draft.state = SubmissionState.DRAFT
    draft.save()
    shown = act(enter(submitted.secretary), "start", submitted.dossiers)
    assert [each.submission for each in shown.context["ready"]] == [
        submitted.dossiers[2].submission
    ]
    told = {each.submission: str(each.problems[0]) for each in shown.context["blocked"]}
    assert "conflict of interest appraises" in told[submitted.first.submission]
    assert "does not start from" in told[draft]
    assert states(submitted) == ["submitted", "draft", "submitted"]


def test_confirmed_start_begins_what_is_ready_and_tells_the_rest(
    submitted: Year, enter: Enter
) -> None:
    submitted.council.members.filter(user=submitted.member).update(unit=submitted.first.unit)
    client = enter(submitted.secretary)
    answer = act(client, "start", submitted.dossiers, confirm="1")
    assert answer.status_code == 302
    assert states(submitted) == ["submitted", "appraising", "appraising"]
    assert Event.objects.filter(action="start", refused=False).count() == 2
    assert Event.objects.filter(action="start", refused=True).count() == 1
    body = client.get(reverse(LIST)).content.decode()
    assert "done for 2 dossiers" in body
    assert f"{submitted.first.unit.name}: " in body


def test_own_unit_is_no_part_of_it(submitted: Year, enter: Enter) -> None:
    Membership.objects.create(
        user=submitted.secretary, unit=submitted.first.unit, since=dt.date(2020, 1, 1)
    )
    client = enter(submitted.secretary)
    shown = act(client, "start", submitted.dossiers)
    assert submitted.first.unit.name not in shown.content.decode()
    act(client, "start", submitted.dossiers, confirm="1")
    assert states(submitted)[0] == "submitted"


@pytest.mark.parametrize("role", ["chair", "member", "officer", "leader", "auditor"])
def test_others_have_no_such_act(submitted: Year, enter: Enter, role: str) -> None:
    act(enter(getattr(submitted, role)), "start", submitted.dossiers, confirm="1")
    assert states(submitted) == ["submitted"] * 3
    assert not Event.objects.exists()


def test_questions_are_sent_and_the_second_appraisal_begun_for_many(db: None, enter: Enter) -> None:
    year = make_judged_year()
    question = ask(year, year.at + DAY)
    client = enter(year.secretary)
    shown = act(client, "request_explanation", year.dossiers)
    assert [each.submission for each in shown.context["ready"]] == [year.first.submission]
    act(client, "request_explanation", year.dossiers, confirm="1")
    assert states(year) == ["explaining", "appraising"]
    question.answer, question.closed_at = "Đã nộp", year.at
    question.save()
    act(client, "resume", year.dossiers, confirm="1")
    assert states(year) == ["appraising", "appraising"]
    assert Submission.objects.get(pk=year.first.submission.pk).round == 2
