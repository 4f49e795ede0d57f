"""A publication as open data: the JSON that anybody can recompute and whose hash is printed.

Reads frozen rows only. Figures are strings with a decimal point, indexes with all ten places,
what is missing is null (design 5 and 0.18).
"""

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

from django.db.models import F

from assessments.models import Publication, PublishedGroup, PublishedResult, PublishedScore
from cchc.kit.canonical import canonical_json


def open_data(publication: Publication) -> dict[str, Any]:
    """Return the content of `/du-lieu-mo/<publication>.json`, without its hash (design 5).

    Later errata are not in it: the hashed content never changes and names only what it corrects.
    """
    groups = publication.groups.prefetch_related("results__scores").order_by("position")
    return {
        "publication": publication_entry(publication, _sources(publication)),
        "groups": [_group(group) for group in groups],
    }


def sha256_of(content: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON of the content, in hexadecimal."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def publication_entry(publication: Publication, sources: list[str]) -> dict[str, Any]:
    """Return what a publication says of itself; `sources`: those that its results name."""
    decided = publication.is_decided
    return {
        "id": publication.slug,
        "kind": publication.kind,
        "year": publication.year,
        "title": publication.title,
        "revision": publication.revision,
        "supersedes": publication.corrects.slug if publication.corrects else None,
        "correction_reason": publication.correction_reason or None,
        "decision": {
            "number": publication.decision_number,
            "date": day(publication.decision_date),
            "signer": publication.decision_signer,
        } if decided else None,
        "published_at": moment(publication.published_at),
        "illustrative": publication.is_illustrative,
        "event_chain_head": publication.chain_head or None,
        "sources": sources,
        "note": publication.note or None,
    }  # fmt: skip


def status_entry(replaced_by: Publication | None) -> dict[str, Any]:
    """Return what may change after the files were written: by what it is replaced, and why."""
    erratum = {
        "reason": replaced_by.correction_reason,
        "decision": replaced_by.decision_number or None,
        "published_at": moment(replaced_by.published_at),
    } if replaced_by else None  # fmt: skip
    return {
        "status": "corrected" if replaced_by else "current",
        "corrected_by": replaced_by.slug if replaced_by else None,
        "errata": [erratum] if erratum else [],
    }


def _sources(publication: Publication) -> list[str]:
    named = publication.results.exclude(source="").order_by("source")
    return list(named.values_list("source", flat=True).distinct())


def _group(group: PublishedGroup) -> dict[str, Any]:
    results = group.results.order_by(F("rank").asc(nulls_last=True), "sort_name", "unit_code")
    return {
        "code": group.code,
        "name": group.name,
        "scheme": _scheme(group) if group.scheme_code else None,
        "results": [
            result_entry(result) | {"scores": [score_entry(score) for score in result.scores.all()]}
            for result in results.prefetch_related("scores")
        ],
    }


def _scheme(group: PublishedGroup) -> dict[str, Any]:
    return {
        "code": group.scheme_code,
        "version": group.scheme_version,
        "decimals": group.decimals,
        "tie_rule": "shared",
        "bonus_cap": number(group.bonus_cap),
        "penalty_cap": number(group.penalty_cap),
        "bands": group.bands,
        "criteria": group.criteria,
    }


def result_entry(result: PublishedResult) -> dict[str, Any]:
    """Return a unit's result without its leaves."""
    return {
        "unit": {"code": result.unit_code, "name": result.unit_name},
        "index": number(result.index),
        "rank": result.rank,
        "rank_basis": result.rank_basis if result.rank is not None else None,
        "band": result.band or None,
        "ranked": result.ranked,
        "unranked_reason": result.unranked_reason or None,
        "achieved": number(result.achieved),
        "applicable": number(result.applicable),
        "bonus": number(result.bonus),
        "penalty": number(result.penalty),
        "source": result.source or None,
        "note": result.note or None,
        "fields": result.fields,
    }


def score_entry(score: PublishedScore) -> dict[str, Any]:
    """Return one leaf of a result."""
    return {
        "code": score.code,
        "field": score.field_code,
        "max_points": number(score.max_points),
        "applicable": score.applicable,
        "self_points": number(score.self_points),
        "appraised_points": number(score.appraised_points),
        "final_points": number(score.final_points),
        "trace": score.trace or None,
    }


def number(value: Decimal | None) -> str | None:
    """Return a figure as a decimal string with a point, null where there is none."""
    return None if value is None else f"{value:f}"


def day(value: dt.date | None) -> str | None:
    """Return a day as YYYY-MM-DD."""
    return None if value is None else value.isoformat()


def moment(value: dt.datetime | None) -> str | None:
    """Return a moment in UTC as ISO 8601."""
    return None if value is None else value.astimezone(dt.UTC).isoformat()
