"""The facts of a leaf: which ones its method reads, what they are called, which contradict.

One place for the forms, the tables and the checks, so that none refuses what another lets pass.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import Method, TierBasis
from assessments.models import Criterion, CriterionScore
from assessments.scoring import Facts, format_decimal, half_up

#: What each input of a leaf is called.
LABELS: dict[str, Any] = {
    "met": gettext_lazy("Answer"), "option": gettext_lazy("Option"),
    "a": gettext_lazy("Due (a)"), "b": gettext_lazy("Done (b)"),
    "count": gettext_lazy("Count"), "claimed_percent": gettext_lazy("Percentage"),
    "not_applicable": gettext_lazy("Nothing arose in the year"),
    "no_evidence_reason": gettext_lazy("Reason, if there is no evidence"),
    "note": gettext_lazy("Note"),
}  # fmt: skip


#: What is counted, where the method tells whether it costs or earns points.
_COUNTED = {
    Method.DEDUCTION: gettext_lazy("Cases that cost points (number)"),
    Method.CAPPED_SUM: gettext_lazy("Items that earn points (number)"),
}


def label_of(criterion: Criterion, name: str) -> Any:
    """Return what an input of the leaf is called: a count says what is counted."""
    if name == "count":
        return _COUNTED.get(Method(criterion.method), LABELS[name])
    return LABELS[name]


def inputs_of(criterion: Criterion) -> tuple[str, ...]:
    """Return the facts that the leaf's method reads (design 4)."""
    if criterion.method == Method.TIERS:
        return ("count",) if criterion.basis == TierBasis.COUNT else ("a", "b", "claimed_percent")
    return {
        Method.YES_NO: ("met",), Method.OPTIONS: ("option",), Method.RATIO: ("a", "b"),
        Method.DEDUCTION: ("count",), Method.CAPPED_SUM: ("count",),
    }.get(Method(criterion.method), ())  # fmt: skip


def contradictions(criterion: Criterion, stated: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return input and sentence of each two statements of which only the unit can choose one.

    `stated` are the facts by the names of the inputs; a missing one is None or absent.
    """
    found = []
    filled = [name for name in inputs_of(criterion) if stated.get(name) is not None]
    if stated.get("not_applicable") and filled:
        names = ", ".join(str(LABELS[name]) for name in filled)
        words = _("“%(mark)s” is marked although filled in: %(fields)s. Keep one of them.")
        found.append(
            ("not_applicable", words % {"mark": LABELS["not_applicable"], "fields": names})
        )
    percent, a, b = (stated.get(name) for name in ("claimed_percent", "a", "b"))
    if percent is not None and a is not None and b is not None and not _agrees(percent, a, b):
        words = _("The percentage %(percent)s does not follow from a = %(a)s and b = %(b)s.")
        numbers = {"percent": percent, "a": a, "b": b}
        shown = {name: format_decimal(value) for name, value in numbers.items()}
        found.append(("claimed_percent", words % shown))
    return found


def _agrees(percent: Decimal, a: Decimal, b: Decimal) -> bool:
    """Tell whether the percentage is b/a, rounded to the decimals stated or counted as 100."""
    if not a:
        return False
    # Trailing zeros are the column's, not the person's: 94 is stored as 94.0000.
    places = max(0, -int(percent.normalize().as_tuple().exponent))
    return percent == half_up(min(Fraction(b) / Fraction(a) * 100, Fraction(100)), places)


def stated_of(score: CriterionScore) -> dict[str, Any]:
    """Return the facts that a leaf holds, as `contradictions` takes them."""
    names = ("met", "option", "a", "b", "count", "claimed_percent", "not_applicable")
    return {name: getattr(score, name) for name in names}


def facts_of(criterion: Criterion, stated: Any) -> Facts:
    """Return what a leaf or a claim states in scoring's terms; reads the criterion's `levels`.

    An option is its place among the levels; one of another criterion has none, which scoring
    refuses.
    """
    option = None
    if stated.option is not None:
        levels = [level.pk for level in criterion.levels.all()]
        option = levels.index(stated.option.pk) if stated.option.pk in levels else -1
    return Facts(
        met=stated.met, option=option, a=stated.a, b=stated.b, count=stated.count,
        percent=stated.claimed_percent, not_applicable=stated.not_applicable,
    )  # fmt: skip
