"""What stands in the sheets of a publication's workbook; texts are Vietnamese, figures exact."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from assessments.choices import Level, Method
from assessments.models import Publication, PublishedGroup
from assessments.press import columns
from assessments.press.stored import kind_label
from assessments.queries.public.addresses import address, data_address
from assessments.queries.public.rankings import Ranking

INDEX, POINTS, WHOLE = "0.0000000000", "0.0000", ""
#: The words of the page on open data.
_LICENCE = gettext_lazy(
    "The data may be used, copied and passed on for any purpose, free of charge, if the source is"
    " named. Illustrative data must stay marked as illustrative."
)
_MADE_UP = (
    "DỮ LIỆU MINH HỌA: số liệu được dựng để giới thiệu cổng, không phải kết quả của đơn vị nào."
)

#: Widths and number formats of a ranking's columns before those of the fields, and after them.
_RANKING_WIDTHS = (7, 10, 10, 14, 44, 17, 16, 13, 13, 13, 13)
_RANKING_FORMATS = (*[WHOLE] * 5, INDEX, WHOLE, *[POINTS] * 4)
_AFTER_WIDTHS = (18, 40, 40, 40)
#: No format of the leaves: a styled cell takes ten times as long; there are ten thousands of them.
_LEAF_WIDTHS = (10, 14, 44, 12, 10, 60, 12, 9, 12, 12, 12, 60)
#: Heads, widths and number formats.
_CRITERIA = (
    (columns.GROUP, 10, WHOLE), ("Bộ tiêu chí", 24, WHOLE), ("Phiên bản", 10, WHOLE),
    (columns.CRITERION_CODE, 12, WHOLE), ("Thuộc", 10, WHOLE), ("Cấp", 18, WHOLE),
    (columns.CRITERION, 70, WHOLE), (columns.MAX_POINTS, 12, POINTS), ("Cách chấm", 28, WHOLE),
)  # fmt: skip
_BANDS = (
    (columns.GROUP, 10, WHOLE), ("Bộ tiêu chí", 24, WHOLE), ("Phiên bản", 10, WHOLE),
    (columns.BAND, 20, WHOLE), ("Chỉ số thấp nhất", 16, POINTS),
)  # fmt: skip
#: Sheet, column and meaning.
DICTIONARY = (
    ("Xếp hạng …", columns.RANK, "Thứ hạng trong nhóm, xác định trên chỉ số chính xác; đơn vị có"
     " chỉ số bằng nhau cùng hạng, hạng kế tiếp bỏ qua. Để trống: không xếp hạng."),
    ("Xếp hạng …", columns.INDEX, "Phần trăm với 10 chữ số thập phân ="
     f" {columns.ACHIEVED} ÷ {columns.APPLICABLE} × 100, làm tròn nửa lên, cộng {columns.BONUS},"
     f" trừ {columns.PENALTY}, không dưới 0 và không quá 100."),
    ("Xếp hạng …", columns.BAND, "Theo sheet “Mức xếp loại”: mức có chỉ số thấp nhất không lớn hơn"
     " chỉ số của đơn vị."),
    ("Xếp hạng …", f"{columns.ACHIEVED}, {columns.APPLICABLE}", f"Tổng {columns.FINAL_POINTS} và"
     f" tổng {columns.MAX_POINTS} của các tiêu chí áp dụng cho đơn vị, ở sheet “Điểm tiêu chí”."),
    ("Xếp hạng …", f"{columns.BONUS}, {columns.PENALTY}", "Điểm chỉ số được cộng, bị trừ, đã tính"
     " mức trần của bộ tiêu chí."),
    ("Xếp hạng …", "Cột mang mã và tên lĩnh vực", "Chỉ số của lĩnh vực, tính như Chỉ số nhưng chỉ"
     " trên tiêu chí của lĩnh vực, không có điểm thưởng, điểm trừ."),
    ("Xếp hạng …", columns.BASIS, "Tính từ điểm, do nguồn nêu, hoặc suy ra từ thứ tự mà"
     " nguồn liệt kê."),
    ("Điểm tiêu chí", columns.APPLIES, "“không”: tiêu chí không áp dụng cho đơn vị, không cộng vào"
     " tổng nào, dù có điểm."),
    ("Điểm tiêu chí", f"{columns.SELF_POINTS}, {columns.APPRAISED_POINTS}",
     "Để trống: không có điểm của bước đó."),
    ("Điểm tiêu chí", columns.TRACE, "Vì sao có số điểm đó, bằng lời."),
    ("Tiêu chí", "Thuộc", "Mã của tiêu chí hoặc lĩnh vực ở trên; để trống: là lĩnh vực."),
    ("Tiêu chí", "Cách chấm", "“tổng các phần”: không chấm trực tiếp, là tổng của các"
     " tiêu chí ở dưới."),
    ("Mọi sheet", "Số", "Ô số, không mất chữ số nào: bảng tính giữ 15 chữ số có nghĩa, chỉ số có"
     " nhiều nhất 13. Tính lại chỉ số thì làm tròn 10 chữ số thập phân: ROUND(…;10)."),
    ("Mọi sheet", "Văn bản", "Văn bản bắt đầu bằng dấu của công thức có thêm dấu ' ở đầu; không ô"
     " nào chứa công thức."),
)  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """One sheet: heads, widths and number formats by column, and its rows."""

    title: str
    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Iterable[Iterable[Any]]
    formats: tuple[str, ...] = ()
    #: How many columns stay in view, and whether long texts break.
    frozen: int = 0
    wrapped: bool = False


def of(publication: Publication, tables: list[Ranking]) -> Iterator[Sheet]:
    """Yield the sheets of a publication in their order; a record has no leaves and no scheme."""
    yield Sheet("Giới thiệu", (), (34, 100), list(_about(publication)), wrapped=True)
    heads = ("Sheet", "Cột", "Nghĩa")
    yield Sheet("Từ điển", heads, (18, 34, 100), DICTIONARY, wrapped=True)
    for table in tables:
        yield _ranking(publication, table)
    groups = [table.group for table in tables if table.group.criteria]
    if groups:
        leaves = columns.leaf_rows(publication, groups)
        yield Sheet("Điểm tiêu chí", columns.LEAVES, _LEAF_WIDTHS, leaves, frozen=3)
        yield _sheet("Tiêu chí", _CRITERIA, _criteria(groups))
        yield _sheet("Mức xếp loại", _BANDS, _bands(groups))


def _sheet(
    title: str, parts: tuple[tuple[str, int, str], ...], rows: Iterable[Iterable[Any]]
) -> Sheet:  # fmt: skip
    heads, widths, formats = zip(*parts, strict=True)
    return Sheet(title, heads, widths, rows, formats)


def _about(publication: Publication) -> Iterator[tuple[str, Any]]:
    yield "Tên", publication.title
    yield "Năm đánh giá", publication.year
    yield "Loại số liệu", kind_label(publication)
    if publication.is_illustrative:
        yield "", _MADE_UP
    yield "Quyết định", _decision(publication)
    if publication.published_at:
        moment = timezone.localtime(publication.published_at)
        yield "Công bố lúc", f"{moment:%d/%m/%Y %H:%M:%S}"
    yield "Lần ban hành", publication.revision
    if publication.corrects:
        yield "Đính chính cho", publication.corrects.slug
        yield "Lý do đính chính", publication.correction_reason
    yield "Giấy phép", str(_LICENCE)
    yield "Điều khoản sử dụng dữ liệu", address("terms", "vi")
    yield "Tệp gốc (JSON)", data_address(publication)
    yield "SHA-256 của tệp JSON (trừ khóa sha256)", publication.sha256
    yield "Đính chính về sau", address("data_index", "vi")
    if publication.note:
        yield "Ghi chú", publication.note


def _decision(publication: Publication) -> str:
    if not publication.is_decided or publication.decision_date is None:
        return "không có"
    day = f"{publication.decision_date:%d/%m/%Y}"
    return f"{publication.decision_number} ngày {day}, {publication.decision_signer}"


def _ranking(publication: Publication, table: Ranking) -> Sheet:
    fields = columns.field_heads(table)
    every = (publication.year, table.group.code)
    rows = ((*every, *columns.ranking_row(row, table)) for row in (*table.ranked, *table.unranked))
    return Sheet(
        f"Xếp hạng {table.group.code}",
        (columns.YEAR, columns.GROUP, *columns.RANKING, *fields, *columns.AFTER),
        (*_RANKING_WIDTHS, *[17] * len(fields), *_AFTER_WIDTHS),
        rows, (*_RANKING_FORMATS, *[INDEX] * len(fields)), frozen=5,
    )  # fmt: skip


def _criteria(groups: list[PublishedGroup]) -> Iterator[tuple[Any, ...]]:
    levels, methods = dict(Level.choices), dict(Method.choices)
    for group in groups:
        for part in group.criteria:
            yield (
                group.code, *group.scheme, part["code"], part["parent"],
                str(levels.get(part["level"], part["level"])), part["name"],
                Decimal(part["max_points"]), str(methods.get(part["method"], part["method"])),
            )  # fmt: skip


def _bands(groups: list[PublishedGroup]) -> Iterator[tuple[Any, ...]]:
    for group in groups:
        for band in group.bands:
            yield (group.code, *group.scheme, band["label"], Decimal(band["min_index"]))
