"""Public pages; they read what is published and nothing else (design 5 and 0.15)."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import press
from assessments.choices import PublicationKind
from assessments.queries.public import corrected, published, units_found
from assessments.tables import SchemeTable
from assessments.views.public import frozen
from assessments.views.public.answers import page

QUERY_LENGTH = 100


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the latest published year, the way to a unit, and what comes next."""
    now = timezone.now()
    press.ring(now)
    latest = published.latest(now)
    context = {
        "publication": latest,
        "earlier": published.year_before(now, latest) if latest else None,
        "tables": published.rankings(latest, now, brief=True) if latest else [],
        "records": [row for row in published.current(now) if row.kind == PublicationKind.RECORD],
        "dates": published.next_dates(now),
        "noindex": bool(latest and latest.is_illustrative),
        "nav": "home",
    }
    return page(request, "public/home.html", context, by_etag=True)


@require_safe
def rankings(request: HttpRequest) -> HttpResponse:
    """List the years, each with what was announced, recorded or made up for it, kept apart."""
    now = timezone.now()
    press.ring(now)
    rows = list(published.publications(now))
    replaced = corrected.after(rows)
    years = [
        (year, [(row, row.pk in replaced) for row in of_year])
        for year, of_year in groupby(rows, key=lambda row: row.year)
    ]
    return page(
        request,
        "public/rankings.html",
        {"years": years, "nav": "rankings", "crumbs": [(_("Rankings"), "")]},
    )


@require_safe
def scorecard(request: HttpRequest, slug: str, publication: str) -> HttpResponse:
    """Serve the stored scorecard of a unit."""
    return frozen.serve(request, request.path, timezone.now())


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find units by a part of their name, accents optional."""
    text = request.GET.get("q", "")[:QUERY_LENGTH]
    found = units_found.find_units(text)
    context = {
        "text": text,
        "asked": bool(text.strip()),
        "found": found,
        "limited": len(found) == units_found.LIMIT,
        "noindex": True,
        "crumbs": [(_("Find a unit"), "")],
    }
    return page(request, "public/search.html", context)


@require_safe
def schemes(request: HttpRequest) -> HttpResponse:
    """List the schemes that were issued."""
    table = SchemeTable(published.schemes().order_by("-issued_at", "group__position", "code"))
    table.turn_to(request.GET.get("page"))
    context = {"table": table, "nav": "schemes", "crumbs": [(_("Assessment schemes"), "")]}
    return page(request, "public/schemes.html", context)


@require_safe
def scheme(request: HttpRequest, code: str) -> HttpResponse:
    """Show a scheme in words, points and bands, and what a version changed."""
    versions = published.scheme_versions(code)
    asked = request.GET.get("phien-ban", "")
    chosen = [row for row in versions if asked in ("", str(row.version))]
    if not chosen:
        raise Http404
    shown = chosen[0]
    before = next((row for row in versions if row.version < shown.version), None)
    context = {
        "scheme": shown,
        "versions": versions,
        "criteria": published.scheme_tree(shown),
        "before": before,
        "changes": published.scheme_changes(before, shown) if before else None,
        "noindex": shown.illustrative,
        "nav": "schemes",
        "crumbs": [(_("Assessment schemes"), reverse("public:schemes")), (shown.title, "")],
    }
    return page(request, "public/scheme.html", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """State how far the portal is usable by everyone and whom to tell when it is not."""
    return page(
        request, "public/accessibility.html", {"crumbs": [(_("Accessibility statement"), "")]}
    )


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every part of the portal on one page."""
    now = timezone.now()
    context = {
        "publications": published.current(now),
        "schemes": published.schemes(),
        "crumbs": [(_("Site map"), "")],
    }
    return page(request, "public/sitemap.html", context)
