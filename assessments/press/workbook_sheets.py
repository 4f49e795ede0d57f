"""What stands in the sheets of a publication's workbook; texts are Vietnamese, figures exact."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from assessments.choices import Level, Method
from assessments.models import Publication, PublishedGroup, PublishedScore
from assessments.press.stored import kind_label
from assessments.queries.addresses import address, data_address
from assessments.queries.rankings import Ranking, Row

INDEX, POINTS, WHOLE = "0.0000000000", "0.0000", ""
_YES, _NO = "có", "không"
#: The words of the page on open data.
_LICENCE = gettext_lazy(
    "The data may be used, copied and passed on for any purpose, free of charge, if the source is"
    " named. Illustrative data must stay marked as illustrative."
)
_MADE_UP = (
    "DỮ LIỆU MINH HỌA: số liệu được dựng để giới thiệu cổng, không phải kết quả của đơn vị nào."
)

#: Columns of the rankings before those of the fields, and after them.
_RANKING = (
    ("Năm", 7, WHOLE), ("Nhóm", 10, WHOLE), ("Thứ hạng", 10, WHOLE), ("Mã đơn vị", 14, WHOLE),
    ("Đơn vị", 44, WHOLE), ("Chỉ số", 17, INDEX), ("Xếp loại", 16, WHOLE),
    ("Điểm đạt", 13, POINTS), ("Điểm tối đa áp dụng", 13, POINTS), ("Điểm thưởng", 13, POINTS),
    ("Điểm trừ", 13, POINTS),
)  # fmt: skip
_AFTER = (
    ("Căn cứ thứ hạng", 18), ("Lý do không xếp hạng", 40), ("Nguồn", 40), ("Ghi chú", 40),
)  # fmt: skip
#: No format here: a styled cell takes ten times as long, and there are ten thousands of them.
_LEAVES = (
    ("Nhóm", 10, WHOLE), ("Mã đơn vị", 14, WHOLE), ("Đơn vị", 44, WHOLE), ("Lĩnh vực", 10, WHOLE),
    ("Mã tiêu chí", 12, WHOLE), ("Điểm tối đa", 12, WHOLE), ("Áp dụng", 9, WHOLE),
    ("Điểm tự chấm", 12, WHOLE), ("Điểm thẩm định", 12, WHOLE), ("Điểm kết luận", 12, WHOLE),
    ("Cách tính", 60, WHOLE),
)  # fmt: skip
_CRITERIA = (
    ("Nhóm", 10, WHOLE), ("Bộ tiêu chí", 24, WHOLE), ("Phiên bản", 10, WHOLE),
    ("Mã tiêu chí", 12, WHOLE), ("Thuộc", 10, WHOLE), ("Cấp", 18, WHOLE), ("Tên", 70, WHOLE),
    ("Điểm tối đa", 12, POINTS), ("Cách chấm", 28, WHOLE),
)  # fmt: skip
_BANDS = (
    ("Nhóm", 10, WHOLE), ("Bộ tiêu chí", 24, WHOLE), ("Phiên bản", 10, WHOLE),
    ("Xếp loại", 20, WHOLE), ("Chỉ số thấp nhất", 16, POINTS),
)  # fmt: skip
#: Sheet, column and meaning.
DICTIONARY = (
    ("Xếp hạng …", "Thứ hạng", "Thứ hạng trong nhóm, xác định trên chỉ số chính xác; đơn vị có chỉ"
     " số bằng nhau cùng hạng, hạng kế tiếp bỏ qua. Để trống: không xếp hạng."),
    ("Xếp hạng …", "Chỉ số", "Phần trăm với 10 chữ số thập phân = Điểm đạt ÷ Điểm tối đa áp dụng"
     " × 100, làm tròn nửa lên, cộng Điểm thưởng, trừ Điểm trừ, không dưới 0 và không quá 100."),
    ("Xếp hạng …", "Xếp loại", "Theo sheet “Mức xếp loại”: mức có chỉ số thấp nhất không lớn hơn"
     " chỉ số của đơn vị."),
    ("Xếp hạng …", "Điểm đạt, Điểm tối đa áp dụng", "Tổng Điểm kết luận và tổng Điểm tối đa của các"
     " tiêu chí áp dụng cho đơn vị, ở sheet “Điểm tiêu chí”."),
    ("Xếp hạng …", "Điểm thưởng, Điểm trừ", "Điểm chỉ số được cộng, bị trừ, đã tính mức trần của bộ"
     " tiêu chí."),
    ("Xếp hạng …", "Cột mang mã và tên lĩnh vực", "Chỉ số của lĩnh vực, tính như Chỉ số nhưng chỉ"
     " trên tiêu chí của lĩnh vực, không có điểm thưởng, điểm trừ."),
    ("Xếp hạng …", "Căn cứ thứ hạng", "Tính từ điểm, do nguồn nêu, hoặc suy ra từ thứ tự mà"
     " nguồn liệt kê."),
    ("Điểm tiêu chí", "Áp dụng", "“không”: tiêu chí không áp dụng cho đơn vị, không cộng vào tổng"
     " nào, dù có điểm."),
    ("Điểm tiêu chí", "Điểm tự chấm, Điểm thẩm định", "Để trống: không có điểm của bước đó."),
    ("Điểm tiêu chí", "Cách tính", "Vì sao có số điểm đó, bằng lời."),
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
        yield _sheet("Điểm tiêu chí", _LEAVES, _leaves(publication), frozen=3)
        yield _sheet("Tiêu chí", _CRITERIA, _criteria(groups))
        yield _sheet("Mức xếp loại", _BANDS, _bands(groups))


def _sheet(
    title: str, columns: tuple[tuple[str, int, str], ...], rows: Iterable[Iterable[Any]],
    frozen: int = 0,
) -> Sheet:  # fmt: skip
    heads, widths, formats = zip(*columns, strict=True)
    return Sheet(title, heads, widths, rows, formats, frozen)


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
    heads, widths, formats = zip(*_RANKING, strict=True)
    fields = tuple(f"{part['code']}. {part['name']}" for part in table.fields)
    rows = (_row(publication, table, row) for row in (*table.ranked, *table.unranked))
    return Sheet(
        f"Xếp hạng {table.group.code}",
        (*heads, *fields, *[head for head, _width in _AFTER]),
        (*widths, *[17] * len(fields), *[width for _head, width in _AFTER]),
        rows, (*formats, *[INDEX] * len(fields)), frozen=5,
    )  # fmt: skip


def _row(publication: Publication, table: Ranking, row: Row) -> Iterator[Any]:
    result = row.result
    yield from (publication.year, table.group.code, result.rank, result.unit_code)
    yield from (result.unit_name, result.index, result.band, result.achieved, result.applicable)
    yield from (result.bonus, result.penalty)
    for part in table.fields:
        yield _number(row.parts.get(part["code"], {}).get("index"))
    yield str(result.get_rank_basis_display()) if result.rank else ""
    yield from (result.unranked_reason, result.source, result.note)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _leaves(publication: Publication) -> Iterator[tuple[Any, ...]]:
    rows = PublishedScore.objects.filter(result__publication=publication).order_by(
        "result__group__position", "result__sort_name", "result__unit_code", "position"
    )
    names = (
        "result__group__code", "result__unit_code", "result__unit_name", "field_code", "code",
        "max_points", "applicable", "self_points", "appraised_points", "final_points", "trace",
    )  # fmt: skip
    for *before, applicable, own, appraised, final, trace in rows.values_list(*names).iterator():
        yield (*before, _YES if applicable else _NO, own, appraised, final, trace)


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
