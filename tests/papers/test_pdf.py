"""The PDF: official page, Vietnamese text, embedded fonts, and nothing that people write acts."""

import ctypes
import unicodedata
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from assessments.papers import receipt_paper, receipt_pdf, report_of, report_pdf
from assessments.papers.words import DRAFT, UNNUMBERED
from tests.papers.conftest import pages_of
from tests.papers.hostile import HOSTILE, LONG_WORD
from tests.papers.printed import heading_rules, lines_of, width_over


@pytest.fixture
def pdf(year, report):
    return report_pdf(report, at=year.at)


def flat(pdf):
    """Return the whole text on one line, as a reader who searches for words has it."""
    return " ".join(" ".join(pages_of(pdf)).split())


def test_pages_are_a4(pdf):
    sizes = {page.get_size() for page in pypdfium2.PdfDocument(pdf)}

    assert {(round(width), round(height)) for width, height in sizes} == {(595, 842)}


def test_text_is_vietnamese_in_nfc(pdf):
    text = flat(pdf)

    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "SỞ TƯ PHÁP",
        "ỦY BAN NHÂN DÂN", "BÁO CÁO", "DỰ THẢO", "Tỷ lệ hồ sơ đúng hạn", "Chưa có văn bản 1.3",
        "Thiếu người làm công nghệ.", "GIÁM ĐỐC", "Nguyễn Thị Hoa", "- Lưu: VT.",
    ):  # fmt: skip
        assert words in text, words
    assert unicodedata.normalize("NFC", text) == text


def test_page_number_is_hidden_on_the_first_page_and_centred_on_the_next(year, submission):
    submission.proposals = "Đề nghị hỗ trợ. " * 600
    pdf = report_pdf(report_of(submission, year.at), at=year.at)
    pages = pages_of(pdf)

    assert len(pages) == 4
    assert not pages[0].lstrip().startswith("1")
    assert [page.split()[0] for page in pages[1:]] == ["2", "3", "4"]
    page = pypdfium2.PdfDocument(pdf)[1]
    left, bottom, right, _top = page.get_textpage().get_charbox(0)
    assert abs((left + right) / 2 - (30 + 165 / 2) / 25.4 * 72) < 3
    assert bottom > 842 - 20 / 25.4 * 72


def test_paragraphs_are_six_points_further_apart_than_lines(year, submission):
    submission.proposals = "\n".join(["Đề nghị hỗ trợ. " * 12] * 4)
    pdf = report_pdf(report_of(submission, year.at), at=year.at)
    heights = sorted(
        (line.baseline for page in pypdfium2.PdfDocument(pdf) for line in lines_of(page)
         if "hỗ trợ" in line.text), reverse=True,
    )  # fmt: skip
    gaps = [upper - lower for upper, lower in pairwise(heights)]
    between = [gap for gap in gaps if gap > min(gaps) + 1]

    assert (len(heights), len(between)) == (12, 3)
    assert min(between) - max(gap for gap in gaps if gap not in between) >= 6


@pytest.mark.parametrize("unit", ["Sở Tư pháp", "Sở Nông nghiệp và Môi trường", "Phường Sài Gòn"])
def test_rules_are_a_share_of_the_words_over_them(year, submission, unit):
    submission.unit_name = unit
    page = pypdfium2.PdfDocument(report_pdf(report_of(submission, year.at), at=year.at))[0]
    shares = [rule.width / width_over(page, rule) for rule in heading_rules(page)]
    body, motto, subject = shares

    assert 1 / 3 <= body <= 1 / 2
    assert motto == pytest.approx(1, abs=0.03)
    assert 1 / 3 <= subject <= 1 / 2


@pytest.mark.parametrize("signed", [False, True])
def test_paper_without_a_number_bears_a_draft_mark_on_every_page(year, submission, receipt, signed):
    made = report_of(submission, year.at, receipt=receipt if signed else None)
    (mark,) = made.marks
    pages = pages_of(report_pdf(made, at=year.at))

    assert mark == (UNNUMBERED if signed else DRAFT)
    assert len(pages) == 2
    assert [" ".join(page.split()).count(mark) for page in pages] == [1, 1]
    assert "Số: ………/BC-………" in pages[0]


