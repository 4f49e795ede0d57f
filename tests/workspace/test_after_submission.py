"""What the unit sees and does once the council works: questions, its own appraised points."""

import datetime as dt

import pytest
from django.urls import reverse

from assessments.choices import Stage, SubmissionState
from assessments.errors import WrongState
from assessments.models import (
    Appraisal,
    CouncilMember,
    CriterionScore,
    Explanation,
    Milestone,
)
from assessments.queries import appraisal
from assessments.workflow import questions
from assessments.workflow.documents import attach_file
from tests.factories.cycles import STAGE_DAYS, D, make_year
from tests.workspace import uploads
from tests.workspace.filling import fill

SECRET_REASON = "Thiếu căn cứ theo hướng dẫn"


@pytest.fixture
def year(db):
    return make_year()


@pytest.fixture
def appraised(year):
    """Return the first unit's leaf 1.3, appraised while the explanation stage is under way."""
    fill(year.first, year.at)
    move_to(year, Stage.EXPLANATION)
    set_state(year, SubmissionState.EXPLAINING)
    score = year.first.score("1.3")
    seat = CouncilMember.objects.get(user=year.member)
    Appraisal.objects.create(
        score=score, member=seat, round=1, points=D("1.5"), reason=SECRET_REASON,
        seen_version=score.version, at=year.at,
    )  # fmt: skip
    score.appraised_points, score.appraised_applicable, score.appraised_round = D("1.5"), True, 1
    score.save()
    return score


def move_to(year, stage):
    """Slide every window so that `stage` is under way now."""
    shift = year.at - dt.timedelta(days=STAGE_DAYS / 2) - year.milestone(stage).opens_at
    for row in Milestone.objects.filter(cycle=year.cycle):
        row.opens_at, row.closes_at = row.opens_at + shift, row.closes_at + shift
        row.save()


def set_state(year, state):
    submission = year.first.submission
    submission.state = state
    submission.save()


@pytest.fixture
def asked(year, appraised):
    seat = CouncilMember.objects.get(user=year.member)
    return Explanation.objects.create(
        score=appraised, round=1, asked_by=seat, question="Vì sao 47/50?", asked_at=year.at,
        due_at=year.at + dt.timedelta(days=2),
    )  # fmt: skip


@pytest.fixture
def focal(year, signed_in):
    """Return the browser of the first unit's focal officer."""
    return signed_in(year.first.focal)


def test_unit_sees_its_own_appraised_points_and_reason(appraised, client, address):
    page = client.get(address("field", field="1"))

    assert page.context["shows_appraisal"] is True
    assert SECRET_REASON in page.content.decode()
    assert "1,50" in page.content.decode()


@pytest.mark.parametrize("stage", [Stage.SELF_ASSESSMENT, Stage.APPRAISAL])
def test_appraised_points_stay_hidden_before_the_explanation_stage(
    year, appraised, client, address, stage
):
    move_to(year, stage)
    set_state(year, SubmissionState.APPRAISING)

    pages = [client.get(address("field", field="1")), client.get(address("dossier"))]

    assert all(SECRET_REASON not in page.content.decode() for page in pages)
    assert pages[0].context["shows_appraisal"] is False
    assert "1,50" not in pages[0].content.decode()


def test_final_points_stay_hidden_until_publication(year, appraised, client, address):
    appraised.final_points, appraised.final_applicable = D("0.7777"), True
    appraised.save()
    set_state(year, SubmissionState.APPROVED)

    before = client.get(address("field", field="1")).content.decode()
    set_state(year, SubmissionState.PUBLISHED)
    after = client.get(address("field", field="1")).content.decode()

    assert "0,78" not in before
    assert "0,78" in after


def test_every_page_leads_to_the_question_that_waits(asked, client, address):
    pages = [
        reverse("workspace:home"),
        address("dossier"),
        address("field", field="1"),
        address("evidence", field="1", code="1.3"),
    ]

    for page in pages:
        body = client.get(page).content.decode()
        assert address("question", pk=asked.pk) in body


