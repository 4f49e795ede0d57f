"""The annex of the City's decision: what is printed, marked and counted, in three kinds of file."""

import dataclasses
import datetime as dt
import io
import re
import zipfile
from typing import Any

import openpyxl
import pypdfium2
import pytest
from defusedxml.ElementTree import fromstring
from docx import Document

from assessments.choices import PublicationKind
from assessments.models import PublishedResult, SiteIdentity, Submission
from assessments.papers import annex_docx, annex_pdf, annexes_of
from assessments.papers.annex import Annex, Annexes, Entry
from assessments.papers.text import clean
from assessments.papers.words import DRAFT, ILLUSTRATIVE
from assessments.resources.annex import annex_book
from assessments.workflow.machine import perform
from cchc.kit.files import inspect
from tests.factories.cycles import D, Year
from tests.factories.published import make_publication
from tests.factories.results import make_draft, make_finished_year
from tests.papers.conftest import pages_of
from tests.papers.hostile import HOSTILE
from tests.workspace import uploads

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
AT = dt.datetime(2032, 3, 1, tzinfo=dt.UTC)
GROUPS = {
    ("SBN", "Sở, ban, ngành"): [(f"S{n}", f"Sở số {n}") for n in range(1, 4)],
    ("PX", "Phường, xã, đặc khu"): [(f"X{n:03d}", f"Phường số {n}") for n in range(1, 90)],
}


@pytest.fixture(autouse=True)
def _site(db: None) -> None:
    SiteIdentity.objects.create(pk=1, city_name="Thành phố Hồ Chí Minh", governing_body="Sở Nội vụ")


@pytest.fixture
def year() -> Year:
    return make_finished_year(("0.9", "0.75", "0.75"))


@pytest.fixture
def large() -> Annexes:
    """Return two annexes, the second of several pages."""
    return annexes_of(make_publication(groups=GROUPS, unranked="X007", printed=False), AT)


def table_of(part: Annex) -> list[tuple[str, str, str, str, str]]:
    return [(row.rank, row.unit, row.index, row.band, row.note) for row in part.ranked]


# The structure


def test_live_annex_has_what_the_dry_run_shows(year: Year) -> None:
    made = annexes_of(make_draft(year), year.at)

    (part,) = made.annexes
    names = [dossier.unit.name for dossier in year.dossiers]
    assert table_of(part) == [
        ("1", names[0], "90,00", "Tốt", ""),
        ("2", names[1], "75,00", "Khá", "đồng hạng"),
        ("2", names[2], "75,00", "Khá", "đồng hạng"),
    ]
    assert made.attached == (
        "(Kèm theo Quyết định số 12/QĐ-UBND ngày 01 tháng 3 năm 2032 của Ủy ban nhân dân"
        " Thành phố Hồ Chí Minh)"
    )
    assert (part.heading, made.marks) == ("Phụ lục", ())
    assert any("xếp cùng hạng" in note for note in part.notes)


def test_frozen_annex_is_drawn_from_the_frozen_copy_only(year: Year) -> None:
    draft = make_draft(year)
    before = annexes_of(draft, year.at)
    later = year.at + dt.timedelta(hours=1)
    frozen = perform("schedule", draft, by=year.leader, at=year.at, published_at=later)
    Submission.objects.update(unit_name="Tên khác", ranked=False, unranked_reason="Khác")

    assert annexes_of(frozen, year.at) == before


def test_without_a_decision_blanks_stand_and_the_paper_is_a_draft(year: Year) -> None:
    draft = make_draft(year)
    draft.decision_number, draft.decision_date, draft.decision_signer = "", None, ""
    draft.save()

    made = annexes_of(draft, year.at)

    assert made.is_draft
    assert made.marks == (DRAFT,)
    assert made.attached.startswith("(Kèm theo Quyết định số ……… ngày …… tháng …… năm 2032 của ")


def test_decision_of_another_office_is_not_put_into_the_citys_mouth(year: Year) -> None:
    draft = make_draft(year)
    draft.decision_number = "12/QĐ-SNV"
    draft.save()

    assert annexes_of(draft, year.at).attached.endswith("của ………)")


def test_unit_without_a_rank_stands_apart_with_its_reason(year: Year) -> None:
    Submission.objects.filter(pk=year.first.submission.pk).update(
        ranked=False, unranked_reason="Mới thành lập"
    )

    (part,) = annexes_of(make_draft(year), year.at).annexes

    (other,) = part.others
    assert (other.rank, other.unit, other.index, other.note) == (
        "–", year.first.unit.name, "90,00", "Mới thành lập",
    )  # fmt: skip
    assert [row.rank for row in part.ranked] == ["1", "1"]


def test_indexes_that_print_alike_get_more_decimals_and_a_note(year: Year) -> None:
    leaf = year.first.score("1.1").criterion
    for dossier, points in zip(year.dossiers, ("1.5001", "1.5002", "1"), strict=True):
        for row in dossier.submission.scores.all():
            row.final_points = D(points) if row.criterion_id == leaf.pk else D(0)
            row.final_applicable = row.criterion_id == leaf.pk
            row.save()

    (part,) = annexes_of(make_draft(year), year.at).annexes

    assert [row.index for row in part.ranked] == ["75,0100", "75,0050", "50,00"]
    assert any("bốn chữ số" in note for note in part.notes)


