"""The heads of the columns that the files of a publication share, and the rows below them.

CSV and workbook take both from here, so that a column has one name in every file. The names are
constants and no messages: programs read files by them, and a file that was printed keeps its own.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from assessments.models import Publication, PublishedGroup, PublishedScore
from assessments.queries.public.rankings import Ranking, Row

YEAR, KIND, GROUP = "Năm", "Loại số liệu", "Nhóm"
UNIT_CODE, UNIT = "Mã", "Đơn vị"
RANK, INDEX, BAND = "Hạng", "Chỉ số", "Xếp loại"
ACHIEVED, APPLICABLE = "Điểm đạt được", "Điểm áp dụng"
BONUS, PENALTY = "Điểm thưởng", "Điểm trừ"
BASIS, UNRANKED = "Căn cứ xếp hạng", "Không xếp hạng vì"
SOURCE, NOTE = "Nguồn", "Ghi chú"
CRITERION_CODE, FIELD, CRITERION = "Mã tiêu chí", "Lĩnh vực", "Tên tiêu chí"
MAX_POINTS, APPLIES = "Điểm tối đa", "Áp dụng"
SELF_POINTS, APPRAISED_POINTS, FINAL_POINTS = "Điểm tự chấm", "Điểm thẩm định", "Điểm chính thức"
TRACE = "Cách tính"
#: Whether a leaf applies.
YES, NO = "có", "không"

#: Of a ranking: the columns before those of the fields, and after them.
RANKING = (RANK, UNIT_CODE, UNIT, INDEX, BAND, ACHIEVED, APPLICABLE, BONUS, PENALTY)
AFTER = (BASIS, UNRANKED, SOURCE, NOTE)
#: Of the leaves.
LEAVES = (
    GROUP, UNIT_CODE, UNIT, CRITERION_CODE, FIELD, CRITERION, MAX_POINTS, APPLIES, SELF_POINTS,
    APPRAISED_POINTS, FINAL_POINTS, TRACE,
)  # fmt: skip
_LEAF_VALUES = (
    "result__group__code", "result__unit_code", "result__unit_name", "code", "field_code",
    "max_points", "applicable", "self_points", "appraised_points", "final_points", "trace",
)  # fmt: skip


def field_heads(table: Ranking) -> list[str]:
    """Return the heads of the indexes of the fields."""
    return [f"{part['code']}. {part['name']}" for part in table.fields]


def ranking_row(row: Row, table: Ranking) -> Iterator[Any]:
    """Yield what stands below `RANKING`, the heads of the fields and `AFTER`; figures exact."""
    result = row.result
    yield from (result.rank, result.unit_code, result.unit_name, result.index, result.band)
    yield from (result.achieved, result.applicable, result.bonus, result.penalty)
    for part in table.fields:
        index = row.parts.get(part["code"], {}).get("index")
        yield None if index is None else Decimal(index)
    yield str(result.get_rank_basis_display()) if result.rank else ""
    yield from (result.unranked_reason, result.source, result.note)


def leaf_rows(
    publication: Publication, groups: Iterable[PublishedGroup]
) -> Iterator[tuple[Any, ...]]:
    """Yield what stands below `LEAVES` for each unit and leaf, read by one statement, in parts."""
    names = {
        (group.code, part["code"]): part["name"] for group in groups for part in group.criteria
    }
    rows = PublishedScore.objects.filter(result__publication=publication).order_by(
        "result__group__position", "result__sort_name", "result__unit_code", "position"
    )
    for group, unit, name, code, field, highest, applies, *points, trace in rows.values_list(
        *_LEAF_VALUES
    ).iterator():
        criterion = names.get((group, code), "")
        answer = YES if applies else NO
        yield (group, unit, name, code, field, criterion, highest, answer, *points, trace)
