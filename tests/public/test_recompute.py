"""Anybody can recompute each rank: the short script of the page and a third computation, from the
JSON, from the CSV of a group and from the CSV of all leaves as they were printed, with ties,
exclusions, bonus points and caps."""

import csv
import io
import json
import subprocess
import sys
from collections import defaultdict
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from assessments.models import (
    Adjustment,
    CriterionScore,
    Publication,
    PublishedResult,
    Submission,
)
from assessments.workflow import publications
from tests.factories.cycles import Year
from tests.factories.published import UNITS, make_publication, make_record
from tests.factories.results import make_draft, make_finished_year
from tests.public.test_data import published_text, recompute

D = Decimal
SCRIPT = Path(settings.BASE_DIR) / "cchc/static/cchc/ranks.py"
LEAVES = "diem-tieu-chi"
WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
Computed = dict[str, tuple[Decimal | None, int | None]]
#: Achieved and applicable points and index of a unit's field.
Parts = dict[tuple[str, str], tuple[Decimal, Decimal, Decimal | None]]


def run(folder: Path, text: str, ending: str) -> subprocess.CompletedProcess[str]:
    file = folder / f"du-lieu.{ending}"
    file.write_bytes(text.encode())
    return subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(SCRIPT), str(file)],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


def csv_text(publication: Publication, ending: str) -> str:
    """Return the CSV of a group by its code, or that of the leaves by `LEAVES`."""
    answer = Client().get(f"/du-lieu-mo/{publication.slug}-{ending}.csv")
    assert answer.status_code == 200
    return answer.content.decode()


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def placed(entries: list[tuple[str, Decimal | None, bool]]) -> Computed:
    """Return each unit's index and rank: equal ones share a rank, the next is left out."""
    standing = sorted((index for _, index, ranked in entries if ranked and index is not None),
                      reverse=True)  # fmt: skip
    return {
        code: (index, standing.index(index) + 1 if ranked and index is not None else None)
        for code, index, ranked in entries
    }


def index_of(achieved: Decimal, highest: Decimal, bonus: Any, penalty: Any) -> Decimal | None:
    if not highest:
        return None
    share = WIDE.divide(achieved * 100, highest).quantize(D("1E-10"), context=WIDE)
    return min(max(share + D(bonus or 0) - D(penalty or 0), D(0)), D(100))


def from_json(text: str) -> dict[str, Computed]:
    found = {}
    for group in json.loads(text)["groups"]:
        entries = []
        for row in group["results"]:
            leaves = [leaf for leaf in row["scores"] if leaf["applicable"]]
            achieved = sum((D(leaf["final_points"]) for leaf in leaves), D(0))
            highest = sum((D(leaf["max_points"]) for leaf in leaves), D(0))
            index = index_of(achieved, highest, row["bonus"], row["penalty"])
            entries.append((row["unit"]["code"], index, row["ranked"]))
        found[group["code"]] = placed(entries)
    return found


def from_csv(text: str) -> Computed:
    return placed([
        (
            row["Mã"],
            index_of(D(row["Điểm đạt được"]), D(row["Điểm áp dụng"]), row["Điểm thưởng"],
                     row["Điểm trừ"]),
            not row["Không xếp hạng vì"],
        )
        for row in csv_rows(text)
    ])  # fmt: skip


def from_leaves(text: str, tables: dict[str, str]) -> tuple[dict[str, Computed], Parts]:
    """Sum up the leaves; `tables`: the CSV of each group, which has units, bonus and penalty."""
    sums = defaultdict(lambda: [D(0), D(0)])
    parts = set()
    for leaf in csv_rows(text):
        parts.add((leaf["Mã"], leaf["Lĩnh vực"]))
        if leaf["Áp dụng"] == "có":
            for part in ("", leaf["Lĩnh vực"]):
                both = sums[leaf["Nhóm"], leaf["Mã"], part]
                both[0] += D(leaf["Điểm chính thức"])
                both[1] += D(leaf["Điểm tối đa"])
    ranks = {
        group: placed([
            (row["Mã"], index_of(*sums[group, row["Mã"], ""], row["Điểm thưởng"], row["Điểm trừ"]),
             not row["Không xếp hạng vì"])
            for row in csv_rows(table)
        ])
        for group, table in tables.items()
    }  # fmt: skip
    whose = {unit: group for group, units in ranks.items() for unit in units}
    totals = {(unit, part): sums[whose[unit], unit, part] for unit, part in parts}
    return ranks, {key: (*both, index_of(*both, 0, 0)) for key, both in totals.items()}


