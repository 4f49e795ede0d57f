"""Records of the press: the real file, what is copied, what is refused, what corrects."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from assessments.choices import PublicationKind, RankBasis
from assessments.errors import BadInput, GuardFailed, NotPermitted
from assessments.models import Publication, PublishedResult
from assessments.queries.public.opendata import open_data, sha256_of
from assessments.resources.publications import read_records
from assessments.workflow import drafts
from assessments.workflow.machine import perform
from tests.factories.cycles import make_user
from units.models import Unit, UnitAlias, UnitGroup

D = Decimal
DATA = Path(settings.BASE_DIR) / "assessments" / "demo" / "data"
REAL = (DATA / "published_results.csv").read_bytes()
HEAD = "year,group_name,unit,index,rank,band,source,note\n"
ALIASES = {"UBND TP Thủ Đức": "UBND Thành phố Thủ Đức",
           "HEPZA": "Ban Quản lý các Khu chế xuất và công nghiệp (HEPZA)"}  # fmt: skip


@pytest.fixture
def real_units(db):
    """Make the units and groups of 2021, the two other names, and the successor of 2024."""
    with (DATA / "units_2021.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            group, _made = UnitGroup.objects.get_or_create(
                code=row["group_code"], defaults={"name": row["group_name"]}
            )
            Unit.objects.create(code=row["code"], name=row["name"], group=group)
    for alias, name in ALIASES.items():
        UnitAlias.objects.create(name=alias, unit=Unit.objects.get(name=name))
    group = UnitGroup.objects.get(code="SBN")
    Unit.objects.create(code="SBN-90", name="Sở An toàn thực phẩm", group=group)


@pytest.fixture
def small(db):
    group = UnitGroup.objects.create(code="SBN", name="Sở, ban, ngành")
    for number, name in enumerate(("Sở Tư pháp", "Xã Thạnh An")):
        Unit.objects.create(code=f"S{number}", name=name, group=group)


def line(**values):
    """Return one CSV file with a single good row, changed by `values`."""
    cells = {"year": "2021", "group": "Sở, ban, ngành", "unit": "Sở Tư pháp", "index": "95.06",
             "rank": "1", "band": "", "source": "Báo", "note": ""} | values  # fmt: skip
    return (HEAD + ",".join(f'"{cell}"' for cell in cells.values()) + "\n").encode()


def import_all(content, leader, at, reason=""):
    """Draft and publish every year of a file."""
    plan = read_records(content, at=at)
    assert plan.errors == []
    made = [
        drafts.draft_record(year=x.year, lines=x.lines, by=leader, at=at, reason=reason)
        for x in plan.years
    ]
    return [perform("record", draft, by=leader, at=at) for draft in made]


# The real file


@pytest.fixture
def records(real_units, year):
    return import_all(REAL, year.leader, year.at)


@pytest.mark.parametrize(
    ("name", "index", "rank"),
    [
        ("Sở Tư pháp", "95.06", 1), ("Công an Thành phố", "91.54", 1),
        ("Bảo hiểm xã hội Thành phố", "85.40", 7), ("UBND Quận Bình Tân", "94.27", 1),
        ("UBND Quận 7", "78.82", 22), ("Sở Kế hoạch và Đầu tư", None, 2),
        ("Sở Công Thương", None, None),
    ],
)  # fmt: skip
def test_real_figures_of_2021(records, name, index, rank):
    result = PublishedResult.objects.get(publication__slug="2021-bao-chi", unit_name=name)

    assert (result.index, result.rank) == (None if index is None else D(index), rank)


def test_real_file_makes_a_record_per_year(records):
    assert [(row.slug, row.kind, row.state, row.results.count()) for row in records] == [
        ("2021-bao-chi", PublicationKind.RECORD, "published", 43),
        ("2024-bao-chi", PublicationKind.RECORD, "published", 18),
    ]
    assert all(row.sha256 == sha256_of(open_data(row)) for row in records)


def test_contradiction_keeps_both_rows_with_both_sources(records):
    rows = records[0].results.filter(unit_name__in=["Sở Văn hóa và Thể thao",
        "Trung tâm Xúc tiến Thương mại và Đầu tư Thành phố (ITPC)"]).order_by("index")  # fmt: skip

    assert [(row.index, row.rank) for row in rows] == [(D("75.04"), 26), (D("87.9"), None)]
    assert len({row.source for row in rows}) == 2
    assert "MÂU THUẪN" in rows[1].note


def test_ranks_by_listing_order_are_inferred(records):
    inferred = records[0].results.filter(rank_basis=RankBasis.INFERRED)

    assert sorted(inferred.values_list("rank", flat=True)) == [2, 3, 4, 5, 6]
    assert set(inferred.values_list("group__code", flat=True)) == {"CQND"}


def test_unit_of_another_group_stays_where_the_source_ranked_it(records):
    result = records[0].results.get(unit_name="Sở Ngoại vụ")

    assert result.group.name == "Cơ quan ngành dọc"


def test_same_file_again_differs_in_nothing(records, year):
    plan = read_records(REAL, at=year.at)

    assert [x.differences for x in plan.years] == [[], []]


# One row


@pytest.mark.parametrize("typed", ["95,06", "95.06", " 95.06 "])
def test_either_decimal_mark_is_read(small, year, typed):
    plan = read_records(line(index=typed), at=year.at)

    assert plan.years[0].lines[0].index == D("95.06")


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"year": "20x1"}, "year"), ({"year": "3021"}, "year"), ({"group": "Sở"}, "group_name"),
        ({"unit": "Xã Thanh An"}, "unit"), ({"unit": ""}, "unit"), ({"index": "101"}, "index"),
        ({"index": "-1"}, "index"), ({"index": "1.234,5"}, "index"), ({"index": "cao"}, "index"),
        ({"rank": "0"}, "rank"), ({"rank": "1.0"}, "rank"), ({"rank": "²"}, "rank"),
        ({"source": ""}, "source"), ({"band": "x" * 61}, "band"),
    ],
)  # fmt: skip
def test_bad_cell_is_refused_naming_row_and_column(small, year, values, column):
    plan = read_records(line(**values), at=year.at)

    assert [(error.row, error.column) for error in plan.errors] == [(2, column)]
    assert plan.years == []


def test_unknown_unit_is_answered_with_a_suggestion(small, year):
    plan = read_records(line(unit="Xã Thanh An"), at=year.at)

    assert "Xã Thạnh An" in str(plan.errors[0])


def test_unit_twice_in_a_year_is_refused(small, year):
    content = line() + line(index="")[len(HEAD.encode()) :]

    assert [e.row for e in read_records(content, at=year.at).errors] == [3]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe\x00", HEAD.encode(), b"year,unit\n2021,x\n", b"PK\x03\x04",
        HEAD.encode() + b"2021,x\n", HEAD.encode() + b"\n" + b"2021,a,b,,,,s,\n" * 2001,
    ],
)  # fmt: skip
def test_bad_file_is_refused(small, year, content):
    assert read_records(content, at=year.at).errors


def test_explicit_rank_basis_wins(small, year):
    content = line(note="suy ra").replace(b"note\n", b"note,rank_basis\n", 1)
    content = content.rstrip(b"\n") + b",stated\n"

    assert read_records(content, at=year.at).years[0].lines[0].rank_basis == RankBasis.STATED


# The verbs


def test_record_is_the_leaders(small, year):
    lines = read_records(line(), at=year.at).years[0].lines

    for other in (year.officer, make_user()):
        with pytest.raises(NotPermitted):
            drafts.draft_record(year=2021, lines=lines, by=other, at=year.at)


def test_second_import_replaces_the_draft(small, year):
    for index in ("95.06", "90"):
        lines = read_records(line(index=index), at=year.at).years[0].lines
        drafts.draft_record(year=2021, lines=lines, by=year.leader, at=year.at)

    assert Publication.objects.count() == 1
    assert PublishedResult.objects.get().index == D(90)


def test_new_figures_correct_the_record_and_need_a_reason(small, year):
    import_all(line(), year.leader, year.at)
    with pytest.raises(BadInput):
        import_all(line(index="90"), year.leader, year.at)

    plan = read_records(line(index="90"), at=year.at)
    (new,) = import_all(line(index="90"), year.leader, year.at, reason="Báo đính chính")

    assert [d.kind for d in plan.years[0].differences] == ["changed"]
    assert (new.slug, new.corrects.slug) == ("2021-bao-chi-2", "2021-bao-chi")
    assert Publication.objects.current(year.at).get() == new


def test_record_without_source_is_refused(small, year):
    lines = read_records(line(), at=year.at).years[0].lines
    draft = drafts.draft_record(year=2021, lines=lines, by=year.leader, at=year.at)
    PublishedResult.objects.update(source="")

    with pytest.raises(GuardFailed):
        perform("record", draft, by=year.leader, at=year.at)


def test_record_is_not_scheduled(small, year):
    lines = read_records(line(), at=year.at).years[0].lines
    draft = drafts.draft_record(year=2021, lines=lines, by=year.leader, at=year.at)

    with pytest.raises(NotPermitted):
        perform("schedule", draft, by=year.leader, at=year.at, published_at=year.at)
