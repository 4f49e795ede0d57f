"""What the report of the results says about one year of a group: standing, gaps, criteria.

Every function turns figures into sentences of the active language; nothing is computed here
but counts and what is printed.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.papers.said import MINUS, Sentence, listed, name, plain, say, shown, signed
from assessments.queries.public.rankings import Row
from assessments.queries.public.result_report import Gaps, GroupFigures, foremost

_T = TypeVar("_T")
#: Decimals of a mean of points.
POINTS = 2


def unit(row: Row) -> Sentence:
    """Return the unit's name."""
    return name(row.result.unit_name)


def index(row: Row) -> str:
    """Return the unit's index with the decimals that tell it from its neighbours."""
    return "" if row.result.index is None else shown(row.result.index, row.decimals)


def standing(figures: GroupFigures) -> list[Sentence]:
    """Say how many units were assessed and ranked, how they spread, and their bands."""
    units = len(figures.ranked) + len(figures.unranked)
    said = [say(
        ngettext(
            "%(units)s unit of the group was assessed; ranked: %(ranked)s, not ranked: %(others)s.",
            "%(units)s units of the group were assessed; ranked: %(ranked)s, not ranked:"
            " %(others)s.", units,
        ), units=units, ranked=len(figures.ranked), others=len(figures.unranked),
    )]  # fmt: skip
    if figures.unranked:
        said.append(
            say(_("Not ranked: %(units)s."), units=listed(list(map(_why, figures.unranked))))
        )
    spread = figures.spread
    if spread and len(figures.ranked) > 1:
        places = figures.group.decimals
        said.append(say(
            _("The mean index is %(mean)s and the median %(median)s; the highest index is"
              " %(highest)s (%(first)s), the lowest %(lowest)s (%(last)s)."),
            mean=shown(spread.mean, places), median=shown(spread.median, places),
            highest=index(spread.highest[0]), first=_names(spread.highest),
            lowest=index(spread.lowest[0]), last=_names(spread.lowest),
        ))  # fmt: skip
    if figures.bands and figures.ranked:
        bands = [_band(label, count) for label, count in figures.bands]
        said.append(say(_("By band: %(bands)s."), bands=listed(bands)))
    return said


def _why(row: Row) -> Sentence:
    reason = row.result.unranked_reason
    why = name(reason) if reason else _("nothing applicable")
    return say("%(unit)s (%(why)s)", unit=unit(row), why=why)


def _band(label: str, count: int) -> Sentence:
    words = ngettext("%(band)s %(count)s unit", "%(band)s %(count)s units", count)
    return say(words, band=name(label), count=count)


def _names(rows: Sequence[Row]) -> Sentence:
    return listed([unit(row) for row in rows])


def leaders(figures: GroupFigures) -> list[Sentence]:
    """Say who holds the first three ranks and the last one, with every tie."""
    if not figures.ranked:
        return [say(_("No unit of this group has a rank."))]
    if len(figures.ranked) == 1:
        row = figures.ranked[0]
        words = _("%(unit)s is the only ranked unit, with the index %(index)s (%(band)s).")
        band = name(row.result.band or "–")
        return [say(words, unit=unit(row), index=index(row), band=band)]
    said = [_held(rows, _("%(units)s ranks %(rank)s with the index %(index)s (%(band)s)."),
                  _("%(count)s units share rank %(rank)s with the index %(index)s (%(band)s):"
                    " %(units)s.")) for rows in figures.leaders]  # fmt: skip
    if figures.last:
        said.append(_held(
            figures.last,
            _("The last rank, %(rank)s, is that of %(units)s with the index %(index)s (%(band)s)."),
            _("%(count)s units share the last rank, %(rank)s, with the index %(index)s (%(band)s):"
              " %(units)s."),
        ))  # fmt: skip
    return said


def _held(rows: list[Row], one: str, many: str) -> Sentence:
    result = rows[0].result
    return say(
        one if len(rows) == 1 else many, units=_names(rows), count=len(rows),
        rank=result.rank or 0, index=index(rows[0]), band=name(result.band or "–"),
    )  # fmt: skip


def largest(
    items: Iterable[_T], value: Callable[[_T], Fraction | Decimal | int],
    part: Callable[[_T], Sentence], words: str,
) -> list[Sentence]:  # fmt: skip
    """Name the largest of the items in one sentence, or say nothing when there are none."""
    found = foremost(items, value)
    return [say(words, units=listed([part(item) for item in found]))] if found else []


