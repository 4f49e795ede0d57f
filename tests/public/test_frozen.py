"""Stored bytes: compressed, conditional, embargoed, never changed, said to be corrected."""

import datetime as dt
import gzip
import hashlib
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import timezone

from assessments import press
from assessments.models import FrozenPage, Publication
from tests.factories.published import UNITS, make_publication
from tests.public.conftest import HOUR

PAGE = "/xep-hang/2026/SBN/"
JSON_FILE = "/du-lieu-mo/2026.json"
MARK = "Sở Dấu Hiệu Riêng"


def test_press_prints_pages_in_both_languages_and_files_once(official: Publication) -> None:
    paths = set(official.pages.values_list("path", flat=True))
    cards = {f"/don-vi/{slug}/2026/" for slug in ("so-tu-phap", "so-noi-vu", "so-y-te")}
    pages = cards | {PAGE, "/xep-hang/2026/bao-cao/"}
    assert paths == pages | {f"/en{path}" for path in pages} | {
        JSON_FILE, "/du-lieu-mo/2026-SBN.csv", "/du-lieu-mo/2026-SBN.png", "/du-lieu-mo/2026.xlsx",
        "/du-lieu-mo/2026-diem-tieu-chi.csv", "/du-lieu-mo/2026-bao-cao.pdf",
    }  # fmt: skip


def test_printing_again_gives_the_same_bytes(db: None) -> None:
    publication = make_publication(printed=False)
    first = [(page.path, bytes(page.body)) for page in press.printed(publication, timezone.now())]
    second = [
        (page.path, bytes(page.body)) for page in press.printed(publication, timezone.now() + HOUR)
    ]
    assert first == second


def test_stored_hash_is_that_of_the_text(official: Publication) -> None:
    for page in official.pages.all():
        assert hashlib.sha256(gzip.decompress(bytes(page.body))).hexdigest() == page.sha256


def test_stored_pages_know_no_host_and_no_reader(db: None, settings: Any) -> None:
    settings.SITE_URL = ""
    for page in make_publication().pages.all():
        content = gzip.decompress(bytes(page.body))
        assert b"testserver" not in content
        assert b"csrf" not in content


