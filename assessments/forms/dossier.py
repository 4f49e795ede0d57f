"""What unit staff send beside the leaves: remarks, answers, the signature."""

import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.forms.sent import flat
from assessments.models import Submission


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
