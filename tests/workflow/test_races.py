"""Many people at once on real connections: nothing is lost, the slower is told (design 6)."""

from collections.abc import Callable
from typing import Any

import pytest

from assessments.errors import Stale, WrongState
from assessments.models import Event, Receipt, ScoreHistory, Submission
from assessments.workflow import submissions
from assessments.workflow.machine import perform
from assessments.workflow.scores import save_leaf
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
