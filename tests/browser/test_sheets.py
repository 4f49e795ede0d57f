"""The Excel round trip in a browser: download, refusal, differences with a choice, confirmation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assessments.models import Delegation
from assessments.workflow.scores import save_leaf
from tests.browser.looking import Visitor
from tests.factories.cycles import D, Dossier, Year, make_year
from tests.workspace import sheets

pytestmark = pytest.mark.browser
Enter = Callable[[Any], Visitor]


@pytest.fixture(scope="module")
def year(db: None) -> Year:
    """Store a year under self-assessment."""
    return make_year()


def both(visitor: Visitor) -> None:
    visitor.check()
    visitor.check(dark=True, narrow=True)


def upload(visitor: Visitor, file: Path) -> None:
    visitor.page.set_input_files("input[type=file]", file)
    visitor.page.click("main form button[type=submit]")


def save(year: Year, dossier: Dossier, code: str, **claim: Any) -> None:
    score = dossier.score(code)
    save_leaf(score=score, by=dossier.head, at=year.at, version=score.version, **claim)


def test_workbook_goes_out_and_comes_back(year: Year, enter: Enter, tmp_path: Path) -> None:
    dossier = year.first
    visitor = enter(dossier.contributor)
    visitor.go(f"/tu-danh-gia/{year.cycle.year}/{dossier.unit.slug}/")
    visitor.page.click("main a[href$='/bang-tinh/']")
    both(visitor)
    with visitor.page.expect_download() as waiting:
        visitor.page.click("main a[href$='/tai-ve/']")
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert file.name == f"bang-tu-cham-{year.cycle.year}-{dossier.unit.slug}.xlsx"

    content = file.read_bytes()
    file.write_bytes(sheets.typed(content, {("1.3", "a"): "1.234"}))
    upload(visitor, file)
    assert "1234 hoặc 1,234" in visitor.page.inner_text("main [role=alert]")
    both(visitor)

    long = "Đã ban hành kế hoạch và gửi các phòng, ban, đơn vị trực thuộc để thực hiện. " * 6
    file.write_bytes(sheets.typed(content, {
        ("1.1", "met"): "Đạt", ("1.1", "note"): long, ("1.3", "a"): "50", ("1.3", "b"): 47.5,
        ("1.3", "note"): long, ("1.5", "count"): 2, ("2.1", "count"): 1,
    }))  # fmt: skip
    save(year, dossier, "1.1", met=False, note="Chưa có văn bản")
    Delegation.objects.create(
        score=dossier.score("2.1"), user=dossier.focal, given_by=dossier.head, given_at=year.at
    )
    upload(visitor, file)
    both(visitor)
    assert visitor.page.locator("tbody tr").count() == 3
    assert visitor.page.locator("[name='choice-1.1']:checked").get_attribute("value") == "theirs"

    visitor.page.check("[name='choice-1.1'][value=mine]")
    save(year, dossier, "1.5", count=D(1))
    visitor.page.click("main form button[type=submit]")
    assert visitor.page.locator("main [role=alert]").count() == 1
    assert visitor.page.locator("[name='choice-1.1']:checked").get_attribute("value") == "mine"
    both(visitor)
    visitor.page.click("main form button[type=submit]")
    assert visitor.page.url.endswith(f"/{dossier.unit.slug}/")
    found = [dossier.score(code) for code in ("1.1", "1.3", "1.5", "2.1")]
    assert [score.self_points for score in found] == [D(2), D("1.9"), D("0.5"), None]