def test_unit_answers_with_more_evidence(year, asked, focal, address):
    evidence = address("evidence", field="1", code="1.3")
    attached = focal.post(evidence, {"upload": uploads.pdf(), "number": "9/BC"})
    answered = focal.post(address("question", pk=asked.pk), {"answer": "Ba hồ sơ nộp bổ sung."})
    asked.refresh_from_db()

    assert (attached.status_code, answered.status_code) == (302, 302)
    assert asked.answer == "Ba hồ sơ nộp bổ sung."
    assert asked.answered_by == year.first.focal
    assert year.first.score("1.3").evidence.count() == 1
    assert "Ba hồ sơ nộp bổ sung." in focal.get(answered.url).content.decode()


def test_unit_answers_with_a_file_in_one_go(year, asked, focal, address):
    year.first.submission.submitted_at = year.at - dt.timedelta(days=9)
    year.first.submission.save()
    here = address("question", pk=asked.pk)
    sent = {"answer": "Ba hồ sơ nộp bổ sung.", "upload": uploads.pdf(), "number": "9/BC"}
    answered = focal.post(here, sent)
    asked.refresh_from_db()
    shown = focal.get(here)

    assert (answered.status_code, asked.answer) == (302, "Ba hồ sơ nộp bổ sung.")
    assert [item.revision.document.number for item in shown.context["score"].files] == ["9/BC"]
    late = appraisal.late_evidence()
    leaf = CriterionScore.objects.filter(late, pk=asked.score_id)
    assert leaf.exists()  # the appraiser sees it marked


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [({"number": "9/BC"}, "upload"), ({"upload": uploads.upload("x.exe", b"MZ")}, "upload")],
)
def test_answer_waits_for_a_file_that_is_refused(asked, focal, address, sent, wrong):
    response = focal.post(address("question", pk=asked.pk), {"answer": "Kèm tệp"} | sent)
    asked.refresh_from_db()

    assert (response.status_code, list(response.context["paper"].errors)) == (422, [wrong])
    assert (asked.closed_at, asked.score.evidence.count()) == (None, 0)
    assert "Kèm tệp" in response.content.decode()


def test_new_time_of_a_question_shows_at_once(year, asked, focal, address):
    until = year.at + dt.timedelta(days=4)
    questions.extend(explanation=asked, by=year.member, at=year.at, due_at=until, reason="Bão số 5")

    page = focal.get(address("question", pk=asked.pk))
    assert page.context["deadline"].end == until


def test_evidence_is_closed_on_leaves_without_a_question(year, asked):
    with pytest.raises(WrongState):
        attach_file(
            score=year.first.score("1.1"),
            by=year.first.focal,
            at=year.at,
            upload=uploads.pdf(),
            number="1",
        )


def test_late_answer_is_refused_and_kept_on_screen(year, asked, focal, address):
    Explanation.objects.update(due_at=year.at)

    response = focal.post(address("question", pk=asked.pk), {"answer": "Muộn mất rồi"})
    asked.refresh_from_db()

    assert response.status_code == 422
    assert asked.closed_at is None
    assert "Muộn mất rồi" in response.content.decode()


def test_blank_answer_is_refused(asked, focal, address):
    response = focal.post(address("question", pk=asked.pk), {"answer": "  "})
    asked.refresh_from_db()

    assert response.status_code == 422
    assert asked.closed_at is None


def test_contributor_reads_the_question_and_answers_nothing(year, asked, client, focal, address):
    here, evidence = address("question", pk=asked.pk), address("evidence", field="1", code="1.3")
    shown = {person: person.get(here).content.decode() for person in (client, focal)}
    refused = client.post(here, {"answer": "Tôi trả lời thay."})
    attached = client.post(evidence, {"upload": uploads.pdf(), "number": "9/BC"})
    asked.refresh_from_db()

    assert [page.count("Vì sao 47/50?") for page in shown.values()] == [1, 1]
    assert [page.count('name="answer"') for page in shown.values()] == [0, 1]
    assert (refused.status_code, attached.status_code >= 400) == (422, True)
    assert (asked.answer, asked.closed_at) == ("", None)
    assert year.first.score("1.3").evidence.count() == 0


def test_question_belongs_to_its_unit(year, asked, signed_in, address):
    own, other = address("question", pk=asked.pk), address("question", year.second, pk=asked.pk)

    assert signed_in(year.first.head).get(own).status_code == 200
    assert signed_in(year.second.head).get(own).status_code == 404
    assert signed_in(year.second.head).get(other).status_code == 404
    assert signed_in(year.member).get(own).status_code == 404
    assert signed_in(year.first.head).put(own).status_code == 405
