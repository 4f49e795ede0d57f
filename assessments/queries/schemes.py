"""A scheme as plain data: what a workbook brings, what a draft holds, what a page shows."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from assessments import scoring
from assessments.choices import Level, Method, NaPolicy, SchemeState, TierBasis
from assessments.models import Criterion, Scheme

ZERO = Decimal(0)


@dataclass(frozen=True)
class ComponentContent:
    """One kind of respondents of a survey leaf and its weight (weights of a leaf add to 1)."""

    kind: str
    name: str
    weight: Decimal
    may_rate_own_unit: bool = False


@dataclass(frozen=True)
class CriterionContent:
    """One node of the tree; points in points, `floor` and `target` in percent."""

    code: str
    parent: str
    level: Level
    name: str
    max_points: Decimal
    method: Method
    rule_text: str = ""
    guidance: str = ""
    evidence_hint: str = ""
    evidence_required: bool = True
    na_policy: NaPolicy = NaPolicy.NOT_ALLOWED
    needs_procedures: bool = False
    basis: TierBasis = TierBasis.PERCENT
    floor: Decimal | None = None
    target: Decimal | None = None
    step: Decimal | None = None
    cap: bool = False
    has_independent_figure: bool = False
    levels: tuple[scoring.Level, ...] = ()
    components: tuple[ComponentContent, ...] = ()

    @property
    def is_leaf(self) -> bool:
        """Tell whether the node is scored by itself."""
        return self.method != Method.SUM

    @property
    def rule(self) -> scoring.Rule:
        """Return the rule as the scoring package reads it."""
        return scoring.Rule(
            code=self.code, max_points=self.max_points, method=scoring.Method(self.method),
            na_policy=scoring.NaPolicy(self.na_policy), basis=scoring.TierBasis(self.basis),
            floor=self.floor, target=self.target, step=self.step, cap=self.cap, levels=self.levels,
        )  # fmt: skip


@dataclass(frozen=True)
class BandContent:
    """The name of a range of the index, from `min_index` percent upwards."""

    label: str
    min_index: Decimal


@dataclass(frozen=True)
class SchemeContent:
    """All that a scheme version says, in the order of its tree; equal content compares equal."""

    code: str
    version: int
    title: str
    group: str
    declared_total: Decimal = Decimal(100)
    decimals: int = 2
    illustrative: bool = False
    bonus_cap: Decimal = ZERO
    penalty_cap: Decimal = ZERO
    dispute_spread: Decimal | None = None
    decision_number: str = ""
    decision_date: dt.date | None = None
    decision_signer: str = ""
    criteria: tuple[CriterionContent, ...] = ()
    bands: tuple[BandContent, ...] = ()

    def leaves(self) -> list[CriterionContent]:
        """Return the scored leaves in the order of the scheme."""
        return [criterion for criterion in self.criteria if criterion.is_leaf]

    def children(self, code: str) -> list[CriterionContent]:
        """Return the direct parts of a branch; of the scheme itself for an empty code."""
        return [criterion for criterion in self.criteria if criterion.parent == code]


def content_of(scheme: Scheme) -> SchemeContent:
    """Read a scheme with its tree, levels, survey components and bands (five queries)."""
    criteria = scheme.criteria.select_related("parent").prefetch_related(
        "levels", "components__kind"
    )
    return SchemeContent(
        code=scheme.code, version=scheme.version, title=scheme.title, group=scheme.group.code,
        declared_total=scheme.declared_total, decimals=scheme.decimals,
        illustrative=scheme.illustrative, bonus_cap=scheme.bonus_cap,
        penalty_cap=scheme.penalty_cap, dispute_spread=scheme.dispute_spread,
        decision_number=scheme.decision_number, decision_date=scheme.decision_date,
        decision_signer=scheme.decision_signer,
        criteria=tuple(_criterion(row) for row in criteria),
        bands=tuple(BandContent(band.label, band.min_index) for band in scheme.bands.all()),
    )  # fmt: skip


def _criterion(row: Criterion) -> CriterionContent:
    return CriterionContent(
        code=row.code, parent=row.parent.code if row.parent else "", level=Level(row.level),
        name=row.name, max_points=row.max_points, method=Method(row.method),
        rule_text=row.rule_text, guidance=row.guidance, evidence_hint=row.evidence_hint,
        evidence_required=row.evidence_required, na_policy=NaPolicy(row.na_policy),
        needs_procedures=row.needs_procedures, basis=TierBasis(row.basis), floor=row.floor,
        target=row.target, step=row.step, cap=row.cap,
        has_independent_figure=row.has_independent_figure,
        levels=tuple(level.to_level() for level in row.levels.all()),
        components=tuple(sorted(
            (
                ComponentContent(
                    part.kind.code, part.kind.name, part.weight, part.kind.may_rate_own_unit
                )
                for part in row.components.all()
            ),
            key=lambda part: part.kind,
        )),
    )  # fmt: skip


def draft_of(code: str, version: int) -> Scheme | None:
    """Return the draft that an import of this code and version would replace, or None."""
    return Scheme.objects.filter(code=code, version=version, state=SchemeState.DRAFT).first()


def latest_of(code: str) -> Scheme | None:
    """Return the highest version of a scheme code, or None."""
    return Scheme.objects.filter(code=code).order_by("-version").first()
