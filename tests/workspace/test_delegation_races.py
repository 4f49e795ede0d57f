"""Two people hand out the same leaves at once, on real connections."""

import pytest

from assessments.errors import BadInput
from assessments.models import Delegation, Event
from assessments.workflow import delegations
from tests.factories.cycles import make_year
from tests.factories.races import refusals

pytestmark = pytest.mark.django_db(transaction=True)
CODES = ["1.1", "1.2", "1.3", "1.4", "1.5"]


@pytest.mark.parametrize("_time", range(3))
def test_leaves_handed_out_twice_at_once_end_in_one_hand_each(_time) -> None:
    year = make_year()
    first = year.first
    acts = [
        lambda by=by, codes=codes: delegations.delegate(
            submission=first.submission, codes=codes, to=by, by=by, at=year.at
        )
        for by, codes in ((first.focal, CODES), (first.head, CODES[::-1]))
    ]

    assert refusals(*acts) == [None, None]
    assert Delegation.objects.count() == len(CODES)
    assert len(set(Delegation.objects.values_list("user", flat=True))) == 1
    assert Event.objects.filter(action="delegate", refused=False).count() == 2


def test_leaves_taken_back_twice_at_once_are_taken_back_once() -> None:
    year = make_year()
    first = year.first
    delegations.delegate(
        submission=first.submission, codes=CODES, to=first.contributor, by=first.focal, at=year.at
    )
    acts = [
        lambda by=by: delegations.take_back(
            submission=first.submission, codes=CODES, by=by, at=year.at
        )
        for by in (first.focal, first.head)
    ]

    assert sorted(refusals(*acts), key=str) == [BadInput, None]
    assert not Delegation.objects.exists()
    assert Event.objects.filter(action="undelegate").count() == 1
