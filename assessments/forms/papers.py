"""The form by which a scanned signed report comes in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.workflow.signed_copies import ENDINGS


class CopyForm(forms.Form):
    """The scan of the signed and stamped report."""

    upload = forms.FileField(
        label=_("Scan of the signed report"), help_text=_("PDF, PNG or JPG."),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{one}" for one in ENDINGS)}),
        allow_empty_file=True,  # the workflow says in a sentence what is wrong with it
    )  # fmt: skip
