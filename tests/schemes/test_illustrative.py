"""The shipped workbooks are what the lists say, and read back equal."""

import csv
import io
from decimal import Decimal

import pytest

from assessments.choices import Method, NaPolicy
from assessments.demo.illustrative import DATA, SOURCES, Source, illustrative_scheme
from assessments.demo.schemes import load_schemes
from assessments.models import Criterion, RespondentKind
from assessments.queries.scheme_checks import problems_of
from assessments.queries.schemes import content_of
from assessments.resources.scheme_export import write_scheme
from assessments.resources.schemes import Known, read_scheme
from units.models import UnitGroup

LEAVES = {"SBN": 58, "UBQH": 56, "CQND": 28, "UBPX": 56}
KNOWN = Known(groups=frozenset(LEAVES))
each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.group)


def _leaf(group: str, code: str):
    source = next(source for source in SOURCES if source.group == group)
    return next(leaf for leaf in illustrative_scheme(source).leaves() if leaf.code == code)


@each_source
def test_scheme_has_its_leaves_and_a_hundred_points(source: Source) -> None:
    leaves = illustrative_scheme(source).leaves()
    assert len(leaves) == LEAVES[source.group]
    assert sum(leaf.max_points for leaf in leaves) == 100
    assert sum(leaf.max_points for leaf in leaves if leaf.method == Method.SURVEY) == 27


@each_source
def test_scheme_could_be_issued(source: Source) -> None:
    assert problems_of(illustrative_scheme(source)) == []


@each_source
def test_shipped_workbook_equals_its_list(source: Source) -> None:
    with (DATA / source.workbook).open("rb") as file:
        assert read_scheme(file, KNOWN) == illustrative_scheme(source)


@each_source
def test_criteria_carry_the_points_of_the_list(source: Source) -> None:
    with (DATA / source.csv_name).open(encoding="utf-8-sig") as file:
        listed = {row["code"]: Decimal(row["max_points"]) for row in csv.DictReader(file)}
    found = {part.code: part.max_points for part in illustrative_scheme(source).criteria}
    assert found == listed


@each_source
def test_weights_add_to_exactly_one(source: Source) -> None:
    surveys = [leaf for leaf in illustrative_scheme(source).leaves() if leaf.components]
    assert {sum(part.weight for part in leaf.components) for leaf in surveys} == {Decimal(1)}


@each_source
def test_nothing_is_left_to_another_document(source: Source) -> None:
    assert [
        c.code for c in illustrative_scheme(source).criteria if "tùy Đề án" in c.rule_text
    ] == []


def test_defaults_when_nothing_arose() -> None:
    assert _leaf("SBN", "1.3.2").na_policy == NaPolicy.EXCLUDE
    assert _leaf("SBN", "1.7").na_policy == NaPolicy.FULL
    assert _leaf("SBN", "1.6").na_policy == NaPolicy.NOT_ALLOWED
    assert _leaf("SBN", "6.4").na_policy == NaPolicy.EXCLUDE
    assert _leaf("SBN", "3.4.1").needs_procedures


def test_commune_scheme_speaks_of_no_district_and_no_subordinate() -> None:
    words = ("quận", "huyện", "thủ đức", "ubnd phường", "lãnh đạo phường")
    source = next(source for source in SOURCES if source.group == "UBPX")
    texts = {
        part.code: f"{part.name} {part.rule_text}".casefold()
        for part in illustrative_scheme(source).criteria
    }
    assert [code for code, text in texts.items() if any(word in text for word in words)] == []


def test_load_schemes_issues_all_and_keeps_them_equal(officer, at) -> None:
    for code in LEAVES:
        UnitGroup.objects.create(code=code, name=f"Nhóm {code}")
    issued = load_schemes(by=officer, at=at)
    assert {code: scheme.state for code, scheme in issued.items()} == dict.fromkeys(
        LEAVES, "issued"
    )
    for source in SOURCES:
        content = content_of(issued[source.group])
        assert content == illustrative_scheme(source)
        assert read_scheme(io.BytesIO(write_scheme(content)), Known.from_database()) == content
    assert RespondentKind.objects.get(code="CCVC").may_rate_own_unit


def test_criterion_to_rule_equals_the_content_rule(officer, at) -> None:
    for code in LEAVES:
        UnitGroup.objects.create(code=code, name=f"Nhóm {code}")
    scheme = load_schemes(by=officer, at=at)["SBN"]
    rows = Criterion.objects.filter(scheme=scheme).leaves().prefetch_related("levels")
    assert [row.to_rule() for row in rows] == [leaf.rule for leaf in content_of(scheme).leaves()]
