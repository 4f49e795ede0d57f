"""Describe a leaf's rule and the facts entered for it (design 4)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Method(StrEnum):
    """How a leaf's points follow from its facts; SUM marks a branch."""

    SUM = "sum"
    YES_NO = "yes_no"
    OPTIONS = "options"
    TIERS = "tiers"
    RATIO = "ratio"
    DEDUCTION = "deduction"
    CAPPED_SUM = "capped_sum"
    APPRAISER = "appraiser"
    SURVEY = "survey"


class NaPolicy(StrEnum):
    """What a leaf yields when it does not apply or nothing arose (a = 0)."""

    EXCLUDE = "exclude"
    FULL = "full"
    ZERO = "zero"
    NOT_ALLOWED = "not_allowed"


class TierBasis(StrEnum):
    """What the levels of a TIERS rule are compared with."""

    PERCENT = "percent"
    COUNT = "count"


@dataclass(frozen=True)
class Level:
    """One option, or one band between two bounds (percent, or a whole count).

    An absent bound is open. A proportional band gives rate × max, or rate ÷ target × max,
    instead of its fixed `points`.
    """

    label: str
    points: Decimal = Decimal(0)
    lower: Decimal | None = None
    lower_inclusive: bool = True
    upper: Decimal | None = None
    upper_inclusive: bool = False
    proportional: bool = False
    target: Decimal | None = None


@dataclass(frozen=True)
class Rule:
    """The scoring rule of one criterion.

    `max_points` and `step` are points; `floor` and `target` are percent. `cap` lets done
    exceed due, and counts it as 100 percent.
    """

    code: str
    max_points: Decimal
    method: Method
    na_policy: NaPolicy = NaPolicy.NOT_ALLOWED
    basis: TierBasis = TierBasis.PERCENT
    floor: Decimal | None = None
    target: Decimal | None = None
    step: Decimal | None = None
    cap: bool = False
    levels: tuple[Level, ...] = ()

    def __post_init__(self) -> None:
        """Turn stored strings into members; raises ValueError for an unknown value.

        Members are compared by identity, and a plain "exclude" must not fall through.
        """
        object.__setattr__(self, "method", Method(self.method))
        object.__setattr__(self, "na_policy", NaPolicy(self.na_policy))
        object.__setattr__(self, "basis", TierBasis(self.basis))


@dataclass(frozen=True)
class Facts:
    """What was entered for a leaf; a rule reads only the facts of its method.

    `a` is what was due and `b` what was done; `option` counts the levels from 0; `percent`
    is a rate or a survey mean, 0 to 100; `sample` the answers behind that mean; `points`
    what an appraiser gave.
    """

    met: bool | None = None
    option: int | None = None
    a: Decimal | None = None
    b: Decimal | None = None
    count: Decimal | None = None
    percent: Decimal | None = None
    sample: int | None = None
    points: Decimal | None = None
    not_applicable: bool = False


@dataclass(frozen=True)
class Outcome:
    """Points of a leaf (four decimals), whether it counts, and the sentence that explains them."""

    points: Decimal
    applicable: bool
    trace: str
