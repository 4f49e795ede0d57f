"""Print the rankings in force: the latest official and illustrative year, and the records."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.choices import PublicationKind
from assessments.models import Publication, PublishedGroup, PublishedResult
from assessments.scoring import Entry, display_all

_MISSING = "–"
_BOTH = (PublicationKind.OFFICIAL, PublicationKind.ILLUSTRATIVE)


class Command(BaseCommand):
    """Read frozen rows only, as the public pages do."""

    help = "Print the rankings in force."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print publication by publication, group by group."""
        in_force = Publication.objects.current(timezone.now())
        newest = [in_force.filter(kind=kind).order_by("-year").first() for kind in _BOTH]
        records = in_force.filter(kind=PublicationKind.RECORD).order_by("year")
        for publication in [*filter(None, newest), *records]:
            self.stdout.write(f"\n{publication.title} [{publication.get_kind_display()}]")
            for group in publication.groups.order_by("position"):
                self._print_group(group)

    def _print_group(self, group: PublishedGroup) -> None:
        rows = list(group.results.order_by(F("rank").asc(nulls_last=True), "sort_name"))
        # A record's ranks are reported, not computed from indexes: nothing to lengthen there.
        shown = display_all([Entry(row.pk, row.index) for row in rows], group.decimals)
        head = (_("Rank"), _("Unit"), _("Index"), _("Band"))
        cells = [head, *(_cells(row, shown[row.pk][0]) for row in rows)]
        widths = [max(len(line[place]) for line in cells) for place in range(4)]
        self.stdout.write(f"\n  {group.name}")
        for rank, unit, index, band in cells:
            self.stdout.write(
                f"  {rank:>{widths[0]}}  {unit:<{widths[1]}}  {index:>{widths[2]}}  {band}".rstrip()
            )


def _cells(row: PublishedResult, index: str) -> tuple[str, str, str, str]:
    rank = _MISSING if row.rank is None else str(row.rank)
    return rank, row.unit_name, index or _MISSING, row.band or _MISSING
