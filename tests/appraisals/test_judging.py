"""The statement under a judgement: how few it takes, and that it agrees with the permissions."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import permissions
from assessments.choices import CouncilRole, CycleState, Stage
from assessments.models import (
    Assignment,
    CouncilMember,
    Evidence,
    Extension,
    Milestone,
    Receipt,
    ScoreHistory,
    Submission,
)  # fmt: skip
from assessments.queries import appraisal, judged
from assessments.workflow import appraisals, judging, windows
from tests.appraisals.judging import attach_in_answer, loaded
from tests.factories.council import appraise, make_member
from tests.factories.cycles import D, Year
from units.models import Membership, SigningAuthorisation, UnitHead

EVER = dt.date(2020, 1, 1)


def spent(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as run:
        act()
    return len(run)


def test_judgement_takes_at_most_eight_statements(year: Year) -> None:
    """Marks of the transaction, lock, standing, points, leaf, history and event."""
    others = make_member(year)
    for by, points, reason in (
        (year.member, "2", ""), (year.member, "1", "Xem lại"), (others, "0.5", "Thiếu"),
    ):  # fmt: skip
        row = loaded(year.first.score("1.1"))
        act = {"score": row, "by": by, "at": year.at, "version": row.version}
        assert (
            spent(lambda act=act, p=points, r=reason: appraisals.appraise(
                **act, points=p, reason=r
            )) <= 8
        )  # fmt: skip
    assert year.first.score("1.1").appraised_points == D(1)


def standing_of(year: Year) -> judging.Standing:
    row = loaded(year.first.score("1.1"))
    return judging.standings([row], year.cycle, year.member, year.at)[row.pk]


def membership(year: Year) -> None:
    Membership.objects.create(user=year.member, unit=year.first.unit, since=EVER)


def ended_membership(year: Year) -> None:
    Membership.objects.create(
        user=year.member, unit=year.first.unit, since=EVER, until=year.cycle.first_day
    )


def headship(year: Year) -> None:
    UnitHead.objects.filter(unit=year.first.unit).delete()
    UnitHead.objects.create(user=year.member, unit=year.first.unit, since=EVER)


def authorisation(year: Year) -> None:
    SigningAuthorisation.objects.create(
        user=year.member, unit=year.first.unit, since=EVER, decision_number="1",
        decision_date=EVER, decision_signer="A",
    )  # fmt: skip


def seat_of_unit(year: Year) -> None:
    CouncilMember.objects.filter(user=year.member).update(unit=year.first.unit)


def declared(year: Year) -> None:
    seat = year.council.members.get(user=year.member)
    seat.conflicts.create(unit=year.first.unit, reason="Người thân", since=EVER)


def signed(year: Year) -> None:
    Receipt.objects.create(
        submission=year.first.submission, sequence=1, number="1", content="{}", sha256="0" * 64,
        signed_by=year.member, signed_as="Giám đốc", signed_at=year.at,
    )  # fmt: skip


def acted(year: Year) -> None:
    ScoreHistory.objects.create(
        score=year.first.score("1.2"), version=1, at=year.at, by=year.member, action="unit.save",
        values={},
    )  # fmt: skip


def predecessor(year: Year) -> None:
    Membership.objects.create(user=year.member, unit=year.second.unit, since=EVER)
    year.second.unit.successions.create(
        successor=year.first.unit, kind="merged", effective_on=dt.date(2030, 1, 1)
    )


def successor(year: Year) -> None:
    Membership.objects.create(user=year.member, unit=year.second.unit, since=EVER)
    year.first.unit.successions.create(
        successor=year.second.unit, kind="merged", effective_on=dt.date(2030, 1, 1)
    )


def left_long_ago(year: Year) -> None:
    Membership.objects.create(
        user=year.member, unit=year.first.unit, since=EVER,
        until=year.cycle.first_day - dt.timedelta(days=1),
    )  # fmt: skip


def of_another_unit(year: Year) -> None:
    Membership.objects.create(user=year.member, unit=year.second.unit, since=EVER)


def council_act(year: Year) -> None:
    ScoreHistory.objects.create(
        score=year.first.score("1.2"), version=1, at=year.at, by=year.member,
        action="council.appraise", values={},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ground", "expected"),
    [
        (membership, True), (ended_membership, True), (headship, True), (authorisation, True),
        (seat_of_unit, True), (declared, True), (signed, True), (acted, True),
        (predecessor, True), (successor, True), (left_long_ago, False), (of_another_unit, False),
        (council_act, False),
    ],
)  # fmt: skip
def test_conflict_of_the_statement_is_that_of_the_lists(
    year: Year, ground: Callable[[Year], None], expected: bool
) -> None:
    assert standing_of(year).conflicted is False
    ground(year)
    assert standing_of(year).conflicted is expected
    assert permissions.is_conflicted(year.member, year.first.submission, year.at) is expected
    readable = permissions.readable_submissions(year.member, year.at)
    assert readable.filter(pk=year.first.submission.pk).exists() is not expected


def substitute(year: Year) -> None:
    Assignment.objects.update(unit=year.second.unit)


def narrowed(year: Year) -> None:
    Assignment.objects.update(unit=year.first.unit)


def ended(year: Year) -> None:
    Assignment.objects.update(until=year.at.date() - dt.timedelta(days=2))


def later(year: Year) -> None:
    Assignment.objects.update(since=year.at.date() + dt.timedelta(days=2))


def seat_ended(year: Year) -> None:
    CouncilMember.objects.filter(user=year.member).update(
        until=year.at.date() - dt.timedelta(days=2)
    )


def dissolved(year: Year) -> None:
    year.council.dissolved_on = year.at.date() - dt.timedelta(days=2)
    year.council.save()


def other_field(year: Year) -> None:
    Assignment.objects.filter(field__code="1").delete()


def second_seat(year: Year) -> None:
    seat = CouncilMember.objects.create(
        council=year.council, user=year.member, role=CouncilRole.CHAIR, since=EVER
    )
    Assignment.objects.create(member=seat, field=year.criterion("1"), since=EVER)


@pytest.mark.parametrize(
    "change",
    [substitute, narrowed, ended, later, seat_ended, dissolved, other_field, second_seat],
)
def test_seat_of_the_statement_is_that_of_the_permissions(
    year: Year, change: Callable[[Year], None]
) -> None:
    change(year)
    row = year.first.score("1.1")
    seats = permissions.assigned_fields(year.member, row.submission, year.at)
    seat = seats.get(row.criterion.field_id)
    assert standing_of(year).seat_id == (seat.pk if seat else None)


def window(year: Year) -> bool:
    submission = Submission.objects.select_related("cycle").get(pk=year.first.submission.pk)
    return not windows.outside(submission, windows.COUNCIL_STAGES, year.at)


@pytest.mark.parametrize("extended", ["", "everybody", "first", "second"])
@pytest.mark.parametrize("closed", [False, True])
def test_window_of_the_statement_is_that_of_the_clock(
    year: Year, extended: str, closed: bool
) -> None:
    if closed:
        Milestone.objects.filter(closes_at__gt=year.at, opens_at__lte=year.at).update(
            closes_at=year.at
        )
    if extended:
        unit = {"first": year.first.unit, "second": year.second.unit}.get(extended)
        Extension.objects.create(
            cycle=year.cycle, stage=Stage.COUNCIL, unit=unit, reason="Bão",
            until=year.at + dt.timedelta(days=1),
        )  # fmt: skip
    assert standing_of(year).in_time is window(year)


def test_corrections_and_published_years_have_no_window(year: Year) -> None:
    Milestone.objects.update(
        opens_at=year.at - dt.timedelta(days=9), closes_at=year.at - dt.timedelta(days=8)
    )
    assert standing_of(year).in_time is window(year) is False
    Submission.objects.update(state="correcting")
    assert standing_of(year).in_time is window(year) is True
    Submission.objects.update(state="appraising")
    year.cycle.state = CycleState.PUBLISHED
    year.cycle.save()
    assert standing_of(year).in_time is window(year) is True


def test_conflict_of_who_was_responsible_hands_over(year: Year) -> None:
    appraise(year, year.first, "1.1")
    second = make_member(year)
    row = loaded(year.first.score("1.1"))
    assert judging.standings([row], year.cycle, second, year.at)[row.pk].counts is False
    declared(year)
    assert judging.standings([row], year.cycle, second, year.at)[row.pk].counts is True


# What the unit changed since, and what was judged -----------------------------------------------
def changed(year: Year) -> bool:
    leaves = appraisal.assigned_leaves(year.member, year.at).filter(
        appraisal.changed_since(year.member)
    )
    return leaves.filter(pk=year.first.score("1.1").pk).exists()


def test_evidence_added_after_the_points_is_told_until_they_are_given_again(year: Year) -> None:
    appraise(year, year.first, "1.1")
    appraise(year, year.first, "1.1", points="1", reason="Xem lại")
    assert not changed(year)
    later_on = year.at + dt.timedelta(minutes=5)
    attach_in_answer(year, year.first, "1.1", "a", later_on)
    assert changed(year)
    year.first.score("1.1").explanations.update(closed_at=later_on)
    appraise(year, year.first, "1.1")
    assert not changed(year)


def test_acts_of_the_council_are_no_change_of_the_unit(year: Year) -> None:
    appraise(year, year.first, "1.1")
    appraise(year, year.first, "1.1", by=make_member(year), points="1", reason="Khác")
    assert year.first.score("1.1").version == 2
    assert not changed(year)


def test_late_evidence_is_what_came_after_the_submission(year: Year) -> None:
    row = year.first.score("1.1")
    item = attach_in_answer(year, year.first, "1.1", "a", year.at)
    leaves = type(row).objects.filter(pk=row.pk)
    for moment, expected in ((-1, True), (1, False)):
        Submission.objects.update(submitted_at=year.at + dt.timedelta(minutes=moment))
        assert leaves.filter(appraisal.late_evidence()).exists() is expected
    Submission.objects.update(submitted_at=year.at - dt.timedelta(minutes=1))
    Evidence.objects.filter(pk=item.pk).update(removed_at=year.at)
    assert not leaves.filter(appraisal.late_evidence()).exists()


def test_files_judged_stay_what_they_were(year: Year) -> None:
    first = attach_in_answer(year, year.first, "1.1", "a", year.at)
    year.first.score("1.1").explanations.update(closed_at=year.at)
    before = appraise(year, year.first, "1.1")
    attach_in_answer(year, year.first, "1.1", "b", year.at + dt.timedelta(minutes=1))
    Evidence.objects.filter(pk=first.pk).update(removed_at=year.at + dt.timedelta(minutes=1))
    year.first.score("1.1").explanations.update(closed_at=year.at)
    bare = appraise(year, year.first, "1.2")
    after = appraise(year, year.first, "1.1", by=make_member(year), points="1", reason="Khác")
    found = judged.revisions_of([before, bare, after])
    letters = {pk: [row.sha256[0] for row in rows] for pk, rows in found.items()}
    assert letters[before.pk] == ["a"]
    assert letters[bare.pk] == []
    assert "b" in letters[after.pk]


def test_files_judged_take_two_queries_however_many(year: Year) -> None:
    given = []
    for code, letter in (("1.1", "a"), ("1.2", "b"), ("1.3", "c")):
        attach_in_answer(year, year.first, code, letter, year.at)
        year.first.score(code).explanations.update(closed_at=year.at)
        given.append(appraise(year, year.first, code))
    assert spent(lambda: judged.revisions_of(given[:1])) == 2
    assert spent(lambda: judged.revisions_of(given)) == 2
