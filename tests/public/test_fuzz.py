"""Random requests to every public address and parameter of the portal and the API: never a fault.

The addresses are read from the urlconf, so a new one is tried without a line here.
"""

from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as portal
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assessments.models import Publication
from tests.factories.cycles import make_issued_scheme
from tests.factories.units import make_group, make_unit
from tests.permissions.addresses import patterns, visit

PUBLIC = [
    pattern for pattern in patterns()
    if not pattern.startswith(("admin/", "tai-khoan/", "tu-danh-gia/", "tai-lieu/", "hop-thu/"))
]  # fmt: skip
#: What stands in the database of the test, and what no converter of a path was made for.
KNOWN = [
    "2026", "2026-2", "2026-minh-hoa", "2026-bao-cao", "2026-SBN", "SBN", "so-tu-phap", "SBN-01",
    "bo-sbn", "1.1",
]  # fmt: skip
HOSTILE = [
    "\x00", "a\x00b", "%00", "9" * 5000, "x" * 3000, "-1", "1e999", "NaN", "٣²", "../../etc/passwd",
    "a/b", "a%2Fb", "..%2f..%2f", "\\", "' OR 1=1--", "<script>", "{{ 7 * 7 }}", "\ufeff",
    "\u202e", "\U0001f600", "Đ" * 300, "\r\nX-Header: 1", " ", "", "?", "#", ";", "[]", "null",
]  # fmt: skip
VALUES = st.one_of(st.sampled_from(KNOWN), st.sampled_from(HOSTILE), st.text(max_size=40))
NAMES = st.sampled_from([
    "q", "page", "sort", "phan", "phien-ban", "don-vi", "nam", "kieu", "sap-xep", "chieu", "tim",
    "xep-loai", "limit", "offset", "year", "kind", "group", "unit", "criterion", "code", "them",
    "q[]", "\x00", "lang",
])  # fmt: skip
HEADERS = st.dictionaries(
    st.sampled_from(["accept", "accept-language", "accept-encoding", "if-none-match", "hx-request",
                     "if-modified-since", "range", "x-forwarded-for", "cookie", "origin"]),
    st.text(alphabet=[chr(code) for code in range(32, 127)], max_size=60), max_size=3,
)  # fmt: skip
LISTED = ("q", "page", "sap-xep", "don-vi", "phan", "phien-ban", "limit", "unit", "group")
LISTS = (
    "/", "/so-sanh/", "/tim-don-vi/", "/du-lieu-mo/", "/bo-tieu-chi/", "/sitemap.xml",
    "/xep-hang/2026/SBN/", "/api/v1/units", "/api/v1/publications/2026/scores",
)  # fmt: skip
METHODS = st.sampled_from(
    ["GET"] * 8 + ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
)


@pytest.fixture
def portal_rows(official: Publication, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 10**9  # the limit has tests of its own
    make_unit("Sở Tư pháp", code="SBN-01")
    make_issued_scheme(make_group())


def quoted(text: str) -> str:
    return quote(text.encode("utf-8", "replace"), safe="%")


@settings(
    max_examples=12, deadline=None, phases=[Phase.generate], derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(data=st.data())
def test_no_request_breaks(portal_rows: None, data: st.DataObject) -> None:
    for pattern in PUBLIC:
        path = visit(pattern, lambda _pattern, _name: quoted(data.draw(VALUES)) or "x")
        path = data.draw(st.sampled_from(["", "/en"])) + path
        query = data.draw(st.lists(st.tuples(NAMES, VALUES), max_size=3))
        text = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in query)
        client = Client(raise_request_exception=False, headers=data.draw(HEADERS))
        method = data.draw(METHODS)
        answer = client.generic(method, path, QUERY_STRING=text)
        assert answer.status_code < 500, (path, text)
        if path.startswith("/api/v1/") and answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            assert method == "HEAD" or answer.json()["detail"].endswith(".")


def test_no_parameter_breaks_any_list(portal_rows: None) -> None:
    client = Client(raise_request_exception=False)
    for value in HOSTILE:
        text = "&".join(f"{name}={quoted(value)}" for name in LISTED)
        for path in LISTS:
            assert client.get(f"{path}?{text}").status_code < 500, (path, value)


def test_addresses_are_those_of_both_parts() -> None:
    assert {"", "du-lieu-mo/", "api/v1/units", "api/v1/<path:rest>", "sitemap.xml"} <= set(PUBLIC)
    assert [language for language, _name in portal.LANGUAGES] == ["vi", "en"]
