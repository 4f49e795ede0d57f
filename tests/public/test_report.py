"""The report of the results: every figure of a sentence equals what the JSON file gives."""

import gzip
import json
import re
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, median
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.utils import timezone, translation

from assessments import press
from assessments.models import Publication, SiteIdentity
from assessments.papers import ResultReport, result_report_of
from assessments.queries.public import published
from assessments.queries.public.result_report import report_figures
from tests.factories.published import UNITS, Given, make_publication, make_record

D = Decimal
ALL = ("4", "4", "4", "4", "4", "4")
TIE = ("3", "4", "2.5", "4", "3.5", None)
LOW = ("1", "2", "2", "1", "1", "4")
TEAM = [("SBN-01", "Sở Tư pháp"), ("SBN-02", "Sở Nội vụ"), ("SBN-03", "Sở Y tế"),
        ("SBN-04", "Sở Du lịch"), ("SBN-05", "Sở Công Thương")]  # fmt: skip
GROUP = ("SBN", "Sở, ban, ngành")
PX = ("PX", "Phường, xã, đặc khu")


def report_of(publication: Publication, language: str = "vi") -> ResultReport:
    now = timezone.now()
    tables = published.rankings(publication, now)
    with translation.override(language):
        return result_report_of(publication, report_figures(publication, tables, now))


def said(made: ResultReport, key: str, group: int = 0) -> list[str]:
    part = next(part for part in made.groups[group].parts if part.key == key)
    return [str(each) for each in (*part.sentences, *part.items, *part.after)]


def data_of(publication: Publication) -> list[dict[str, Any]]:
    """Return the ranked results of the first group as the public file gives them."""
    data = json.loads(Client().get(f"/du-lieu-mo/{publication.slug}.json").content)
    return [row for row in data["groups"][0]["results"] if row["rank"]]


def two(value: Decimal) -> str:
    text = f"{value.quantize(D('0.01'), ROUND_HALF_UP):f}"
    return text.replace(".", ",").replace("-", "−")


def signed(value: Decimal) -> str:
    return f"{'+' if value > 0 else ''}{two(value)}"


@pytest.fixture
def tied(db: None) -> Publication:
    """Return five units: two share the first rank, one is not ranked, one has bonus points."""
    return make_publication(
        groups={GROUP: TEAM}, unranked="SBN-05",
        given={"SBN-01": Given(TIE), "SBN-02": Given(TIE), "SBN-03": Given(LOW, bonus="1.5"),
               "SBN-04": Given(LOW, penalty="0.25")},
    )  # fmt: skip


def test_standing_counts_and_averages_the_ranked_units_of_the_file(tied: Publication) -> None:
    rows = data_of(tied)
    values = [D(row["index"]) for row in rows]
    assert said(report_of(tied), "standing") == [
        "Nhóm có 5 đơn vị được đánh giá; xếp hạng: 4, không xếp hạng: 1.",
        "Không xếp hạng: Sở Công Thương (Mới thành lập).",
        f"Chỉ số trung bình là {two(mean(values))}, trung vị {two(median(values))}; cao nhất"
        f" {two(max(values))} (Sở Nội vụ và Sở Tư pháp), thấp nhất"
        f" {two(min(values))} (Sở Du lịch).",
        "Theo mức xếp loại: Tốt 2 đơn vị, Khá 0 đơn vị, Trung bình 0 đơn vị và Yếu 2 đơn vị.",
    ]


def test_leaders_name_every_tie_and_the_last(tied: Publication) -> None:
    rows = data_of(tied)
    first, third, last = (two(D(rows[n]["index"])) for n in (0, 2, 3))
    assert said(report_of(tied), "leaders") == [
        f"2 đơn vị cùng xếp hạng 1 với chỉ số {first} (Tốt): Sở Nội vụ và Sở Tư pháp.",
        f"Sở Y tế xếp hạng 3 với chỉ số {third} (Yếu).",
        f"Xếp cuối, hạng 4, là Sở Du lịch với chỉ số {last} (Yếu).",
    ]


