"""Where a unit lost points in its last published year: read from the frozen results only."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from assessments.choices import PublicationKind
from assessments.models import Publication, PublishedResult, Submission
from assessments.queries.public.losses import LostPoints, losses, sheets_of
from assessments.queries.public.movement import BULKY, predecessor_codes


def lost_points(submissions: Iterable[Submission], at: dt.datetime) -> dict[int, list[LostPoints]]:
    """Return, by dossier, the last published year before it: one result, several after a merger.

    A dossier is compared with publications of its own kind: a real year never with an
    illustrative one. A unit without a result of its own is read through those it follows. Three
    queries.
    """
    wanted = list(submissions)
    if not wanted:
        return {}
    origins = predecessor_codes()
    codes = {
        row.pk: {row.unit.code, row.unit_code, *origins.get(row.unit_id, [])} for row in wanted
    }
    published = _published(set().union(*codes.values()), at)
    chosen = {row.pk: _last(row, codes[row.pk], published) for row in wanted}
    sheets = sheets_of({result.pk for results in chosen.values() for result in results})
    return {
        pk: [losses(result, sheets.get(result.pk, [])) for result in results]
        for pk, results in chosen.items()
    }


def _published(codes: set[str], at: dt.datetime) -> QuerySet[PublishedResult]:
    kinds = (PublicationKind.OFFICIAL, PublicationKind.ILLUSTRATIVE)
    rows = PublishedResult.objects.filter(
        publication__in=Publication.objects.current(at).filter(kind__in=kinds), unit_code__in=codes
    )
    return (
        rows.select_related("publication", "group")
        .defer(*BULKY)
        .order_by("-publication__year", "unit_code")
    )


def _last(
    submission: Submission, codes: set[str], published: Iterable[PublishedResult]
) -> list[PublishedResult]:
    cycle = submission.cycle
    earlier = [
        row for row in published
        if row.unit_code in codes and row.publication.year < cycle.year
        and row.publication.is_illustrative == cycle.illustrative
    ]  # fmt: skip
    of_year = [row for row in earlier if row.publication.year == earlier[0].publication.year]
    own = [row for row in of_year if row.unit_code in (submission.unit.code, submission.unit_code)]
    return own or of_year
