"""Forms of the appraisal and council pages: one leaf each, plain POST, texts kept on errors."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.admin.act_forms import DueField
from assessments.choices import NaPolicy, SampleDecision
from assessments.models import CriterionScore, Meeting, Submission
from assessments.scoring import format_decimal


def _area(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _number() -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


class LeafForm(forms.Form):
    """A form on one leaf; the leaf's id keeps the inputs of the page apart."""

    verb = ""

    def __init__(self, row: CriterionScore, data: Any = None, **kwargs: Any) -> None:
        self.row = row
        kwargs.setdefault("prefix", f"{self.verb}{row.pk}")
        super().__init__(data, initial=self.first_values(), **kwargs)

    def first_values(self) -> dict[str, Any]:
        """Return what the inputs hold at first."""
        return {}


class PointsForm(LeafForm):
    """Points with one decimal mark; numbers are read by the scoring package, not by the browser."""

    reason_help: Any = ""
    points = forms.CharField(
        label=_("Points"), required=False, max_length=20, widget=_number()
    )  # fmt: skip
    not_applicable = forms.BooleanField(label=_("Does not apply to the unit"), required=False)
    reason = forms.CharField(label=_("Reason"), required=False, widget=_area())

    def __init__(self, row: CriterionScore, data: Any = None, **kwargs: Any) -> None:
        super().__init__(row, data, **kwargs)
        self.fields["reason"].help_text = self.reason_help
        for name in ("points", "reason"):  # the rule asks for them, though not in every case
            self.fields[name].needed = True  # type: ignore[attr-defined]
        most = format_decimal(row.criterion.max_points)
        self.fields["points"].help_text = _("From 0 to %(most)s.") % {"most": most}
        if row.criterion.na_policy == NaPolicy.NOT_ALLOWED:
            del self.fields["not_applicable"]

    def judgement(self) -> dict[str, Any]:
        """Return points, applicability and reason as the verbs take them."""
        data = self.cleaned_data
        return {
            "points": data["points"], "applicable": not data.get("not_applicable", False),
            "reason": data["reason"],
        }  # fmt: skip


class AppraiseForm(PointsForm):
    """The appraiser's points, on the version of the leaf that was looked at.

    `start` is what the input holds at first: the person's own points, else the claim if shown.
    """

    verb = "appraise"
    reason_help = _("Needed when the points or the applicability differ from the unit's claim.")
    blind_help = _("Always needed: the unit's own points are not shown to appraisers.")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        row: CriterionScore,
        data: Any = None,
        *,
        start: Decimal | None = None,
        reason: str = "",
        **kwargs: Any,
    ) -> None:
        self.start, self.said = start, reason
        super().__init__(row, data, **kwargs)

    def ask_every_reason(self) -> None:
        """Say what the verb asks where the council hides the units' own points."""
        # Not on the field: a form that was read has its bound fields already, with copies.
        self["reason"].help_text = self.blind_help

    def first_values(self) -> dict[str, Any]:
        """Start from the points given before, else from the unit's own where they are shown."""
        return {
            "points": "" if self.start is None else format_decimal(self.start),
            "reason": self.said, "version": self.row.version,
        }  # fmt: skip


class AgreeForm(LeafForm):
    """The unit's own points taken over, on the version that was looked at."""

    verb = "agree"
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, row: CriterionScore, data: Any = None) -> None:
        # The version stands in the row once, beside the points.
        super().__init__(row, data, prefix=f"{AppraiseForm.verb}{row.pk}")

    def first_values(self) -> dict[str, Any]:
        """Name the version of the leaf."""
        return {"version": self.row.version}


class AbstainForm(LeafForm):
    """Why the appraiser leaves the leaf to the others."""

    verb = "abstain"
    reason = forms.CharField(label=_("Reason"), max_length=4000, widget=_area())


class AskForm(LeafForm):
    """A question to the unit and when its answer is due; `due` is what the form proposes."""

    verb = "ask"
    question = forms.CharField(label=_("Question"), max_length=4000, widget=_area())
    due_at = DueField(label=_("Answer due before"))

    def __init__(
        self,
        row: CriterionScore,
        data: Any = None,
        *,
        due: dt.datetime | None = None,
        **kwargs: Any,
    ) -> None:
        self.due = due
        super().__init__(row, data, **kwargs)

    def first_values(self) -> dict[str, Any]:
        """Propose the usual time for the answer."""
        return {"due_at": self.due}


class DecideForm(PointsForm):
    """The council's decision on a leaf in a meeting; `meetings` are read once for all leaves."""

    verb = "decide"
    meeting = forms.ModelChoiceField(
        label=_("Meeting and minutes"), queryset=Meeting.objects.none()
    )
    votes_for = forms.IntegerField(label=_("Votes for"), min_value=0, max_value=999, initial=0)
    votes_against = forms.IntegerField(
        label=_("Votes against"), min_value=0, max_value=999, initial=0
    )
    votes_abstained = forms.IntegerField(
        label=_("Abstentions"), min_value=0, max_value=999, initial=0, required=False,
        help_text=_("Leave all votes at zero where the council agreed without a vote."),
    )  # fmt: skip
    dissent = forms.CharField(label=_("Dissent"), required=False, widget=_area())

    def __init__(
        self,
        row: CriterionScore,
        data: Any = None,
        *,
        meetings: list[tuple[Any, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(row, data, **kwargs)
        field: Any = self.fields["meeting"]
        field.queryset = Meeting.objects.filter(council__cycle=row.submission.cycle_id)
        field.choices = meetings

    def clean_votes_abstained(self) -> int:
        """Take none where nothing was typed."""
        return self.cleaned_data["votes_abstained"] or 0

    def first_values(self) -> dict[str, Any]:
        """Start from the decision on record."""
        decision = getattr(self.row, "decision", None)
        if decision is None:
            return {}
        return {
            "points": format_decimal(decision.points), "reason": decision.reason,
            "meeting": decision.meeting, "votes_for": decision.votes_for,
            "votes_against": decision.votes_against,
            "votes_abstained": decision.votes_abstained, "dissent": decision.dissent,
        }  # fmt: skip


def meeting_choices(submission: Submission) -> list[tuple[Any, str]]:
    """Return the meetings of the dossier's council to choose from."""
    rows = Meeting.objects.filter(council__cycle=submission.cycle_id)
    return [("", "—"), *((row.pk, str(row)) for row in rows)]


class SurveyForm(LeafForm):
    """What becomes of a survey leaf with a small or missing sample."""

    verb = "survey"
    decision = forms.ChoiceField(label=_("Decision"), choices=[("", "—"), *SampleDecision.choices])
    reason = forms.CharField(label=_("Reason"), widget=_area())


class IndependentForm(LeafForm):
    """What an independent source says of a leaf."""

    verb = "independent"
    a = forms.CharField(label=_("Due (a)"), max_length=20, widget=_number())
    b = forms.CharField(label=_("Done (b)"), max_length=20, widget=_number())
    source = forms.CharField(
        label=_("Source"), max_length=300,
        help_text=_("The system or the report, and the day on which the figure was taken."),
    )  # fmt: skip

    def first_values(self) -> dict[str, Any]:
        """Start from the figure on record."""
        a, b = self.row.independent_a, self.row.independent_b
        return {
            "a": "" if a is None else format_decimal(a),
            "b": "" if b is None else format_decimal(b),
            "source": self.row.independent_source,
        }  # fmt: skip
