"""The announcements of a unit's results, for who follows it: public publications only."""

import datetime as dt
from dataclasses import dataclass

from assessments.models import Publication, PublishedResult
from assessments.queries.public import corrected


@dataclass(frozen=True)
class Announcement:
    """What was announced of a unit once; a correction updates it and keeps its first moment.

    `first` is the publication that began the chain of corrections, `result` the newest public
    result, `dropped` tells that a public correction after it no longer has the unit.
    """

    first: Publication
    result: PublishedResult
    dropped: bool

    @property
    def publication(self) -> Publication:
        """Return the publication that the figures are from."""
        return self.result.publication

    @property
    def is_correction(self) -> bool:
        """Tell whether the figures are corrected ones."""
        return self.publication.pk != self.first.pk


def announcements(at: dt.datetime, slug: str) -> list[Announcement]:
    """Return what is public of the unit at `at`, the newest first. Two statements."""
    public = {row.pk: row for row in Publication.objects.public(at)}
    results = PublishedResult.objects.filter(unit_slug=slug, publication__in=public)
    by_publication = {row.publication_id: row for row in results.select_related("group")}
    after = corrected.after(public.values())
    found = []
    for first in public.values():
        if first.corrects_id in public:
            continue
        chain = corrected.chain(first, after)
        held = [row for row in chain if row.pk in by_publication]
        if held:
            result = by_publication[held[-1].pk]
            result.publication = held[-1]
            found.append(Announcement(first, result, dropped=held[-1] is not chain[-1]))
    found.sort(key=lambda row: (row.publication.published_at, row.publication.pk), reverse=True)
    return found
