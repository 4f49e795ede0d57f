"""Units, or the years of one unit, side by side at an address that can be passed on."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import press
from assessments.choices import PublicationKind
from assessments.queries.public import comparison as compared
from assessments.queries.public import published
from assessments.queries.public.comparison import LIMIT, Column, Comparison
from assessments.views.public.answers import page
from cchc.kit.text import squeeze

TEXT_LENGTH = 100
_SLUG = re.compile("[a-z0-9-]{1,120}")


@dataclass
class Request:
    """What an address asks for: units, years, part of a name to add, and what was left out."""

    units: list[str]
    years: list[str]
    text: str
    notes: list[str] = field(default_factory=list)

    def address(self, units: Iterable[str], years: Iterable[str] | None = None) -> str:
        """Return the address of the comparison of these units in the same years, or in others."""
        units = list(units)
        keys = list(self.years if years is None else years)
        keys = keys[:1] if len(units) > 1 else keys
        query = [("don-vi", slug) for slug in units] + [("nam", key) for key in keys]
        return f"{reverse('public:comparison')}{'?' if query else ''}{urlencode(query)}"


@require_safe
def comparison(request: HttpRequest) -> HttpResponse:
    """Show two to five units of a year side by side, or one unit over the years."""
    now = timezone.now()
    press.ring(now)
    wanted = _read(request)
    choices = compared.choices(now)
    chosen = _publications(wanted, choices, now)
    found = compared.candidates(chosen[0], wanted.text) if chosen and wanted.text else []
    fresh = [row for row in found if row.unit_slug not in wanted.units]
    if len(found) == 1 and len(wanted.units) < LIMIT:
        return redirect(wanted.address([*wanted.units, *(row.unit_slug for row in fresh)]))
    if wanted.text and chosen and not fresh:
        wanted.notes.append(_("No other unit of these figures is named like “%s”.") % wanted.text)
    if fresh and len(wanted.units) >= LIMIT:
        wanted.notes.append(_("Five units at most are compared; take one away first."))
    shown = _shown(wanted, chosen)
    return page(request, "public/comparison.html", _context(wanted, chosen, shown, choices) | {
        "suggestions": [(row, wanted.address([*wanted.units, row.unit_slug])) for row in fresh]
        if len(wanted.units) < LIMIT else [],
    }, by_etag=True)  # fmt: skip


def _read(request: HttpRequest) -> Request:
    units = list(dict.fromkeys(filter(None, map(squeeze, request.GET.getlist("don-vi")))))
    years = list(dict.fromkeys(filter(None, map(squeeze, request.GET.getlist("nam")))))
    wanted = Request([], [], squeeze(request.GET.get("them", ""))[:TEXT_LENGTH])
    wanted.units = [slug for slug in units if _SLUG.fullmatch(slug)][:LIMIT]
    wanted.years = [key for key in years if _SLUG.fullmatch(key)][:LIMIT]
    if len(units) > LIMIT or len(years) > LIMIT:
        wanted.notes.append(_("Five at most are compared; the rest of the address was left out."))
    for text in [text for text in (*units, *years) if not _SLUG.fullmatch(text)][:LIMIT]:
        wanted.notes.append(_("“%s” names no unit and no year.") % text[:TEXT_LENGTH])
    return wanted


def _publications(
    wanted: Request, choices: list[published.Publication], now: dt.datetime
) -> list[published.Publication]:
    """Return the publications that are meant, of one kind; say of each other why it is left out."""
    if not wanted.years:
        latest = published.latest(now)
        if latest is None or len(wanted.units) != 1:
            return [latest] if latest else []
        return [row for row in choices if row.kind == latest.kind][:LIMIT]
    found: list[published.Publication] = []
    for key in wanted.years:
        kind = found[0].kind if found else None
        row = _named(key, choices, kind, now)
        if row is None:
            wanted.notes.append(_absence(key, now))
        elif kind and row.kind != kind:
            wanted.notes.append(
                _("%s is of another kind of figures and is not put beside the others.") % row.title
            )
        elif row not in found:
            found.append(row)
    if len(wanted.units) > 1 and len(found) > 1:
        wanted.notes.append(
            _("Several units are compared within one year; the first year is shown.")
        )
        found = found[:1]
    wanted.years = [row.slug for row in found]
    return found


def _named(
    key: str, choices: list[published.Publication], kind: str | None, now: dt.datetime
) -> published.Publication | None:
    by_slug = [row for row in choices if row.slug == key and not key.isdecimal()]
    of_year = [row for row in choices if str(row.year) == key]
    of_year.sort(key=lambda row: (row.kind != kind, published.PREFERENCE.index(row.kind)))
    if named := [*by_slug, *of_year]:
        return named[0]
    old = published.publication(now, key)
    after = published.successor(now, old) if old else None
    return next((row for row in choices if after and row.pk == after.pk), None)


def _absence(key: str, now: dt.datetime) -> str:
    row = published.publication(now, key)
    if row is None and re.fullmatch("[0-9]{4}", key):
        row = published.of_year(now, int(key))
    if row and row.kind == PublicationKind.RECORD:
        return _("%s was recorded from the press; such figures are never compared.") % row.title
    return _("Nothing was published under “%s”.") % key


def _shown(wanted: Request, chosen: list[published.Publication]) -> Comparison:
    if not chosen or not wanted.units:
        return Comparison([])
    if len(chosen) > 1:
        shown = compared.over_years(wanted.units[0], chosen)
        have = wanted.units if shown.columns else []
    else:
        shown = compared.of_units(chosen[0], wanted.units)
        have = [column.result.unit_slug for column in shown.columns]
    absent = [slug for slug in wanted.units if slug not in have]
    names = compared.names_of(absent) if absent else {}
    for slug in absent:
        wanted.notes.append(_("%s has no results in these figures.") % names.get(slug, f"“{slug}”"))
    wanted.units = have
    return shown


def _context(
    wanted: Request,
    chosen: list[published.Publication],
    shown: Comparison,
    choices: list[published.Publication],
) -> dict[str, object]:
    by_year = len(chosen) > 1
    first = chosen[0] if chosen else None
    slugs = [row.slug for row in chosen]
    columns = [(column, _without(wanted, slugs, column, by_year)) for column in shown.columns]
    return {
        "columns": columns, "shown": shown, "by_year": by_year, "publication": first,
        "chosen": slugs, "choices": choices,
        "notes": wanted.notes, "units": wanted.units, "limit": LIMIT, "text": wanted.text,
        "shared": wanted.address(wanted.units, slugs),
        # Any choice of units is a page; only the one that offers the choice is to be found.
        "noindex": bool(wanted.units), "nav": "rankings",
        "crumbs": [(_("Rankings"), reverse("public:rankings")), (_("Comparison"), "")],
    }  # fmt: skip


def _without(wanted: Request, years: list[str], column: Column, by_year: bool) -> str:
    """Return the address of the same comparison without this column."""
    if by_year:
        left = [slug for slug in years if slug != column.result.publication.slug]
        return wanted.address(wanted.units, left)
    return wanted.address(slug for slug in wanted.units if slug != column.result.unit_slug)
