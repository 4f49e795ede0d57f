"""Before its moment a publication is as if it were not there, to the byte; after it, whole.

Every address of the urlconf is asked, in both languages and filled with what is scheduled, in
every method and with parameters, and each answer is compared with that of the same portal before
anything was scheduled. A new route is asked without a word here.
"""

import datetime as dt
import gzip
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation

from assessments import press
from assessments.choices import PublicationState
from assessments.models import Cycle, FrozenPage, Publication, PublishedResult, PublishedScore
from assessments.press import site
from tests.factories.published import UNITS, make_publication
from tests.permissions import addresses
from tests.permissions.reading import read, text_of
from tests.public.conftest import HOUR

NOW = dt.datetime(2027, 3, 1, 2, tzinfo=dt.UTC)
MOMENT = NOW + 5 * HOUR
UNIT, SLUG, GROUP = "Sở Dấu Hiệu Riêng", "so-dau-hieu-rieng", "SBN"
DECISION, TITLE = "4711/QĐ-DẤU-HIỆU", "Công bố Dấu Hiệu Riêng"
GROUPS = {(GROUP, "Sở, ban, ngành"): [*UNITS, ("SBN-77", UNIT)]}
#: What an argument of an address may be: what is scheduled first, then what is public already.
VALUES = {
    "slug": [SLUG, "so-tu-phap"], "unit": [SLUG], "group": [GROUP], "code": ["bo-sbn", "1.1"],
    "name": ["{slug}", "{slug}-SBN", "{slug}-diem-tieu-chi", "2025"], "version": ["1"],
    "year": ["2026", "2025"],
}  # fmt: skip
ANY = ["{slug}", "2026"]
QUERIES = [
    "q=dau+hieu", "page=2&year=2026&nam=2026&nhom=SBN&sap-xep=diem",
    "publication={slug}&group=SBN&unit=so-dau-hieu-rieng&kind=official&limit=100&offset=0",
    "don-vi=so-dau-hieu-rieng&don-vi=so-tu-phap",
]  # fmt: skip
#: The file of all leaves, and what lists it.
LEAVES = "/du-lieu-mo/2026-diem-tieu-chi.csv"
LISTS = (
    "/du-lieu-mo/", "/du-lieu-mo/index.json", "/du-lieu-mo/catalog.jsonld",
    "/api/v1/publications", "/api/v1/publications/2026",
)  # fmt: skip
METHODS = ("GET", "HEAD", "OPTIONS", "POST")
PUBLIC = re.compile(
    r"(?:en/)?(?:$|xep-hang|so-sanh|tim-don-vi|don-vi|bo-tieu-chi|du-lieu-mo|gioi-thieu|phuong-phap"
    r"|dieu-khoan|tiep-can|so-do|robots|sitemap)|api/"
)
#: New with every answer, whatever it says.
TOKENS = re.compile(rb'(?:name="csrfmiddlewaretoken" value=|data-csrf-token=)"[^"]*"')
FRESH = {"X-Request-ID", "Set-Cookie", "Content-Security-Policy", "Content-Length", "Expires"}
Asked = tuple[str, str]
Seen = tuple[int, dict[str, str], bytes]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let time stand still; return a function that sets it."""

    def stand(at: dt.datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: at)

    stand(NOW)
    return stand


@pytest.fixture
def portal(db: None, clock: Any, settings: Any, tmp_path: Path) -> Publication:
    """Return the public year before, in a portal that writes its site to disk."""
    settings.SITE_FOLDER = str(tmp_path / "site")
    site._failed_at = -site._PATIENCE
    Cycle.objects.create(year=2026, title="Kỳ đánh giá 2026")
    return make_publication(year=2025, at=NOW - 48 * HOUR)


def scheduled(**changed: Any) -> Publication:
    """Schedule a publication that nobody could take for another."""
    given = {"title": TITLE, "decision_number": DECISION, "at": MOMENT, "groups": GROUPS}
    publication = make_publication(**given | changed)
    assert publication.state == PublicationState.SCHEDULED
    return publication


def asked(slug: str) -> list[Asked]:
    """Return every request: public addresses in all methods and questions, others by GET."""
    found: dict[Asked, None] = {}
    for language, _name in live_settings.LANGUAGES:
        with translation.override(language):
            for pattern in addresses.patterns():
                if not PUBLIC.match(pattern):
                    found[("GET", next(filled(pattern, slug)))] = None
                    continue
                for path in filled(pattern, slug):
                    found |= dict.fromkeys((how, path) for how in METHODS)
                    questions = [question.format(slug=slug) for question in QUERIES]
                    found |= dict.fromkeys(("GET", f"{path}?{q}") for q in questions)
    return list(found)


def filled(pattern: str, slug: str) -> Iterator[str]:
    """Yield the addresses of a pattern with all that its arguments may be."""
    names: list[str] = []
    addresses.visit(pattern, lambda _pattern, name: names.append(name) or "")
    for values in itertools.product(*(VALUES.get(name, ANY) for name in names)):
        left = iter(value.format(slug=slug) for value in values)
        yield addresses.visit(pattern, lambda _pattern, _name, left=left: next(left))


def portrait(requests: list[Asked]) -> dict[Asked, Seen]:
    """Return what each request is answered, tokens apart; each reader comes from elsewhere."""
    found = {}
    for method, path in requests:
        portrait.readers += 1
        number = portrait.readers
        where = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        answer = Client(REMOTE_ADDR=where).generic(method, path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        headers = {name: value for name, value in answer.items() if name not in FRESH}
        found[method, path] = answer.status_code, headers, TOKENS.sub(b"", content)
    return found


portrait.readers = 0


def on_disk(folder: Path) -> dict[str, bytes]:
    """Return every file below the site's folder under its name."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def markers(publication: Publication) -> list[str]:
    """Return what only this publication says: names, numbers, traces, hashes."""
    result = PublishedResult.objects.get(publication=publication, unit_name=UNIT)
    leaves = PublishedScore.objects.filter(result=result)
    hashes = FrozenPage.objects.filter(publication=publication).values_list("sha256", flat=True)
    return [
        UNIT, SLUG, DECISION, TITLE, f"{result.index}", publication.sha256, *hashes,
        *(leaf.trace for leaf in leaves),
    ]  # fmt: skip


