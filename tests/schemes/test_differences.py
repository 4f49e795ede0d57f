"""The difference between two versions: added, removed, moved, changed."""

from dataclasses import replace
from decimal import Decimal

from django.utils import translation

from assessments.queries.scheme_differences import differences
from assessments.queries.wording import SENTENCES
from assessments.scoring import MESSAGES
from tests.factories.schemes import make_content, with_criterion


def test_equal_versions_differ_in_nothing() -> None:
    assert not differences(make_content(), make_content())


def test_changed_fields_show_old_and_new() -> None:
    new = with_criterion(make_content(), "1.2", floor=Decimal(80))
    found = differences(make_content(), new)
    assert [(c.code, c.changes[0].old, c.changes[0].new) for c in found.changed] == [
        ("1.2", "95,5", "80")
    ]
    assert (found.added, found.removed, found.moved) == ((), (), ())


def test_renumbered_criterion_is_moved_not_replaced() -> None:
    new = with_criterion(make_content(), "1.10", code="1.3")
    found = differences(make_content(), new)
    assert [(c.old_code, c.code) for c in found.moved] == [("1.10", "1.3")]
    assert (found.added, found.removed) == ((), ())


def test_added_and_removed_criteria_are_listed() -> None:
    old = make_content()
    fewer = replace(old, criteria=old.criteria[:-1])
    assert [part.code for part in differences(old, fewer).removed] == ["1.10"]
    assert [part.code for part in differences(fewer, old).added] == ["1.10"]


def test_every_message_of_scoring_has_its_sentence() -> None:
    with translation.override("en"):
        assert {key: str(text) for key, text in SENTENCES.items()} == dict(MESSAGES)
