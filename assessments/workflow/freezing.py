"""Copying a cycle's results into a publication, and closing it with its hashes (design 0.15–0.18).

Rows are inserted while the stored state is still draft; the database refuses them afterwards.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from assessments.choices import RankBasis
from assessments.models import (
    CriterionScore,
    Cycle,
    CycleScheme,
    Publication,
    PublishedGroup,
    PublishedResult,
    PublishedScore,
    Submission,
)  # fmt: skip
from assessments.queries.public.movement import predecessor_codes, year_before
from assessments.queries.public.opendata import open_data, sha256_of
from assessments.queries.standings import Standing, standings
from assessments.workflow import effects, events
from cchc.kit.text import sort_key, unaccent
from units.models import Unit


def copy_results(publication: Publication) -> None:
    """Copy groups, standings and leaves of the publication's cycle into its frozen rows."""
    cycle = publication.cycle
    if cycle is None:
        raise ValueError("a record has no cycle to copy")
    groups = {part.group_id: copy_group(publication, part) for part in _parts(cycle)}
    dossiers = {
        row.pk: row for row in Submission.objects.filter(cycle=cycle).select_related("unit")
    }
    lineage = predecessor_codes()
    results = {
        row.submission_id: _result(
            publication, groups[row.group_id], row, dossiers[row.submission_id],
            lineage.get(row.unit_id, []),
        )
        for row in standings(cycle)
    }  # fmt: skip
    PublishedResult.objects.bulk_create(results.values())
    leaves = CriterionScore.objects.filter(submission__cycle=cycle).select_related(
        "criterion__field"
    )
    PublishedScore.objects.bulk_create(
        (_score(results[leaf.submission_id], leaf) for leaf in leaves if is_finished(leaf)),
        batch_size=2000,
    )


def close(publication: Publication, at: dt.datetime) -> None:
    """Print the head of the event chain and the hash of the content, then tell the press."""
    publication.compared_with = year_before(at, publication)
    publication.chain_head = events.seal(publication.cycle_id)
    publication.sha256 = sha256_of(open_data(publication))
    effects.emit("publication.frozen", publication, at)


def new_result(
    publication: Publication, group: PublishedGroup, unit: Unit, *, code: str, name: str,
    **values: Any,
) -> PublishedResult:  # fmt: skip
    """Return an unsaved result of a unit under the code and name of its year."""
    return PublishedResult(
        publication=publication, group=group, unit_code=code, unit_name=name,
        unit_slug=unit.slug, search_name=unaccent(name), sort_name=sort_key(name), **values,
    )  # fmt: skip


def is_finished(leaf: CriterionScore) -> bool:
    """Tell whether the leaf has final points or does not apply in the end.

    Only a dossier that is not ranked may be published with leaves that are neither; they are
    left out of its scorecard, never shown as zero.
    """
    return leaf.final_points is not None or leaf.final_applicable is False


def _parts(cycle: Cycle) -> Iterable[CycleScheme]:
    return cycle.cycle_schemes.select_related("group", "scheme").order_by("group__position")


def copy_group(publication: Publication, part: CycleScheme) -> PublishedGroup:
    """Copy a group with its scheme as it is: criteria, bands, caps, decimals."""
    scheme = part.scheme
    criteria = scheme.criteria.select_related("parent").order_by("position")
    return PublishedGroup.objects.create(
        publication=publication, position=part.group.position, code=part.group.code,
        name=part.group.name, scheme_code=scheme.code, scheme_version=scheme.version,
        decimals=scheme.decimals, bonus_cap=scheme.bonus_cap, penalty_cap=scheme.penalty_cap,
        bands=[
            {"label": band.label, "min_index": f"{band.min_index:f}"}
            for band in scheme.bands.order_by("-min_index")
        ],
        criteria=[
            {
                "code": node.code, "parent": node.parent.code if node.parent else None,
                "name": node.name, "level": node.level, "max_points": f"{node.max_points:f}",
                "method": node.method,
            }
            for node in criteria
        ],
    )  # fmt: skip


def _result(
    publication: Publication, group: PublishedGroup, row: Standing, dossier: Submission,
    predecessors: list[str],
) -> PublishedResult:  # fmt: skip
    return new_result(
        publication, group, dossier.unit, code=row.unit_code, name=row.unit_name,
        head_name=dossier.head_name, index=row.index, rank=row.rank,
        rank_basis=RankBasis.COMPUTED, band=row.band or "", ranked=row.ranked,
        unranked_reason=row.unranked_reason, achieved=row.achieved, applicable=row.applicable,
        bonus=row.bonus, penalty=row.penalty, predecessors=predecessors,
        fields=[
            {
                "code": part.code, "achieved": f"{part.achieved:f}",
                "applicable": f"{part.applicable:f}",
                "index": None if part.index is None else f"{part.index:f}",
            }
            for part in row.fields
        ],
    )  # fmt: skip


def _score(result: PublishedResult, leaf: CriterionScore) -> PublishedScore:
    applies = leaf.final_applicable is not False
    return PublishedScore(
        result=result, position=leaf.criterion.position, code=leaf.criterion.code,
        field_code=leaf.criterion.field.code if leaf.criterion.field else "",
        max_points=leaf.criterion.max_points, applicable=applies,
        self_points=leaf.self_points, appraised_points=leaf.appraised_points,
        final_points=0 if leaf.final_points is None else leaf.final_points,
        trace=_trace(leaf),
    )  # fmt: skip


def _trace(leaf: CriterionScore) -> str:
    """Return how the points come about: the unit's own sentence too where they were changed."""
    own: str = leaf.self_trace
    final: str = leaf.final_trace
    if not own or not final or own == final:
        return final or own
    return f"Đơn vị: {own}. {final}"
