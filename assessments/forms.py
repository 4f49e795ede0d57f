"""What unit staff type: the facts of a leaf, a paper, remarks, answers, the signature.

Numbers are read as text, so that what was typed stays on screen whatever is wrong with it.
"""

import hashlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.choices import Method, NaPolicy, TierBasis
from assessments.errors import BadInput
from assessments.models import Criterion, CriterionScore, DocumentRevision, Submission
from assessments.queries.wording import sentence
from assessments.scoring import ScoringError, format_decimal, parse_count, parse_points
from cchc.kit.files import ACCEPT

#: The facts of a leaf in the order in which they are asked.
FACTS = ("met", "option", "a", "b", "count", "claimed_percent")
_YES, _NO = "1", "0"


def inputs_of(criterion: Criterion) -> tuple[str, ...]:
    """Return the facts that the leaf's method reads (design 4)."""
    if criterion.method == Method.TIERS:
        return ("count",) if criterion.basis == TierBasis.COUNT else ("a", "b", "claimed_percent")
    return {
        Method.YES_NO: ("met",), Method.OPTIONS: ("option",), Method.RATIO: ("a", "b"),
        Method.DEDUCTION: ("count",), Method.CAPPED_SUM: ("count",),
    }.get(Method(criterion.method), ())  # fmt: skip


class NumberInput(forms.CharField):
    """A number as people type it, comma or point; it becomes a Decimal or a sentence of refusal."""

    def __init__(self, parse: Callable[..., Decimal], *, name: str, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(widget=widget, **kwargs)
        self.parse, self.name = parse, name

    def clean(self, value: Any) -> Decimal | None:
        """Return the number, None when nothing was typed."""
        if not str(value or "").strip():
            return None  # a blank fact can be saved; signing is what asks for it
        try:
            return self.parse(super().clean(value), field=self.name)
        except ScoringError as error:
            raise forms.ValidationError(sentence(error.reason, error.params)) from error

    def prepare_value(self, value: Any) -> Any:
        """Show a stored number with a decimal comma, a typed one as it was typed."""
        return format_decimal(value) if isinstance(value, Decimal) else value


class Radios(forms.ChoiceField):
    """One of a few answers; none yet is kept as an empty text."""

    widget = forms.RadioSelect

    def clean(self, value: Any) -> str:
        """Return the answer, empty when there is none yet."""
        return str(super().clean(value)) if value else ""


class LeafForm(forms.Form):
    """The claim of a unit on one leaf, with the version of the leaf that the person saw."""

    #: A half-filled leaf may be saved, so no browser insists on an input.
    use_required_attribute = False

    def __init__(self, data: Any = None, *, score: CriterionScore) -> None:
        self.score = score
        super().__init__(data, auto_id=f"leaf-{score.pk}-%s", initial=_stored(score))
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
        for name in inputs_of(score.criterion):
            self.fields[name] = _INPUTS[name](score.criterion)
        if score.criterion.na_policy != NaPolicy.NOT_ALLOWED:
            self.fields["not_applicable"] = forms.BooleanField(
                label=_("Nothing arose in the year"), required=False
            )
        if score.criterion.evidence_required:
            self.fields["no_evidence_reason"] = forms.CharField(
                label=_("Reason, if there is no evidence"), required=False,
                widget=forms.Textarea(attrs={"rows": 2}), max_length=4000,
            )  # fmt: skip
        self.fields["note"] = forms.CharField(
            label=_("Note"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            max_length=4000,
        )

    def clean_met(self) -> bool | None:
        """Return the answer, None when there is none."""
        return {_YES: True, _NO: False}.get(self.cleaned_data["met"])

    def clean_option(self) -> Any:
        """Return the level that was chosen, or None."""
        chosen = self.cleaned_data["option"]
        return next((x for x in self.score.criterion.levels.all() if str(x.pk) == chosen), None)

    @property
    def claim(self) -> dict[str, Any]:
        """Return the claim in the words of `save_leaf`; only for a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def show_current_version(self) -> None:
        """Let the next sending of what was typed replace what is stored now."""
        self.data = {**_flat(self.data), "version": str(self.score.version)}

    def refuse(self, refusal: BadInput) -> None:
        """Show a refusal of the workflow beside its input."""
        refuse(self, refusal)


def _flat(data: Any) -> dict[str, Any]:
    """Return sent data with one value a name, which is all that our forms have."""
    return {name: data[name] for name in data}


def refuse(form: forms.Form, refusal: BadInput) -> None:
    """Show a refusal of the workflow beside its input, above the form when it names none."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def _stored(score: CriterionScore) -> dict[str, Any]:
    met = None if score.met is None else (_YES if score.met else _NO)
    return {
        "version": score.version, "met": met, "option": score.option_id, "a": score.a, "b": score.b,
        "count": score.count, "claimed_percent": score.claimed_percent,
        "not_applicable": score.not_applicable, "no_evidence_reason": score.no_evidence_reason,
        "note": score.note,
    }  # fmt: skip


def _met(criterion: Criterion) -> forms.Field:
    return Radios(label=_("Answer"), choices=[(_YES, _("Met")), (_NO, _("Not met"))])


def _option(criterion: Criterion) -> forms.Field:
    choices = [
        (str(level.pk), f"{level.label} ({format_decimal(level.points, 2)})")
        for level in criterion.levels.all()
    ]
    return Radios(label=_("Option"), choices=choices)


_INPUTS: dict[str, Callable[[Criterion], forms.Field]] = {
    "met": _met,
    "option": _option,
    "a": lambda criterion: NumberInput(parse_count, name="a", label=_("Due (a)")),
    "b": lambda criterion: NumberInput(parse_count, name="b", label=_("Done (b)")),
    "count": lambda criterion: NumberInput(parse_count, name="count", label=_("Count")),
    "claimed_percent": lambda criterion: NumberInput(
        parse_points,
        name="percent",
        label=_("Percentage"),
        help_text=_("Only when a and b are not known."),
    ),
}


def stated(score: CriterionScore) -> list[tuple[Any, str]]:
    """Return what the leaf holds as labels and texts, blanks left out."""
    values = {
        "met": None if score.met is None else (_("Met") if score.met else _("Not met")),
        "option": score.option.label if score.option else None,
        **{name: getattr(score, name) for name in ("a", "b", "count", "claimed_percent")},
    }
    rows = [
        (_INPUTS[name](score.criterion).label, values[name]) for name in inputs_of(score.criterion)
    ]
    if score.not_applicable:
        rows.append((_("Nothing arose in the year"), _("yes")))
    rows.append((_("Reason, if there is no evidence"), score.no_evidence_reason))
    rows.append((_("Note"), score.note))
    return [
        (label, format_decimal(value) if isinstance(value, Decimal) else str(value))
        for label, value in rows if value not in (None, "")
    ]  # fmt: skip


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
        self.data = {**_flat(self.data), "seen": digest(submission)}


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
