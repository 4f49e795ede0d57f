"""The shipped configuration, really run: files while the app sleeps, the app for the rest."""

import gzip
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.core.management import call_command
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from assessments.models import FrozenPage, Publication
from assessments.press import site
from tests.deploy import serving
from tests.deploy.serving import HOST, Answer, Front
from tests.factories.published import make_publication
from tests.public.conftest import HOUR

PAGE, CARD = "/xep-hang/2026/SBN/", "/don-vi/so-tu-phap/2026/"
JSON_FILE, CSV_FILE = "/du-lieu-mo/2026.json", "/du-lieu-mo/2026-SBN.csv"
LEAVES_FILE = "/du-lieu-mo/2026-diem-tieu-chi.csv"
#: Headers that must not depend on who answers.
SAME = (
    "content-type", "content-encoding", "content-disposition", "x-robots-tag", "cache-control",
    "strict-transport-security", "content-security-policy", "x-content-type-options",
    "x-frame-options", "referrer-policy", "cross-origin-opener-policy", "permissions-policy",
)  # fmt: skip

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def nginx_found() -> None:
    """Skip or fail before anything is started."""
    serving.find()


@pytest.fixture
def app(nginx_found: None, transactional_db: None, settings: Any, tmp_path: Path) -> Any:
    """Serve the portal as behind a proxy in production, its published pages written to disk."""
    settings.SITE_FOLDER = str(tmp_path / "site")
    settings.ALLOWED_HOSTS = [HOST]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    server = LiveServer("127.0.0.1")
    yield server
    server.stop()


@pytest.fixture
def front(app: Any, settings: Any, tmp_path: Path) -> Iterator[Front]:
    """Run nginx before the app."""
    folder = tmp_path / "nginx"
    folder.mkdir()
    static = tmp_path / "static"
    (static / "cchc").mkdir(parents=True)
    (static / "cchc" / "tokens.css").write_text(":root { color: inherit; }\n")
    (static / "cchc" / "tokens.0123456789ab.css").write_text(":root { color: inherit; }\n")
    upstream = app.url.removeprefix("http://")
    with serving.running(folder, Path(settings.SITE_FOLDER), static, upstream) as running:
        yield running


def written(publication: Publication) -> Publication:
    """Write the site with this publication in it."""
    site.write(timezone.now())
    return publication


def direct(app: Any, path: str) -> Answer:
    """Ask the app itself, as nginx would."""
    port = int(app.url.rpartition(":")[2])
    connection = serving.http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    return serving._asked(connection, path, "GET", None, {"X-Forwarded-Proto": "https"})


def told(answer: Answer) -> dict[str, str | list[str] | None]:
    """Return the headers that must be the same; the app's policy comes in any order."""
    policy = sorted(answer.headers["content-security-policy"].split("; "))
    return {name: answer.headers.get(name) for name in SAME} | {"content-security-policy": policy}


@pytest.mark.parametrize("kind", ["official", "illustrative"])
def test_every_stored_page_is_the_same_from_disk_and_from_the_app(
    app: Any, front: Front, kind: str
) -> None:
    publication = written(make_publication(kind=kind))
    for page in FrozenPage.objects.filter(publication=publication):
        by_file, by_app = front.ask(page.path), direct(app, page.path)
        assert (by_file.by_app, by_app.by_app) == (False, True), page.path
        assert by_file.status == by_app.status == 200, page.path
        assert by_file.body == by_app.body == bytes(page.body), page.path
        assert told(by_file) == told(by_app), page.path
        assert "accept-encoding" in by_file.headers["vary"].lower()


def test_reader_without_gzip_gets_the_text(front: Front) -> None:
    written(make_publication())
    packed, plain = front.ask(PAGE), front.ask(PAGE, Accept_Encoding="identity")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.body.decode() == packed.text
    assert not plain.by_app


