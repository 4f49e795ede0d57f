"""The leaves of the small scheme: one for every method, tiers by percent and by count."""

from decimal import Decimal
from typing import Any

from assessments.choices import Method, NaPolicy, TierBasis

D = Decimal
#: The leaves of the small scheme, code → fields of Criterion; `levels` and `field` apart.
LEAVES: dict[str, dict[str, Any]] = {
    "1.1": {"name": "Ban hành kế hoạch", "method": Method.YES_NO, "max_points": D(2)},
    "1.2": {
        "name": "Thời điểm ban hành",
        "method": Method.OPTIONS,
        "max_points": D(2),
        "levels": [
            {"label": "Trước 15/01", "points": D(2)},
            {"label": "Trước 31/01", "points": D("1.5")},
            {"label": "Muộn hơn", "points": D(0)},
        ],
    },
    "1.3": {
        "name": "Tỷ lệ hồ sơ đúng hạn",
        "method": Method.RATIO,
        "max_points": D(2),
        "floor": D(50),
        "na_policy": NaPolicy.EXCLUDE,
        "has_independent_figure": True,
    },
    "1.4": {
        "name": "Mức hoàn thành kế hoạch",
        "method": Method.TIERS,
        "max_points": D(2),
        "levels": [
            {"label": "Từ 100%", "points": D(2), "lower": D(100)},
            {
                "label": "Từ 80% đến dưới 100%",
                "lower": D(80),
                "upper": D(100),
                "proportional": True,
            },
            {"label": "Dưới 80%", "upper": D(80)},
        ],
    },
    "1.5": {
        "name": "Sáng kiến",
        "method": Method.TIERS,
        "max_points": D(1),
        "basis": TierBasis.COUNT,
        "levels": [
            {"label": "Từ 2 sáng kiến", "points": D(1), "lower": D(2)},
            {
                "label": "1 sáng kiến",
                "points": D("0.5"),
                "lower": D(1),
                "upper": D(1),
                "upper_inclusive": True,
            },
            {"label": "Không có", "lower": D(0), "upper": D(0), "upper_inclusive": True},
        ],
    },
    "2.1": {
        "name": "Báo cáo chậm",
        "method": Method.DEDUCTION,
        "max_points": D(1),
        "step": D("0.25"),
    },
    "2.2": {
        "name": "Mô hình hay",
        "method": Method.CAPPED_SUM,
        "max_points": D(1),
        "step": D("0.5"),
    },
    "2.3": {
        "name": "Chất lượng chỉ đạo",
        "method": Method.APPRAISER,
        "max_points": D(2),
        "step": D("0.25"),
    },
    "2.4": {"name": "Mức độ hài lòng", "method": Method.SURVEY, "max_points": D(3)},
}
