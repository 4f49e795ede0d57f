"""The own unit is absent from every list, search, filter, page and file; superusers see nothing."""

import datetime as dt
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from assessments.choices import CouncilRole, Stage
from assessments.models import CriterionScore, DeclaredConflict, Event, Submission
from assessments.workflow import decisions, questions
from assessments.workflow.machine import perform
from tests.council.conftest import Enter
from tests.factories.council import (
    appraise,
    make_judged_year,
    make_meeting,
    make_member,
    reach,
    survey,
)
from tests.factories.cycles import D, Year, make_user
from units.models import Membership, User

MODELS = (
    "submission", "criterionscore", "appraisal", "explanation", "councildecision", "adjustment",
    "approval", "assignment", "declaredconflict", "extension", "surveyresult",
    "surveydecision", "event",
)  # fmt: skip
ROLES = (
    "member",
    "secretary",
    "chair",
    "officer",
    "leader",
    "approver",
    "auditor",
    "survey_officer",
)


def person(year: Year, role: str) -> User:
    """Return the holder of the role, employed by the first unit."""
    user: User = getattr(year, role)
    Membership.objects.create(user=user, unit=year.first.unit, since=dt.date(2020, 1, 1))
    return user


@pytest.fixture
def busy(db: Any) -> Year:
    """Return a year in which something stands about the first unit in every list."""
    year = make_judged_year(heading={"bonus_cap": D(1)})
    year.cycle.extensions.create(
        stage="appraisal", unit=year.first.unit, until=year.at + dt.timedelta(days=9),
        reason="Mưa bão",
        decision_number="1/QĐ", decision_date=dt.date(2031, 1, 1), decision_signer="Chủ tịch",
    )  # fmt: skip
    other = make_member(year)
    seat = year.council.members.get(user=other)
    DeclaredConflict.objects.create(
        member=seat, unit=year.first.unit, reason="Người thân", since=year.at.date()
    )
    decisions.propose_adjustment(
        submission=year.first.submission,
        by=year.first.focal,
        at=year.at,
        kind="bonus",
        points="1",
        reason="Tốt",
    )
    question = questions.ask(
        score=year.first.score("1.1"), by=year.member, at=year.at, question="Số?",
        due_at=year.at + dt.timedelta(days=1),
    )  # fmt: skip
    questions.answer(explanation=question, by=year.first.focal, at=year.at, answer="Số 1")
    appraise(year, year.first, "1.1")
    decisions.decide_leaf(
        score=year.first.score("1.2"), by=year.chair, at=year.at, meeting=make_meeting(year),
        points="1",
        reason="Biểu quyết",
    )  # fmt: skip
    survey(year, year.first)
    return year


def pages(client: Client, model: str, unit_name: str) -> list[bytes]:
    """Return the bytes of a list in all the ways to ask for it."""
    url = reverse(f"admin:assessments_{model}_changelist")
    found = []
    for query in (
        {},
        {"q": unit_name.rsplit(maxsplit=1)[-1]},
        {"o": "1"},
        {"p": "1"},
        {"_facets": "True"},
    ):
        response = client.get(url, query)
        assert response.status_code in (200, 403), (model, query)
        found.append(response.content)
    return found


@pytest.mark.parametrize("role", ROLES)
def test_own_unit_is_in_no_list(busy: Year, enter: Enter, role: str) -> None:
    client = enter(person(busy, role))
    name, code = busy.first.unit.name.encode(), busy.first.unit.code.encode()
    for model in MODELS:
        for content in pages(client, model, busy.first.unit.name):
            assert name not in content, model
            assert code + b"<" not in content, model
    assert name not in client.get(reverse("admin:index")).content


@pytest.mark.parametrize("role", ROLES)
def test_own_unit_has_no_page(busy: Year, enter: Enter, role: str) -> None:
    client = enter(person(busy, role))
    objects: list[tuple[str, Any]] = [
        ("submission", busy.first.submission), ("criterionscore", busy.first.score("1.1")),
        ("appraisal", busy.first.score("1.1").appraisals.get()),
        ("explanation", busy.first.score("1.1").explanations.get()),
        ("councildecision", busy.first.score("1.2").decision),
        ("adjustment", busy.first.submission.adjustments.get()),
        ("extension", busy.cycle.extensions.get()),
        ("declaredconflict", DeclaredConflict.objects.get()),
    ]  # fmt: skip
    for model, obj in objects:
        for page in ("change", "history", "delete"):
            response = client.get(reverse(f"admin:assessments_{model}_{page}", args=[obj.pk]))
            assert response.status_code in (302, 403), (model, page)
            assert busy.first.unit.name.encode() not in response.content
    for page in ("appraisal", "council"):
        url = reverse(f"admin:assessments_submission_{page}", args=[busy.first.submission.pk])
        assert client.get(url).status_code == 404
        data = {"verb": "decide", "score": busy.first.score("1.1").pk}
        assert client.post(url, data).status_code == 404
    for action in ("start", "return", "conclude", "approve", "reopen", "send_back"):
        url = reverse("admin:assessments_submission_act", args=[busy.first.submission.pk, action])
        assert client.get(url).status_code == 404
        assert client.post(url, {"note": "x"}).status_code == 404


def test_other_units_stay_visible(busy: Year, enter: Enter) -> None:
    for role in ("member", "secretary", "chair", "leader", "auditor"):
        client = enter(person(busy, role))
        content = client.get(reverse("admin:assessments_submission_changelist")).content.decode()
        assert busy.second.unit.name in content
        url = reverse("admin:assessments_submission_appraisal", args=[busy.second.submission.pk])
        assert client.get(url).status_code == 200


