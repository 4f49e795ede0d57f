"""The approvals of a group: what is counted, for whom, and many dossiers approved at once."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import permissions
from assessments.choices import AppealState, PortalRole, SubmissionState
from assessments.models import (
    Adjustment,
    Appeal,
    Approval,
    CouncilDecision,
    DeclaredConflict,
    Event,
    Submission,
)  # fmt: skip
from assessments.queries import approvals, gaps
from assessments.workflow.approvals import approve_problems
from assessments.workflow.machine import Act
from tests.council.conftest import Enter
from tests.factories.council import appraise_all, conclude, make_concluded, make_judged_year, reach
from tests.factories.cycles import PASSWORD, D, Dossier, Year
from units.models import Membership, User

READERS = ("leader", "approver", "auditor")
OTHERS = ("member", "chair", "secretary", "officer", "survey_officer", "administrator")


@pytest.fixture
def ready(db: Any) -> Year:
    """Return a year with both dossiers concluded, in the time of the approvals."""
    year = make_judged_year()
    for dossier in year.dossiers:
        make_concluded(year, dossier)
        reach(year, "council")
    reach(year, "approval")
    return year


def page(year: Year, name: str = "approvals") -> str:
    return reverse(f"admin:assessments_cycle_{name}", args=[year.cycle_scheme.pk])


def rows(year: Year, user: User | None = None) -> dict[int, Any]:
    found = approvals.overview(year.cycle_scheme, user or year.leader, year.at)
    return {row.submission.pk: row for row in found.rows}


def known(client: Client) -> Client:
    """Give the password once more, as the approval asks for."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def employ(user: User, dossier: Dossier) -> None:
    Membership.objects.create(user=user, unit=dossier.unit, since=dt.date(2020, 1, 1))


# Who reads


@pytest.mark.parametrize("role", READERS)
def test_readers_have_the_page(ready: Year, enter: Enter, role: str) -> None:
    answer = enter(getattr(ready, role)).get(page(ready))

    assert answer.status_code == 200
    assert len(answer.context["overview"].rows) == 2


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("name", ["approvals", "approve_many"])
def test_others_find_no_page(ready: Year, enter: Enter, role: str, name: str) -> None:
    client = known(enter(getattr(ready, role)))

    answer = client.get(page(ready, name), {"dossier": ready.first.submission.pk})

    assert answer.status_code == 404
    assert ready.first.unit.name not in answer.content.decode()


def test_unknown_group_is_not_found(ready: Year, enter: Enter) -> None:
    address = reverse("admin:assessments_cycle_approvals", args=[ready.cycle_scheme.pk + 99])

    assert enter(ready.leader).get(address).status_code == 404


@pytest.mark.parametrize("role", READERS)
def test_unit_in_conflict_is_nowhere_on_the_page(ready: Year, enter: Enter, role: str) -> None:
    user = getattr(ready, role)
    employ(user, ready.first)

    answer = enter(user).get(page(ready))

    found = answer.context["overview"]
    assert [row.submission.pk for row in found.rows] == [ready.second.submission.pk]
    assert found.counted == [(SubmissionState.APPRAISED, 1)]
    assert ready.first.unit.name not in answer.content.decode()


def test_cycle_offers_the_page_to_its_readers_only(ready: Year, enter: Enter) -> None:
    change = reverse("admin:assessments_cycle_change", args=[ready.cycle.pk])

    assert page(ready) in enter(ready.auditor).get(change).content.decode()
    assert page(ready) not in enter(ready.officer).get(change).content.decode()


# What stands there


def test_units_stand_by_name_and_no_rank_is_told(ready: Year, enter: Enter) -> None:
    for name, dossier in zip(("Sở Ôn", "Sở Đàm"), ready.dossiers, strict=True):
        dossier.unit.name = name
        dossier.unit.save()
        Submission.objects.filter(pk=dossier.submission.pk).update(unit_name=name)

    answer = enter(ready.leader).get(page(ready), {"o": "-points", "sort": "index"})

    shown = [row.submission.unit_name for row in answer.context["overview"].rows]
    assert shown == ["Sở Đàm", "Sở Ôn"]
    assert not any(hasattr(row, "rank") for row in answer.context["overview"].rows)


