"""What search engines may know: current, public, and not made up."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Exists, Max, OuterRef

from assessments.choices import PublicationKind, SchemeState
from assessments.models import FrozenPage, Publication, PublishedResult, PublishedScore, Scheme
from assessments.queries.public.addresses import address

Dated = tuple[str, dt.datetime | None]


def publications(at: dt.datetime) -> list[Publication]:
    """Return the publications in force that are not illustrative, newest year first."""
    rows = Publication.objects.current(at).exclude(kind=PublicationKind.ILLUSTRATIVE)
    return list(rows.prefetch_related("groups").order_by("-year", "kind"))


def reported(rows: Sequence[Publication]) -> set[int]:
    """Return the keys of the publications that have a report."""
    paths = {address("report", "vi", key=row.slug) for row in rows}
    pages = FrozenPage.objects.filter(publication__in=rows, path__in=paths)
    return set(pages.values_list("publication_id", flat=True))


def schemes() -> list[Dated]:
    """Return the codes of the issued official schemes with the moment of the newest version."""
    rows = Scheme.objects.exclude(state=SchemeState.DRAFT).exclude(illustrative=True)
    return list(rows.values("code").annotate(newest=Max("issued_at")).order_by("code")
                .values_list("code", "newest"))  # fmt: skip


def units(at: dt.datetime) -> list[Dated]:
    """Return the addresses of the units that show published figures and no illustrative ones."""
    rows = PublishedResult.objects.filter(publication__in=Publication.objects.current(at))
    made_up = rows.filter(publication__kind=PublicationKind.ILLUSTRATIVE)
    shown = rows.exclude(unit_slug__in=made_up.values("unit_slug"))
    newest = shown.values("unit_slug").annotate(newest=Max("publication__published_at"))
    return list(newest.order_by("unit_slug").values_list("unit_slug", "newest"))


def scorecards(rows: Sequence[Publication]) -> list[tuple[str, str, dt.datetime | None]]:
    """Return (unit, publication, moment) of every scorecard of these publications."""
    leaves = PublishedScore.objects.filter(result=OuterRef("pk"))
    cards = PublishedResult.objects.filter(Exists(leaves), publication__in=rows)
    return list(
        cards.order_by("publication_id", "unit_slug").values_list(
            "unit_slug", "publication__slug", "publication__published_at"
        )
    )
