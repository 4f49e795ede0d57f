"""Meetings: votes counted, minutes attached, opened by who may read them, fixed when cited."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.base import ContentFile
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
from tests.factories.cycles import Dossier, Year
from tests.workspace import uploads
from units.models import Membership

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


@pytest.mark.parametrize("content", ["agenda", "attendance", "decision"])
@pytest.mark.parametrize("conflicted", [False, True])
def test_meeting_with_content_is_not_deleted_and_does_not_tell_which(
    year: Year, enter: Enter, content: str, conflicted: bool
) -> None:
    meeting = make_meeting(year)
    hold(year, meeting, content)
    if conflicted:
        Membership.objects.create(user=year.secretary, unit=year.first.unit, since=year.at.date())
    sentence = "Content of this meeting is on record; it is not deleted any more."
    refused = enter(year.secretary).post(
        change_of(meeting, "delete"), {"post": "yes"}, follow=True
    )  # fmt: skip
    assert [str(message) for message in refused.context["messages"]] == [sentence]
    assert year.first.unit.name not in refused.content.decode()
    with pytest.raises(WrongState, match=sentence):
        meetings.discard_meeting(meeting=meeting, by=year.secretary, at=year.at)
    assert Meeting.objects.exists()


def hold(year: Year, meeting: Meeting, content: str, dossier: Dossier | None = None) -> None:
    """Put content about a unit, the first unless told otherwise, on record of the meeting."""
    about = dossier or year.first
    who: dict[str, Any] = {"by": year.secretary, "at": year.at, "meeting": meeting}
    if content == "agenda":
        meetings.set_agenda(add={about.score("1.1").pk: "chosen"}, **who)
    elif content == "attendance":
        present = {seat.pk: (True, "") for seat in agenda.seats_of_day(meeting)}
        meetings.record_attendance(present=present, **who)
    elif content == "decision":
        decide_of(year, meeting, about)
    elif content == "moved decision":
        decide_of(year, meeting, about)
        decide_of(year, make_meeting(year, f"{meeting.minutes_number}-2"), about)
    else:
        appraise_all(year, about)
        conclude(year, about, meeting=meeting)


def decide_of(year: Year, meeting: Meeting, dossier: Dossier) -> None:
    decisions.decide_leaf(
        score=dossier.score("1.1"), meeting=meeting, by=year.chair, at=year.at, points="1",
        reason="Biểu quyết",
    )  # fmt: skip


@pytest.mark.parametrize("role", ["secretary", "leader", "auditor"])
@pytest.mark.parametrize("content", ["agenda", "decision", "moved decision", "conclusion"])
def test_only_the_extract_is_whose_own_unit_was_talked_about(
    year: Year, enter: Enter, role: str, content: str
) -> None:
    user, meeting, other = getattr(year, role), make_meeting(year), make_meeting(year, "04/BB")
    for row in (meeting, other):
        row.proceedings = "Bàn về nhiều đơn vị"
        row.minutes_file.save("bien-ban.pdf", ContentFile(uploads.PDF))
    hold(year, meeting, content)
    hold(year, other, content, year.second)
    client = enter(user)
    assert b"Only the extract" not in client.get(change_of(meeting)).content
    Membership.objects.create(user=user, unit=year.first.unit, since=year.at.date())

    shown = client.get(change_of(meeting)).content.decode()
    assert "Only the extract of these minutes is yours" in shown
    assert "Bàn về nhiều đơn vị" not in shown
    assert change_of(meeting, "minutes") not in shown
    assert client.get(change_of(meeting, "minutes")).status_code == 404

    shown = client.get(change_of(other)).content.decode()
    assert "Only the extract" not in shown
    assert "Bàn về nhiều đơn vị" in shown
    assert change_of(other, "minutes") in shown
    assert b"".join(client.get(change_of(other, "minutes")).streaming_content) == uploads.PDF


def test_course_that_a_secretary_does_not_read_outlives_the_form(year: Year, enter: Enter) -> None:
    meeting = make_meeting(year)
    Meeting.objects.update(proceedings="Bàn về nhiều đơn vị")
    hold(year, meeting, "agenda")
    Membership.objects.create(user=year.secretary, unit=year.first.unit, since=year.at.date())
    sent = enter(year.secretary).post(
        change_of(meeting), held(year, place="Phòng 1", proceedings="Khác")
    )  # fmt: skip
    assert sent.status_code == 302
    meeting.refresh_from_db()
    assert (meeting.place, meeting.proceedings) == ("Phòng 1", "Bàn về nhiều đơn vị")


def test_minutes_are_kept_by_secretary_and_chair_of_the_council(year: Year) -> None:
    for user in (year.member, year.officer, year.leader, make_judged_year(year=2032).secretary):
        with pytest.raises(NotPermitted):
            meetings.save_meeting(meeting=make_meeting(year, str(user)), by=user, at=year.at)
