"""The upload of a dossier's workbook."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class SheetForm(forms.Form):
    """The workbook to read."""

    workbook = forms.FileField(
        label=_("Workbook (.xlsx)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _("The workbook of this dossier, downloaded above and filled in; at most %d MB.")
        self.fields["workbook"].help_text = words % (settings.WORKBOOK_MAX_BYTES // 1024**2)