def test_known_page_gets_304_also_from_a_later_release(front: Front) -> None:
    written(make_publication())
    first = front.ask(PAGE)
    written(make_publication(year=2027))
    again = front.ask(PAGE, If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    dated = front.ask(PAGE, If_Modified_Since=first.headers["last-modified"])
    assert dated.status == 304
    assert front.ask(PAGE, If_None_Match='"other"').status == 200


def test_head_is_answered_from_disk_and_every_other_method_by_the_app(front: Front) -> None:
    written(make_publication())
    head = front.ask(PAGE, "HEAD")
    assert (head.status, head.by_app, head.body) == (200, False, b"")
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = front.ask(PAGE, method, b"" if method in {"POST", "PUT"} else None)
        assert answer.by_app, method
        assert answer.status in {403, 405}, method


def test_questions_and_live_pages_are_the_apps(front: Front) -> None:
    written(make_publication())
    for path in (f"{PAGE}?sap-xep=diem", "/", "/en/", "/don-vi/so-tu-phap/", "/xep-hang/"):
        answer = front.ask(path)
        assert (answer.status, answer.by_app) == (200, True), path
    for path in (
        f"{PAGE}index.html",
        f"{PAGE}index.html.gz",
        "/du-lieu-mo/2026.json.gz",
        "/khong-co/",
        "/current/publications",
        "/publications",
    ):
        answer = front.ask(path)
        assert (answer.status, answer.by_app) == (404, True), path
    assert front.ask("/.down.html").status == 404


def test_plain_http_is_sent_on(front: Front) -> None:
    answer = front.ask_plainly("/xep-hang/?a=1", Host="evil.example")
    assert (answer.status, answer.headers["location"]) == (301, f"https://{HOST}/xep-hang/?a=1")


def test_large_evidence_passes_to_the_app_and_larger_does_not(front: Front) -> None:
    fits = front.ask("/bat-dau/", "POST", b"x" * live_settings.EVIDENCE_MAX_BYTES)
    assert fits.by_app
    too_large = front.ask("/bat-dau/", "POST", Content_Length=str(61 * 1024 * 1024))
    assert (too_large.status, too_large.by_app) == (413, False)


@pytest.mark.parametrize("path", ["/api/v1/khong-co", "/tim-don-vi/?q=so"])
def test_haste_is_slowed(front: Front, path: str) -> None:
    with ThreadPoolExecutor(90) as crowd:  # at once, however slow the machine is
        answers = list(crowd.map(lambda _n: front.ask(path, "POST", b"").status, range(90)))
    assert 0 < answers.count(429) < 90
    assert set(answers) <= {403, 404, 405, 429}


def test_program_in_haste_is_told_as_the_app_would(front: Front) -> None:
    with ThreadPoolExecutor(90) as crowd:
        answers = list(crowd.map(lambda _n: front.ask("/api/v1/none", "POST", b""), range(90)))
    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert refused.headers["access-control-allow-origin"] == "*"
    assert refused.headers["retry-after"] == "1"
    assert json.loads(refused.text)["status"] == 429


def test_unit_that_is_called_minh_hoa_is_for_search_engines(front: Front) -> None:
    unit = ("PX-1", "Xã Minh Hòa")
    written(make_publication(groups={("PX", "Phường, xã"): [unit, ("PX-2", "Xã Minh Tân")]}))
    answer = front.ask("/don-vi/xa-minh-hoa/2026/")
    assert (answer.status, answer.by_app) == (200, False)
    assert "x-robots-tag" not in answer.headers


def test_static_files_carry_the_headers_of_safety(front: Front) -> None:
    plain = front.ask("/static/cchc/tokens.css")
    assert plain.status == 200
    assert plain.headers["x-content-type-options"] == "nosniff"
    assert plain.headers["content-type"] == "text/css; charset=utf-8"
    assert plain.headers["cache-control"] == "public, max-age=60"


def test_scheduled_publication_comes_with_its_moment(
    front: Front, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = make_publication(at=timezone.now() + HOUR)
    call_command("tick")
    answer = front.ask(PAGE)
    assert (answer.status, answer.by_app) == (404, True)
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + 2 * HOUR)
    call_command("tick")
    for page in publication.pages.all():
        answer = front.ask(page.path)
        assert (answer.status, answer.by_app) == (200, False), page.path


def test_correction_switches_every_page_at_once(front: Front) -> None:
    old = written(make_publication())
    before = {page.path: bytes(page.body) for page in old.pages.all()}
    seen: list[tuple[bool, bool]] = []
    stop = threading.Event()

    def hammer() -> None:
        while not stop.is_set():
            # Whoever has met the new page must find the banner on every old one.
            new = front.ask("/xep-hang/2026-2/SBN/").status == 200
            marked = ["banner tone-bad" in front.ask(path).text for path in (PAGE, CARD)]
            seen.append((new, all(marked)))

    readers = [threading.Thread(target=hammer) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        make_publication(corrects=old, seed=2, correction_reason="Nhầm điểm")
        call_command("tick")
        while len(seen) < 60 or not seen[-1][0]:
            stop.wait(0.01)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert (True, False) not in seen
    assert (True, True) in seen
    answer = front.ask(PAGE)
    assert not answer.by_app
    assert 'href="/xep-hang/2026-2/SBN/"' in answer.text
    assert answer.body != before[PAGE]
    for path in (JSON_FILE, CSV_FILE, LEAVES_FILE):
        file = front.ask(path)
        assert file.by_app
        assert file.body == before[path]
        assert 'rel="successor-version"' in file.headers["link"]


def test_published_pages_are_read_while_the_app_is_down(app: Any, front: Front) -> None:
    old = make_publication()
    new = written(make_publication(corrects=old, seed=2, correction_reason="Nhầm điểm"))
    wanted = {
        page.path: direct(app, page.path).content
        for page in FrozenPage.objects.filter(publication__in=[old, new])
    }
    app.stop()
    for path, content in wanted.items():
        answer = front.ask(path)
        assert (answer.status, answer.content) == (200, content), path
    for path in ("/", "/en/", f"{PAGE}?sap-xep=diem", "/api/v1/publications", "/tim-don-vi/?q=a"):
        answer = front.ask(path)
        assert (answer.status, answer.headers["retry-after"]) == (503, "60"), path
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "Cổng đang được bảo trì" in answer.text
        assert "The portal is being serviced" in answer.text
        assert 'href="/xep-hang/2026-2/SBN/"' in answer.text
        assert 'href="/en/xep-hang/2026-2/SBN/"' in answer.text
    assert front.ask("/", "POST", b"a=1").status == 503
    assert b"<!DOCTYPE html>" in front.ask("/khong-co/", Accept_Encoding="identity").body


def test_first_reader_of_a_live_page_switches_the_site(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "_failed_at", -site._PATIENCE)
    assert not site.covers(make_publication())
    assert front.ask(PAGE).by_app
    assert not front.ask(PAGE).by_app
    assert gzip.decompress(front.ask(PAGE).body)