def test_gaps_are_own_less_final_points_of_applicable_leaves(tied: Publication) -> None:
    sums: dict[str, Decimal] = {}
    units: dict[str, Decimal] = {}
    count = 0
    for row in data_of(tied):
        for leaf in (leaf for leaf in row["scores"] if leaf["applicable"]):
            gap = D(leaf["self_points"]) - D(leaf["final_points"])
            sums[leaf["field"]] = sums.get(leaf["field"], D(0)) + gap
            units[row["unit"]["name"]] = units.get(row["unit"]["name"], D(0)) + gap
            count += gap > 0
    lines = said(report_of(tied), "gaps")
    total = sum(sums.values()) / 4
    assert lines[0] == f"Bình quân mỗi đơn vị tự chấm cao hơn điểm chính thức {two(total)} điểm."
    assert lines[1] == (
        f"Trong 22 lượt tự chấm có {count} lượt bị chấm giảm, 0 lượt được chấm tăng."
    )
    names = {"1": "Chỉ đạo, điều hành", "2": "Cải cách thể chế", "3": "Thủ tục hành chính"}
    order = sorted(sums, key=lambda code: -sums[code])
    parts = [f"{names[code]} ({signed(sums[code] / 4)} điểm mỗi đơn vị)" for code in order]
    assert lines[2] == (
        "Chênh lệch lớn nhất theo lĩnh vực (điểm tự chấm trừ điểm chính thức):"
        f" {parts[0]}; {parts[1]} và {parts[2]}."
    )
    # The third of the largest is held by two units: both are named.
    assert [f"({signed(units[name])})" for name in ("Sở Y tế", "Sở Du lịch", "Sở Nội vụ")] == [
        "(+13,00)", "(+13,00)", "(+3,00)",
    ]  # fmt: skip
    assert lines[3].endswith(
        "Sở Y tế (+13,00); Sở Du lịch (+13,00); Sở Nội vụ (+3,00) và Sở Tư pháp (+3,00)."
    )


def test_criteria_that_cost_most_units_and_none(tied: Publication) -> None:
    lost: dict[str, list[Decimal]] = {}
    for row in data_of(tied):
        for leaf in (leaf for leaf in row["scores"] if leaf["applicable"]):
            points = D(leaf["max_points"]) - D(leaf["final_points"])
            lost.setdefault(leaf["code"], []).append(points)
    losers = {code: sum(1 for each in values if each) for code, values in lost.items()}
    hard = [code for code in lost if 2 * losers[code] > len(lost[code])]
    expected = [
        f"{code}. Tiêu chí {code}: {losers[code]} trong {len(lost[code])} đơn vị, bình quân mất"
        f" {two(sum(lost[code], D(0)) / len(lost[code]))} điểm"
        for code in sorted(
            hard,
            key=lambda code: (
                -D(losers[code]) / len(lost[code]),
                -sum(lost[code]) / len(lost[code]),
            ),
        )
    ]
    assert said(report_of(tied), "criteria") == [
        f"Quá nửa số đơn vị được áp dụng mất điểm ở {len(hard)} tiêu chí; nhiều nhất là:",
        *expected,
        "Mọi đơn vị được áp dụng đều đạt điểm tối đa ở 1 tiêu chí: 3.2. Tiêu chí 3.2.",
    ]
    assert len(expected) == 3


def test_bonus_and_penalty_are_those_of_the_file(tied: Publication) -> None:
    assert said(report_of(tied), "adjustments") == [
        "Điểm thưởng (tính vào chỉ số): Sở Y tế (+1,5).",
        "Điểm trừ (tính vào chỉ số): Sở Du lịch (−0,25).",
    ]
    assert said(report_of(make_publication(year=2030)), "adjustments") == [
        "Không đơn vị nào có điểm thưởng, điểm trừ."
    ]


