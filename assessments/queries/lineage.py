"""Where the points of each leaf come from: self, round by round, council, approved (design 0.29).

Only leaves that the reader may read come in, and of these only what `Sight` shows: before own
points an appraiser meets neither those of others nor, where the council wants it so, the claim.
The number of queries does not grow with the leaves.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import (
    Abstention,
    Appraisal,
    Approval,
    CouncilDecision,
    Criterion,
    CriterionScore,
    DocumentRevision,
    Event,
    Receipt,
    ScoreHistory,
    Submission,
)  # fmt: skip
from assessments.permissions import Sight
from assessments.queries.judged import revisions_of

_FINISHING = ("council.conclude", "council.close", "council.survey")


class Kind(StrEnum):
    """What a step is beside the points that count."""

    COUNTS = "counts"
    OPINION = "opinion"
    CONFLICT = "conflict"
    ABSTAINED = "abstained"
    SET_ASIDE = "set_aside"

    @property
    def word(self) -> Promise | str:
        """Return what the page says; nothing where the points simply count."""
        return _KINDS.get(self, "")


_KINDS = {
    Kind.OPINION: gettext_lazy("opinion"),
    Kind.CONFLICT: gettext_lazy("conflict found later, does not count"),
    Kind.ABSTAINED: gettext_lazy("abstained"),
    Kind.SET_ASIDE: gettext_lazy("set aside"),
}


class Move(StrEnum):
    """How a step differs from the one before it."""

    FIRST = "first"
    SAME = "same"
    UP = "up"
    DOWN = "down"
    OUT = "out"
    IN = "in"

    @property
    def word(self) -> Promise | str:
        """Return the difference in a word; nothing before there is one."""
        return _MOVES.get(self, "")

    @property
    def tone(self) -> str:
        """Return the tone of its badge."""
        return "neutral" if self in (Move.FIRST, Move.SAME) else "warn"


_MOVES = {
    Move.SAME: gettext_lazy("unchanged"), Move.UP: gettext_lazy("raised"),
    Move.DOWN: gettext_lazy("lowered"), Move.OUT: gettext_lazy("left out"),
    Move.IN: gettext_lazy("taken in again"),
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One judgement of a leaf: points (None where it does not apply), who, when and why."""

    points: Decimal | None
    applies: bool = True
    who: str = ""
    at: dt.datetime | None = None
    why: str = ""
    kind: Kind = Kind.COUNTS
    version: int | None = None
    files: tuple[DocumentRevision, ...] = ()
    move: Move = Move.FIRST
    difference: Decimal | None = None

    @property
    def counts(self) -> bool:
        """Tell whether the points are those of the column."""
        return self.kind == Kind.COUNTS


@dataclass(frozen=True)
class Line:
    """One leaf; `claim_kept` and `given_kept` tell what the reader may not see yet."""

    leaf: CriterionScore
    claim: Step | None
    rounds: tuple[tuple[Step, ...], ...]
    council: tuple[Step, ...]
    final: Step | None
    claim_kept: bool = False
    given_kept: bool = False


@dataclass(frozen=True)
class Lineage:
    """The whole dossier, field by field, with who signed and who approved it."""

    submission: Submission
    rounds: tuple[int, ...]
    fields: tuple[tuple[Criterion, tuple[Line, ...]], ...]
    receipts: tuple[Receipt, ...]
    approval: Approval | None


def lineage(submission: Submission, leaves: QuerySet[CriterionScore], sight: Sight) -> Lineage:
    """Return the lineage of the `leaves` of a dossier that the reader may read."""
    rows = list(
        sight.on_leaves(leaves.filter(submission=submission))
        .select_related("criterion__field", "decision__meeting", "decision__decided_by_user")
        .order_by("criterion__position")
    )
    keys = [row.pk for row in rows]
    given = _given(rows, sight)
    rounds = sorted({*range(1, submission.round + 1), *(number for _leaf, number in given)})
    approvals = Approval.objects.filter(submission=submission, revoked_at=None)
    approval = approvals.select_related("by").first()
    told = _Told(keys, approval)
    lines = [_line(row, [given.get((row.pk, each), []) for each in rounds], told) for row in rows]
    return Lineage(
        submission, tuple(rounds),
        tuple(
            (field, tuple(each))
            for field, each in groupby(lines, key=lambda line: line.leaf.criterion.field)
            if field is not None
        ),
        tuple(submission.receipts.select_related("signed_by").order_by("sequence")),
        approval,
    )  # fmt: skip


def _given(leaves: list[CriterionScore], sight: Sight) -> dict[tuple[int, int], list[Step]]:
    """Return the steps of each leaf and round that the reader is shown, what counts first."""
    shown = sight.seen_appraisals(Appraisal.objects.filter(score__in=leaves))
    rows = list(shown.select_related("member__user").order_by("-responsible", "at"))
    files, found = revisions_of(rows), defaultdict(list)
    claims = {leaf.pk: leaf.claim_seen for leaf in leaves}  # type: ignore[attr-defined]
    for row in rows:
        # A trace names the claim beside the points; a reason is the appraiser's own.
        why = row.reason or (row.trace if claims[row.score_id] else "")
        found[row.score_id, row.round].append(_appraised(row, why, files.get(row.pk, [])))
    kept = sight.seen_abstentions(Abstention.objects.filter(score__in=leaves))
    for left in kept.select_related("member__user"):
        step = Step(
            None, who=str(left.member.user), at=left.at, why=left.reason, kind=Kind.ABSTAINED
        )
        found[left.score_id, left.round].append(step)
    return found


