"""What the public may read: publications, issued schemes and milestones (design 0.15).

The one door of the public pages. Every read of a publication passes `PublicationQuerySet.public`
or `current` at a given moment: what lies under embargo answers nothing here.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
)  # fmt: skip

from assessments.choices import CycleState, PublicationKind, SchemeState
from assessments.models import (
    FrozenPage,
    Milestone,
    Publication,
    PublishedResult,
    PublishedScore,
    Scheme,
)  # fmt: skip
from assessments.queries.public import corrected
from assessments.queries.public.movement import BULKY, Earlier, year_before
from assessments.queries.public.rankings import Ranking, Row, Series, printed
from assessments.queries.scheme_differences import Differences, differences
from assessments.queries.schemes import content_of
from units.models import Succession, Unit

__all__ = ["year_before"]  # the public pages reach it through this door
#: Of one year, the kind that a friendly address means: never a mixture (design 0.17).
PREFERENCE = (PublicationKind.OFFICIAL, PublicationKind.RECORD, PublicationKind.ILLUSTRATIVE)
#: The windows that the home page names.
DATES_SHOWN = 4


def publications(at: dt.datetime) -> QuerySet[Publication]:
    """Return the public publications with their groups, newest year first."""
    return (
        Publication.objects.public(at)
        .select_related("corrects")
        .prefetch_related("groups")
        .order_by("-year", "kind", "-revision")
    )


def current(at: dt.datetime) -> QuerySet[Publication]:
    """Return the public publications that no public correction replaces, with their groups."""
    return Publication.objects.current(at).prefetch_related("groups").order_by("-year", "kind")


def publication(at: dt.datetime, slug: str) -> Publication | None:
    """Return the public publication at this address."""
    return publications(at).filter(slug=slug).first()


def latest(at: dt.datetime) -> Publication | None:
    """Return what the home page shows: the latest official one, else the latest illustrative."""
    for kind in (PublicationKind.OFFICIAL, PublicationKind.ILLUSTRATIVE):
        if found := current(at).filter(kind=kind).first():
            return found
    return None


def of_year(at: dt.datetime, year: int) -> Publication | None:
    """Return the current publication that stands for a year: official, record or illustrative."""
    found = {row.kind: row for row in current(at).filter(year=year)}
    return next((found[kind] for kind in PREFERENCE if kind in found), None)


def successor(at: dt.datetime, replaced: Publication) -> Publication | None:
    """Return the newest public correction of a publication, following the chain of corrections."""
    corrections = Publication.objects.public(at).filter(corrects__isnull=False)
    return corrected.last(replaced, corrected.after(corrections))


def rankings(of: Publication, at: dt.datetime, *, brief: bool = False) -> list[Ranking]:
    """Return the groups of a publication as ranked tables; `brief` leaves out the bulky columns.

    Takes the publication as it is, also before it is public: the press prints with this.
    """
    results = of.results.defer(*BULKY) if brief else of.results.all()
    groups = list(of.groups.all())
    by_group: dict[int, list[PublishedResult]] = {group.pk: [] for group in groups}
    for result in results:
        by_group[result.group_id].append(result)
    earlier = Earlier(year_before(at, of))
    return [printed(group, by_group[group.pk], earlier) for group in groups]


def unit_series(at: dt.datetime, slug: str) -> list[Series]:
    """Return a unit's results in the current publications by kind, with `peers` and `has_sheet`."""
    leaves = PublishedScore.objects.filter(result=OuterRef("pk"))
    ranked = Count("group__results", filter=Q(group__results__rank__isnull=False))
    results = list(
        PublishedResult.objects.filter(
            unit_slug=slug, publication__in=Publication.objects.current(at)
        )
        .select_related("publication", "group")
        .annotate(peers=ranked, has_sheet=Exists(leaves))
        .order_by("-publication__year")
    )
    found = []
    for kind in PREFERENCE:
        of_kind = [row for row in results if row.publication.kind == kind]
        rows = [Row(result, result.group.decimals, False) for result in of_kind]
        if rows:
            found.append(Series(kind, rows))
    return found


def unit(slug: str) -> Unit | None:
    """Return the unit at this address, for its names and its predecessors and successors."""
    links = Succession.objects.select_related("predecessor", "successor")
    return (
        Unit.objects.select_related("group")
        .prefetch_related(Prefetch("origins", links), Prefetch("successions", links))
        .filter(slug=slug)
        .first()
    )


def scores(of: Publication) -> Iterable[PublishedResult]:
    """Return the results of a publication that have a scorecard, each with its leaves."""
    leaves = PublishedScore.objects.filter(result=OuterRef("pk"))
    return of.results.filter(Exists(leaves)).select_related("group").prefetch_related("scores")


def sheet(result: PublishedResult) -> list[dict[str, Any]]:
    """Return a scorecard by field: its name, its sums, and each leaf with its name and points."""
    names = {part["code"]: part["name"] for part in result.group.criteria}
    parts = {part["code"]: part for part in result.fields}
    fields: dict[str, dict[str, Any]] = {}
    for score in result.scores.all():
        field = fields.setdefault(
            score.field_code,
            {
                "code": score.field_code,
                "name": names.get(score.field_code, ""),
                "sums": parts.get(score.field_code, {}),
                "leaves": [],
            },
        )
        field["leaves"].append({"score": score, "name": names.get(score.code, "")})
    return list(fields.values())


def frozen_page(at: dt.datetime, path: str) -> FrozenPage | None:
    """Return the stored page at `path` when its publication is public at `at`."""
    return (
        FrozenPage.objects.filter(path=path, publication__in=Publication.objects.public(at))
        .select_related("publication")
        .first()
    )


def has_page(of: Publication, path: str) -> bool:
    """Tell whether a publication has a stored page at `path`."""
    return FrozenPage.objects.filter(publication=of, path=path).exists()


def schemes() -> QuerySet[Scheme]:
    """Return the issued and retired schemes, newest version first."""
    return Scheme.objects.exclude(state=SchemeState.DRAFT).select_related("group")


def scheme_versions(code: str) -> list[Scheme]:
    """Return the versions of a scheme that were issued, newest first."""
    return list(schemes().filter(code=code).order_by("-version"))


def scheme_tree(of: Scheme) -> list[Any]:
    """Return the criteria of a scheme in order, each with its levels."""
    return list(of.criteria.prefetch_related("levels"))


def scheme_changes(old: Scheme, new: Scheme) -> Differences:
    """Return what differs from one version to another."""
    return differences(content_of(old), content_of(new))


def next_dates(at: dt.datetime) -> list[Milestone]:
    """Return the next four windows of the open cycles to close, the first to close first.

    `runs` tells which are open, `last_second` when each ends.
    """
    rows = Milestone.objects.filter(cycle__state=CycleState.OPEN, closes_at__gt=at)
    # A window ends before `closes_at`; people read its last second (design 0.4).
    last_second = ExpressionWrapper(F("closes_at") - dt.timedelta(seconds=1), DateTimeField())
    runs = ExpressionWrapper(Q(opens_at__lte=at), BooleanField())
    rows = rows.annotate(last_second=last_second, runs=runs).select_related("cycle")
    return list(rows.order_by("closes_at", "cycle__year")[:DATES_SHOWN])
