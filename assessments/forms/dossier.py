"""What unit staff send beside the leaves: papers, remarks, answers, the signature."""

import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.forms.sent import flat
from assessments.models import DocumentRevision, Submission
from cchc.kit.files import ACCEPT


class PaperForm(forms.Form):
    """A file of evidence with what identifies the paper."""

    upload = forms.FileField(
        label=_("File"), help_text=_("PDF, DOCX, XLSX, PNG or JPG."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        allow_empty_file=True,  # the workflow says in a sentence what is wrong with it
    )  # fmt: skip
    number = forms.CharField(label=_("Number and symbol"), required=False, max_length=60)
    issued_on = forms.DateField(
        label=_("Date"), required=False, help_text=_("For example 31/01/2026."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
    )  # fmt: skip
    issuer = forms.CharField(label=_("Issuer"), required=False, max_length=200)
    abstract = forms.CharField(
        label=_("Abstract"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class LibraryField(forms.ModelChoiceField):
    """A choice among files, each named by its paper and its file name."""

    def label_from_instance(self, obj: DocumentRevision) -> str:
        """Return the paper and the file name."""
        return " – ".join(filter(None, [str(obj.document), obj.name]))


class LibraryForm(forms.Form):
    """The choice of a file that the unit's library holds already."""

    def __init__(self, data: Any = None, *, library: Any) -> None:
        super().__init__(data)
        self.library = library
        self.fields["revision"] = LibraryField(
            library, label=_("File of the library"), empty_label=_("Choose a file")
        )


class RemarksForm(forms.Form):
    """Difficulties and proposals: the third part of the report."""

    seen = forms.CharField(widget=forms.HiddenInput)
    difficulties = forms.CharField(
        label=_("Difficulties"), required=False, max_length=20000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    proposals = forms.CharField(
        label=_("Proposals"), required=False, max_length=20000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, submission: Submission) -> None:
        stored = {"difficulties": submission.difficulties, "proposals": submission.proposals}
        super().__init__(data, initial=stored | {"seen": digest(submission)})

    def show_current(self, submission: Submission) -> None:
        """Let the next sending of what was typed replace what is stored now."""
        self.data = {**flat(self.data), "seen": digest(submission)}


def digest(submission: Submission) -> str:
    """Return the mark of the remarks as stored, by which a lost update is noticed."""
    both = f"{submission.difficulties}\0{submission.proposals}"
    return hashlib.sha256(both.encode()).hexdigest()


class AnswerForm(forms.Form):
    """The unit's answer to a question of the appraisal."""

    answer = forms.CharField(
        label=_("Answer"), max_length=20000, widget=forms.Textarea(attrs={"rows": 8})
    )


class SignForm(forms.Form):
    """The statement that the signer confirms."""

    statement = forms.BooleanField(
        label=_("I have read the report and answer for its figures and evidence."), required=False
    )
