"""The appraisal of one dossier leaf by leaf, and the council's page for what it decides."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.admin import grid_acts, grid_tables
from assessments.admin.appraisal_forms import DecideForm, SurveyForm, meeting_choices
from assessments.admin.base import show_refusal
from assessments.admin.grid_tables import Direction, Typed
from assessments.admin.scoped import user_of
from assessments.choices import CouncilRole, Method
from assessments.errors import Refused
from assessments.forms.adjustments import AdjustmentForm, caps_of
from assessments.models import CriterionScore, Submission
from assessments.queries import appraisal, grid, grid_facts, grid_spread
from assessments.queries.grid_facts import Fact
from assessments.workflow import appraisals, decisions, surveys
from cchc.kit.requests import row_id

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
        """Show the leaves the person may read; on POST do one act on one of them."""
        if request.method != "POST":
            return self.appraisal_page(request, pk)
        submission = self.readable_object(request, pk)
        leaves = appraisal.readable_leaves(user_of(request), timezone.now())
        row = _named(leaves, submission, request)
        acted = grid_acts.act(request, row)
        if acted.done:
            return _back(request, APPRAISAL, submission, row, grid_acts.message_of(acted))
        if acted.verb in grid_acts.IN_ROW:
            return self.appraisal_page(request, pk, acted.typed)
        site: Any = self.admin_site  # type: ignore[attr-defined]
        page: HttpResponse = site.get_model_admin(CriterionScore).panel_page(request, row, acted)
        return page

    def appraisal_page(
        self, request: HttpRequest, pk: int, typed: Typed | None = None, status: int = 200
    ) -> HttpResponse:
        """Return the dossier leaf by leaf; `typed` is a refused row with its text."""
        submission = self.readable_object(request, pk)
        reader = grid.reader_of(user_of(request), submission.cycle, timezone.now())
        leaves = reader.leaves().filter(submission=submission)
        facts = grid_facts.facts_of(leaves, reader)
        fields, shown = _field_tabs(request, submission, facts)
        where = Direction("ho-so", reverse(f"admin:{APPRAISAL}", args=[pk]), by_unit=False)
        group = reader.sight.on_leaves(reader.leaves())
        spreads = grid_spread.medians_of(group, submission.cycle_scheme_id)
        context = {
            **self._page_context(request, submission), "title": _("Appraisal"), "fields": fields,
            "council_page": may_decide(request, submission),
            **grid_tables.table(
                request, shown, reader, spreads=spreads, where=where, typed=typed
            ),
        }  # fmt: skip
        template = "admin/assessments/submission/appraisal.html"
        return TemplateResponse(request, template, context, status=status)

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
            **grid_tables.frame(admin_self.admin_site), "opts": admin_self.opts,
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
    named = leaves.filter(submission=submission, pk=row_id(request.POST.get("score", "")) or 0)
    row = named.select_related("criterion").first()
    if row is None:
        raise Http404
    row.submission = submission
    return row


def _back(
    request: HttpRequest, view: str, submission: Submission, row: CriterionScore | None,
    message: str = "",
) -> HttpResponse:  # fmt: skip
    messages.success(request, message or _("Saved."))
    place = f"#leaf-{row.pk}" if row else ""
    return HttpResponseRedirect(reverse(f"admin:{view}", args=[submission.pk]) + place)


def _field_tabs(
    request: HttpRequest, submission: Submission, facts: list[Fact]
) -> tuple[list[dict[str, Any]], list[Fact]]:
    """Return the fields with readable leaves as tabs, and the leaves of the one chosen, or all."""
    page = reverse(f"admin:{APPRAISAL}", args=[submission.pk])
    held = Counter(fact.row.field_id for fact in facts)
    wish = request.GET.get("linh-vuc", "")
    fields = submission.cycle_scheme.scheme.criteria.fields().filter(pk__in=held)
    tabs = [
        {"label": str(field), "count": held[field.pk], "current": field.code == wish,
         "url": f"{page}?{urlencode({'linh-vuc': field.code})}"}
        for field in fields
    ]  # fmt: skip
    chosen = next((field.pk for field in fields if field.code == wish), None)
    shown = [fact for fact in facts if chosen is None or fact.row.field_id == chosen]
    every = {"label": _("all fields"), "count": len(facts), "current": chosen is None, "url": page}
    return [every, *tabs], shown


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
    unsettled = set(appraisal.unsettled(submission.scores.all()).values_list("pk", flat=True))
    rows = appraisal.page_of(leaves, submission, sight=permissions.EVERYTHING)
    judged = [row for row in rows if row.criterion.method != Method.SURVEY]
    open_now = submission.state in appraisals.JUDGING
    meetings = meeting_choices(submission)
    first: list[dict[str, Any]] = []
    rest: list[dict[str, Any]] = []
    for row in judged:
        form = bound.get(("decide", row.pk)) or DecideForm(row, meetings=meetings)
        item = {
            "score": row, "disputed": row.pk in disputed, "unsettled": row.pk in unsettled,
            "form": form if open_now and row.open_to_appraiser else None,
        }  # fmt: skip
        waits = item["form"] and (item["disputed"] or item["unsettled"])
        (first if waits else rest).append(item)
    return {
        "rows": [*first, *rest], "first": first, "fields": _by_field(rest),
        "surveys": _survey_rows(rows, submission, bound),
        "adjustments": submission.adjustments.select_related("proposed_by"),
        "adjustable": bool(caps_of(submission.cycle_scheme.scheme)),
        "adjustment_form": bound.get(("adjust", 0)) or AdjustmentForm(submission),
    }  # fmt: skip


def _by_field(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the leaves by field; a field with a refused form is open."""
    found: dict[int | None, dict[str, Any]] = {}
    for item in items:
        field = item["score"].criterion.field
        part = found.setdefault(field.pk, {"field": field, "rows": [], "open": False})
        part["rows"].append(item)
        part["open"] |= bool(item["form"] and item["form"].errors)
    return list(found.values())


def _survey_rows(
    rows: list[CriterionScore], submission: Submission, bound: dict[tuple[str, int], forms.Form]
) -> dict[str, Any]:
    """Return the survey leaves, how many wait for a decision, and whether one was refused."""
    found = [
        {"score": row, "outcome": surveys.survey_outcome(row),
         "decision": surveys.decision_on(submission, row.criterion),
         "form": bound.get(("survey", row.pk)) or SurveyForm(row)}
        for row in rows if row.criterion.method == Method.SURVEY
    ]  # fmt: skip
    waiting = [item for item in found if not item["outcome"] and not item["decision"]]
    refused = any(verb == "survey" for verb, _pk in bound)
    return {"rows": found, "waiting": len(waiting), "open": refused}
