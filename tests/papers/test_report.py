"""The report as one structure: sums, parts, heading and signature."""

import dataclasses
import datetime as dt
import json

import pytest

from assessments.models import Receipt, SiteIdentity
from assessments.papers import report_of, source_of
from assessments.papers.heading import (
    BLANK,
    Heading,
    basis,
    full_name,
    heading_of,
    signature_block,
    written,
)
from assessments.permissions import Signature
from assessments.workflow import receipts
from tests.factories.cycles import D
from units.models import SigningAuthorisation


def rows_of(report, kind):
    return {row.code: row for row in report.rows if row.kind == kind}


def test_score_table_has_every_leaf_and_sums_per_field_and_in_all(year, report):
    leaves, fields = rows_of(report, "leaf"), rows_of(report, "field")

    assert list(leaves) == ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3", "2.4"]
    assert (leaves["1.3"].maximum, leaves["1.3"].points) == ("2,00", "1,88")
    assert "b/a = 47/50 = 94 %" in leaves["1.3"].notes[0]
    assert leaves["2.3"].points == "–"
    assert {code: (row.maximum, row.points) for code, row in fields.items()} == {
        "1": ("9,00", "8,68"), "2": ("7,00", "1,25"),
    }  # fmt: skip
    assert [row.kind for row in report.rows][:2] == ["field", "leaf"]
    assert dataclasses.astuple(report.rows[-1])[:5] == (
        "total", "", "Tổng cộng", "16,00", "9,93",
    )  # fmt: skip
    assert report.total.startswith("Tổng điểm tự chấm: 9,93 điểm trên 11,00 điểm")


def test_leaf_that_does_not_apply_counts_nowhere(year, submission):
    submission.scores.filter(criterion__code="1.3").update(
        not_applicable=True, self_applicable=False, self_points=D(0)
    )

    report = report_of(submission, year.at)

    assert rows_of(report, "leaf")["1.3"].points == "–"
    assert rows_of(report, "field")["1"].points == "6,80"
    assert "trên 9,00 điểm" in report.total


def test_second_part_explains_every_leaf_without_evidence(report):
    assert [(row.code, row.reason) for row in report.unbacked][:2] == [
        ("1.1", ("Chưa có văn bản 1.1",)), ("1.2", ("Chưa có văn bản 1.2",)),
    ]  # fmt: skip
    assert len(report.unbacked) == 7


def test_third_part_keeps_paragraphs(report):
    assert report.difficulties == ("Thiếu người làm công nghệ.", "Hệ thống gián đoạn.")
    assert report.proposals == ()


def test_bases_come_from_the_decisions_of_scheme_and_cycle(year, submission, report):
    assert report.bases == (
        "Căn cứ Quyết định số 01/QĐ-UBND ngày 02 tháng 01 năm 2030 của Ủy ban nhân dân Thành phố"
        " Hồ Chí Minh về việc ban hành Bộ tiêu chí thử",
        "Căn cứ Kế hoạch số 7/KH-UBND ngày 09 tháng 3 năm 2031 của Ủy ban nhân dân Thành phố"
        " Hồ Chí Minh về kỳ đánh giá 2031",
    )
    assert basis(None, "", "") == []


def test_draft_bears_no_number_no_day_and_its_mark(report):
    assert report.draft
    assert report.heading.number == "Số: ………/BC-………"
    assert report.heading.number_note == "(chưa cấp số)"
    assert report.marks == ("DỰ THẢO",)
    assert "ngày …… tháng ……" in report.heading.place_and_date
    assert report.closing.endswith("của Sở Tư pháp./.")


@pytest.mark.parametrize(
    ("number", "signed", "illustrative", "marks"),
    [
        (f"Số: {BLANK}/BC-{BLANK}", False, False, ("DỰ THẢO",)),
        (f"Số: {BLANK}/BC-{BLANK}", True, False, ("DỰ THẢO cho đến khi được cấp số",)),
        ("Số: 12/BC-STP", False, False, ("DỰ THẢO",)),
        ("Số: 12/BC-STP", True, False, ()),
        ("Số: 12/BC-STP", True, True, ("DỮ LIỆU MINH HỌA",)),
        (f"Số: {BLANK}/BC-{BLANK}", False, True, ("DỰ THẢO", "DỮ LIỆU MINH HỌA")),
    ],
)  # fmt: skip
def test_paper_is_a_draft_until_it_is_signed_and_has_a_number(number, signed, illustrative, marks):
    head = Heading("", ("SỞ Y TẾ",), number, "", "")

    assert head.marks(signed=signed, illustrative=illustrative) == marks


def test_signed_report_leaves_the_number_to_the_office(year, submission, receipt):
    made = report_of(submission, year.at, receipt=receipt)

    assert (made.heading.number, made.heading.number_note) == ("Số: ………/BC-………", "")
    assert made.marks == ("DỰ THẢO cho đến khi được cấp số",)


