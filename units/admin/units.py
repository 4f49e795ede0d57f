"""Groups, units, their other names and how they follow one another."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cchc.kit.admin import PlainSearch, TableAdmin
from cchc.kit.text import fold
from units.models import Succession, Unit, UnitAlias, UnitGroup, UnitHead
from units.resources import AliasResource, UnitResource


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuse a name that a unit has already: the key it is compared by is no field of the form."""

    class Meta:
        model = Unit
        fields = [
            "code", "name", "short_name", "slug", "group", "agency_code", "code_verified",
            "handles_procedures", "established_on", "dissolved_on", "source",
        ]  # fmt: skip

    def clean_name(self) -> str:
        """Compare the folded name with names and other names."""
        name: str = self.cleaned_data["name"]
        key, own = fold(name), self.instance.pk
        units = Unit.objects.filter(folded_name=key).exclude(pk=own)
        if units.exists() or UnitAlias.objects.filter(folded_name=key).exclude(unit=own).exists():
            raise forms.ValidationError(_("Another unit has this name."))
        return name


class AliasForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuse another name that some unit has already."""

    class Meta:
        model = UnitAlias
        fields = ["unit", "name"]

    def clean_name(self) -> str:
        """Compare the folded name with the other names on record; the model compares with units."""
        name: str = self.cleaned_data["name"]
        same = UnitAlias.objects.filter(folded_name=fold(name)).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError(_("Another unit has this name."))
        return name


class AliasFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Refuse one name typed twice: its key is no field of the form."""

    def clean(self) -> None:
        """Compare the rows of the page with each other."""
        super().clean()
        seen: set[str] = set()
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            if not data.get("name") or data.get("DELETE"):
                continue
            key = fold(data["name"])
            if key in seen:
                form.add_error("name", _("This name stands there twice."))
            seen.add(key)


class AliasInline(admin.TabularInline):  # type: ignore[type-arg]
    """Other names of the unit."""

    model = UnitAlias
    form = AliasForm
    formset = AliasFormSet
    extra = 0


class HeadInline(admin.TabularInline):  # type: ignore[type-arg]
    """Tenures of the unit's heads."""

    model = UnitHead
    extra = 0
    autocomplete_fields = ["user"]


class ReadOnly:
    """Let people look at rows that only confirmed acts write."""

    def has_add_permission(self, *args: Any) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, *args: Any) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, *args: Any) -> bool:
        """Refuse."""
        return False


class SuccessionInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """The units that follow this one."""

    model = Succession
    fk_name = "predecessor"
    verbose_name_plural = gettext_lazy("successors")
    extra = 0
    fields = ["successor", "kind", "effective_on", "decision_number"]


class OriginInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """The units that this one follows."""

    model = Succession
    fk_name = "successor"
    verbose_name_plural = gettext_lazy("predecessors")
    extra = 0
    fields = ["predecessor", "kind", "effective_on", "decision_number"]


class ExistingFilter(admin.SimpleListFilter):
    """Units that exist today, or no longer."""

    title = gettext_lazy("existence")
    parameter_name = "existing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer both."""
        return [("yes", _("exists today")), ("no", _("does not exist today"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Unit]) -> QuerySet[Unit]:
        """Filter by the day of the request."""
        today = Unit.objects.existing(timezone.localdate()).values("pk")
        if self.value() == "yes":
            return queryset.filter(pk__in=today)
        return queryset.exclude(pk__in=today) if self.value() == "no" else queryset


@admin.register(UnitGroup)
class UnitGroupAdmin(PlainSearch, admin.ModelAdmin):  # type: ignore[type-arg]
    """Groups of units."""

    list_display = ["code", "name", "position"]
    list_display_links = ["code", "name"]
    search_fields = ["code"]
    plain_fields = ("name",)


@admin.register(Unit)
class UnitAdmin(PlainSearch, TableAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Units with their other names, heads, predecessors and successors."""

    form = UnitForm
    resource_classes = [UnitResource]
    list_display = ["name", "code", "group", "code_verified", "handles_procedures", "dissolved_on"]
    list_filter = ["group", ExistingFilter, "handles_procedures", "code_verified"]
    list_select_related = ["group"]
    list_per_page = 50
    search_fields = ["search_name", "code"]
    plain_fields = ("short_name",)
    autocomplete_fields = ["group"]
    inlines = [AliasInline, HeadInline, OriginInline, SuccessionInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Unit | None = None) -> list[str]:
        """Keep code and address: published pages and files are found by them."""
        return ["code", "slug"] if obj else []

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Unit], search_term: str
    ) -> tuple[QuerySet[Unit], bool]:
        """Find by name and code, or by the whole of another name."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if search_term:
            aliases = UnitAlias.objects.filter(folded_name__contains=fold(search_term))
            by_alias = Q(pk__in=aliases.values("unit"))
            return queryset.filter(Q(pk__in=found.values("pk")) | by_alias), duplicates
        return found, duplicates

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        """Read the other names with the units."""
        return super().get_export_queryset(request).prefetch_related("aliases")


@admin.register(UnitAlias)
class UnitAliasAdmin(PlainSearch, TableAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Other names of units, to import and export them in one list."""

    form = AliasForm
    resource_classes = [AliasResource]
    list_display = ["name", "unit"]
    list_select_related = ["unit"]
    search_fields = ["search_name", "unit__search_name", "unit__code"]
    autocomplete_fields = ["unit"]


@admin.register(Succession)
class SuccessionAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Which unit follows which; written by confirmed mergers only."""

    list_display = ["predecessor", "successor", "kind", "effective_on", "decision_number"]
    list_filter = ["kind"]
    list_select_related = ["predecessor", "successor"]
    search_fields = ["predecessor__search_name", "successor__search_name"]
