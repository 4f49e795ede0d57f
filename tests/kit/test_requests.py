"""Numbers in requests: what names a row, and what names nothing without an error."""

import pytest

from cchc.kit.requests import row_id, row_ids, whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("0", 0), ("007", 7), ("9" * 18, 10**18 - 1)],
)
def test_whole_numbers_in_ascii_digits_are_read(text: str, number: int) -> None:
    assert whole_number(text) == number
    assert row_id(text) == (number or None)


@pytest.mark.parametrize(
    "text", ["", " 1", "-1", "+1", "1_0", "1.0", "²", "١", "１", "\x00", "9" * 19, "9" * 4400]
)
def test_anything_else_is_no_number(text: str) -> None:
    assert whole_number(text) is None
    assert row_id(text) is None


def test_ids_are_gathered_without_what_names_nothing() -> None:
    assert row_ids(["3", "x", "0", "3", "9" * 4400, "5"]) == {3, 5}
