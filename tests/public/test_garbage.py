"""Whatever is typed into an address or a parameter, the answer is never a fault."""

import string
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.models import Publication

GARBAGE = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=string.digits + "-.+e٣²", max_size=60),
    st.sampled_from(
        ["\x00", "a\x00b", "%00", "9" * 5000, "../../etc", "' OR 1=1", "\ufeff", "\u202e"]
    ),
)
PARAMETERS = [
    ("/tim-don-vi/", "q"), ("/bo-tieu-chi/", "page"), ("/du-lieu-mo/", "page"),
    ("/bo-tieu-chi/bo/", "phien-ban"), ("/", "lang"), ("/du-lieu-mo/", "sort"),
    ("/xep-hang/2026/SBN/", "sort"),
]  # fmt: skip
PLACES = [
    "/xep-hang/{}/", "/xep-hang/{}/SBN/", "/xep-hang/2026/{}/", "/don-vi/{}/",
    "/don-vi/{}/ban-tin.atom",
    "/don-vi/so-tu-phap/{}/", "/bo-tieu-chi/{}/", "/du-lieu-mo/{}.json", "/du-lieu-mo/{}.csv",
    "/du-lieu-mo/{}.xlsx", "/du-lieu-mo/{}.pdf", "/du-lieu-mo/{}.png", "/xep-hang/{}/bao-cao/",
    "/en/xep-hang/{}/", "/{}",
]  # fmt: skip
many = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize(("path", "name"), PARAMETERS)
@many
@given(value=GARBAGE)
def test_parameter_never_breaks(official: Publication, path: str, name: str, value: str) -> None:
    value = value.encode("utf-8", "replace").decode()
    assert Client().get(path, {name: value}).status_code in {200, 404}


@pytest.mark.parametrize("place", PLACES)
@many
@given(value=GARBAGE)
def test_address_never_breaks(official: Publication, place: str, value: str) -> None:
    value = quote(value.encode("utf-8", "replace"))
    assert Client().get(place.format(value)).status_code in {200, 301, 302, 404}


@pytest.mark.parametrize(
    "header", ["accept-encoding", "if-none-match", "accept-language", "accept"]
)
@many
@given(value=st.text(alphabet=string.printable.replace("\n", "").replace("\r", ""), max_size=80))
def test_header_never_breaks(official: Publication, header: str, value: str) -> None:
    answer = Client().get("/xep-hang/2026/SBN/", headers={header: value})
    assert answer.status_code in {200, 304}
