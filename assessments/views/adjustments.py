"""The unit's proposals of bonus or penalty, and what became of them (design 0.10)."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments import permissions
from assessments.errors import BadInput, Refused
from assessments.forms import refuse
from assessments.forms.adjustments import AdjustmentForm, caps_of
from assessments.models import Adjustment, Submission
from assessments.views import own
from assessments.views.relogin import keeps_text
from assessments.workflow import decisions, independent


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def adjustments(request: HttpRequest, key: own.CycleKey, slug: str) -> HttpResponse:
    """List the proposals of the unit's own people and take another; 404 without a limit for any."""
    submission = own.dossier_of(request, key, slug, timezone.now())
    if not caps_of(submission.cycle_scheme.scheme):
        raise Http404
    form = AdjustmentForm(submission, request.POST if request.method == "POST" else None)
    if form.is_valid() and _proposed(request, submission, form):
        messages.success(request, _("The proposal is recorded; the council decides on it."))
        return redirect(own.address("adjustments", submission))
    context = {
        "submission": submission, "form": form, "adjustments": _of_unit(submission),
        "settled": independent.is_settled(submission), "nav": "workspace",
        "crumbs": own.crumbs(submission, (_("Bonus and penalty"), "")),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "workspace/adjustments.html", context, status=status)


def adjustments_address(submission: Submission) -> str:
    """Return the address of the page, an empty text where the scheme allows no adjustment."""
    allowed = caps_of(submission.cycle_scheme.scheme)
    return own.address("adjustments", submission) if allowed else ""


def _proposed(request: HttpRequest, submission: Submission, form: AdjustmentForm) -> bool:
    try:
        decisions.propose_adjustment(
            submission=submission, by=own.person(request), at=timezone.now(), **form.cleaned_data
        )
    except BadInput as refusal:
        refuse(form, refusal)
        return False
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _of_unit(submission: Submission) -> QuerySet[Adjustment]:
    """Return what the unit's own people proposed; the council's side keeps its proposals to it."""
    units = permissions.with_successors(submission.unit_id)
    own_people = (
        Q(proposed_by__memberships__unit__in=units)
        | Q(proposed_by__tenures__unit__in=units)
        | Q(proposed_by__authorisations__unit__in=units)
    )
    return submission.adjustments.filter(own_people).select_related("proposed_by").distinct()
