"""The start page: what waits, per role, counted as the lists behind it are."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.choices import AppealState, SubmissionState
from assessments.models import Appeal, Submission
from assessments.queries import progress
from assessments.workflow.machine import perform
from tests.council.conftest import Enter
from tests.factories.council import (
    appraise,
    appraise_all,
    make_concluded,
    make_judged_year,
    make_member,
    survey,
)  # fmt: skip
from tests.factories.cycles import D, Dossier, Year
from units.models import Membership, User


def waiting(user: User, year: Year) -> dict[str, int]:
    """Return every line of the person's to-do with its count."""
    return {
        str(item.label): item.count
        for section in progress.todo(user, year.at)
        for item in section.items
    }


def of_fields(year: Year, dossiers: int, *numbers: int) -> dict[str, int]:
    """Return the appraiser's lines: one per field, with its leaves."""
    head = f"{year.cycle.year}, {year.group.name}"
    return {
        f"{head}, field {code}: leaves to appraise in {dossiers} dossiers": number
        for code, number in zip("12", numbers, strict=True)
    }


def test_appraiser_sees_fields_untouched(year: Year, enter: Enter) -> None:
    assert waiting(year.member, year) == of_fields(year, 2, 10, 6)
    appraise_all(year, year.second)
    appraise(year, year.first, "1.1")
    assert waiting(year.member, year) == of_fields(year, 1, 4, 3)
    first = progress.todo(year.member, year.at)[0].items[0]
    assert (first.model, first.query.partition("#")[2]) == (
        "grids", f"linh-vuc-{year.cycle.pk}-{year.criterion('1').pk}",
    )  # fmt: skip
    grids = reverse("admin:assessments_criterionscore_grids")
    response = enter(year.member).get(f"{grids}?{first.query.partition('#')[0]}")
    assert f'id="{first.query.partition("#")[2]}"' in response.content.decode()
    field = response.context["years"][0]["fields"][0]
    assert (field["waiting"], first.count) == (4, 4)
    assert [row.criterion.code for row in field["rows"] if row.waiting] == [
        "1.2", "1.3", "1.4", "1.5",
    ]  # fmt: skip


def test_correction_waits_on_todo_list_and_grid_alike(year: Year, enter: Enter) -> None:
    appraise_all(year, year.second)
    make_concluded(year, year.first)
    Submission.objects.filter(pk=year.first.submission.pk).update(state="published")
    assert waiting(year.member, year) == {}
    perform(
        "open_correction", year.first.submission, by=year.leader, at=year.at, note="Nhầm",
        leaves=["1.1"],
    )  # fmt: skip

    def counted() -> tuple[int, int, int]:
        """Return what waits by the to-do, by the list of grids, and by the grid."""
        client = enter(year.member)
        years = client.get(reverse("admin:assessments_criterionscore_grids")).context["years"]
        grid = reverse("admin:assessments_criterionscore_grid", args=[year.criterion("1.1").pk])
        filters = client.get(grid).context["filters"]
        return (
            sum(waiting(year.member, year).values()),
            sum(field["waiting"] for each in years for field in each["fields"]),
            next(each["count"] for each in filters if str(each["label"]) == "not appraised"),
        )

    assert counted() == (1, 1, 1)
    for user in (year.chair, year.secretary):
        assert waiting(user, year)[f"{year.cycle.year}, being corrected"] == 1
    appraise(year, year.first, "1.1", points="1", reason="Theo minh chứng mới")
    assert counted() == (0, 0, 0)


def test_appraiser_never_sees_the_own_unit(year: Year) -> None:
    user = make_member(year, year.first.unit)
    assert waiting(user, year) == of_fields(year, 1, 5, 3)


def test_long_lists_end_with_a_line_that_leads_to_all(db: None, enter: Enter) -> None:
    year = make_judged_year(units=progress.SHOWN + 1, codes=["1.1"])
    for dossier in year.dossiers:
        appraise(year, dossier, "1.1")
    lines = progress.todo(year.chair, year.at)[0].items
    ready = [item for item in lines if str(item.label).startswith("ready to conclude")]
    last = next(item for item in lines if str(item.label) == "see all")
    assert (len(ready), last.count) == (progress.SHOWN, progress.SHOWN + 1)
    address = f"{reverse('admin:assessments_submission_changelist')}?{last.query}"
    found = enter(year.chair).get(address).context["cl"].result_list
    assert len(found) == progress.SHOWN + 1


