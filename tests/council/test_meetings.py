"""Meetings: votes counted, minutes attached, opened by who may read them, fixed when cited."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.choices import SubmissionState
from assessments.errors import BadInput, NotPermitted, WrongState
from assessments.models import CouncilDecision, Event, Meeting
from assessments.queries import agenda
from assessments.workflow import decisions, meetings
from tests.council.conftest import Enter
from tests.factories.council import (
    appraise_all,
    conclude,
    make_judged_year,
    make_meeting,
    make_member,
)
from tests.factories.cycles import Year
from tests.workspace import uploads

ADD = "admin:assessments_meeting_add"


def held(year: Year, **given: Any) -> dict[str, Any]:
    """Return what the browser sends for a new meeting."""
    values = {"council": year.council.pk, "held_on": "2032-01-20", "minutes_number": "03/BB"}
    return values | given


def change_of(meeting: Meeting, name: str = "change") -> str:
    return reverse(f"admin:assessments_meeting_{name}", args=[meeting.pk])


def errors(response: Any) -> list[str]:
    return [text for found in response.context["errors"] for text in found]


def test_minutes_are_attached_logged_and_opened(year: Year, enter: Enter) -> None:
    client = enter(year.secretary)
    sent = client.post(reverse(ADD), held(year, minutes_file=uploads.pdf("Biên bản.pdf")))
    assert sent.status_code == 302
    meeting = Meeting.objects.get()
    event = Event.objects.get(action="save_meeting")
    assert (event.object_id, event.cycle, len(event.data["sha256"])) == (
        str(meeting.pk), year.cycle, 64,
    )  # fmt: skip
    address = change_of(meeting, "minutes")
    assert address in client.get(change_of(meeting)).content.decode()
    for user in (year.secretary, year.chair, year.leader, year.auditor):
        response = enter(user).get(address)
        assert b"".join(response.streaming_content) == uploads.PDF
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    for user in (year.member, year.officer, year.administrator, make_judged_year(year=2032).chair):
        assert enter(user).get(address).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("bien-ban.pdf", b"MZ not a pdf", "The content of the file is not that of a .pdf file"),
        ("bien-ban.xlsx", uploads.package(), "A .xlsx file is not accepted here."),
        ("bien-ban.exe", b"MZ", "Only PDF, DOCX, XLSX, PNG and JPG files are accepted."),
    ],
)
def test_unfit_file_is_refused(
    year: Year, enter: Enter, name: str, content: bytes, sentence: str
) -> None:
    sent = enter(year.secretary).post(
        reverse(ADD), held(year, minutes_file=SimpleUploadedFile(name, content))
    )
    assert [error[: len(sentence)] for error in errors(sent)] == [sentence]
    assert not Meeting.objects.exists()


def decide(year: Year, meeting: Meeting, code: str = "1.1", **given: Any) -> CouncilDecision:
    values = {"by": year.chair, "at": year.at, "points": "1", "reason": "Biểu quyết"} | given
    return decisions.decide_leaf(score=year.first.score(code), meeting=meeting, **values)


@pytest.mark.parametrize(
    ("lacks", "sentence"),
    [
        ("minutes_number", "Give the number of the minutes first."),
        ("minutes_file", "Attach the minutes first."),
    ],
)
def test_meeting_without_its_minutes_carries_decisions_but_no_conclusion(
    year: Year, lacks: str, sentence: str
) -> None:
    bare = make_meeting(year)
    Meeting.objects.update(**{lacks: ""})
    appraise_all(year, year.first)
    assert decide(year, bare).meeting == bare
    with pytest.raises(BadInput) as caught:
        conclude(year, year.first, meeting=bare)
    assert (caught.value.field, str(caught.value)) == ("meeting", sentence)


def test_conclusion_needs_the_minutes_of_every_meeting_that_decided_a_leaf(year: Year) -> None:
    earlier, later = make_meeting(year, ""), make_meeting(year, "04/BB")
    appraise_all(year, year.first)
    decide(year, earlier)
    with pytest.raises(BadInput, match="Leaves of this dossier were decided in the meeting of"):
        conclude(year, year.first, meeting=later)
    Meeting.objects.filter(pk=earlier.pk).update(minutes_number="03/BB")
    assert conclude(year, year.first, meeting=later).state == SubmissionState.APPRAISED
    assert meetings.is_cited(earlier)


def test_nothing_is_decided_in_a_meeting_that_lies_ahead(year: Year) -> None:
    ahead = make_meeting(year)
    ahead.held_on += dt.timedelta(days=1)
    ahead.save()
    with pytest.raises(BadInput, match="lies ahead") as caught:
        decide(year, ahead)
    assert caught.value.field == "meeting"
    assert decide(year, ahead, at=year.at + dt.timedelta(days=1)).votes_for == 0


@pytest.mark.parametrize(
    ("votes", "refused"),
    [
        ((0, 0, 0), ""), ((2, 0, 0), ""), ((1, 0, 1), ""),
        ((1, 1, 0), "has no majority"), ((0, 0, 1), "has no majority"),
        ((2, 1, 0), "3 votes are counted; 2 members were present"),
    ],
)  # fmt: skip
def test_votes_need_a_majority_of_those_who_may_vote(
    year: Year, votes: tuple[int, int, int], refused: str
) -> None:
    """Present are chair, secretary and a member who works for the unit; the other member is not."""
    meeting = make_meeting(year)
    employed = make_member(year, unit=year.first.unit)
    roll = {seat.pk: (seat.user != year.member, "") for seat in agenda.seats_of_day(meeting)}
    meetings.record_attendance(meeting=meeting, by=year.secretary, at=year.at, present=roll)
    assert employed in {row.member.user for row in meeting.attendances.filter(present=True)}
    cast = dict(zip(("votes_for", "votes_against", "votes_abstained"), votes, strict=True))
    if not refused:
        made = decide(year, meeting, **cast)
        assert (made.votes_for, made.votes_against, made.votes_abstained) == votes
        return
    with pytest.raises(BadInput, match=refused) as caught:
        decide(year, meeting, **cast)
    assert caught.value.field == "votes_for"
    assert not CouncilDecision.objects.exists()


def test_without_a_roll_votes_are_not_counted_against_it(year: Year) -> None:
    assert decide(year, make_meeting(year), votes_for=9, votes_against=2).votes_for == 9


def test_form_takes_abstentions_and_page_tells_votes(year: Year, enter: Enter) -> None:
    meeting, row = make_meeting(year), year.first.score("1.1")
    page = reverse("admin:assessments_submission_council", args=[year.first.submission.pk])
    named = f"decide{row.pk}"
    sent = enter(year.chair).post(page, {
        "score": row.pk, "verb": "decide", f"{named}-points": "1", f"{named}-reason": "Biểu quyết",
        f"{named}-meeting": meeting.pk, f"{named}-votes_for": "4", f"{named}-votes_against": "1",
        f"{named}-votes_abstained": "2",
    })  # fmt: skip
    assert sent.status_code == 302
    assert CouncilDecision.objects.get().votes_abstained == 2
    assert "4 for, 1 against, 2 abstained" in enter(year.chair).get(page).content.decode()


def test_list_tells_how_far_the_minutes_are_in_constant_queries(year: Year, enter: Enter) -> None:
    appraise_all(year, year.first)
    cited = make_meeting(year, "01/BB")
    conclude(year, year.first, meeting=cited)
    make_meeting(year, "02/BB")
    for number in ("03/BB", ""):
        Meeting.objects.filter(pk=make_meeting(year, number).pk).update(minutes_file="")
    client = enter(year.secretary)
    with CaptureQueriesContext(connection) as many:
        page = client.get(reverse("admin:assessments_meeting_changelist"))
    shown = {
        row.minutes_number: page.context["cl"].model_admin.standing(row)
        for row in page.context["cl"].result_list
    }
    assert shown == {
        "01/BB": "cited by a conclusion", "02/BB": "signed copy attached", "03/BB": "numbered",
        "": "draft",
    }  # fmt: skip
    Meeting.objects.exclude(pk=cited.pk).delete()
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("admin:assessments_meeting_changelist"))
    assert len(many) == len(one)


def test_meeting_page_leads_to_agenda_and_minutes(year: Year, enter: Enter) -> None:
    meeting = make_meeting(year)
    page = enter(year.secretary).get(change_of(meeting)).content.decode()
    for address in (
        reverse("admin:assessments_meeting_agenda", args=[meeting.pk]),
        reverse("admin:assessments_meeting_paper", args=[meeting.pk, "pdf"]),
        reverse("admin:assessments_meeting_paper", args=[meeting.pk, "docx"]), "#id_minutes_file",
    ):  # fmt: skip
        assert f'href="{address}"' in page


def test_meeting_keeps_its_council(year: Year, enter: Enter) -> None:
    meeting, other = make_meeting(year), make_judged_year(year=2032)
    sent = enter(year.secretary).post(
        change_of(meeting), held(year, council=other.council.pk, begins_at="08:00", place="Phòng 1")
    )
    assert sent.status_code == 302
    meeting.refresh_from_db()
    assert (meeting.council, meeting.place, meeting.begins_at) == (
        year.council, "Phòng 1", dt.time(8),
    )  # fmt: skip


def test_cited_meeting_keeps_number_and_file(year: Year, enter: Enter) -> None:
    appraise_all(year, year.first)
    meeting = make_meeting(year)
    client, fixed = enter(year.secretary), meetings.fixed_sentence()
    other = held(year, held_on="2032-01-20", minutes_number="04/BB")
    assert client.post(change_of(meeting), other).status_code == 302
    conclude(year, year.first, meeting=meeting)
    assert fixed in client.get(change_of(meeting)).content.decode()
    for changed in (
        other | {"minutes_number": "05/BB"},
        other | {"held_on": "2032-01-21"},
        other | {"place": "Nơi khác"},
        other | {"proceedings": "Nói thêm"},
        other | {"minutes_file": uploads.pdf("Khác.pdf")},
    ):
        assert errors(client.post(change_of(meeting), changed)) == [fixed]
    refused = client.post(change_of(meeting, "delete"), {"post": "yes"}, follow=True)
    assert [str(message) for message in refused.context["messages"]][:1] == [fixed]
    meeting.refresh_from_db()
    assert (meeting.minutes_number, meeting.minutes_file.name) == (
        "04/BB", "minutes/bien-ban.pdf",
    )  # fmt: skip
    with pytest.raises(WrongState):
        meetings.save_meeting(
            meeting=meeting, by=year.secretary, at=year.at, upload=uploads.pdf("Khác.pdf")
        )
    with pytest.raises(WrongState):
        meetings.discard_meeting(meeting=meeting, by=year.secretary, at=year.at)


def test_uncited_meeting_is_deleted_and_logged(year: Year, enter: Enter) -> None:
    meeting = make_meeting(year)
    sent = enter(year.secretary).post(change_of(meeting, "delete"), {"post": "yes"})
    assert sent.status_code == 302
    assert not Meeting.objects.exists()
    assert Event.objects.get(action="discard_meeting").object_id == str(meeting.pk)


def test_minutes_are_kept_by_secretary_and_chair_of_the_council(year: Year) -> None:
    for user in (year.member, year.officer, year.leader, make_judged_year(year=2032).secretary):
        with pytest.raises(NotPermitted):
            meetings.save_meeting(meeting=make_meeting(year, str(user)), by=user, at=year.at)