def test_complete_dossier_is_ready_and_shows_its_sums(ready: Year) -> None:
    row = rows(ready)[ready.first.submission.pk]

    assert (row.leaves, row.final, row.surveys, row.surveyed) == (9, 9, 1, 1)
    assert row.complete
    assert row.ready
    # Claimed are seven leaves; the appraiser's own leaf and the survey are final only.
    own = ready.first.submission.scores.filter(self_points__isnull=False)
    assert row.whole.claimed.points == sum(leaf.self_points for leaf in own)
    assert row.whole.kept == row.whole.claimed
    assert row.whole.size == 0
    total = sum(leaf.final_points for leaf in ready.first.submission.scores.all())
    assert row.whole.final.points == total
    assert row.concluded.actor == ready.chair


def test_open_matters_are_counted_and_hold_back_the_tick(ready: Year) -> None:
    submission = ready.first.submission
    appeal = Appeal(
        submission=submission, kind="appeal", text="Xem lại", round=1, filed_by=ready.first.head,
        filed_at=ready.at, due_at=ready.at,
    )  # fmt: skip
    appeal.save()
    Adjustment.objects.create(
        submission=submission, kind="bonus", points=D(1), reason="x", proposed_by=ready.secretary
    )

    row = rows(ready)[submission.pk]

    assert (row.filed, row.upheld, row.proposed) == (1, 0, 1)
    assert not row.complete
    assert not row.ready
    appeal.state, appeal.answer = AppealState.PARTLY, "Đúng một phần"
    appeal.answered_by, appeal.answered_at = ready.leader, ready.at
    appeal.save()
    row = rows(ready)[submission.pk]
    assert (row.filed, row.upheld) == (0, 1)


@pytest.mark.parametrize("state", [AppealState.UPHELD, AppealState.PARTLY])
@pytest.mark.parametrize(
    ("kind", "rounds", "counts"),
    [("appeal", 0, True), ("appeal", 1, False), ("complaint", 0, False)],
)
def test_appeal_found_right_holds_back_the_tick_as_it_does_the_approval(
    ready: Year, state: str, kind: str, rounds: int, counts: bool
) -> None:
    submission = ready.first.submission
    appeal = Appeal.objects.create(
        submission=submission, kind=kind, text="Xem lại", round=submission.round, state=state,
        filed_by=ready.first.head, filed_at=ready.at, due_at=ready.at, answer="Đúng",
        answered_by=ready.leader, answered_at=ready.at,
    )  # fmt: skip
    appeal.leaves.set([ready.first.score("1.1")])
    Submission.objects.filter(pk=submission.pk).update(round=submission.round + rounds)

    row = rows(ready)[submission.pk]

    assert (row.upheld, row.complete, row.ready) == (int(counts), not counts, not counts)
    submission.refresh_from_db()
    act = Act(by=ready.leader, at=ready.at)
    assert bool(approve_problems(submission, act)) is counts


def test_accepted_bonus_is_shown_up_to_the_cap(db: None) -> None:
    year = make_judged_year(heading={"bonus_cap": D("1.5")})
    make_concluded(year, year.first)
    for points in (D(1), D(2)):
        Adjustment.objects.create(
            submission=year.first.submission, kind="bonus", points=points, reason="x",
            state="accepted", proposed_by=year.secretary, decided_by_user=year.chair,
        )  # fmt: skip

    row = rows(year)[year.first.submission.pk]

    assert (row.bonus, row.penalty) == (D("1.5"), D(0))


def test_missing_survey_points_hold_back_the_tick(year: Year) -> None:
    appraise_all(year, year.first)
    conclude(year, year.first)

    row = rows(year)[year.first.submission.pk]

    assert (row.surveys, row.surveys_missing, row.complete) == (1, 1, False)


def test_points_given_in_conflict_are_told_as_the_approval_refuses_them(ready: Year) -> None:
    given = ready.first.score("1.1").appraisals.get()
    given.flagged_conflict = True
    given.save()

    row = rows(ready)[ready.first.submission.pk]

    assert (row.flagged, row.ready) == (1, False)


def test_leaf_left_out_is_named_and_moves_both_sides(ready: Year) -> None:
    leaf = ready.first.score("1.3")
    leaf.final_applicable, leaf.final_points = False, D(0)
    leaf.save()

    row = rows(ready)[ready.first.submission.pk]

    assert row.left_out == ["1.3"]
    assert row.whole.kept.applicable == row.whole.claimed.applicable - leaf.criterion.max_points


