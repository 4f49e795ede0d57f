"""Ranks, bands and printed indexes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring import Entry, Reason, ScoringError, band, display, display_all, rank
from tests.scoring.cases import D
from tests.scoring.strategies import indexes

BANDS = [("Tốt", D(80)), ("Khá", D(70)), ("Trung bình", D(50)), ("Yếu", D(0))]


@st.composite
def groups(draw) -> list[Entry[int]]:
    """Draw the entries of a group, with ties, unranked ones and missing indexes."""
    few = draw(st.lists(indexes(), min_size=1, max_size=4))
    index = st.none() | st.sampled_from(few) | indexes()
    rows = draw(st.lists(st.tuples(index, st.sampled_from([True, True, False])), max_size=12))
    return [Entry(key, *row) for key, row in enumerate(rows)]


def entries(*values: str) -> list[Entry[str]]:
    return [Entry(f"{place}:{value}", D(value)) for place, value in enumerate(values)]


def test_rank_ties_share_and_the_next_is_skipped():
    assert list(rank(entries("90", "85", "85.0", "80")).values()) == [1, 2, 2, 4]


def test_rank_worked_two_units_that_print_apart_never_tie():
    close = [Entry("A", D("94.2649")), Entry("B", D("94.265"))]

    assert rank(close) == {"A": 2, "B": 1}
    assert display_all(close, 2) == {"A": ("94,26", False), "B": ("94,27", False)}


def test_rank_differs_in_the_tenth_decimal():
    assert list(rank(entries("90.0000000001", "90.0000000002")).values()) == [2, 1]


def test_rank_missing_or_unranked_shift_nobody():
    group = [Entry("A", D(90), ranked=False), Entry("B", None), Entry("C", D(80))]

    assert rank(group) == {"A": None, "B": None, "C": 1}


def test_rank_of_nobody_is_empty():
    assert rank([]) == {}


@pytest.mark.parametrize("call", [rank, lambda group: display_all(group, 2)])
@pytest.mark.parametrize(
    ("group", "reason"),
    [
        ([Entry("A", D(1)), Entry("A", D(2))], Reason.DUPLICATE),
        ([Entry("A", D("NaN"))], Reason.NOT_A_NUMBER),
    ],
)
def test_bad_group_is_refused(call, group, reason):
    with pytest.raises(ScoringError) as caught:
        call(group)

    assert caught.value.reason is reason


@given(groups(), st.randoms(use_true_random=False))
def test_rank_ignores_the_order_of_rows(group, random):
    assert rank(random.sample(group, len(group))) == rank(group)


@given(groups())
def test_rank_is_one_more_than_the_number_above(group):
    ranks = rank(group)

    for entry in group:
        if entry.ranked and entry.index is not None:
            above = [x for x in group if x.ranked and x.index is not None and x.index > entry.index]
            assert ranks[entry.key] == len(above) + 1
        else:
            assert ranks[entry.key] is None


@pytest.mark.parametrize(
    ("index", "label"),
    [
        ("95.06", "Tốt"),
        ("80", "Tốt"),
        ("79.9999999999", "Khá"),
        ("70", "Khá"),
        ("50", "Trung bình"),
        ("49.99", "Yếu"),
    ],
)
def test_band_is_chosen_on_the_exact_index(index, label):
    assert band(D(index), BANDS) == label
    assert band(D(index), reversed(BANDS)) == label


def test_band_below_all_or_without_an_index_is_none():
    assert band(D(49), BANDS[:3]) is None
    assert band(None, BANDS) is None


def test_band_same_minimum_twice_is_refused():
    with pytest.raises(ScoringError) as caught:
        band(D(90), [*BANDS, ("Xuất sắc", D("80.00"))])

    assert caught.value.reason is Reason.DUPLICATE


def test_display_alike_but_apart_gets_four_decimals():
    group = [Entry("A", D("94.2651")), Entry("B", D("94.2699")), Entry("C", D("94.2"))]

    assert display_all(group, 2) == {
        "A": ("94,2651", True),
        "B": ("94,2699", True),
        "C": ("94,20", False),
    }


def test_display_ties_stay_short():
    group = [Entry("A", D("94.2651")), Entry("B", D("94.2651"))]

    assert display_all(group, 2) == {"A": ("94,27", False), "B": ("94,27", False)}


def test_display_alike_at_four_decimals_gets_ten():
    group = [Entry("A", D("94.26511")), Entry("B", D("94.26512"))]

    assert [text for text, _ in display_all(group, 2).values()] == [
        "94,2651100000",
        "94,2651200000",
    ]


def test_display_unranked_or_missing_lengthen_nobody():
    group = [Entry("A", D("94.2651")), Entry("B", D("94.2652"), ranked=False), Entry("C", None)]

    assert display_all(group, 2) == {"A": ("94,27", False), "B": ("94,27", False), "C": ("", False)}


def test_display_alone_is_half_up():
    assert display(D("85.405"), 2) == ("85,41", False)
    assert display(D("85.405"), 0) == ("85", False)


@given(groups(), st.integers(0, 4))
def test_display_different_ranks_never_print_alike(group, decimals):
    ranks, shown = rank(group), display_all(group, decimals)
    printed = {(shown[key][0], place) for key, place in ranks.items() if place is not None}

    assert len({text for text, _ in printed}) == len(printed)
