"""The library of a unit: its papers, found again, and new ones put in."""

import datetime as dt
import re
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments import permissions
from assessments.forms import PaperForm
from assessments.models import Document, Submission
from assessments.queries import library as queries
from assessments.views import own, uploads
from assessments.views.relogin import keeps_text, wants_json
from assessments.workflow import library as verbs
from units.models import Unit

_KEY = re.compile(own.CycleConverter.regex)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def library(request: HttpRequest, slug: str) -> HttpResponse:
    """List the papers of the own unit and take a new one."""
    now = timezone.now()
    unit = unit_of(request, slug, now)
    form = PaperForm()
    if request.method == "POST":
        form = PaperForm(request.POST, request.FILES)
        kept = uploads.done(form, verbs.add_document, unit=unit, by=own.person(request), at=now)
        address = document_address(kept.document) if kept else ""
        sentence = _("The paper is in the library.")
        if wants_json(request):
            return uploads.told(request, form, sentence, address)
        if kept:
            messages.success(request, sentence)
            return redirect(address)
    return _library_page(request, unit, form, now)


def _library_page(
    request: HttpRequest, unit: Unit, form: PaperForm, at: dt.datetime
) -> HttpResponse:
    submission = named_dossier(request, unit, at)
    season = queries.season_of(unit, at, submission)
    text, wish = request.GET.get("q", "").strip()[:100], request.GET.get("loc", "")
    rows = queries.documents_of(unit.pk, season.cycle)
    rows = queries.narrowed(queries.search(rows, text), wish, season.since)
    page = Paginator(rows, queries.PAGE).get_page(request.GET.get("page"))
    context = {
        "unit": unit, "submission": submission, "season": season, "form": form, "page": page,
        "dossier_key": request.GET.get("ho-so", ""), "text": text, "wish": wish,
        "wishes": queries.FILTERS.items(),
        "used": verbs.used_bytes(unit.pk), "quota": settings.EVIDENCE_QUOTA_BYTES,
        "max_bytes": settings.EVIDENCE_MAX_BYTES, "nav": "workspace",
        "crumbs": own.crumbs(submission, (_("Library"), "")),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "workspace/library.html", context, status=status)


def unit_of(request: HttpRequest, slug: str, at: dt.datetime) -> Unit:
    """Return a unit for which the person works; raise Http404 for any other or none."""
    units = permissions.own_unit_ids(own.person(request), at)
    return get_object_or_404(Unit, pk__in=units, slug=slug)


def named_dossier(request: HttpRequest, unit: Unit, at: dt.datetime) -> Submission | None:
    """Return the unit's dossier that the address names as ?ho-so=2026, or None."""
    name = request.GET.get("ho-so", "")
    if not _KEY.fullmatch(name):
        return None
    key = own.CycleConverter().to_python(name)
    rows = permissions.own_submissions(own.person(request), at).filter(unit=unit)
    return (
        rows.filter(cycle__year=key.year, cycle__illustrative=key.illustrative)
        .select_related("cycle", "unit", "group")
        .first()
    )


def library_address(unit: Unit, submission: Submission | None = None) -> str:
    """Return the address of a unit's library, seen from a dossier if one is given."""
    address = reverse("workspace:library", kwargs={"slug": unit.slug})
    if submission is None:
        return address
    return f"{address}?ho-so={own.CycleConverter().to_url(submission.cycle)}"


def document_address(document: Document, name: str = "document") -> str:
    """Return the address of a paper in its library, or of an act on it."""
    keys: dict[str, Any] = {"slug": document.unit.slug, "pk": document.pk}
    return reverse(f"workspace:{name}", kwargs=keys)