def test_correction_names_what_it_replaces(db: None) -> None:
    old = make_publication(printed=False)
    new = make_publication(
        corrects=old, printed=False, correction_reason="Kiến nghị được chấp nhận"
    )

    (part,) = annexes_of(new, AT).annexes

    assert part.notes[-1] == (
        "Phụ lục này thay thế phụ lục đã công bố kèm theo Quyết định số 01/QĐ-UBND ngày 05 tháng"
        " 02 năm 2027. Lý do đính chính: Kiến nghị được chấp nhận."
    )


def test_record_of_the_press_has_no_annex(db: None) -> None:
    with pytest.raises(ValueError, match="record"):
        annexes_of(make_publication(kind=PublicationKind.RECORD, printed=False), AT)


# PDF


def test_each_annex_begins_a_page_and_counts_its_own(large: Annexes) -> None:
    pages = pages_of(annex_pdf(large, at=AT))

    firsts = [n for n, page in enumerate(pages) if re.search(r"^\s*Phụ lục I", page)]
    assert firsts == [0, 1]
    assert len(pages) > 3
    assert [page.split()[0] for page in pages[2:]] == [str(n) for n in range(2, len(pages))]
    assert "PHƯỜNG, XÃ, ĐẶC KHU" in pages[1]
    assert "(Kèm theo Quyết định số 01/QĐ-UBND" in pages[1]


def test_every_unit_is_on_paper_once(large: Annexes) -> None:
    text = "\n".join(pages_of(annex_pdf(large, at=AT)))

    for number in range(1, 90):
        assert len(re.findall(rf"Phường số {number}\b", text)) == 1
    assert "Mới thành lập" in text


def test_marks_stand_on_every_page(large: Annexes) -> None:
    marked = dataclasses.replace(large, marks=(DRAFT, ILLUSTRATIVE))

    pages = pages_of(annex_pdf(marked, at=AT))

    assert len(pages) > 3
    assert all(DRAFT in page and ILLUSTRATIVE in page for page in pages)


def test_page_is_a4_upright(large: Annexes) -> None:
    document = pypdfium2.PdfDocument(annex_pdf(large, at=AT))

    assert {tuple(round(side) for side in page.get_size()) for page in document} == {(595, 842)}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_come_out_as_words(text: str) -> None:
    words = clean(text)
    entry = Entry("1", "1", words, "90,00", words[:60], "")
    part = Annex("Phụ lục", words, (entry,), (entry,), (words,))
    made = Annexes("KẾT QUẢ", f"(Kèm theo {words})", (part,), ())

    assert annex_pdf(made, at=AT).startswith(b"%PDF")
    assert annex_docx(made)[:2] == b"PK"
    assert annex_book(made)[:2] == b"PK"


# Word


def docx_part(docx: bytes, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(docx)) as file:
        return fromstring(file.read(name))


def test_word_has_a_section_for_each_annex_with_its_own_numbers(large: Annexes) -> None:
    sections = list(docx_part(annex_docx(large), "word/document.xml").iter(f"{W}sectPr"))

    assert len(sections) == 2
    for section in sections:
        size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
        assert (size.get(f"{W}w"), size.get(f"{W}h")) == ("11906", "16838")
        assert [margins.get(f"{W}{side}") for side in ("top", "bottom", "left", "right")] == [
            "1134", "1134", "1701", "850",
        ]  # fmt: skip
        assert section.find(f"{W}titlePg") is not None
        assert section.find(f"{W}pgNumType").get(f"{W}start") == "1"


def test_word_has_the_same_rows(large: Annexes) -> None:
    tables = Document(io.BytesIO(annex_docx(large))).tables

    rows = [[cell.text for cell in row.cells] for row in tables[0].rows][1:]
    assert rows == [
        [row.number, row.rank, row.unit, row.index, row.band, row.note]
        for row in large.annexes[0].ranked
    ]
    assert len(tables) == 3


def test_word_is_a_file_that_the_portal_itself_accepts(large: Annexes) -> None:
    checked = inspect(uploads.upload("phu-luc.docx", annex_docx(large)), endings=("docx",))

    assert checked.content_type.endswith("wordprocessingml.document")


# Excel


def test_workbook_holds_numbers_with_the_decimals_of_the_paper(large: Annexes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(annex_book(large)))

    sheet = book.worksheets[0]
    rows = [row for row in sheet.iter_rows() if isinstance(row[1].value, int)]
    assert sheet.oddHeader.right.text is None
    shown = large.annexes[0].ranked
    assert [row[1].value for row in rows] == [int(entry.rank) for entry in shown]
    assert [f"{row[3].value:.2f}".replace(".", ",") for row in rows] == [
        entry.index for entry in shown
    ]
    assert {row[3].number_format for row in rows} == {"0.00"}
    assert [part.title for part in book.worksheets] == [
        "1. Sở, ban, ngành", "2. Phường, xã, đặc khu",
    ]  # fmt: skip


def test_workbook_takes_no_name_for_a_formula(large: Annexes) -> None:
    entry = dataclasses.replace(large.annexes[0].ranked[0], unit='=HYPERLINK("x")')
    part = dataclasses.replace(large.annexes[0], ranked=(entry,), group="=1+1")
    book = openpyxl.load_workbook(
        io.BytesIO(annex_book(dataclasses.replace(large, annexes=(part,))))
    )

    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert '\'=HYPERLINK("x")' in [cell.value for cell in cells]


def test_frozen_rows_are_not_touched(large: Annexes) -> None:
    before = PublishedResult.objects.count()

    annex_pdf(large, at=AT)

    assert PublishedResult.objects.count() == before == 92
