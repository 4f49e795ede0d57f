"""Appeals before the publication, complaints after it: rules, clock, pages, what they stop."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from assessments.choices import Stage, SubmissionState
from assessments.errors import BadInput, GuardFailed, NotPermitted, WindowClosed, WrongState
from assessments.models import Appeal, CouncilDecision, Event, Submission
from assessments.queries import appeals as reads
from assessments.workflow import appeals
from assessments.workflow.machine import perform
from tests.factories.council import (
    appraise,
    appraise_all,
    conclude,
    make_judged_year,
    make_meeting,
    reach,
    survey,
)  # fmt: skip
from tests.factories.cycles import D, make_user
from units.models import SigningAuthorisation

TEXT = "Đề nghị xem lại minh chứng số 12"
REASON = "Minh chứng chưa đủ số liệu"


@pytest.fixture
def year(db):
    """Return a year in the stage of appeals, the first unit's dossier concluded with 1.3 cut."""
    year = make_judged_year()
    appraise_all(year, year.first)
    appraise(year, year.first, "1.3", points=D("1.1"), reason=REASON)
    survey(year, year.first)
    conclude(year, year.first)
    reach(year, Stage.APPEAL)
    return year


@pytest.fixture
def focal(year, signed_in):
    return signed_in(year.first.focal)


def file(year, **given):
    values = {
        "submission": year.first.submission, "by": year.first.focal, "at": year.at,
        "kind": "appeal", "leaves": ["1.3"], "text": TEXT,
    }  # fmt: skip
    return appeals.file(**values | given)


def answer(year, appeal, action="uphold", by=None):
    return perform(action, appeal, by=by or year.chair, at=year.at, note="Hội đồng đã xem lại")


def set_state(year, state):
    Submission.objects.filter(pk=year.first.submission.pk).update(state=state)
    year.first.submission.refresh_from_db()


def english(act):
    with translation.override("en"), pytest.raises(Exception) as caught:  # noqa: PT011
        act()
    return caught.value


# Filing -----------------------------------------------------------------------------------------


def test_appeal_keeps_leaves_round_and_clock(year):
    made = file(year, leaves=["1.3", "2.4", "1.3"], text=f" {TEXT} ")

    assert (made.state, made.kind, made.round, made.text) == ("filed", "appeal", 1, TEXT)
    assert [leaf.criterion.code for leaf in made.leaves.order_by("criterion__position")] == [
        "1.3", "2.4",
    ]  # fmt: skip
    event = Event.objects.get(action="file_appeal")
    assert event.data["leaves"] == ["1.3", "2.4"]
    assert TEXT not in str(event.data)


def test_answer_is_due_at_the_end_of_the_cycle_s_working_days(year):
    monday = dt.datetime(2026, 6, 1, 9, tzinfo=timezone.get_default_timezone())
    set_state(year, SubmissionState.PUBLISHED)
    year.cycle.appeal_days = 5
    year.cycle.save()

    made = file(year, kind="complaint", at=monday)

    assert timezone.localtime(made.due_at) == monday.replace(day=9, hour=0)


def test_appeal_belongs_to_focal_officer_and_head(year):
    deputy = make_user("Phó Giám đốc")
    SigningAuthorisation.objects.create(
        unit=year.first.unit, user=deputy, form="KT", title="Phó", since=dt.date(2020, 1, 1)
    )
    others = [
        year.first.contributor, year.second.head, year.member, year.secretary, year.chair,
        year.leader, year.outsider,
    ]  # fmt: skip
    for user in others:
        with pytest.raises(NotPermitted):
            file(year, by=user)
    assert Event.objects.filter(action="file_appeal", refused=True).count() == len(others)
    for user in (year.first.head, deputy):
        perform("withdraw_appeal", file(year, by=user), by=user, at=year.at)


@pytest.mark.parametrize(
    ("given", "field"), [({"leaves": []}, "leaves"), ({"leaves": ["9.9"]}, "leaves"),
                         ({"text": " \n"}, "text")],
)  # fmt: skip
def test_appeal_names_leaves_and_reasons(year, given, field):
    with pytest.raises(BadInput) as caught:
        file(year, **given)
    assert caught.value.field == field
    assert not Appeal.objects.exists()


@pytest.mark.parametrize("stage", [Stage.COUNCIL, Stage.APPROVAL])
def test_appeal_has_its_window(year, stage):
    reach(year, stage)
    with pytest.raises(WindowClosed):
        file(year)


def test_unit_with_an_extension_appeals_longer(year):
    reach(year, Stage.APPROVAL)
    year.cycle.extensions.create(
        stage=Stage.APPEAL, unit=year.first.unit, until=year.at + dt.timedelta(days=1), reason="Bão"
    )
    assert file(year).state == "filed"


