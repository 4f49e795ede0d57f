"""Forms of the distribution: substitutes for some days, and a conflict of the own seat."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments import permissions
from assessments.models import Council, CouncilMember, Criterion, Cycle
from assessments.workflow import distribution
from units.models import Unit, User


def day_input() -> forms.DateInput:
    """Return the browser's own input for a day; the server reads its format."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class _FieldChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Criterion) -> str:
        """Name the scheme as well: fields of two groups are called alike."""
        return f"{obj} ({obj.scheme.group})"


class SubstituteForm(forms.Form):
    """Who stands in for whom, from when to when, in which fields."""

    member = forms.ModelChoiceField(label=_("Member"), queryset=CouncilMember.objects.none())
    to = forms.ModelChoiceField(label=_("Substitute"), queryset=CouncilMember.objects.none())
    since = forms.DateField(label=_("First day"), widget=day_input())
    until = forms.DateField(
        label=_("Last day"), widget=day_input(),
        help_text=_("From the day after it the member appraises again."),
    )  # fmt: skip
    fields_ = _FieldChoices(
        label=_("Fields"), queryset=Criterion.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without a tick: all that the member has on these days."),
    )  # fmt: skip

    def __init__(self, council: Council, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = timezone.localdate()
        seats = CouncilMember.objects.filter(council=council).select_related("user")
        seats = seats.exclude(until__lt=day).order_by("user__full_name")
        self.fields["fields"] = self.fields.pop("fields_")
        self.fields["member"].queryset = seats  # type: ignore[attr-defined]
        self.fields["to"].queryset = seats  # type: ignore[attr-defined]
        self.fields["fields"].queryset = distribution.fields_of(  # type: ignore[attr-defined]
            council.cycle
        ).select_related("scheme__group")

    def clean_fields(self) -> list[int] | None:
        """Return the ids of the fields ticked, None for all."""
        return [row.pk for row in self.cleaned_data["fields"]] or None


class DeclareForm(forms.Form):
    """The own seat, the unit, since when and why."""

    seat = forms.ModelChoiceField(
        label=_("Council"), queryset=CouncilMember.objects.none(), empty_label=None
    )
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none())
    since = forms.DateField(label=_("Since"), widget=day_input())
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000,
        help_text=_("For instance a relative who works there. The secretariat reads it."),
    )  # fmt: skip

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = permissions.seats_of(user, timezone.localdate())
        field: Any = self.fields["seat"]
        field.queryset = seats.select_related("council", "user").order_by("-council__cycle__year")
        field.label_from_instance = lambda seat: f"{seat.council} – {seat.get_role_display()}"
        units: Any = self.fields["unit"]
        units.queryset = (
            Unit.objects.filter(submissions__cycle__council__in=seats.values("council"))
            .exclude(pk__in=_known(user, seats)).distinct().order_by("sort_name")
        )  # fmt: skip


def _known(user: User, seats: QuerySet[CouncilMember]) -> set[int]:
    """Return the units that the person has a conflict with already, in the year of every seat."""
    cycles = Cycle.objects.filter(council__in=seats.values("council"))
    found = [permissions.conflicted_unit_ids(user, cycle, timezone.now()) for cycle in cycles]
    return set.intersection(*found) if found else set()
