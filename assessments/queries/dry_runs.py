"""What a publication would show: ranks, ties, movement and how firmly the ranks stand (design 5).

Rows appear only when every dossier is approved: until then nobody, the publisher included, sees a
ranking (design 0.1).
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from assessments.choices import SubmissionState
from assessments.models import CycleScheme, Publication, Submission
from assessments.queries.public.movement import (
    Change,
    Earlier,
    Place,
    predecessor_codes,
    year_before,
)
from assessments.queries.standings import Standing, standings
from assessments.scoring import Entry, display_all
from cchc.kit.canonical import canonical_json
from units.models import UnitGroup

#: How far an index is moved to see whether the rank holds (index points).
NUDGE = Decimal("0.5")
FINISHED = (SubmissionState.APPROVED, SubmissionState.PUBLISHED)


@dataclass(frozen=True)
class DryRow:
    """One dossier of the dry run.

    `shown` is the index as pages would print it, `lengthened` where another that ranks apart
    would print alike; `change` is the movement they would show. `best` and `worst` are the ranks
    the unit would hold with half an index point more or less.
    """

    standing: Standing
    shown: str
    lengthened: bool
    tied: bool
    change: Change
    best: int | None
    worst: int | None

    @property
    def is_shaky(self) -> bool:
        """Tell whether half an index point would change the rank."""
        return self.best != self.worst

    @property
    def fallen(self) -> int:
        """Return the places lost, 0 when none."""
        return max(0, -(self.change.places or 0))


@dataclass(frozen=True)
class DryGroup:
    """One group of the dry run; `decimals` are those that its scheme prints."""

    code: str
    name: str
    decimals: int
    rows: tuple[DryRow, ...]

    @property
    def shaky(self) -> int:
        """Return how many ranks half an index point would change."""
        return sum(row.is_shaky for row in self.rows)

    @property
    def unranked(self) -> tuple[Standing, ...]:
        """Return the dossiers without a rank."""
        return tuple(row.standing for row in self.rows if row.standing.rank is None)


@dataclass(frozen=True)
class DryRun:
    """The whole report.

    `unfinished` are dossiers not approved yet, `missing` ranked dossiers with leaves that have no
    points, both with their unit's name. `digest` is empty while a dossier is unfinished.
    `changed` tells whether the figures differ from the last dry run, None when there was none.
    """

    groups: tuple[DryGroup, ...]
    unfinished: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, int], ...]
    compared_with: Publication | None
    digest: str
    changed: bool | None


def report(publication: Publication, at: dt.datetime) -> DryRun:
    """Return the dry run of a draft on a cycle as of `at`, changing nothing."""
    if publication.cycle is None:
        raise ValueError("a record has no cycle to run")
    unfinished = unfinished_dossiers(publication)
    rows = [] if unfinished else standings(publication.cycle)
    earlier = compared_with(publication, at)
    digest = digest_of(rows) if rows else ""
    last = publication.dry_run_digest
    parts = _parts(publication)
    heads = {key: (part.group, part.scheme.decimals) for key, part in parts.items()}
    changes = _changes(earlier, rows, parts)
    return DryRun(
        groups=tuple(
            _group(*heads[key], list(part), changes)
            for key, part in groupby(rows, key=lambda row: row.group_id)
        ),
        unfinished=unfinished,
        missing=tuple((r.unit_name, r.missing) for r in rows if r.ranked and r.missing),
        compared_with=earlier,
        digest=digest,
        changed=digest != last if last else None,
    )


def unfinished_dossiers(publication: Publication) -> tuple[tuple[str, str], ...]:
    """Return name and state of the cycle's dossiers that are not approved (or published)."""
    rest = Submission.objects.filter(cycle=publication.cycle).exclude(state__in=FINISHED)
    return tuple((row.unit_name, row.get_state_display()) for row in rest)


def digest_of(rows: Iterable[Standing]) -> str:
    """Return the SHA-256 of all figures of the standings; states do not count."""
    content = [
        [
            row.submission_id, row.group_id, row.unit_code, row.unit_name, row.ranked,
            row.unranked_reason, str(row.achieved), str(row.applicable), str(row.bonus),
            str(row.penalty), row.missing, str(row.index), row.rank, row.band,
            [[p.code, str(p.achieved), str(p.applicable), str(p.index)] for p in row.fields],
        ]
        for row in rows
    ]  # fmt: skip
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def compared_with(publication: Publication, at: dt.datetime) -> Publication | None:
    """Return what movement is counted from: the corrected one, else that of the year before."""
    return publication.corrects or year_before(at, publication)


def _parts(publication: Publication) -> dict[int, CycleScheme]:
    rows = CycleScheme.objects.filter(cycle=publication.cycle).select_related("group", "scheme")
    return {part.group_id: part for part in rows}


def _changes(
    earlier: Publication | None, rows: Iterable[Standing], parts: dict[int, CycleScheme]
) -> dict[int, Change]:
    past, predecessors = Earlier(earlier), predecessor_codes()
    return {
        row.submission_id: past.change(
            row.unit_code, predecessors.get(row.unit_id, []),
            Place(parts[row.group_id].group.code, row.rank, row.index),
        )
        for row in rows
    }  # fmt: skip


def _group(
    group: UnitGroup, decimals: int, rows: list[Standing], changes: dict[int, Change]
) -> DryGroup:
    entries = [Entry(row.submission_id, row.index, row.ranked) for row in rows]
    shown = display_all(entries, decimals)
    ranks = [row.rank for row in rows if row.rank is not None]
    indexes = {row.submission_id: row.index for row in rows if row.rank is not None}
    shown_rows = tuple(_row(row, shown, ranks, indexes, changes) for row in rows)
    return DryGroup(group.code, group.name, decimals, shown_rows)


def _row(
    row: Standing, shown: dict[int, tuple[str, bool]], ranks: list[int],
    indexes: dict[int, Decimal | None], changes: dict[int, Change],
) -> DryRow:  # fmt: skip
    others = [x for key, x in indexes.items() if key != row.submission_id and x is not None]
    return DryRow(
        standing=row,
        shown=shown[row.submission_id][0],
        lengthened=shown[row.submission_id][1],
        tied=row.rank is not None and ranks.count(row.rank) > 1,
        change=changes[row.submission_id],
        best=_rank_at(row, NUDGE, others),
        worst=_rank_at(row, -NUDGE, others),
    )


def _rank_at(row: Standing, nudge: Decimal, others: list[Decimal]) -> int | None:
    if row.rank is None or row.index is None:
        return None
    moved = min(max(row.index + nudge, Decimal(0)), Decimal(100))
    return 1 + sum(other > moved for other in others)
