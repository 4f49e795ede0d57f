"""What a unit asks to have looked at again: which leaves, and why."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class AppealForm(forms.Form):
    """An appeal or a complaint; the page draws the leaves itself, with points and reasons."""

    leaves = forms.MultipleChoiceField(
        label=_("Criteria"), error_messages={"required": _("Choose at least one criterion.")}
    )
    text = forms.CharField(
        label=_("What should be looked at again, and why"), max_length=20000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )  # fmt: skip

    def __init__(self, codes: Iterable[str], data: Any = None) -> None:
        super().__init__(data)
        leaves: Any = self.fields["leaves"]
        leaves.choices = [(code, code) for code in codes]

    @property
    def ticked(self) -> list[str]:
        """Return the codes of the leaves as they were sent."""
        return self["leaves"].value() or []
