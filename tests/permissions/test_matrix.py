"""Every address × every role: what answers, and what no answer may hold (design 6).

`access.csv` is the table: one row per pattern of the urlconf, one column per role, each cell the
status of a GET (of a POST where a GET is refused as a method). A new address without a row fails.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from assessments.choices import PublicationKind
from tests.factories.standing import standing
from tests.permissions import addresses
from tests.permissions.secrets import (
    ASKED,
    EMBARGOED,
    JUDGED,
    NAMED,
    OWN,
    SURVEYED,
    Secrets,
    make_secrets,
)

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("access.csv")
ROLES = (
    "anonymous", "contributor", "stranger", "member", "employed", "secretary", "chair", "officer",
    "leader", "approver", "survey_officer", "auditor", "administrator", "superuser",
)  # fmt: skip
#: Who may meet which marks; nobody else meets one in any answer.
READERS: dict[tuple[str, ...], set[str]] = {
    OWN: {"contributor", "member", "secretary", "chair", "leader", "approver", "auditor"},
    JUDGED: {"member", "secretary", "chair", "leader", "approver", "auditor"},
    ASKED: {"contributor", "member", "secretary", "chair", "leader", "approver", "auditor"},
    SURVEYED: {"secretary", "chair", "leader", "approver", "survey_officer", "auditor"},
    EMBARGOED: {"leader"},
}
#: Words about the year that are plans, not results: an extension's reason is Home Affairs' own.
PLANS = {"admin/assessments/extension/", "admin/assessments/surveydecision/"}
ACCOUNT_PAGES = ("tai-khoan/", "admin/password_change", "admin/logout/", "admin/login/")
roles = pytest.mark.parametrize("role", ROLES)


@pytest.fixture(scope="module")
def secrets(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[Secrets]:
    folder = tmp_path_factory.mktemp("media")
    with override_settings(MEDIA_ROOT=folder), standing(django_db_blocker):
        yield make_secrets()


@pytest.fixture(autouse=True)
def _same_media(secrets: Secrets, settings: Any) -> None:
    settings.MEDIA_ROOT = Path(secrets.revision.file.path).parents[2]
    cache.clear()


def table() -> dict[str, dict[str, int]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row.pop("pattern"): {role: int(status) for role, status in row.items()}
            for row in csv.DictReader(file)
        }


def browser_of(secrets: Secrets, role: str) -> Client:
    browser, person = Client(raise_request_exception=True), secrets.people[role]
    if person is not None:
        browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def address_of(pattern: str, secrets: Secrets) -> str:
    """Return an address of the pattern that names the first unit's things wherever it can."""
    year, unit = secrets.year, secrets.year.first.unit
    publication = secrets.scheduled if "publication" in pattern else secrets.public

    def fill(pattern: str, name: str) -> str:
        model = addresses.model_of(pattern)
        if name in ("object_id", "pk") and model is not None:
            return str(_object(model, secrets))
        if pattern.startswith("don-vi/") and name == "slug":
            return publication_unit(secrets)
        if pattern.startswith("bo-tieu-chi/"):
            return year.scheme.code
        values = {
            "key": f"{year.cycle.year}"
            if pattern.startswith("tu-danh-gia")
            else secrets.public.slug,
            "slug": unit.slug,
            "field": "1",
            "code": "1.3",
            "criterion": str(year.criterion("1.3").pk),
            "sequence": "1",
            "pk": str(_key(pattern, secrets)),
            "number": "1",
            "ending": "pdf",
            "group": "SBN",
            "publication": secrets.public.slug,
            "name": f"{secrets.public.slug}-SBN"
            if pattern.endswith(".csv")
            else secrets.public.slug,
            "action": _ACTS.get(model.__name__ if model else "", "x"),
            "content_type_id": "1",
            "object_id": "1",
            "council": str(year.council.pk),
            "part": str(year.cycle_scheme.pk),
        }
        return values[name]

    assert publication.kind == PublicationKind.OFFICIAL
    return addresses.visit(pattern, fill)


def _key(pattern: str, secrets: Secrets) -> int:
    """Return the id of the file, paper, appeal or question of the first unit."""
    if pattern.startswith("tai-lieu/"):
        return int(secrets.revision.pk)
    if pattern.startswith("tu-danh-gia/thu-vien/"):
        return int(secrets.revision.document_id)
    if "/kien-nghi/" in pattern:
        return int(secrets.year.first.submission.appeals.get().pk)
    return int(secrets.question.pk)


_ACTS = {
    "Submission": "conclude",
    "Adjustment": "accept",
    "Appeal": "uphold",
    "Cycle": "close",
    "Publication": "withdraw",
    "Scheme": "retire",
}


def publication_unit(secrets: Secrets) -> str:
    return str(secrets.public.results.order_by("unit_code").first().unit_slug)