def test_reader_who_gave_points_is_told_that_another_approves(ready: Year) -> None:
    decision = CouncilDecision(
        score=ready.first.score("1.1"), meeting=ready.council.meetings.get(), points=D(1),
        reason="x", decided_by_user=ready.leader, at=ready.at,
    )  # fmt: skip
    decision.save()

    found = rows(ready)

    assert found[ready.first.submission.pk].involved
    assert not found[ready.first.submission.pk].ready
    assert found[ready.second.submission.pk].ready


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("conflicted", [False, True])
def test_acts_agree_with_the_permission_asked_one_by_one(
    ready: Year, role: str, conflicted: bool
) -> None:
    if conflicted:
        employ(ready.leader, ready.first)
    user = getattr(ready, role)

    for row in rows(ready, user).values():
        expected = permissions.acts_for(
            user, row.submission, PortalRole.HOME_AFFAIRS_LEADER, ready.at
        )
        assert row.acts is bool(expected)


def test_gap_far_from_the_group_is_told() -> None:
    near = {1: D("-1.0"), 2: D("-1.5"), 3: D("-2.0"), 4: D("-1.2"), 5: None}

    assert gaps.far(near) == set()
    assert gaps.far(near | {6: D("-9")}) == {6}
    assert gaps.far({1: D(0), 2: D(0), 3: D("0.99")}) == set()
    assert gaps.far({1: D(0), 2: D(0), 3: D(1)}) == {3}
    assert gaps.far({1: D(0), 2: D(50)}) == set()


def test_field_where_most_lose_nothing_makes_nobody_far_by_one_leaf() -> None:
    sizes = dict.fromkeys(range(20), D(0)) | {20: D("-1.2"), 21: D("-4.99"), 22: D(-5)}

    assert gaps.far(sizes, gaps.FAR_LEAST_IN_FIELD) == {22}
    assert gaps.far(sizes) == {20, 21, 22}


def test_units_far_off_in_one_field_are_named_apart_with_its_code(
    ready: Year, enter: Enter
) -> None:
    fields = list(ready.cycle_scheme.scheme.criteria.fields().order_by("position"))
    found = approvals.overview(ready.cycle_scheme, ready.leader, ready.at)
    first, second = found.rows[:2]
    first.far_in_all, first.far = True, {fields[0].pk}
    second.far = {fields[1].pk}

    assert found.outlying == [first]
    assert found.outlying_in_fields == [(second, [fields[1].code])]


def test_median_of_an_even_number_is_the_mean_of_the_middle() -> None:
    assert gaps.median([D(4), D(1), D(3), D(2)]) == D("2.5")
    assert gaps.median([]) is None


def test_gap_is_in_percentage_points_of_what_applies() -> None:
    gap = gaps.Gap(gaps.Sum(D(8), D(10)), gaps.Sum(D(5), D(8)), gaps.Sum(), ready=True)

    assert gap.size == D("-17.5000")
    assert gaps.Gap(gaps.Sum(), gaps.Sum(D(5), D(8)), ready=True).size is None


def test_queries_do_not_grow_with_the_dossiers(db: None, enter: Enter) -> None:
    counts, years = [], []
    for number, units in enumerate((1, 3)):
        years.append(make_judged_year(year=2041 + number, units=units, codes=["1.1", "2.4"]))
        for dossier in years[-1].dossiers:
            make_concluded(years[-1], dossier)
            reach(years[-1], "council")
    for year in years:
        client = enter(year.leader)
        client.get(page(year))
        with CaptureQueriesContext(connection) as queries:
            found = client.get(page(year)).context["overview"]
        assert len(found.rows) == len(year.dossiers)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# Approving many


def test_password_is_asked_before_the_confirm_page_and_the_ticks_survive(
    ready: Year, enter: Enter
) -> None:
    client = enter(ready.leader)
    address = f"{page(ready, 'approve_many')}?dossier={ready.first.submission.pk}"

    asked = client.get(address)
    assert asked.url.startswith(reverse("account_reauthenticate"))
    back = client.post(asked.url, {"password": PASSWORD})

    assert back.url == address
    assert client.get(address).context["free"] == [ready.first.submission]
    assert client.post(page(ready, "approve_many"), {}).status_code == 302


