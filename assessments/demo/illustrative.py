"""Make the illustrative schemes (minh họa) from the criteria lists beside this file.

Defaults of these schemes (design 0.9 and 0.14): a leaf worded “không phát sinh” is left out of the
denominator; 1.7 gives full points; leaves that exist only with public procedures (field 3 but the
handling of petitions, and online services) are pre-filled as not applicable for units without
them and left out; every other leaf always applies. The printed rule says which.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from assessments.choices import Level, Method, NaPolicy, TierBasis
from assessments.queries.schemes import (
    BandContent,
    ComponentContent,
    CriterionContent,
    SchemeContent,
)
from assessments.scoring import Level as ScoringLevel

DATA = Path(__file__).parent / "data"
_BANDS = tuple(
    BandContent(label, Decimal(limit))
    for label, limit in (("Tốt", 80), ("Khá", 70), ("Trung bình", 50), ("Yếu", 0))
)
#: Words of the lists → code, name and whether these people may rate their own unit.
_KINDS: Mapping[str, tuple[str, str, bool]] = {
    "đại biểu HĐND phường, xã, đặc khu": (
        "HDPX", "Đại biểu Hội đồng nhân dân phường, xã, đặc khu", False,
    ),
    "đại biểu HĐND": ("HDND", "Đại biểu Hội đồng nhân dân", False),
    "lãnh đạo sở/ngành": ("LDSN", "Lãnh đạo sở, ban, ngành", False),
    "lãnh đạo quận/huyện/TP Thủ Đức": (
        "LDQH", "Lãnh đạo quận, huyện, thành phố Thủ Đức", False,
    ),
    "lãnh đạo phường/xã": ("LDPX", "Lãnh đạo phường, xã", False),
    "người dân, tổ chức đã giao dịch TTHC": (
        "NDTC", "Người dân, tổ chức đã giao dịch thủ tục hành chính (SIPAS)", False,
    ),
    "công chức, viên chức của đơn vị": ("CCVC", "Công chức, viên chức của đơn vị", True),
}  # fmt: skip
_METHODS = {
    "sum": Method.SUM, "yes_no": Method.YES_NO, "options": Method.OPTIONS,
    "tiered": Method.TIERS, "ratio_floor": Method.RATIO, "deduction": Method.DEDUCTION,
    "survey": Method.SURVEY,
}  # fmt: skip
_LEFT_OUT = "không áp dụng, loại khỏi mẫu số"
_EITHER = "Không phát sinh: không áp dụng (loại khỏi mẫu số) hoặc tính điểm tối đa - tùy Đề án"
_NO_SUBUNIT = "Không có đơn vị sự nghiệp: không áp dụng"


@dataclass(frozen=True)
class Source:
    """One illustrative scheme: its list, its name, and what is said otherwise than in the list."""

    group: str
    csv_name: str
    title: str
    decided_on: date
    procedures: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    wordings: Mapping[str, str] = field(default_factory=dict)

    @property
    def workbook(self) -> str:
        """Return the name of the workbook."""
        return f"bo_tieu_chi_{self.group.lower()}_minh_hoa.xlsx"


_TITLE = "Bộ tiêu chí Chỉ số CCHC {} (minh họa)"
_BY_PROCEDURES = ("3.1", "3.2", "3.3", "3.4", "3.6", "7.3")
_2022, _2025 = date(2022, 1, 4), date(2025, 7, 15)
SOURCES: tuple[Source, ...] = (
    Source(
        "SBN", "scheme_sbn_illustrative.csv", _TITLE.format("các sở, ban, ngành"), _2022,
        _BY_PROCEDURES,
    ),
    Source(
        "CQND", "scheme_cqnd_illustrative.csv", _TITLE.format("các cơ quan ngành dọc"), _2022,
        ("3.1", "3.2", "3.3", "3.5", "3.6", "7.2", "7.3"),
    ),
    Source(
        "UBQH", "scheme_ubqh_illustrative.csv",
        _TITLE.format("UBND quận, huyện, thành phố Thủ Đức"), _2022, _BY_PROCEDURES,
    ),
    Source(
        "UBPX", "scheme_ubqh_illustrative.csv", _TITLE.format("UBND phường, xã, đặc khu"), _2025,
        _BY_PROCEDURES,
        names={
            "1.3.1": "Tỷ lệ phòng chuyên môn, đơn vị trực thuộc được kiểm tra",
            "3.4.1": "Tỷ lệ hồ sơ giải quyết đúng hạn thuộc thẩm quyền",
            "3.4.2": "Tỷ lệ hồ sơ liên thông chuyển cơ quan có thẩm quyền đúng hạn",
        },
        wordings={
            "đại biểu HĐND TP, lãnh đạo sở/ngành, lãnh đạo phường/xã":
                "đại biểu HĐND phường, xã, đặc khu, lãnh đạo sở/ngành",
            "đại biểu HĐND, lãnh đạo sở/ngành, lãnh đạo quận/huyện/TP Thủ Đức":
                "đại biểu HĐND phường, xã, đặc khu, lãnh đạo sở/ngành",
        },
    ),
)  # fmt: skip


def illustrative_scheme(source: Source) -> SchemeContent:
    """Return one illustrative scheme; raise ValueError where the list is not understood."""
    path = DATA / source.csv_name
    with path.open(encoding="utf-8-sig", newline="") as file:
        criteria = tuple(_criterion(row, source) for row in csv.DictReader(file))
    return SchemeContent(
        code=f"{source.group.lower()}-minh-hoa", version=1, title=source.title,
        group=source.group, illustrative=True, criteria=criteria, bands=_BANDS,
        decision_number=f"{source.group}/QĐ-MH (minh họa)", decision_date=source.decided_on,
        decision_signer="Dữ liệu minh họa",
    )  # fmt: skip


def _criterion(row: Mapping[str, str], source: Source) -> CriterionContent:
    code, method = row["code"], _METHODS[row["rule_type"]]
    words = row["scoring_rule"]
    for before, after in source.wordings.items():
        words = words.replace(before, after)
    node = CriterionContent(
        code=code, parent=row["parent_code"], level=Level(row["level"]),
        name=source.names.get(code, row["name"]), max_points=Decimal(row["max_points"]),
        method=method, evidence_required=method not in (Method.SUM, Method.SURVEY),
        **_rule(method, row["rule_params"], words),
    )  # fmt: skip
    return _with_policy(node, words, source)


def _rule(method: Method, params: str, words: str) -> dict[str, Any]:
    if method in (Method.OPTIONS, Method.TIERS):
        labels = [part.rpartition(":")[0].strip() for part in words.split(" | ")]
        return _options(params, labels) if method == Method.OPTIONS else _tiers(params, labels)
    if method == Method.RATIO:
        return {"floor": json.loads(params, parse_float=Decimal)["floor"] * 100}
    if method == Method.DEDUCTION:
        return {"step": Decimal(json.loads(params, parse_float=Decimal)["step"])}
    return {"components": _components(words)} if method == Method.SURVEY else {}


def _options(params: str, labels: list[str]) -> dict[str, Any]:
    pairs = zip(labels, params.split(";"), strict=True)
    return {"levels": tuple(ScoringLevel(label, Decimal(points)) for label, points in pairs)}


def _tiers(params: str, labels: list[str]) -> dict[str, Any]:
    parts = [part.partition(":") for part in params.split(";")]
    counted = any(condition == "0" for condition, _colon, _points in parts)
    levels = tuple(
        replace(_limits(condition, counted), label=label, **_points(points))
        for label, (condition, _colon, points) in zip(labels, parts, strict=True)
    )
    return {"levels": levels, "basis": TierBasis.COUNT if counted else TierBasis.PERCENT}


def _limits(condition: str, counted: bool) -> ScoringLevel:
    """Read “>=30”, “<20”, “20-30” (the upper end excluded), “100”, or one count."""
    if condition.startswith(">="):
        return ScoringLevel("", lower=Decimal(condition[2:]))
    if condition.startswith("<"):
        return ScoringLevel("", upper=Decimal(condition[1:]))
    lower, _dash, upper = condition.partition("-")
    if counted:
        return ScoringLevel("", lower=Decimal(lower), upper=Decimal(lower), upper_inclusive=True)
    return ScoringLevel("", lower=Decimal(lower), upper=Decimal(upper) if upper else None)


def _points(text: str) -> dict[str, Any]:
    """Read fixed points, “ratio*2” (rate × max) or “ratio/0.7*3” (rate ÷ 70 % × max)."""
    match = re.fullmatch(r"ratio(?:/([0-9.]+))?\*[0-9.]+", text)
    if match is None:
        return {"points": Decimal(text)}
    return {"proportional": True, "target": Decimal(match[1]) * 100 if match[1] else None}


def _components(words: str) -> tuple[ComponentContent, ...]:
    """Return the kinds of respondents with equal weights; the first takes what thirds leave."""
    listed = words.partition("Đối tượng: ")[2]
    found: list[tuple[int, str]] = []
    for phrase in _KINDS:
        place = listed.find(phrase)
        if place >= 0:
            found.append((place, phrase))
            listed = listed.replace(phrase, " " * len(phrase))
    rest = re.sub(r"\(SIPAS - UBMTTQ TP\)|\bTP\b|[\s,;.]", "", listed)
    if rest or not found:
        raise ValueError(f"unknown respondents: {words}")
    phrases = [phrase for _place, phrase in sorted(found)]
    share = (Decimal(1) / len(phrases)).quantize(Decimal("0.0001"))
    first = 1 - share * (len(phrases) - 1)
    parts = [
        ComponentContent(code, name, first if place == 0 else share, own)
        for place, (code, name, own) in enumerate(_KINDS[phrase] for phrase in phrases)
    ]
    return tuple(sorted(parts, key=lambda part: part.kind))


def _with_policy(node: CriterionContent, words: str, source: Source) -> CriterionContent:
    """Settle what happens when nothing arose, and print that instead of “tùy Đề án”."""
    sentences = [part for part in words.split(" | ") if part not in (_EITHER, _NO_SUBUNIT)]
    policy, needs = NaPolicy.NOT_ALLOWED, False
    if node.is_leaf:
        needs = any(
            node.code == code or node.code.startswith(f"{code}.") for code in source.procedures
        )
    if needs:
        policy = NaPolicy.EXCLUDE
        nothing = " hoặc không phát sinh" if node.method == Method.RATIO else ""
        sentences.append(f"Đơn vị không có thủ tục hành chính{nothing}: {_LEFT_OUT}")
    elif _EITHER in words or _NO_SUBUNIT in words:
        policy = NaPolicy.EXCLUDE
        nothing = "Không phát sinh" if _EITHER in words else "Không có đơn vị sự nghiệp"
        sentences.append(f"{nothing}: {_LEFT_OUT}")
    elif node.name.startswith("Khắc phục hạn chế"):
        policy = NaPolicy.FULL
        sentences.append("Không có hạn chế phải khắc phục: tính điểm tối đa")
    text = " | ".join(sentences)
    independent = node.method in (Method.RATIO, Method.TIERS) and needs and "hồ sơ" in node.name
    return replace(
        node, na_policy=policy, needs_procedures=needs, has_independent_figure=independent,
        rule_text=re.sub(r"(?<=\d)\.(?=\d)", ",", text),
    )  # fmt: skip


def schemes() -> Iterator[tuple[Source, SchemeContent]]:
    """Yield every illustrative scheme with its source."""
    for source in SOURCES:
        yield source, illustrative_scheme(source)
