"""Strong and weak criteria, lost points, the gap of a claim, and the group beside."""

from decimal import Decimal

from assessments.models import PublishedGroup, PublishedResult, PublishedScore
from assessments.queries.public.leaf_story import extremes, gap_sums
from assessments.queries.public.losses import losses
from assessments.queries.public.peers import field_rows, peers

D = Decimal
GROUP = PublishedGroup(
    criteria=[
        {"code": "1", "name": "Lĩnh vực một"},
        {"code": "2", "name": "Lĩnh vực hai"},
        *({"code": f"{n // 4 + 1}.{n}", "name": f"Tiêu chí {n}"} for n in range(8)),
    ]
)


def leaf(n: int, final: str, highest: str = "4", claimed: str | None = "4") -> PublishedScore:
    return PublishedScore(
        position=n, code=f"{n // 4 + 1}.{n}", field_code=str(n // 4 + 1), max_points=D(highest),
        applicable=True, self_points=None if claimed is None else D(claimed),
        final_points=D(final), trace=f"cách tính {n}",
    )  # fmt: skip


def result(**values: object) -> PublishedResult:
    return PublishedResult(group=GROUP, **values)


def test_extremes_go_by_share_then_weight_then_order() -> None:
    scores = [
        leaf(0, "2", "2"), leaf(1, "4"), leaf(2, "2", "2"), leaf(3, "3"),
        leaf(4, "0", "1"), leaf(5, "0", "2"), leaf(6, "1"), leaf(7, "0", "1"),
    ]  # fmt: skip
    found = extremes(result(), scores)
    assert [row.name for row in found.strongest] == ["Tiêu chí 1", "Tiêu chí 0", "Tiêu chí 2"]
    assert [row.name for row in found.weakest] == ["Tiêu chí 5", "Tiêu chí 4", "Tiêu chí 7"]
    assert (found.full, found.empty) == (3, 3)


def test_extremes_leave_out_what_does_not_apply_and_what_has_no_points() -> None:
    absent, worthless = leaf(0, "0"), leaf(1, "0", "0")
    absent.applicable = False
    found = extremes(result(), [absent, worthless, leaf(2, "3")])
    assert [row.name for row in found.weakest] == ["Tiêu chí 2"]
    assert found.strongest == []


def test_no_leaf_is_both_strong_and_weak() -> None:
    scores = [leaf(0, "1"), leaf(1, "2"), leaf(2, "3"), leaf(3, "3.5")]
    found = extremes(result(), scores)
    assert [row.name for row in found.weakest] == ["Tiêu chí 0", "Tiêu chí 1", "Tiêu chí 2"]
    assert [row.name for row in found.strongest] == ["Tiêu chí 3"]


def test_full_sheet_has_no_weak_and_empty_sheet_no_strong_criterion() -> None:
    assert extremes(result(), [leaf(0, "4"), leaf(1, "4")]).weakest == []
    assert extremes(result(), [leaf(0, "0"), leaf(1, "0")]).strongest == []
    assert extremes(result(), []).weakest == []


def test_losses_sum_by_field_and_name_the_costliest() -> None:
    found = losses(result(), [leaf(0, "3"), leaf(1, "4"), leaf(4, "1.5"), leaf(5, "3")])
    assert [(part.name, part.lost) for part in found.fields] == [
        ("Lĩnh vực một", D(1)), ("Lĩnh vực hai", D("3.5")),
    ]  # fmt: skip
    assert [row.name for row in found.leaves] == ["Tiêu chí 4", "Tiêu chí 0", "Tiêu chí 5"]
    assert found.total == D("4.5")


def test_gap_counts_only_what_was_claimed_and_applies() -> None:
    absent = leaf(2, "0")
    absent.applicable = False
    scores = [leaf(0, "3"), leaf(1, "4", claimed=None), absent, leaf(4, "2", claimed="1")]
    assert gap_sums(result(), scores) == [
        ("Lĩnh vực một", D(4), D(4), D(3)), ("Lĩnh vực hai", D(4), D(1), D(2)),
    ]  # fmt: skip


def test_peers_are_the_ranked_units_only() -> None:
    rows = [
        result(rank=place, index=D(index), fields=[{"code": "1", "index": index}])
        for place, index in ((1, "90"), (2, "80"), (3, "70.5"), (4, "60"))
    ]
    rows += [
        result(rank=None, index=D(10), fields=[{"code": "1", "index": "10"}]),
        result(rank=5, index=None, fields=[]),
        result(rank=6, index=D("50"), fields=[{"code": "1", "index": None}]),
    ]
    found = peers(rows)
    assert (found.median, max(found.indexes)) == (D("70.5"), D(90))
    assert found.by_field == {"1": (D("75.25"), D(90))}


def test_field_rows_say_what_is_missing() -> None:
    own = result(fields=[{"code": "1", "index": "80.5"}, {"code": "2", "index": None}])
    assert field_rows(own, {"1": (D(75), D(90))}) == [
        ("Lĩnh vực một", D("80.5"), D(75), D(90)), ("Lĩnh vực hai", None, None, None),
    ]  # fmt: skip


def test_peers_of_nobody_have_no_median() -> None:
    assert (peers([]).median, peers([]).by_field) == (None, {})
