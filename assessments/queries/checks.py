"""The checks before submission: what stands in the way, and what deserves a second look.

Signing asks `blocking` as this page does, so that the two never disagree.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import scoring
from assessments.choices import SELF_SCORED
from assessments.models import CriterionScore, Submission
from assessments.queries import facts
from assessments.queries.check_hands import hand_findings
from assessments.queries.check_papers import paper_findings
from assessments.queries.check_values import last_year_of, live_medians, value_findings
from assessments.queries.findings import Finding, Severity
from assessments.queries.wording import sentence
from assessments.queries.workspace import files_of, is_backed, lacks_evidence, leaves_of
from assessments.scoring import Outcome, Reason, ScoringError, format_decimal, half_up

#: What signing says of each kind of blocking finding, with the codes of the leaves.
_IN_THE_WAY: dict[str, Promise] = {
    "blank": gettext_lazy("Leaves not filled in: %s."),
    "bare": gettext_lazy("Leaves with neither evidence nor a reason: %s."),
    "contradiction": gettext_lazy("Leaves with facts that contradict each other: %s."),
}
#: Percentages are asked for with as many decimals as people print.
_PERCENT_PLACES = 2
#: A reason of fewer letters is a dash or a "không có", no reason.
_FEWEST_LETTERS = 10


@dataclass(frozen=True)
class Report:
    """All that the checks found in a dossier at one moment."""

    checked_at: dt.datetime
    blocking: tuple[Finding, ...]
    advisory: tuple[Finding, ...]


def report(
    submission: Submission, at: dt.datetime, readable: QuerySet[CriterionScore] | None = None
) -> Report:
    """Check a dossier; ten queries at most, however many leaves and papers it has.

    `readable` are the leaves that a reader on the council's side may see: findings on others are
    left out, and points are measured against this year's medians of them, at two more queries. How
    the unit shares out its work is the unit's own affair and left out too.
    """
    leaves = own_leaves(submission)
    gaps = _gaps(leaves)
    live = live_medians(submission, readable) if readable is not None else {}
    advisory = [
        *(row for row in gaps if row.severity is Severity.ADVISORY),
        *(finding for leaf in leaves for finding in _fact_findings(leaf)),
        *paper_findings(submission, leaves),
        *value_findings(leaves, last_year_of(submission, at), live),
        *(hand_findings(leaves) if readable is None else ()),
        *_remarks(submission),
    ]
    blocking = _blocking_of(gaps)
    if readable is not None:
        shown = set(readable.filter(submission=submission).values_list("pk", flat=True))
        blocking, advisory = _only(blocking, shown), _only(advisory, shown)
    return Report(at, tuple(blocking), tuple(advisory))


def _only(findings: Iterable[Finding], leaves: set[int]) -> list[Finding]:
    return [row for row in findings if row.leaf is None or row.leaf.pk in leaves]


def own_leaves(submission: Submission) -> list[CriterionScore]:
    """Return the leaves that the unit scores, with levels, evidence and hands (three queries)."""
    rows = leaves_of([submission]).filter(criterion__method__in=SELF_SCORED)
    rows = rows.select_related("delegation__user")
    found: list[CriterionScore] = list(rows.prefetch_related("criterion__levels"))
    for row in found:
        row.submission = submission
    return found


# What stands in the way -----------------------------------------------------------------------


def blocking(submission: Submission) -> list[Finding]:
    """Return what must be put right before the dossier can be submitted (three queries)."""
    return _blocking_of(_gaps(own_leaves(submission)))


def _blocking_of(gaps: Iterable[Finding]) -> list[Finding]:
    return [row for row in gaps if row.severity is Severity.BLOCKING]


def _gaps(leaves: Iterable[CriterionScore]) -> list[Finding]:
    """Return what the leaves lack; it stands in the way only where the unit can still mend it."""
    return [
        Finding(code, words, leaf, Severity.BLOCKING if leaf.is_open_to_unit else Severity.ADVISORY)
        for leaf in leaves
        for code, words in _lacking(leaf)
    ]


def summary(findings: Iterable[Finding]) -> list[str]:
    """Return blocking findings as signing says them: a sentence for each kind, with the codes."""
    codes: dict[str, dict[str, None]] = {}
    for finding in findings:
        if finding.leaf is not None:
            codes.setdefault(finding.code, {})[finding.leaf.criterion.code] = None
    return [
        str(words) % ", ".join(codes[code]) for code, words in _IN_THE_WAY.items() if code in codes
    ]


def _lacking(leaf: CriterionScore) -> Iterator[tuple[str, str]]:
    if leaf.self_points is None:
        yield "blank", _unfinished(leaf)
    if lacks_evidence(leaf):
        words = _("Neither a document nor a reason for none.")
        if files_of(leaf):
            words = _("Every file of it is quarantined, and there is no reason for none.")
        yield "bare", words
    for _name, words in facts.contradictions(leaf.criterion, facts.stated_of(leaf)):
        yield "contradiction", words


def _unfinished(leaf: CriterionScore) -> str:
    begun = any(value is not None and value is not False for value in _stated(leaf))
    refusal = _computed(leaf)
    if begun and isinstance(refusal, ScoringError):
        return _("Not finished: %s.") % sentence(refusal.reason, refusal.params)
    return _("Not filled in.")


def _stated(leaf: CriterionScore) -> Iterator[object]:
    stated = facts.stated_of(leaf)
    yield from (stated[name] for name in ("not_applicable", *facts.inputs_of(leaf.criterion)))


# What deserves a second look ------------------------------------------------------------------


def _computed(leaf: CriterionScore) -> Outcome | ScoringError:
    """Return what the stored facts give now, or why they give nothing."""
    try:
        return scoring.score(leaf.criterion.to_rule(), facts.facts_of(leaf.criterion, leaf))
    except ScoringError as error:
        return error


def _fact_findings(leaf: CriterionScore) -> list[Finding]:
    found = [*_arithmetic(leaf), *_independent(leaf), *_reason(leaf)]
    if leaf.version == 0 and leaf.self_points is not None:
        words = _("Filled in when the year was opened; nobody of the unit has saved it yet.")
        found.append(("untouched", words))
    return [Finding(code, words, leaf) for code, words in found]


def _arithmetic(leaf: CriterionScore) -> Iterator[tuple[str, str]]:
    if leaf.a is not None and leaf.b is not None and leaf.b > leaf.a:
        words = _("More was done (b = %(b)s) than was due (a = %(a)s).")
        yield "done_over_due", words % {"a": format_decimal(leaf.a), "b": format_decimal(leaf.b)}
    percent = leaf.claimed_percent
    if percent is not None and leaf.a is None and percent != half_up(percent, _PERCENT_PLACES):
        words = _("The percentage %(percent)s is finer than two decimals: give a and b instead.")
        yield "fine_percent", words % {"percent": format_decimal(percent)}
    if leaf.self_points is not None:
        yield from _recomputed(leaf, leaf.self_points)


def _recomputed(leaf: CriterionScore, points: Decimal) -> Iterator[tuple[str, str]]:
    computed, stored = _computed(leaf), format_decimal(points)
    if isinstance(computed, ScoringError):
        if computed.reason != Reason.DONE_EXCEEDS_DUE:
            why = sentence(computed.reason, computed.params)
            words = _("%(points)s points stand here, but the facts give none: %(why)s.")
            yield "arithmetic", words % {"points": stored, "why": why}
    elif (computed.points, computed.applicable) != (points, leaf.self_applicable):
        words = _("%(points)s points stand here, but the facts give %(computed)s: %(trace)s.")
        now = format_decimal(computed.points)
        told = {"points": stored, "computed": now, "trace": computed.trace}
        yield "arithmetic", words % told


def _independent(leaf: CriterionScore) -> Iterator[tuple[str, str]]:
    pairs = (("a", leaf.a, leaf.independent_a), ("b", leaf.b, leaf.independent_b))
    for name, claimed, independent in pairs:
        told = {"name": name, "source": leaf.independent_source}
        if claimed is None or independent is None or claimed == independent:
            continue
        numbers = {"claimed": format_decimal(claimed), "independent": format_decimal(independent)}
        words = _("The unit gives %(name)s = %(claimed)s, %(source)s says %(independent)s.")
        yield "independent", words % (told | numbers)
    if leaf.not_applicable and leaf.independent_a:
        words = _("Nothing arose, says the unit; %(source)s says a = %(independent)s.")
        told = {"source": leaf.independent_source}
        yield "independent", words % (told | {"independent": format_decimal(leaf.independent_a)})


def _reason(leaf: CriterionScore) -> Iterator[tuple[str, str]]:
    reason = leaf.no_evidence_reason.strip()
    if not reason:
        return
    if is_backed(leaf):
        yield "needless_reason", _("A reason for no evidence stands here, but files are attached.")
    elif sum(letter.isalpha() for letter in reason) < _FEWEST_LETTERS:
        words = _("The reason for no evidence, “%(reason)s”, tells hardly anything.")
        yield "short_reason", words % {"reason": reason}


def _remarks(submission: Submission) -> list[Finding]:
    if submission.difficulties.strip() or submission.proposals.strip():
        return []
    words = _("Part 3 of the report, difficulties and proposals, is empty.")
    return [Finding("remarks", words)]
