"""One leaf beside the grid: the panel with all that stands on it, and the door of its verbs."""

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments.admin import grid_acts, grid_tables
from assessments.admin.appraisal_forms import AbstainForm, AppraiseForm, AskForm, LeafForm
from assessments.admin.grid_acts import Act
from assessments.admin.scoped import user_of
from assessments.models import CriterionScore, Submission
from assessments.queries import grid, grid_facts, grid_panel
from assessments.queries.grid import Reader
from assessments.workflow import questions

PANEL = "assessments_criterionscore_panel"
JUDGE = "assessments_criterionscore_judge"


class LeafPagesMixin:
    """Add …/<leaf>/xet/ and …/<leaf>/cham/ to the admin of leaves."""

    def get_urls(self) -> list[URLPattern]:
        """Put the pages before the admin's own."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("<int:pk>/xet/", wrap(self.panel_view), name=PANEL),
            path("<int:pk>/cham/", require_POST(self.judge_view), name=JUDGE),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def panel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the leaf: a part of the page for the script, a page of its own without it."""
        return self.panel_page(request, grid_acts.leaf(pk))

    def panel_page(
        self, request: HttpRequest, row: CriterionScore, acted: Act | None = None, status: int = 200
    ) -> HttpResponse:
        """Return the panel; `acted` is a refused act with what was typed."""
        panel = grid_panel.panel_of(_reader(request, row), row.pk)
        if panel is None:
            raise Http404
        back = grid_tables.back_query(request)
        context = {
            **grid_tables.shared(by_unit=True), "panel": panel, "score": panel.score,
            "row": panel.row, "back": back, "back_url": _page_of(request, panel.score),
            **_forms(panel, acted), "title": _("Appraisal"),
        }  # fmt: skip
        name = "_panel" if "X-Fragment" in request.headers else "panel"
        if name == "panel":
            admin_self: Any = self
            context = {**admin_self.page_context(), **context}
        template = f"admin/assessments/criterionscore/{name}.html"
        return TemplateResponse(request, template, context, status=status)

    def judge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do one act on the leaf.

        The verbs ask every right themselves; so the door of the admin is asked only on a refusal,
        which then looks like any page that is not there.
        """
        admin_self: Any = self
        if not request.user.is_authenticated:
            return admin_self.admin_site.admin_view(self._refused)(request)  # type: ignore[no-any-return]
        acted = grid_acts.act(request, grid_acts.leaf(pk))
        if not acted.done:
            return admin_self.admin_site.admin_view(self._refused)(request, acted)  # type: ignore[no-any-return]
        if request.accepts("text/html"):
            messages.success(request, grid_acts.message_of(acted))
            place = f"{_page_of(request, acted.row)}#leaf-{acted.row.pk}"
            return HttpResponseRedirect(place)
        if acted.verb in grid_acts.IN_ROW:
            return JsonResponse(grid_acts.values_of(acted))
        told = {"message": grid_acts.message_of(acted), "html": _fresh(request, acted.row)}
        return JsonResponse(told)

    def _refused(self, request: HttpRequest, acted: Act) -> HttpResponse:
        """Say why, with what was typed; to whom the leaf is not theirs to read, it is not there."""
        html = _fresh(request, acted.row)
        if not request.accepts("text/html"):
            told = {"message": acted.sentence, "field": acted.field}
            stale = request.POST.get(f"appraise{acted.row.pk}-version") != str(acted.row.version)
            return JsonResponse({**told, "html": html} if stale else told, status=422)
        where = request.GET.get("tu")
        if acted.verb not in grid_acts.IN_ROW or where not in ("luoi", "ho-so"):
            return self.panel_page(request, acted.row, acted, status=422)
        site: Any = self.admin_site  # type: ignore[attr-defined]
        admin_self: Any = self
        show, pk = admin_self.grid_page, acted.row.criterion_id
        if where == "ho-so":
            show, pk = site.get_model_admin(Submission).appraisal_page, acted.row.submission_id
        page: HttpResponse = show(request, pk, acted.typed, status=422)
        return page


def _reader(request: HttpRequest, row: CriterionScore) -> Reader:
    return grid.reader_of(user_of(request), row.submission.cycle, timezone.now())


def _fresh(request: HttpRequest, row: CriterionScore) -> str:
    """Return the row's HTML as it stands now; raise Http404 where the person may not read it."""
    reader = _reader(request, row)
    facts = grid_facts.facts_of(reader.leaves().filter(pk=row.pk), reader)
    if not facts:
        raise Http404
    row.version = facts[0].row.version
    by_unit = request.GET.get("tu") != "ho-so"
    context = {
        **grid_tables.shared(by_unit=by_unit), "judging": True,
        "row": grid_panel.row_beside(reader, facts[0], row, by_unit=by_unit),
        "back": grid_tables.back_query(request),
    }  # fmt: skip
    return render_to_string("admin/assessments/criterionscore/_row.html", context, request)


def _page_of(request: HttpRequest, row: CriterionScore) -> str:
    """Return the page that the leaf was opened from: the grid, unless the address says other."""
    kept = {name: each[0] for name, each in parse_qs(grid_tables.back_query(request)).items()}
    where = kept.pop("tu", "luoi")
    names = {
        "ho-so": ("assessments_submission_appraisal", row.submission_id),
        "tieu-chi": (PANEL, row.pk),
    }
    name, pk = names.get(where, ("assessments_criterionscore_grid", row.criterion_id))
    address = reverse(f"admin:{name}", args=[pk])
    return f"{address}?{urlencode(kept)}" if kept else address


def _forms(panel: grid_panel.Panel, acted: Act | None) -> dict[str, Any]:
    """Return the forms of the leaf, the refused one with what was typed in it."""
    score, fact = panel.score, panel.fact
    waiting = next((each for each in panel.questions if each.closed_at is None), None)
    loose = {"waiting": waiting, "judged": fact.judged, "loose": acted.form if acted else None}
    if not fact.judged:
        return loose
    mine = fact.mine
    start = mine.points if mine else fact.row.shown_self
    forms: dict[str, LeafForm] = {}
    if fact.may:
        reason = mine.reason if mine else ""
        due = _due(score)
        forms = {
            "appraise": AppraiseForm(score, start=start, reason=reason),
            "ask": AskForm(score, due=due), "abstain": AbstainForm(score),
        }  # fmt: skip
    if acted and acted.verb in forms and isinstance(acted.form, LeafForm):
        forms[acted.verb], loose["loose"] = acted.form, None
    first = forms.get("appraise")
    if isinstance(first, AppraiseForm) and not score.submission.cycle.council.claims_shown:
        first.ask_every_reason()
    return {**loose, "forms": forms}


def _due(score: CriterionScore) -> dt.datetime:
    return questions.usual_due(score.submission, timezone.now())
