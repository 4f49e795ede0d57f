"""Agreeing with the units on many leaves at once: each leaf for itself, all in few statements."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.choices import Stage
from assessments.models import Appraisal, CriterionScore, Event, ScoreHistory
from assessments.queries import appraisal
from assessments.workflow import agreements, appraisals, questions
from assessments.workflow.sets import AgreeOutcome, agree
from tests.appraisals.judging import ask_about, attach_in_answer
from tests.factories.council import CLAIMED, appraise, make_judged_year, make_member
from tests.factories.cycles import D, Year
from units.models import User


def agree_on(
    year: Year, *leaves: CriterionScore, by: User | None = None, **given: object
) -> AgreeOutcome:
    values: dict = {
        "scores": [row.pk for row in leaves], "by": by or year.member, "at": year.at,
        "versions": {row.pk: row.version for row in leaves},
    } | given  # fmt: skip
    return agree(**values)


def both(year: Year, code: str) -> list[CriterionScore]:
    return [dossier.score(code) for dossier in year.dossiers]


def test_agreeing_equals_appraising_leaf_by_leaf(db: None) -> None:
    year = make_judged_year()
    codes = list(CLAIMED)
    for code in codes:
        appraise(year, year.first, code)
    done = agree_on(year, *(year.second.score(code) for code in codes))
    assert (len(done.done), done.refused) == (len(codes), {})
    given = ["score__criterion__code", "member", "round", "points", "applicable", "reason",
             "responsible", "seen_version", "trace", "at"]  # fmt: skip
    kept = ["appraised_points", "appraised_applicable", "appraised_round", "version"]
    one, two = (
        (
            list(Appraisal.objects.filter(score__submission=dossier.submission)
                 .order_by("score__criterion__position").values(*given)),
            list(dossier.submission.scores.order_by("criterion__position").values(*kept)),
            list(ScoreHistory.objects.filter(score__submission=dossier.submission)
                 .order_by("score__criterion__position")
                 .values("version", "action", "by", "at", "values")),
            sorted(
                (event.data["code"], event.action, event.data["points"])
                for event in Event.objects.filter(unit_id_at=dossier.unit.pk)
            ),
        )
        for dossier in year.dossiers
    )  # fmt: skip
    assert one == two


def test_one_leaf_in_the_way_stops_no_other(year: Year) -> None:
    first, second = both(year, "1.1")
    ask_about(year, "1.1")
    outcome = agree_on(year, first, second)
    assert outcome.done == [second.pk]
    assert list(outcome.refused) == [first.pk]
    assert "question" in outcome.refused[first.pk]
    assert year.second.score("1.1").appraised_points == D(2)
    assert year.first.score("1.1").appraised_points is None
    refused = Event.objects.get(refused=True)
    assert (refused.action, refused.object_id) == ("appraise", str(first.pk))


def test_changed_and_unpreviewed_leaves_are_told(year: Year) -> None:
    first, second = both(year, "1.1")
    outcome = agree_on(year, first, second, versions={first.pk: first.version + 1})
    assert outcome.done == []
    assert set(outcome.refused) == {first.pk, second.pk}
    assert not Event.objects.exists()


@pytest.mark.parametrize(("code", "word"), [("2.3", "claims no points"), ("2.4", "survey")])
def test_leaf_that_the_unit_does_not_score_is_told(year: Year, code: str, word: str) -> None:
    row = year.first.score(code)
    assert word in agree_on(year, row).refused[row.pk]


def test_leaf_without_points_of_the_unit_is_told(year: Year) -> None:
    row = year.first.score("1.1")
    CriterionScore.objects.filter(pk=row.pk).update(self_points=None)
    assert "claims no points" in agree_on(year, row).refused[row.pk]


def test_leaf_judged_in_the_round_by_anybody_is_told(year: Year) -> None:
    appraise(year, year.first, "1.1", by=make_member(year))
    row = year.first.score("1.1")
    assert "already" in agree_on(year, row).refused[row.pk]
    assert Appraisal.objects.count() == 1


def answered(year: Year) -> None:
    question = ask_about(year, "1.1")
    later = year.at + dt.timedelta(minutes=1)
    questions.answer(explanation=question, by=year.first.focal, at=later, answer="Số 12")


def changed(year: Year) -> None:
    attach_in_answer(year, year.first, "1.1", "a", year.at)
    open_one = year.first.score("1.1").explanations.get(closed_at=None)
    questions.withdraw_question(explanation=open_one, by=year.member, at=year.at)


def flagged(year: Year) -> None:
    seat = year.council.members.get(user=year.member)
    seat.conflicts.create(unit=year.first.unit, reason="Người thân", since=year.at.date())
    appraisals.flag_conflicts(year.cycle, year.at)


@pytest.mark.parametrize("calls_back", [answered, changed, flagged])
def test_leaf_that_waits_again_is_agreed_to(year: Year, calls_back: Callable[[Year], None]) -> None:
    appraise(year, year.first, "1.1", points="1", reason="Thiếu")
    calls_back(year)
    row, by, at = year.first.score("1.1"), year.member, year.at + dt.timedelta(minutes=2)
    if calls_back is flagged:
        by = make_member(year)
    assert appraisal.waiting_for(by, at).filter(pk=row.pk).exists()

    assert agree_on(year, row, by=by, at=at).done == [row.pk]

    counted = Appraisal.objects.filter(score=row, flagged_conflict=False)
    assert [(each.points, each.responsible) for each in counted] == [(D(2), True)]
    assert year.first.score("1.1").appraised_points == D(2)
    assert not appraisal.untouched(CriterionScore.objects.filter(pk=row.pk)).exists()


def test_points_of_who_no_longer_appraises_become_an_opinion(year: Year) -> None:
    gone, row = make_member(year), year.first.score("1.1")
    appraise(year, year.first, "1.1", by=gone, points="1", reason="Thiếu")
    answered(year)
    year.council.members.get(user=gone).assignments.all().delete()

    assert agree_on(year, row, versions={row.pk: year.first.score("1.1").version}).done == [row.pk]

    given = dict(Appraisal.objects.values_list("member__user", "responsible"))
    assert given == {gone.pk: False, year.member.pk: True}


def test_foreign_conflicted_and_missing_leaves_read_alike(year: Year) -> None:
    mine, own = both(year, "1.1")
    stranger, colleague = make_member(year, assigned=False), make_member(year, year.second.unit)
    said = {
        agree_on(year, mine, by=stranger).refused[mine.pk],
        agree_on(year, own, by=colleague).refused[own.pk],
        agree_on(year, scores=[10**9], versions={10**9: 0}).refused[10**9],
    }
    assert len(said) == 1
    assert not Appraisal.objects.exists()
    assert agree_on(year, mine, by=colleague).done == [mine.pk]


def test_state_and_window_are_told_leaf_by_leaf(year: Year) -> None:
    first, second = both(year, "1.1")
    year.first.submission.state = "approved"
    year.first.submission.save()
    outcome = agree_on(year, first, second)
    assert (outcome.done, list(outcome.refused)) == ([second.pk], [first.pk])
    row = year.second.score("1.2")
    late = agree_on(year, row, at=year.milestone(Stage.COUNCIL).closes_at)
    assert "open from" in late.refused[row.pk]


def test_agreeing_blindly_is_refused(year: Year) -> None:
    year.council.claims_shown = False
    year.council.save()
    row = year.first.score("1.1")
    assert "not shown" in agree_on(year, row).refused[row.pk]
    assert not Appraisal.objects.exists()


def test_agreeing_takes_an_abstention_back(year: Year) -> None:
    row = year.first.score("1.1")
    appraisals.abstain(score=row, by=year.member, at=year.at, reason="Bận")
    assert agree_on(year, row).done == [row.pk]
    assert not row.abstentions.exists()
    assert Event.objects.latest("pk").data["abstention"] == "taken back"


def test_statements_do_not_grow_with_the_leaves(
    year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spent(*codes: str) -> int:
        leaves = [row for code in codes for row in both(year, code)]
        with CaptureQueriesContext(connection) as run:
            assert len(agree_on(year, *leaves).done) == len(leaves)
        return len(run)

    one, many = spent("1.1"), spent("1.2", "1.3", "1.4", "1.5")
    assert one == many <= 12
    monkeypatch.setattr(agreements, "CHUNK", 1)
    assert spent("2.1", "2.2") > many