@pytest.mark.parametrize("state", sorted(set(SubmissionState.values) - {"appraised"}))
def test_appeal_is_about_concluded_points_only(year, state):
    set_state(year, state)
    with pytest.raises(WrongState):
        file(year)


@pytest.mark.parametrize("state", sorted(set(SubmissionState.values) - {"published"}))
def test_complaint_is_about_published_points_only(year, state):
    set_state(year, state)
    with pytest.raises(WrongState):
        file(year, kind="complaint")


def test_complaint_has_no_window_but_the_year_s_end(year):
    set_state(year, SubmissionState.PUBLISHED)
    year.cycle.state = "published"
    year.cycle.save()
    made = file(year, kind="complaint", at=year.at + dt.timedelta(days=300))
    perform("withdraw_appeal", made, by=year.first.head, at=year.at)
    year.cycle.state = "closed"
    year.cycle.save()
    year.first.submission.refresh_from_db()
    with pytest.raises(WrongState):
        file(year, kind="complaint")


def test_second_one_waits_for_the_answer_to_the_first(year):
    first = file(year)
    with pytest.raises(WrongState):
        file(year, leaves=["1.1"])
    answer(year, first, "reject")
    assert file(year, leaves=["1.1"]).state == "filed"


# Answering --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "state"),
    [("uphold", "upheld"), ("uphold_partly", "partly"), ("reject", "rejected")],
)
def test_chair_answers_with_reasons(year, action, state):
    made = answer(year, file(year), action)

    made.refresh_from_db()
    assert (made.state, made.answer, made.answered_by, made.answered_at) == (
        state, "Hội đồng đã xem lại", year.chair, year.at,
    )  # fmt: skip
    assert Event.objects.get(action=action).data["leaves"] == ["1.3"]


def test_complaint_is_answered_by_the_leader(year):
    set_state(year, SubmissionState.PUBLISHED)
    made = file(year, kind="complaint")

    with pytest.raises(NotPermitted):
        answer(year, made, by=year.chair)
    assert answer(year, made, by=year.leader).state == "upheld"


@pytest.mark.parametrize("kind", ["appeal", "complaint"])
def test_city_approver_answers_where_the_usual_actor_has_a_conflict(year, kind):
    if kind == "complaint":
        set_state(year, SubmissionState.PUBLISHED)
    made = file(year, kind=kind)
    usual = year.chair if kind == "appeal" else year.leader
    with pytest.raises(NotPermitted):
        answer(year, made, by=year.approver)
    assert list(reads.waiting(year.approver, year.at)) == []

    usual.memberships.create(unit=year.first.unit, since=dt.date(2020, 1, 1))

    with pytest.raises(NotPermitted):
        answer(year, made, by=usual)
    assert list(reads.waiting(year.approver, year.at)) == [made]
    assert answer(year, made, by=year.approver).answered_by == year.approver


def test_time_gives_no_outcome_but_is_told(year):
    made = file(year)
    late = made.due_at

    assert list(reads.overdue(reads.waiting(year.chair, late), late)) == [made]
    just = late - dt.timedelta(seconds=1)
    assert list(reads.overdue(reads.waiting(year.chair, just), just)) == []
    done = perform("reject", made, by=year.chair, at=late, note="Muộn")
    assert (done.state, Event.objects.get(action="reject").data["overdue"]) == ("rejected", True)
    assert list(reads.waiting(year.chair, late)) == []


def test_each_waits_for_those_who_answer_it(year):
    made = file(year)
    waiting = {
        name: list(reads.waiting(getattr(year, name), year.at))
        for name in ("chair", "leader", "secretary", "member", "approver", "auditor", "outsider")
    }
    assert waiting == {name: [] for name in waiting} | {"chair": [made]}


def test_withdrawing_belongs_to_the_unit(year):
    made = file(year)
    for user in (year.first.contributor, year.chair, year.second.head):
        with pytest.raises(NotPermitted):
            perform("withdraw_appeal", made, by=user, at=year.at)
    assert perform("withdraw_appeal", made, by=year.first.head, at=year.at).state == "withdrawn"


# What it stops, and where it leads --------------------------------------------------------------


def approve(year):
    return perform("approve", year.first.submission, by=year.leader, at=year.at)


def send_back(year, *codes):
    return perform(
        "send_back", year.first.submission, by=year.leader, at=year.at, note="Theo kiến nghị",
        leaves=list(codes),
    )  # fmt: skip


def test_unanswered_appeal_stops_approving_and_sending_back(year):
    made = file(year)
    reach(year, Stage.APPROVAL)

    for act in (lambda: approve(year), lambda: send_back(year, "1.1")):
        refusal = english(act)
        assert type(refusal) is GuardFailed
        assert refusal.reasons == ["An appeal waits for its answer, on: 1.3."]
    answer(year, made, "reject")
    assert approve(year).state == "approved"


