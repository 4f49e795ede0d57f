"""Many people at once on real connections: nothing is lost, the slower is told (design 6)."""

from collections.abc import Callable
from typing import Any

import pytest

from assessments.errors import GuardFailed, Stale, WrongState
from assessments.models import Approval, Event, Receipt, ScoreHistory, Submission
from assessments.workflow import appraisals, decisions, finals, submissions, surveys
from assessments.workflow.machine import perform
from assessments.workflow.scores import save_leaf
from tests.factories.council import (
    appraise_all,
    conclude,
    make_judged_year,
    make_meeting,
    reach,
    survey,
)
from tests.factories.cycles import D, make_year
from tests.factories.races import refusals
from tests.workspace.filling import fill

pytestmark = pytest.mark.django_db(transaction=True)


def saver(year: Any, code: str, **claim: Any) -> Callable[[], Any]:
    row = year.first.score(code)
    return lambda: save_leaf(
        score=row, by=year.first.focal, at=year.at, version=row.version, **claim
    )


def test_twenty_savers_on_one_dossier_lose_nothing() -> None:
    year = make_year(units=3)
    rows = [
        dossier.score(code)
        for dossier in year.dossiers for code in ("1.1", "1.3", "1.4", "1.5", "2.1", "2.2")
    ]  # fmt: skip
    claims = {
        "1.1": {"met": True},
        "1.3": {"a": D(50), "b": D(47)},
        "1.4": {"a": D(20), "b": D(18)},
    }
    owners = {dossier.submission.pk: dossier.focal for dossier in year.dossiers}
    acts = [
        lambda row=row: save_leaf(
            score=row, by=owners[row.submission_id], at=year.at, version=row.version,
            **claims.get(row.criterion.code, {"count": D(1)}),
        )
        for row in rows
    ] + [saver(year, "1.2", note="một"), saver(year, "1.2", note="hai")]  # fmt: skip
    assert len(acts) == 20

    outcomes = refusals(*acts)

    assert outcomes[:18] == [None] * 18
    assert sorted(outcomes[18:], key=str) == [Stale, None]
    saved = {row.pk: row for row in type(rows[0]).objects.filter(pk__in=[row.pk for row in rows])}
    assert [saved[row.pk].version for row in rows] == [1] * 18
    assert all(row.self_points is not None for row in saved.values())
    assert ScoreHistory.objects.count() == Event.objects.filter(action="save").count() == 19


def test_twenty_on_one_leaf_leave_one_winner_and_nineteen_who_know() -> None:
    year = make_year(units=1)
    acts = [saver(year, "1.1", met=True, note=f"bản {number}") for number in range(20)]

    outcomes = refusals(*acts)

    assert sorted(outcomes, key=str) == [Stale] * 19 + [None]
    assert year.first.score("1.1").note == f"bản {outcomes.index(None)}"
    assert ScoreHistory.objects.count() == 1


def test_save_against_submit_is_either_in_the_receipt_or_refused() -> None:
    year = make_year(units=1)
    fill(year.first, year.at)
    before = year.first.score("1.4").self_points

    def submit() -> Any:
        return perform(
            "submit", year.first.submission, by=year.first.head, at=year.at, statement=True
        )

    saved, signed = refusals(
        saver(year, "1.4", a=D(20), b=D(10), no_evidence_reason="Bảng kê"), submit
    )

    receipt, now = Receipt.objects.get(), year.first.score("1.4").self_points
    assert signed is None
    assert saved in (None, WrongState)
    assert (now == before) is (saved is WrongState)
    assert f'"points":"{now:f}"' in receipt.content.split('"code":"1.4"')[1].split("}")[0]


@pytest.mark.parametrize("twice", [2, 5])
def test_heads_who_sign_at_once_get_one_receipt(twice: int) -> None:
    year = make_year(units=1)
    fill(year.first, year.at)
    acts = [
        lambda: perform(
            "submit", year.first.submission, by=year.first.head, at=year.at, statement=True
        )
    ] * twice

    outcomes = refusals(*acts)

    assert sorted(outcomes, key=str) == [WrongState] * (twice - 1) + [None]
    assert Receipt.objects.count() == 1
    assert Event.objects.filter(action="submit", refused=True).count() == twice - 1