def differences(before: dict[Asked, Seen], after: dict[Asked, Seen]) -> list[Asked]:
    return [request for request, seen in before.items() if after[request] != seen]


def assert_silent(before: dict[Asked, Seen], secrets: list[str]) -> None:
    """Look again: every answer is the one from before, and no file has a word of it."""
    after = portrait(list(before))
    assert differences(before, after) == []
    for (method, path), (_status, headers, content) in after.items():
        text = f"{headers}\n{text_of(content)}"
        for secret in secrets:
            # An answer may say again what was typed into its address, nothing else.
            said_again = secret == SLUG and SLUG in path
            assert secret not in text or said_again, (method, path, secret)


def test_scheduled_publication_is_silent_to_the_byte(
    portal: Publication, clock: Any, settings: Any
) -> None:
    folder = Path(settings.SITE_FOLDER)
    call_command("write_site")
    requests = asked("2026")
    assert len([path for _how, path in requests if path.startswith("/du-lieu-mo/2026")]) > 10
    assert {(how, f"{language}{LEAVES}") for how in METHODS for language in ("", "/en")} <= {
        *requests
    }
    before, files = portrait(requests), on_disk(folder)
    assert {status for status, _headers, _content in before.values()} >= {200, 302, 404, 405}
    assert not any(status >= 500 for status, _headers, _content in before.values())
    publication = scheduled()
    secrets = markers(publication)
    for at in (NOW, MOMENT - dt.timedelta(microseconds=1)):
        clock(at)
        call_command("tick")
        call_command("write_site")
        assert on_disk(folder) == files
    clock(NOW)
    assert_silent(before, secrets)
    for name, content in on_disk(folder).items():
        whole = text_of(gzip.decompress(content) if name.endswith(".gz") else content)
        assert not [secret for secret in secrets if secret in name or secret in whole], name


def test_publication_is_whole_one_second_after(
    portal: Publication, clock: Any, settings: Any
) -> None:
    call_command("write_site")
    publication = scheduled()
    clock(MOMENT + dt.timedelta(seconds=1))
    stored = {page.path: bytes(page.body) for page in publication.pages.all()}
    assert LEAVES in stored
    for path, body in stored.items():
        answer = Client().get(path)
        assert (answer.status_code, answer.content) == (200, gzip.decompress(body)), path
    for path in ("/", "/en/", "/xep-hang/", "/du-lieu-mo/", "/sitemap.xml", f"/don-vi/{SLUG}/"):
        assert re.search(f"{TITLE}|xep-hang/2026|/2026/", read(Client().get(path))), path
    for path in LISTS:
        assert LEAVES in read(Client().get(path)), path
    call_command("tick")
    publication.refresh_from_db()
    assert publication.state == PublicationState.PUBLISHED
    assert site.covers(publication)
    files = on_disk((Path(settings.SITE_FOLDER) / "current").resolve())
    assert set(stored.values()) <= set(files.values())
    assert {"pages/xep-hang/2026/SBN/index.html.gz", f"pages{LEAVES}.gz"} <= set(files)


def test_scheduled_correction_is_silent_and_then_on_every_page(
    portal: Publication, clock: Any, settings: Any
) -> None:
    folder = Path(settings.SITE_FOLDER)
    old = make_publication(at=NOW - HOUR)
    call_command("write_site")
    requests = [(how, path) for how, path in asked("2026-2") if "admin/" not in path]
    before, files = portrait(requests), on_disk(folder)
    correction = scheduled(corrects=old, seed=2, correction_reason="Nhầm dấu hiệu")
    call_command("tick")
    call_command("write_site")
    assert on_disk(folder) == files
    assert_silent(before, [*markers(correction), "Nhầm dấu hiệu"])
    clock(MOMENT + dt.timedelta(seconds=1))
    call_command("tick")
    release = on_disk((folder / "current").resolve())
    for page in [*old.pages.all(), *correction.pages.all()]:
        answer = Client().get(page.path)
        assert answer.status_code == 200, page.path
        banner = page.publication_id == old.pk and page.content_type.startswith("text/html")
        assert ("Nhầm dấu hiệu" in read(answer)) >= banner, page.path
        part = "pages" if banner or page.publication_id != old.pk else "replaced"
        name = page.path.strip("/") + ("/index.html" if page.path.endswith("/") else "")
        assert gzip.decompress(release[f"{part}/{name}.gz"]) == answer.content, page.path


def test_withdrawn_publication_is_never_seen(portal: Publication, clock: Any) -> None:
    call_command("write_site")
    publication = scheduled()
    Publication.objects.filter(pk=publication.pk).update(state=PublicationState.WITHDRAWN)
    clock(MOMENT + HOUR)
    call_command("tick")
    press.ring(timezone.now())
    assert not site.covers(publication)
    for page in publication.pages.all():
        assert Client().get(page.path).status_code == 404, page.path
