"""Assignments and declared conflicts: rows of seats, without units in conflict with the reader."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.results import RowResult

from assessments import permissions
from assessments.admin.base import show_refusal
from assessments.admin.declaration_pages import DeclarationPagesMixin
from assessments.admin.scoped import user_of, without_conflicts
from assessments.admin.substitute_pages import SubstitutePagesMixin
from assessments.choices import Level
from assessments.errors import Refused
from assessments.models import Assignment, Council, Criterion, Cycle, DeclaredConflict
from assessments.resources.councils import AssignmentResource
from assessments.workflow import appraisals, assignments, declarations, distribution
from cchc.kit.admin import TableAdmin
from units.models import User


def _councils_of(request: HttpRequest) -> QuerySet[Council]:
    return permissions.councils_of(user_of(request), timezone.localdate())


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
        if member:
            self._require_kept(member.council.cycle)
        return data

    def _require_kept(self, cycle: Cycle) -> None:
        """Refuse to rewrite what was in force, and any change once the cycle is over."""
        given = {
            name: self.cleaned_data[name]
            for name in self.changed_data if name in self.cleaned_data
        }  # fmt: skip
        try:
            if given:
                assignments.require_running(cycle)
            if given and self.instance.pk:
                assignments.require_change(self.instance, given, timezone.now())
        except Refused as refusal:
            show_refusal(self, refusal)


class CouncilScopedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of seats: those of the person's councils, without units in conflict."""

    actions = None

    def require_removable(self, obj: Any) -> None:
        """Raise Refused when the row is kept; subclasses say when."""
        raise NotImplementedError

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say why a row that was in force is kept, in place of asking whether to delete it."""
        obj = self.get_object(request, unquote(object_id))
        if obj is not None and self.has_delete_permission(request, obj):
            try:
                self.require_removable(obj)
            except Refused as refusal:
                messages.error(request, str(refusal))
                name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
                return HttpResponseRedirect(reverse(name, args=[obj.pk]))
        return super().delete_view(request, object_id, extra_context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows of the person's councils, none about a unit in conflict."""
        user = user_of(request)
        councils = _councils_of(request).values("pk")
        rows = super().get_queryset(request).filter(member__council__in=councils)
        return rows.filter(
            without_conflicts(user, timezone.now(), "member__council__cycle", "unit")
        )

    def formfield_for_foreignkey(self, db_field, request, **kwargs):  # type: ignore[no-untyped-def]
        """Offer seats of the person's councils, fields only, and no unit in conflict."""
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if request is None:
            return field
        councils = _councils_of(request)
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
        """Save and log, as taken away where only the last day came nearer."""
        super().save_model(request, obj, form, change)
        old = form.initial.get("until")
        sooner = obj.until is not None and (old is None or obj.until < old)
        action = "unassign" if change and form.changed_data == ["until"] and sooner else "assign"
        distribution.record(action=action, row=obj, by=user_of(request), at=timezone.now())

    def require_removable(self, obj: Assignment) -> None:
        """Raise Refused for what was in force before today, and once the cycle is over."""
        assignments.require_removable(obj, timezone.now())

    def delete_model(self, request: HttpRequest, obj: Assignment) -> None:
        """Log and delete."""
        assignments.remove(row=obj, by=user_of(request), at=timezone.now())

    def generate_log_entries(self, result: Any, request: HttpRequest) -> None:
        """Log imported rows in the chain of the cycle as well."""
        super().generate_log_entries(result, request)
        moved = (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE)
        now = timezone.now()
        for row in result:
            if row.import_type in moved:
                distribution.record(action="assign", row=row.instance, by=user_of(request), at=now)


class ConflictForm(forms.ModelForm):  # type: ignore[type-arg]
    """A declared conflict; once declared only its last day changes."""

    class Meta:
        model = DeclaredConflict
        fields = ("member", "unit", "reason", "since", "until")

    def clean(self) -> dict[str, Any]:
        """Refuse a last day that would rewrite the past."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            if self.instance.pk and "until" in data:
                declarations.require_end(self.instance, data["until"], timezone.now())
        except Refused as refusal:
            show_refusal(self, refusal)
        return data


@admin.register(DeclaredConflict)
class DeclaredConflictAdmin(DeclarationPagesMixin, CouncilScopedAdmin):
    """Conflicts that members declare; points they gave before are flagged at once."""

    list_display = ("member", "unit", "since", "until")
    list_filter = (("member__council", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("member__user", "unit")
    search_fields = ("member__user__full_name", "member__user__username")
    form = ConflictForm

    def get_readonly_fields(
        self, request: HttpRequest, obj: DeclaredConflict | None = None
    ) -> tuple[str, ...]:
        """Keep what was declared; only its last day is given later."""
        return () if obj is None else ("member", "unit", "reason", "since")

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
        now, by = timezone.now(), user_of(request)
        if change:
            if form.changed_data:
                declarations.end_conflict(conflict=obj, by=by, at=now, until=obj.until)
            return
        super().save_model(request, obj, form, change)
        declarations.record(action="declare_conflict", row=obj, by=by, at=now)
        appraisals.flag_conflicts(obj.member.council.cycle, now)

    def require_removable(self, obj: DeclaredConflict) -> None:
        """Raise Refused for a conflict that has begun."""
        declarations.require_removable(obj, timezone.now())

    def delete_model(self, request: HttpRequest, obj: DeclaredConflict) -> None:
        """Log and delete."""
        declarations.remove_conflict(conflict=obj, by=user_of(request), at=timezone.now())
