"""One paper of a unit's library: its files, where it is used, and what may be done with it."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.errors import BadInput, Refused, Stale
from assessments.forms import MendForm, RenewForm, details_digest, refuse
from assessments.models import Document, Evidence
from assessments.queries import library as queries
from assessments.views import own, uploads
from assessments.views.library import document_address, library_address, unit_of
from assessments.views.relogin import keeps_text, wants_json
from assessments.workflow import documents
from assessments.workflow import library as verbs
from units.models import Unit


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def document(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a paper of the own unit; save its details."""
    now = timezone.now()
    row = _document_of(unit_of(request, slug, now), pk, now)
    if request.method != "POST":
        return _page(request, row, now)
    form = MendForm(request.POST, document=row)
    status = _mended(request, form, row, now)
    if status == 302:
        messages.success(request, _("The details are saved."))
        return redirect(document_address(row))
    return _page(request, row, now, mend=form, stale=status == 409, status=status)


def _mended(request: HttpRequest, form: MendForm, row: Document, at: dt.datetime) -> int:
    """Save the details; return the status that tells what came of it, errors on the form."""
    if not form.is_valid():
        return 422
    data = dict(form.cleaned_data)
    seen = data.pop("seen")
    try:
        verbs.save_paper(
            document=row, by=own.person(request), at=at, **data,
            unchanged=lambda stored: details_digest(stored) == seen,
        )  # fmt: skip
    except BadInput as refusal:
        refuse(form, refusal)
        return 422
    except Stale as refusal:
        row.refresh_from_db()
        form.show_current(row)
        form.add_error(None, str(refusal))
        return 409
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return 422
    return 302


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def renew(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Keep a new file of a paper; a mere visit, as after signing in, leads to the paper."""
    now = timezone.now()
    row = _document_of(unit_of(request, slug, now), pk, now)
    address = document_address(row)
    if request.method != "POST":
        return redirect(address)
    movable = documents.movable(row, own.person(request), now)
    form = RenewForm(request.POST, request.FILES, movable=movable)
    kept = uploads.done(form, documents.add_revision, document=row, by=own.person(request), at=now)
    sentence = _("The new file is kept; the paper has it as its newest.")
    if wants_json(request):
        return uploads.told(request, form, sentence, address)
    if kept:
        messages.success(request, sentence)
        return redirect(address)
    return _page(request, row, now, renewed=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def confirm(request: HttpRequest, slug: str, pk: int, key: own.CycleKey) -> HttpResponse:
    """Confirm that a paper of an earlier year still holds for the cycle of an own dossier."""
    now = timezone.now()
    row = _document_of(unit_of(request, slug, now), pk, now)
    cycle = own.dossier_of(request, key, slug, now).cycle
    if request.method == "POST":
        try:
            verbs.confirm(document=row, cycle=cycle, by=own.person(request), at=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The paper is confirmed for the year %s.") % cycle.year)
    return redirect(document_address(row))


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Delete a paper that never backed a leaf, after asking."""
    now = timezone.now()
    unit = unit_of(request, slug, now)
    row = _document_of(unit, pk, now)
    if request.method == "POST":
        try:
            verbs.delete_document(document=row, by=own.person(request), at=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(document_address(row))
        messages.success(request, _("The paper is deleted with its files."))
        return redirect(library_address(unit))
    context = {
        "document": row, "used": _was_used(row), "cancel_url": document_address(row),
        "nav": "workspace", "crumbs": _crumbs(row, (_("Delete"), "")),
    }  # fmt: skip
    return render(request, "workspace/document_delete.html", context)


def _document_of(unit: Unit, pk: int, at: dt.datetime) -> Document:
    rows = queries.documents_of(unit.pk, queries.season_of(unit, at).cycle)
    return get_object_or_404(rows.select_related("unit"), pk=pk)


def _was_used(row: Document) -> bool:
    return Evidence.objects.filter(revision__document=row).exists()


def _crumbs(row: Document, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    trail: list[tuple[Any, str]] = [(_("Library"), library_address(row.unit))]
    return own.crumbs(None, *trail, (str(row), document_address(row) if more else ""), *more)


def _page(
    request: HttpRequest, row: Document, at: dt.datetime, *, mend: MendForm | None = None,
    renewed: RenewForm | None = None, stale: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    movable = [] if renewed else documents.movable(row, own.person(request), at)
    context = {
        "document": row, "uses": _uses(row), "was_used": _was_used(row), "stale": stale,
        "season": queries.season_of(row.unit, at), "judged": verbs.is_being_judged(row),
        "confirmations": row.confirmations.select_related("cycle", "confirmed_by"),
        "mend": mend or MendForm(document=row), "renew": renewed or RenewForm(movable=movable),
        "max_bytes": settings.EVIDENCE_MAX_BYTES, "nav": "workspace", "crumbs": _crumbs(row),
    }  # fmt: skip
    return render(request, "workspace/document.html", context, status=status)


def _uses(row: Document) -> list[tuple[Evidence, str]]:
    return [(item, own.leaf_address(item.score)) for item in queries.uses_of(row)]
