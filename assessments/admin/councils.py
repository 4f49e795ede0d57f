"""Councils, seats, assignments, declared conflicts and appointments."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.results import RowResult

from assessments import permissions
from assessments.admin.declaration_pages import DeclarationPagesMixin
from assessments.admin.distribution_pages import councils_of
from assessments.admin.scoped import user_of, without_conflicts
from assessments.admin.sighted import LogsSightMixin
from assessments.admin.substitute_pages import SubstitutePagesMixin
from assessments.choices import Level
from assessments.models import (
    Appointment,
    Assignment,
    Council,
    CouncilMember,
    Criterion,
    DeclaredConflict,
)  # fmt: skip
from assessments.resources.councils import AssignmentResource
from assessments.workflow import appraisals, distribution, events
from cchc.kit.admin import TableAdmin
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
        return (
            super().get_queryset(request).filter(pk__in=councils_of(user_of(request)).values("pk"))
        )

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


class AssignmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """One field of one scheme of the council's cycle."""

    by: User

    class Meta:
        model = Assignment
        fields = ("member", "field", "unit", "since", "until", "stands_in_for")

    def clean(self) -> dict[str, Any]:
        """Refuse the own seat, a scheme that the cycle does not use, and the member's own unit."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        member, field, unit = data.get("member"), data.get("field"), data.get("unit")
        if member and member.user_id == self.by.pk and self.has_changed():
            self.add_error("member", distribution.own_seat())
        stood_for = data.get("stands_in_for")
        if member and stood_for and stood_for.council_id != member.council_id:
            self.add_error("stands_in_for", _("Choose another member of the same council."))
        if member and field:
            used = member.council.cycle.cycle_schemes.filter(scheme=field.scheme_id)
            if not used.exists():
                self.add_error("field", _("The cycle of this council does not use that scheme."))
        if member and unit:
            ids = permissions.conflicted_unit_ids(member.user, member.council.cycle, timezone.now())
            if unit.pk in ids:
                self.add_error("unit", _("The member has a conflict of interest with this unit."))
        return data


class CouncilScopedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of seats: those of the person's councils, without units in conflict."""

    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows of the person's councils, none about a unit in conflict."""
        user = user_of(request)
        rows = (
            super().get_queryset(request).filter(member__council__in=councils_of(user).values("pk"))
        )
        return rows.filter(
            without_conflicts(user, timezone.now(), "member__council__cycle", "unit")
        )

    def formfield_for_foreignkey(self, db_field, request, **kwargs):  # type: ignore[no-untyped-def]
        """Offer seats of the person's councils, fields only, and no unit in conflict."""
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if request is None:
            return field
        councils = councils_of(user_of(request))
        if db_field.name in ("member", "stands_in_for"):
            field.queryset = field.queryset.filter(
                council__in=councils.values("pk")
            ).select_related("user")
        if db_field.name == "field":
            field.queryset = Criterion.objects.filter(
                level=Level.FIELD, scheme__cycle_schemes__cycle__council__in=councils.values("pk")
            ).distinct()
        if db_field.name == "unit":
            found: set[int] = set()
            for council in councils.select_related("cycle"):
                found |= permissions.conflicted_unit_ids(
                    user_of(request), council.cycle, timezone.now()
                )
            field.queryset = field.queryset.exclude(pk__in=found)
        return field


@admin.register(Assignment)
class AssignmentAdmin(SubstitutePagesMixin, TableAdmin, CouncilScopedAdmin):  # type: ignore[misc]
    """Who appraises which field; by the matrix, by hand or by a table."""

    form = AssignmentForm
    change_list_template = "admin/assessments/assignment/change_list.html"
    resource_classes = [AssignmentResource]
    list_display = ("field", "member", "unit", "since", "until", "stands_in_for")
    list_filter = (
        ("member__council", admin.RelatedOnlyFieldListFilter),
        ("field", admin.RelatedOnlyFieldListFilter), ("member", admin.RelatedOnlyFieldListFilter),
    )  # fmt: skip
    list_select_related = ("field", "member__user", "unit", "stands_in_for__user")
    search_fields = (
        "member__user__full_name",
        "member__user__username",
        "field__code",
        "field__name",
    )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Tell the form who fills it in."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type("AssignmentForm", (form,), {"by": request.user})

    def get_export_filename(self, request: HttpRequest, queryset: Any, file_format: Any) -> str:
        """Name the file by what it holds and the day."""
        return f"phan-cong-{timezone.localdate():%Y-%m-%d}.{file_format.get_extension()}"

    def save_model(self, request: HttpRequest, obj: Assignment, form: Any, change: bool) -> None:
        """Save and log."""
        super().save_model(request, obj, form, change)
        distribution.record(action="assign", row=obj, by=user_of(request), at=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Assignment) -> None:
        """Log and delete."""
        distribution.record(action="unassign", row=obj, by=user_of(request), at=timezone.now())
        super().delete_model(request, obj)

    def generate_log_entries(self, result: Any, request: HttpRequest) -> None:
        """Log imported rows in the chain of the cycle as well."""
        super().generate_log_entries(result, request)
        moved = (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE)
        now = timezone.now()
        for row in result:
            if row.import_type in moved:
                distribution.record(action="assign", row=row.instance, by=user_of(request), at=now)


@admin.register(DeclaredConflict)
class DeclaredConflictAdmin(DeclarationPagesMixin, CouncilScopedAdmin):
    """Conflicts that members declare; points they gave before are flagged at once."""

    list_display = ("member", "unit", "since", "until")
    list_filter = (("member__council", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("member__user", "unit")
    search_fields = ("member__user__full_name", "member__user__username")

    def has_change_permission(
        self, request: HttpRequest, obj: DeclaredConflict | None = None
    ) -> bool:
        """Keep everybody's hands off what they declared: another secretary ends it."""
        own = obj is not None and obj.member.user_id == request.user.pk
        return super().has_change_permission(request, obj) and not own

    def has_delete_permission(
        self, request: HttpRequest, obj: DeclaredConflict | None = None
    ) -> bool:
        """Keep everybody's hands off what they declared: another secretary ends it."""
        own = obj is not None and obj.member.user_id == request.user.pk
        return super().has_delete_permission(request, obj) and not own

    def save_model(
        self, request: HttpRequest, obj: DeclaredConflict, form: Any, change: bool
    ) -> None:
        """Save, log and flag the points given with the conflict (design 0.6)."""
        super().save_model(request, obj, form, change)
        now = timezone.now()
        events.record(action="declare_conflict", obj=obj, by=user_of(request), at=now)
        appraisals.flag_conflicts(obj.member.council.cycle, now)


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