def gaps(figures: GroupFigures) -> list[Sentence]:
    """Say how far final points stand from the units' own, by field and by unit."""
    found = figures.gaps
    if found is None:
        return [say(_("No unit of the group has self-assessed points."))]
    words = (_("On average the units gave themselves %(points)s points more than the final ones.")
             if found.mean > 0 else
             _("On average the units gave themselves %(points)s points less than the final ones.")
             if found.mean < 0 else
             _("On average the units' own points equal the final ones."))  # fmt: skip
    said = [say(words, points=shown(abs(found.mean), POINTS))]
    said.append(say(
        _("Of %(leaves)s self-assessed figures %(lowered)s were lowered and %(raised)s raised."),
        leaves=found.leaves, lowered=found.lowered, raised=found.raised,
    ))  # fmt: skip
    return said + _largest_gaps(figures, found)


def _largest_gaps(figures: GroupFigures, found: Gaps) -> list[Sentence]:
    named = {part.code: part.name for part in figures.fields}
    by_field = [(named.get(code, code), gap) for code, gap in found.fields.items() if gap]
    said = largest(
        by_field, lambda item: abs(item[1]),
        lambda item: say(_("%(field)s (%(points)s points a unit)"), field=name(item[0]),
                         points=signed(item[1], POINTS)),
        _("Largest by field, own less final points: %(units)s."),
    )  # fmt: skip
    by_unit = [item for item in found.units if item[1]]
    return said + largest(
        by_unit, lambda item: abs(item[1]),
        lambda item: say("%(unit)s (%(points)s)", unit=unit(item[0]),
                         points=signed(item[1], POINTS)),
        _("Largest by unit, own less final points: %(units)s."),
    )  # fmt: skip


def hardest(figures: GroupFigures) -> tuple[Sentence, list[Sentence]]:
    """Say which criteria cost more than half of the units points: a sentence and its list."""
    if not figures.hardest:
        return say(_("No criterion cost more than half of the units points.")), []
    items = [
        say(
            ngettext(
                "%(code)s. %(name)s: %(losers)s of %(units)s unit, %(points)s points lost on"
                " average",
                "%(code)s. %(name)s: %(losers)s of %(units)s units, %(points)s points lost on"
                " average", leaf.units,
            ), code=leaf.code, name=name(leaf.name), losers=leaf.losers, units=leaf.units,
            points=shown(leaf.mean, POINTS),
        ) for leaf in figures.hardest
    ]  # fmt: skip
    count = len(figures.hard)
    words = ngettext("More than half of the units lost points in %(count)s criterion; most often:",
                     "More than half of the units lost points in %(count)s criteria; most often:",
                     count)  # fmt: skip
    return say(words, count=count), items


def full(figures: GroupFigures) -> Sentence:
    """Say in which criteria every unit got full points."""
    if not figures.full:
        return say(_("In no criterion did all units get full points."))
    words = ngettext("All units got full points in %(count)s criterion: %(names)s.",
                     "All units got full points in %(count)s criteria: %(names)s.",
                     len(figures.full))  # fmt: skip
    names = [say("%(code)s. %(name)s", code=leaf.code, name=name(leaf.name))
             for leaf in figures.full]  # fmt: skip
    return say(words, count=len(figures.full), names=listed(names))


def adjustments(figures: GroupFigures) -> list[Sentence]:
    """Say which ranked units have bonus or penalty points, in index points."""
    bonus = [(row, row.result.bonus) for row in figures.ranked if row.result.bonus]
    penalty = [(row, row.result.penalty) for row in figures.ranked if row.result.penalty]
    said = []
    for words, found, sign in (
        (_("Bonus, in index points: %(units)s."), bonus, "+"),
        (_("Penalty, in index points: %(units)s."), penalty, MINUS),
    ):
        if found:
            parts = [say("%(unit)s (%(points)s)", unit=unit(row), points=f"{sign}{plain(points)}")
                     for row, points in sorted(found, key=lambda item: -item[1])]  # fmt: skip
            said.append(say(words, units=listed(parts)))
    return said or [say(_("No unit has bonus or penalty points."))]
