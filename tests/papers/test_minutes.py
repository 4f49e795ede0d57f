"""The minutes of a meeting: what they hold and leave out, how they look, and who gets them."""

import datetime as dt
import io
import unicodedata

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from assessments.choices import AgendaReason, CouncilRole
from assessments.models import CouncilMember, SiteIdentity
from assessments.papers import minutes_docx, minutes_of, minutes_pdf
from assessments.papers.words import DRAFT, EXTRACT
from assessments.queries import agenda
from assessments.workflow import decisions, meetings
from assessments.workflow.machine import perform
from cchc.kit.files import inspect
from tests.factories.council import (
    appraise,
    appraise_all,
    conclude,
    make_judged_year,
    make_meeting,
    make_member,
)
from tests.factories.cycles import D, make_user
from tests.papers.conftest import pages_of
from tests.papers.hostile import HOSTILE, LONG_WORD
from tests.papers.printed import heading_rules, lines_of, width_over
from tests.papers.test_word import W, attributes, part, rules_of
from tests.workspace import uploads


@pytest.fixture
def year(db):
    """Return a year whose council is set up by the city, with a dispute on one leaf."""
    made = make_judged_year(heading={"dispute_spread": D("0.5"), "bonus_cap": D(3)})
    council = made.council
    council.name = "Hội đồng thẩm định CCHC"
    council.decision_number, council.decision_signer = "15/QĐ-UBND", "Chủ tịch"
    council.decision_date = dt.date(2031, 2, 3)
    council.save()
    SiteIdentity.objects.create(pk=1, city_name="Thành phố Hồ Chí Minh", governing_body="Sở Nội vụ")
    for dossier, name in zip(made.dossiers, ("Sở Tư pháp", "Sở Xây dựng"), strict=True):
        dossier.submission.unit_name = name
        dossier.submission.save()
    return made


@pytest.fixture
def absentee(year):
    """Return the member who works for the first unit."""
    return make_member(year, unit=year.first.unit)


@pytest.fixture
def meeting(year, absentee):
    """Return a meeting with agenda, attendance and one decision of each kind."""
    held = make_meeting(year, "")
    held.held_on = dt.date(2026, 2, 5)
    held.begins_at, held.ends_at, held.place = dt.time(8), dt.time(11, 30), "Phòng họp số 2"
    held.proceedings = "Chủ tịch khai mạc.\nThư ký báo cáo."
    held.minutes_file = ""
    held.save()
    CouncilMember.objects.update(since=dt.date(2026, 1, 1))
    second = make_member(year)
    CouncilMember.objects.filter(user=second).update(since=dt.date(2026, 1, 1))
    appraise(year, year.first, "1.1")
    appraise(year, year.first, "1.1", by=second, points="1", reason="Ban hành muộn")
    items = {
        year.first.score("1.1").pk: str(AgendaReason.DISPUTED),
        year.first.score("1.2").pk: str(AgendaReason.CHOSEN),
        year.second.score("2.1").pk: str(AgendaReason.CHOSEN),
    }
    meetings.set_agenda(meeting=held, by=year.secretary, at=year.at, add=items)
    roll = {
        seat.pk: (seat.user != year.member, "Đi công tác" if seat.user == year.member else "")
        for seat in agenda.seats_of_day(held)
    }
    meetings.record_attendance(meeting=held, by=year.secretary, at=year.at, present=roll)
    decide(
        year, held, year.first, "1.1", points="1,5", votes_for=2, votes_abstained=1,
        dissent="Đề nghị giữ 2 điểm",
    )  # fmt: skip
    decide(year, held, year.second, "1.3", points=None, applicable=False)
    return held


def decide(year, meeting, dossier, code, **given):
    return decisions.decide_leaf(
        score=dossier.score(code), by=year.chair, at=year.at, meeting=meeting,
        **{"reason": "Hội đồng xem xét văn bản", **given},
    )  # fmt: skip


def of(year, meeting, reader=None):
    meeting.refresh_from_db()
    return minutes_of(meeting, reader=reader or year.secretary, at=year.at)


@pytest.fixture
def minutes(year, meeting):
    return of(year, meeting)


@pytest.fixture
def pdf(year, minutes):
    return minutes_pdf(minutes, at=year.at)


