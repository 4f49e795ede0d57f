"""The one SQL statement equals the pure functions to the last digit."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.choices import AdjustmentKind, AdjustmentState, Level, Method
from assessments.models import (
    Adjustment,
    Band,
    Criterion,
    CriterionScore,
    Cycle,
    CycleScheme,
    Scheme,
    Submission,
)  # fmt: skip
from assessments.queries.standings import Points, Standing, standings
from assessments.scoring import Entry, LeafScore, band, rank, tally
from tests.factories.cycles import make_user
from tests.factories.results import make_finished_year
from tests.scoring.strategies import cycles, decimals
from units.models import Unit, UnitGroup

D = Decimal
BANDS = (("Tốt", D(80)), ("Khá", D(70)), ("Trung bình", D(50)), ("Yếu", D(0)))
_numbers = itertools.count(1)
#: (bonus, penalty) accepted for a dossier, whether it is ranked, which leaf is unfinished.
EXTRAS = st.tuples(
    decimals("0", "8", 4), decimals("0", "8", 4), st.integers(0, 4).map(bool),
    st.none() | st.none() | st.integers(0, 3),
)  # fmt: skip


@st.composite
def groups(draw):
    """Draw the scorecards of one group with caps and each dossier's extras."""
    cards = draw(cycles(max_dossiers=5))
    caps = draw(st.tuples(decimals("0", "5", 4), decimals("0", "5", 4)))
    extras = [draw(EXTRAS) for _ in cards]
    if draw(st.booleans()):  # twins stay twins: ties must occur
        extras = [(D(0), D(0), True, None)] * len(cards)
    return cards, caps, extras


def save_group(cycle, cards, caps, extras, user):
    """Write one drawn group into the database; return its dossiers in order."""
    number = next(_numbers)
    group = UnitGroup.objects.create(code=f"G{number}", name=f"Nhóm {number}")
    scheme = Scheme.objects.create(
        group=group, code=f"b{number}", title="B", bonus_cap=caps[0], penalty_cap=caps[1]
    )
    Band.objects.bulk_create(Band(scheme=scheme, label=x, min_index=y) for x, y in BANDS)
    leaves = save_criteria(scheme, cards[0])
    part = CycleScheme.objects.create(cycle=cycle, group=group, scheme=scheme)
    return [
        save_dossier(cycle, part, leaves, card, extra=extra, user=user)
        for card, extra in zip(cards, extras, strict=True)
    ]


def save_criteria(scheme, card):
    place = itertools.count(1)
    fields, leaves = {}, {}
    for leaf in card:
        if leaf.field not in fields:
            fields[leaf.field] = Criterion.objects.create(
                scheme=scheme, code=leaf.field, name="L", level=Level.FIELD, method=Method.SUM,
                max_points=D(0), position=next(place),
            )  # fmt: skip
        leaves[leaf.code] = Criterion.objects.create(
            scheme=scheme, parent=fields[leaf.field], field=fields[leaf.field], code=leaf.code,
            name="T", level=Level.CRITERION, method=Method.YES_NO, max_points=leaf.max_points,
            position=next(place),
        )  # fmt: skip
    return leaves


def save_dossier(cycle, part, leaves, card, *, extra, user):
    bonus, penalty, ranked, hole = extra
    number = next(_numbers)
    unit = Unit.objects.create(code=f"U{number}", name=f"Đơn vị {number}", group=part.group)
    dossier = Submission.objects.create(
        cycle=cycle, unit=unit, cycle_scheme=part, group=part.group, unit_code=unit.code,
        unit_name=unit.name, ranked=ranked, unranked_reason="" if ranked else "Mới thành lập",
    )  # fmt: skip
    CriterionScore.objects.bulk_create(
        CriterionScore(
            submission=dossier, criterion=leaves[leaf.code], final_applicable=leaf.applicable,
            final_points=None if place == hole else leaf.points,
        )
        for place, leaf in enumerate(card)
    )  # fmt: skip
    for kind, points in ((AdjustmentKind.BONUS, bonus), (AdjustmentKind.PENALTY, penalty)):
        states = ((AdjustmentState.ACCEPTED, points), (AdjustmentState.REFUSED, D(7)))
        for state, value in states:
            if value:
                Adjustment.objects.create(
                    submission=dossier, kind=kind, points=value, state=state, reason="Lý do",
                    proposed_by=user, decided_by_user=user,
                )  # fmt: skip
    return dossier


