"""What the report of the results says about a group since the year before."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.papers.result_sentences import largest, unit
from assessments.papers.said import Sentence, listed, name, say, shown, signed
from assessments.queries.public.rankings import Row
from assessments.queries.public.result_changes import Comparison, Movement
from assessments.queries.public.result_report import FieldMean, GroupFigures


def changes(figures: GroupFigures) -> list[Sentence]:
    """Say what moved since the year before, or why nothing is compared, and who came and went."""
    moved = figures.movement
    if moved.comparison != Comparison.MADE:
        return [_not_compared(figures, moved), *_lineage(moved)]
    said = []
    if moved.mean is not None and figures.spread:
        said.append(_mean_change(figures, moved.mean, moved.year))
    said.append(say(
        _("Since %(year)s, of the units compared %(up)s moved up in rank, %(down)s moved down and"
          " %(same)s kept their rank."), year=moved.year, up=len(moved.places(1)),
        down=len(moved.places(-1)), same=len(moved.places(0)),
    ))  # fmt: skip
    said += largest(moved.places(1), lambda item: item[1], _place, _("Largest rises: %(units)s."))
    said += largest(moved.places(-1), lambda item: -item[1], _place, _("Largest falls: %(units)s."))
    gains = [item for item in moved.gained if item[1] > 0]
    losses = [item for item in moved.gained if item[1] < 0]
    said += largest(gains, lambda item: item[1], _gain, _("Largest gains of index: %(units)s."))
    said += largest(losses, lambda item: -item[1], _gain, _("Largest losses of index: %(units)s."))
    return said + _lineage(moved)


def _not_compared(figures: GroupFigures, moved: Movement) -> Sentence:
    if moved.comparison == Comparison.NO_YEAR:
        words = _("Nothing is compared: no figures of this kind were published for %(year)s.")
    elif moved.comparison == Comparison.NO_GROUP:
        words = _("Nothing is compared: the figures of %(year)s do not have this group.")
    else:
        words = _("Nothing is compared with %(year)s: the scheme of the group is another one"
                  " (%(then)s then, %(now)s now).")  # fmt: skip
    then = moved.before.scheme_code if moved.before else ""
    version = moved.before.scheme_version if moved.before else ""
    now = f"{figures.group.scheme_code}/{figures.group.scheme_version}"
    return say(words, year=moved.year, then=f"{then}/{version}", now=now)


def _mean_change(figures: GroupFigures, before: Fraction, year: int) -> Sentence:
    places = figures.group.decimals
    now = figures.spread.mean if figures.spread else before
    return say(
        _("The mean index changed from %(before)s in %(year)s to %(now)s (%(change)s)."), year=year,
        before=shown(before, places), now=shown(now, places), change=signed(now - before, places),
    )  # fmt: skip


def _place(item: tuple[Row, int]) -> Sentence:
    row, by = item
    places = ngettext("%(count)s place", "%(count)s places", abs(by)) % {"count": abs(by)}
    return say(
        _("%(unit)s (%(places)s, from %(before)s to %(now)s)"), unit=unit(row), places=places,
        before=(row.result.rank or 0) + by, now=row.result.rank or 0,
    )  # fmt: skip


def _gain(item: tuple[Row, Decimal]) -> Sentence:
    row, by = item
    change = signed(by, row.result.group.decimals)
    return say("%(unit)s (%(change)s)", unit=unit(row), change=change)


def _lineage(moved: Movement) -> list[Sentence]:
    year, said = moved.year, []
    for words, rows in (
        (_("Not in the figures of %(year)s: %(units)s."),
         [unit(row) for row in moved.new if moved.before]),
        (_("No longer in the group since %(year)s: %(units)s."), [name(x) for x in moved.gone]),
        (_("In another group in %(year)s, so not compared: %(units)s."),
         [unit(row) for row in moved.elsewhere]),
    ):  # fmt: skip
        if rows:
            said.append(say(words, year=year, units=listed(rows)))
    for row in moved.followed:
        before = row.change.before
        said.append(say(_("%(unit)s follows %(before)s and is set beside its result of %(year)s."),
                        unit=unit(row), year=year,
                        before=name(before.unit_name if before else "")))  # fmt: skip
    for each in moved.merged:
        words = _("%(unit)s was formed from %(before)s of %(year)s, so it is not compared.")
        if each.compared:
            words = _("%(unit)s has taken in %(before)s since %(year)s; only its own result is set"
                      " beside it.")  # fmt: skip
        names = listed([name(text) for text in each.names])
        said.append(say(words, unit=unit(each.row), before=names, year=year))
    return said


def fields(figures: GroupFigures) -> list[Sentence]:
    """Say which fields are strongest and weakest, which gained and which lost."""
    known = [part for part in figures.fields if part.now is not None]
    if not known:
        return []
    places, said = figures.group.decimals, []
    if len(known) > 1:
        values = [part.now or Fraction(0) for part in known]
        best = [part for part in known if part.now == max(values)]
        worst = [part for part in known if part.now == min(values)]
        said.append(say(
            _("The field with the highest mean index is %(best)s (%(high)s), the one with the"
              " lowest is %(worst)s (%(low)s)."),
            best=_field_names(best), high=shown(max(values), places),
            worst=_field_names(worst), low=shown(min(values), places),
        ))  # fmt: skip
    gained = [part for part in known if (part.gained or 0) > 0]
    lost = [part for part in known if (part.gained or 0) < 0]
    for words, found in ((_("Fields that gained: %(fields)s."), gained),
                         (_("Fields that lost: %(fields)s."), lost)):  # fmt: skip
        found.sort(key=lambda part: abs(part.gained or Fraction(0)), reverse=True)
        if found:
            parts = [_field_change(part, places) for part in found]
            said.append(say(words, fields=listed(parts)))
    return said


def _field_change(part: FieldMean, places: int) -> Sentence:
    change = signed(part.gained or Fraction(0), places)
    return say("%(field)s (%(change)s)", field=name(part.name), change=change)


def _field_names(parts: Sequence[FieldMean]) -> Sentence:
    return listed([name(part.name) for part in parts])
