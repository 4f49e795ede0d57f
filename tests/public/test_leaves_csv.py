"""The CSV of all leaves: what the JSON holds, row by row; listed where it is, nowhere else."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.models import CriterionScore, FrozenPage, Publication, PublishedScore
from assessments.press import columns, dictionary, files
from assessments.queries.public import published
from assessments.workflow import publications
from tests.factories.published import UNITS, make_publication, make_record
from tests.factories.results import make_draft, make_finished_year
from tests.public.test_embargo import LISTS
from tests.public.test_recompute import LEAVES, csv_rows, csv_text, make_hard_year
from tests.public.test_workbook import book_of

PATH = "/du-lieu-mo/2026-diem-tieu-chi.csv"


def in_json(publication: Publication) -> list[dict[str, Any]]:
    """Return what each row of the CSV must hold, by the JSON file."""
    data = json.loads(Client().get(f"/du-lieu-mo/{publication.slug}.json").content)
    rows = []
    for group in data["groups"]:
        names = {part["code"]: part["name"] for part in group["scheme"]["criteria"]}
        for result in group["results"]:
            rows += [
                {
                    "Năm": str(publication.year), "Nhóm": group["code"],
                    "Loại số liệu": "minh họa" if publication.is_illustrative else "chính thức",
                    "Mã": result["unit"]["code"], "Đơn vị": result["unit"]["name"],
                    "Mã tiêu chí": leaf["code"], "Lĩnh vực": leaf["field"],
                    "Tên tiêu chí": names[leaf["code"]], "Điểm tối đa": leaf["max_points"],
                    "Áp dụng": "có" if leaf["applicable"] else "không",
                    "Điểm tự chấm": leaf["self_points"] or "",
                    "Điểm thẩm định": leaf["appraised_points"] or "",
                    "Điểm chính thức": leaf["final_points"], "Cách tính": leaf["trace"] or "",
                }
                for leaf in result["scores"]
            ]  # fmt: skip
    return rows


def sorted_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["Mã"], row["Mã tiêu chí"]))


@pytest.mark.parametrize("kind", ["official", "illustrative"])
def test_rows_are_the_leaves_of_the_json_file_of_all_groups(db: None, kind: str) -> None:
    groups = {("SBN", "Sở, ban, ngành"): UNITS, ("UB", "Quận"): [("Q-1", "Quận 1")]}
    publication = make_publication(kind=kind, groups=groups, unranked="SBN-02")
    rows = csv_rows(csv_text(publication, LEAVES))
    assert len(rows) == PublishedScore.objects.filter(result__publication=publication).count()
    assert {row["Nhóm"] for row in rows} == {"SBN", "UB"}
    assert {row["Áp dụng"] for row in rows} == {"có", "không"}
    assert sorted_rows(rows) == sorted_rows(in_json(publication))
    assert [row["Nhóm"] for row in rows] == ["SBN"] * 18 + ["UB"] * 6


def test_missing_points_are_empty_and_units_without_a_rank_are_there(db: None) -> None:
    publication = make_hard_year()
    text = csv_text(publication, LEAVES)
    rows = csv_rows(text)
    assert text.startswith("\ufeff")
    assert sorted_rows(rows) == sorted_rows(in_json(publication))
    assert {row["Điểm tự chấm"] for row in rows} == {""}
    assert {row["Mã"] for row in rows} == {
        row["Mã"] for group in publication.groups.all()
        for row in csv_rows(csv_text(publication, group.code))
    }  # fmt: skip


def test_texts_are_no_formulas_and_long_reasons_stay_whole(db: None) -> None:
    year = make_finished_year()
    reason = '=1+1\nDòng hai, “ba”; "bốn"'
    CriterionScore.objects.filter(submission=year.dossiers[0].submission).update(final_trace=reason)
    publication = publications.publish_now(publication=make_draft(year), by=year.leader, at=year.at)
    traces = [row["Cách tính"] for row in csv_rows(csv_text(publication, LEAVES))]
    assert traces.count(f"'{reason}") == len(traces) // 2
    named = make_publication(groups={("SBN", "=Nhóm"): [("=A1", "+Sở Một"), ("B", "Sở Hai")]})
    rows = csv_rows(csv_text(named, LEAVES))
    assert {(row["Mã"], row["Đơn vị"]) for row in rows} == {("'=A1", "'+Sở Một"), ("B", "Sở Hai")}


def test_heads_are_those_of_the_workbook_and_each_is_explained(official: Publication) -> None:
    book = book_of()
    ranking, leaves = (next(iter(csv_rows(csv_text(official, name)))) for name in ("SBN", LEAVES))
    sheets = [
        [cell.value for cell in next(book[name].iter_rows())]
        for name in ("Xếp hạng SBN", "Điểm tiêu chí")
    ]
    assert [head for head in ranking if head != "Loại số liệu"] == [
        head for head in sheets[0] if head != "Nhóm"
    ]
    assert list(leaves) == ["Năm", "Loại số liệu", *sheets[1]]
    assert [head for head, _meaning in dictionary.LEAVES_CSV] == list(leaves)
    fields = [head for head in ranking if head[0].isdigit()]
    told = [name for head, _meaning in dictionary.CSV for name in head.split(", ")]
    assert [name for name in told if not name[0].isdigit()] == [
        head for head in ranking if head not in fields
    ]
    assert fields == columns.field_heads(published.rankings(official, official.published_at)[0])


def test_page_explains_each_column_in_both_languages(official: Publication) -> None:
    for path in ("/du-lieu-mo/", "/en/du-lieu-mo/"):
        body = Client().get(path).content.decode().split("(…-diem-tieu-chi.csv)</summary>")[1]
        table = body.split("</details>")[0]
        for head, _meaning in dictionary.LEAVES_CSV:
            assert table.count(f'lang="vi"><code>{head}</code>') == 1, head


def test_leaves_are_read_by_one_statement_whatever_their_number(db: None) -> None:
    small = make_publication(groups={("SBN", "Sở"): UNITS[:1]}, printed=False)
    large = make_publication(
        year=2027, groups={("SBN", "Sở"): UNITS, ("UB", "Quận"): [("Q-1", "Quận 1")]},
        printed=False,
    )  # fmt: skip
    for publication, count in ((small, 6), (large, 24)):
        tables = published.rankings(publication, publication.published_at)
        with CaptureQueriesContext(connection) as seen:
            rows = csv_rows(files.leaves_csv(publication, tables))
        assert (len(rows), len(seen)) == (count, 1)


def test_record_has_no_leaves_and_no_such_file(db: None) -> None:
    record = make_record([{"unit": "Sở Tư pháp", "rank": 1}])
    assert Client().get(f"/du-lieu-mo/{record.slug}-{LEAVES}.csv").status_code == 404
    (entry,) = Client().get("/du-lieu-mo/index.json").json()["publications"]
    assert entry["scores_csv"] is None
    assert Client().get(f"/api/v1/publications/{record.slug}").json()["scores_csv"] is None


def test_file_is_named_by_every_list_and_only_where_it_was_printed(official: Publication) -> None:
    older = make_publication(year=2025)
    with connection.cursor() as cursor:  # printed before there was such a file
        cursor.execute("SET LOCAL session_replication_role = replica")
        FrozenPage.objects.filter(publication=older, path__endswith=f"-{LEAVES}.csv").delete()
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    missing = PATH.replace("2026", "2025")
    assert Client().get(PATH)["Content-Type"] == "text/csv; charset=utf-8"
    assert Client().get(missing).status_code == 404
    for path in (*LISTS, "/xep-hang/2026/SBN/", "/xep-hang/2026/SBN/?sap-xep=ten"):
        body = Client().get(path).content.decode()
        assert PATH in body, path
        assert missing not in body, path
    assert missing not in Client().get("/xep-hang/2025/SBN/?sap-xep=ten").content.decode()
    assert Client().get("/api/v1/publications/2025").json()["scores_csv"] is None
    index = Client().get("/du-lieu-mo/index.json").json()["publications"]
    listed = Client().get("/api/v1/publications").json()["items"]
    for rows in (index, listed):
        assert [(row["id"], row["scores_csv"]) for row in rows] == [("2026", PATH), ("2025", None)]
