"""Minutes: attached, checked, opened by who may read them, and fixed by a conclusion."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments.errors import BadInput, NotPermitted, WrongState
from assessments.models import Event, Meeting
from assessments.workflow import decisions, meetings
from tests.council.conftest import Enter
from tests.factories.council import appraise_all, conclude, make_judged_year, make_meeting
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


def test_meeting_without_its_minutes_carries_no_decision(year: Year) -> None:
    bare = make_meeting(year)
    Meeting.objects.update(minutes_file="")
    appraise_all(year, year.first)
    with pytest.raises(BadInput) as caught:
        conclude(year, year.first, meeting=bare)
    assert (caught.value.field, str(caught.value)) == ("meeting", "Attach the minutes first.")
    with pytest.raises(BadInput):
        decisions.decide_leaf(
            score=year.first.score("1.1"), by=year.chair, at=year.at, meeting=bare, points="1",
            reason="Biểu quyết",
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
