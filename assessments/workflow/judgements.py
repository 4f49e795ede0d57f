"""How judgements of leaves are written: the person's row, what counts on the leaf, the event."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Q

from assessments.models import Abstention, Appraisal, CriterionScore, Event
from assessments.scoring import Outcome, format_decimal
from assessments.workflow import events, judging, scores
from units.models import User

#: The fields in which a leaf holds the judgement that counts.
JUDGED = ("appraised_points", "appraised_applicable", "appraised_round")


def points_text(points: Decimal) -> str:
    """Return points as the traces write them: 1,5 điểm."""
    return f"{format_decimal(points)} điểm"


def trace_of(row: CriterionScore, outcome: Outcome) -> str:
    """Return the sentence of a judgement beside the unit's own points."""
    # Traces are published data and therefore Vietnamese, as those of `scoring`.
    judgement = f"Thẩm định: {points_text(outcome.points)}"
    if outcome.trace:
        judgement = f"{judgement} ({outcome.trace})"
    if row.self_points is None:
        return judgement
    own = points_text(row.self_points) if row.self_applicable else "không phát sinh"
    return f"{judgement}; tự chấm {own}"


def prepared(
    row: CriterionScore, seat_id: int, outcome: Outcome, reason: str, at: dt.datetime, *,
    counts: bool,
) -> Appraisal:  # fmt: skip
    """Return a judgement of the leaf in its dossier's round that is not written yet."""
    return Appraisal(
        score=row, member_id=seat_id, round=row.submission.round, points=outcome.points,
        applicable=outcome.applicable, reason=reason, responsible=counts,
        seen_version=row.version, trace=trace_of(row, outcome), at=at,
    )  # fmt: skip


def write(judgements: Iterable[tuple[Appraisal, judging.Standing]], by: User) -> None:
    """Write judgements in place of the person's earlier ones of the round; stamp no leaf.

    Abstentions of the round are taken back. Two statements more where there are any, or points to
    take over.
    """
    given, over, left = [], Q(), Q()
    for each, held in judgements:
        given.append(each)
        if held.counts and held.takes_over:
            over |= Q(score=each.score_id, round=each.round) & ~Q(member=each.member_id)
        if held.abstained:
            left |= Q(score=each.score_id, round=each.round)
    if over:
        # Somebody else's row of this round, whose assignment ended, becomes an opinion.
        Appraisal.objects.filter(over, responsible=True).update(responsible=False)
    if left:
        Abstention.objects.filter(left, member__user=by).delete()
    written = ("points", "applicable", "reason", "responsible", "seen_version", "trace",
               "flagged_conflict", "at")  # fmt: skip
    Appraisal.objects.bulk_create(
        given, update_conflicts=True, unique_fields=["score", "member", "round"],
        update_fields=written,
    )  # fmt: skip


def judged_event(
    row: CriterionScore, given: Appraisal, before: Decimal | None, held: judging.Standing, by: User
) -> Event:
    """Return the event of a judgement, unsaved; it says when an abstention is taken back."""
    return events.prepared(
        action="appraise" if given.responsible else "opinion", obj=row, by=by, at=given.at,
        data=judged_data(row, given, before)
        | ({"abstention": "taken back"} if held.abstained else {}),
    )  # fmt: skip


def take_over(row: CriterionScore, given: Appraisal) -> None:
    """Put a judgement that counts on its leaf, unsaved."""
    row.appraised_points, row.appraised_applicable = given.points, given.applicable
    row.appraised_round = given.round


def judged_data(row: CriterionScore, given: Appraisal, before: Decimal | None) -> dict[str, Any]:
    """Return what the event of a judgement holds."""
    return {
        "code": row.criterion.code, "round": given.round, "seen": given.seen_version,
        "points": scores.text(given.points), "applicable": given.applicable,
        "before": scores.text(before), "after": scores.text(row.appraised_points),
    }  # fmt: skip