def test_secretary_counts_leave_out_the_own_unit(year: Year) -> None:
    for dossier in year.dossiers:
        dossier.submission.state = SubmissionState.SUBMITTED
        dossier.submission.save()
    line = f"{year.cycle.year}, submitted, waiting for the start"
    assert waiting(year.secretary, year)[line] == 2
    Membership.objects.create(user=year.secretary, unit=year.first.unit, since=dt.date(2020, 1, 1))
    assert waiting(year.secretary, year)[line] == 1


def test_chair_sees_disputes_and_what_can_be_concluded(db: None) -> None:
    year = make_judged_year(heading={"dispute_spread": D("0.5")})
    appraise_all(year, year.first)
    appraise(year, year.second, "1.1")
    appraise(year, year.second, "1.1", by=make_member(year), points="0", reason="Khác")
    found = waiting(year.chair, year)
    assert found[f"ready to conclude: {year.first.unit.name}"] == 1
    assert found[f"disputed leaves: {year.second.unit.name}"] == 1
    assert f"ready to conclude: {year.second.unit.name}" not in found


def test_leader_officer_and_survey_officer(year: Year) -> None:
    year.first.submission.state = SubmissionState.APPRAISED
    year.first.submission.save()
    survey(year, year.first)
    assert waiting(year.leader, year)[f"{year.cycle.year}, waiting for approval"] == 1
    assert waiting(year.officer, year)["fields without an appraiser"] == 0
    assert waiting(year.survey_officer, year)["survey leaves without any result"] == 1
    year.council.members.get(user=year.member).assignments.all().delete()
    assert waiting(year.officer, year)["fields without an appraiser"] == 2


def file(year: Year, dossier: Dossier, kind: str = "appeal", **given: Any) -> Appeal:
    """File an appeal or a complaint on a leaf, in the dossier's round."""
    appeal = Appeal.objects.create(
        submission=dossier.submission, kind=kind, text="Xem lại", filed_by=dossier.head,
        round=dossier.submission.round, filed_at=year.at, due_at=year.at + dt.timedelta(days=9),
        **given,
    )  # fmt: skip
    appeal.leaves.set([dossier.score("1.1")])
    return appeal


def found_right(year: Year) -> dict[str, Any]:
    return {
        "state": AppealState.PARTLY, "answer": "Đúng", "answered_by": year.chair,
        "answered_at": year.at,
    }  # fmt: skip


def put(dossier: Dossier, state: SubmissionState) -> None:
    dossier.submission.state = state
    dossier.submission.save()


TO_CHAIR, TO_LEADER = "appeals to answer", "complaints to answer"
TO_SEND, TO_CORRECT = (
    "appeals found right, to send back to the council", "complaints found right, to correct",
)  # fmt: skip


def test_appeals_and_complaints_are_told_to_who_answers_them(year: Year) -> None:
    put(year.first, SubmissionState.APPRAISED)
    put(year.second, SubmissionState.PUBLISHED)
    file(year, year.first)
    file(year, year.second, "complaint")

    chair, leader = waiting(year.chair, year), waiting(year.leader, year)

    assert (chair[TO_CHAIR], TO_LEADER in chair) == (1, False)
    assert (leader[TO_LEADER], TO_CHAIR in leader) == (1, False)
    secretary = waiting(year.secretary, year)
    assert secretary["appeals waiting for the chair's answer"] == 1
    assert not {TO_CHAIR, TO_LEADER} & set(secretary)
    assert not {TO_CHAIR, TO_LEADER} & set(waiting(year.approver, year))


def test_approver_is_told_what_they_answer_in_everybody_s_place(year: Year) -> None:
    put(year.first, SubmissionState.APPRAISED)
    put(year.second, SubmissionState.PUBLISHED)
    file(year, year.first)
    file(year, year.second, "complaint")
    for user, dossier in ((year.chair, year.first), (year.leader, year.second)):
        Membership.objects.create(user=user, unit=dossier.unit, since=dt.date(2020, 1, 1))

    found = waiting(year.approver, year)

    assert (found[TO_CHAIR], found[TO_LEADER]) == (1, 1)
    assert waiting(year.chair, year)[TO_CHAIR] == 0
    assert waiting(year.leader, year)[TO_LEADER] == 0


