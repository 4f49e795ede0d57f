"""docs/workflow.md: the transition table and the roles as a page that stays true."""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils import translation

from assessments.models import Adjustment, Appeal, Cycle, Publication, Scheme, Submission
from assessments.roles import ROLES
from assessments.workflow import machine
from assessments.workflow import table as _declared  # noqa: F401 - importing declares the rows

_HEAD = """# Quy trình và vai trò

Trang này được tạo từ bảng chuyển trạng thái trong mã nguồn bằng lệnh
`python3 -m cchc manage describe_workflow`; không sửa bằng tay.
"""

#: The order of reading; models that it lacks follow as they were declared.
_ORDER: tuple[type[models.Model], ...] = (
    Scheme, Cycle, Submission, Adjustment, Appeal, Publication,
)  # fmt: skip


def page() -> str:
    """Return the page in Vietnamese."""
    with translation.override("vi"):
        return "\n".join([_HEAD, *_tables(), "## Vai trò", "", *_roles(), ""])


def _tables() -> Iterator[str]:
    declared = (row.model for row in machine.rows())
    for model in dict.fromkeys((*_ORDER, *declared)):
        yield f"## {str(model._meta.verbose_name).capitalize()}"
        yield ""
        yield "| việc | từ | đến | ai làm | điều kiện | ghi lý do | xác thực lại |"
        yield "|---|---|---|---|---|---|---|"
        yield from (_line(row) for row in sorted(machine.rows(model), key=_place))
        yield ""


def _states(row: machine.Transition) -> list[tuple[str, str]]:
    field: Any = row.model._meta.get_field("state")
    return [(value, str(label)) for value, label in field.choices]


def _place(row: machine.Transition) -> int:
    states = [value for value, _label in _states(row)]
    return min(states.index(state) for state in row.sources)


def _line(row: machine.Transition) -> str:
    states = dict(_states(row))
    cells = (
        f"{row.label} (`{row.action}`)",
        ", ".join(str(states[state]) for state in row.sources),
        str(states[row.target]) if row.target else "–",
        str(row.who_text), str(row.guard_text),
        "có" if row.needs_note else "", "có" if row.reauthenticate else "",
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _roles() -> Iterator[str]:
    for code, role in ROLES.items():
        yield f"- **{role.label}** (`{code}`): {role.sentence}"
