"""Cycles with their schemes and dates, extensions, and the identity of the portal."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.admin.approval_pages import ApprovalPagesMixin
from assessments.admin.base import WorkflowAdmin
from assessments.admin.board_pages import BoardPagesMixin
from assessments.admin.calibration_pages import CalibrationPageMixin
from assessments.admin.scoped import user_of, without_conflicts
from assessments.choices import CycleState, SchemeState
from assessments.models import Cycle, CycleScheme, Extension, Milestone, SiteIdentity
from assessments.workflow import cycles, events

#: Importing the stage puts its rows into the table of acts.
STAGES = (cycles,)
_AT_WORK = (CycleState.DRAFT, CycleState.OPEN)
_CLOCKS = ("explanation_rounds", "answer_days", "appeal_days")


class _CycleInline(admin.TabularInline):  # type: ignore[type-arg]
    """Rows of a cycle that may be edited in some of its states only."""

    extra = 0
    states: tuple[str, ...] = (CycleState.DRAFT,)

    def _may(self, obj: Cycle | None) -> bool:
        return obj is None or obj.state in self.states

    def has_add_permission(self, request: HttpRequest, obj: Cycle | None = None) -> bool:
        """Add in these states only."""
        return super().has_add_permission(request, obj) and self._may(obj)

    def has_change_permission(self, request: HttpRequest, obj: Cycle | None = None) -> bool:
        """Change in these states only."""
        return super().has_change_permission(request, obj) and self._may(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Cycle | None = None) -> bool:
        """Delete in these states only."""
        return super().has_delete_permission(request, obj) and self._may(obj)


class MilestoneInline(_CycleInline):
    """The windows of the stages; later shifts for single units are extensions."""

    model = Milestone
    states = _AT_WORK

    def has_delete_permission(self, request: HttpRequest, obj: Cycle | None = None) -> bool:
        """Keep the stages of an open cycle: without its window a stage stops for everybody."""
        drafted = obj is None or obj.state == CycleState.DRAFT
        return drafted and super().has_delete_permission(request, obj)


class CycleSchemeInline(_CycleInline):
    """Which scheme for which group."""

    model = CycleScheme
    autocomplete_fields = ("units",)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):  # type: ignore[no-untyped-def]
        """Offer issued schemes."""
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "scheme":
            field.queryset = field.queryset.filter(state=SchemeState.ISSUED)
        return field


@admin.register(Cycle)
class CycleAdmin(ApprovalPagesMixin, BoardPagesMixin, CalibrationPageMixin, WorkflowAdmin):
    """The year: schemes, dates, plan; opened and closed by the buttons."""

    list_display = ("title", "year", "illustrative", "state", "opened_at")
    list_filter = ("state", "illustrative")
    search_fields = ("title", "decision_number")
    fields = (
        "year", "title", "illustrative", "state", "opened_at", "decision_number", "decision_date",
        "decision_signer", *_CLOCKS,
    )  # fmt: skip
    inlines = (CycleSchemeInline, MilestoneInline)
    actions = None

    def get_readonly_fields(
        self, request: HttpRequest, obj: Cycle | None = None
    ) -> tuple[str, ...]:
        """Fix year and kind once the cycle is open."""
        fixed = ("state", "opened_at")
        return (
            fixed
            if obj is None or obj.state == CycleState.DRAFT
            else (*fixed, "year", "illustrative")
        )

    def has_change_permission(self, request: HttpRequest, obj: Cycle | None = None) -> bool:
        """Keep published and closed cycles as they are."""
        return super().has_change_permission(request, obj) and (
            obj is None or obj.state in _AT_WORK
        )

    def has_delete_permission(self, request: HttpRequest, obj: Cycle | None = None) -> bool:
        """Delete drafts only."""
        draft = obj is None or obj.state == CycleState.DRAFT
        return super().has_delete_permission(request, obj) and draft

    def save_model(self, request: HttpRequest, obj: Cycle, form: Any, change: bool) -> None:
        """Log changed rounds and clocks of an open cycle; those that run already stay."""
        super().save_model(request, obj, form, change)
        changed = [name for name in _CLOCKS if name in form.changed_data]
        if changed and obj.state == CycleState.OPEN:
            events.record(
                action="change_clocks", obj=obj, by=user_of(request), at=timezone.now(),
                data={name: [form.initial[name], getattr(obj, name)] for name in changed},
            )  # fmt: skip

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Log changed dates of an open cycle."""
        super().save_related(request, form, formsets, change)
        moved = [fs for fs in formsets if fs.model is Milestone and fs.has_changed()]
        if moved and form.instance.state == CycleState.OPEN:
            rows = form.instance.milestones.all()
            dates = {row.stage: [row.opens_at, row.closes_at] for row in rows}
            events.record(
                action="change_dates", obj=form.instance, by=user_of(request), at=timezone.now(),
                data={stage: [at.isoformat() for at in pair] for stage, pair in dates.items()},
            )  # fmt: skip


