"""What our pages are measured against: Django's own over the same rows (design 7)."""

from typing import Any

from django.contrib import admin
from django.urls import path

from assessments.models import CriterionScore, Submission
from cchc.urls import urlpatterns as portal

site = admin.AdminSite("plain")


class ScoreInline(admin.TabularInline):  # type: ignore[type-arg]
    """Every leaf of the dossier in a row, with the inputs that a unit fills in."""

    model = CriterionScore
    extra = 0
    fields = ("met", "option", "a", "b", "count", "claimed_percent", "not_applicable", "note")

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        """Add no leaves."""
        return False


@admin.register(Submission, site=site)
class SubmissionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The dossier as Django shows it when nobody writes anything."""

    fields = ("difficulties", "proposals")
    inlines = (ScoreInline,)


@admin.register(CriterionScore, site=site)
class CriterionScoreAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The leaves as Django lists them: a page of 200 rows, related names at hand."""

    list_display = (
        "criterion", "submission", "a", "b", "self_points", "self_trace", "independent_source",
        "appraised_points", "appraised_round", "open_to_appraiser", "version",
    )  # fmt: skip
    list_filter = ("not_applicable", "appraised_round")
    list_select_related = ("criterion", "submission__cycle")
    list_per_page = 200


urlpatterns = [path("plain/", site.urls), *portal]
