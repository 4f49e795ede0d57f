"""What the read-only API lists: rows behind the embargo, as entries of the open data files.

Names and figures are those of the JSON files (`queries.opendata`); a list of any length takes the
same number of statements.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet

from assessments.choices import SchemeState
from assessments.models import Criterion, Publication, PublishedResult, PublishedScore, Scheme
from assessments.queries.public import corrected, data_files
from assessments.queries.public.addresses import address, data_address
from assessments.queries.public.opendata import (
    day,
    moment,
    number,
    publication_entry,
    result_entry,
    score_entry,
    status_entry,
)  # fmt: skip
from cchc.kit.text import unaccent
from units.models import Succession, Unit


def publications(at: dt.datetime, *, year: int | None, kind: str | None) -> QuerySet[Publication]:
    """Return the public publications, newest year first."""
    rows = Publication.objects.public(at).select_related("corrects").prefetch_related("groups")
    if year is not None:
        rows = rows.filter(year=year)
    if kind is not None:
        rows = rows.filter(kind=kind)
    return rows.order_by("-year", "kind", "-revision", "slug")


def publication(at: dt.datetime, slug: str) -> Publication | None:
    """Return the public publication of this id."""
    return publications(at, year=None, kind=None).filter(slug=slug).first()


def publication_entries(rows: Sequence[Publication], at: dt.datetime) -> list[dict[str, Any]]:
    """Return publications as the files tell of them, with their present status and addresses."""
    sources: dict[int, list[str]] = defaultdict(list)
    named = PublishedResult.objects.filter(publication__in=rows).exclude(source="")
    pairs = named.order_by("source").values_list("publication_id", "source").distinct()
    for owner, source in pairs:
        sources[owner].append(source)
    after = corrected.corrections_of(at, rows)
    leaves = data_files.leaves_paths(rows)
    return [
        _publication(row, sources[row.pk], after.get(row.pk), leaves.get(row.pk)) for row in rows
    ]


def _publication(
    row: Publication, sources: list[str], replaced_by: Publication | None, leaves: str | None
) -> dict[str, Any]:
    return publication_entry(row, sources) | {
        "groups": [{"code": group.code, "name": group.name} for group in row.groups.all()],
        "sha256": row.sha256 or None,
        "json": data_address(row),
        "csv": {group.code: data_address(row, group.code) for group in row.groups.all()},
        "scores_csv": leaves,
        "page": address("ranking_of", "vi", key=row.slug),
    } | status_entry(replaced_by)  # fmt: skip


def results(of: Publication, *, group: str | None, unit: str | None) -> QuerySet[PublishedResult]:
    """Return a publication's results by group, rank and name."""
    rows = PublishedResult.objects.filter(publication=of).select_related("group")
    if group is not None:
        rows = rows.filter(group__code=group)
    if unit is not None:
        rows = rows.filter(unit_code=unit)
    last = F("rank").asc(nulls_last=True)
    return rows.order_by("group__position", "group__code", last, "sort_name", "unit_code")


def result_entries(rows: Iterable[PublishedResult]) -> list[dict[str, Any]]:
    """Return results as the files hold them, each with the code of its group."""
    return [{"group": row.group.code} | result_entry(row) for row in rows]


def scores(
    of: Publication, *, group: str | None, unit: str | None, criterion: str | None
) -> QuerySet[PublishedScore]:
    """Return a publication's leaves, in the order of its units and of its scheme."""
    rows = PublishedScore.objects.filter(result__publication=of)
    rows = rows.select_related("result", "result__group")
    if group is not None:
        rows = rows.filter(result__group__code=group)
    if unit is not None:
        rows = rows.filter(result__unit_code=unit)
    if criterion is not None:
        rows = rows.filter(code=criterion)
    return rows.order_by("result__group__position", "result__unit_code", "position", "pk")


