"""Every act that is written into the event log has a name that people can read."""

import ast
from collections.abc import Iterator

from assessments.admin.event_words import ACTS, act_word, kind_word
from assessments.workflow import machine
from tests.house.catalogue import ROOT


def recorded_acts() -> Iterator[str]:
    """Yield the codes written by events.record or prepared, or passed on by a small wrapper."""
    for folder in ("assessments", "units"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if called in {"record", "prepared"}:
                    given = [one.value for one in node.keywords if one.arg == "action"]
                elif called in {"_record", "_log"} and path.parent.name == "workflow":
                    given = node.args
                else:
                    continue
                yield from (code for one in given for code in _codes(one))


def _codes(node: ast.expr) -> Iterator[str]:
    """Yield the code that an argument is, or both where a condition chooses between two."""
    if isinstance(node, ast.IfExp):
        yield from (*_codes(node.body), *_codes(node.orelse))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def test_every_recorded_act_has_a_name() -> None:
    moved = {row.action for row in machine.rows()}
    acts = set(recorded_acts())
    assert {"ask", "attach", "save", "extend"} <= acts
    assert sorted(acts - set(ACTS) - moved) == []


def test_no_name_is_left_over() -> None:
    assert sorted(set(ACTS) - set(recorded_acts())) == []


def test_words_of_acts_and_kinds() -> None:
    assert act_word("submit") == "Ký và nộp"
    assert act_word("ask") == "Yêu cầu giải trình"
    assert act_word("of_another_release") == "of_another_release"
    assert kind_word("criterionscore") == "điểm tiêu chí"
    assert kind_word("of_another_release") == "of_another_release"
