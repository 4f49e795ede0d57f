"""Sums and indexes of a scorecard."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring import LeafScore, Part, Reason, ScoringError, tally
from tests.scoring.cases import D
from tests.scoring.strategies import indexes, schemes, scorecards

CARD = (
    LeafScore("1.1", "1", D(2), D("1.5")),
    LeafScore("1.2", "1", D(1), D(1)),
    LeafScore("2.1", "2", D(3), D(1)),
)


def cards() -> st.SearchStrategy[tuple[LeafScore, ...]]:
    return schemes().flatmap(scorecards)


def test_tally_adds_up_per_field_and_overall():
    result = tally(CARD)

    assert (result.achieved, result.applicable) == (D("3.5"), D(6))
    assert str(result.index) == "58.3333333333"
    assert result.fields == (
        Part("1", D("2.5"), D(3), D("83.3333333333")),
        Part("2", D(1), D(3), D("33.3333333333")),
    )


def test_worked_exclusion_moves_the_denominator():
    left_out = replace(CARD[1], points=D(0), applicable=False)

    result = tally([CARD[0], left_out, CARD[2]])

    assert (result.achieved, result.applicable, result.index) == (D("2.5"), D(5), D(50))


def test_inapplicable_leaf_may_be_without_points():
    result = tally([CARD[0], replace(CARD[1], points=None, applicable=False)])

    assert result.index == D(75)


@pytest.mark.parametrize("leaves", [[], [replace(leaf, applicable=False) for leaf in CARD]])
def test_nothing_applicable_has_no_index(leaves):
    result = tally(leaves, bonus=D(1))

    assert (result.achieved, result.applicable, result.index) == (D(0), D(0), None)
    assert all(part.index is None for part in result.fields)


def test_unfinished_leaf_is_refused():
    with pytest.raises(ScoringError) as caught:
        tally([CARD[0], replace(CARD[1], points=None)])

    assert (caught.value.code, caught.value.reason) == ("1.2", Reason.UNFINISHED)


@pytest.mark.parametrize(
    ("leaf", "reason"),
    [
        (replace(CARD[0], points=D("2.0001")), Reason.POINTS_OVER_MAX),
        (replace(CARD[0], points=D(-1)), Reason.NEGATIVE),
        (replace(CARD[0], points=D("NaN")), Reason.NOT_A_NUMBER),
        (replace(CARD[0], points=D("1.00001")), Reason.TOO_PRECISE),
        (replace(CARD[0], max_points=D("Infinity")), Reason.NOT_A_NUMBER),
        (CARD[1], Reason.DUPLICATE),
    ],
)
def test_bad_leaf_is_refused_naming_it(leaf, reason):
    with pytest.raises(ScoringError) as caught:
        tally([CARD[1], leaf])

    assert (caught.value.code, caught.value.reason) == (leaf.code, reason)


@pytest.mark.parametrize(
    ("bonus", "penalty", "caps", "index", "counted"),
    [
        ("1.5", "0.25", (None, None), "51.25", ("1.5", "0.25")),
        ("5", "0", ("2", None), "52", ("2", "0")),
        ("0", "5", (None, "3"), "47", ("0", "3")),
        ("60", "0", (None, None), "100", ("60", "0")),
        ("0", "60", (None, None), "0", ("0", "60")),
    ],
)
def test_bonus_and_penalty_are_capped_and_the_index_bounded(bonus, penalty, caps, index, counted):
    bonus_cap, penalty_cap = (None if cap is None else D(cap) for cap in caps)

    result = tally(
        [LeafScore("1.1", "1", D(2), D(1))],
        bonus=D(bonus),
        penalty=D(penalty),
        bonus_cap=bonus_cap,
        penalty_cap=penalty_cap,
    )

    assert result.index == D(index)
    assert (result.bonus, result.penalty) == (D(counted[0]), D(counted[1]))
    assert result.fields[0].index == D(50)


@pytest.mark.parametrize("field", ["bonus", "penalty", "bonus_cap", "penalty_cap"])
def test_negative_adjustment_is_refused_naming_it(field):
    with pytest.raises(ScoringError) as caught:
        tally(CARD, **{field: D(-1)})

    assert (caught.value.reason, caught.value.params["field"]) == (Reason.NEGATIVE, field)


@given(cards())
def test_index_equals_the_integer_formula(card):
    applicable = [leaf for leaf in card if leaf.applicable]
    top = sum(int(leaf.points * 10**4) for leaf in applicable)
    bottom = sum(int(leaf.max_points * 10**4) for leaf in applicable)

    index = tally(card).index

    if bottom:
        scaled = (2 * top * 100 * 10**10 + bottom) // (2 * bottom)
        assert int(index.scaleb(10)) == scaled
        assert index.as_tuple().exponent == -10
    else:
        assert index is None


@given(cards(), st.randoms(use_true_random=False))
def test_order_of_leaves_does_not_matter(card, random):
    shuffled = random.sample(card, len(card))
    first, second = tally(card), tally(shuffled)

    assert replace(first, fields=()) == replace(second, fields=())
    assert set(first.fields) == set(second.fields)


@given(cards())
def test_exclusion_never_changes_other_fields(card):
    first = card[0].field
    excluded = [replace(x, applicable=False) if x.field == first else x for x in card]

    before, after = tally(card).fields, tally(excluded).fields

    assert before[1:] == after[1:]
    assert after[0] == Part(first, D(0), D(0), None)


@given(cards())
def test_fields_add_up_to_the_whole(card):
    result = tally(card)

    assert sum(part.achieved for part in result.fields) == result.achieved
    assert sum(part.applicable for part in result.fields) == result.applicable


@given(cards(), indexes(), indexes())
def test_index_is_bounded(card, bonus, penalty):
    index = tally(card, bonus=round(bonus, 4), penalty=round(penalty, 4)).index

    assert index is None or 0 <= index <= 100