def test_leader_is_told_what_was_found_right_until_the_leaves_are_open_again(year: Year) -> None:
    put(year.first, SubmissionState.APPRAISED)
    put(year.second, SubmissionState.PUBLISHED)
    file(year, year.first, **found_right(year))
    file(year, year.second, "complaint", **found_right(year))
    found = waiting(year.leader, year)
    assert (found[TO_SEND], found[TO_CORRECT]) == (1, 1)
    assert not {TO_SEND, TO_CORRECT} & set(waiting(year.approver, year))

    for dossier in year.dossiers:  # as sending back and opening a correction do
        dossier.submission.round += 1
        dossier.submission.save()

    found = waiting(year.leader, year)
    assert (found[TO_SEND], found[TO_CORRECT]) == (0, 0)


def test_approver_is_told_what_to_send_back_where_every_leader_has_a_conflict(year: Year) -> None:
    put(year.first, SubmissionState.APPRAISED)
    file(year, year.first, **found_right(year))
    Membership.objects.create(user=year.leader, unit=year.first.unit, since=dt.date(2020, 1, 1))
    assert waiting(year.approver, year)[TO_SEND] == 1
    assert waiting(year.leader, year)[TO_SEND] == 0


def test_lines_of_appeals_lead_to_lists_of_the_rows_they_count(year: Year, enter: Enter) -> None:
    put(year.first, SubmissionState.APPRAISED)
    put(year.second, SubmissionState.PUBLISHED)
    made = {
        TO_CHAIR: file(year, year.first), TO_LEADER: file(year, year.second, "complaint"),
        TO_SEND: file(year, year.first, **found_right(year)),
        TO_CORRECT: file(year, year.second, "complaint", **found_right(year)),
    }  # fmt: skip
    for user in (year.chair, year.leader):
        for entry in entries(enter(user)):
            label = str(entry["item"].label)
            if label in made:
                shown = enter(user).get(entry["url"]).context["cl"].result_list
                assert [row.pk for row in shown] == [made.pop(label).pk], label
    assert made == {}


def entries(client: Client) -> list[dict[str, Any]]:
    """Return the lines of the start page with their addresses."""
    sections = client.get(reverse("admin:index")).context["todo"]
    return [entry for section in sections for entry in section["entries"]]


@pytest.mark.parametrize("role", ["leader", "approver"])
def test_approvals_are_told_group_by_group_with_their_page(
    year: Year, enter: Enter, role: str
) -> None:
    user = getattr(year, role)
    page = reverse("admin:assessments_cycle_approvals", args=[year.cycle_scheme.pk])
    assert page not in {entry["url"] for entry in entries(enter(user))}
    for dossier in year.dossiers:
        put(dossier, SubmissionState.APPRAISED)
    Membership.objects.create(user=user, unit=year.first.unit, since=dt.date(2020, 1, 1))

    (line,) = [entry for entry in entries(enter(user)) if entry["url"] == page]

    assert str(line["item"].label) == f"{year.cycle.year}, {year.group.name}: dossiers to approve"
    assert line["item"].count == 1
    assert enter(user).get(page).status_code == 200


def test_start_page_links_where_something_waits(year: Year, enter: Enter) -> None:
    content = enter(year.member).get(reverse("admin:index")).content.decode()
    assert f"{reverse('admin:assessments_criterionscore_grids')}?ky={year.cycle.pk}#" in content


def test_models_stand_in_the_order_of_the_year(year: Year, enter: Enter) -> None:
    apps = enter(year.leader).get(reverse("admin:index")).context["app_list"]
    names = [
        m["object_name"] for app in apps if app["app_label"] == "assessments" for m in app["models"]
    ]
    wanted = ["Scheme", "Cycle", "Council", "Submission", "Appraisal", "Approval", "Publication"]
    assert [name for name in names if name in wanted] == wanted


def test_start_page_queries_do_not_grow_with_the_rows(db: None, enter: Enter) -> None:
    counts = []
    for number, units in enumerate((1, 3)):
        year = make_judged_year(year=2060 + number, units=units, codes=["1.1"])
        client = enter(year.member)
        client.get(reverse("admin:index"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("admin:index"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