def test_withdrawn_appeal_stops_nothing(year):
    perform("withdraw_appeal", file(year), by=year.first.head, at=year.at)
    reach(year, Stage.APPROVAL)

    assert approve(year).state == "approved"


@pytest.mark.parametrize("outcome", ["uphold", "uphold_partly"])
def test_upheld_appeal_stops_the_approval_until_its_leaves_went_back(year, outcome):
    answer(year, file(year), outcome)
    reach(year, Stage.APPROVAL)
    refusal = english(lambda: approve(year))
    assert refusal.reasons == [
        "An appeal was found right; send its leaves back to the council: 1.3."
    ]

    send_back(year, "1.3")
    appraise(year, year.first, "1.3", points=D("1.8"))
    conclude(year, year.first)

    assert approve(year).state == "approved"
    assert year.first.score("1.3").final_points == D("1.8")


def test_dossier_with_an_upheld_appeal_is_worked_on_while_appeals_last(year):
    """From the answer to the new conclusion, all within the stage of appeals."""
    with pytest.raises(GuardFailed):
        send_back(year, "1.3")
    answer(year, file(year))

    send_back(year, "1.3")
    appraise(year, year.first, "1.3", points=D("1.8"))
    done = conclude(year, year.first)

    assert (done.state, done.round, done.reopened_at) == ("appraised", 2, None)
    with pytest.raises(GuardFailed):  # nothing more was found right
        send_back(year, "1.3")


def test_every_leaf_of_an_upheld_appeal_goes_back(year):
    answer(year, file(year, leaves=["1.3", "2.1"]))

    refusal = english(lambda: send_back(year, "1.3"))

    assert (type(refusal), refusal.field) == (BadInput, "leaves")
    assert str(refusal).endswith("2.1.")
    assert send_back(year, "1.1", "1.3", "2.1").round == 2


def test_some_leaf_of_an_appeal_upheld_in_part_goes_back(year):
    answer(year, file(year, leaves=["1.3", "2.1"]), "uphold_partly")

    assert type(english(lambda: send_back(year, "1.1"))) is BadInput
    assert send_back(year, "2.1").round == 2


def test_rejected_appeal_leads_nowhere(year):
    answer(year, file(year), "reject")
    with pytest.raises(GuardFailed):
        send_back(year, "1.3")


def test_complaint_stops_no_approval_of_a_correction(year):
    set_state(year, SubmissionState.PUBLISHED)
    answer(year, file(year, kind="complaint"), by=year.leader)
    perform(
        "open_correction", year.first.submission, by=year.leader, at=year.at, note="Theo khiếu nại",
        leaves=["1.3"],
    )  # fmt: skip
    appraise(year, year.first, "1.3", points=D("1.8"))
    conclude(year, year.first)
    reach(year, Stage.APPROVAL)

    assert approve(year).state == "approved"


# The unit's page --------------------------------------------------------------------------------


def test_unit_sees_its_final_points_and_the_council_s_reason_before_it_appeals(
    year, focal, address
):
    meeting = make_meeting(year, "08/BB-HĐTĐ")
    CouncilDecision.objects.create(
        score=year.first.score("2.1"), meeting=meeting, points=D("0.3"), reason="Hội đồng kết luận",
        votes_for=7, votes_against=2, dissent="Ý kiến khác", decided_by_user=year.chair, at=year.at,
    )  # fmt: skip
    page = focal.get(address("appeals"))
    body = page.content.decode()

    first = page.context["parts"][0]["leaves"]
    assert [leaf.score.criterion.code for leaf in first] == ["1.3"]
    assert str(first[0].final.points) == "1.1000"
    assert [word in body for word in (REASON, "Hội đồng kết luận", "Ý kiến khác")] == [
        True, True, False,
    ]  # fmt: skip
    assert f'href="{address("appeals")}"' in focal.get(address("dossier")).content.decode()
    field = focal.get(address("field", field="1"))
    assert (field.context["shows_final"], "1,10" in field.content.decode()) == (True, True)


@pytest.mark.parametrize("stage", [Stage.SECOND_APPRAISAL, Stage.COUNCIL])
def test_final_points_stay_hidden_before_the_appeals(year, focal, address, stage):
    reach(year, stage)
    page, dossier = focal.get(address("appeals")), focal.get(address("dossier"))

    assert (page.context["parts"], page.context["closed"] != "") == ([], True)
    assert dossier.context["card"].results.is_final is False
    assert dossier.context["appeals_url"] == ""


