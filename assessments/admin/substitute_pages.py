"""Substitutes for some days, and single dossiers of a field, beside the matrix of a council."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.admin.base import show_refusal
from assessments.admin.distribution_forms import SubstituteForm
from assessments.admin.distribution_pages import DistributionPagesMixin, ids_of, to_matrix
from assessments.admin.scoped import user_of
from assessments.errors import Refused
from assessments.workflow import distribution, substitutes

SUBSTITUTE = "assessments_assignment_substitute"
COVER = "assessments_assignment_cover"


class SubstitutePagesMixin(DistributionPagesMixin):
    """Add …/ma-tran/<council>/thay-the/ and …/tung-ho-so/ to the matrix."""

    def get_urls(self) -> list[URLPattern]:
        """Put the pages before the admin's own."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        base = "ma-tran/<int:council>/"
        return [
            path(f"{base}thay-the/", wrap(self.substitute_view), name=SUBSTITUTE),
            path(f"{base}tung-ho-so/", wrap(self.cover_view), name=COVER),
            *super().get_urls(),
        ]

    def substitute_view(self, request: HttpRequest, council: int) -> HttpResponse:
        """Take member, substitute, days and fields."""
        held = self.council_for(request, council, editing=True)
        form = SubstituteForm(held, request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                rows = substitutes.substitute(
                    by=user_of(request), at=timezone.now(), **form.cleaned_data
                )
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(
                    request, _("Saved: the substitute has %s assignments.") % len(rows)
                )
                return to_matrix(held)
        context = {
            **self.council_context(request, held, _("Substitute for some days")),
            "form": form,
        }
        return TemplateResponse(request, "admin/assessments/assignment/substitute.html", context)

    def cover_view(self, request: HttpRequest, council: int) -> HttpResponse:
        """Give single dossiers to the members chosen."""
        held = self.council_for(request, council, editing=True)
        if request.method == "POST":
            given = [ids_of(value, 3) for value in request.POST.getlist("cover") if value]
            try:
                rows = distribution.cover(
                    council=held, by=user_of(request), at=timezone.now(),
                    given=[(seat, field, unit) for seat, field, unit in given],
                )  # fmt: skip
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, _("Saved: %s single dossiers are given.") % len(rows))
        return to_matrix(held)