def score_entries(rows: Iterable[PublishedScore]) -> list[dict[str, Any]]:
    """Return leaves as the files hold them, each with its unit and the code of its group."""
    return [
        {
            "group": row.result.group.code,
            "unit": {"code": row.result.unit_code, "name": row.result.unit_name},
        }
        | score_entry(row)
        for row in rows
    ]


def schemes(*, group: str | None, code: str | None) -> QuerySet[Scheme]:
    """Return the schemes that were ever issued, newest version first, with bands and criteria."""
    nodes = Criterion.objects.select_related("parent").order_by("position")
    rows = (
        Scheme.objects.exclude(state=SchemeState.DRAFT)
        .select_related("group")
        .prefetch_related("bands", Prefetch("criteria", nodes))
    )
    if group is not None:
        rows = rows.filter(group__code=group)
    if code is not None:
        rows = rows.filter(code=code)
    return rows.order_by("group__position", "code", "-version")


def scheme_entries(rows: Iterable[Scheme]) -> list[dict[str, Any]]:
    """Return schemes with the names of the files, and what the decision on each says."""
    return [_scheme(row) for row in rows]


def _scheme(row: Scheme) -> dict[str, Any]:
    return {
        "code": row.code,
        "version": row.version,
        "title": row.title,
        "group": {"code": row.group.code, "name": row.group.name},
        "state": row.state,
        "illustrative": row.illustrative,
        "decision": {
            "number": row.decision_number,
            "date": day(row.decision_date),
            "signer": row.decision_signer,
        } if row.is_decided else None,
        "issued_at": moment(row.issued_at),
        "declared_total": number(row.declared_total),
        "decimals": row.decimals,
        "tie_rule": "shared",
        "bonus_cap": number(row.bonus_cap),
        "penalty_cap": number(row.penalty_cap),
        "bands": [
            {"label": band.label, "min_index": number(band.min_index)} for band in row.bands.all()
        ],
        "criteria": [_criterion(node) for node in row.criteria.all()],
    }  # fmt: skip


def _criterion(node: Criterion) -> dict[str, Any]:
    return {
        "code": node.code,
        "parent": node.parent.code if node.parent else None,
        "name": node.name,
        "level": node.level,
        "max_points": number(node.max_points),
        "method": node.method,
        "rule": node.rule_text or None,
        "not_applicable": node.na_policy,
    }


def units(*, text: str, group: str | None) -> QuerySet[Unit]:
    """Return the units named like `text`, accents optional, with names and successions."""
    rows = Unit.objects.select_related("group")
    if key := unaccent(text):
        named = Q(search_name__contains=key) | Q(aliases__search_name__contains=key)
        rows = rows.filter(pk__in=Unit.objects.filter(named).values("pk"))
    if group is not None:
        rows = rows.filter(group__code=group)
    links = Succession.objects.select_related("predecessor", "successor").order_by("effective_on")
    rows = rows.prefetch_related(
        "aliases", Prefetch("origins", links), Prefetch("successions", links)
    )
    return rows.order_by("group__position", "sort_name", "code")


def unit_entries(rows: Iterable[Unit]) -> list[dict[str, Any]]:
    """Return units with their other names, predecessors and successors."""
    return [
        {
            "code": row.code,
            "name": row.name,
            "slug": row.slug,
            "short_name": row.short_name or None,
            "group": {"code": row.group.code, "name": row.group.name},
            "agency_code": row.agency_code or None,
            "established_on": day(row.established_on),
            "dissolved_on": day(row.dissolved_on),
            "aliases": [alias.name for alias in row.aliases.all()],
            "predecessors": [_link(link, link.predecessor) for link in row.origins.all()],
            "successors": [_link(link, link.successor) for link in row.successions.all()],
        }
        for row in rows
    ]


def _link(link: Succession, other: Unit) -> dict[str, Any]:
    return {
        "code": other.code,
        "name": other.name,
        "slug": other.slug,
        "kind": link.kind,
        "effective_on": day(link.effective_on),
        "decision": link.decision_number or None,
    }