def fonts_of(pdf):
    """Return the name of every font that text is set in, and whether it is embedded."""
    document, found = pypdfium2.PdfDocument(pdf), {}
    for page in document:
        for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
            font = pdfium.FPDFTextObj_GetFont(thing)
            name = ctypes.create_string_buffer(200)
            pdfium.FPDFFont_GetBaseFontName(font, name, 200)
            found[name.value.decode()] = pdfium.FPDFFont_GetIsEmbedded(font)
    return found


def test_fonts_are_embedded(pdf):
    fonts = fonts_of(pdf)

    assert len(fonts) >= 3
    assert set(fonts.values()) == {1}


def test_every_vietnamese_letter_comes_from_one_family(pdf):
    """A font that lacks letters would borrow them, one by one, from another."""
    families = {name.split("+")[-1].split("-")[0] for name in fonts_of(pdf)}
    assert len(families) == 1


def test_without_the_folder_of_fonts_typsts_own_serif_serves(year, report, settings, tmp_path):
    settings.PAPER_FONTS = [str(tmp_path / "none")]
    pdf = report_pdf(report, at=year.at)

    assert set(fonts_of(pdf).values()) == {1}
    assert any("Libertinus" in name for name in fonts_of(pdf))
    assert "Tỷ lệ hồ sơ đúng hạn" in flat(pdf)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_only_text(year, submission, name):
    text = HOSTILE[name]
    submission.difficulties = text
    submission.scores.update(note=text, no_evidence_reason=text, self_trace=text)
    submission.unit_name = submission.head_name = text[:120]
    submission.save()

    pages = pages_of(report_pdf(report_of(submission, year.at), at=year.at))

    shown = "".join("".join(pages).replace("\u200b", "").split())
    for part in HOSTILE_SHOWN.get(name, ()):
        assert part in shown


HOSTILE_SHOWN = {
    "typst": ("#import", "$x^2$", "#sys.inputs", "=Đầumục", "#read(", "*đậm*"),
    "xml": ("<script>alert(1)</script>", "&amp;", "]]>"),
    "braces": ("{{7*7}}", "{%debug%}"),
}


def test_long_word_stays_inside_the_page(year, submission):
    submission.scores.update(note=LONG_WORD)
    pdf = report_pdf(report_of(submission, year.at), at=year.at)

    for page in pypdfium2.PdfDocument(pdf):
        text = page.get_textpage()
        rights = [
            text.get_charbox(place)[2]
            for place in range(text.count_chars())
            if text.get_text_range(place, 1).strip()
        ]
        assert max(rights) < 595 - 14 / 25.4 * 72


def test_illustrative_year_is_marked_on_every_page(year, submission):
    year.cycle.illustrative = submission.cycle.illustrative = True
    year.cycle.save()
    submission.proposals = "Đề nghị hỗ trợ. " * 600
    pages = pages_of(report_pdf(report_of(submission, year.at), at=year.at))

    assert "DỮ LIỆU MINH HỌA" in pages[0]
    assert ["DỮ LIỆU MINH HỌA" in page for page in pages[1:]] == [True] * (len(pages) - 1)


def test_receipt_says_what_it_covers_and_how_to_check_it(receipt):
    pdf = receipt_pdf(receipt_paper(receipt), at=receipt.signed_at)
    pages, text = pages_of(pdf), flat(pdf)

    assert len(pages) == 1
    assert "BIÊN NHẬN" in text
    assert receipt.number in text
    assert receipt.sha256 in text
    assert "DỰ THẢO" not in text
    assert "Toàn bộ 9 tiêu chí" in text
    assert "certutil -hashfile" in text
    assert set(fonts_of(pdf).values()) == {1}


def test_one_paper_gives_the_same_bytes_again(year, report):
    assert report_pdf(report, at=year.at) == report_pdf(report, at=year.at)
