"""Councils with their seats, and appointments."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.admin.scoped import user_of
from assessments.admin.sighted import LogsSightMixin
from assessments.models import Appointment, Council, CouncilMember
from assessments.workflow import appraisals, events
from cchc.kit.granting import GrantingMixin
from units.models import User


class MemberInline(GrantingMixin, admin.TabularInline):  # type: ignore[misc, type-arg]
    """The seats of a council."""

    model = CouncilMember
    extra = 0
    autocomplete_fields = ("user", "unit")


@admin.register(Council)
class CouncilAdmin(LogsSightMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """The council of each cycle, by decision, with its seats."""

    list_display = ("name", "cycle", "decision_number", "decision_date", "dissolved_on")
    list_select_related = ("cycle",)
    search_fields = ("name", "decision_number")
    inlines = (MemberInline,)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Council]:
        """Return the person's councils; all of them for those who oversee them."""
        met = permissions.councils_of(user_of(request), timezone.localdate())
        return super().get_queryset(request).filter(pk__in=met.values("pk"))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Log the changed seats, and flag points whose giver has a conflict by them."""
        super().save_related(request, form, formsets, change)
        now = timezone.now()
        for rows in formsets:
            for seat in [*rows.new_objects, *(row for row, _fields in rows.changed_objects)]:
                events.record(
                    action="seat",
                    obj=seat,
                    by=user_of(request),
                    at=now,
                    data={"user": seat.user_id, "role": seat.role, "unit": seat.unit_id},
                )
            for seat in rows.deleted_objects:  # without a key by now, so told of the council
                events.record(
                    action="unseat",
                    obj=form.instance,
                    by=user_of(request),
                    at=now,
                    data={"user": seat.user_id, "role": seat.role, "unit": seat.unit_id},
                )
        appraisals.flag_conflicts(form.instance.cycle, timezone.now())


class AppointmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """An appointment rests on a decision and is never one's own."""

    by: User

    class Meta:
        model = Appointment
        fields = (
            "user", "role", "since", "until", "decision_number", "decision_date", "decision_signer",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse an appointment of oneself, and one without its decision."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("user") == self.by:
            self.add_error("user", _("Nobody appoints themself."))
        if not (
            data.get("decision_number")
            and data.get("decision_date")
            and data.get("decision_signer")
        ):
            self.add_error("decision_number", _("Give the decision's number, date and signer."))
        return data


@admin.register(Appointment)
class AppointmentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Dated roles outside units and councils; the row itself grants the right (design 0.7)."""

    form = AppointmentForm
    list_display = ("user", "role", "since", "until", "decision_number")
    list_filter = ("role",)
    list_select_related = ("user",)
    search_fields = ("user__full_name", "user__username", "decision_number")
    autocomplete_fields = ("user",)
    actions = None

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Tell the form who fills it in."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type("AppointmentForm", (form,), {"by": request.user})

    def has_change_permission(self, request: HttpRequest, obj: Appointment | None = None) -> bool:
        """Keep everybody's hands off their own appointments."""
        own = obj is not None and obj.user_id == request.user.pk
        return super().has_change_permission(request, obj) and not own

    def has_delete_permission(self, request: HttpRequest, obj: Appointment | None = None) -> bool:
        """End an appointment by its last day; what it allowed stays on record."""
        return False

    def save_model(self, request: HttpRequest, obj: Appointment, form: Any, change: bool) -> None:
        """Save and log."""
        super().save_model(request, obj, form, change)
        events.record(
            action="appoint", obj=obj, by=user_of(request), at=timezone.now(),
            data={"user": obj.user_id, "role": obj.role, "since": obj.since.isoformat(),
                  "until": obj.until.isoformat() if obj.until else None},
        )  # fmt: skip
