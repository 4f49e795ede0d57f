"""Appeals and complaints on the council's side: who reads what, the answer, what follows."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.choices import CouncilRole, Stage, SubmissionState
from assessments.models import Appeal, Assignment, CouncilMember, Event, Explanation, Submission
from assessments.workflow import appeals, questions
from assessments.workflow.machine import perform
from tests.appraisals.test_questions import DAY, ask
from tests.council.conftest import Enter
from tests.factories.council import appraise_all, conclude, make_judged_year, make_member, reach
from tests.factories.cycles import Dossier, Year, make_user

LIST = "admin:assessments_appeal_changelist"
TEXT = "Đề nghị xem lại minh chứng"


@pytest.fixture
def year(db: Any) -> Year:
    """Return a year in the stage of appeals with both dossiers concluded."""
    year = make_judged_year()
    for dossier in year.dossiers:
        appraise_all(year, dossier)
        conclude(year, dossier)
    reach(year, Stage.APPEAL)
    return year


def file(year: Year, dossier: Dossier | None = None, **given: Any) -> Appeal:
    dossier = dossier or year.first
    values = {
        "submission": dossier.submission, "by": dossier.focal, "at": year.at, "kind": "appeal",
        "leaves": ["1.3", "2.1"], "text": TEXT,
    }  # fmt: skip
    return appeals.file(**values | given)


def page(appeal: Appeal) -> str:
    return reverse("admin:assessments_appeal_change", args=[appeal.pk])


def act(appeal: Appeal, action: str) -> str:
    return reverse("admin:assessments_appeal_act", args=[appeal.pk, action])


def listed(response: Any) -> list[int]:
    return [row.pk for row in response.context["cl"].result_list]


def test_readers_see_it_and_the_own_unit_s_people_nothing(year: Year, enter: Enter) -> None:
    made = file(year)
    employed = make_member(year)
    employed.memberships.create(unit=year.first.unit, since="2020-01-01")

    for name in ("chair", "secretary", "member", "leader", "approver", "auditor"):
        client = enter(getattr(year, name))
        assert listed(client.get(reverse(LIST))) == [made.pk], name
        assert TEXT in client.get(page(made)).content.decode()
    client = enter(employed)
    assert listed(client.get(reverse(LIST))) == []
    assert "1 result" not in client.get(reverse(LIST)).content.decode()
    assert client.get(page(made)).status_code == 302  # as for a row that does not exist
    assert client.get(act(made, "uphold")).status_code == 404
    for name in ("officer", "survey_officer", "administrator"):
        assert enter(getattr(year, name)).get(page(made)).status_code == 403


def test_member_reads_what_is_about_the_own_fields(year: Year, enter: Enter) -> None:
    made = file(year)
    other = file(year, year.second, leaves=["2.1"])
    user, since = make_user("Thành viên"), year.council.members.first().since
    seat = CouncilMember.objects.create(
        council=year.council, user=user, role=CouncilRole.MEMBER, since=since
    )
    Assignment.objects.create(member=seat, field=year.criterion("1"), since=since)
    client = enter(user)

    shown = client.get(reverse(LIST))
    assert listed(shown) == [made.pk]
    assert [leaf.criterion.code for leaf in shown.context["cl"].result_list[0].shown] == ["1.3"]
    assert client.get(page(other)).status_code == 302


def test_chair_answers_on_the_confirm_page(year: Year, enter: Enter) -> None:
    made = file(year)
    client = enter(year.chair)
    buttons = [row["url"] for row in client.get(page(made)).context["act_buttons"]]
    shown = client.get(act(made, "uphold")).content.decode()
    empty = client.post(act(made, "uphold"), {"note": ""})
    done = client.post(act(made, "uphold"), {"note": "Đúng, cần xem lại"})

    assert buttons == [act(made, name) for name in ("uphold", "uphold_partly", "reject")]
    assert [word in shown for word in (TEXT, "1.3", "Answer to the unit")] == [True] * 3
    assert (empty.status_code, list(empty.context["form"].errors)) == (200, ["note"])
    assert (done.status_code, done.url) == (302, page(made))
    made.refresh_from_db()
    assert (made.state, made.answer) == ("upheld", "Đúng, cần xem lại")
    assert client.get(page(made)).context["act_buttons"] == []


def test_only_who_answers_has_the_buttons(year: Year, enter: Enter) -> None:
    made = file(year)
    for name in ("secretary", "member", "leader", "approver", "auditor"):
        client = enter(getattr(year, name))
        assert client.get(page(made)).context["act_buttons"] == []
        assert client.post(act(made, "reject"), {"note": "Không"}).status_code == 404
    made.refresh_from_db()
    assert made.state == "filed"


def test_outcome_leads_to_the_act_that_moves_the_points(year: Year, enter: Enter) -> None:
    made = file(year)
    perform("uphold", made, by=year.chair, at=year.at, note="Đúng")
    send_back = reverse(
        "admin:assessments_submission_act", args=[year.first.submission.pk, "send_back"]
    )
    leader = enter(year.leader)

    assert f'href="{send_back}"' in leader.get(page(made)).content.decode()
    assert f'href="{send_back}"' not in enter(year.chair).get(page(made)).content.decode()
    form = leader.get(send_back).context["form"]
    assert form["leaves"].value() == ["1.3", "2.1"]
    leader.post(send_back, {"leaves": ["1.3", "2.1"], "note": "Theo kiến nghị"})
    assert "was sent back" in leader.get(page(made)).content.decode()


def test_complaint_found_right_leads_to_the_correction(year: Year, enter: Enter) -> None:
    Submission.objects.filter(pk=year.first.submission.pk).update(state=SubmissionState.PUBLISHED)
    made = file(year, kind="complaint")
    perform("uphold_partly", made, by=year.leader, at=year.at, note="Đúng một phần")
    there = reverse(
        "admin:assessments_submission_act", args=[year.first.submission.pk, "open_correction"]
    )

    assert f'href="{there}"' in enter(year.leader).get(page(made)).content.decode()


def test_list_is_narrowed_to_mine_and_to_overdue(year: Year, enter: Enter) -> None:
    made, other = file(year), file(year, year.second)
    Appeal.objects.filter(pk=made.pk).update(due_at=year.at - DAY)
    client = enter(year.chair)

    def narrowed(query: str) -> list[int]:
        return sorted(listed(client.get(f"{reverse(LIST)}?{query}")))

    assert narrowed("waiting=mine") == sorted([made.pk, other.pk])
    assert narrowed("waiting=overdue") == [made.pk]
    assert "overdue" in client.get(reverse(LIST)).content.decode()
    perform("reject", made, by=year.chair, at=year.at, note="Không")
    assert (narrowed("waiting=mine"), narrowed("waiting=overdue")) == ([other.pk], [])
    assert (narrowed("state__exact=rejected"), narrowed("kind__exact=complaint")) == ([made.pk], [])
    assert listed(enter(year.secretary).get(f"{reverse(LIST)}?waiting=mine")) == []


def test_due_time_is_told_as_its_last_second(year: Year, enter: Enter) -> None:
    made = file(year)
    Appeal.objects.update(due_at=dt.datetime(2031, 2, 27, 17, tzinfo=dt.UTC))
    client = enter(year.chair)

    for address in (reverse(LIST), page(made)):
        assert "23:59:59 27/02/2031" in client.get(address).content.decode()


def test_list_keeps_its_number_of_queries(year: Year, enter: Enter) -> None:
    client, counts = enter(year.auditor), []
    for dossier in year.dossiers:
        file(year, dossier)
        client.get(reverse(LIST))
        with CaptureQueriesContext(connection) as captured:
            shown = listed(client.get(reverse(LIST)))
        counts.append((len(shown), len(captured)))
    assert [number for number, _queries in counts] == [1, 2]
    assert counts[0][1] == counts[1][1]


def test_page_says_how_many_working_days_are_left(year: Year, enter: Enter) -> None:
    made = file(year)
    assert "7 working days left" in enter(year.chair).get(page(made)).content.decode()


# More time for a question -----------------------------------------------------------------------


@pytest.fixture
def asked(year: Year) -> Explanation:
    """Return an open question on a dossier that the council still judges."""
    reach(year, Stage.COUNCIL)
    Submission.objects.update(state=SubmissionState.APPRAISING)
    for row in year.first.submission.scores.all():
        row.open_to_appraiser = True
        row.save()
    return ask(year)


def extend(question: Explanation) -> str:
    return reverse("admin:assessments_explanation_extend", args=[question.pk])


def test_asker_and_secretary_give_more_time(year: Year, asked: Explanation, enter: Enter) -> None:
    change = reverse("admin:assessments_explanation_change", args=[asked.pk])
    for place, user in enumerate((year.member, year.secretary)):
        client, until = enter(user), year.at + (2 + place) * DAY
        assert f'href="{extend(asked)}"' in client.get(change).content.decode()
        sent = {"due_at": f"{until:%Y-%m-%dT%H:%M}", "reason": "Bão số 5"}
        assert client.post(extend(asked), sent).status_code == 302
    assert Event.objects.filter(action="extend_question", refused=False).count() == 2


def test_question_s_due_time_is_told_as_its_last_second(
    year: Year, asked: Explanation, enter: Enter
) -> None:
    Explanation.objects.update(due_at=dt.datetime(2031, 2, 27, 17, tzinfo=dt.UTC))
    client = enter(year.secretary)

    for name, args in (("changelist", []), ("change", [asked.pk])):
        address = reverse(f"admin:assessments_explanation_{name}", args=args)
        assert "23:59:59 27/02/2031" in client.get(address).content.decode()


def test_refused_time_stays_on_screen(year: Year, asked: Explanation, enter: Enter) -> None:
    sent = {"due_at": f"{year.at:%Y-%m-%dT%H:%M}", "reason": "Bão số 5"}
    response = enter(year.secretary).post(extend(asked), sent)

    assert list(response.context["form"].errors) == ["due_at"]
    assert "Bão số 5" in response.content.decode()


def test_others_find_no_page_to_give_more_time(
    year: Year, asked: Explanation, enter: Enter
) -> None:
    for name in ("chair", "leader", "approver", "auditor"):
        client = enter(getattr(year, name))
        assert client.get(extend(asked)).status_code == 404
    questions.withdraw_question(explanation=asked, by=year.member, at=year.at)
    assert enter(year.secretary).get(extend(asked)).status_code == 404


def test_changed_clocks_of_an_open_year_leave_an_event(year: Year, enter: Enter) -> None:
    client = enter(year.officer)
    address = reverse("admin:assessments_cycle_change", args=[year.cycle.pk])
    shown = client.get(address).context["adminform"].form
    sent = {name: shown[name].value() or "" for name in shown.fields} | {"answer_days": 8}
    for formset in client.get(address).context["inline_admin_formsets"]:
        prefix, rows = formset.formset.prefix, formset.formset.initial_form_count()
        sent |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
        assert rows >= 0

    response = client.post(address, sent)

    assert response.status_code == 302
    year.cycle.refresh_from_db()
    assert year.cycle.answer_days == 8
    assert Event.objects.get(action="change_clocks").data == {"answer_days": [5, 8]}
