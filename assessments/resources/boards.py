"""The board of a cycle as a workbook: one row for each dossier and field."""

from collections.abc import Iterable
from typing import Any

import tablib

from assessments.queries.boards import Section
from cchc.kit.sheets import escape

# Headings are Vietnamese, as those of all tables that offices keep.
_HEADINGS = (
    "Nhóm", "Mã đơn vị", "Đơn vị", "Trạng thái", "Mã lĩnh vực", "Lĩnh vực", "Phải thẩm định",
    "Đã thẩm định", "Còn lại", "Yêu cầu giải trình chưa đóng", "Đơn vị sửa sau khi chấm",
)  # fmt: skip
_DISPUTED = "Có chênh lệch lớn"


def write_board(sections: Iterable[Section], *, disputes: bool) -> bytes:
    """Return the .xlsx bytes of the board; `disputes` adds the column of disputed leaves."""
    data = tablib.Dataset(headers=[*_HEADINGS, *([_DISPUTED] if disputes else [])], title="Tien do")
    for section in sections:
        for line in section.lines:
            head = (
                section.group, line.submission.unit_code, line.submission.unit_name,
                str(line.submission.get_state_display()),
            )  # fmt: skip
            for field, cell in zip(section.fields, line.cells, strict=True):
                if cell is None:
                    continue
                numbers: list[Any] = [cell.total, cell.done, cell.left, cell.questions]
                numbers += [cell.changed, *([cell.disputed] if disputes else [])]
                data.append([*map(escape, (*head, field.code, field.name)), *numbers])
    # Not by WorkbookFormat, which writes every cell as text: these numbers are to be added up.
    body: bytes = data.export("xlsx")
    return body
