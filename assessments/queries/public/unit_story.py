"""The story of a unit: its last published year beside its group, and its years in a row.

Reads frozen results only, in a fixed number of statements whatever the years. Figures copied from
the press are shown as they are: no story is computed of them (design 0.17).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.models import Publication, PublishedResult, PublishedScore
from assessments.queries.public.leaf_story import Extremes, GapSums, extremes, gap_sums
from assessments.queries.public.losses import LostPoints, losses, sheets_of
from assessments.queries.public.movement import BULKY, Change, Earlier, Place, predecessor_codes
from assessments.queries.public.peers import FieldRow, Peers, field_rows, peers
from assessments.queries.public.rankings import Series
from units.models import Unit


@dataclass(frozen=True)
class Year:
    """One value of the trend; `name` is that of a predecessor, empty for the unit itself."""

    year: int
    value: Decimal | None
    name: str
    median: Decimal | None
    breaks: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """What the newest result of a series tells, and the years that lead to it."""

    series: Series
    change: Change
    peers: Peers
    fields: list[FieldRow]
    scores: list[PublishedScore]
    years: list[Year]

    @property
    def result(self) -> PublishedResult:
        """Return the newest result."""
        return self.series.latest.result

    @property
    def extremes(self) -> Extremes:
        """Return the strongest and the weakest criteria."""
        return extremes(self.result, self.scores)

    @property
    def lost(self) -> LostPoints:
        """Return the points lost, by field and in the costliest criteria."""
        return losses(self.result, self.scores)

    @property
    def gaps(self) -> list[GapSums]:
        """Return by field what was claimed and what was concluded."""
        return gap_sums(self.result, self.scores)


def unit_stories(at: dt.datetime, unit: Unit | None, series: Iterable[Series]) -> list[Story]:
    """Return a story for each computed series of a unit; five statements, none without a series."""
    told = [section for section in series if not section.is_record]
    if not told:
        return []
    codes = _origins(unit, told)
    former = _former(at, codes, told)
    groups = {row.result.group_id for section in told for row in section.rows}
    medians = _medians(groups | {row.group_id for row in former})
    beside = _beside([section.latest.result for section in told])
    sheets = sheets_of([section.latest.result.pk for section in told])
    return [
        _story(
            section,
            [row for row in former if row.publication.kind == section.kind],
            medians,
            beside[section.latest.result.group_id],
            sheets.get(section.latest.result.pk, []),
        )
        for section in told
    ]


def _origins(unit: Unit | None, told: list[Series]) -> set[str]:
    """Return the codes of the units that came before: frozen with the results, or on record now."""
    frozen = {code for one in told for row in one.rows for code in row.result.predecessors}
    return frozen | set(predecessor_codes().get(unit.pk, []) if unit else [])


def _former(at: dt.datetime, codes: set[str], told: list[Series]) -> list[PublishedResult]:
    rows = PublishedResult.objects.filter(
        unit_code__in=codes,
        publication__in=Publication.objects.current(at),
        publication__kind__in=[section.kind for section in told],
    )
    return list(
        rows.select_related("publication", "group")
        .defer(*BULKY)
        .order_by("publication__year", "sort_name")
    )


def _medians(groups: set[int]) -> dict[int, Decimal | None]:
    rows = PublishedResult.objects.filter(group__in=groups, rank__isnull=False)
    found: dict[int, Peers] = {group: Peers() for group in groups}
    for group, index in rows.values_list("group_id", "index"):
        if index is not None:
            found[group].indexes.append(index)
    return {group: row.median for group, row in found.items()}


def _beside(latest: list[PublishedResult]) -> dict[int, Peers]:
    rows = PublishedResult.objects.filter(group__in=[row.group_id for row in latest])
    by_group: dict[int, list[PublishedResult]] = {row.group_id: [] for row in latest}
    for row in rows.only("group_id", "index", "rank", "fields"):
        by_group[row.group_id].append(row)
    return {group: peers(found) for group, found in by_group.items()}


def _story(
    series: Series,
    former: list[PublishedResult],
    medians: dict[int, Decimal | None],
    beside: Peers,
    scores: list[PublishedScore],
) -> Story:
    own = sorted((row.result for row in series.rows), key=lambda row: row.publication.year)
    former = [row for row in former if row.publication.year < own[0].publication.year]
    latest = own[-1]
    year = latest.publication.year
    before = [row for row in (*own, *former) if row.publication.year == year - 1]
    codes = [row.unit_code for row in before if row.unit_code != latest.unit_code]
    place = Place(latest.group.code, latest.rank, latest.index)
    return Story(
        series=series,
        change=Earlier.among(before).change(latest.unit_code, codes, place),
        peers=beside,
        fields=field_rows(latest, beside.by_field),
        scores=scores,
        years=_years(own, former, medians),
    )


def _years(
    own: list[PublishedResult],
    former: list[PublishedResult],
    medians: dict[int, Decimal | None],
) -> list[Year]:
    found, rows = [], [*former, *own]
    for row in rows:
        year = row.publication.year
        before = [one for one in rows if one.publication.year < year]
        name = row.unit_name if row in former else ""
        breaks = _breaks(row, before) if before else ()
        found.append(Year(year, row.index, name, medians[row.group_id], breaks))
    return found


def _breaks(row: PublishedResult, before: list[PublishedResult]) -> tuple[str, ...]:
    """Return in words why a result cannot be compared with the last one before it."""
    last_year = max(one.publication.year for one in before)
    last = [one for one in before if one.publication.year == last_year]
    words = []
    if last_year < row.publication.year - 1:
        words.append(_("no result was published in between, since %(year)d") % {"year": last_year})
    same = next((one for one in last if one.unit_code == row.unit_code), None)
    if same is None:
        names = ", ".join(one.unit_name for one in last)
        words.append(_("another unit stood here before: %(units)s") % {"units": names})
    compared = same or last[0]
    if compared.group.code != row.group.code:
        words.append(
            _("the group was “%(before)s” and is “%(now)s”")
            % {"before": compared.group.name, "now": row.group.name}
        )
    if compared.group.scheme != row.group.scheme:
        scheme = {"code": row.group.scheme_code, "version": row.group.scheme_version or "—"}
        words.append(_("another scheme applies: %(code)s, version %(version)s") % scheme)
    return tuple(words)