class ExtensionForm(forms.ModelForm):  # type: ignore[type-arg]
    """More time rests on a decision, in an open cycle, for a unit of it."""

    class Meta:
        model = Extension
        fields = (
            "cycle", "stage", "unit", "until", "reason", "decision_number", "decision_date",
            "decision_signer",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse what no decision covers, and units that the cycle does not assess."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        cycle, unit = data.get("cycle"), data.get("unit")
        if not (
            data.get("decision_number")
            and data.get("decision_date")
            and data.get("decision_signer")
        ):
            self.add_error("decision_number", _("Give the decision's number, date and signer."))
        if cycle and unit and not cycle.submissions.filter(unit=unit).exists():
            self.add_error("unit", _("The cycle does not assess this unit."))
        return data


@admin.register(Extension)
class ExtensionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """More time for one unit or for all, stage by stage."""

    form = ExtensionForm
    list_display = ("cycle", "stage", "unit", "until", "decision_number")
    list_filter = ("stage", ("cycle", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("cycle", "unit")
    search_fields = ("unit__code", "unit__search_name", "decision_number")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Extension]:
        """Leave out units in whose appraisal the person has a conflict."""
        rows = super().get_queryset(request)
        return rows.filter(without_conflicts(user_of(request), timezone.now(), "cycle", "unit"))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):  # type: ignore[no-untyped-def]
        """Offer open cycles, and their units without those in conflict."""
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if request is None:
            return field
        open_ones = Cycle.objects.filter(state=CycleState.OPEN)
        if db_field.name == "cycle":
            field.queryset = open_ones
        if db_field.name == "unit":
            found: set[int] = set()
            for cycle in open_ones:
                found |= permissions.conflicted_unit_ids(user_of(request), cycle, timezone.now())
            field.queryset = (
                field.queryset.filter(submissions__cycle__in=open_ones)
                .exclude(pk__in=found)
                .distinct()
            )
        return field

    def has_change_permission(self, request: HttpRequest, obj: Extension | None = None) -> bool:
        """Correct an extension by another one; only additions are made."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Extension | None = None) -> bool:
        """Keep what was granted."""
        return False

    def save_model(self, request: HttpRequest, obj: Extension, form: Any, change: bool) -> None:
        """Save and log."""
        super().save_model(request, obj, form, change)
        events.record(
            action="extend", obj=obj, by=user_of(request), at=timezone.now(),
            data={"stage": obj.stage, "until": obj.until.isoformat()},
        )  # fmt: skip


@admin.register(SiteIdentity)
class SiteIdentityAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Whose portal this is: one row."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Add the row when there is none."""
        return super().has_add_permission(request) and not SiteIdentity.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: SiteIdentity | None = None) -> bool:
        """Keep it: header, footer and papers need it."""
        return False

    def save_model(self, request: HttpRequest, obj: SiteIdentity, form: Any, change: bool) -> None:
        """Save as the one row."""
        obj.pk = 1
        super().save_model(request, obj, form, change)
