"""Survey rounds and their aggregates; decisions on survey leaves to read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst

from assessments import permissions
from assessments.admin.scoped import ReadOnlyAdmin, user_of, without_conflicts
from assessments.choices import CouncilRole, Method
from assessments.forms.leaf import NumberInput
from assessments.models import SurveyDecision, SurveyResult, SurveyRound
from assessments.resources.surveys import SurveyResultResource, result_problems
from assessments.scoring import parse_points
from assessments.workflow import events
from cchc.kit.admin import TableAdmin
from units.models import User

#: Who sees figures of every council's cycle before publication; the officer sees rounds only.
_SEES_RESULTS = frozenset({"survey_officer", "home_affairs_leader", "city_approver", "auditor"})


def _visible(user: User, cycle: str, unit: str) -> Q:
    """Return the condition of survey figures the person may see: never a unit in conflict."""
    now = timezone.now()
    allowed = without_conflicts(user, now, cycle, unit)
    if permissions.roles_of(user, permissions.day_of(now)) & _SEES_RESULTS:
        return allowed
    seats = permissions.seats_of(user, permissions.day_of(now)).filter(
        role__in=(CouncilRole.CHAIR, CouncilRole.SECRETARY)
    )
    return allowed & Q(**{f"{cycle}__council__in": seats.values("council")})


@admin.register(SurveyRound)
class SurveyRoundAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Surveys with their method note and smallest sample."""

    list_display = ("body", "cycle", "min_sample", "decision_number")
    list_select_related = ("cycle",)
    search_fields = ("body",)
    actions = None


class ResultForm(forms.ModelForm):  # type: ignore[type-arg]
    """One aggregate, checked as an imported one is."""

    by: User
    mean = NumberInput(parse_points, name="mean")

    class Meta:
        model = SurveyResult
        fields = ("round", "unit", "criterion", "kind", "sample", "mean")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "mean" in self.fields:  # not on the page that is only read
            self.fields["mean"].label = capfirst(SurveyResult._meta.get_field("mean").verbose_name)

    def clean(self) -> dict[str, Any]:
        """Refuse what does not fit the cycle, and what is approved already."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            row = SurveyResult(**data)
            row.pk = self.instance.pk
            for field, message in result_problems(row, by=self.by, at=timezone.now()).items():
                self.add_error(field, message)
        return data


@admin.register(SurveyResult)
class SurveyResultAdmin(TableAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Aggregates per unit, leaf and kind of respondents; by hand or by a table."""

    form = ResultForm
    resource_classes = [SurveyResultResource]
    list_display = ("unit", "criterion", "kind", "sample", "mean", "round")
    list_filter = (
        ("round", admin.RelatedOnlyFieldListFilter),
        ("criterion", admin.RelatedOnlyFieldListFilter),
        ("kind", admin.RelatedOnlyFieldListFilter),
    )  # fmt: skip
    list_select_related = ("unit", "criterion", "kind", "round__cycle")
    search_fields = ("unit__code", "unit__search_name", "criterion__code")
    autocomplete_fields = ("unit",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[SurveyResult]:
        """Leave out units in whose appraisal the person has a conflict."""
        rows = super().get_queryset(request)
        return rows.filter(_visible(user_of(request), "round__cycle", "unit"))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Tell the form who fills it in."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type("ResultForm", (form,), {"by": request.user})

    def formfield_for_foreignkey(self, db_field, request, **kwargs):  # type: ignore[no-untyped-def]
        """Offer the survey leaves of the years that have a round, each with its group."""
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "criterion":
            asked = field.queryset.filter(
                method=Method.SURVEY, scheme__cycle_schemes__cycle__survey_rounds__isnull=False
            )
            field.queryset = asked.select_related("scheme__group").distinct()
            field.label_from_instance = lambda leaf: f"{leaf.scheme.group}: {leaf}"
        return field

    def has_delete_permission(self, request: HttpRequest, obj: SurveyResult | None = None) -> bool:
        """Correct a figure instead: points may rest on it."""
        return False

    def save_model(self, request: HttpRequest, obj: SurveyResult, form: Any, change: bool) -> None:
        """Save and log."""
        super().save_model(request, obj, form, change)
        events.record(
            action="survey_result", obj=obj, by=user_of(request), at=timezone.now(),
            data={"code": obj.criterion.code, "mean": f"{obj.mean:f}", "sample": obj.sample},
        )  # fmt: skip


@admin.register(SurveyDecision)
class SurveyDecisionAdmin(ReadOnlyAdmin):
    """Decisions on survey leaves; they are taken on the council's page."""

    list_display = ("unit", "criterion", "decision", "cycle")
    list_filter = ("decision", ("cycle", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("unit", "criterion", "cycle")
    search_fields = ("unit__code", "unit__search_name", "criterion__code")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SurveyDecision]:
        """Leave out units in whose appraisal the person has a conflict."""
        return super().get_queryset(request).filter(_visible(user_of(request), "cycle", "unit"))
