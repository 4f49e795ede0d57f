"""Open data: stored files, an index that is never hashed, and the scripts that recompute."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import press
from assessments.choices import PublicationKind
from assessments.press import dictionary
from assessments.press.workbook_sheets import DICTIONARY as WORKBOOK_DICTIONARY
from assessments.queries.public import corrected, data_files, published
from assessments.queries.public.addresses import address, data_address, leaves_address
from assessments.queries.public.opendata import moment, status_entry
from assessments.views.public import frozen
from assessments.views.public.answers import cache_term, site_base
from assessments.views.public.answers import page as live_page

SCRIPTS = {
    "script": ("cchc/recompute.py", "tinh-lai.py"),
    "short_script": ("cchc/ranks.py", "tinh-hang.py"),
}
#: Publications on one page.
SHOWN = 10


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """List the files, explain each column, and offer the script that recomputes them."""
    now = timezone.now()
    press.ring(now)
    shown = Paginator(published.publications(now), SHOWN).get_page(request.GET.get("page"))
    rows = list(shown.object_list)
    files, replaced = data_files.files_of(rows), corrected.corrections_of(now, rows)
    # An example is worth trying where there is something to recompute.
    computed = (row for row in rows if row.kind != PublicationKind.RECORD)
    newest = next(computed, rows[0] if rows else None)
    context = {
        "shown": shown,
        "rows": [(row, files[row.pk], replaced.get(row.pk)) for row in rows],
        "newest": newest,
        "catalogued": [row for row in rows if not row.is_illustrative],
        "script": _source("short_script"),
        "dictionary": dictionary,
        "workbook_dictionary": WORKBOOK_DICTIONARY,
        "base": site_base(request),
        "nav": "opendata",
        "crumbs": [(_("Open data"), "")],
    }
    return live_page(request, "public/opendata.html", context)


@require_safe
def file(request: HttpRequest, name: str) -> HttpResponse:
    """Serve a stored file of any kind; both languages have the same one."""
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
    after = corrected.after(rows)
    files = data_files.files_of(rows)
    content = {
        "licence": f"{site_base(request)}{address('terms')}",
        "publications": [_entry(row, after.get(row.pk), files[row.pk]) for row in rows],
    }
    answer = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Cache-Control"] = cache_term(request)
    return answer


def _entry(
    row: published.Publication, replaced_by: published.Publication | None,
    files: list[data_files.DataFile],
) -> dict[str, Any]:  # fmt: skip
    leaves = leaves_address(row)
    return {
        "id": row.slug,
        "year": row.year,
        "kind": row.kind,
        "illustrative": row.is_illustrative,
        "title": row.title,
        "revision": row.revision,
        "published_at": moment(row.published_at),
        "sha256": row.sha256,
        "corrects": row.corrects.slug if row.corrects else None,
        "json": data_address(row),
        "csv": {group.code: data_address(row, group.code) for group in row.groups.all()},
        "scores_csv": leaves if any(file.path == leaves for file in files) else None,
        "files": [
            {"path": file.path, "format": file.format, "bytes": file.size, "sha256": file.sha256}
            for file in files
        ],
    } | status_entry(replaced_by)


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """Serve the script that checks every index, band and rank of a JSON file."""
    return _script(request, "script")


@require_safe
def short_script(request: HttpRequest) -> HttpResponse:
    """Serve the script that is printed on the page: it recomputes every rank."""
    return _script(request, "short_script")


def _script(request: HttpRequest, name: str) -> HttpResponse:
    answer = HttpResponse(_source(name), content_type="text/x-python; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{SCRIPTS[name][1]}"'
    answer["Cache-Control"] = cache_term(request)
    return answer


def _source(name: str) -> str:
    path = finders.find(SCRIPTS[name][0])
    if path is None:
        raise Http404
    return Path(path).read_text(encoding="utf-8")
