"""Stored pages from memory: the same answer, forgotten with the next edition, never too early."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import press
from assessments.models import Publication
from assessments.views.public import remembered
from tests.factories.published import make_publication
from tests.public.conftest import HOUR

PAGE, JSON_FILE = "/xep-hang/2026/SBN/", "/du-lieu-mo/2026.json"
NEW = "/xep-hang/2026-2/SBN/"


@pytest.fixture
def reader(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Return a reader of a portal that looks for new moments once a minute."""
    monkeypatch.setattr(press, "flip_due", lambda at: [])
    settings.STORED_PAGES_SECONDS = 60
    return Client()


def asked(reader: Client, path: str, **headers: str) -> tuple[Any, int]:
    """Return an answer and how many statements it took."""
    with CaptureQueriesContext(connection) as seen:
        answer = reader.get(path, headers={"accept-encoding": "gzip"} | headers)
    return answer, len(seen)


def kept(reader: Client, path: str) -> Any:
    """Ask until the answer comes from memory, and return it."""
    for _time in range(3):
        answer, statements = asked(reader, path)
    assert statements == 0
    return answer


def told(answer: Any) -> dict[str, Any]:
    policy = re.sub("'nonce-[^']+'", "'nonce-…'", answer["Content-Security-Policy"])
    fresh = {"X-Request-ID": "", "Content-Security-Policy": policy}
    return dict(answer.items()) | fresh | {"status": answer.status_code, "body": answer.content}


@pytest.mark.parametrize("path", [PAGE, JSON_FILE, f"/en{PAGE}", "/don-vi/so-tu-phap/2026/"])
def test_answer_from_memory_is_the_answer_of_the_view(
    reader: Client, official: Publication, path: str
) -> None:
    first, statements = asked(reader, path)
    assert statements > 0
    assert told(kept(reader, path)) == told(first)
    known, statements = asked(reader, path, **{"if-none-match": first["ETag"]})
    assert (known.status_code, known.content, statements) == (304, b"", 0)
    assert reader.head(path, headers={"accept-encoding": "gzip"}).content == b""


def test_packed_and_plain_answers_lie_apart(reader: Client, official: Publication) -> None:
    packed = kept(reader, PAGE)
    plain = reader.get(PAGE)
    assert "Content-Encoding" not in plain
    assert plain.content.startswith(b"\n") or b"<!DOCTYPE" in plain.content[:40]
    assert kept(reader, PAGE).content == packed.content


def test_questions_accounts_and_strange_hosts_are_not_answered_from_memory(
    reader: Client, official: Publication, django_user_model: Any
) -> None:
    kept(reader, PAGE)
    assert asked(reader, f"{PAGE}?a=1")[1] > 0
    assert reader.post(PAGE).status_code == 405
    assert reader.get(PAGE, headers={"host": "khac.example", "accept-encoding": "gzip"}
                      ).status_code == 400  # fmt: skip
    reader.force_login(django_user_model.objects.create(username="a", full_name="A"))
    answer, statements = asked(reader, PAGE)
    assert statements > 0
    assert answer["Cache-Control"] == "private, max-age=60"


def test_live_pages_are_not_kept(reader: Client, official: Publication) -> None:
    for _time in range(3):
        _answer, statements = asked(reader, "/")
    assert statements > 0


def test_known_correction_shows_at_its_moment(
    reader: Client, official: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now
    make_publication(corrects=official, seed=2, at=now() + HOUR, correction_reason="Nhầm điểm")
    before = kept(reader, PAGE)
    monkeypatch.setattr(timezone, "now", lambda: now() + HOUR - dt.timedelta(seconds=5))
    assert asked(reader, PAGE)[0].content == before.content
    assert asked(reader, NEW)[0].status_code == 404
    monkeypatch.setattr(timezone, "now", lambda: now() + HOUR + dt.timedelta(seconds=1))
    assert asked(reader, PAGE)[0]["Link"] == f'<{NEW}>; rel="successor-version"'
    assert asked(reader, NEW)[0].status_code == 200


def test_unknown_correction_shows_when_the_memory_is_old(
    reader: Client, official: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(reader, PAGE)
    make_publication(corrects=official, seed=2, correction_reason="Nhầm điểm")
    assert "Link" not in asked(reader, PAGE)[0]
    monotonic = remembered.time.monotonic
    monkeypatch.setattr(remembered.time, "monotonic", lambda: monotonic() + 61)
    assert "Link" in asked(reader, PAGE)[0]


def test_oldest_page_makes_room_and_a_huge_one_is_not_kept(
    reader: Client, official: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "PAGES", 1)
    kept(reader, PAGE)
    kept(reader, JSON_FILE)
    assert asked(reader, PAGE)[1] > 0
    monkeypatch.setattr(remembered, "LARGEST", 10)
    kept(reader, PAGE)
    for _time in range(3):
        _answer, statements = asked(reader, JSON_FILE)
    assert statements > 0
