"""What an appraiser does with one leaf: agree, give points, ask, abstain, withdraw a question."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.admin.appraisal_forms import (
    AbstainForm,
    AgreeForm,
    AppraiseForm,
    AskForm,
    LeafForm,
)
from assessments.admin.base import show_refusal
from assessments.admin.grid_tables import Typed
from assessments.admin.scoped import user_of
from assessments.errors import Refused, WrongState
from assessments.models import CriterionScore, Explanation
from assessments.queries.grid_facts import RowState
from assessments.scoring import format_decimal
from assessments.workflow import appraisals, questions
from cchc.templatetags.portal import vn_datetime

_FORMS: dict[str, type[LeafForm]] = {
    "appraise": AppraiseForm, "agree": AgreeForm, "ask": AskForm, "abstain": AbstainForm,
}  # fmt: skip

#: Acts whose inputs stand in the row; the others have their forms in the panel.
IN_ROW = ("appraise", "agree")


@dataclass
class Act:
    """What became of an act: done with `given`, or refused with the bound `form`."""

    row: CriterionScore
    verb: str
    form: forms.Form
    given: Any = None
    done: bool = False

    @property
    def sentence(self) -> str:
        """Return why the act was refused."""
        return " ".join(str(error) for errors in self.form.errors.values() for error in errors)

    @property
    def field(self) -> str:
        """Return the input that the refusal speaks of, if one."""
        named = [name for name in self.form.errors if name in ("points", "reason", "question")]
        return named[0] if named else ""

    @property
    def typed(self) -> Typed:
        """Return what was typed into the row of the grid."""
        prefix = f"{AppraiseForm.verb}{self.row.pk}"
        data = self.form.data
        return Typed(
            self.row.pk, str(data.get(f"{prefix}-points", "")),
            str(data.get(f"{prefix}-reason", "")), bool(data.get(f"{prefix}-not_applicable")),
            [self.sentence],
        )  # fmt: skip


def leaf(pk: int) -> CriterionScore:
    """Return the leaf with what its verbs need at hand; raise Http404 when there is none."""
    rows = CriterionScore.objects.select_related("criterion", "submission__cycle")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def act(request: HttpRequest, row: CriterionScore) -> Act:
    """Do what the form asks, by a verb that asks the rights itself; raise Http404 for no such verb.

    No right is asked before: whoever is refused learns nothing until `sight` is asked by the page.
    """
    verb = request.POST.get("verb", "")
    if verb == "withdraw":
        form: forms.Form = forms.Form(request.POST)
    elif verb in _FORMS:
        form = _FORMS[verb](row, request.POST)
    else:
        raise Http404
    acted = Act(row, verb, form)
    if form.is_valid():
        try:
            acted.given = _do(request, row, verb, form)
            acted.done = True
        except Refused as refusal:
            show_refusal(form, refusal)
    return acted


def _do(request: HttpRequest, row: CriterionScore, verb: str, form: Any) -> Any:
    who: dict[str, Any] = {"by": user_of(request), "at": timezone.now()}
    data = form.cleaned_data
    if verb == "appraise":
        return appraisals.appraise(score=row, version=data["version"], **form.judgement(), **who)
    if verb == "agree":
        # The claim as it was read; the version says whether it is still the one. Where claims are
        # kept from the person, points without a reason are refused whatever they are.
        own = {"points": row.self_points, "applicable": row.self_applicable}
        return appraisals.appraise(score=row, version=data["version"], **own, **who)
    if verb == "ask":
        return questions.ask(score=row, **data, **who)
    if verb == "abstain":
        return appraisals.abstain(score=row, **data, **who)
    question = Explanation.objects.filter(score=row, closed_at=None).first()
    if question is None:
        raise WrongState(_("No question on this leaf is open."))
    return questions.withdraw_question(explanation=question, **who)


def message_of(acted: Act) -> str:
    """Return what the person is told of an act done."""
    if acted.verb == "ask":
        due = {"due": vn_datetime(acted.given.due_at)}
        return _("The question is sent to the unit, due before %(due)s.") % due
    return _("Saved.")


def values_of(acted: Act) -> dict[str, Any]:
    """Return what the script writes into the row after points were given; no query."""
    row, given = acted.row, acted.given
    return {
        "leaf": row.pk, "version": row.version + 1, "reason": given.reason,
        "points": format_decimal(given.points), "na": not given.applicable,
        "state": RowState.DONE.value, "word": str(RowState.DONE.label),
        "tone": RowState.DONE.tone.value, "message": message_of(acted),
    }  # fmt: skip