def test_head_says_who_met_when_and_where(year, minutes):
    assert minutes.heading.parent == "ỦY BAN NHÂN DÂN THÀNH PHỐ HỒ CHÍ MINH"
    assert minutes.heading.body == ("HỘI ĐỒNG THẨM ĐỊNH CCHC",)
    assert minutes.bases == (
        "Căn cứ Quyết định số 15/QĐ-UBND ngày 03 tháng 02 năm 2031 của Ủy ban nhân dân Thành phố"
        " Hồ Chí Minh về việc thành lập Hội đồng thẩm định CCHC",
    )
    assert minutes.begun == "08 giờ 00, ngày 05 tháng 02 năm 2026"
    assert minutes.place == "Phòng họp số 2"
    assert minutes.closing == (
        "Biên bản kết thúc lúc 11 giờ 30, ngày 05 tháng 02 năm 2026./."
    )  # fmt: skip
    assert (minutes.chair, minutes.secretary) == (year.chair.full_name, year.secretary.full_name)
    assert minutes.proceedings == ("Chủ tịch khai mạc.", "Thư ký báo cáo.")


def test_attendance_names_present_and_absent_with_their_reasons(year, meeting, minutes):
    assert minutes.present_head == "Có mặt 4/5 thành viên Hội đồng:"
    assert minutes.present[0] == f"{year.chair.full_name}, Chủ tịch Hội đồng"
    assert minutes.absent == (f"{year.member.full_name}, Thành viên: Đi công tác",)
    meeting.attendances.filter(member__user=year.chair).update(present=False)
    changed = of(year, meeting)
    assert changed.chair == "………"  # who took the chair then, the office writes
    assert f"{year.chair.full_name}, Chủ tịch Hội đồng: không ghi lý do" in changed.absent
    meeting.attendances.all().delete()
    assert of(year, meeting).present_head == "Có mặt ………/5 thành viên Hội đồng:"


def test_units_hold_points_votes_reason_dissent_and_who_took_no_part(year, minutes, absentee):
    first, second = minutes.units
    (row,) = first.rows
    assert (row.code, row.maximum, row.claimed, row.appraised, row.decided) == (
        "1.1", "2", "2", "2 (1–2)", "1,5",
    )  # fmt: skip
    assert row.notes == (
        "Biểu quyết: 2 tán thành, 0 không tán thành, 1 không có ý kiến.",
        "Lý do: Hội đồng xem xét văn bản", "Ý kiến khác: Đề nghị giữ 2 điểm",
    )  # fmt: skip
    assert first.without == f"Không tham gia nội dung này: {absentee.full_name}."
    assert first.open == ("1.2. Thời điểm ban hành",)
    assert (second.rows[0].decided, second.rows[0].notes[0]) == (
        "không tính", "Biểu quyết: thống nhất.",
    )  # fmt: skip
    assert second.without == ""
    assert minutes.agenda[0] == (
        "Sở Tư pháp: tiêu chí 1.1 (các thành viên thẩm định chênh lệch);"
        " 1.2 (Tổ Thư ký đề nghị xem xét)"
    )


def test_leaves_left_out_and_adjustments_are_listed(year, meeting):
    def propose(points):
        return decisions.propose_adjustment(
            submission=year.first.submission, by=year.first.head, at=year.at, kind="bonus",
            points=points, reason="Sáng kiến",
        )  # fmt: skip

    for action, points in (("accept", "1,5"), ("refuse", "1")):
        perform(action, propose(points), by=year.chair, at=year.at, note="Theo hồ sơ")
    propose("0,5")  # not decided
    made = of(year, meeting)
    assert made.left_out == (
        "Sở Xây dựng: 1.3. Tỷ lệ hồ sơ đúng hạn (Hội đồng xem xét văn bản)",
    )  # fmt: skip
    assert made.adjustments == (
        "Sở Tư pháp: Điểm thưởng 1,5 điểm – chấp thuận (Sáng kiến)",
        "Sở Tư pháp: Điểm thưởng 1 điểm – không chấp thuận (Sáng kiến)",
    )
    later = make_meeting(year, "9/BB")  # today, when they were decided
    assert of(year, meeting).adjustments == ()
    assert len(of(year, later).adjustments) == 2


