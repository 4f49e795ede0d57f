"""What unit staff send of the papers of their library: files, details, choices among them."""

import hashlib
from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assessments.forms.sent import flat
from assessments.models import Document, DocumentRevision, Evidence
from cchc.kit.files import ACCEPT

_ONE_OF_TWO = _("Give this or the abstract, at least one of the two.")


def kinds_and_size() -> str:
    """Return in a sentence which files are accepted, and up to which size."""
    return _now("PDF, DOCX, XLSX, PNG or JPG, at most %s.") % filesizeformat(
        settings.EVIDENCE_MAX_BYTES
    )


class FileField(forms.FileField):
    """A file of evidence; the workflow says in a sentence what is wrong with it."""

    def __init__(self) -> None:
        widget = forms.ClearableFileInput(attrs={"accept": ACCEPT})
        super().__init__(label=_("File"), widget=widget, allow_empty_file=True)


class DetailsForm(forms.Form):
    """What identifies a paper."""

    number = forms.CharField(
        label=_("Number and symbol"), required=False, max_length=60, help_text=_ONE_OF_TWO
    )
    issued_on = forms.DateField(
        label=_("Date"), required=False, help_text=_("For example 31/01/2026."),
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off"}),
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
    )  # fmt: skip
    issuer = forms.CharField(label=_("Issuer"), required=False, max_length=200)
    abstract = forms.CharField(
        label=_("Abstract"), required=False, max_length=2000,
        help_text=_("What the paper is about, where it has no number."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("number", "abstract"):
            self.fields[name].needed = True  # type: ignore[attr-defined]


class PaperForm(DetailsForm):
    """A file of evidence with what identifies the paper."""

    upload = FileField()
    field_order = ("upload",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].help_text = kinds_and_size()


class MendForm(DetailsForm):
    """The details of a stored paper, with the mark by which a lost update is noticed."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, document: Document) -> None:
        stored = {name: getattr(document, name) for name in DetailsForm.base_fields}
        super().__init__(data, initial=stored | {"seen": details_digest(document)})

    def show_current(self, document: Document) -> None:
        """Let the next sending of what was typed replace what is stored now."""
        self.data = {**flat(self.data), "seen": details_digest(document)}


def details_digest(document: Document) -> str:
    """Return the mark of a paper's details as stored."""
    held = (document.number, document.issued_on, document.issuer, document.abstract)
    return hashlib.sha256("\0".join(map(str, held)).encode()).hexdigest()


class EvidenceField(forms.ModelMultipleChoiceField):
    """A choice among pieces of evidence, each named by its leaf and its year."""

    def label_from_instance(self, obj: Evidence) -> str:
        """Return year, code and name of the leaf."""
        leaf = obj.score.criterion
        return f"{obj.score.submission.cycle.year}: {leaf.code} – {leaf.name}"


class RenewForm(forms.Form):
    """A new file of a stored paper, and which evidence shall stand on it from now on."""

    upload = FileField()
    move = EvidenceField(
        Evidence.objects.none(), required=False, label=_("Criteria that use the new file at once"),
        help_text=_("The others, and what was handed in, stay on the file they stand on."),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, data: Any = None, files: Any = None, *, movable: list[Evidence]) -> None:
        super().__init__(data, files)
        self.fields["upload"].help_text = kinds_and_size()
        if movable:
            choice = self.fields["move"]
            assert isinstance(choice, EvidenceField)  # noqa: S101
            choice.queryset = Evidence.objects.filter(
                pk__in=[item.pk for item in movable]
            ).select_related("score__criterion", "score__submission__cycle")
        else:
            del self.fields["move"]


class LibraryForm(forms.Form):
    """The choice of a file that the unit's library holds already."""

    revision = forms.ModelChoiceField(
        DocumentRevision.objects.none(),
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("This file is not in the unit's library.")},
    )
    confirmed = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, files: Any) -> None:
        super().__init__(data)
        choice = self.fields["revision"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101
        choice.queryset = files