def test_stored_page_refuses_change(official: Publication) -> None:
    with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
        FrozenPage.objects.filter(publication=official).update(path="/khac/")
    with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
        press.render(official, timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM assessments_frozenpage WHERE path = '/khac/'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("path", [PAGE, JSON_FILE, "/du-lieu-mo/2026-SBN.csv"])
def test_gzip_and_plain_are_the_same_text(official: Publication, path: str) -> None:
    packed = Client().get(path, headers={"accept-encoding": "br, gzip;q=0.8"})
    plain = Client().get(path, headers={"accept-encoding": "gzip;q=0, br"})
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed["Vary"]
    assert packed["ETag"] == plain["ETag"]


def test_known_etag_gets_304_without_body(official: Publication) -> None:
    first = Client().get(PAGE)
    again = Client().get(PAGE, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == first["ETag"]
    assert first["Cache-Control"] == "public, max-age=60"
    assert Client().get(PAGE, headers={"if-none-match": '"other"'}).status_code == 200


def test_signed_in_reader_gets_the_same_bytes_but_private(
    official: Publication, django_user_model: Any
) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create(username="a", full_name="A"))
    answer = client.get(PAGE)
    assert answer.content == Client().get(PAGE).content
    assert answer["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize("path", ["/", "/don-vi/so-tu-phap/"])
def test_live_page_has_etag_for_readers_without_account(
    official: Publication, django_user_model: Any, path: str
) -> None:
    first = Client().get(path)
    again = Client().get(path, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert Client().get(f"/en{path}")["ETag"] != first["ETag"]
    make_publication(year=2027)
    assert Client().get(path, headers={"if-none-match": first["ETag"]}).status_code == 200
    client = Client()
    client.force_login(django_user_model.objects.create(username="a", full_name="A"))
    answer = client.get(path)
    assert "ETag" not in answer
    assert answer["Cache-Control"] == "private, no-store"


def _everything(stored: list[str]) -> dict[str, bytes]:
    live = [
        "/", "/xep-hang/", "/xep-hang/2026/", "/don-vi/so-dau-hieu-rieng/", "/du-lieu-mo/",
        "/du-lieu-mo/index.json", "/so-do/", "/sitemap.xml", "/tim-don-vi/?q=dau+hieu",
    ]  # fmt: skip
    paths = [*stored, *live, *[f"/en{path}" for path in live]]
    return {path: Client().get(path).content for path in paths}


def test_nothing_is_seen_before_the_moment_and_all_after(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "flip_due", lambda at: [])
    units = [*UNITS, ("SBN-77", MARK)]
    publication = make_publication(
        at=timezone.now() + HOUR, groups={("SBN", "Sở, ban, ngành"): units}
    )
    stored = list(publication.pages.values_list("path", flat=True))
    assert len(stored) == 18
    for path, body in _everything(stored).items():
        assert MARK.encode() not in body, path
        assert b"so-dau-hieu-rieng" not in body or b"<h1" in body, path
        assert publication.sha256.encode() not in body, path
        # A page not found offers the other language of the address that was typed, nothing else.
        assert path in stored or b"2026/SBN" not in body, path
    for path in [*stored, "/xep-hang/2026/", "/don-vi/so-dau-hieu-rieng/"]:
        assert Client().get(path).status_code == 404, path
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + 2 * HOUR)
    for path in stored:
        assert Client().get(path).status_code == 200, path
    assert MARK.encode() in Client().get("/don-vi/so-dau-hieu-rieng/").content
    assert Client().get("/du-lieu-mo/index.json").json()["publications"][0]["id"] == "2026"
    assert b"/xep-hang/2026/SBN/" in Client().get("/sitemap.xml").content


def test_first_request_after_the_moment_rings(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[dt.datetime] = []
    monkeypatch.setattr(press, "flip_due", rung.append)
    for path in ("/", "/xep-hang/", "/xep-hang/2026/", "/du-lieu-mo/"):
        Client().get(path)
    assert len(rung) == 4


def test_corrected_page_says_so_and_keeps_its_bytes(official: Publication) -> None:
    stored = {page.path: page.sha256 for page in official.pages.all()}
    data = Client().get(JSON_FILE).content
    etag = Client().get(PAGE)["ETag"]
    make_publication(corrects=official, seed=2, correction_reason="Nhầm điểm của một tiêu chí")
    answer = Client().get(PAGE)
    body = answer.content.decode()
    assert "banner tone-bad" in body
    assert "Nhầm điểm của một tiêu chí" in body
    assert 'href="/xep-hang/2026-2/SBN/"' in body
    assert answer["Link"] == '</xep-hang/2026-2/SBN/>; rel="successor-version"'
    assert answer["ETag"] != etag
    assert Client().get(JSON_FILE).content == data
    assert {page.path: page.sha256 for page in official.pages.all()} == stored
    assert 'href="/xep-hang/2026/"' in Client().get("/xep-hang/2026-2/SBN/").content.decode()


def test_correction_is_what_live_pages_and_index_show(official: Publication) -> None:
    make_publication(corrects=official, seed=2, correction_reason="Nhầm điểm")
    assert "/xep-hang/2026-2/SBN/" in Client().get("/").content.decode()
    unit = Client().get("/don-vi/so-tu-phap/").content.decode()
    assert "/don-vi/so-tu-phap/2026-2/" in unit
    assert "/don-vi/so-tu-phap/2026/" not in unit
    entries = {
        row["id"]: row for row in Client().get("/du-lieu-mo/index.json").json()["publications"]
    }
    assert entries["2026"]["status"] == "corrected"
    assert entries["2026"]["corrected_by"] == "2026-2"
    assert entries["2026"]["errata"][0]["reason"] == "Nhầm điểm"
    assert entries["2026-2"]["status"] == "current"
    assert entries["2026-2"]["corrects"] == "2026"


def test_correction_under_embargo_is_not_announced(
    official: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "flip_due", lambda at: [])
    before = Client().get(PAGE).content
    make_publication(corrects=official, seed=2, at=timezone.now() + HOUR, correction_reason="Nhầm")
    answer = Client().get(PAGE)
    assert answer.content == before
    assert "Link" not in answer


def test_correction_of_a_unit_whose_address_holds_the_year_leads_to_its_scorecard(
    db: None,
) -> None:
    units = [("SBN-01", "Hội 2026"), ("SBN-02", "Sở Tư pháp")]
    old = make_publication(groups={("SBN", "Sở, ban, ngành"): units})
    make_publication(groups={("SBN", "Sở, ban, ngành"): units}, corrects=old, seed=2)
    answer = Client().get("/don-vi/hoi-2026/2026/")
    assert answer["Link"] == '</don-vi/hoi-2026/2026-2/>; rel="successor-version"'


def test_index_names_every_file_with_its_hash(official: Publication) -> None:
    told = Client().get("/du-lieu-mo/index.json").json()
    assert told["licence"].endswith("/dieu-khoan-du-lieu/")
    files = {row["path"]: row for row in told["publications"][0]["files"]}
    data = official.pages.exclude(filename="").exclude(content_type="image/png")
    assert set(files) == set(data.values_list("path", flat=True))
    for path, row in files.items():
        body = Client().get(path).content
        assert (row["bytes"], row["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