def _appraised(row: Appraisal, why: str, files: Iterable[DocumentRevision]) -> Step:
    kind = Kind.COUNTS if row.responsible else Kind.OPINION
    return Step(
        row.points if row.applicable else None, row.applicable, str(row.member.user), row.at,
        why, Kind.CONFLICT if row.flagged_conflict else kind,
        row.seen_version, tuple(files),
    )  # fmt: skip


class _Told:
    """What the history and the log say of the leaves: who saved, who ended it, what was undone.

    The approval in force ends every leaf; until there is one, the conclusion does.
    """

    def __init__(self, keys: list[int], approval: Approval | None) -> None:
        rows = ScoreHistory.objects.filter(score__in=keys)
        self.saved = _last(rows.filter(action="unit.save"))
        concluded = _last(rows.filter(action__in=_FINISHING))
        self.ended = {key: approval or concluded.get(key) for key in keys}
        self.undone: dict[int, list[Step]] = defaultdict(list)
        events = Event.objects.filter(
            object_type="criterionscore", object_id__in=[str(key) for key in keys],
            action="set_decision_aside", refused=False,
        ).select_related("actor", "reason")  # fmt: skip
        for event in events.order_by("pk"):
            self.undone[int(event.object_id)].append(_undone(event))


def _last(rows: QuerySet[ScoreHistory]) -> dict[int, ScoreHistory]:
    newest = rows.order_by("score_id", "-pk").distinct("score_id").select_related("by")
    return {row.score_id: row for row in newest}


def _undone(event: Event) -> Step:
    points = event.data.get("points")
    applies = bool(event.data.get("applicable", True))
    return Step(
        Decimal(points) if points is not None and applies else None, applies,
        str(event.actor or ""), event.at, event.reason.text if hasattr(event, "reason") else "",
        Kind.SET_ASIDE,
    )  # fmt: skip


def _line(row: CriterionScore, rounds: list[list[Step]], told: _Told) -> Line:
    claim = _claim(row, told.saved.get(row.pk)) if row.claim_seen else None  # type: ignore[attr-defined]
    seen: bool = row.others_seen  # type: ignore[attr-defined]
    before, shown = claim, []
    for steps in rounds:
        moved = [_moved(step, before) for step in steps]
        before = next((step for step in moved if step.counts), before)
        shown.append(tuple(moved))
    council: list[Step] = []
    if seen:
        decision = getattr(row, "decision", None)
        council = [
            *told.undone[row.pk],
            *([_moved(_decided(decision), before)] if decision else []),
        ]
        before = next((step for step in council if step.counts), before)
    final = _final(row, told.ended[row.pk]) if seen else None
    return Line(
        row, claim, tuple(shown), tuple(council), _moved(final, before) if final else None,
        claim_kept=row.criterion.is_self_scored and not row.claim_seen,  # type: ignore[attr-defined]
        given_kept=not seen,
    )  # fmt: skip


def _claim(row: CriterionScore, saved: ScoreHistory | None) -> Step | None:
    if not row.criterion.is_self_scored or (row.self_points is None and row.self_applicable):
        return None
    return Step(
        row.self_points if row.self_applicable else None, row.self_applicable,
        str(saved.by or "") if saved else "", saved.at if saved else None,
        row.self_trace or row.note, version=saved.version if saved else None,
    )  # fmt: skip


def _decided(row: CouncilDecision) -> Step:
    text = _("%(meeting)s: %(votes_for)s for, %(votes_against)s against, %(abstained)s abstained")
    words = text % {
        "meeting": row.meeting, "votes_for": row.votes_for, "votes_against": row.votes_against,
        "abstained": row.votes_abstained,
    }  # fmt: skip
    said = [words, row.reason, _("Dissent: %s") % row.dissent if row.dissent else ""]
    return Step(
        row.points if row.applicable else None, row.applicable, str(row.decided_by_user), row.at,
        "\n".join(part for part in said if part),
    )  # fmt: skip


def _final(row: CriterionScore, ended: Approval | ScoreHistory | None) -> Step | None:
    applies = row.final_applicable is not False
    if row.final_points is None and applies:
        return None
    return Step(
        row.final_points if applies else None, applies,
        str(ended.by or "") if ended else "", ended.at if ended else None,
        # The trace is the unit's own where its points stand.
        row.final_trace if row.claim_seen else "",  # type: ignore[attr-defined]
    )  # fmt: skip


def _moved(step: Step, before: Step | None) -> Step:
    """Return the step with its difference from the one before; only points that count have one."""
    if not step.counts or before is None:
        return step
    if step.applies != before.applies:
        return replace(step, move=Move.IN if step.applies else Move.OUT)
    if step.points == before.points:
        return replace(step, move=Move.SAME, difference=Decimal(0))
    if step.points is None or before.points is None:
        return step
    difference = step.points - before.points
    move = Move.UP if difference > 0 else Move.DOWN
    return replace(step, move=move, difference=difference)
