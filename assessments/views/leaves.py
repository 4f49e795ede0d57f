"""The form of a field: every leaf with its rule, its facts, its points and its evidence."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments.choices import Method, SubmissionState
from assessments.errors import BadInput, Refused, Stale
from assessments.forms import LeafForm, stated
from assessments.models import CriterionScore, Submission
from assessments.queries import workspace as queries
from assessments.views import own
from assessments.views.relogin import keeps_text
from assessments.workflow.scores import save_leaf


@dataclass
class LeafCard:
    """One leaf as the page shows it: with a form while it may be changed, else read only."""

    score: CriterionScore
    form: LeafForm | None
    closed: str
    reason: str = ""
    stale: bool = False
    kept: LeafForm | None = None

    @property
    def criterion(self) -> Any:
        """Return the criterion."""
        return self.score.criterion

    @property
    def stated(self) -> list[tuple[Any, str]]:
        """Return what is stored, in words."""
        return stated(self.score)

    @property
    def typed(self) -> list[tuple[Any, str]]:
        """Return what was typed and could not be saved, so that it is not lost."""
        if self.kept is None:
            return []
        shown = self.kept.visible_fields()
        return [(field.label, field.value()) for field in shown if field.value()]

    @property
    def lacks_evidence(self) -> bool:
        """Tell whether evidence or a reason is missing."""
        return queries.lacks_evidence(self.score)

    @property
    def open_question(self) -> Any:
        """Return the question that waits for the unit's answer, or None."""
        return queries.open_question_of(self.score)


@require_safe
@keeps_text
def field(request: HttpRequest, key: own.CycleKey, slug: str, field: str) -> HttpResponse:
    """Show the form of one field of the dossier."""
    now = timezone.now()
    return _field_page(request, own.dossier_of(request, key, slug, now), field, now)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def save(request: HttpRequest, key: own.CycleKey, slug: str, field: str, code: str) -> HttpResponse:
    """Save one leaf and go back to it; what cannot be saved stays on screen with the reason.

    A mere visit, as after signing in, leads to the leaf.
    """
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    score = own.leaf_of(submission, field, code)
    if request.method != "POST":
        return redirect(own.leaf_address(score))
    return _saved(request, LeafForm(request.POST, score=score), field, now)


def _saved(request: HttpRequest, form: LeafForm, field: str, at: dt.datetime) -> HttpResponse:
    score, code = form.score, form.score.criterion.code
    submission = score.submission
    if not form.is_valid():
        return _field_page(request, submission, field, at, form, status=422)
    version = form.cleaned_data["version"]
    try:
        save_leaf(score=score, by=own.person(request), at=at, version=version, **form.claim)
    except BadInput as refusal:
        form.refuse(refusal)
        return _field_page(request, submission, field, at, form, status=422)
    except Stale as refusal:
        form.add_error(None, str(refusal))
        return _field_page(request, submission, field, at, form, stale=True, status=409)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _field_page(request, submission, field, at, form, status=409)
    messages.success(request, _("Criterion %s is saved.") % code)
    if request.POST.get("then") == "evidence":
        return redirect(own.address("evidence", submission, field=field, code=code))
    return redirect(own.leaf_address(score))


def _field_page(
    request: HttpRequest, submission: Submission, code: str, at: dt.datetime,
    bound: LeafForm | None = None, *, stale: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    rows = queries.leaves_of_field(submission, code)
    if not rows:
        raise Http404
    closed = own.why_closed(submission, at)
    reasons = queries.reasons_of(rows) if queries.shows_appraisal(submission, at) else None
    cards = [_card(row, closed, reasons, bound, stale) for row in rows]
    progress = queries.FieldProgress(rows[0].criterion.field or rows[0].criterion)
    for row in rows:
        if row.criterion.is_self_scored:
            progress.count(row)
    context = {
        "submission": submission, "cards": cards, "closed": closed, "progress": progress,
        "deadline": own.deadline_of(submission, at), "shows_appraisal": reasons is not None,
        "shows_final": submission.state == SubmissionState.PUBLISHED, "bound": bound,
        "state": SubmissionState(submission.state), "nav": "workspace",
        "crumbs": own.crumbs(submission, (str(progress.criterion), "")),
    }  # fmt: skip
    return render(request, "workspace/field.html", context, status=status)


def _card(
    row: CriterionScore, closed: str, reasons: dict[int, str] | None, bound: LeafForm | None,
    stale: bool,
) -> LeafCard:  # fmt: skip
    mine = bound if bound is not None and bound.score.pk == row.pk else None
    reason = (reasons or {}).get(row.pk, "")
    shut = _why_shut(row, closed)
    if shut:
        return LeafCard(row, None, shut, reason, kept=mine)
    if mine is not None and stale:
        mine.score = row
        mine.show_current_version()
    return LeafCard(row, mine or LeafForm(score=row), "", reason, stale=stale and mine is not None)


def _why_shut(row: CriterionScore, closed: str) -> str:
    """Return why this leaf may not be changed, as `save_leaf` would say for every reader."""
    if row.criterion.method == Method.SURVEY:
        return _("The points of this leaf come from the sociological survey.")
    if row.criterion.method == Method.APPRAISER:
        return _("Only the appraiser gives points on this leaf.")
    if closed:
        return closed
    if row.submission.state == SubmissionState.RETURNED and not row.open_to_unit:
        return _("Only the leaves named in the return may be changed.")
    return ""