def test_post_without_the_password_approves_nothing(ready: Year, enter: Enter) -> None:
    ids = [dossier.submission.pk for dossier in ready.dossiers]

    answer = enter(ready.leader).post(page(ready, "approve_many"), {"dossier": ids})

    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert not Approval.objects.exists()


def test_confirm_page_parts_what_can_be_approved_from_what_cannot(
    ready: Year, enter: Enter
) -> None:
    ready.second.submission.scores.filter(criterion__code="2.4").update(final_points=None)
    client = known(enter(ready.leader))
    ids = [dossier.submission.pk for dossier in ready.dossiers]

    answer = client.get(page(ready, "approve_many"), {"dossier": ids})

    assert answer.context["free"] == [ready.first.submission]
    ((held, problems),) = answer.context["held"]
    assert held == ready.second.submission
    assert [str(problem) for problem in problems] == [
        "These survey leaves need results or a decision: 2.4."
    ]


def test_each_is_approved_by_itself_and_refusals_are_told(ready: Year, enter: Enter) -> None:
    ready.second.submission.scores.filter(criterion__code="2.4").update(final_points=None)
    client = known(enter(ready.leader))
    ids = [dossier.submission.pk for dossier in ready.dossiers]

    answer = client.post(
        page(ready, "approve_many"), {"dossier": ids, "note": "Đồng ý"}, follow=True
    )

    told = [str(message) for message in answer.context["messages"]]
    assert told[0] == f"1 dossier is approved: {ready.first.unit.name}."
    assert told[1].startswith(f"Not approved: {ready.second.unit.name}.")
    approval = Approval.objects.get()
    assert (approval.submission, approval.by, approval.note) == (
        ready.first.submission, ready.leader, "Đồng ý",
    )  # fmt: skip
    assert Event.objects.filter(action="approve", refused=False).count() == 1


def test_four_eyes_hold_dossier_by_dossier(ready: Year, enter: Enter) -> None:
    CouncilDecision.objects.create(
        score=ready.first.score("1.1"), meeting=ready.council.meetings.get(), points=D(1),
        reason="x", decided_by_user=ready.leader, at=ready.at,
    )  # fmt: skip
    ids = [dossier.submission.pk for dossier in ready.dossiers]

    known(enter(ready.leader)).post(page(ready, "approve_many"), {"dossier": ids})

    assert [row.submission for row in Approval.objects.all()] == [ready.second.submission]


@pytest.mark.parametrize("sent", [["abc"], ["-1"], ["9" * 40], ["9" * 4400], ["²"], []])
def test_names_that_are_none_approve_nothing(ready: Year, enter: Enter, sent: list[str]) -> None:
    client = known(enter(ready.leader))

    for answer in (
        client.get(page(ready, "approve_many"), {"dossier": sent}),
        client.post(page(ready, "approve_many"), {"dossier": sent}),
    ):
        assert answer.status_code == 302
        assert answer.url == page(ready)
    assert not Approval.objects.exists()


def test_auditor_and_idle_approver_tick_nothing(ready: Year, enter: Enter) -> None:
    for user in (ready.auditor, ready.approver):
        client = known(enter(user))
        assert not any(row.ready for row in client.get(page(ready)).context["overview"].rows)
        data = {"dossier": ready.first.submission.pk}
        assert client.post(page(ready, "approve_many"), data).status_code == 302
    assert not Approval.objects.exists()


def test_city_approver_approves_what_the_leader_may_not(ready: Year, enter: Enter) -> None:
    DeclaredConflict.objects.all().delete()
    employ(ready.leader, ready.first)
    ids = [dossier.submission.pk for dossier in ready.dossiers]

    known(enter(ready.leader)).post(page(ready, "approve_many"), {"dossier": ids})
    known(enter(ready.approver)).post(page(ready, "approve_many"), {"dossier": ids})

    found = {row.submission_id: row.by for row in Approval.objects.select_related("by")}
    assert found == {
        ready.first.submission.pk: ready.approver, ready.second.submission.pk: ready.leader,
    }  # fmt: skip


def test_dossier_of_another_group_is_not_approved_here(ready: Year, enter: Enter) -> None:
    other = make_judged_year(year=2033)
    data = {"dossier": ready.first.submission.pk}

    known(enter(ready.leader)).post(page(other, "approve_many"), data)

    assert not Approval.objects.exists()
