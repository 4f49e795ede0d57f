"""What the council gave and decided, to read; bonuses and penalties with their acts."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from assessments.admin.base import WorkflowAdmin
from assessments.admin.question_pages import QuestionPagesMixin
from assessments.admin.scoped import DossierScopedAdmin, LeafScopedAdmin, ReadOnlyAdmin
from assessments.admin.sighted import SightedDecisionsMixin, SightedGivenMixin
from assessments.models import (
    Adjustment,
    Appraisal,
    Approval,
    CouncilDecision,
    Explanation,
)  # fmt: skip
from assessments.workflow import windows

_CYCLE = ("score__submission__cycle", admin.RelatedOnlyFieldListFilter)
_FIELD = ("score__criterion__field", admin.RelatedOnlyFieldListFilter)
_LEAF = ("score__submission__cycle", "score__criterion", "member__user")
_SEARCH = (
    "score__criterion__code",
    "score__submission__unit_code",
    "score__submission__unit__search_name",
)


@admin.register(Appraisal)
class AppraisalAdmin(SightedGivenMixin, LeafScopedAdmin):
    """Points and opinions of the appraisers."""

    list_display = (
        "score",
        "member",
        "round",
        "points",
        "applicable",
        "responsible",
        "flagged_conflict",
        "at",
    )
    list_filter = (_CYCLE, _FIELD, "responsible", "flagged_conflict")
    list_select_related = _LEAF
    search_fields = _SEARCH


@admin.register(Explanation)
class ExplanationAdmin(QuestionPagesMixin, LeafScopedAdmin):
    """Questions and answers."""

    list_display = (
        "score",
        "round",
        "asked_by",
        "asked_at",
        "due",
        "closed_at",
        "closed_by_clock",
    )
    list_filter = (_CYCLE, _FIELD, ("closed_at", admin.EmptyFieldListFilter), "closed_by_clock")
    list_select_related = ("score__submission__cycle", "score__criterion", "asked_by__user")
    search_fields = _SEARCH
    exclude = ("due_at",)
    readonly_fields = ("due",)

    @admin.display(description=_("answer due by"), ordering="due_at")
    def due(self, obj: Explanation) -> str:
        """Name the last second in which the answer is in time."""
        return windows.last_second(obj.due_at)


@admin.register(CouncilDecision)
class CouncilDecisionAdmin(SightedDecisionsMixin, LeafScopedAdmin):
    """Decisions on leaves, with votes and dissent."""

    list_display = ("score", "points", "applicable", "meeting", "votes_for", "votes_against", "at")
    list_filter = (_CYCLE,)
    list_select_related = ("score__submission__cycle", "score__criterion", "meeting")
    search_fields = _SEARCH


@admin.register(Approval)
class ApprovalAdmin(DossierScopedAdmin):
    """Approvals in force and revoked."""

    list_display = ("submission", "by", "at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("submission__cycle", "by")
    search_fields = ("submission__unit_code", "submission__unit__search_name")


@admin.register(Adjustment)
class AdjustmentAdmin(WorkflowAdmin, DossierScopedAdmin, ReadOnlyAdmin):
    """Proposed bonuses and penalties; the chair accepts or refuses by the buttons."""

    list_display = ("submission", "kind", "points", "state", "proposed_by", "decided_at")
    list_filter = ("state", "kind", ("submission__cycle", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("submission__cycle", "proposed_by")
    search_fields = ("submission__unit_code", "submission__unit__search_name")
    fields = (
        "submission",
        "kind",
        "points",
        "reason",
        "state",
        "proposed_by",
        "decided_by_user",
        "decided_by",
        "decided_at",
    )
    readonly_fields = fields
