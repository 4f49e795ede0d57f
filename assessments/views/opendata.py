"""Open data: stored files, an index that is never hashed, and the script that recomputes."""

from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assessments import press
from assessments.choices import PublicationKind
from assessments.queries import published
from assessments.queries.addresses import address, data_address
from assessments.tables import PublicationTable
from assessments.views import frozen
from assessments.views.public import page as live_page

SCRIPT = "cchc/recompute.py"
SHORT = "public, max-age=60"
#: What each field of the JSON file means, in the order of the file (design 5).
DICTIONARY = (
    ("publication.id", gettext_lazy("address of the publication")),
    ("publication.kind", gettext_lazy("official, record (copied from the press) or illustrative")),
    ("publication.year, .revision", gettext_lazy("assessed year; number of the revision")),
    ("publication.supersedes", gettext_lazy("the publication that this one corrects, or null")),
    ("publication.decision", gettext_lazy("number, date and signer of the decision to publish")),
    ("publication.event_chain_head", gettext_lazy("last hash of the event log at that moment")),
    ("groups[].scheme", gettext_lazy("scheme, caps, bands by lowest index, and criteria")),
    ("…criteria[]", gettext_lazy("code, parent, highest points and method; “sum” is a branch")),
    ("…results[].index", gettext_lazy("percent with ten decimals: achieved ÷ applicable × 100")),
    ("…results[].rank", gettext_lazy("rank in the group on the exact index; equals share one")),
    ("…results[].rank_basis", gettext_lazy("computed, stated by the source, or inferred")),
    ("…results[].ranked, .unranked_reason", gettext_lazy("false: scored, not ranked, and why")),
    ("…results[].achieved, .applicable", gettext_lazy("sums of points over applicable leaves")),
    ("…results[].bonus, .penalty", gettext_lazy("index points added and taken, after the caps")),
    ("…results[].fields[]", gettext_lazy("the same sums and index for each field")),
    ("…scores[]", gettext_lazy("each leaf: self-assessed, appraised and final points, and why")),
    ("sha256", gettext_lazy("hash of the canonical JSON of all the rest")),
)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """List the files, explain each column, and offer the script that recomputes them."""
    now = timezone.now()
    press.ring(now)
    rows = published.publications(now)
    table = PublicationTable(rows)
    table.turn_to(request.GET.get("page"))
    newest = rows.first()
    context = {
        "table": table,
        "example": newest.slug if newest else timezone.localtime(now).year,
        "dictionary": DICTIONARY,
        "nav": "opendata",
        "crumbs": [(_("Open data"), "")],
    }
    return live_page(request, "public/opendata.html", context)


@require_safe
def file(request: HttpRequest, name: str) -> HttpResponse:
    """Serve a stored JSON or CSV file; both languages have the same one."""
    path = request.path
    if translation.get_language() != settings.LANGUAGE_CODE:
        path = path.removeprefix(f"/{translation.get_language()}")
    return frozen.serve(request, path, timezone.now())


@require_safe
def index(request: HttpRequest) -> JsonResponse:
    """List the public publications with their present status and errata; itself never hashed."""
    now = timezone.now()
    press.ring(now)
    rows = list(published.publications(now))
    corrected = {row.corrects_id: row for row in rows if row.corrects_id}
    content = {"publications": [_entry(row, corrected.get(row.pk)) for row in rows]}
    answer = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Cache-Control"] = SHORT
    return answer


def _entry(row: published.Publication, replaced_by: published.Publication | None) -> dict[str, Any]:
    erratum = {
        "reason": replaced_by.correction_reason,
        "decision": replaced_by.decision_number or None,
        "published_at": replaced_by.published_at,
    } if replaced_by else None  # fmt: skip
    return {
        "id": row.slug,
        "year": row.year,
        "kind": row.kind,
        "illustrative": row.is_illustrative,
        "title": row.title,
        "revision": row.revision,
        "published_at": row.published_at,
        "sha256": row.sha256,
        "status": "corrected" if replaced_by else "current",
        "corrects": row.corrects.slug if row.corrects else None,
        "corrected_by": replaced_by.slug if replaced_by else None,
        "errata": [erratum] if erratum else [],
        "json": data_address(row),
        "csv": {group.code: data_address(row, group.code) for group in row.groups.all()},
    }


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """Serve the script that recomputes every index, band and rank from a JSON file."""
    path = finders.find(SCRIPT)
    if path is None:
        raise Http404
    with open(path, encoding="utf-8") as source:
        answer = HttpResponse(source.read(), content_type="text/x-python; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="tinh-lai.py"'
    answer["Cache-Control"] = SHORT
    return answer


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines what is not for them."""
    base = settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
    return render(request, "public/robots.txt", {"base": base}, content_type="text/plain")


@require_safe
def sitemap_xml(request: HttpRequest) -> HttpResponse:
    """List the addresses for search engines; nothing illustrative, nothing under embargo."""
    now = timezone.now()
    rows = published.current(now).exclude(kind=PublicationKind.ILLUSTRATIVE)
    names = ("rankings", "schemes", "opendata", "accessibility", "sitemap")
    base = settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
    paths = []
    for language, _name in settings.LANGUAGES:
        paths += [address(name, language) for name in names]
        for row in rows:
            parts = [{"key": row.slug, "group": group.code} for group in row.groups.all()]
            paths += [address("ranking", language, **part) for part in parts]
        for slug in published.indexable_units(now):
            paths.append(address("unit", language, slug=slug))
    context = {"addresses": [f"{base}{path}" for path in paths]}
    return render(request, "public/sitemap.xml", context, content_type="application/xml")
