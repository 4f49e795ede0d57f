"""What a publication would show: ranks, ties, movement and how firmly the ranks stand (design 5).

Rows appear only when every dossier is approved: until then nobody, the publisher included, sees a
ranking (design 0.1).
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from assessments.choices import SubmissionState
from assessments.models import Publication, PublishedResult, Submission
from assessments.queries.standings import Standing, standings
from assessments.scoring import Entry, display_all
from cchc.kit.canonical import canonical_json
from units.models import Succession

#: How far an index is moved to see whether the rank holds (index points).
NUDGE = Decimal("0.5")
FINISHED = (SubmissionState.APPROVED, SubmissionState.PUBLISHED)


@dataclass(frozen=True)
class DryRow:
    """One dossier of the dry run.

    `shown` is the index as pages would print it. `moved` counts places gained since `before`,
    None where there is nothing to compare. `best` and `worst` are the ranks the unit would hold
    with half an index point more or less.
    """

    standing: Standing
    shown: str
    tied: bool
    before: PublishedResult | None
    moved: int | None
    best: int | None
    worst: int | None

    @property
    def is_shaky(self) -> bool:
        """Tell whether half an index point would change the rank."""
        return self.best != self.worst

    @property
    def fallen(self) -> int:
        """Return the places lost, 0 when none."""
        return max(0, -(self.moved or 0))


@dataclass(frozen=True)
class DryGroup:
    """One group of the dry run; `shaky` counts the ranks that half a point would change."""

    name: str
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
    before = _results_before(earlier, rows)
    digest = digest_of(rows) if rows else ""
    last = publication.dry_run_digest
    parts = publication.cycle.cycle_schemes.select_related("group", "scheme")
    heads = {part.group_id: (part.group.name, part.scheme.decimals) for part in parts}
    return DryRun(
        groups=tuple(
            _group(*heads[key], list(part), before)
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
    """Return what movement is counted from: the corrected one, else the latest earlier year's.

    Only a public one of the same kind: the kinds never share a comparison (design 0.17).
    """
    if publication.corrects is not None:
        return publication.corrects
    return (
        Publication.objects.current(at)
        .filter(kind=publication.kind, year__lt=publication.year)
        .order_by("-year")
        .first()
    )


def _results_before(
    earlier: Publication | None, rows: Sequence[Standing]
) -> dict[int, PublishedResult]:
    """Match by the unit's code, else by its one predecessor that was published then."""
    if earlier is None:
        return {}
    by_code = {row.unit_code: row for row in earlier.results.select_related("group")}
    links = Succession.objects.values_list("successor_id", "predecessor_id", "predecessor__code")
    origins: dict[int, list[tuple[int, str]]] = {}
    for successor, predecessor, code in links:
        origins.setdefault(successor, []).append((predecessor, code))
    found = {}
    for row in rows:
        direct = by_code.get(row.unit_code)
        past = [direct] if direct else _predecessors(row.unit_id, origins, by_code)
        if len(past) == 1:
            found[row.submission_id] = past[0]
    return found


def _predecessors(
    unit_id: int, origins: dict[int, list[tuple[int, str]]], by_code: dict[str, PublishedResult]
) -> list[PublishedResult]:
    found: list[PublishedResult] = []
    seen: set[int] = set()
    edge = [unit_id]
    while edge:
        for predecessor, code in origins.get(edge.pop(), []):
            if predecessor not in seen:
                seen.add(predecessor)
                if code in by_code:
                    found.append(by_code[code])
                else:
                    edge.append(predecessor)
    return found


def _group(
    name: str, decimals: int, rows: list[Standing], before: dict[int, PublishedResult]
) -> DryGroup:
    entries = [Entry(row.submission_id, row.index, row.ranked) for row in rows]
    shown = display_all(entries, decimals)
    ranks = [row.rank for row in rows if row.rank is not None]
    indexes = {row.submission_id: row.index for row in rows if row.rank is not None}
    return DryGroup(name, tuple(_row(row, shown, ranks, indexes, before) for row in rows))


def _row(
    row: Standing, shown: dict[int, tuple[str, bool]], ranks: list[int],
    indexes: dict[int, Decimal | None], before: dict[int, PublishedResult],
) -> DryRow:  # fmt: skip
    past = before.get(row.submission_id)
    others = [x for key, x in indexes.items() if key != row.submission_id and x is not None]
    moved = None
    if past is not None and past.rank is not None and row.rank is not None:
        moved = past.rank - row.rank
    return DryRow(
        standing=row,
        shown=shown[row.submission_id][0],
        tied=row.rank is not None and ranks.count(row.rank) > 1,
        before=past,
        moved=moved,
        best=_rank_at(row, NUDGE, others),
        worst=_rank_at(row, -NUDGE, others),
    )


def _rank_at(row: Standing, nudge: Decimal, others: list[Decimal]) -> int | None:
    if row.rank is None or row.index is None:
        return None
    moved = min(max(row.index + nudge, Decimal(0)), Decimal(100))
    return 1 + sum(other > moved for other in others)