def published(publication: Publication) -> dict[str, Computed]:
    found: dict[str, Computed] = {group.code: {} for group in publication.groups.all()}
    for row in PublishedResult.objects.filter(publication=publication).select_related("group"):
        found[row.group.code][row.unit_code] = (row.index, row.rank)
    return found


def published_parts(publication: Publication) -> Parts:
    return {
        (row.unit_code, part["code"]): (
            D(part["achieved"]), D(part["applicable"]),
            None if part["index"] is None else D(part["index"]),
        )
        for row in publication.results.all() for part in row.fields
    }  # fmt: skip


def check(publication: Publication, folder: Path) -> list[list[str]]:
    """Recompute a publication in each way; return what the script printed from the JSON."""
    text = published_text(publication.slug)
    expected = published(publication)
    assert from_json(text) == expected
    done = run(folder, text, "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert recompute(folder, text).returncode == 0
    printed = [line.split("\t") for line in done.stdout.splitlines()]
    tables = {group: csv_text(publication, group) for group in expected}
    by_leaves = from_leaves(csv_text(publication, LEAVES), tables)
    assert by_leaves == (expected, published_parts(publication))
    for group, rows in expected.items():
        table = tables[group]
        assert from_csv(table) == rows
        by_table = run(folder, table, "csv")
        assert (by_table.returncode, by_table.stderr) == (0, "")
        from_table = sorted(line.split("\t")[1:] for line in by_table.stdout.splitlines())
        assert from_table == sorted(row[1:] for row in printed if row[0] == group)
        ranks = {row[2].partition(" ")[0]: row[1] for row in printed if row[0] == group}
        assert ranks == {code: str(rank or "") for code, (_, rank) in rows.items()}
    return printed


def adjust(year: Year, submission: Submission, kind: str, points: str) -> None:
    Adjustment.objects.create(
        submission=submission, kind=kind, points=D(points), state="accepted", reason="Lý do",
        proposed_by=year.secretary, decided_by_user=year.chair,
    )  # fmt: skip


def make_hard_year() -> Publication:
    """Publish a year of eight units: ties, leaves that do not apply, one not ranked, one with no
    applicable leaf, bonus and penalty, also over the caps, over 100 and under 0."""
    shares = ("0.9", "0.75", "0.9", "0.3333", "0.6667", "0.9999", "0", "0.5")
    year = make_finished_year(shares, heading={"bonus_cap": D(2), "penalty_cap": D("1.5")})
    dossiers = [dossier.submission for dossier in year.dossiers]
    leaves = CriterionScore.objects.filter(submission=dossiers[3]).order_by("pk")
    CriterionScore.objects.filter(pk=leaves[0].pk).update(final_applicable=False)
    adjust(year, dossiers[1], "bonus", "1.25")
    adjust(year, dossiers[1], "penalty", "0.0001")
    adjust(year, dossiers[4], "bonus", "7")
    adjust(year, dossiers[5], "bonus", "2")
    adjust(year, dossiers[6], "penalty", "1")
    CriterionScore.objects.filter(submission=dossiers[7]).update(final_applicable=False)
    Submission.objects.filter(pk=dossiers[4].pk).update(ranked=False, unranked_reason="Mới lập")
    return publications.publish_now(publication=make_draft(year), by=year.leader, at=year.at)


def test_hard_year_is_recomputed_from_json_and_from_csv(tmp_path: Path, db: None) -> None:
    publication = make_hard_year()
    results = list(publication.results.all())
    ranks = sorted(row.rank for row in results if row.rank)
    assert ranks == [1, 2, 2, 4, 5, 6]  # a tie among them
    assert {row.bonus for row in results} == {D(0), D("1.25"), D(2)}
    assert {row.penalty for row in results} == {D(0), D("0.0001"), D(1)}
    assert {D(0), D(100)} < {row.index for row in results}
    assert [row.index is not None for row in results if row.unranked_reason] == [True]
    assert len({row.applicable for row in results}) == 3
    check(publication, tmp_path)


@pytest.mark.parametrize("kind", ["official", "illustrative"])
def test_every_kind_of_cycle_is_recomputed(tmp_path: Path, db: None, kind: str) -> None:
    groups = {
        ("SBN", "Sở, ban, ngành"): UNITS,
        ("UB", "Quận"): [(f"Q-{n}", f"Quận {n}") for n in range(1, 9)],
    }
    first = make_publication(year=2025, kind=kind, groups=groups, unranked="SBN-02")
    printed = check(first, tmp_path)
    assert len(printed) == 11
    second = make_publication(year=2026, kind=kind, groups=groups)
    check(second, tmp_path)
    check(make_publication(year=2026, kind=kind, groups=groups, corrects=second, seed=3), tmp_path)


def test_record_of_the_press_has_nothing_to_recompute(tmp_path: Path, db: None) -> None:
    record = make_record([{"unit": "Sở Tư pháp", "rank": 1, "index": D("95.06")}])
    for ending, text in (
        ("json", published_text(record.slug)), ("csv", csv_text(record, "SBN")),
    ):  # fmt: skip
        done = run(tmp_path, text, ending)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_script_finds_a_wrong_rank_and_a_wrong_index(tmp_path: Path, official: Publication) -> None:
    text = published_text("2026")
    first = official.results.get(rank=1)
    for old, new in (('"rank":1,', '"rank":2,'), (f'"{first.index}"', '"50.0000000000"')):
        assert text.count(old) >= 1
        done = run(tmp_path, text.replace(old, new), "json")
        assert (done.returncode, done.stderr) == (1, "1 dòng sai khác\n")
        (line,) = [line for line in done.stdout.splitlines() if line.endswith("sai khác")]
        assert first.unit_name in line
    table = csv_text(official, "SBN")
    wrong = table.replace(f"{first.unit_name},{first.index}", f"{first.unit_name},50.0000000000")
    assert wrong != table
    assert run(tmp_path, wrong, "csv").stderr == "1 dòng sai khác\n"


def test_one_leaf_that_is_wrong_shows_in_field_and_index(official: Publication) -> None:
    tables = {"SBN": csv_text(official, "SBN")}
    leaves = csv_text(official, LEAVES)
    given = from_leaves(leaves, tables)
    assert given == (published(official), published_parts(official))
    first, *_rest = csv_rows(leaves)
    changed = leaves.replace(f",4.0000,{first['Áp dụng']},", ",4.0000,không,", 1)
    assert first["Áp dụng"] == "có"
    ranks, parts = from_leaves(changed, tables)
    differing = {key for key in parts if parts[key] != given[1][key]}
    assert differing == {(first["Mã"], first["Lĩnh vực"])}
    units = {code for code, (index, _rank) in ranks["SBN"].items()
             if index != given[0]["SBN"][code][0]}  # fmt: skip
    assert units == {first["Mã"]}


def test_script_is_short_and_printed_on_the_page(official: Publication) -> None:
    source = SCRIPT.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 40
    for path in ("/du-lieu-mo/", "/en/du-lieu-mo/"):
        page = Client().get(path).content.decode()
        shown = page.split('<pre class="script" tabindex="0"><code>')[1].split("</code>")[0]
        for entity, letter in (("&quot;", '"'), ("&#x27;", "'"), ("&gt;", ">"), ("&lt;", "<")):
            shown = shown.replace(entity, letter)
        assert shown.strip() == source.strip()
    assert Client().get("/du-lieu-mo/tinh-hang.py").content == SCRIPT.read_bytes()
