"""The appraisal of one dossier leaf by leaf, and the council's page for what it decides."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.admin.appraisal_forms import (
    AppraiseForm,
    AskForm,
    DecideForm,
    LeafForm,
    SurveyForm,
    meeting_choices,
)  # fmt: skip
from assessments.admin.base import show_refusal
from assessments.admin.scoped import user_of
from assessments.choices import CouncilRole, Method
from assessments.errors import Refused
from assessments.forms.adjustments import AdjustmentForm, caps_of
from assessments.models import CriterionScore, Explanation, Submission
from assessments.queries import appraisal
from assessments.workflow import appraisals, decisions, questions, surveys

APPRAISAL = "assessments_submission_appraisal"
COUNCIL = "assessments_submission_council"


class AppraisalPagesMixin:
    """Add …/<id>/tham-dinh/ and …/<id>/hoi-dong/ to the admin of dossiers."""

    def get_urls(self) -> list[URLPattern]:
        """Put the two pages before the admin's own."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("<int:pk>/tham-dinh/", wrap(self.appraisal_view), name=APPRAISAL),
            path("<int:pk>/hoi-dong/", wrap(self.council_view), name=COUNCIL),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def readable_object(self, request: HttpRequest, pk: int) -> Submission:
        """Return the dossier if the person may read its scores; else raise Http404."""
        readable = permissions.readable_submissions(user_of(request), timezone.now())
        found = (
            readable.filter(pk=pk).select_related("cycle", "cycle_scheme__scheme", "group").first()
        )
        if found is None:
            raise Http404
        return found

    # The appraiser's page ---------------------------------------------------------------------
    def appraisal_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the leaves the person may read, with forms on those they appraise."""
        submission = self.readable_object(request, pk)
        user, now = user_of(request), timezone.now()
        leaves = appraisal.readable_leaves(user, now)
        bound: dict[tuple[str, int], forms.Form] = {}
        if request.method == "POST":
            row = _named(leaves, submission, request)
            form = _appraiser_act(request, row)
            if form is None:
                return _back(request, APPRAISAL, submission, row)
            bound[form.verb, row.pk] = form
        mine = set(permissions.assigned_fields(user, submission, now))
        rows = appraisal.page_of(leaves, submission, sight=permissions.sight_of(user, now))
        open_now = submission.state in appraisals.JUDGING
        due = questions.usual_due(submission, now) if open_now and mine else None
        shown = [
            _shown(row, mine=open_now and row.criterion.field_id in mine, bound=bound, due=due)
            for row in rows
        ]
        context = {
            **self._page_context(request, submission), "title": _("Appraisal"), "rows": shown,
            "assigned": bool(mine), "council_page": may_decide(request, submission),
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/submission/appraisal.html", context)

    # The council's page -----------------------------------------------------------------------
    def council_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show disputed leaves, survey leaves and adjustments, with the forms of the council."""
        submission = self.readable_object(request, pk)
        if not may_decide(request, submission):
            raise Http404
        leaves = appraisal.readable_leaves(user_of(request), timezone.now())
        bound: dict[tuple[str, int], forms.Form] = {}
        if request.method == "POST":
            row = (
                None
                if request.POST.get("verb") == "adjust"
                else _named(leaves, submission, request)
            )
            form = _council_act(request, submission, row)
            if form is None:
                return _back(request, COUNCIL, submission, row)
            bound[form.verb, row.pk if row else 0] = form
        context = {
            **self._page_context(request, submission), "title": _("The council's decisions"),
            **_council_rows(leaves, submission, bound),
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/submission/council.html", context)

    def _page_context(self, request: HttpRequest, submission: Submission) -> dict[str, Any]:
        admin_self: Any = self
        return {
            **admin_self.admin_site.each_context(request), "opts": admin_self.opts,
            "submission": submission, "act_buttons": admin_self.buttons(request, submission),
        }  # fmt: skip


def may_decide(request: HttpRequest, submission: Submission) -> bool:
    """Tell whether the person has the council's page of this dossier: chair or secretary."""
    user, now = user_of(request), timezone.now()
    return any(
        permissions.acts_for(user, submission, role, now)
        for role in (CouncilRole.CHAIR, CouncilRole.SECRETARY)
    )


def _named(
    leaves: QuerySet[CriterionScore], submission: Submission, request: HttpRequest
) -> CriterionScore:
    """Return the leaf that the form names, if the person may read it; else raise Http404."""
    number = request.POST.get("score", "")
    row = None
    if number.isdecimal() and len(number) < 19:
        row = (
            leaves.filter(submission=submission, pk=int(number)).select_related("criterion").first()
        )
    if row is None:
        raise Http404
    row.submission = submission
    return row


def _back(
    request: HttpRequest, view: str, submission: Submission, row: CriterionScore | None
) -> HttpResponse:
    messages.success(request, _("Saved."))
    place = f"#leaf-{row.pk}" if row else ""
    return HttpResponseRedirect(reverse(f"admin:{view}", args=[submission.pk]) + place)


def _shown(
    row: CriterionScore, *, mine: bool, bound: dict[tuple[str, int], forms.Form],
    due: dt.datetime | None,
) -> dict[str, Any]:  # fmt: skip
    """Return a leaf with its forms; an open question takes the place of both."""
    waiting = next((q for q in row.explanations.all() if q.closed_at is None), None)
    judged = mine and row.open_to_appraiser and row.criterion.method != Method.SURVEY
    may = judged and waiting is None
    return {
        "score": row, "waiting": waiting, "mine": judged,
        "form": (bound.get(("appraise", row.pk)) or AppraiseForm(row)) if may else None,
        "ask": (bound.get(("ask", row.pk)) or AskForm(row, due=due)) if may else None,
    }  # fmt: skip


def _appraiser_act(request: HttpRequest, row: CriterionScore) -> Any:
    """Do what the form asks; return the form with its errors, or None when it is done."""
    user, now, verb = user_of(request), timezone.now(), request.POST.get("verb")
    if verb == "withdraw":
        return _withdraw(request, row)
    form: LeafForm = (
        AskForm(row, request.POST) if verb == "ask" else AppraiseForm(row, request.POST)
    )
    if not form.is_valid():
        return form
    try:
        if isinstance(form, AppraiseForm):
            version = form.cleaned_data["version"]
            appraisals.appraise(score=row, by=user, at=now, version=version, **form.judgement())
        else:
            questions.ask(score=row, by=user, at=now, **form.cleaned_data)
    except Refused as refusal:
        show_refusal(form, refusal)
        return form
    return None


def _withdraw(request: HttpRequest, row: CriterionScore) -> None:
    question = Explanation.objects.filter(score=row, closed_at=None).first()
    if question is None:
        raise Http404
    try:
        questions.withdraw_question(explanation=question, by=user_of(request), at=timezone.now())
    except Refused as refusal:
        raise Http404 from refusal


def _council_act(request: HttpRequest, submission: Submission, row: CriterionScore | None) -> Any:
    """Do what the form asks; return the form with its errors, or None when it is done."""
    form: Any
    if row is None:
        form = AdjustmentForm(submission, request.POST)
    elif request.POST.get("verb") == "survey":
        form = SurveyForm(row, request.POST)
    else:
        form = DecideForm(row, request.POST, meetings=meeting_choices(submission))
    if not form.is_valid():
        return form
    try:
        _do(form, submission, request)
    except Refused as refusal:
        show_refusal(form, refusal)
        return form
    return None


def _do(form: Any, submission: Submission, request: HttpRequest) -> None:
    who: dict[str, Any] = {"by": user_of(request), "at": timezone.now()}
    data = form.cleaned_data
    if isinstance(form, AdjustmentForm):
        decisions.propose_adjustment(submission=submission, **data, **who)
    elif isinstance(form, SurveyForm):
        surveys.decide(
            cycle=submission.cycle,
            unit=submission.unit,
            criterion=form.row.criterion,
            **data,
            **who,
        )
    else:
        names = ("meeting", "votes_for", "votes_against", "votes_abstained", "dissent")
        rest = {name: data[name] for name in names}
        decisions.decide_leaf(score=form.row, **form.judgement(), **rest, **who)


def _council_rows(
    leaves: QuerySet[CriterionScore],
    submission: Submission,
    bound: dict[tuple[str, int], forms.Form],
) -> dict[str, Any]:
    """Return what the council looks at: disputes first, then every other leaf it may decide."""
    disputed = set(appraisals.disputed(submission).values_list("pk", flat=True))
    rows = appraisal.page_of(leaves, submission, sight=permissions.EVERYTHING)
    judged = [row for row in rows if row.criterion.method != Method.SURVEY]
    open_now = submission.state in appraisals.JUDGING
    meetings = meeting_choices(submission)
    shown = [
        {
            "score": row, "disputed": row.pk in disputed,
            "form": bound.get(("decide", row.pk)) or DecideForm(row, meetings=meetings)
            if open_now and row.open_to_appraiser else None,
        }
        for row in judged
    ]  # fmt: skip
    return {
        "rows": sorted(shown, key=lambda item: not item["disputed"]),
        "surveys": [
            {"score": row, "outcome": surveys.survey_outcome(row),
             "decision": surveys.decision_on(submission, row.criterion),
             "form": bound.get(("survey", row.pk)) or SurveyForm(row)}
            for row in rows if row.criterion.method == Method.SURVEY
        ],
        "adjustments": submission.adjustments.select_related("proposed_by"),
        "adjustable": bool(caps_of(submission.cycle_scheme.scheme)),
        "adjustment_form": bound.get(("adjust", 0)) or AdjustmentForm(submission),
    }  # fmt: skip
