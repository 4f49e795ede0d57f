"""The pages of a publication beside the acts of the table: dry run, correction, annex."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import papers
from assessments.admin.base import WorkflowAdmin, show_refusal
from assessments.choices import PublicationKind, PublicationState
from assessments.errors import Refused
from assessments.models import Publication
from assessments.queries import dry_run_changes, dry_runs
from assessments.resources.annex import annex_book
from assessments.workflow import drafts
from cchc.kit.downloads import handed_out
from cchc.kit.files import CONTENT_TYPES
from units.permissions import person_of

if TYPE_CHECKING:
    _Base = WorkflowAdmin
else:
    _Base = object


ANNEX = "assessments_publication_annex"
_ANNEX_MAKERS: Mapping[str, Callable[[papers.Annexes, dt.datetime], bytes]] = {
    "pdf": lambda made, at: papers.annex_pdf(made, at=at),
    "docx": lambda made, at: papers.annex_docx(made),
    "xlsx": lambda made, at: annex_book(made),
}


def has_annex(publication: Publication) -> bool:
    """Tell whether the publication is one of a cycle that was not withdrawn."""
    withdrawn = publication.state == PublicationState.WITHDRAWN
    return publication.kind != PublicationKind.RECORD and not withdrawn


class CorrectionForm(forms.Form):
    """Why a publication is corrected."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for the correction"), widget=forms.Textarea(attrs={"rows": 3})
    )


class PublicationPagesMixin(_Base):
    """Add the dry run, the beginning of a correction and the annex to the publications."""

    def get_urls(self) -> list[URLPattern]:
        """Put the pages before the admin's own."""
        guarded = self.admin_site.admin_view
        name = "assessments_publication"
        return [
            path("<int:pk>/dry-run/", guarded(self.dry_run_view), name=f"{name}_dry_run"),
            path("<int:pk>/correct/", guarded(self.correct_view), name=f"{name}_correct"),
            path("<int:pk>/phu-luc.<slug:ending>", guarded(self.annex_view), name=ANNEX),
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

    def annex_view(self, request: HttpRequest, pk: int, ending: str) -> HttpResponse:
        """Hand out the annex of the City's decision, or say why the figures cannot leave yet."""
        obj = self._leaders_object(request, pk)
        if ending not in _ANNEX_MAKERS or not has_annex(obj):
            raise Http404
        problems = drafts.figure_problems(obj) if obj.state == PublicationState.DRAFT else []
        if problems:
            for problem in problems:
                messages.error(request, problem)
            return HttpResponseRedirect(self.after_act(obj))
        at = obj.published_at or timezone.now()
        made = papers.annexes_of(obj, at)
        draft = "-du-thao" if made.is_draft else ""
        name = f"phu-luc-{obj.slug}{draft}.{ending}"
        body = _ANNEX_MAKERS[ending](made, at)
        return handed_out(HttpResponse(body, content_type=CONTENT_TYPES[ending]), name)

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
