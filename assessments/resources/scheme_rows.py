"""Read one row of a scheme workbook's tables."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.choices import SELF_SCORED, Level, Method, NaPolicy, TierBasis
from assessments.queries.schemes import ComponentContent, CriterionContent
from assessments.resources import scheme_format as form
from assessments.resources.workbooks import Row
from assessments.scoring import Level as ScoringLevel


def level_of(row: Row) -> ScoringLevel:
    """Return an option or a tier; its limits are percent or counts, as the leaf says."""
    proportional = row["proportional"].choice(form.FLAG_WORDS, False)
    points = row["points"].points(required=not proportional)
    return ScoringLevel(
        label=row["label"].text(required=True, limit=300),
        points=points or Decimal(0),
        lower=row["lower"].percent(),
        lower_inclusive=row["lower_inclusive"].choice(form.FLAG_WORDS, True),
        upper=row["upper"].percent(),
        upper_inclusive=row["upper_inclusive"].choice(form.FLAG_WORDS, False),
        proportional=proportional,
        target=row["target"].percent(),
    )


def component_of(row: Row) -> ComponentContent:
    """Return one kind of respondents with its weight."""
    return ComponentContent(
        kind=row["kind"].text(required=True, limit=20),
        name=row["name"].text(required=True, limit=200),
        weight=row["weight"].points(required=True, most=Decimal(1)) or Decimal(0),
        may_rate_own_unit=row["may_rate_own_unit"].choice(form.FLAG_WORDS, False),
    )


def criterion_of(
    row: Row,
    code: str,
    found: Mapping[str, CriterionContent],
    *,
    levels: Iterable[ScoringLevel],
    components: Iterable[ComponentContent],
) -> CriterionContent:
    """Return one node of the tree below those `found` above it, with its levels and components."""
    parent = row["parent"].code() or code.rpartition(".")[0]
    level = _level_under(row, parent, found)
    said = row["level"].choice(form.LEVEL_WORDS, level)
    if said != level and not row["level"].faulty and not row["code"].faulty:
        row["level"].fail(_("The level does not agree with the parent."))
    method = row["method"].choice(form.METHOD_WORDS, Method.SUM)
    if row["method"].blank:
        row["method"].fail(_("A value is needed."))
    return CriterionContent(
        code=code, parent=parent, level=level, method=method,
        name=row["name"].text(required=True),
        max_points=row["max_points"].points(required=True) or Decimal(0),
        rule_text=row["rule_text"].prose(), guidance=row["guidance"].prose(),
        evidence_hint=row["evidence_hint"].prose(),
        na_policy=row["na_policy"].choice(form.NA_WORDS, NaPolicy.NOT_ALLOWED),
        basis=row["basis"].choice(form.BASIS_WORDS, TierBasis.PERCENT),
        floor=row["floor"].percent(most=Decimal(100)),
        target=row["target"].percent(most=Decimal(100)), step=row["step"].points(),
        levels=tuple(levels), components=tuple(components), **_flags(row, method),
    )  # fmt: skip


def _flags(row: Row, method: Method) -> dict[str, bool]:
    """Read the yes-or-no columns; evidence is required by default where units score themselves."""
    defaults = {"evidence_required": method in SELF_SCORED}
    keys = ("evidence_required", "needs_procedures", "cap", "has_independent_figure")
    return {key: row[key].choice(form.FLAG_WORDS, defaults.get(key, False)) for key in keys}


def _level_under(row: Row, parent: str, found: Mapping[str, CriterionContent]) -> Level:
    if not parent:
        return Level.FIELD
    above = found.get(parent)
    if above is None:
        text = _("There is no criterion “%(code)s” above this row to be its parent.")
        row["parent"].fail(text % {"code": parent})
        return Level.CRITERION
    if above.level == Level.SUBCRITERION:
        row["code"].fail(_("A scheme has three levels; this row would stand at the fourth."))
    return Level.CRITERION if above.level == Level.FIELD else Level.SUBCRITERION
