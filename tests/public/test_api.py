"""The API: what the files say, in parts; behind the embargo; problems in sentences; limits."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import press
from assessments.choices import SchemeState
from assessments.models import Publication, Scheme
from cchc.kit.canonical import canonical_json
from tests.factories.cycles import make_issued_scheme
from tests.factories.published import UNITS, make_publication, make_record
from tests.factories.units import make_group, make_unit
from tests.public.conftest import HOUR
from units.models import Succession, UnitAlias

LISTS = [
    "/api/v1/publications", "/api/v1/publications/2026/results", "/api/v1/schemes",
    "/api/v1/publications/2026/scores", "/api/v1/units",
]  # fmt: skip
ADDRESSES = [*LISTS, "/api/v1/publications/2026", "/api/v1/openapi.json"]


def read(path: str, **query: Any) -> Any:
    answer = Client().get(path, query)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("application/json")
    return answer.json()


def items(path: str, **query: Any) -> list[dict[str, Any]]:
    return list(read(path, limit=200, **query)["items"])


def in_file(slug: str) -> dict[str, Any]:
    return dict(Client().get(f"/du-lieu-mo/{slug}.json").json())


def test_publication_says_what_its_file_says(official: Publication) -> None:
    entry = read("/api/v1/publications/2026")
    stated = in_file("2026")
    assert {key: entry[key] for key in stated["publication"]} == stated["publication"]
    assert entry["sha256"] == stated["sha256"]
    assert read("/api/v1/publications")["items"] == [entry]
    assert Client().get(entry["json"]).status_code == 200
    assert [Client().get(path).status_code for path in entry["csv"].values()] == [200]
    assert Client().get(entry["page"], follow=True).status_code == 200


def test_results_and_scores_are_those_of_the_file(db: None) -> None:
    groups = {("SBN", "Sở, ban, ngành"): UNITS, ("UB", "Quận"): [("Q-1", "Quận 1")]}
    make_publication(groups=groups, unranked="SBN-02")
    results, scores = [], []
    for group in in_file("2026")["groups"]:
        for result in group["results"]:
            leaves = result.pop("scores")
            results.append({"group": group["code"]} | result)
            whose = {"group": group["code"], "unit": result["unit"]}
            scores += [whose | leaf for leaf in leaves]
    assert items("/api/v1/publications/2026/results") == results
    found = items("/api/v1/publications/2026/scores")
    assert sorted(found, key=canonical_json) == sorted(scores, key=canonical_json)
    of_one = [leaf for leaf in scores if leaf["unit"]["code"] == "SBN-01"]
    assert items("/api/v1/publications/2026/scores", unit="SBN-01") == of_one
    of_leaf = items("/api/v1/publications/2026/scores", criterion="2.1", group="SBN")
    assert [row["unit"]["code"] for row in of_leaf] == ["SBN-01", "SBN-02", "SBN-03"]
    assert {row["code"] for row in of_leaf} == {"2.1"}


def test_record_has_results_without_scores(db: None) -> None:
    make_record([{"unit": "Sở Tư pháp", "rank": 1}, {"unit": "Sở Nội vụ"}])
    found = items("/api/v1/publications/2021-bao-chi/results")
    assert [(row["unit"]["name"], row["rank"], row["index"]) for row in found] == [
        ("Sở Tư pháp", 1, None), ("Sở Nội vụ", None, None),
    ]  # fmt: skip
    assert items("/api/v1/publications/2021-bao-chi/scores") == []
    assert read("/api/v1/publications/2021-bao-chi")["sources"] == ["https://bao.example/bai"]


def test_filters_choose_publications(official: Publication, illustrative: Publication) -> None:
    def ids(**query: Any) -> list[str]:
        return [row["id"] for row in items("/api/v1/publications", **query)]

    assert ids() == ["2026", "2023-minh-hoa"]
    assert ids(year=2023) == ["2023-minh-hoa"]
    assert ids(kind="official") == ["2026"]
    assert read("/api/v1/publications/2023-minh-hoa")["illustrative"] is True


def test_correction_is_told_of_what_it_corrects(official: Publication) -> None:
    make_publication(corrects=official, seed=2, correction_reason="Nhầm điểm")
    old, new = read("/api/v1/publications/2026"), read("/api/v1/publications/2026-2")
    assert (old["status"], old["corrected_by"]) == ("corrected", "2026-2")
    assert [row["reason"] for row in old["errata"]] == ["Nhầm điểm"]
    assert (new["status"], new["supersedes"], new["errata"]) == ("current", "2026", [])


def test_schemes_hold_issued_versions_with_criteria(db: None) -> None:
    issued = make_issued_scheme(make_group())
    Scheme.objects.create(group=issued.group, code="ban-thao", title="Bản thảo")
    assert Scheme.objects.get(code="ban-thao").state == SchemeState.DRAFT
    (entry,) = items("/api/v1/schemes")
    assert (entry["code"], entry["version"]) == (issued.code, issued.version)
    assert [row["code"] for row in entry["criteria"]] == [
        node.code for node in issued.criteria.order_by("position")
    ]
    assert items("/api/v1/schemes", code="ban-thao") == []
    assert items("/api/v1/schemes", group="KHAC") == []


def test_units_have_aliases_predecessors_and_successors(db: None) -> None:
    old, new = make_unit("Sở Tư pháp", code="A"), make_unit("Sở Pháp chế", code="B")
    UnitAlias.objects.create(unit=old, name="STP")
    Succession.objects.create(
        predecessor=old, successor=new, kind="renamed", effective_on="2027-01-01"
    )
    after, before = items("/api/v1/units")
    assert after["predecessors"] == [{
        "code": "A", "name": "Sở Tư pháp", "slug": "so-tu-phap", "kind": "renamed",
        "effective_on": "2027-01-01", "decision": None,
    }]  # fmt: skip
    assert [link["code"] for link in before["successors"]] == ["B"]
    assert (before["aliases"], after["aliases"]) == (["STP"], [])
    assert [row["code"] for row in items("/api/v1/units", q="tu phap")] == ["A"]
    assert [row["code"] for row in items("/api/v1/units", q="stp")] == ["A"]
    assert items("/api/v1/units", group="KHAC") == []


def test_pages_join_to_the_whole_list(official: Publication) -> None:
    whole = items("/api/v1/publications/2026/scores", group="SBN")
    path, seen, parts = "/api/v1/publications/2026/scores?limit=7&group=SBN", [], []
    while path:
        part = Client().get(path).json()
        assert part["total"] == len(whole) == 18
        seen += part["items"]
        parts.append(part["previous"])
        path = part["next"]
    assert seen == whole
    base = "http://testserver/api/v1/publications/2026/scores?limit=7&group=SBN&offset="
    assert parts == [None, f"{base}0", f"{base}7"]


def test_nothing_is_told_before_the_moment(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "flip_due", lambda at: [])
    make_publication(at=timezone.now() + HOUR)
    below = [f"/api/v1/publications/2026{rest}" for rest in ("", "/results", "/scores")]
    assert items("/api/v1/publications") == []
    assert {Client().get(path).status_code for path in below} == {404}
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + 2 * HOUR)
    assert [row["id"] for row in items("/api/v1/publications")] == ["2026"]
    assert {Client().get(path).status_code for path in below} == {200}


def test_correction_under_embargo_changes_nothing(
    official: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "flip_due", lambda at: [])
    before = {path: Client().get(path).content for path in ADDRESSES}
    make_publication(corrects=official, seed=2, at=timezone.now() + HOUR, correction_reason="Nhầm")
    assert {path: Client().get(path).content for path in ADDRESSES} == before


@pytest.mark.parametrize("path", ADDRESSES)
def test_answer_has_etag_and_is_open_to_any_site(official: Publication, path: str) -> None:
    first = Client().get(path)
    again = Client().get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    for answer in (first, again):
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Cache-Control"] == "public, max-age=60"
    head = Client().head(path)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", first["ETag"])


def test_signed_in_reader_gets_a_private_answer(
    official: Publication, django_user_model: Any
) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create(username="a", full_name="A"))
    assert client.get("/api/v1/publications")["Cache-Control"] == "private, max-age=60"


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Access-Control-Allow-Origin"] == "*"
    content = answer.json()
    assert content["status"] == status
    assert content["detail"].endswith(".")
    return dict(content)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/", "/api/v1/khong-co", "/api/v1/publications/", "/api/v1/publications/1999",
        "/api/v1/publications/1999/results", "/api/v1/publications/%00", "/api/v1/docs",
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_problem(official: Publication, path: str) -> None:
    answer = Client().get(path)
    problem(answer, 422 if "%00" in path else 404)


@pytest.mark.parametrize(
    ("query", "name", "reason"),
    [
        ("limit=x", "limit", "A whole number is needed."),
        ("limit=0", "limit", "The number must be 1 at least."),
        ("limit=201", "limit", "The number may be 200 at most."),
        ("offset=-1", "offset", "The number must be 0 at least."),
        ("offset=" + "9" * 5000, "offset", "A whole number is needed."),
        ("year=1.5", "year", "A whole number is needed."),
        ("kind=x", "kind", "One of these is needed: 'official', 'record', 'illustrative'."),
        ("kinds=official", "kinds", "This address has no such parameter."),
    ],
)
def test_refused_parameter_is_named(db: None, query: str, name: str, reason: str) -> None:
    answer = Client(headers={"accept-language": "en"}).get(f"/api/v1/publications?{query}")
    assert problem(answer, 422)["errors"] == [{"name": name, "reason": reason}]


def test_problem_is_vietnamese_unless_asked_otherwise(db: None) -> None:
    said = problem(Client().get("/api/v1/khong-co"), 404)["detail"]
    assert said == "Không có nội dung công khai nào tại địa chỉ này của API."
    assert Client().get("/api/v1/khong-co", headers={"accept-language": "en"}).json()["detail"] == (
        "There is nothing public at this address of the API."
    )


@pytest.mark.parametrize("path", ["/api/v1/publications", "/api/v1/khong-co"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_api_only_reads(db: None, method: str, path: str) -> None:
    answer = Client(enforce_csrf_checks=True).generic(method, path)
    problem(answer, 405)
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_browser_of_another_site_may_ask(db: None) -> None:
    answer = Client().options("/api/v1/publications")
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_too_many_requests_are_told_when_to_come_back(
    official: Publication, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    monkeypatch.setattr("time.time", lambda: 1_800_000_030.0)
    for _n in range(3):
        assert Client().get("/api/v1/publications").status_code == 200
    answer = Client().get("/api/v1/publications")
    problem(answer, 429)
    assert answer["Retry-After"] == "30"
    assert Client().get("/api/v1/publications", REMOTE_ADDR="192.0.2.9").status_code == 200
    monkeypatch.setattr("time.time", lambda: 1_800_000_060.0)
    assert Client().get("/api/v1/publications").status_code == 200


def test_readers_behind_the_proxy_are_told_apart_by_its_last_word(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    monkeypatch.setattr("time.time", lambda: 1_800_000_030.0)

    def status(seen: str) -> int:
        return Client(headers={"x-forwarded-for": seen}).get("/api/v1/units").status_code

    assert [status("1.1.1.1, 2.2.2.2"), status("2.2.2.3"), status("9.9.9.9, 2.2.2.2")] == [
        200, 200, 429,
    ]  # fmt: skip


def test_network_of_one_reader_counts_as_one(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    monkeypatch.setattr("time.time", lambda: 1_800_000_030.0)
    addresses = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "")
    answers = [Client().get("/api/v1/units", REMOTE_ADDR=address) for address in addresses]
    assert [answer.status_code for answer in answers] == [200, 429, 200, 200]


def test_crowd_of_readers_leaves_failed_sign_ins_counted(db: None) -> None:
    cache.set("allauth:rl:login_failed", [1, 2], timeout=1800)
    for number in range(400):  # more than Django keeps by itself
        cache.set(f"api-{number}", 1, timeout=60)
    assert cache.get("allauth:rl:login_failed") == [1, 2]


def test_description_names_every_address(official: Publication) -> None:
    description = read("/api/v1/openapi.json")
    assert description["openapi"].startswith("3.1")
    assert set(description["paths"]) == {
        "/api/v1/publications", "/api/v1/publications/{id}", "/api/v1/publications/{id}/results",
        "/api/v1/publications/{id}/scores", "/api/v1/schemes", "/api/v1/units",
    }  # fmt: skip
    assert {tuple(path) for path in description["paths"].values()} == {("get",)}
    results = description["components"]["schemas"]["Result"]["properties"]
    assert set(results) == set(items("/api/v1/publications/2026/results")[0])


@pytest.mark.parametrize("path", ADDRESSES)
def test_statements_do_not_grow_with_rows(db: None, path: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            read(path)
        return len(seen)

    make_publication(groups={("SBN", "Sở, ban, ngành"): UNITS[:1]})
    make_issued_scheme(make_group())
    old, new = make_unit("Cũ một"), make_unit("Mới một")
    Succession.objects.create(
        predecessor=old, successor=new, kind="renamed", effective_on="2027-01-01"
    )
    count()
    few = count()
    for year in (2024, 2025):
        make_publication(year=year)
        make_issued_scheme(make_group(f"G{year}", f"Nhóm {year}"))
        old, new = make_unit(f"Cũ {year}"), make_unit(f"Mới {year}")
        Succession.objects.create(
            predecessor=old, successor=new, kind="renamed", effective_on="2027-01-01"
        )
    assert count() == few
