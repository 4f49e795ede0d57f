"""What Home Affairs and the secretariat add to a dossier: independent figures, adjustments."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.admin.appraisal_forms import IndependentForm
from assessments.admin.base import show_refusal
from assessments.admin.scoped import user_of
from assessments.choices import CouncilRole, PortalRole
from assessments.errors import Refused
from assessments.forms.adjustments import AdjustmentForm, caps_of
from assessments.models import Adjustment, CriterionScore, Submission
from assessments.workflow import decisions, independent

INDEPENDENT = "assessments_submission_independent"
ADJUST = "assessments_submission_adjust"


class OfficePagesMixin:
    """Add …/<id>/so-lieu-doc-lap/ and …/<id>/diem-thuong/ to the admin of dossiers."""

    def get_urls(self) -> list[URLPattern]:
        """Put the two pages before the admin's own."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("<int:pk>/so-lieu-doc-lap/", wrap(self.independent_view), name=INDEPENDENT),
            path("<int:pk>/diem-thuong/", wrap(self.adjust_view), name=ADJUST),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def buttons(self, request: HttpRequest, obj: Submission) -> list[dict[str, Any]]:
        """Add the two pages to the acts, for those who have them."""
        pages = (
            (may_record, INDEPENDENT, _("Independent figures")),
            (may_propose, ADJUST, _("Propose a bonus or penalty")),
        )
        return [
            *super().buttons(request, obj),  # type: ignore[misc]
            *(
                {"label": label, "danger": False, "url": reverse(f"admin:{name}", args=[obj.pk])}
                for allowed, name, label in pages
                if allowed(request, obj)
            ),
        ]

    def _dossier(self, request: HttpRequest, pk: int) -> Submission:
        admin_self: Any = self
        rows: QuerySet[Submission] = admin_self.get_queryset(request)
        found = rows.filter(pk=pk).select_related("cycle", "cycle_scheme__scheme").first()
        if found is None:
            raise Http404
        return found

    def independent_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the leaves that an independent figure exists for, each with its form."""
        submission = self._dossier(request, pk)
        if not may_record(request, submission):
            raise Http404
        rows = _leaves_with_figures(submission)
        bound = None
        if request.method == "POST":
            number = request.POST.get("score", "")
            row = next((row for row in rows if str(row.pk) == number), None)
            if row is None:
                raise Http404
            bound = IndependentForm(row, request.POST)
            if _recorded(request, bound):
                place = f"{reverse(f'admin:{INDEPENDENT}', args=[pk])}#leaf-{row.pk}"
                return HttpResponseRedirect(place)
        shown = [
            bound if bound is not None and bound.row.pk == row.pk else IndependentForm(row)
            for row in rows
        ]
        return self._page(
            request, submission, "independent", _("Independent figures"),
            {"forms": shown, "settled": independent.is_settled(submission)},
        )  # fmt: skip

    def adjust_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a proposal of bonus or penalty, and show the ones that the person may see."""
        submission = self._dossier(request, pk)
        if not may_propose(request, submission):
            raise Http404
        form = AdjustmentForm(submission, request.POST if request.method == "POST" else None)
        if form.is_valid() and _proposed(request, submission, form):
            return HttpResponseRedirect(reverse(f"admin:{ADJUST}", args=[pk]))
        return self._page(
            request, submission, "adjust", _("Bonus and penalty"),
            {"form": form, "adjustments": _seen(request, submission)},
        )  # fmt: skip

    def _page(
        self, request: HttpRequest, submission: Submission, name: str, title: str,
        more: dict[str, Any],
    ) -> HttpResponse:  # fmt: skip
        admin_self: Any = self
        context = {
            **admin_self.admin_site.each_context(request), "opts": admin_self.opts,
            "submission": submission, "title": title,
            "act_buttons": self.buttons(request, submission), **more,
        }  # fmt: skip
        return TemplateResponse(request, f"admin/assessments/submission/{name}.html", context)


def may_record(request: HttpRequest, submission: Submission) -> bool:
    """Tell whether the person enters independent figures of this dossier."""
    return bool(independent.may_record(user_of(request), submission, timezone.now()))


def may_propose(request: HttpRequest, submission: Submission) -> bool:
    """Tell whether the person proposes adjustments here, and the scheme knows any."""
    user, now = user_of(request), timezone.now()
    return bool(caps_of(submission.cycle_scheme.scheme)) and any(
        permissions.acts_for(user, submission, role, now)
        for role in (PortalRole.HOME_AFFAIRS_OFFICER, CouncilRole.SECRETARY)
    )


def _leaves_with_figures(submission: Submission) -> list[CriterionScore]:
    rows = list(
        submission.scores.filter(criterion__has_independent_figure=True)
        .select_related("criterion__field")
        .order_by("criterion__position")
    )
    for row in rows:
        row.submission = submission
    return rows


def _recorded(request: HttpRequest, form: IndependentForm) -> bool:
    if not form.is_valid():
        return False
    try:
        independent.record_independent(
            score=form.row, by=user_of(request), at=timezone.now(), **form.cleaned_data
        )
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    messages.success(request, _("Saved."))
    return True


def _proposed(request: HttpRequest, submission: Submission, form: AdjustmentForm) -> bool:
    try:
        decisions.propose_adjustment(
            submission=submission, by=user_of(request), at=timezone.now(), **form.cleaned_data
        )
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    messages.success(request, _("The proposal is recorded; the council decides on it."))
    return True


def _seen(request: HttpRequest, submission: Submission) -> QuerySet[Adjustment]:
    """Return all proposals to who may read the scores, to others those of their own."""
    rows = submission.adjustments.select_related("proposed_by")
    user = user_of(request)
    if permissions.may_read_scores(user, submission, timezone.now()):
        return rows
    return rows.filter(proposed_by=user)