def test_dossiers_that_the_meeting_concludes_show_what_does_not_count(year, meeting):
    for code in ("1.3",):
        appraise(year, year.first, code, applicable=False, reason="Không phát sinh")
    appraise_all(year, year.second)
    decide(year, meeting, year.second, "1.3", points=None, applicable=False)
    other = make_meeting(year, "8/BB")
    assert [line[:10] for line in of(year, other).left_out] == ["Sở Xây dựn"]  # ready to conclude
    assert len(of(year, meeting).left_out) == 2
    type(meeting).objects.filter(pk=meeting.pk).update(
        minutes_number="7/BB", minutes_file="minutes/x.pdf"
    )
    conclude(year, year.second, meeting=other)
    assert [line[:10] for line in of(year, other).left_out] == ["Sở Xây dựn"]


def test_number_ends_the_draft(year, meeting, minutes):
    assert (minutes.draft, minutes.marks, minutes.heading.number) == (
        True, (DRAFT,), "Số: ………/BB-………",
    )  # fmt: skip
    assert minutes.heading.number_note == "(chưa cấp số)"
    type(meeting).objects.filter(pk=meeting.pk).update(minutes_number="03/BB-HĐTĐ")
    numbered = of(year, meeting)
    assert (numbered.draft, numbered.marks, numbered.heading.number) == (
        False, (), "Số: 03/BB-HĐTĐ",
    )  # fmt: skip


def test_reader_meets_nothing_of_the_own_unit_and_cannot_sign_the_extract(year, meeting):
    own = CouncilMember.objects.create(
        council=year.council, user=make_user("Thư ký hai"), role=CouncilRole.SECRETARY,
        unit=year.first.unit, since=year.at.date(),
    )  # fmt: skip
    type(meeting).objects.filter(pk=meeting.pk).update(minutes_number="03/BB-HĐTĐ")
    made = of(year, meeting, own.user)
    text = " ".join(" ".join(pages_of(minutes_pdf(made, at=year.at))).split())
    assert "Sở Tư pháp" not in text
    assert "Đề nghị giữ 2 điểm" not in text
    assert "Thư ký báo cáo" not in text  # what was said may have been about any unit
    assert made.proceedings == ()
    assert "Sở Xây dựng" in text
    assert (made.draft, made.marks) == (True, (EXTRACT,))
    assert "Bản này không có nội dung về đơn vị" in text
    assert [unit.name for unit in made.units] == ["Sở Xây dựng"]
    whole = of(year, meeting)
    assert (whole.draft, whole.omission) == (False, "")
    assert whole.proceedings == ("Chủ tịch khai mạc.", "Thư ký báo cáo.")
    later = make_meeting(year, "04/BB-HĐTĐ")
    later.proceedings = "Bàn về đơn vị khác."
    later.save()
    decide(year, later, year.second, "1.4", points="1")
    free = of(year, later, own.user)
    assert (free.marks, free.proceedings) == ((), ("Bàn về đơn vị khác.",))


def test_pdf_is_a4_vietnamese_and_in_nfc(pdf):
    document, text = pypdfium2.PdfDocument(pdf), " ".join(" ".join(pages_of(pdf)).split())
    assert {tuple(map(round, page.get_size())) for page in document} == {(595, 842)}
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "BIÊN BẢN", "(chưa cấp số)", "DỰ THẢO",
        "Thời gian bắt đầu: 08 giờ 00", "I. THÀNH PHẦN THAM DỰ", "1. Sở Tư pháp",
        "Biểu quyết: thống nhất.", "Ý kiến khác: Đề nghị giữ 2 điểm", "THƯ KÝ", "CHỦ TRÌ",
        "Biên bản kết thúc lúc 11 giờ 30",
    ):  # fmt: skip
        assert words in text, words
    assert unicodedata.normalize("NFC", text) == text


def test_secretary_signs_left_and_chair_right_on_one_line(year, pdf):
    lines = [line for page in pypdfium2.PdfDocument(pdf) for line in lines_of(page)]
    left, right = (
        next(line for line in lines if line.text == word) for word in ("THƯ KÝ", "CHỦ TRÌ")
    )
    assert left.right < 297 < right.left
    assert left.baseline == right.baseline
    for title, user in ((left, year.secretary), (right, year.chair)):
        name = [line for line in lines if line.text == user.full_name][-1]
        assert abs(name.left + name.right - title.left - title.right) < 4
        assert title.baseline - name.baseline > 24 / 25.4 * 72


def test_rules_under_the_heading_have_their_lengths(pdf):
    page = pypdfium2.PdfDocument(pdf)[0]
    body, motto, subject = (rule.width / width_over(page, rule) for rule in heading_rules(page))
    assert 1 / 3 <= body <= 1 / 2
    assert motto == pytest.approx(1, abs=0.03)
    assert 1 / 3 <= subject <= 1 / 2