def test_changes_compare_with_the_file_of_the_year_before(db: None) -> None:
    given = {"SBN-01": Given(LOW), "SBN-02": Given(TIE), "SBN-03": Given(ALL)}
    old = make_publication(year=2025, given=given)
    given = {"SBN-01": Given(ALL), "SBN-02": Given(TIE), "SBN-03": Given(LOW)}
    new = make_publication(year=2026, given=given)
    before = {row["unit"]["code"]: row for row in data_of(old)}
    moved = {
        row["unit"]["name"]: (
            before[row["unit"]["code"]]["rank"] - row["rank"], row["rank"],
            D(row["index"]) - D(before[row["unit"]["code"]]["index"]),
        ) for row in data_of(new)
    }  # fmt: skip
    then = mean(D(row["index"]) for row in before.values())
    now = mean(D(row["index"]) for row in data_of(new))
    up, down = (sum(1 for by, *_ in moved.values() if by * sign > 0) for sign in (1, -1))
    lines = said(report_of(new), "changes")
    assert lines[:2] == [
        f"Chỉ số trung bình năm 2025 là {two(then)}, năm nay là {two(now)} ({signed(now - then)}).",
        f"So với năm 2025, trong các đơn vị so sánh được có {up} đơn vị tăng hạng, {down} đơn vị"
        f" giảm hạng, {3 - up - down} đơn vị giữ nguyên hạng.",
    ]
    assert (up, down) == (1, 1)
    text = " ".join(lines)
    for unit, (by, rank, gained) in moved.items():
        if by:
            assert f"{unit} ({abs(by)} bậc, từ hạng {rank + by} đến hạng {rank})" in text
        assert not gained or f"{unit} ({signed(gained)})" in text


def test_fields_gained_and_lost_are_means_of_both_files(db: None) -> None:
    old, new = make_publication(year=2025, seed=5), make_publication(year=2026, seed=7)
    table = next(part for part in report_of(new).groups[0].parts if part.key == "fields")
    for row in table.fields:
        code = row.name.partition(".")[0]
        values = [
            [D(part["index"]) for each in data_of(publication) for part in each["fields"]
             if part["code"] == code and part["index"]]
            for publication in (new, old)
        ]  # fmt: skip
        now, before = (sum(each, D(0)) / len(each) for each in values)
        assert (row.now, row.before, row.change) == (two(now), two(before), signed(now - before))
    assert len(table.fields) == 3


def test_no_year_before_is_said(official: Publication) -> None:
    made = report_of(official)
    assert said(made, "changes") == [
        "Không so sánh với năm trước vì chưa có số liệu cùng loại của năm 2025 được công bố."
    ]
    assert [row.before for row in made.groups[0].parts[3].fields] == ["–"] * 3


def test_another_scheme_is_not_compared(db: None) -> None:
    make_publication(year=2025)
    made = report_of(make_publication(year=2026, scheme_version=2))
    assert said(made, "changes") == [
        "Không so sánh với năm 2025 vì nhóm được chấm theo Bộ tiêu chí khác"
        " (năm trước bo-sbn/1, năm nay bo-sbn/2)."
    ]
    assert {row.change for row in made.groups[0].parts[3].fields} == {"–"}


def test_another_group_then_is_not_compared(db: None) -> None:
    make_publication(year=2025, groups={PX: UNITS[:1]})
    assert said(report_of(make_publication(year=2026, groups={GROUP: UNITS})), "changes") == [
        "Không so sánh với năm trước vì số liệu năm 2025 không có nhóm này.",
        "Năm 2025 thuộc nhóm khác nên không so sánh: Sở Tư pháp.",
    ]


