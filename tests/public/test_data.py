"""Open data: whole, exact, recomputed by the script that is served, safe in spreadsheets."""

import csv
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from assessments.models import Publication
from assessments.press import files
from assessments.queries.public import published
from cchc.kit.canonical import canonical_json
from tests.factories.published import make_publication, make_record

SCRIPT = Path(settings.BASE_DIR) / "cchc/static/cchc/recompute.py"
Result = dict[str, Any]


def recompute(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    file = folder / "data.json"
    file.write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(file)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def published_text(slug: str) -> str:
    return Client().get(f"/du-lieu-mo/{slug}.json").content.decode()


def rehashed(data: dict[str, Any]) -> str:
    """Return the data as a forger would publish them: with a hash that fits."""
    content = {key: value for key, value in data.items() if key != "sha256"}
    digest = hashlib.sha256(canonical_json(content).encode()).hexdigest()
    return canonical_json(content | {"sha256": digest})


def test_file_is_canonical_and_carries_the_hash_of_the_publication(official: Publication) -> None:
    text = published_text("2026")
    data = json.loads(text)
    assert canonical_json(data) == text
    assert data["sha256"] == official.sha256


def test_script_finds_no_difference(tmp_path: Path, db: None) -> None:
    make_publication(unranked="SBN-02")
    done = recompute(tmp_path, published_text("2026"))
    assert done.stdout == "2026: 3 đơn vị, 0 chỗ sai khác\n"
    assert done.returncode == 0


def test_script_checks_only_the_hash_of_a_record(tmp_path: Path, db: None) -> None:
    make_record([{"unit": "Sở Tư pháp", "rank": 1}, {"unit": "Sở Nội vụ"}])
    text = published_text("2021-bao-chi")
    assert recompute(tmp_path, text).returncode == 0
    assert recompute(tmp_path, text.replace('"rank":1', '"rank":2')).returncode == 1


def _index(result: Result) -> None:
    result["index"] = "99.9999999999"


def _rank(result: Result) -> None:
    result["rank"] += 1


def _band(result: Result) -> None:
    result["band"] = "Yếu" if result["band"] != "Yếu" else "Tốt"


def _points(result: Result) -> None:
    result["scores"][0]["final_points"] = "3.9999"


def _too_many_points(result: Result) -> None:
    result["scores"][0]["final_points"] = "4.5000"


def _maximum(result: Result) -> None:
    result["scores"][0]["max_points"] = "5.0000"


def _missing_leaf(result: Result) -> None:
    result["scores"].pop()


def _field(result: Result) -> None:
    result["fields"][0]["index"] = "1.0000000000"


def _applicability(result: Result) -> None:
    result["scores"][0]["applicable"] = not result["scores"][0]["applicable"]


@pytest.mark.parametrize(
    "forge",
    [
        _index,
        _rank,
        _band,
        _points,
        _too_many_points,
        _maximum,
        _missing_leaf,
        _field,
        _applicability,
    ],
)
def test_script_finds_a_forgery_even_with_a_fitting_hash(
    tmp_path: Path, official: Publication, forge: Callable[[Result], None]
) -> None:
    data = json.loads(published_text("2026"))
    forge(data["groups"][0]["results"][0])
    done = recompute(tmp_path, rehashed(data))
    assert done.returncode == 1
    assert "sha256" not in done.stdout


def test_script_finds_a_changed_word_by_the_hash(tmp_path: Path, official: Publication) -> None:
    done = recompute(tmp_path, published_text("2026").replace("Người Ký", "Người Khác"))
    assert done.returncode == 1
    assert done.stdout.startswith("sha256: ")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sha256": NaN}', "null", "x" * 99])
def test_script_refuses_what_is_no_publication(tmp_path: Path, text: str) -> None:
    done = recompute(tmp_path, text)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_script_is_served_as_it_is(db: None) -> None:
    answer = Client().get("/du-lieu-mo/tinh-lai.py")
    assert answer.content == SCRIPT.read_bytes()


def test_csv_is_exact_with_byte_order_mark(official: Publication) -> None:
    text = Client().get("/du-lieu-mo/2026-SBN.csv").content.decode()
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    results = official.results.order_by("rank")
    assert [row[2:6] for row in rows[1:]] == [
        [str(row.rank), row.unit_code, row.unit_name, str(row.index)] for row in results
    ]
    assert len({len(row) for row in rows}) == 1


def test_english_address_serves_the_same_file(official: Publication) -> None:
    for path in ("/du-lieu-mo/2026.json", "/du-lieu-mo/2026-SBN.csv"):
        assert Client().get(f"/en{path}").content == Client().get(path).content


def test_csv_escapes_formulas_in_texts(db: None) -> None:
    names = ["=HYPERLINK(1)", "+1", "-1", "@SUM", "  =1", "Sở Tư pháp"]
    make_record([{"unit": name, "code": f"{n}", "note": name, "unit_slug": f"u{n}"}
                 for n, name in enumerate(names)], printed=False)  # fmt: skip
    publication = Publication.objects.get()
    table = published.rankings(publication, publication.published_at)[0]
    rows = list(
        csv.reader(io.StringIO(files.ranking_csv(publication, table).removeprefix("\ufeff")))
    )
    cells = {cell for row in rows[1:] for cell in row}
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    assert "Sở Tư pháp" in cells
    assert "'=HYPERLINK(1)" in cells


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1", "'=1"),
        (" \t=1", "' \t=1"),
        ("\r=1", "'\r=1"),
        ("\u00a0@", "'\u00a0@"),
        ("\u3000=1", "'\u3000=1"),
        ("\u200b=1", "'\u200b=1"),
        ("﹦1", "'﹦1"),
        ("a=1", "a=1"),
        ("Sở A;=1", "Sở A;'=1"),
        ("Sở A; @b;c\t+1\n-2", "Sở A; '@b;c\t'+1\n'-2"),
        ("=1;=2", "'=1;'=2"),
        ("0,5 điểm; tự chấm 1 điểm", "0,5 điểm; tự chấm 1 điểm"),
        ("", ""),
    ],
)
def test_safe_cell(text: str, safe: str) -> None:
    assert files.safe_cell(text) == safe
