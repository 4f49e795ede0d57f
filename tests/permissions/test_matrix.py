"""Every address × every role: what answers, and what no answer may hold (design 6).

`access.csv` is the table: one row per pattern of the urlconf, one column per role, each cell the
status of a GET (of a POST where a GET is refused as a method). A new address without a row fails.
"""

import csv
from pathlib import Path

import pytest

from tests.permissions import addresses
from tests.permissions.marks import (
    ABSTAINED,
    APPEALED,
    ASKED,
    ATTENDED,
    DECLARED,
    EMBARGOED,
    JUDGED,
    OWN,
    READERS,
    SAID,
    SURVEYED,
    held,
    marks_in,
)
from tests.permissions.reading import read
from tests.permissions.visits import ENDINGS, ROLES, answers

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("access.csv")
#: What its readers meet on these pages; the rest stands behind the byways.
PLAIN = (
    OWN, JUDGED, ABSTAINED, ASKED, APPEALED, SAID, ATTENDED, DECLARED, SURVEYED, EMBARGOED,
)  # fmt: skip
ACCOUNT_PAGES = ("tai-khoan/", "admin/password_change", "admin/logout/", "admin/login/")
#: It takes forms only: one that names no act is missing, whoever is signed in and sends it.
ACT = "admin/assessments/criterionscore/<int:pk>/cham/"
roles = pytest.mark.parametrize("role", ROLES)


def table() -> dict[str, dict[str, int]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row.pop("pattern"): {role: int(status) for role, status in row.items()}
            for row in csv.DictReader(file)
        }


def test_every_address_has_a_row() -> None:
    patterns = addresses.patterns()
    rows = table()
    missing, stale = [p for p in patterns if p not in rows], sorted(set(rows) - set(patterns))
    assert (missing, stale) == ([], []), f"add to {TABLE.name} by deciding who may see what"


def test_every_ending_of_a_file_is_visited() -> None:
    chosen = {p for p in addresses.patterns() if ":ending>" in p}
    assert chosen == set(ENDINGS)


@roles
def test_address_answers_each_role_as_the_table_says_and_tells_no_secret(swept, role) -> None:
    expected, wrong, leaks, met = table(), [], [], set()
    for pattern, address, response in answers(swept, role):
        text = read(response)
        if response.status_code != expected.get(pattern, {}).get(role):
            wrong.append(f"{pattern} ({address}): {response.status_code}")
        leaks += [f"{address}: {mark}" for mark in marks_in(pattern, text, role)]
        met |= {marks for marks in PLAIN if any(held(marks, text))}
    assert leaks == []
    assert wrong == []
    # A sweep that could find nothing proves nothing: who may read does read.
    assert {marks for marks in PLAIN if role in READERS[marks]} - met == set()


def test_table_keeps_the_lines_of_the_design() -> None:
    """What must hold whatever single cells say."""
    rows = table()
    scored = [
        pattern
        for pattern in rows
        if pattern.startswith(
            (
                "admin/assessments/criterionscore/<",
                "admin/assessments/appraisal/<",
                "admin/assessments/submission/<",
                "admin/assessments/councildecision/<",
                "admin/assessments/explanation/<",
                "admin/assessments/approval/<",
            )
        )
    ]
    private = [
        pattern for pattern in rows if pattern.startswith(("tu-danh-gia/", "tai-lieu/", "bat-dau/"))
    ]
    assert len(scored) > 20
    for pattern, statuses in rows.items():
        assert min(statuses.values()) >= 200
        assert max(statuses.values()) < 500, pattern
        if pattern.startswith("admin/") and not pattern.startswith(ACCOUNT_PAGES):
            assert statuses["anonymous"] in (302, 404), pattern
            outside = {404} if pattern == ACT else {statuses["anonymous"]}
            assert {statuses["contributor"], statuses["stranger"]} == outside, pattern
    assert {rows[ACT][role] for role in ROLES if role != "anonymous"} == {404}
    for pattern in scored:
        for role in ("employed", "officer", "survey_officer", "administrator", "superuser"):
            listed = role == "officer" and pattern.startswith("admin/assessments/submission/")
            assert listed or rows[pattern][role] != 200, (pattern, role)
    for pattern in private:
        assert 200 not in {
            rows[pattern]["anonymous"],
            rows[pattern]["stranger"],
            rows[pattern]["superuser"],
        } or (pattern == "tu-danh-gia/"), pattern
