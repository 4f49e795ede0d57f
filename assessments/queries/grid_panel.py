"""All that stands on one leaf, for the panel beside the grid, as the reader's sight allows."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import Abstention, CriterionScore, DocumentRevision, Evidence, ScoreHistory
from assessments.queries import grid_facts, grid_rows, grid_spread, judged, leaves
from assessments.queries.grid import Reader
from assessments.queries.grid_facts import Fact
from cchc.templatetags.portal import points as printed

#: What the history of a leaf calls its saves, in words.
ACTIONS: Mapping[str, Promise] = {
    "unit.save": gettext_lazy("the unit saved its claim"),
    "unit.attach": gettext_lazy("the unit added evidence"),
    "unit.detach": gettext_lazy("the unit took evidence off"),
    "unit.replace": gettext_lazy("the unit put evidence on a new file"),
    "office.independent": gettext_lazy("independent figure entered"),
    "council.appraise": gettext_lazy("appraised"),
    "council.flag": gettext_lazy("points flagged for a conflict of interest"),
    "council.decide": gettext_lazy("decided by the council"),
    "council.conclude": gettext_lazy("concluded"),
    "council.close": gettext_lazy("closed without a dossier"),
    "council.survey": gettext_lazy("survey points entered"),
    "council.reopen": gettext_lazy("sent back to the council"),
}
_FIGURES = (
    ("self_points", gettext_lazy("self-assessed")), ("appraised_points", gettext_lazy("appraised")),
    ("final_points", gettext_lazy("final")),
)  # fmt: skip


@dataclass(frozen=True)
class Saved:
    """One line of the leaf's history: when, who, what and which figures moved."""

    at: Any
    who: str
    what: str
    moved: list[str]


@dataclass(frozen=True)
class Panel:
    """What the panel shows of one leaf to one reader."""

    score: CriterionScore
    fact: Fact
    row: grid_rows.GridRow
    evidence: list[Evidence]
    judged_files: list[DocumentRevision]
    last_year: CriterionScore | None
    last_claim: str
    questions: list[Any]
    given: list[Any]
    abstained: list[Abstention]
    history: list[Saved]


def panel_of(reader: Reader, pk: int) -> Panel | None:
    """Return the leaf with all that stands on it, or None where the reader may not read it."""
    rows = reader.leaves().filter(pk=pk)
    facts = grid_facts.facts_of(rows, reader)
    if not facts:
        return None
    score = rows.select_related(
        "criterion__field", "option", "submission__cycle__council", "submission__unit",
        "submission__group", "submission__cycle_scheme",
    ).get()  # fmt: skip
    row = row_beside(reader, facts[0], score)
    before = leaves.claims_last_year(score.submission, [score]).get(pk)
    given = list(
        reader.sight.seen_appraisals(score.appraisals.all())
        .select_related("member__user").order_by("round", "at")
    )  # fmt: skip
    return Panel(
        score, facts[0], row,
        list(score.evidence.filter(removed_at=None).select_related("revision__document")),
        _judged_files(given, facts[0], reader), before,
        "" if before is None else _claim(before),
        list(score.explanations.select_related("asked_by__user", "answered_by")), given,
        list(reader.sight.seen_abstentions(score.abstentions.select_related("member__user"))),
        list(_history(score, facts[0], reader)),
    )  # fmt: skip


def row_beside(
    reader: Reader, fact: Fact, score: CriterionScore, *, by_unit: bool = True
) -> grid_rows.GridRow:
    """Return the printed row of one leaf, measured against the readable leaves of its group."""
    group = reader.sight.on_leaves(reader.leaves().filter(criterion=score.criterion_id))
    spreads = grid_spread.medians_of(group, score.submission.cycle_scheme_id)
    grid_facts.mark([fact], spreads)
    return grid_rows.rows_of([fact], by_unit=by_unit, spreads=spreads, cycle=reader.cycle)[0]


def _claim(score: CriterionScore) -> str:
    score.option_label = score.option.label if score.option else ""  # type: ignore[attr-defined]
    return grid_rows.claim_words(score)


def _judged_files(given: list[Any], fact: Fact, reader: Reader) -> list[DocumentRevision]:
    """Return the files that the reader had judged, where the unit changed the leaf since."""
    mine = [each for each in given if each.member.user_id == reader.user.pk]
    if not (mine and fact.row.changed):
        return []
    return judged.revisions_of(mine[-1:]).get(mine[-1].pk, [])


def _history(score: CriterionScore, fact: Fact, reader: Reader) -> Iterator[Saved]:
    """Yield what happened to the leaf, the latest first, without figures kept from the reader."""
    row = fact.row
    rows = list(ScoreHistory.objects.filter(score=score).select_related("by").order_by("-pk"))
    shown = [
        name for name, seen in (
            ("self_points", row.claim_seen), ("appraised_points", row.others_seen),
            ("final_points", row.others_seen),
        ) if seen
    ]  # fmt: skip
    for line, before in itertools.zip_longest(rows, rows[1:]):
        own = line.by_id == reader.user.pk
        if line.action == "council.appraise" and not (own or row.others_seen):
            continue
        then = before.values if before else {}
        yield Saved(
            line.at, str(line.by or ""), _action_word(line.action),
            [*_moved(then, line.values, shown)],
        )  # fmt: skip


def _action_word(action: str) -> str:
    return str(ACTIONS[action]) if action in ACTIONS else action


def _moved(before: dict[str, Any], after: dict[str, Any], shown: list[str]) -> Iterator[str]:
    for name, label in _FIGURES:
        old, new = before.get(name), after.get(name)
        if name in shown and old != new:
            yield f"{label}: {_figure(old)} → {_figure(new)}"
    old, new = set(before.get("evidence") or ()), set(after.get("evidence") or ())
    if old != new:
        yield _("files: %(more)s added, %(less)s taken off") % {
            "more": len(new - old), "less": len(old - new),
        }  # fmt: skip


def _figure(text: str | None) -> str:
    return printed(None if text is None else Decimal(text))