def test_merged_new_renamed_and_gone_units_are_named(db: None) -> None:
    units = [("A", "Sở A"), ("B", "Sở B"), ("C", "Sở C"), ("D", "Sở D")]
    make_publication(year=2025, groups={GROUP: units})
    later = [("AB", "Sở Hợp nhất"), ("C2", "Sở Đổi tên"), ("N", "Sở Mới")]
    follows = {"AB": ["A", "B"], "C2": ["C"]}
    new = make_publication(groups={GROUP: later}, predecessors=follows)
    lines = said(report_of(new), "changes")
    assert lines[-4:] == [
        "Không có trong số liệu năm 2025: Sở Mới.",
        "Có trong nhóm năm 2025, nay không còn: Sở D.",
        "Sở Đổi tên kế thừa Sở C và được so sánh với kết quả năm 2025 của đơn vị đó.",
        "Sở Hợp nhất được hình thành từ Sở A và Sở B của năm 2025 nên không so sánh.",
    ]


def test_unit_that_took_in_another_keeps_its_own_comparison(db: None) -> None:
    make_publication(year=2025, groups={GROUP: [("A", "Sở A"), ("B", "Sở B")]})
    new = make_publication(groups={GROUP: [("A", "Sở A")]}, predecessors={"A": ["B"]})
    lines = said(report_of(new), "changes")
    assert lines[-1] == (
        "Sở A đã tiếp nhận Sở B sau năm 2025; chỉ so sánh với kết quả của chính đơn vị."
    )
    assert not [line for line in lines if "không còn" in line]


def test_group_of_one_unit_has_no_spread_and_no_last(db: None) -> None:
    made = report_of(make_publication(groups={GROUP: UNITS[:1]}, given={"SBN-01": Given(ALL)}))
    assert said(made, "standing") == [
        "Nhóm có 1 đơn vị được đánh giá; xếp hạng: 1, không xếp hạng: 0.",
        "Theo mức xếp loại: Tốt 1 đơn vị, Khá 0 đơn vị, Trung bình 0 đơn vị và Yếu 0 đơn vị.",
    ]
    assert said(made, "leaders") == [
        "Sở Tư pháp là đơn vị duy nhất được xếp hạng, chỉ số 100,00 (Tốt)."
    ]
    assert said(made, "gaps")[0] == "Bình quân điểm tự chấm bằng điểm chính thức."


def test_group_without_a_rank_says_so(db: None) -> None:
    made = report_of(make_publication(groups={GROUP: UNITS[:1]}, unranked="SBN-01"))
    assert [part.key for part in made.groups[0].parts] == ["standing", "changes"]
    assert said(made, "standing") == [
        "Nhóm có 1 đơn vị được đánh giá; xếp hạng: 0, không xếp hạng: 1.",
        "Không xếp hạng: Sở Tư pháp (Mới thành lập).",
    ]


def test_english_counts_units_in_the_plural_and_keeps_names(tied: Publication) -> None:
    made = report_of(tied, "en")
    assert said(made, "standing")[0] == (
        "5 units of the group were assessed; ranked: 4, not ranked: 1."
    )
    one = report_of(make_publication(year=2029, groups={GROUP: UNITS[:1]}), "en")
    assert said(one, "standing")[0] == (
        "1 unit of the group was assessed; ranked: 1, not ranked: 0."
    )
    sentence = made.groups[0].parts[1].sentences[1]
    with translation.override("en"):
        html = sentence.html
    assert html.startswith('<span lang="vi">Sở Y tế</span> ranks 3 with the index 47.33 (')


def test_names_are_text_and_no_template(db: None) -> None:
    units = [("SBN-01", "Sở <b>%(rank)s</b> #eval("), *UNITS[1:]]
    publication = make_publication(groups={GROUP: units}, given={"SBN-01": Given(ALL)})
    assert said(report_of(publication), "leaders")[0].startswith("Sở <b>%(rank)s</b> #eval( xếp")
    page = Client().get("/xep-hang/2026/bao-cao/").content.decode()
    assert "Sở &lt;b&gt;%(rank)s&lt;/b&gt; #eval( xếp hạng 1" in page
    assert "Sở <b>%(rank)s</b> #eval( xếp hạng 1" in _pdf_text("/du-lieu-mo/2026-bao-cao.pdf")


