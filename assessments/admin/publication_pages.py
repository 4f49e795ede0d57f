"""The pages of a publication beside the acts of the table: its dry run and its correction."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.admin.base import WorkflowAdmin, show_refusal
from assessments.choices import PublicationState
from assessments.errors import Refused
from assessments.models import Publication
from assessments.queries import dry_run_changes, dry_runs
from assessments.workflow import drafts
from units.permissions import person_of

if TYPE_CHECKING:
    _Base = WorkflowAdmin
else:
    _Base = object


class CorrectionForm(forms.Form):
    """Why a publication is corrected."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for the correction"), widget=forms.Textarea(attrs={"rows": 3})
    )


class PublicationPagesMixin(_Base):
    """Add the dry run and the beginning of a correction to the admin of publications."""

    def get_urls(self) -> list[URLPattern]:
        """Add the dry run and the beginning of a correction."""
        guarded = self.admin_site.admin_view
        name = "assessments_publication"
        return [
            path("<int:pk>/dry-run/", guarded(self.dry_run_view), name=f"{name}_dry_run"),
            path("<int:pk>/correct/", guarded(self.correct_view), name=f"{name}_correct"),
            *super().get_urls(),
        ]

    def _leaders_object(self, request: HttpRequest, pk: int) -> Publication:
        obj: Publication = self.scoped_object(request, pk)
        if not drafts.may_publish(person_of(request), obj, timezone.now()):
            raise Http404
        return obj

    def dry_run_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the dry run; on POST remember that these very figures were seen."""
        obj = self._leaders_object(request, pk)
        now = timezone.now()
        if obj.state != PublicationState.DRAFT or obj.cycle is None:
            raise Http404
        if request.method == "POST":
            try:
                seen = request.POST.get("digest", "")
                drafts.dry_run(publication=obj, by=person_of(request), at=now, seen=seen)
            except Refused as refusal:
                messages.error(request, str(refusal))
                return HttpResponseRedirect(request.path)
            messages.success(
                request, _("The dry run is on record; the publication may be scheduled.")
            )
            return HttpResponseRedirect(self.after_act(obj))
        run = dry_runs.report(obj, now)
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "object": obj,
            "title": _("Dry run"), "run": run,
            "changes": dry_run_changes.changes(obj.dry_run_figures, run),
            "cancel_url": self.after_act(obj),
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/publication/dry_run.html", context)

    def correct_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the reason and begin a correction."""
        obj = self._leaders_object(request, pk)
        form = CorrectionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                made = drafts.create_correction(
                    publication=obj, by=person_of(request), at=timezone.now(),
                    reason=form.cleaned_data["reason"],
                )  # fmt: skip
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                return HttpResponseRedirect(self.after_act(made))
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "object": obj,
            "title": _("Correct"), "form": form, "action_label": _("Begin the correction"),
            "consequence": _("A new draft is made; the publication stays readable as it is."),
            "cancel_url": self.after_act(obj),
        }  # fmt: skip
        return TemplateResponse(request, "admin/workflow_confirm.html", context)
