"""Rules after the shipped schemes, and short ways to write facts."""

from decimal import Decimal

from assessments.scoring import Facts, Level, Method, Rule, TierBasis

D = Decimal

PLAN = Rule(
    code="1.1.2",
    max_points=D(2),
    method=Method.TIERS,
    levels=(
        Level("Hoàn thành 100%", points=D(2), lower=D(100)),
        Level("Từ 80% đến dưới 100%", lower=D(80), upper=D(100), proportional=True),
        Level("Dưới 80%", upper=D(80)),
    ),
)
ONLINE = Rule(
    code="7.3.1",
    max_points=D(3),
    method=Method.TIERS,
    levels=(
        Level("Từ 70% trở lên", points=D(3), lower=D(70)),
        Level("Từ 30% đến dưới 70%", lower=D(30), upper=D(70), proportional=True, target=D(70)),
        Level("Dưới 30%", upper=D(30)),
    ),
)
IDEAS = Rule(
    code="1.5",
    max_points=D(1),
    method=Method.TIERS,
    basis=TierBasis.COUNT,
    levels=(
        Level("Từ 2 sáng kiến", points=D(1), lower=D(2)),
        Level("1 sáng kiến", points=D("0.5"), lower=D(1), upper=D(1), upper_inclusive=True),
        Level("Không có", lower=D(0), upper=D(0), upper_inclusive=True),
    ),
)
RATIO = Rule(code="1.6", max_points=D(2), method=Method.RATIO, floor=D(80))
REPORTS = Rule(code="1.2.1", max_points=D(1), method=Method.DEDUCTION, step=D("0.25"))
MODELS = Rule(code="1.9", max_points=D(1), method=Method.CAPPED_SUM, step=D("0.5"))
JUDGED = Rule(code="5.7", max_points=D(2), method=Method.APPRAISER, step=D("0.25"))
SURVEY = Rule(code="1.8", max_points=D(3), method=Method.SURVEY)
PLAN_ISSUED = Rule(
    code="1.1.1",
    max_points=D(1),
    method=Method.OPTIONS,
    levels=(Level("Kịp thời", points=D(1)), Level("", points=D("0.5")), Level("Không ban hành")),
)
POSTED = Rule(code="1.4", max_points=D("1.5"), method=Method.YES_NO)


def out_of(due: str, done: str) -> Facts:
    return Facts(a=D(due), b=D(done))
