"""The days on which the calendar of holidays is overruled (design 10)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from assessments.admin.scoped import user_of
from assessments.models import WorkingDay
from assessments.resources.workdays import WorkingDayResource
from assessments.workflow import events
from cchc.kit.admin import TableAdmin


@admin.register(WorkingDay)
class WorkingDayAdmin(TableAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Days off and worked Saturdays that were announced, by hand or by a table."""

    resource_classes = [WorkingDayResource]
    list_display = ("day", "is_working", "note", "decision_number")
    list_filter = ("is_working",)
    search_fields = ("note", "decision_number")
    date_hierarchy = "day"
    fields = (
        "day", "is_working", "note", "decision_number", "decision_date", "decision_signer",
    )  # fmt: skip
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: WorkingDay | None = None) -> bool:
        """Correct a day instead: clocks were counted by it."""
        return False

    def save_model(self, request: HttpRequest, obj: WorkingDay, form: Any, change: bool) -> None:
        """Save and log."""
        super().save_model(request, obj, form, change)
        events.record(
            action="working_day", obj=obj, by=user_of(request), at=timezone.now(),
            data={"day": obj.day.isoformat(), "worked": obj.is_working},
        )  # fmt: skip