def _object(model: Any, secrets: Secrets) -> int:
    """Return the row of the model that stands nearest to the first unit."""
    rows = model._base_manager.order_by("pk")
    name = model.__name__
    if name == "Publication":
        return int(secrets.scheduled.pk)
    if name == "Unit":
        return int(secrets.year.first.unit.pk)
    if name == "User":
        return int(secrets.year.first.head.pk)
    if name in ("Submission", "CriterionScore"):
        score = secrets.year.first.score("1.3")
        return int(score.submission_id if name == "Submission" else score.pk)
    if name in ("Cycle", "Scheme"):
        return int(secrets.year.cycle.pk if name == "Cycle" else secrets.year.scheme.pk)
    found = rows.first()
    return int(found.pk) if found else 1


def answers(secrets: Secrets, role: str) -> Iterator[tuple[str, Any]]:
    """Yield each pattern with its answer to the role, who comes back after signing out."""
    browser = browser_of(secrets, role)
    for pattern in addresses.patterns():
        address = address_of(pattern, secrets)
        response = browser.get(address)
        if response.status_code == 405:
            response = browser.post(address)
        if pattern.endswith("/logout/"):
            browser = browser_of(secrets, role)
        yield pattern, response


def body_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


def test_every_address_has_a_row() -> None:
    patterns = addresses.patterns()
    rows = table()
    missing, stale = [p for p in patterns if p not in rows], sorted(set(rows) - set(patterns))
    assert (missing, stale) == ([], []), f"add to {TABLE.name} by deciding who may see what"


@roles
def test_address_answers_each_role_as_the_table_says_and_tells_no_secret(secrets, role) -> None:
    expected, wrong, leaks, seen = table(), [], [], []
    for pattern, response in answers(secrets, role):
        body = body_of(response)
        if response.status_code != expected.get(pattern, {}).get(role):
            wrong.append(f"{pattern}: {response.status_code}")
        leaks += [f"{pattern}: {mark}" for mark in marks_in(pattern, body, role)]
        if pattern.startswith(("admin/assessments/", "tu-danh-gia/")):
            seen.append(body)
    assert leaks == []
    assert wrong == []
    # A sweep that could find nothing proves nothing: who may read does read.
    for marks in (OWN, JUDGED, EMBARGOED):
        if role in READERS[marks]:
            assert any(mark in body for body in seen for mark in marks), marks


def marks_in(pattern: str, body: str, role: str) -> Iterator[str]:
    for marks, readers in READERS.items():
        if role in readers or (marks is JUDGED and any(pattern.startswith(page) for page in PLANS)):
            continue
        yield from (mark for mark in marks if mark in body)
    private = pattern.startswith(("admin/", "tu-danh-gia/", "tai-lieu/"))
    if role == "employed" and private:
        yield from (mark for mark in NAMED if mark in body)


#: Where somebody might look for what the lists do not show.
BYWAYS = (
    "/admin/assessments/submission/?q=Mật",
    "/admin/assessments/submission/?q={code}",
    "/admin/assessments/criterionscore/?q={code}",
    "/admin/assessments/appraisal/?q=1.3",
    "/admin/assessments/submission/?state=appraising",
    "/admin/assessments/submission/?group__id__exact={group}",
    "/admin/assessments/explanation/?q={code}",
    "/admin/assessments/event/?q=save",
    "/admin/assessments/surveyresult/?q={code}",
    "/admin/units/unit/?q=Mật",
    "/admin/autocomplete/?term=Mật&app_label=units&model_name=membership&field_name=unit",
    "/admin/autocomplete/?term=Mật&app_label=assessments&model_name=councilmember&field_name=unit",
    "/admin/autocomplete/?term=1.3&app_label=assessments&model_name=appraisal&field_name=score",
    "/tim-don-vi/?q=Mật",
    "/xep-hang/{year}/",
    "/xep-hang/{year}/{group_code}/",
    "/du-lieu-mo/{year}.json",
    "/du-lieu-mo/{year}-{group_code}.csv",
    "/don-vi/{slug}/",
    "/don-vi/{slug}/{year}/",
    "/",
    "/du-lieu-mo/",
    "/du-lieu-mo/index.json",
    "/sitemap.xml",
    "/en/",
    "/en/xep-hang/{year}/",
    "/en/don-vi/{slug}/{year}/",
    "/media/{file}",
    "/{file}",
    "/static/{file}",
)


@roles
def test_byways_tell_no_secret(secrets, role) -> None:
    year, browser, leaks = secrets.year, browser_of(secrets, role), []
    for byway in BYWAYS:
        address = byway.format(
            code=year.first.unit.code,
            group=year.group.pk,
            group_code=year.group.code.lower(),
            year=year.cycle.year,
            slug=year.first.unit.slug,
            file=secrets.revision.file.name,
        )
        response = browser.get(address)
        assert response.status_code < 500, address
        leaks += [
            f"{address}: {mark}"
            for mark in marks_in(address[1:], body_of(response), role)
            if not (mark in NAMED and f"q={mark.split()[1]}" in address)
        ]
    assert leaks == []


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
            assert statuses["contributor"] == statuses["stranger"] == statuses["anonymous"], pattern
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
