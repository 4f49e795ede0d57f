"""The secretariat reminds many units at once: whom, by whom, and what reaches people."""

import pytest
from django.urls import reverse

from assessments.choices import SubmissionState
from assessments.errors import BadInput, NotPermitted, WrongState
from assessments.models import Event, EventNote, Message, Submission
from assessments.workflow import questions, reminders
from tests.factories.busy import DAY
from tests.messages.conftest import heard, name
from tests.messages.test_inbox import enter
from units.models import Membership

ADDRESS = "admin:assessments_submission_remind"


def remind(year, *numbers, by=None, text="Xin nộp trước thứ Sáu."):
    return reminders.remind(
        submissions=[year.dossiers[number].submission for number in numbers],
        by=by or year.secretary, at=year.at, text=text,
    )  # fmt: skip


def page(year, user=None, *numbers):
    keys = ",".join(str(year.dossiers[number].submission.pk) for number in numbers or (0, 1))
    return enter(user or year.secretary), f"{reverse(ADDRESS)}?ho-so={keys}"


def test_reminder_reaches_focal_officer_and_head_quoted(filling, tell):
    remind(filling, 0, 1)
    tell(filling)

    said = f"Tổ Thư ký nhắc {name(filling)} về hồ sơ năm {filling.cycle.year}"
    assert heard(filling.first.focal) == [f"{said}: “Xin nộp trước thứ Sáu.”"]
    assert heard(filling.first.head) == heard(filling.first.focal)
    assert len(heard(filling.second.focal)) == 1
    assert heard(filling.first.contributor) == heard(filling.secretary) == []


def test_event_holds_no_text(filling):
    remind(filling, 0)

    event = Event.objects.get(action="remind")
    assert event.data == {}
    assert EventNote.objects.get(event=event).text == "Xin nộp trước thứ Sáu."


def test_lines_become_one_and_a_message_is_never_too_long(filling, tell):
    Submission.objects.update(unit_name="Đ" * 200)
    remind(filling, 0, text="A\n\nB" + "x" * 296)
    tell(filling)

    [said] = heard(filling.first.focal)
    assert len(said) <= 500
    assert "“A B" in said


@pytest.mark.parametrize("text", ["", "   ", "x" * 301])
def test_no_text_and_too_much_are_refused(filling, text):
    with pytest.raises(BadInput):
        remind(filling, 0, text=text)


def test_only_the_secretary_without_a_conflict_reminds(filling):
    for user in (filling.chair, filling.officer, filling.first.head, filling.outsider):
        with pytest.raises(NotPermitted):
            remind(filling, 0, by=user)
    Membership.objects.create(
        user=filling.secretary, unit=filling.first.unit, since=filling.at.date()
    )
    with pytest.raises(NotPermitted):
        remind(filling, 0)
    assert Event.objects.filter(action="remind", refused=True).count() == 5


def test_who_handed_in_is_reminded_of_open_questions_only(year):
    with pytest.raises(WrongState):
        remind(year, 0)
    questions.ask(
        score=year.first.score("1.1"), by=year.member, at=year.at, question="Vì sao?",
        due_at=year.at + DAY,
    )  # fmt: skip

    assert remind(year, 0) == [year.first.submission]


def test_one_that_cannot_be_reminded_stops_all(filling):
    Submission.objects.filter(pk=filling.second.submission.pk).update(
        state=SubmissionState.SUBMITTED
    )
    with pytest.raises(WrongState):
        remind(filling, 0, 1)

    assert not Event.objects.filter(action="remind", refused=False).exists()


def test_page_reminds_whom_it_named_and_tells_who_is_left_out(filling):
    Submission.objects.filter(pk=filling.second.submission.pk).update(
        state=SubmissionState.SUBMITTED
    )
    client, address = page(filling)
    shown = client.get(address)
    assert shown.context["awaited"] == [filling.first.submission]
    assert shown.context["left_out"] == [filling.second.submission]

    answer = client.post(address, {"text": "Xin nộp sớm."})
    assert answer.status_code == 302
    assert Event.objects.filter(action="remind").count() == 1


def test_page_shows_what_is_wrong_with_the_text(filling):
    client, address = page(filling)
    answer = client.post(address, {"text": ""})

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Event.objects.filter(action="remind").exists()


def test_page_is_the_secretarys_alone(filling):
    for user in (filling.chair, filling.officer, filling.member, filling.auditor):
        client, address = page(filling, user)
        assert client.get(address).status_code == 404


def test_page_names_no_unit_in_conflict_and_no_other_dossier(filling):
    Membership.objects.create(
        user=filling.secretary, unit=filling.first.unit, since=filling.at.date()
    )
    client, address = page(filling)
    shown = client.get(address)

    assert shown.context["awaited"] == [filling.second.submission]
    assert name(filling) not in shown.content.decode()
    for named in ("x,9999999,²", "9" * 30, "9" * 4400):
        none = client.get(f"{reverse(ADDRESS)}?ho-so={named}")
        assert (none.status_code, none.context["awaited"]) == (200, [])


def test_action_of_the_list_leads_to_the_page(filling):
    changelist = reverse("admin:assessments_submission_changelist")
    pk = filling.first.submission.pk
    answer = enter(filling.secretary).post(
        changelist, {"action": "remind", "_selected_action": [pk]}
    )

    assert answer.url == f"{reverse(ADDRESS)}?ho-so={pk}"
    assert Message.objects.count() == 0
    page_of_officer = enter(filling.officer).get(changelist).content.decode()
    assert 'value="remind"' not in page_of_officer
