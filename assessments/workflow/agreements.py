"""Agreeing with the units on many leaves at once, across dossiers: each leaf for itself."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.errors import NotPermitted, Refused, WrongState
from assessments.models import Appraisal, CriterionScore, Event, ScoreHistory
from assessments.queries import appraisal as reads
from assessments.workflow import appraisals, events, judgements, judging
from assessments.workflow import scores as leaves
from cchc.kit import bulk
from units.models import User

#: So many leaves are written in one transaction: their dossiers wait for each other no longer.
CHUNK = 50


@dataclass(frozen=True)
class AgreeOutcome:
    """The leaves agreed to, and the others with the sentence that says why not, by their keys."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def agree(
    *, scores: Iterable[int], by: User, at: dt.datetime, versions: Mapping[int, int]
) -> AgreeOutcome:
    """Give leaves, by their keys, the points that their units claim; one event for each.

    `versions` are those at which the person looked at them. A leaf that cannot be agreed to is
    told with its sentence and stops no other: one not assigned to the person, frozen by a question,
    changed since, without points of the unit, or that waits for no points (`appraisal.untouched`:
    what was answered, changed or set aside since it was judged waits again). Missing leaves read as
    those of others do. The number of statements grows by `CHUNK` leaves, not by leaf.
    """
    wanted = list(dict.fromkeys(scores))
    found = list(
        CriterionScore.objects.filter(pk__in=wanted)
        .select_related("criterion", "submission__cycle").prefetch_related("criterion__levels")
        .order_by("submission__cycle", "submission", "criterion__position")
    )  # fmt: skip
    outcome = AgreeOutcome()
    for _cycle, rows in groupby(found, key=lambda row: row.submission.cycle_id):
        of_cycle = list(rows)
        for first in range(0, len(of_cycle), CHUNK):
            _agree_to(of_cycle[first : first + CHUNK], by, at, versions, outcome)
    known = {row.pk for row in found}
    outcome.refused.update({pk: str(_not_yours()) for pk in wanted if pk not in known})
    return outcome


def _not_yours() -> NotPermitted:
    return NotPermitted(_("This leaf is not among those you appraise."))


def _agree_to(
    chunk: list[CriterionScore], by: User, at: dt.datetime, versions: Mapping[int, int],
    outcome: AgreeOutcome,
) -> None:  # fmt: skip
    refused: list[tuple[CriterionScore, Refused]] = []
    given: list[tuple[Appraisal, judging.Standing]] = []
    with transaction.atomic():
        rows = judging.hold(chunk)
        held = judging.standings(rows, rows[0].submission.cycle, by, at)
        asked = CriterionScore.objects.filter(pk__in=held)
        waiting = set(reads.untouched(asked).values_list("pk", flat=True))
        for row in rows:
            try:
                agreed = _agreed(
                    row, held[row.pk], versions.get(row.pk), at, waits=row.pk in waiting
                )
                given.append((agreed, held[row.pk]))
            except Refused as refusal:
                refused.append((row, refusal))
        if given:
            _write(given, by, at)
    outcome.done.extend(appraisal.score_id for appraisal, _held in given)
    outcome.refused.update({row.pk: str(refusal) for row, refusal in refused})
    telling = [row for row, refusal in refused if isinstance(refusal, events.TELLING)]
    logged = [events.prepared(action="appraise", obj=row, by=by, at=at) for row in telling]
    for event in logged:
        event.refused = True
    Event.objects.bulk_create(logged)


def _agreed(
    row: CriterionScore, held: judging.Standing, version: int | None, at: dt.datetime, *,
    waits: bool,
) -> Appraisal:  # fmt: skip
    """Return the unwritten judgement that agrees; raise Refused with the sentence that tells."""
    if held.conflicted or held.seat_id is None:
        raise _not_yours()
    judging.require_open(row, held, at)
    if not waits:
        raise WrongState(_("This leaf is appraised in this round already."))
    if not held.claims_shown:
        raise WrongState(_("The units' own points are not shown to appraisers; give your own."))
    if not row.criterion.is_self_scored or row.self_points is None:
        raise WrongState(_("The unit claims no points on this leaf."))
    judging.require_version(row, version)
    judged = appraisals.judged(row, points=row.self_points, applicable=row.self_applicable)
    appraisals.require_reason(row, judged, "")
    return judgements.prepared(row, held.seat_id, judged, "", at, counts=held.counts)


def _write(given: list[tuple[Appraisal, judging.Standing]], by: User, at: dt.datetime) -> None:
    """Write the judgements, their leaves with history, and one event for each."""
    log, history = [], []
    for appraisal, held in given:
        row = appraisal.score
        before = row.appraised_points
        if appraisal.responsible:
            judgements.take_over(row, appraisal)
        row.version += 1
        history.append(
            ScoreHistory(
                score=row, version=row.version, at=at, by=by, action="council.appraise",
                values=leaves.snapshot(row, held.evidence),
            )
        )  # fmt: skip
        log.append(judgements.judged_event(row, appraisal, before, held, by))
    judgements.write(given, by)
    bulk.write([appraisal.score for appraisal, _held in given], [*judgements.JUDGED, "version"])
    ScoreHistory.objects.bulk_create(history)
    Event.objects.bulk_create(log)
