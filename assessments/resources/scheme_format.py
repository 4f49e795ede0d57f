"""The form of a scheme workbook: sheets, headings and the Vietnamese words of its cells.

These words belong to the file, not to the interface: a workbook reads the same whatever language
the person uses.
"""

from collections.abc import Mapping

from assessments.choices import Level, Method, NaPolicy, TierBasis
from assessments.queries.scheme_checks import BANDS, CRITERIA, LEVELS, RESPONDENTS, SCHEME
from assessments.resources.cells import Column

#: Sheet names by part, in the order of the workbook.
SHEETS: Mapping[str, str] = {
    SCHEME: "Bộ tiêu chí",
    CRITERIA: "Tiêu chí",
    LEVELS: "Mức điểm",
    BANDS: "Xếp loại",
    RESPONDENTS: "Đối tượng điều tra",
}

LINES: tuple[Column, ...] = (
    Column("code", "Mã bộ tiêu chí", True, text=True),
    Column("title", "Tên", True),
    Column("version", "Phiên bản", True),
    Column("group", "Nhóm đơn vị", True, text=True),
    Column("declared_total", "Tổng điểm", True),
    Column("decimals", "Số chữ số thập phân"),
    Column("illustrative", "Minh họa"),
    Column("bonus_cap", "Điểm thưởng tối đa"),
    Column("penalty_cap", "Điểm trừ tối đa"),
    Column("dispute_spread", "Chênh lệch điểm coi là chưa thống nhất"),
    Column("decision_number", "Số quyết định", text=True),
    Column("decision_date", "Ngày quyết định"),
    Column("decision_signer", "Người ký"),
)
COLUMNS: Mapping[str, tuple[Column, ...]] = {
    CRITERIA: (
        Column("code", "Mã", True, 9, text=True),
        Column("parent", "Mã cha", False, 9, text=True),
        Column("level", "Cấp", False, 20),
        Column("name", "Tên", True, 48),
        Column("max_points", "Điểm tối đa", True, 12),
        Column("method", "Cách tính", True, 20),
        Column("rule_text", "Quy tắc tính điểm", False, 60),
        Column("guidance", "Hướng dẫn", False, 30),
        Column("evidence_hint", "Tài liệu kiểm chứng", False, 30),
        Column("evidence_required", "Bắt buộc tài liệu", False, 12),
        Column("na_policy", "Khi không phát sinh", False, 22),
        Column("needs_procedures", "Chỉ đơn vị có TTHC", False, 12),
        Column("basis", "Mốc theo", False, 12),
        Column("floor", "Sàn (%)", False, 10),
        Column("target", "Chỉ tiêu (%)", False, 10),
        Column("step", "Bước điểm", False, 10),
        Column("cap", "Cho phép b > a", False, 12),
        Column("has_independent_figure", "Có số liệu độc lập", False, 12),
    ),
    LEVELS: (
        Column("code", "Mã tiêu chí", True, 12, text=True),
        Column("order", "Thứ tự", False, 9),
        Column("label", "Nội dung", True, 44),
        Column("points", "Điểm", False, 10),
        Column("lower", "Từ", False, 10),
        Column("lower_inclusive", "Gồm cận dưới", False, 12),
        Column("upper", "Đến", False, 10),
        Column("upper_inclusive", "Gồm cận trên", False, 12),
        Column("proportional", "Theo tỷ lệ", False, 12),
        Column("target", "Chỉ tiêu (%)", False, 10),
    ),
    BANDS: (Column("label", "Tên", True, 24), Column("min_index", "Từ điểm", True, 12)),
    RESPONDENTS: (
        Column("code", "Mã tiêu chí", True, 12, text=True),
        Column("kind", "Mã đối tượng", True, 14, text=True),
        Column("name", "Tên đối tượng", True, 48),
        Column("weight", "Trọng số", True, 12),
        Column("may_rate_own_unit", "Được đánh giá đơn vị mình", False, 16),
    ),
}
#: Headings that an office may keep beside ours; their cells are not read.
IGNORED = ("STT", "Ghi chú")
#: The title row above the header of each sheet.
TITLES: Mapping[str, str] = {
    SCHEME: "BỘ TIÊU CHÍ ĐÁNH GIÁ, XÁC ĐỊNH CHỈ SỐ CẢI CÁCH HÀNH CHÍNH",
    CRITERIA: "DANH MỤC LĨNH VỰC, TIÊU CHÍ, TIÊU CHÍ THÀNH PHẦN",
    LEVELS: "MỨC ĐIỂM CỦA TỪNG TIÊU CHÍ",
    BANDS: "XẾP LOẠI THEO CHỈ SỐ",
    RESPONDENTS: "ĐỐI TƯỢNG ĐIỀU TRA XÃ HỘI HỌC",
}

LEVEL_WORDS: Mapping[str, Level] = {
    "Lĩnh vực": Level.FIELD,
    "Tiêu chí": Level.CRITERION,
    "Tiêu chí thành phần": Level.SUBCRITERION,
}
METHOD_WORDS: Mapping[str, Method] = {
    "Tổng các phần": Method.SUM,
    "Đạt / không đạt": Method.YES_NO,
    "Chọn phương án": Method.OPTIONS,
    "Theo mốc": Method.TIERS,
    "Tỷ lệ b/a": Method.RATIO,
    "Trừ điểm theo vụ việc": Method.DEDUCTION,
    "Cộng điểm theo số lượng": Method.CAPPED_SUM,
    "Thẩm định chấm": Method.APPRAISER,
    "Điều tra xã hội học": Method.SURVEY,
}
NA_WORDS: Mapping[str, NaPolicy] = {
    "Luôn áp dụng": NaPolicy.NOT_ALLOWED,
    "Loại khỏi mẫu số": NaPolicy.EXCLUDE,
    "Tính điểm tối đa": NaPolicy.FULL,
    "Tính 0 điểm": NaPolicy.ZERO,
}
BASIS_WORDS: Mapping[str, TierBasis] = {
    "Phần trăm": TierBasis.PERCENT,
    "Số lượng": TierBasis.COUNT,
}
YES, NO = "Có", "Không"
FLAG_WORDS: Mapping[str, bool] = {
    YES: True, NO: False, "x": True, "Đúng": True, "Sai": False, "yes": True, "no": False,
    "true": True, "false": False, "1": True, "0": False,
}  # fmt: skip
