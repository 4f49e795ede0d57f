"""Plans of mergers: preview and confirm."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cchc.kit.admin import checked
from units import mergers
from units.errors import Refused
from units.models import Merger
from units.permissions import person_of


@admin.register(Merger)
class MergerAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A plan can be edited until it is confirmed; the preview says what confirming does."""

    list_display = ["__str__", "effective_on", "decision_number", "confirmed_at"]
    list_filter = ["kind", ("confirmed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["successor"]
    search_fields = ["predecessors__search_name", "successor__search_name", "new_name"]
    autocomplete_fields = ["predecessors", "successor", "new_group"]
    readonly_fields = ["confirmed_at", "confirmed_by"]
    change_form_template = "admin/units/merger/change_form.html"

    def has_change_permission(self, request: HttpRequest, obj: Merger | None = None) -> bool:
        """Keep confirmed plans as they are."""
        return super().has_change_permission(request, obj) and not (obj and obj.confirmed_at)

    def has_delete_permission(self, request: HttpRequest, obj: Merger | None = None) -> bool:
        """Keep confirmed plans."""
        return super().has_delete_permission(request, obj) and not (obj and obj.confirmed_at)

    def get_urls(self) -> list[Any]:
        """Add the preview, which also takes the confirmation."""
        view = self.admin_site.admin_view(self.preview)
        name = "units_merger_preview"
        return [path("<path:object_id>/preview/", view, name=name), *super().get_urls()]

    @checked("change")
    def preview(self, request: HttpRequest, merger: Merger) -> HttpResponse:
        """Show what confirming will do; on POST confirm it."""
        if request.method == "POST":
            return self._confirm(request, merger)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Preview of the merger"),
            "opts": self.opts,
            "original": merger,
            "preview": mergers.plan(merger),
        }
        return TemplateResponse(request, "admin/units/merger/preview.html", context)

    def _confirm(self, request: HttpRequest, merger: Merger) -> HttpResponse:
        try:
            mergers.confirm(merger=merger, by=person_of(request), at=timezone.now())
        except Refused as refusal:
            for problem in refusal.problems:
                messages.error(request, problem)
            return HttpResponseRedirect(request.path)
        self.log_change(request, merger, "Confirmed.")
        messages.success(request, _("The merger was carried out."))
        return HttpResponseRedirect(reverse("admin:units_merger_change", args=[merger.pk]))
