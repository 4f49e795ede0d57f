"""docs/scoring.md is re-computed line by line, so that no example in it can go stale."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from assessments.scoring import (
    Entry,
    Facts,
    LeafScore,
    Level,
    Method,
    NaPolicy,
    Rule,
    ScoringError,
    TierBasis,
    band,
    display_all,
    format_decimal,
    parse_count,
    parse_points,
    rank,
    score,
    tally,
    validate_rule,
)

TEXT = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")
BANDS = [("Tốt", 80), ("Khá", 70), ("Trung bình", 50), ("Yếu", 0)]
REFUSED = "từ chối: "


def number(text: str) -> Decimal:
    return Decimal(text.strip().replace(",", "."))


def rows_under(*header: str) -> list[list[str]]:
    """Return the body rows of every table with this header, each with the text before it."""
    title = "| " + " | ".join(header) + " |\n"
    rows = []
    for before, table in zip(TEXT.split(title), TEXT.split(title)[1:], strict=False):
        body = table.split("\n\n")[0].splitlines()[1:]
        rows += [[before, *(cell.strip() for cell in line[1:-1].split("|"))] for line in body]
    return rows


def read_level(text: str) -> Level:
    left, worth = (part.strip() for part in text.rsplit("=", 1))
    label, _, bounds = left.rpartition(": ")
    proportional, _, target = worth.partition("÷")
    level = {
        "label": label or left,
        "points": Decimal(0) if worth.startswith("tỷ lệ") else number(worth),
        "proportional": proportional.strip() == "tỷ lệ",
        "target": number(target) if target else None,
    }
    if not label:
        return Level(**level)
    lower, upper = bounds[1:-1].split(";")
    return Level(
        **level,
        lower=number(lower),
        lower_inclusive=bounds[0] == "[",
        upper=None if upper.strip() == "∞" else number(upper),
        upper_inclusive=bounds[-1] == "]",
    )


def read_rule(before: str) -> Rule:
    """Read the last rule stated before a table, with its levels when it states any."""
    stated = before.rsplit("`Quy tắc: ", 1)[1]
    method, *settings = stated.split("`")[0].split(", ")
    words = dict(setting.rsplit(" ", 1) for setting in settings)
    levels = re.search("`Mức: (.+)`", stated)
    known = {"tối đa", "sàn", "chỉ tiêu", "bước", "chặn", "không phát sinh", "theo số"}
    assert set(words) <= known
    return Rule(
        code="doc",
        max_points=number(words["tối đa"]),
        method=Method(method),
        na_policy=NaPolicy(words.get("không phát sinh", "not_allowed")),
        basis=TierBasis.COUNT if "theo số" in words else TierBasis.PERCENT,
        floor=number(words["sàn"]) if "sàn" in words else None,
        target=number(words["chỉ tiêu"]) if "chỉ tiêu" in words else None,
        step=number(words["bước"]) if "bước" in words else None,
        cap="chặn" in words,
        levels=tuple(map(read_level, levels[1].split(" | "))) if levels else (),
    )


def read_facts(text: str) -> Facts:
    kinds = {"met": "có".__eq__, "not_applicable": "có".__eq__, "option": int, "sample": int}
    pairs = (pair.split("=") for pair in text.split())
    return Facts(**{name: kinds.get(name, number)(value) for name, value in pairs})


LEAVES = rows_under("Số liệu", "Điểm", "Diễn giải")


@pytest.mark.parametrize(("before", "facts", "points", "trace"), LEAVES)
def test_docs_leaf_example_is_true(before, facts, points, trace):
    rule = read_rule(before)
    assert validate_rule(rule) == []
    if points.startswith(REFUSED):
        with pytest.raises(ScoringError) as caught:
            score(rule, read_facts(facts))
        assert caught.value.reason == points.removeprefix(REFUSED)
        return

    outcome = score(rule, read_facts(facts))

    assert outcome.trace == trace
    assert outcome.applicable is (points != "không áp dụng")
    assert outcome.points == (number(points) if outcome.applicable else 0)


def test_docs_every_method_and_policy_has_an_example():
    shown = [read_rule(row[0]) for row in LEAVES]

    assert {rule.method for rule in shown} == set(Method) - {Method.SUM}
    assert {rule.na_policy for rule in shown} == set(NaPolicy)
    assert {rule.basis for rule in shown} == set(TierBasis)


@pytest.mark.parametrize(
    ("before", "text", "kind", "result"), rows_under("Nhập", "Loại", "Kết quả")
)
def test_docs_number_example_is_true(before, text, kind, result):
    parse = {"điểm": parse_points, "số lượng": parse_count}[kind]
    if result.startswith(REFUSED):
        with pytest.raises(ScoringError) as caught:
            parse(text)
        assert caught.value.reason == result.removeprefix(REFUSED)
    else:
        assert format_decimal(parse(text)) == result


@pytest.mark.parametrize(
    ("before", "leaves", "bonus", "penalty", "index"),
    rows_under("Điểm/tối đa của các tiêu chí", "Thưởng", "Phạt", "Chỉ số"),
)
def test_docs_index_example_is_true(before, leaves, bonus, penalty, index):
    card = []
    for code, leaf in enumerate(leaves.split(" + ")):
        points, maximum = leaf.split("/")
        applicable = points != "không áp dụng"
        worth = number(points) if applicable else None
        card.append(LeafScore(str(code), "1", number(maximum), worth, applicable))

    result = tally(card, bonus=number(bonus), penalty=number(penalty))

    assert result.index == (None if index == "không có" else number(index))


@pytest.mark.parametrize(
    ("before", "group", "ranks", "shown"), rows_under("Chỉ số của nhóm", "Hạng", "In ra")
)
def test_docs_ranking_example_is_true(before, group, ranks, shown):
    entries = [Entry(key, number(index)) for key, index in enumerate(group.split(";"))]

    assert list(rank(entries).values()) == [int(place) for place in ranks.split(";")]
    assert [text for text, _ in display_all(entries, 2).values()] == shown.split("; ")


@pytest.mark.parametrize(("before", "index", "label"), rows_under("Chỉ số", "Xếp loại"))
def test_docs_band_example_is_true(before, index, label):
    assert ", ".join(f"{name} từ {least}" for name, least in BANDS) in TEXT.replace("\n", " ")
    assert band(number(index), [(name, Decimal(least)) for name, least in BANDS]) == label


def test_docs_has_every_table():
    titles = [line for line in TEXT.splitlines() if line.startswith("|---")]
    tables = len({row[0] for row in LEAVES}) + 4

    assert len(titles) == tables