def test_year_without_appeals_shows_them_from_the_approvals_on(year, focal, address):
    year.cycle.milestones.filter(stage=Stage.APPEAL).delete()
    assert focal.get(address("dossier")).context["card"].results.is_final is False
    approval = year.milestone(Stage.APPROVAL)
    approval.opens_at = year.at
    approval.save()
    assert focal.get(address("dossier")).context["card"].results.is_final is True


def test_dossier_back_in_the_council_s_hands_hides_them_again(year, focal, address):
    set_state(year, SubmissionState.APPRAISING)
    assert focal.get(address("dossier")).context["card"].results.is_final is False


def test_unit_files_and_reads_state_clock_and_answer(year, focal, address):
    here = address("appeals")
    sent = focal.post(here, {"leaves": ["1.3", "2.1"], "text": TEXT})
    made = Appeal.objects.get()
    waiting = focal.get(here)
    answer(year, made, "uphold_partly")
    answered = focal.get(here)

    assert (sent.status_code, sent.url) == (302, here)
    assert {leaf.criterion.code for leaf in made.leaves.all()} == {"1.3", "2.1"}
    (row,) = waiting.context["filed"]
    assert (row.deadline.end, row.deadline.days_left) == (made.due_at, 7)
    assert TEXT in waiting.content.decode()
    (row,) = answered.context["filed"]
    assert row.deadline is None
    assert "Hội đồng đã xem lại" in answered.content.decode()
    assert "Chủ tịch" not in answered.content.decode()


@pytest.mark.parametrize(
    ("sent", "wrong"), [({"text": TEXT}, "leaves"), ({"leaves": ["1.3"], "text": " "}, "text"),
                        ({"leaves": ["9.9"], "text": TEXT}, "leaves")],
)  # fmt: skip
def test_refused_form_keeps_what_was_typed_and_ticked(focal, address, sent, wrong):
    response = focal.post(address("appeals"), sent)

    assert (response.status_code, list(response.context["form"].errors)) == (422, [wrong])
    body = response.content.decode()
    assert (TEXT in body) == (sent["text"] == TEXT)
    ticked = f'value="{sent["leaves"][0]}"' if "leaves" in sent else ""
    assert ("checked" in body) == (ticked != "" and sent["leaves"] == ["1.3"])
    assert not Appeal.objects.exists()


def test_form_sent_too_late_keeps_the_text(year, focal, address):
    reach(year, Stage.APPROVAL)
    response = focal.post(address("appeals"), {"leaves": ["1.3"], "text": TEXT})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["__all__"])
    assert TEXT in response.content.decode()
    assert Event.objects.filter(action="file_appeal", refused=True).count() == 1


def test_contributor_reads_and_files_nothing(year, client, address):
    made = file(year)
    page = client.get(address("appeals"))
    refused = client.post(address("appeals"), {"leaves": ["1.1"], "text": TEXT})
    client.post(address("appeal_withdraw", pk=made.pk))

    assert (page.status_code, page.context["closed"] != "") == (200, True)
    assert "rut/" not in page.content.decode()
    assert refused.status_code == 422
    assert [row.state for row in Appeal.objects.all()] == ["filed"]


def test_unit_withdraws_from_the_page(year, focal, address):
    made = file(year)
    there = address("appeal_withdraw", pk=made.pk)

    assert (focal.get(there).status_code, focal.post(there).status_code) == (302, 302)
    made.refresh_from_db()
    assert made.state == "withdrawn"
    told = list(focal.get(address("appeals")).context["messages"])
    again = list(focal.post(there, follow=True).context["messages"])
    assert [message.level_tag for message in (*told, *again)] == ["success", "error"]


def test_pages_belong_to_the_unit(year, signed_in, address):
    made = file(year)
    there, other = address("appeal_withdraw", pk=made.pk), address("appeals", year.second)
    misplaced = address("appeal_withdraw", year.second, pk=made.pk)

    for user in (year.second.head, year.member, year.chair, year.leader):
        browser = signed_in(user)
        assert browser.get(address("appeals")).status_code == 404
        assert browser.post(there).status_code == 404
    assert signed_in(year.second.head).post(misplaced).status_code == 404
    assert signed_in(year.first.head).get(other).status_code == 404


def test_queries_do_not_grow_with_what_was_filed(year, focal, address):
    counts = []
    for number in (1, 3):
        while Appeal.objects.count() < number:
            answer(year, file(year, leaves=["1.1", "1.3"][: Appeal.objects.count() + 1]), "reject")
        focal.get(address("appeals"))
        with CaptureQueriesContext(connection) as captured:
            assert len(focal.get(address("appeals")).context["filed"]) == number
        counts.append(len(captured))
    assert counts[0] == counts[1]
