"""The facts of a leaf as unit staff type them.

Numbers are read as text, so that what was typed stays on screen whatever is wrong with it.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.choices import NaPolicy
from assessments.errors import BadInput
from assessments.forms.sent import flat, refuse
from assessments.models import Criterion, CriterionScore
from assessments.queries.facts import LABELS, contradictions, inputs_of, label_of
from assessments.queries.wording import sentence
from assessments.queries.workspace import is_backed
from assessments.scoring import (
    Reason,
    ScoringError,
    format_decimal,
    parse_count,
    parse_points,
)  # fmt: skip

_YES, _NO = "1", "0"


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


def parse_whole(text: str, *, field: str = "count") -> Decimal:
    """Read a number of things; raise ScoringError for a part of one, as for any bad number."""
    value = parse_count(text, field=field)
    if value % 1:
        raise ScoringError("", Reason.NOT_WHOLE, {"field": field, "value": value})
    return value


class Radios(forms.ChoiceField):
    """One of a few answers; none yet is kept as an empty text."""

    widget = forms.RadioSelect

    def clean(self, value: Any) -> str:
        """Return the answer, empty when there is none yet."""
        return str(super().clean(value)) if value else ""


class ReasonInput(forms.CharField):
    """Why there is no evidence: optional beside a file, else what signing asks for.

    A leaf is saved without it all the same; `needed` only keeps the label from saying “optional”.
    """

    def __init__(self, *, needed: bool) -> None:
        widget = forms.Textarea(attrs={"rows": 2})
        label = LABELS["no_evidence_reason"]
        super().__init__(label=label, required=False, widget=widget, max_length=4000)
        self.needed = needed


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
                label=LABELS["not_applicable"], required=False
            )
        if score.criterion.evidence_required:
            self.fields["no_evidence_reason"] = ReasonInput(needed=not is_backed(score))
        self.fields["note"] = forms.CharField(
            label=LABELS["note"],
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

    def clean(self) -> dict[str, Any]:
        """Refuse facts that contradict each other: of two statements only the unit can choose."""
        data = self.cleaned_data
        for name, words in contradictions(self.score.criterion, data):
            self.add_error(name, words)
        return data

    @property
    def claim(self) -> dict[str, Any]:
        """Return the claim in the words of `save_leaf`; only for a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def show_current_version(self) -> None:
        """Let the next sending of what was typed replace what is stored now."""
        self.data = {**flat(self.data), "version": str(self.score.version)}

    def refuse(self, refusal: BadInput) -> None:
        """Show a refusal of the workflow beside its input."""
        refuse(self, refusal)


def _stored(score: CriterionScore) -> dict[str, Any]:
    met = None if score.met is None else (_YES if score.met else _NO)
    return {
        "version": score.version, "met": met, "option": score.option_id, "a": score.a, "b": score.b,
        "count": score.count, "claimed_percent": score.claimed_percent,
        "not_applicable": score.not_applicable, "no_evidence_reason": score.no_evidence_reason,
        "note": score.note,
    }  # fmt: skip


def _met(criterion: Criterion) -> forms.Field:
    return Radios(label=LABELS["met"], choices=[(_YES, _("Met")), (_NO, _("Not met"))])


def _option(criterion: Criterion) -> forms.Field:
    choices = [
        (str(level.pk), f"{level.label} ({format_decimal(level.points, 2)})")
        for level in criterion.levels.all()
    ]
    return Radios(label=LABELS["option"], choices=choices)


_INPUTS: dict[str, Callable[[Criterion], forms.Field]] = {
    "met": _met,
    "option": _option,
    "a": lambda criterion: NumberInput(parse_count, name="a", label=LABELS["a"]),
    "b": lambda criterion: NumberInput(parse_count, name="b", label=LABELS["b"]),
    "count": lambda criterion: NumberInput(
        parse_whole, name="count", label=label_of(criterion, "count")
    ),
    "claimed_percent": lambda criterion: NumberInput(
        parse_points,
        name="percent",
        label=LABELS["claimed_percent"],
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
    criterion = score.criterion
    rows = [(label_of(criterion, name), values[name]) for name in inputs_of(criterion)]
    if score.not_applicable:
        rows.append((LABELS["not_applicable"], _("yes")))
    rows.append((LABELS["no_evidence_reason"], score.no_evidence_reason))
    rows.append((LABELS["note"], score.note))
    return [
        (label, format_decimal(value) if isinstance(value, Decimal) else str(value))
        for label, value in rows if value not in (None, "")
    ]  # fmt: skip


def both_texts(form: LeafForm, base: CriterionScore) -> list[tuple[Any, str, str]]:
    """Return label, stored text and typed text of every input that the person changed otherwise.

    `base` is the leaf as the person saw it. An input that they left as it was takes what is stored
    now: keeping their text would undo the other's without their having written anything.
    """
    base.backed = is_backed(form.score)  # type: ignore[attr-defined]
    seen, stored = LeafForm(score=base), LeafForm(score=form.score)
    typed = flat(form.data)
    rows = []
    for field in form.visible_fields():
        before, now, mine = (_words(each[field.name]) for each in (seen, stored, form))
        if mine == before:
            typed.pop(field.html_name, None)
            typed |= _as_sent(stored[field.name])
        elif mine != now:
            rows.append((field.label, now, mine))
    form.data = typed
    return rows


def _as_sent(bound: forms.BoundField) -> dict[str, str]:
    """Return what a browser would send of an input as it is stored."""
    value = bound.value()
    if isinstance(bound.field, forms.BooleanField):
        return {bound.html_name: "on"} if value else {}
    return {} if value in (None, "") else {bound.html_name: str(value)}


def _words(bound: forms.BoundField) -> str:
    """Return what an input holds, as a person reads it."""
    value, field = bound.value(), bound.field
    if isinstance(field, forms.BooleanField):
        return str(_("yes")) if value else ""
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return {str(key): str(label) for key, label in choices}.get(str(value), "")
    return str(value or "").replace("\r\n", "\n").strip()
