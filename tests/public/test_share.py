"""The picture of a ranking for social networks: its size, its words, and nothing before time."""

import gzip
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from PIL import Image

from assessments import press
from assessments.models import Publication
from assessments.press.share import card
from assessments.queries.public import published
from tests.factories.published import UNITS, Given, make_publication, make_record
from tests.public.conftest import HOUR

PATH = "/du-lieu-mo/2026-SBN.png"
GROUP = ("SBN", "Sở, ban, ngành")
TAG = '<meta property="og:image" content="http://testserver/du-lieu-mo/2026-SBN.png" />'
FULL, LESS = ("4",) * 6, ("3",) * 6


def card_of(publication: Publication) -> dict[str, Any]:
    with translation.override("vi"):
        return card(publication, published.rankings(publication, timezone.now())[0])


def test_picture_is_shown_in_place_at_the_size_networks_want(official: Publication) -> None:
    answer = Client().get(PATH)
    assert answer["Content-Type"] == "image/png"
    assert "Content-Disposition" not in answer
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
        assert len(picture.convert("L").getcolors() or []) > 2


def test_picture_names_three_ranks_with_their_ties(db: None) -> None:
    units = [*UNITS, ("SBN-04", "Sở Du lịch"), ("SBN-05", "Sở Xây dựng")]
    given = {"SBN-01": Given(FULL), "SBN-02": Given(FULL), "SBN-03": Given(LESS)}
    made = card_of(make_publication(groups={GROUP: units}, given=given, unranked="SBN-05"))
    assert made["leaders"][0] == {
        "rank": "1",
        "names": "Sở Nội vụ và Sở Tư pháp",
        "index": "100,00",
    }
    assert [row["rank"] for row in made["leaders"]] == ["1", "3", "4"]
    assert made["heading"] == "Xếp hạng năm 2026: Sở, ban, ngành"
    assert made["foot"] == "4 đơn vị được xếp hạng · Quyết định 01/QĐ-UBND ngày 05/02/2027"
    assert made["mark"] == ""


def test_many_ties_are_counted(db: None) -> None:
    units = [(f"U{n}", f"Sở {n}") for n in range(6)]
    given = {code: Given(FULL) for code, _name in units}
    made = card_of(make_publication(groups={GROUP: units}, given=given))
    assert [row["names"] for row in made["leaders"]] == ["Sở 0, Sở 1, Sở 2 và 3 đơn vị khác"]


def test_made_up_and_recorded_figures_are_marked(illustrative: Publication) -> None:
    assert card_of(illustrative)["mark"] == "MINH HỌA"
    record = make_record([{"unit": "Sở Tư pháp"}])
    made = card_of(record)
    assert made["mark"] == str(record.get_kind_display()).upper()
    assert made["leaders"] == []
    assert Client().get("/du-lieu-mo/2021-bao-chi-SBN.png").status_code == 200


def test_hostile_names_are_text(db: None) -> None:
    names = [("A", '"]#panic()'), ("B", "x" * 110), ("C", "\\u{0}<script>")]
    make_publication(groups={("SBN", "#" * 100): names})
    with Image.open(io.BytesIO(Client().get(PATH).content)) as picture:
        assert picture.size == (1200, 630)


def test_same_rows_same_picture(official: Publication) -> None:
    again = [page for page in press.printed(official, timezone.now()) if page.path == PATH]
    assert [page.sha256 for page in again] == [official.pages.get(path=PATH).sha256]


def test_no_picture_before_the_moment_and_all_one_second_after(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "flip_due", lambda at: [])
    moment = timezone.now() + HOUR
    make_publication(at=moment)
    paths = [PATH, "/du-lieu-mo/2026.xlsx", "/du-lieu-mo/2026-bao-cao.pdf",
             "/xep-hang/2026/bao-cao/", "/en/xep-hang/2026/bao-cao/"]  # fmt: skip
    for path in paths:
        answer = Client().get(path)
        assert answer.status_code == 404
        assert "Sở Tư pháp".encode() not in answer.content
    monkeypatch.setattr(timezone, "now", lambda: moment + HOUR / 3600)
    for path in paths:
        assert Client().get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/xep-hang/2026/SBN/", "/xep-hang/2026/bao-cao/", "/don-vi/so-tu-phap/2026/"]
)
@pytest.mark.parametrize("language", ["", "/en"])
def test_page_names_its_picture_by_a_whole_address(
    official: Publication, path: str, language: str
) -> None:
    body = Client().get(language + path).content.decode()
    assert body.count(TAG) == 1
    assert '<meta name="twitter:card" content="summary_large_image" />' in body
    assert "testserver" not in body.replace(TAG, "")


def test_page_names_no_picture_without_the_portals_address(db: None, settings: Any) -> None:
    settings.SITE_URL = ""
    publication = make_publication()
    for page in publication.pages.filter(content_type__startswith="text/html"):
        body = gzip.decompress(bytes(page.body)).decode()
        assert "og:image" not in body
        assert "twitter:card" not in body
