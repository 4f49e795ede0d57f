"""The upload of a dossier's workbook."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SheetForm(forms.Form):
    """The workbook to read."""

    workbook = forms.FileField(
        label=_("Workbook (.xlsx)"),
        help_text=_("The workbook of this dossier, downloaded above and filled in."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