def test_pages_after_the_first_bear_number_and_mark(year, meeting):
    meeting.proceedings = "Thảo luận. " * 800
    meeting.save()
    pages = pages_of(minutes_pdf(of(year, meeting), at=year.at))
    assert len(pages) > 2
    assert [page.split()[0] for page in pages[1:]] == [
        str(number) for number in range(2, len(pages) + 1)
    ]
    assert all(DRAFT in page for page in pages)


def test_word_has_the_page_of_the_decree_and_the_same_words(year, minutes, pdf):
    made = minutes_docx(minutes)
    (section,) = part(made, "word/document.xml").iter(f"{W}sectPr")
    size, margins = (attributes(section.find(f"{W}{tag}")) for tag in ("pgSz", "pgMar"))
    assert (size["w"], size["h"]) == ("11906", "16838")
    assert [margins[side] for side in ("top", "bottom", "left", "right")] == [
        "1134", "1134", "1701", "850",
    ]  # fmt: skip
    assert section.find(f"{W}titlePg") is not None
    paper = Document(io.BytesIO(made))
    heads, first, second, sign = paper.tables
    assert "HỘI ĐỒNG THẨM ĐỊNH CCHC" in heads.rows[0].cells[0].text
    assert [cell.text for cell in first.rows[1].cells][:5] == [
        "1.1. Ban hành kế hoạch", "2", "2", "2 (1–2)", "1,5",
    ]  # fmt: skip
    assert second.rows[1].cells[4].text == "không tính"
    assert sign.rows[0].cells[0].text.split("\n") == ["THƯ KÝ", year.secretary.full_name]
    assert sign.rows[0].cells[1].text.split("\n") == ["CHỦ TRÌ", year.chair.full_name]
    said = [paragraph.text for paragraph in paper.paragraphs]
    assert {"BIÊN BẢN", DRAFT, minutes.closing, "- Lưu: VT, Tổ Thư ký."} <= set(said)
    printed = " ".join(" ".join(pages_of(pdf)).split())
    for text in said:
        assert " ".join(text.split()) in printed, text
    page = pypdfium2.PdfDocument(pdf)[0]
    printed_rules = [rule.width / 72 * 25.4 for rule in heading_rules(page)]
    assert rules_of(made) == pytest.approx(printed_rules, rel=0.06)
    assert inspect(uploads.upload("bien-ban.docx", made)).size == len(made)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_only_text(year, meeting, name):
    text = HOSTILE[name]
    meeting.place, meeting.proceedings = text[:250], text
    meeting.save()
    decision = year.first.score("1.1").decision
    decision.reason = decision.dissent = text
    decision.save()
    made = of(year, meeting)
    assert len(pages_of(minutes_pdf(made, at=year.at))) >= 1
    assert len(Document(io.BytesIO(minutes_docx(made))).tables) == 4


def test_long_word_stays_inside_the_page(year, meeting):
    decision = year.first.score("1.1").decision
    decision.reason = LONG_WORD
    decision.save()
    for page in pypdfium2.PdfDocument(minutes_pdf(of(year, meeting), at=year.at)):
        assert max(line.right for line in lines_of(page)) < 595 - 14 / 25.4 * 72


def test_same_minutes_give_the_same_bytes(year, minutes, pdf):
    assert minutes_pdf(minutes, at=year.at) == pdf


@pytest.mark.parametrize(("ending", "begins"), [("pdf", b"%PDF"), ("docx", b"PK")])
def test_paper_goes_to_keepers_leader_and_auditor(year, meeting, ending, begins):
    address = reverse("admin:assessments_meeting_paper", args=[meeting.pk, ending])
    for role in ("secretary", "chair", "leader", "auditor"):
        client = Client()
        client.force_login(getattr(year, role), "django.contrib.auth.backends.ModelBackend")
        answer = client.get(address)
        assert answer.content.startswith(begins), role
        assert f"bien-ban-2031-05-02-2026-du-thao.{ending}" in answer["Content-Disposition"]
        assert client.get(address.replace(ending, "xlsx")).status_code == 404
    for role in ("member", "officer", "approver", "administrator"):
        client = Client()
        client.force_login(getattr(year, role), "django.contrib.auth.backends.ModelBackend")
        assert client.get(address).status_code == 404, role
