"""The workspace of unit staff: their dossiers, what is missing, remarks, and who starts where."""

import datetime as dt

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments import permissions
from assessments.errors import Refused, Stale
from assessments.forms import RemarksForm, digest
from assessments.models import Submission
from assessments.queries import overviews as queries
from assessments.views import own
from assessments.views.adjustments import adjustments_address
from assessments.views.appeals import appeals_address
from assessments.views.cards import cards_of
from assessments.views.relogin import keeps_text
from assessments.workflow.remarks import save_remarks


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Send each person to their workplace: unit staff, council and Home Affairs, everybody else."""
    if not request.user.is_authenticated:
        return redirect("public:home")
    if permissions.staff_unit_ids(request.user, timezone.now()):
        return redirect("workspace:home")
    if admin.site.has_permission(request):
        return redirect("admin:index")
    return redirect("public:home")


@require_safe
@keeps_text
def home(request: HttpRequest) -> HttpResponse:
    """Show the dossiers of the person's units: state, deadline, progress, questions, receipts."""
    now = timezone.now()
    person = own.person(request)
    rows = queries.overviews(permissions.own_submissions(person, now))
    context = {
        "cards": cards_of(rows, person, now),
        "changes": queries.changed_lately([row.submission for row in rows], person, now),
        "crumbs": own.crumbs(), "nav": "workspace",
    }  # fmt: skip
    return render(request, "workspace/home.html", context)


@require_safe
@keeps_text
def dossier(request: HttpRequest, key: own.CycleKey, slug: str) -> HttpResponse:
    """Show one dossier: its fields, what is missing, the remarks and the receipts."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    return _dossier_page(request, submission, now, RemarksForm(submission=submission))


def _dossier_page(
    request: HttpRequest, submission: Submission, at: dt.datetime, form: RemarksForm,
    *, stale: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    person = own.person(request)
    own_rows = permissions.own_submissions(person, at).filter(pk=submission.pk)
    card = cards_of(queries.overviews(own_rows), person, at)[0]
    context = {
        "card": card, "submission": card.submission, "crumbs": own.crumbs(submission),
        "closed": own.why_closed(submission, at),
        "changes": queries.changed_lately([card.submission], person, at),
        "form": form, "stale": stale, "adjustments_url": adjustments_address(submission),
        "appeals_url": appeals_address(card.submission, at),
        "nav": "workspace",
    }  # fmt: skip
    return render(request, "workspace/dossier.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def remarks(request: HttpRequest, key: own.CycleKey, slug: str) -> HttpResponse:
    """Save difficulties and proposals, or show both texts when somebody else was faster."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    if request.method != "POST":
        return redirect(f"{own.address('dossier', submission)}#remarks")
    form = RemarksForm(request.POST, submission=submission)
    if not form.is_valid():
        return _dossier_page(request, submission, now, form, status=422)
    seen = form.cleaned_data["seen"]
    try:
        save_remarks(
            submission=submission, by=own.person(request), at=now,
            difficulties=form.cleaned_data["difficulties"],
            proposals=form.cleaned_data["proposals"],
            unchanged=lambda row: digest(row) == seen,
        )  # fmt: skip
    except Stale as refusal:
        submission.refresh_from_db()
        form.show_current(submission)
        form.add_error(None, str(refusal))
        return _dossier_page(request, submission, now, form, stale=True, status=409)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _dossier_page(request, submission, now, form, status=409)
    messages.success(request, _("Difficulties and proposals are saved."))
    return redirect(f"{own.address('dossier', submission)}#remarks")