def _pdf_text(path: str) -> str:
    document = pypdfium2.PdfDocument(Client().get(path).content)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return re.sub(r"\s+", " ", " ".join(pages))


def test_page_and_paper_say_the_same_sentences(db: None) -> None:
    SiteIdentity.objects.create(pk=1, city_name="Thành phố X", governing_body="Sở Nội vụ")
    make_publication(year=2025, seed=5)
    publication = make_publication(seed=7)
    text, page = _pdf_text("/du-lieu-mo/2026-bao-cao.pdf"), _page_text("/xep-hang/2026/bao-cao/")
    made = report_of(publication)
    parts = [part for group in made.groups for part in group.parts]
    sentences = [each for part in parts for each in (*part.sentences, *part.items, *part.after)]
    for sentence in (*sentences, *made.method, *made.basis):
        assert str(sentence) in text
        assert str(sentence) in page
    for words in ("ỦY BAN NHÂN DÂN THÀNH PHỐ X", "SỞ NỘI VỤ", publication.sha256):
        assert words in text
    assert "MINH HỌA" not in text


def _page_text(path: str) -> str:
    body = Client().get(path).content.decode()
    return body.replace("&quot;", '"').replace("&#x27;", "'").replace("&lt;", "<")


def test_correction_names_what_it_corrects_and_why(official: Publication) -> None:
    corrected = make_publication(corrects=official, seed=2, correction_reason="Nhầm một tiêu chí")
    lines = [str(each) for each in report_of(corrected).basis]
    assert lines[:2] == [
        "Quyết định 02/QĐ-UBND ngày 05/02/2027, người ký: Người Ký.",
        "Lần công bố này đính chính “Chỉ số CCHC năm 2026” (2026). Lý do: Nhầm một tiêu chí",
    ]
    old = Client().get("/xep-hang/2026/bao-cao/")
    assert "banner tone-bad" in old.content.decode()
    assert old["Link"] == '</xep-hang/2026-2/bao-cao/>; rel="successor-version"'


def test_illustrative_report_is_marked_everywhere(illustrative: Publication) -> None:
    page = Client().get("/xep-hang/2023-minh-hoa/bao-cao/")
    body = page.content.decode()
    assert page["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex" />' in body
    assert "minh họa" in body.partition("</title>")[0]
    text = _pdf_text("/du-lieu-mo/2023-minh-hoa-bao-cao.pdf")
    assert text.count("DỮ LIỆU MINH HỌA") >= 2
    assert "Đây là số liệu minh họa" in text


def test_record_has_no_report(db: None) -> None:
    record = make_record([{"unit": "Sở Tư pháp", "rank": 1}])
    assert not record.pages.filter(path__contains="bao-cao").exists()
    for path in ("/xep-hang/2021/bao-cao/", "/xep-hang/2021-bao-chi/bao-cao/"):
        assert Client().get(path).status_code == 404
    with pytest.raises(ValueError, match="record"):
        report_figures(record, [], timezone.now())


def test_year_leads_to_its_report(illustrative: Publication) -> None:
    answer = Client().get("/xep-hang/2023/bao-cao/")
    assert (answer.status_code, answer["Location"]) == (302, "/xep-hang/2023-minh-hoa/bao-cao/")
    assert Client().get("/xep-hang/1999/bao-cao/").status_code == 404


def test_paper_is_downloaded_and_the_same_each_time(official: Publication) -> None:
    answer = Client().get("/du-lieu-mo/2026-bao-cao.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="2026-bao-cao.pdf"'
    path = "/du-lieu-mo/2026-bao-cao.pdf"
    again = [page for page in press.printed(official, timezone.now()) if page.path == path]
    assert [gzip.decompress(page.body) for page in again] == [answer.content]
    assert answer.content[:5] == b"%PDF-"
