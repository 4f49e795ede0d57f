"""What stands between a scheme and its issue: sums, rules, weights and bands (design 1 and 4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from assessments.choices import Level, Method, NaPolicy
from assessments.queries.schemes import CriterionContent, SchemeContent
from assessments.queries.wording import sentence
from assessments.scoring import Reason, format_decimal, validate_rule

SCHEME, CRITERIA, LEVELS = "scheme", "criteria", "levels"
BANDS, RESPONDENTS = "bands", "respondents"
_TAKES_LEVELS = (Method.OPTIONS, Method.TIERS)
_OF_LEVELS = (
    Reason.LEVEL_GAP, Reason.LEVEL_OVERLAP, Reason.LEVEL_EMPTY, Reason.LEVEL_OVER_MAX,
    Reason.TARGET_MISSING,
)  # fmt: skip
_COLUMN = {
    Reason.STEP_MISSING: "step", Reason.STEP_NOT_POSITIVE: "step", Reason.STEP_OVER_MAX: "step",
    Reason.FLOOR_OUT_OF_RANGE: "floor", Reason.TARGET_OUT_OF_RANGE: "target",
    Reason.TARGET_UNDER_FLOOR: "target", Reason.LEVELS_MISSING: "method",
}  # fmt: skip


@dataclass(frozen=True)
class SchemeProblem:
    """One fault: the part (sheet) and column where it shows, the leaf's code, the sentence."""

    part: str
    column: str
    code: str
    message: str | Promise

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code else str(self.message)


def problems_of(
    content: SchemeContent, *, skip: frozenset[str] = frozenset()
) -> list[SchemeProblem]:
    """Return every problem of a scheme; empty when it may be issued.

    `skip` names codes whose cells could not be read: nothing that depends on them is judged.
    """
    found: list[SchemeProblem] = []
    for criterion in content.criteria:
        if criterion.code in skip:
            continue
        found += _leaf(criterion) if criterion.is_leaf else _branch(content, criterion, skip)
    if not skip.intersection(part.code for part in content.children("")):
        found += _total(content)
    return found + list(_bands(content))


def _sum_problem(part: str, column: str, code: str, total: Decimal, said: Decimal) -> SchemeProblem:
    text = _("The parts add up to %(sum)s, but %(said)s is declared.")
    values = {"sum": format_decimal(total), "said": format_decimal(said)}
    return SchemeProblem(part, column, code, text % values)


def _total(content: SchemeContent) -> Iterator[SchemeProblem]:
    fields = content.children("")
    if not fields:
        yield SchemeProblem(CRITERIA, "code", "", _("The scheme has no criteria."))
        return
    total = sum((part.max_points for part in fields), Decimal(0))
    if total != content.declared_total:
        yield _sum_problem(SCHEME, "declared_total", "", total, content.declared_total)


def _branch(
    content: SchemeContent, branch: CriterionContent, skip: frozenset[str]
) -> Iterator[SchemeProblem]:
    parts = content.children(branch.code)
    if not parts:
        text = _("A sum needs parts; give the criterion a way of scoring or add its parts.")
        yield SchemeProblem(CRITERIA, "method", branch.code, text)
    elif not skip.intersection(part.code for part in parts):
        total = sum((part.max_points for part in parts), Decimal(0))
        if total != branch.max_points:
            yield _sum_problem(CRITERIA, "max_points", branch.code, total, branch.max_points)
    if branch.levels:
        yield SchemeProblem(LEVELS, "code", branch.code, _("A sum takes no levels."))
    if branch.components:
        text = _("Only a survey leaf names respondents.")
        yield SchemeProblem(RESPONDENTS, "code", branch.code, text)


def _leaf(leaf: CriterionContent) -> Iterator[SchemeProblem]:
    if leaf.level == Level.FIELD:
        yield SchemeProblem(CRITERIA, "level", leaf.code, _("A field is never scored by itself."))
    if leaf.needs_procedures and leaf.na_policy == NaPolicy.NOT_ALLOWED:
        text = _("A leaf only for units with procedures must say what happens without them.")
        yield SchemeProblem(CRITERIA, "na_policy", leaf.code, text)
    if leaf.levels and leaf.method not in _TAKES_LEVELS:
        text = _("This way of scoring takes no levels.")
        yield SchemeProblem(LEVELS, "code", leaf.code, text)
    for fault in validate_rule(leaf.rule):
        part = LEVELS if fault.key in _OF_LEVELS else CRITERIA
        column = "label" if part == LEVELS else _COLUMN.get(fault.key, "max_points")
        yield SchemeProblem(part, column, leaf.code, sentence(fault.key, fault.params))
    yield from _weights(leaf)


def _weights(leaf: CriterionContent) -> Iterator[SchemeProblem]:
    if leaf.method != Method.SURVEY:
        if leaf.components:
            text = _("Only a survey leaf names respondents.")
            yield SchemeProblem(RESPONDENTS, "code", leaf.code, text)
        return
    if not leaf.components:
        text = _("A survey leaf needs its kinds of respondents.")
        yield SchemeProblem(CRITERIA, "method", leaf.code, text)
        return
    total = sum((part.weight for part in leaf.components), Decimal(0))
    if total != 1:
        text = _("The weights of the respondents add up to %(sum)s, not 1.")
        values = {"sum": format_decimal(total)}
        yield SchemeProblem(RESPONDENTS, "weight", leaf.code, text % values)


def _bands(content: SchemeContent) -> Iterator[SchemeProblem]:
    limits = [band.min_index for band in content.bands]
    if not limits or min(limits) != 0:
        text = _("The lowest band must begin at 0, so that every index has a band.")
        yield SchemeProblem(BANDS, "min_index", "", text)
    if any(limit > 100 for limit in limits):
        text = _("A band cannot begin above 100.")
        yield SchemeProblem(BANDS, "min_index", "", text)