def expected(card, caps, extra):
    """Tally by the pure functions, or count the unfinished leaves."""
    bonus, penalty, _ranked, hole = extra
    missing = sum(place == hole and leaf.applicable for place, leaf in enumerate(card))
    if missing:
        return missing, None
    filled = [
        LeafScore(x.code, x.field, x.max_points, None if i == hole else x.points, x.applicable)
        for i, x in enumerate(card)
    ]
    done = tally(filled, bonus=bonus, penalty=penalty, bonus_cap=caps[0], penalty_cap=caps[1])
    return 0, done


def figures(row: Standing) -> tuple[object, ...]:
    """Return the figures as text, so that the number of places counts."""
    return (
        str(row.achieved), str(row.applicable), str(row.bonus), str(row.penalty), str(row.index),
        [(p.code, str(p.achieved), str(p.applicable), str(p.index)) for p in row.fields],
    )  # fmt: skip


@pytest.mark.django_db
@settings(
    max_examples=30, deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large,
    ],
)  # fmt: skip
@given(st.lists(groups(), min_size=1, max_size=2))
def test_sql_equals_the_pure_functions(db, drawn):
    number = next(_numbers)
    cycle = Cycle.objects.create(year=2000 + number, title=f"Kỳ {number}")
    user = make_user()
    saved = [save_group(cycle, *group, user) for group in drawn]

    rows = {row.submission_id: row for row in standings(cycle)}

    assert len(rows) == sum(map(len, saved))
    for dossiers, (cards, caps, extras) in zip(saved, drawn, strict=True):
        entries = []
        for dossier, card, extra in zip(dossiers, cards, extras, strict=True):
            missing, done = expected(card, caps, extra)
            row = rows[dossier.pk]
            assert row.missing == missing
            if done is None:
                assert row.index is None
            else:
                assert figures(row) == figures_of(done)
            index = done.index if done else None
            assert row.band == band(index, BANDS)
            entries.append(Entry(dossier.pk, index, extra[2]))
        assert {e.key: rows[e.key].rank for e in entries} == rank(entries)


def figures_of(done):
    """Return what the pure functions give in the shape of `figures`."""
    return (
        str(done.achieved), str(done.applicable), str(done.bonus), str(done.penalty),
        str(done.index),
        [(p.code, str(p.achieved), str(p.applicable), str(p.index)) for p in done.fields],
    )  # fmt: skip


@pytest.mark.django_db
def test_ties_share_a_rank_and_the_next_is_skipped():
    year = make_finished_year(("0.9", "0.8", "0.8", "0.5", "0.95"))
    last = year.dossiers[4].submission
    Submission.objects.filter(pk=last.pk).update(ranked=False, unranked_reason="Mới thành lập")

    rows = standings(year.cycle)

    assert [row.rank for row in rows] == [1, 2, 2, 4, None]
    assert (rows[4].submission_id, str(rows[4].index)) == (last.pk, "95.0000000000")


@pytest.mark.django_db
def test_leaf_without_row_counts_as_missing():
    year = make_finished_year()
    CriterionScore.objects.filter(pk=year.first.score("2.4").pk).delete()

    row = next(x for x in standings(year.cycle) if x.unit_id == year.first.unit.pk)

    assert (row.missing, row.index, row.rank, row.band) == (1, None, None, None)


@pytest.mark.django_db
def test_appraised_points_may_be_added_up_instead():
    year = make_finished_year()
    for leaf in CriterionScore.objects.select_related("criterion"):
        CriterionScore.objects.filter(pk=leaf.pk).update(appraised_points=leaf.criterion.max_points)

    rows = standings(year.cycle, points=Points.APPRAISED)

    assert [(row.rank, str(row.index)) for row in rows] == [(1, "100.0000000000")] * 2


@pytest.mark.django_db
def test_standings_take_one_query(django_assert_num_queries):
    year = make_finished_year(("0.9", "0.8", "0.7"))

    with django_assert_num_queries(1):
        standings(year.cycle)
