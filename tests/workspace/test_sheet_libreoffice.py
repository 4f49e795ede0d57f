"""A workbook that LibreOffice opened, edited and saved comes back as it was meant.

`tests/data/bang-tu-cham-libreoffice.xlsx` was made so: the workbook of the dossier below was
downloaded, opened by LibreOffice 7.4 (soffice --headless, driven through its UNO interface),
the open cells of `TYPED` were filled in there as strings and numbers, and it was saved as “Calc
MS Excel 2007 XML”. No other program has touched it.
"""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Submission
from assessments.resources import dossiers
from assessments.workflow.scores import save_leaf
from tests.factories.cycles import D, Year, make_year
from tests.workspace import sheets

FIXTURE = Path(__file__).parents[1] / "data" / "bang-tu-cham-libreoffice.xlsx"
NOTE = "=1+1 là ghi chú\nhai dòng, “ngoặc”"
#: What was typed in LibreOffice: leaf, input → value.
TYPED = {
    ("1.1", "met"): "Đạt", ("1.2", "option"): "2. Trước 31/01 (1,5 điểm)", ("1.3", "a"): 1250.5,
    ("1.3", "b"): 1000, ("1.4", "claimed_percent"): "94,5", ("1.5", "count"): 1,
    ("2.1", "count"): "2.0", ("2.1", "note"): "Báo cáo chậm\nhai lần – đã nhắc",
}  # fmt: skip


def make_dossier() -> Year:
    """Make the dossier of the fixture: its codes are the workbook's."""
    year = make_year(year=2031, heading={"code": "bo-libreoffice"}, units=1)
    Submission.objects.filter(pk=year.first.submission.pk).update(unit_code="LO-01")
    save_leaf(
        score=year.first.score("2.2"), by=year.first.focal, at=year.at, version=0, count=D(1),
        note=NOTE,
    )  # fmt: skip
    return year


def send(year: Year, content: bytes) -> tuple[Client, str, object]:
    client = Client()
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(year.first.contributor, backend=backend)
    keys = {"key": year.cycle, "slug": year.first.unit.slug}
    address = reverse("workspace:sheet", kwargs=keys)
    return client, address, sheets.send(client, address, content)


@pytest.mark.django_db
def test_workbook_saved_by_libreoffice_comes_back():
    year = make_dossier()
    client, address, response = send(year, FIXTURE.read_bytes())
    preview = response.context["preview"]

    assert [(change.row.code, change.points) for change in preview.changes] == [
        ("1.1", D(2)), ("1.2", D("1.5")), ("1.3", D("1.5994")), ("1.4", D("1.89")),
        ("1.5", D("0.5")), ("2.1", D("0.5")),
    ]  # fmt: skip
    assert (preview.conflicts, preview.refused, preview.elsewhere) == ([], [], [])

    assert client.post(address, {"token": response.context["token"]}).status_code == 302
    ratio, tiers, late = (year.first.score(code) for code in ("1.3", "1.4", "2.1"))
    assert (ratio.a, ratio.b, tiers.claimed_percent) == (D("1250.5"), D(1000), D("94.5"))
    assert (late.count, late.note) == (D(2), TYPED["2.1", "note"])
    assert (year.first.score("2.2").note, year.first.score("2.2").version) == (NOTE, 1)


def test_locks_and_lists_survive_libreoffice():
    book = sheets.opened(FIXTURE.read_bytes())
    table = book[dossiers.TABLE]

    assert table.protection.sheet
    assert not sheets.cell_of(table, "1.3", "a").protection.locked
    assert sheets.cell_of(table, "1.3", "met").protection.locked
    assert [(sheet.title, sheet.sheet_state) for sheet in book] == [
        (dossiers.GUIDE, "visible"), (dossiers.TABLE, "visible"), (dossiers.LISTS, "hidden"),
        (dossiers.IDENTITY, "hidden"),
    ]  # fmt: skip
    assert len(table.data_validations.dataValidation) == 3
    assert "LibreOffice" in sheets.program_of(FIXTURE)
