"""The log names what was done, to what and why, once each; survey forms offer what fits."""

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Event, SurveyRound
from assessments.workflow import machine
from tests.factories.council import make_judged_year
from tests.factories.cycles import Year, make_year
from units.models import User

pytestmark = pytest.mark.django_db


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.fixture
def year() -> Year:
    return make_judged_year()


def test_event_page_names_the_object_and_the_reason_once(year: Year) -> None:
    machine.perform(
        "return", year.first.submission, by=year.secretary, at=year.at, note="Thiếu văn bản",
        leaves=["1.1"], due_at=year.at + (year.milestone("council").closes_at - year.at) / 2,
    )  # fmt: skip
    event = Event.objects.get(action="return")

    shown = browser_of(year.auditor).get(
        reverse("admin:assessments_event_change", args=[event.pk])
    ).content.decode()  # fmt: skip

    assert shown.count("Thiếu văn bản") == 1
    assert f"{year.first.submission} (#{year.first.submission.pk})" in shown


def test_event_page_of_a_deleted_object_shows_its_number(year: Year) -> None:
    event = Event.objects.create(
        at=year.at, action="discard_meeting", object_type="meeting", object_id="987654"
    )

    shown = browser_of(year.auditor).get(
        reverse("admin:assessments_event_change", args=[event.pk])
    ).content.decode()  # fmt: skip

    assert "#987654" in shown


def test_survey_form_offers_leaves_of_years_with_a_round_only(year: Year) -> None:
    other = make_year(year=2032)
    SurveyRound.objects.create(cycle=year.cycle, body="Viện", method_note="Phiếu", min_sample=30)

    form = browser_of(year.survey_officer).get(
        reverse("admin:assessments_surveyresult_add")
    ).context["adminform"].form  # fmt: skip

    offered = set(form.fields["criterion"].queryset)
    assert offered == {year.criterion("2.4")}
    assert other.criterion("2.4") not in offered
    (_blank, (_key, label)) = form.fields["criterion"].choices
    assert label == f"{year.group}: {year.criterion('2.4')}"
