"""The workbook of a dossier: its sheets, columns and words, and what it is known again by.

These words belong to the file, not to the interface: a workbook reads the same whatever language
the person uses. It names unit, year, scheme and leaves by their codes, never by database keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from hashlib import sha256

from assessments.models import CriterionScore, ScoreLevel, Submission
from assessments.resources.cells import Column
from assessments.scoring import format_decimal
from cchc.kit.canonical import canonical_json
from cchc.kit.text import nfc

GUIDE, TABLE, LISTS, IDENTITY = "Hướng dẫn", "Bảng tự chấm", "Danh mục", "Nhận dạng"
#: Raised when a workbook of an older shape can no longer be read.
FORMAT = "cchc-ho-so-1"
HEADER_ROW = 4
MAX_PROSE = 4000

CODE = Column("code", "Mã", True, 9, text=True)
#: What the unit fills in; the keys are the inputs of the field page's form.
INPUTS: tuple[Column, ...] = (
    Column("met", "Đạt / không đạt", True, 11),
    Column("option", "Phương án", True, 22),
    Column("a", "Phải làm (a)", True, 11),
    Column("b", "Đã làm (b)", True, 11),
    Column("count", "Số lượng", True, 10),
    Column("claimed_percent", "Tỷ lệ (%)", True, 10),
    Column("not_applicable", "Không phát sinh", True, 11),
    Column("no_evidence_reason", "Lý do không có tài liệu", True, 24, text=True),
    Column("note", "Ghi chú", True, 24, text=True),
)
LABELS_BEFORE: tuple[Column, ...] = (
    Column("name", "Tiêu chí", width=28),
    Column("field", "Lĩnh vực", width=16),
    Column("max_points", "Điểm tối đa", width=8),
    Column("method", "Cách tính", width=14),
    Column("rule", "Quy tắc chấm, hướng dẫn", width=42),
)
LABELS_AFTER: tuple[Column, ...] = (
    Column("self_points", "Điểm tự chấm trên cổng", width=10),
    Column("self_trace", "Cách tính điểm trên cổng", width=26),
    Column("evidence", "Tài liệu kiểm chứng trên cổng", width=24),
    Column("locked", "Vì sao không nhập được", width=18),
)
COLUMNS = (CODE, *LABELS_BEFORE, *INPUTS, *LABELS_AFTER)
PROSE = ("no_evidence_reason", "note")
NUMBERS = ("a", "b", "count", "claimed_percent")
MET_WORDS: Mapping[str, str] = {"Đạt": "1", "Không đạt": "0"}
NA_WORDS: Mapping[str, str] = {"Có": "1", "Không": ""}


@dataclass(frozen=True)
class Identity:
    """Whose dossier of which year on which scheme a workbook holds."""

    unit_code: str
    year: str
    illustrative: str
    scheme_code: str
    scheme_version: str

    @classmethod
    def of(cls, submission: Submission) -> "Identity":
        """Return the identity of a dossier."""
        scheme = submission.cycle_scheme.scheme
        return cls(
            unit_code=submission.unit_code,
            year=str(submission.cycle.year),
            illustrative="Có" if submission.cycle.illustrative else "Không",
            scheme_code=scheme.code,
            scheme_version=str(scheme.version),
        )


#: The lines of the hidden sheet, in order.
IDENTITY_WORDS: Mapping[str, str] = {
    "unit_code": "Mã đơn vị", "year": "Năm", "illustrative": "Minh họa",
    "scheme_code": "Mã bộ tiêu chí", "scheme_version": "Phiên bản bộ tiêu chí",
}  # fmt: skip
FORMAT_WORD, CHECK_WORD = "Định dạng", "Mã kiểm tra"


@dataclass(frozen=True)
class Mark:
    """How a leaf stood when it was downloaded: its version and the digest of its facts."""

    code: str
    version: int
    digest: str


@dataclass(frozen=True)
class Line:
    """One leaf for the workbook: its inputs, and why the person may not fill it in, if so."""

    score: CriterionScore
    inputs: tuple[str, ...]
    locked: str = ""


def checksum(identity: Identity, marks: Sequence[Mark]) -> str:
    """Return what the hidden sheet must agree with, so that a slip of hand in it is seen."""
    held = {"identity": asdict(identity), "marks": [asdict(mark) for mark in marks]}
    return sha256(canonical_json(held).encode()).hexdigest()


def digest_of(texts: Mapping[str, str]) -> str:
    """Return a short mark of a leaf's facts: equal where they are."""
    return sha256(canonical_json(dict(texts)).encode()).hexdigest()[:16]


def prose(text: str) -> str:
    """Return paragraphs as a cell holds them: NFC, plain line ends, nothing around."""
    return nfc(text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def plain(value: Decimal | None) -> str:
    """Return a number as text with a point and no idle zeros, nothing for none."""
    return "" if value is None else format_decimal(value).replace(",", ".")


def option_text(place: int, level: ScoreLevel) -> str:
    """Return an option as the list shows it; its place, from 1, tells equal labels apart."""
    return f"{place}. {level.label} ({format_decimal(level.points)} điểm)"


def options_of(score: CriterionScore) -> dict[str, str]:
    """Return the options of a leaf: the text of the list → the place."""
    levels = enumerate(score.criterion.levels.all(), start=1)
    return {option_text(place, level): str(place) for place, level in levels}


def texts_of(score: CriterionScore, inputs: Sequence[str]) -> dict[str, str]:
    """Return what the leaf holds for its inputs, as the reader of a workbook returns it."""
    levels: list[int | None] = [level.pk for level in score.criterion.levels.all()]
    texts = {name: plain(getattr(score, name)) for name in NUMBERS}
    texts |= {name: prose(getattr(score, name)) for name in PROSE}
    texts["met"] = "" if score.met is None else str(int(score.met))
    chosen = score.option_id
    texts["option"] = str(levels.index(chosen) + 1) if chosen in levels else ""
    texts["not_applicable"] = "1" if score.not_applicable else ""
    return {name: texts[name] for name in inputs}
