"""A bonus or penalty to propose, for the unit and for the council's side alike."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.choices import AdjustmentKind
from assessments.models import Scheme, Submission
from assessments.scoring import format_decimal


def caps_of(scheme: Scheme) -> dict[str, Any]:
    """Return the kinds that the scheme knows, each with the most index points it allows."""
    caps = {AdjustmentKind.BONUS: scheme.bonus_cap, AdjustmentKind.PENALTY: scheme.penalty_cap}
    return {kind.value: cap for kind, cap in caps.items() if cap > 0}


class AdjustmentForm(forms.Form):
    """A bonus or penalty to propose, in index points; only the kinds that the scheme knows."""

    verb = "adjust"
    kind = forms.ChoiceField(label=_("Kind"))
    points = forms.CharField(
        label=_("Index points"), max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, submission: Submission, data: Any = None) -> None:
        self.submission = submission
        super().__init__(data, prefix="adjust")
        caps = caps_of(submission.cycle_scheme.scheme)
        kind: Any = self.fields["kind"]
        kind.choices = [(value, AdjustmentKind(value).label) for value in caps]
        self.fields["points"].help_text = "; ".join(
            _("%(kind)s: at most %(cap)s in the year")
            % {"kind": AdjustmentKind(value).label, "cap": format_decimal(cap)}
            for value, cap in caps.items()
        )
