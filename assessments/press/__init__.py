"""Print a publication once: its pages and files, frozen (design 0.16, 0.20).

Workflow emits "publication.frozen" while the publication is still a draft, inside its own
transaction; what is printed here is stored as bytes and never rendered again. Pages know no host,
no reader and no clock: addresses are paths, and the same rows always give the same bytes. Only
the address of a picture for social networks is whole, by SITE_URL (see `press.share`).
"""

import datetime as dt
from collections.abc import Iterator

from django.utils import translation

from assessments.choices import PublicationKind, PublicationState
from assessments.models import FrozenPage, Publication
from assessments.press import files, pages, report, share, site, workbook
from assessments.queries.public import published
from assessments.workflow import effects
from assessments.workflow.publications import flip_due


def register() -> None:
    """Register the handler that prints a publication when workflow schedules it."""
    effects.on("publication.frozen", render)


def ring(at: dt.datetime) -> None:
    """Let scheduled publications whose moment has come become public in the log as well.

    The site on disk follows before the caller answers: who has seen something new in the app finds
    every stored page switched. A folder that cannot be written keeps nobody from reading.
    """
    flip_due(at)
    site.follow(at)


def ring_for(publication: Publication, at: dt.datetime) -> None:
    """Ring when this publication is shown and still scheduled or not on disk; else ask nothing."""
    if publication.state == PublicationState.SCHEDULED or not site.covers(publication):
        ring(at)


def render(publication: Publication, at: dt.datetime) -> None:
    """Store every page and file of a draft publication; printing again replaces what was stored.

    Raise the database's error when the publication is no longer a draft (design 0.21).
    """
    FrozenPage.objects.filter(publication=publication).delete()
    FrozenPage.objects.bulk_create(printed(publication, at), batch_size=200)


def printed(publication: Publication, at: dt.datetime) -> Iterator[FrozenPage]:
    """Yield every page and file of a publication, not stored yet."""
    tables = published.rankings(publication, at)
    yield from files.printed(publication, tables)
    with translation.override("vi"):
        yield from workbook.printed(publication, tables)
        yield from share.printed(publication, tables)
    if publication.kind != PublicationKind.RECORD:
        yield from report.printed(publication, tables, at)
    yield from pages.printed(publication, tables)
