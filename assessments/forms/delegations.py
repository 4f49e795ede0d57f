"""What handing leaves out asks for: which leaves, to whom, until when, with which note."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.models import CriterionScore
from units.models import User


class DelegationForm(forms.Form):
    """One form for every act on leaves; each act reads what it needs of it.

    `leaves` holds codes of leaves, `whole` codes of fields of which every leaf is meant.
    """

    leaves = forms.MultipleChoiceField(label=_("Leaves"), required=False)
    whole = forms.MultipleChoiceField(label=_("Whole fields"), required=False)
    to = forms.ModelChoiceField(
        label=_("Delegate to"), queryset=User.objects.none(), required=False,
        empty_label=_("Choose a person"),
    )  # fmt: skip
    due_on = forms.DateField(
        label=_("To be done by"), required=False, help_text=_("For example 31/01/2026."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when a leaf is given back: what is to be mended."),
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, rows: Iterable[CriterionScore], members: QuerySet[User]
    ) -> None:
        super().__init__(data)
        self.of_field: dict[str, list[str]] = {}
        for row in rows:
            head = row.criterion.field or row.criterion
            self.of_field.setdefault(head.code, []).append(row.criterion.code)
        shown: Any = self.fields
        codes = [code for codes in self.of_field.values() for code in codes]
        shown["leaves"].choices = [(code, code) for code in codes]
        shown["whole"].choices = [(code, code) for code in self.of_field]
        shown["to"].queryset = members
        shown["to"].needed = True  # to delegate, though not to give or take back

    @property
    def codes(self) -> list[str]:
        """Return the codes of the leaves meant, each once; for a valid form."""
        named: list[str] = list(self.cleaned_data["leaves"])
        for field in self.cleaned_data["whole"]:
            named += self.of_field[field]
        return list(dict.fromkeys(named))

    @property
    def ticked(self) -> list[str]:
        """Return what was ticked, as sent, so that a refusal loses no choice."""
        return [*self["leaves"].data, *self["whole"].data] if self.is_bound else []
