"""What a person wants by e-mail of their inbox."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from assessments.choices import MessageKind
from assessments.models import MessagePreference
from assessments.queries.inbox import kinds_mailed
from units.models import User


class MailForm(forms.Form):
    """Choose the daily e-mail, and the kinds of messages in it."""

    by_mail = forms.BooleanField(
        label=_("One e-mail a day"), required=False,
        help_text=_("It holds what you have not read; on working days only, if there is anything."),
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of messages in the e-mail"), choices=MessageKind.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, data: QueryDict | None = None, *, user: User) -> None:
        self.user = user
        by_mail, kinds = kinds_mailed(user)
        super().__init__(data, initial={"by_mail": by_mail, "kinds": kinds})
        self.fields["kinds"].needed = True  # type: ignore[attr-defined]

    def save(self) -> None:
        """Keep the choice."""
        wanted = self.cleaned_data["kinds"]
        MessagePreference.objects.update_or_create(
            user=self.user,
            defaults={
                "by_mail": self.cleaned_data["by_mail"],
                "not_mailed": [kind for kind in MessageKind.values if kind not in wanted],
            },
        )
