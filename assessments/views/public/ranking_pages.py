"""The ranking of a group: the stored page, or the same page sorted and narrowed for a reader."""

import datetime as dt
import re
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import press
from assessments.choices import PublicationKind
from assessments.press import corrections
from assessments.press.ranking import begins_downward, ranking_context
from assessments.press.stored import page_context
from assessments.queries.public import data_files, published, ranking_order
from assessments.queries.public.ranking_order import RANK, Order
from assessments.queries.public.rankings import Ranking
from assessments.views.public import frozen
from assessments.views.public.answers import page
from cchc.kit.text import squeeze

#: Parameters that ask for another order or fewer rows; any other leaves the stored page.
PARAMETERS = ("sap-xep", "chieu", "xep-loai", "tim")
DIRECTIONS = {"tang": False, "giam": True}
TEXT_LENGTH = 100


@require_safe
def ranking_of(request: HttpRequest, key: str) -> HttpResponse:
    """Lead from a year, or a publication's address, to its first group.

    A year means the figures in force: official, else recorded, else illustrative.
    """
    found = _publication(key)
    first = found.groups.first() if found else None
    if found is None or first is None:
        raise Http404
    return redirect("public:ranking", key=found.slug, group=first.code)


@require_safe
def ranking(request: HttpRequest, key: str, group: str) -> HttpResponse:
    """Serve the stored ranking of a group; a year in place of a publication leads there.

    With parameters of the reader's own the page is made from the same frozen rows.
    """
    now = timezone.now()
    found = published.publication(now, key) if _asks(request) or _is_year(key) else None
    if found is not None and _asks(request):
        return _arranged(request, found, group, now)
    if found is not None or not _is_year(key):
        return frozen.serve(request, request.path, now)
    named = _publication(key)
    if named is None or group not in {row.code for row in named.groups.all()}:
        raise Http404
    target = reverse("public:ranking", kwargs={"key": named.slug, "group": group})
    query = request.GET.urlencode()
    return redirect(f"{target}?{query}" if _asks(request) else target)


@dataclass(frozen=True)
class Question:
    """What a reader asks of a ranking, and a sentence for each part that made no sense."""

    order: Order
    faults: list[str]


def question_of(request: HttpRequest, table: Ranking, *, record: bool) -> Question:
    """Read the parameters of an address; what is unknown is left out and said."""
    given = {name: squeeze(request.GET.get(name, ""))[:TEXT_LENGTH] for name in PARAMETERS}
    faults = []
    sort, direction, band = given["sap-xep"] or RANK, given["chieu"], given["xep-loai"]
    if sort not in ranking_order.sorts(table, record=record):
        faults.append(_("This ranking cannot be sorted by “%s”.") % sort)
        sort = RANK
    if direction and direction not in DIRECTIONS:
        faults.append(_("“%s” is no direction: write tang or giam.") % direction)
    if band and band not in ranking_order.bands(table):
        faults.append(_("No band of this ranking is called “%s”.") % band)
        band = ""
    descending = DIRECTIONS.get(direction, begins_downward(sort))
    return Question(Order(sort, descending, band, given["tim"]), faults)


def _arranged(
    request: HttpRequest, found: published.Publication, group: str, now: dt.datetime
) -> HttpResponse:
    press.ring_for(found, now)
    table = ranking_order.group_ranking(found, group, now)
    if table is None:
        raise Http404
    record = found.kind == PublicationKind.RECORD
    question = question_of(request, table, record=record)
    context = page_context(found) | {"noindex": True, "faults": question.faults}
    context |= ranking_context(
        found, table, list(found.groups.all()), question.order,
        leaves=data_files.leaves_paths([found]).get(found.pk, ""),
    )  # fmt: skip
    stored = published.frozen_page(now, request.path)
    if stored and (replaced_by := published.successor(now, found)):
        context["later"] = corrections.banner(stored, replaced_by)
    return page(request, "public/ranking.html", context, by_etag=True)


def _asks(request: HttpRequest) -> bool:
    return any(request.GET.get(name, "").strip() for name in PARAMETERS)


def _is_year(key: str) -> bool:
    return re.fullmatch("[0-9]{4}", key) is not None


def _publication(key: str) -> published.Publication | None:
    now = timezone.now()
    press.ring(now)
    return published.of_year(now, int(key)) if _is_year(key) else published.publication(now, key)
