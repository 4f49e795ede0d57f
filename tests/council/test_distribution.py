"""Who appraises what: the matrix, single dossiers, substitutes, declared conflicts, a proposal."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from assessments import permissions
from assessments.choices import CouncilRole
from assessments.errors import BadInput, NotPermitted, Stale, WrongState
from assessments.models import Appraisal, Assignment, CouncilMember, Event, Submission
from assessments.queries import distribution as reads
from assessments.workflow import declarations, distribution, substitutes
from tests.factories.council import appraise, make_judged_year, make_member
from tests.factories.cycles import Year, make_user
from units.models import Membership, User

DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


def today() -> dt.date:
    return timezone.localdate()


def seat_of(year: Year, user: User) -> CouncilMember:
    return year.council.members.get(user=user)


def ticks(year: Year) -> set[distribution.Cell]:
    return distribution.cells(distribution.standing(year.council, today()))


def distribute(year: Year, wanted: set[distribution.Cell], **given: Any) -> distribution.Plan:
    values = {"council": year.council, "by": year.secretary, "at": year.at} | given
    return distribution.distribute(wanted=wanted, **values)


def substitute(year: Year, to: User, first: int, last: int, **given: Any) -> list[Assignment]:
    """Let `to` stand in for the member from `first` to `last` days from today."""
    values = {
        "member": seat_of(year, year.member), "to": seat_of(year, to),
        "since": today() + first * DAY, "until": today() + last * DAY, "by": year.secretary,
        "at": year.at,
    } | given  # fmt: skip
    return substitutes.substitute(**values)


def matrix(year: Year, by: User | None = None) -> reads.Distribution:
    reader = by or year.secretary
    dossiers = permissions.listed_submissions(reader, year.at).filter(cycle=year.cycle)
    return reads.read(year.council, dossiers, year.at, reader=reader)


# The matrix -----------------------------------------------------------------------------------


def test_tick_begins_today_and_is_told(year: Year) -> None:
    seat = seat_of(year, make_member(year, assigned=False))
    field = year.criterion("1")
    distribute(year, ticks(year) | {(seat.pk, field.pk)})
    row = seat.assignments.get()
    assert (row.since, row.until, row.unit) == (today(), None, None)
    event = Event.objects.get(action="assign", refused=False)
    assert (event.actor, event.object_id, event.cycle) == (year.secretary, str(row.pk), year.cycle)
    assert event.data["field"] == field.pk


def test_tick_taken_away_ends_yesterday_and_keeps_the_past(year: Year) -> None:
    seat = seat_of(year, year.member)
    keep, gone = year.criterion("1"), year.criterion("2")
    before = seat.assignments.get(field=gone)
    plan = distribute(year, {(seat.pk, keep.pk)})
    assert [row.pk for row in plan.ended] == [before.pk]
    row = seat.assignments.get(field=gone)
    assert (row.since, row.until) == (before.since, today() - DAY)
    assert ticks(year) == {(seat.pk, keep.pk)}
    assert Event.objects.get(action="unassign").data["until"] == row.until.isoformat()


def test_tick_of_today_taken_away_leaves_no_row(year: Year) -> None:
    seat = seat_of(year, make_member(year, assigned=False))
    begun = ticks(year)
    distribute(year, begun | {(seat.pk, year.criterion("1").pk)})
    distribute(year, begun)
    assert not seat.assignments.exists()
    assert Event.objects.filter(action="unassign").count() == 1


def test_only_the_secretary_distributes(year: Year) -> None:
    for user in (year.chair, year.member, year.officer, year.leader):
        with pytest.raises(NotPermitted):
            distribute(year, set(), by=user)
    assert ticks(year)
    assert Event.objects.filter(action="assign", refused=True).count() == 4


def test_own_seat_gets_no_field(year: Year) -> None:
    cell = (seat_of(year, year.secretary).pk, year.criterion("1").pk)
    with pytest.raises(BadInput, match="themself"):
        distribute(year, ticks(year) | {cell})


def test_field_of_another_scheme_is_refused(year: Year) -> None:
    other = make_judged_year(year=2032)
    cell = (seat_of(year, year.member).pk, other.criterion("1").pk)
    with pytest.raises(BadInput, match="scheme"):
        distribute(year, ticks(year) | {cell})


def test_seat_of_another_council_is_refused(year: Year) -> None:
    other = make_judged_year(year=2032)
    cell = (seat_of(other, other.member).pk, year.criterion("1").pk)
    with pytest.raises(BadInput, match="seats"):
        distribute(year, ticks(year) | {cell})


def test_member_in_conflict_with_every_dossier_is_refused(year: Year) -> None:
    user = make_member(year, year.first.unit, assigned=False)
    cell = (seat_of(year, user).pk, year.criterion("1").pk)
    distribute(year, ticks(year) | {cell})
    distribute(year, ticks(year) - {cell})
    Membership.objects.create(user=user, unit=year.second.unit, since=dt.date(2020, 1, 1))
    with pytest.raises(BadInput, match="every dossier"):
        distribute(year, ticks(year) | {cell})


def test_distribution_changed_meanwhile_is_refused(year: Year) -> None:
    seen = ticks(year)
    distribute(year, set())
    with pytest.raises(Stale):
        distribute(year, seen, seen=seen)


def test_closed_cycle_is_distributed_no_more(year: Year) -> None:
    year.cycle.state = "closed"
    year.cycle.save()
    with pytest.raises(WrongState):
        distribute(year, set())


def test_who_follows_answers_for_the_leaf_after_an_assignment_ended(year: Year) -> None:
    appraise(year, year.first, "1.1")
    other = make_member(year)
    field = year.criterion("1")
    seat = seat_of(year, year.member)
    held = Assignment.objects.filter(member=seat, field=field)
    shown = permissions.listed_submissions(year.secretary, year.at)
    assert reads.running_points(held, shown) == {(seat.pk, field.pk): 1}
    distribute(year, ticks(year) - {(seat.pk, field.pk)})
    appraise(year, year.first, "1.1", by=other)
    assert Appraisal.objects.get(responsible=True).member.user == other


# Reading --------------------------------------------------------------------------------------


def test_load_leaves_out_dossiers_in_conflict(year: Year) -> None:
    user = make_member(year, year.first.unit)
    appraise(year, year.second, "1.1", by=user)
    rows = {row.seat.user: row for row in matrix(year).rows}
    assert (rows[year.member].load, rows[year.member].left) == (16, 15)
    assert (rows[user].load, rows[user].done, rows[user].left) == (8, 1, 7)


def test_reader_in_conflict_meets_nothing_of_that_dossier(year: Year) -> None:
    Assignment.objects.all().delete()
    assert {len(column.uncovered) for column in matrix(year).columns} == {2}
    Membership.objects.create(user=year.secretary, unit=year.first.unit, since=dt.date(2020, 1, 1))
    assert {len(column.uncovered) for column in matrix(year).columns} == {1}


def test_dossier_whose_every_appraiser_has_a_conflict_is_a_gap(year: Year) -> None:
    year.council.members.filter(user=year.member).update(unit=year.first.unit)
    gaps = [(column.field.code, dossier.unit) for column, dossier in matrix(year).gaps]
    assert gaps == [("1", year.first.unit), ("2", year.first.unit)]
    # The set-based reading says what the guard of the start says.
    bare = permissions.uncovered_fields(year.first.submission, year.at)
    assert [field.code for field in bare] == ["1", "2"]


def test_matrix_costs_the_same_for_one_member_and_for_five(
    year: Year, django_assert_num_queries: Any
) -> None:
    dossiers = Submission.objects.filter(cycle=year.cycle)

    def cost() -> int:
        with django_assert_num_queries(12, exact=False) as seen:
            reads.read(year.council, dossiers, year.at, reader=year.secretary)
        return len(seen)

    make_member(year, year.first.unit)
    before = cost()
    for _number in range(4):
        make_member(year, year.first.unit)
    assert cost() == before


# Single dossiers ------------------------------------------------------------------------------


def test_single_dossier_goes_to_a_member_without_a_conflict(year: Year) -> None:
    year.council.members.filter(user=year.member).update(unit=year.first.unit)
    seat, field = seat_of(year, make_member(year, assigned=False)), year.criterion("1")
    given = [(seat.pk, field.pk, year.first.unit.pk)]
    rows = distribution.cover(council=year.council, by=year.secretary, at=year.at, given=given)
    assert [(row.member, row.unit, row.stands_in_for) for row in rows] == [
        (seat, year.first.unit, seat_of(year, year.member))
    ]
    assert [column.field.code for column, _dossier in matrix(year).gaps] == ["2"]


def test_single_dossier_is_refused_to_a_member_with_a_conflict(year: Year) -> None:
    seat = seat_of(year, make_member(year, year.first.unit, assigned=False))
    given = [(seat.pk, year.criterion("1").pk, year.first.unit.pk)]
    with pytest.raises(BadInput, match="conflict"):
        distribution.cover(council=year.council, by=year.secretary, at=year.at, given=given)
    assert not seat.assignments.exists()


def test_single_dossiers_cost_the_same_for_one_and_three(
    year: Year, django_assert_max_num_queries: Any
) -> None:
    seats = [seat_of(year, make_member(year, assigned=False)) for _number in range(2)]
    field, units = year.criterion("1").pk, (year.first.unit.pk, year.second.unit.pk)
    asked = [(seat.pk, field, unit) for seat in seats for unit in units]
    costs = []
    for given in (asked[:1], asked[1:]):
        with django_assert_max_num_queries(20) as seen:
            distribution.cover(council=year.council, by=year.secretary, at=year.at, given=given)
        costs.append(len(seen))
    assert costs[0] == costs[1]
    told = Event.objects.filter(action="assign")
    assert {(row.cycle, row.unit_id_at) for row in told} == {(year.cycle, unit) for unit in units}


def test_single_dossier_given_twice_is_refused_and_ends_before_the_next(year: Year) -> None:
    seat, field = seat_of(year, make_member(year, assigned=False)), year.criterion("1")
    Assignment.objects.create(
        member=seat, field=field, unit=year.first.unit, since=today() + 5 * DAY
    )
    given = [(seat.pk, field.pk, year.first.unit.pk)]
    values = {"council": year.council, "by": year.secretary, "at": year.at, "given": given}
    assert [row.until for row in distribution.cover(**values)] == [today() + 4 * DAY]
    with pytest.raises(BadInput, match="already"):
        distribution.cover(**values)


# Substitutes ----------------------------------------------------------------------------------


def test_substitute_appraises_on_these_days_only(year: Year) -> None:
    user = make_member(year, assigned=False)
    rows = substitute(year, user, 0, 2, fields=[year.criterion("1").pk])
    assert [(row.since, row.until) for row in rows] == [(today(), today() + 2 * DAY)]
    assert rows[0].stands_in_for == seat_of(year, year.member)
    assert set(permissions.assigned_fields(user, year.first.submission, year.at)) == {
        year.criterion("1").pk
    }
    mine = set(permissions.assigned_fields(year.member, year.first.submission, year.at))
    assert mine == {year.criterion("2").pk}
    later = year.at + 3 * DAY
    assert permissions.assigned_fields(user, year.first.submission, later) == {}
    assert len(permissions.assigned_fields(year.member, year.first.submission, later)) == 2


def test_substitution_ahead_leaves_today_as_it_is(year: Year) -> None:
    user = make_member(year, assigned=False)
    substitute(year, user, 2, 3)
    mine = seat_of(year, year.member).assignments.filter(field=year.criterion("1"))
    assert [(row.until, row.since) for row in mine.order_by("since")] == [
        (today() + DAY, mine.earliest("since").since), (None, today() + 4 * DAY),
    ]  # fmt: skip
    assert len(permissions.assigned_fields(year.member, year.first.submission, year.at)) == 2
    assert Event.objects.filter(action="substitute").count() == 2


@pytest.mark.parametrize(("first", "last", "field"), [(2, 1, "until"), (-1, 1, "since")])
def test_days_out_of_order_or_over_are_refused(
    year: Year, first: int, last: int, field: str
) -> None:
    user = make_member(year, assigned=False)
    with pytest.raises(BadInput) as refused:
        substitute(year, user, first, last)
    assert refused.value.field == field


def test_substitution_refuses_self_and_the_secretary_herself(year: Year) -> None:
    with pytest.raises(BadInput, match="another member"):
        substitute(year, year.member, 0, 1)
    with pytest.raises(BadInput, match="themself") as refused:
        substitute(year, year.secretary, 0, 1)
    assert refused.value.field == "to"


def test_substitution_outside_the_seat_is_refused(year: Year) -> None:
    user = make_member(year, assigned=False)
    year.council.members.filter(user=user).update(until=today() + DAY)
    with pytest.raises(BadInput, match="hold the seat"):
        substitute(year, user, 0, 2)


def test_substitution_without_end_is_refused_beside_the_last_day(year: Year) -> None:
    user = make_member(year, assigned=False)
    for since in (today(), dt.date.max):
        with pytest.raises(BadInput, match="within a year") as refused:
            substitute(year, user, 0, 0, since=since, until=dt.date.max)
        assert refused.value.field == "until"


def test_substitution_beyond_the_council_is_refused(year: Year) -> None:
    year.council.dissolved_on = today() + 3 * DAY
    year.council.save()
    user = make_member(year, assigned=False)
    with pytest.raises(BadInput, match="dissolved"):
        substitute(year, user, 0, 3)
    assert substitute(year, user, 0, 2)


def test_days_taken_out_are_told_once(year: Year) -> None:
    user, field = make_member(year, assigned=False), year.criterion("1").pk
    substitute(year, user, 0, 2, fields=[field])  # the row goes on before and after
    held = Assignment.objects.get(member=seat_of(year, user))
    substitute(year, make_member(year, assigned=False), 0, 2, fields=[field], member=held.member)
    told = Event.objects.filter(action="unassign").order_by("pk")
    assert [event.object_id for event in told][1:] == [str(held.pk)]
    assert len(told) == 2


def test_substitute_who_has_the_field_already_is_refused(year: Year) -> None:
    with pytest.raises(BadInput, match="already"):
        substitute(year, make_member(year), 0, 2)


def test_substitute_in_conflict_everywhere_is_refused(year: Year) -> None:
    user = make_member(year, year.first.unit, assigned=False)
    Membership.objects.create(user=user, unit=year.second.unit, since=dt.date(2020, 1, 1))
    with pytest.raises(BadInput, match="every dossier"):
        substitute(year, user, 0, 2)
    assert ticks(year)


def test_substitution_of_nothing_is_refused(year: Year) -> None:
    user = make_member(year, assigned=False)
    with pytest.raises(BadInput, match="no assignment"):
        substitute(year, year.member, 0, 1, member=seat_of(year, user))


# Declared conflicts ---------------------------------------------------------------------------


def declare(year: Year, user: User, **given: Any) -> Any:
    values = {
        "seat": seat_of(year, user), "unit": year.first.unit, "by": user, "at": year.at,
        "reason": "Em ruột làm việc ở đó", "since": today(),
    } | given  # fmt: skip
    return declarations.declare_conflict(**values)


def test_member_declares_and_the_points_are_flagged(year: Year) -> None:
    appraise(year, year.first, "1.1")
    appraise(year, year.second, "1.1")
    declare(year, year.member)
    flagged = Appraisal.objects.filter(flagged_conflict=True)
    assert [row.score.submission for row in flagged] == [year.first.submission]
    assert not permissions.readable_submissions(year.member, year.at).filter(
        unit=year.first.unit
    ).exists()  # fmt: skip
    assert Event.objects.get(action="declare_conflict").actor == year.member


def test_nobody_declares_for_another_seat(year: Year) -> None:
    with pytest.raises(NotPermitted):
        declare(year, year.member, by=year.secretary)


@pytest.mark.parametrize(
    ("field", "value"), [("reason", "  "), ("since", dt.date(2100, 1, 1))]
)  # fmt: skip
def test_declaration_needs_a_reason_and_has_begun(year: Year, field: str, value: Any) -> None:
    with pytest.raises(BadInput) as refused:
        declare(year, year.member, **{field: value})
    assert refused.value.field == field


def test_conflict_is_declared_once(year: Year) -> None:
    declare(year, year.member)
    with pytest.raises(BadInput, match="already"):
        declare(year, year.member)


# A proposal -----------------------------------------------------------------------------------


def test_proposal_balances_by_leaves_and_is_the_same_each_time(year: Year) -> None:
    Assignment.objects.all().delete()
    users = [year.member, make_member(year, assigned=False)]
    made = reads.propose(matrix(year), but=year.secretary)
    # The larger field first, to the first seat; then the other one, who has nothing yet.
    assert [(each.column.field.code, each.seat.user) for each in made] == [
        ("1", users[0]), ("2", users[1]),
    ]  # fmt: skip
    assert [(each.candidates, each.before, each.after) for each in made] == [
        (2, 0, 10), (2, 0, 6),
    ]  # fmt: skip
    assert reads.propose(matrix(year), but=year.secretary) == made
    assert not Assignment.objects.exists()


def test_proposal_prefers_who_has_no_conflict(year: Year) -> None:
    Assignment.objects.all().delete()
    year.council.members.filter(user=year.member).update(unit=year.first.unit)
    free = make_member(year, assigned=False)
    made = reads.propose(matrix(year), but=year.secretary)
    assert {each.seat.user for each in made} == {free}


def test_proposal_leaves_out_secretary_and_chair(year: Year) -> None:
    Assignment.objects.all().delete()
    year.council.members.filter(user=year.member).update(role=CouncilRole.CHAIR)
    assert reads.propose(matrix(year), but=year.secretary) == []


def test_proposal_fills_bare_fields_only(year: Year) -> None:
    Assignment.objects.filter(field=year.criterion("2")).delete()
    make_user("Không có ghế")
    made = reads.propose(matrix(year), but=year.secretary)
    assert [each.column.field.code for each in made] == ["2"]