def test_signed_report_equals_what_was_hashed(year, submission, receipt):
    before = report_of(submission, year.at, receipt=receipt)
    submission.scores.update(self_points=D("0.5"), self_trace="khác", note="khác")
    submission.difficulties = "khác"
    submission.unit_name = "Tên khác"
    submission.save()

    assert report_of(submission, year.at, receipt=receipt) == before
    assert not before.draft
    assert before.closing.endswith(f"mã băm SHA-256 {receipt.sha256}./.")
    assert before.signature.lines == ("GIÁM ĐỐC",)
    assert before.signature.name == year.first.head.full_name
    assert json.loads(receipt.content)["receipt"]["number"] == receipt.number


@pytest.mark.parametrize(
    ("state", "signed"),
    [("draft", False), ("returned", False), ("locked", False), ("submitted", True),
     ("approved", True)],
)  # fmt: skip
def test_report_is_the_receipts_once_the_dossier_is_out_of_the_units_hands(
    submission, receipt, state, signed
):
    submission.state = state

    assert (source_of(submission) == receipt) is signed


def test_dossier_accepted_late_was_signed_by_nobody(year, submission):
    row = receipts.write(submission, by=year.secretary, at=year.at, signed_as="nhận muộn")

    assert report_of(submission, year.at, receipt=row).draft


def test_deputy_signs_for_the_head(year, submission):
    SigningAuthorisation.objects.create(
        unit=year.first.unit, user=year.first.focal, form="KT", title="Phó Giám đốc",
        since=dt.date(2020, 1, 1), decision_number="1", decision_signer="Giám đốc",
        decision_date=dt.date(2020, 1, 1),
    )  # fmt: skip
    row = receipts.write(submission, by=year.first.focal, at=year.at, signed_as="KT.")

    block = report_of(submission, year.at, receipt=row).signature

    assert block.lines == ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")
    assert block.name == year.first.focal.full_name


@pytest.mark.parametrize(
    ("unit", "signed", "lines"),
    [
        ("Phường Sài Gòn", Signature("", "Chủ tịch UBND phường", "A", "Chủ tịch UBND phường"),
         ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
        ("UBND Quận 1", Signature("KT", "Phó Chủ tịch", "A", "Chủ tịch UBND Quận 1"),
         ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
        ("Sở Y tế", Signature("TUQ", "Chánh Văn phòng", "A", "Giám đốc"),
         ("TUQ. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG")),
        ("Xã Củ Chi", Signature("TUQ", "Chánh Văn phòng", "A", "Chủ tịch"),
         ("TUQ. CHỦ TỊCH", "CHÁNH VĂN PHÒNG")),
    ],
)  # fmt: skip
def test_signature_block(unit, signed, lines):
    assert signature_block(unit, signed).lines == lines


@pytest.mark.parametrize(
    ("unit", "parent", "body", "place", "said"),
    [
        ("Sở Y tế", "ỦY BAN NHÂN DÂN THÀNH PHỐ HUẾ", ("SỞ Y TẾ",), "Thành phố Huế", "Sở Y tế"),
        ("Phường Sài Gòn", "", ("ỦY BAN NHÂN DÂN", "PHƯỜNG SÀI GÒN"), "Phường Sài Gòn",
         "Ủy ban nhân dân phường Sài Gòn"),
        ("UBND Quận 1", "", ("ỦY BAN NHÂN DÂN", "QUẬN 1"), "Quận 1",
         "Ủy ban nhân dân quận 1"),
        ("Công an Thành phố", "", ("CÔNG AN THÀNH PHỐ",), "Thành phố Huế", "Công an Thành phố"),
        ("Văn phòng UBND Thành phố", "ỦY BAN NHÂN DÂN THÀNH PHỐ HUẾ",
         ("VĂN PHÒNG UBND THÀNH PHỐ",), "Thành phố Huế", "Văn phòng UBND Thành phố"),
    ],
)  # fmt: skip
def test_heading(unit, parent, body, place, said):
    site = SiteIdentity(city_name="Thành phố Huế")

    head = heading_of(unit, site, year=2027, day=dt.date(2027, 2, 5))

    assert (head.parent, head.body) == (parent, body)
    assert head.place_and_date == f"{place}, ngày 05 tháng 02 năm 2027"
    assert full_name(unit) == said


def test_portal_without_an_identity_leaves_place_and_parent_to_the_office():
    head = heading_of("Sở Y tế", None, year=2027, day=None)

    assert head.parent == ""
    assert head.place_and_date == "………, ngày …… tháng …… năm 2027"


def test_days_bear_a_zero_as_the_decree_says():
    assert written(dt.date(2027, 3, 5)) == "ngày 05 tháng 3 năm 2027"
    assert written(dt.date(2027, 11, 15)) == "ngày 15 tháng 11 năm 2027"


def test_building_the_report_asks_the_same_number_of_questions(
    year, submission, receipt, django_assert_num_queries
):
    with django_assert_num_queries(4):
        report_of(submission, year.at)
    stored = Receipt.objects.get(pk=receipt.pk)
    with django_assert_num_queries(1):
        report_of(submission, year.at, receipt=stored)