def test_clocks_that_ring_together_lock_once() -> None:
    year = make_year(units=3)
    end = year.milestone().closes_at

    outcomes = refusals(*[lambda: submissions.tick(end)] * 2)

    assert set(outcomes) <= {None, WrongState}
    assert {row.state for row in Submission.objects.all()} == {"locked"}
    assert Event.objects.filter(action="lock", refused=False).count() == 3


def _concluded(*, surveyed: bool = True) -> Any:
    """Return a year whose first dossier is concluded, in the time of the approvals."""
    year = make_judged_year()
    appraise_all(year, year.first)
    if surveyed:
        survey(year, year.first)
    conclude(year, year.first)
    reach(year, "approval")
    return year


def approve(year: Any) -> Callable[[], Any]:
    return lambda: perform("approve", year.first.submission, by=year.leader, at=year.at)


def test_approval_against_sending_back_ends_in_one_state() -> None:
    year = _concluded()

    def send_back() -> Any:
        return perform(
            "send_back", year.first.submission, by=year.leader, at=year.at, note="Xem lại",
            leaves=["1.1"],
        )  # fmt: skip

    outcomes = refusals(approve(year), send_back)

    assert sorted(outcomes, key=str) == [WrongState, None]
    approved = outcomes[0] is None
    assert Submission.objects.get(pk=year.first.submission.pk).state == (
        "approved" if approved else "appraising"
    )
    assert Approval.objects.filter(revoked_at=None).count() == int(approved)


def test_approval_while_a_survey_leaf_is_decided_holds_the_final_points_or_is_refused() -> None:
    year = _concluded(surveyed=False)
    leaf = year.first.score("2.4")

    def decide() -> Any:
        return surveys.decide(
            cycle=year.cycle, unit=year.first.unit, criterion=leaf.criterion, by=year.chair,
            at=year.at, decision="zero", reason="Không có phiếu",
        )  # fmt: skip

    approved, decided = refusals(approve(year), decide)

    assert decided is None
    assert approved in (None, GuardFailed)
    if approved is None:
        digest = Approval.objects.get().digest
        assert digest == finals.digest_of(year.first.submission)
    assert year.first.score("2.4").final_points == 0


def test_approval_while_a_leaf_is_judged_changes_no_approved_point() -> None:
    year = _concluded()
    row = year.first.score("1.1")

    def judge() -> Any:
        return appraisals.appraise(
            score=row, by=year.member, at=year.at, version=row.version, points="1", reason="Muộn"
        )

    approved, judged = refusals(approve(year), judge)

    assert (approved, judged) == (None, WrongState)
    assert Approval.objects.get().digest == finals.digest_of(year.first.submission)
    assert year.first.score("1.1").final_points == row.final_points


def test_approval_while_the_unit_saves_changes_no_approved_point() -> None:
    year = _concluded()

    approved, saved = refusals(approve(year), saver(year, "1.1", met=False))

    assert approved is None
    assert saved is WrongState
    assert Approval.objects.get().digest == finals.digest_of(year.first.submission)


def test_conclusion_while_a_leaf_is_decided_takes_the_decision_or_refuses_it() -> None:
    year = make_judged_year()
    appraise_all(year, year.first)
    survey(year, year.first)
    meeting = make_meeting(year)

    def decide() -> Any:
        return decisions.decide_leaf(
            score=year.first.score("1.4"), by=year.chair, at=year.at, meeting=meeting,
            points=D(1), reason="Biểu quyết", votes_for=5, votes_against=0, dissent="",
        )  # fmt: skip

    def end() -> Any:
        return perform(
            "conclude", year.first.submission, by=year.chair, at=year.at, meeting=meeting
        )

    decided, concluded = refusals(decide, end)

    assert concluded is None
    assert decided in (None, WrongState)
    assert year.first.score("1.4").final_points == (D(1) if decided is None else D(2))