def test_superuser_sees_no_score_and_does_nothing(busy: Year, enter: Enter) -> None:
    root = make_user("root", is_superuser=True, is_staff=True)
    client = enter(root)
    for model in MODELS:
        for dossier in busy.dossiers:
            for content in pages(client, model, dossier.unit.name):
                # The dates of the year and its extensions are settings, not scores.
                if model != "extension":
                    assert dossier.unit.name.encode() not in content, model
    for dossier in busy.dossiers:
        for page in ("appraisal", "council"):
            url = reverse(f"admin:assessments_submission_{page}", args=[dossier.submission.pk])
            assert client.get(url).status_code == 404
        url = reverse("admin:assessments_submission_act", args=[dossier.submission.pk, "start"])
        assert client.post(url).status_code == 404
    assert client.get(reverse("admin:assessments_submission_add")).status_code == 403
    assert not Event.objects.filter(actor=root).exists()


@pytest.mark.parametrize("role", ["outsider", "administrator"])
def test_others_see_no_dossier(busy: Year, enter: Enter, role: str) -> None:
    client = enter(getattr(busy, role))
    for model in ("submission", "criterionscore", "appraisal", "event"):
        response = client.get(reverse(f"admin:assessments_{model}_changelist"))
        assert response.status_code in (302, 403)
    url = reverse("admin:assessments_submission_appraisal", args=[busy.first.submission.pk])
    assert client.get(url).status_code in (302, 404)


def test_member_sees_assigned_fields_only(busy: Year, enter: Enter) -> None:
    second = make_user("Chỉ lĩnh vực 2")
    seat = busy.council.members.create(
        user=second, role=CouncilRole.MEMBER, since=dt.date(2020, 1, 1)
    )
    seat.assignments.create(field=busy.criterion("2"), since=dt.date(2020, 1, 1))
    client = enter(second)
    url = reverse("admin:assessments_submission_appraisal", args=[busy.second.submission.pk])
    rows = client.get(url).context["rows"]
    assert [row.code for row in rows] == ["2.1", "2.2", "2.3", "2.4"]
    data = {"verb": "appraise", "score": busy.second.score("1.1").pk}
    assert client.post(url, data).status_code == 404
    listed = (
        client.get(reverse("admin:assessments_criterionscore_changelist")).context["cl"].queryset
    )
    assert {row.criterion.field.code for row in listed} == {"2"}


def test_dissolved_council_sees_nothing(busy: Year, enter: Enter) -> None:
    busy.council.dissolved_on = busy.at.date() - dt.timedelta(days=2)
    busy.council.save()
    for role in ("member", "secretary", "chair"):
        client = enter(getattr(busy, role))
        response = client.get(reverse("admin:assessments_submission_changelist"))
        assert response.status_code in (302, 403)


def test_unfinished_dossier_shows_state_only(db: Any, enter: Enter) -> None:
    year = make_judged_year(state="draft")
    Submission.objects.update(difficulties="Chưa nộp, chưa ai được đọc")
    client = enter(year.secretary)
    url = reverse("admin:assessments_submission_change", args=[year.first.submission.pk])
    response = client.get(url)
    assert response.status_code == 200
    assert "chưa ai được đọc" not in response.content.decode()
    assert (
        not client.get(reverse("admin:assessments_criterionscore_changelist"))
        .context["cl"]
        .queryset
    )


def test_every_admin_of_live_rows_is_read_only(busy: Year) -> None:
    names = {
        "submission",
        "criterionscore",
        "appraisal",
        "explanation",
        "councildecision",
        "approval",
    }
    for model, site_admin in admin.site._registry.items():
        if model._meta.model_name in names:
            request: Any = type("Request", (), {"user": make_user(is_superuser=True)})()
            assert not site_admin.has_add_permission(request)
            assert not site_admin.has_change_permission(request)
            assert not site_admin.has_delete_permission(request)
    assert CriterionScore.objects.exists()


def test_appraiser_of_the_own_unit_by_the_predecessor(busy: Year, enter: Enter) -> None:
    user = busy.chair
    Membership.objects.create(user=user, unit=busy.second.unit, since=dt.date(2020, 1, 1))
    busy.second.unit.successions.create(
        successor=busy.first.unit, kind="merged", effective_on=dt.date(2030, 1, 1)
    )
    client = enter(user)
    content = client.get(reverse("admin:assessments_submission_changelist")).content.decode()
    assert busy.first.unit.name not in content


def test_approver_concludes_when_every_chair_has_a_conflict(busy: Year, enter: Enter) -> None:
    person(busy, "chair")
    concluded = _concluded(busy)
    reach(busy, Stage.APPROVAL)
    perform("send_back", concluded, by=busy.leader, at=busy.at, note="Xem lại", leaves=["1.1"])
    reach(busy, Stage.COUNCIL)
    url = reverse("admin:assessments_submission_act", args=[busy.first.submission.pk, "conclude"])
    client = enter(busy.approver)
    assert client.get(url).status_code == 200
    meeting = busy.council.meetings.get()
    lacking = client.post(url, {"meeting": meeting.pk, "note": ""})
    assert "Leaves without points: 1.1." in lacking.content.decode()
    appraise(busy, busy.first, "1.1")  # what was sent back needs new points
    assert client.post(url, {"meeting": meeting.pk, "note": ""}).status_code == 302
    busy.first.submission.refresh_from_db()
    assert busy.first.submission.state == "appraised"


def _concluded(year: Year) -> Submission:
    for code in ("1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3"):
        appraise(year, year.first, code)
    year.first.submission.adjustments.update(state="refused", decided_by_user=year.chair)
    row = year.first.submission
    perform("conclude", row, by=year.approver, at=year.at, meeting=year.council.meetings.get())
    return row
