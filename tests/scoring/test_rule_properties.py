"""What holds for every rule that may be issued and all facts that fit it."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring import Facts, Method, score
from tests.scoring.cases import D
from tests.scoring.strategies import facts_for, rules


@given(st.data())
def test_points_stay_within_zero_and_the_maximum(data):
    rule = data.draw(rules())
    outcome = score(rule, data.draw(facts_for(rule)))

    assert 0 <= outcome.points <= rule.max_points
    assert outcome.points.as_tuple().exponent == -4
    assert outcome.applicable or outcome.points == 0
    assert outcome.trace == unicodedata.normalize("NFC", outcome.trace)


@given(st.data())
def test_ratio_is_monotone_in_what_was_done(data):
    rule = data.draw(rules(methods=(Method.RATIO,)))
    due = data.draw(st.integers(1, 500))
    less, more = sorted(data.draw(st.tuples(st.integers(0, due), st.integers(0, due))))

    assert (
        score(rule, Facts(a=D(due), b=D(less))).points
        <= score(rule, Facts(a=D(due), b=D(more))).points
    )


@given(st.data())
def test_deduction_and_capped_sum_are_monotone_in_the_count(data):
    rule = data.draw(rules(methods=(Method.DEDUCTION, Method.CAPPED_SUM)))
    few, many = sorted(data.draw(st.tuples(st.integers(0, 60), st.integers(0, 60))))
    low, high = (score(rule, Facts(count=D(n))).points for n in (few, many))

    assert low >= high if rule.method is Method.DEDUCTION else low <= high
