"""The form of a field: every leaf with its rule, its facts, its points and its evidence."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import permissions
from assessments.choices import Method, SubmissionState
from assessments.forms import LeafForm, both_texts, stated
from assessments.models import CriterionScore, Submission
from assessments.queries import leaves as reads
from assessments.queries import workspace as queries
from assessments.views import own
from assessments.views.relogin import keeps_text
from assessments.workflow.scores import claimed_at, missing_of


@dataclass
class LeafCard:
    """One leaf as the page shows it: with a form while it may be changed, else read only."""

    score: CriterionScore
    form: LeafForm | None
    closed: Any = ""
    reason: str = ""
    last_year: CriterionScore | None = None
    #: Label, stored text and typed text of each input, when somebody else was faster.
    conflict: list[tuple[Any, str, str]] = field(default_factory=list)
    is_contested: bool = False
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
    def stated_last_year(self) -> list[tuple[Any, str]]:
        """Return what was stored for the same leaf last year, in words."""
        return stated(self.last_year) if self.last_year else []

    @property
    def points_since(self) -> Decimal | None:
        """Return by how many self-assessed points the leaf stands above last year's."""
        before = self.last_year.self_points if self.last_year else None
        now = self.score.self_points
        return None if before is None or now is None else now - before

    @property
    def typed(self) -> list[tuple[Any, str]]:
        """Return what was typed and could not be saved, so that it is not lost."""
        if self.kept is None:
            return []
        shown = self.kept.visible_fields()
        return [(field.label, field.value()) for field in shown if field.value()]

    @property
    def missing(self) -> str:
        """Return which fact a half-filled leaf still lacks, in a sentence."""
        return missing_of(self.score)

    @property
    def lacks_evidence(self) -> bool:
        """Tell whether evidence or a reason is missing."""
        return queries.lacks_evidence(self.score)

    @property
    def is_complete(self) -> bool:
        """Tell whether the leaf carries points, and evidence or a reason."""
        return queries.is_settled(self.score)

    @property
    def open_question(self) -> int | None:
        """Return the id of the question that waits for the unit's answer, or None."""
        return getattr(self.score, "open_question", None)


@require_safe
@keeps_text
def field_form(request: HttpRequest, key: own.CycleKey, slug: str, field: str) -> HttpResponse:
    """Show the form of one field of the dossier."""
    now = timezone.now()
    return field_page(request, own.dossier_of(request, key, slug, now), field, now)


def field_page(
    request: HttpRequest, submission: Submission, code: str, at: dt.datetime,
    bound: LeafForm | None = None, *, stale: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Show a field, one of its leaves with what was typed; `stale` when another save came first."""
    rows = reads.leaves_of_field(submission, code)
    if not rows:
        raise Http404
    closed = own.why_closed(submission, at)
    cards = _cards(request, submission, rows, closed, at)
    for card in cards:
        if bound is not None and bound.score.pk == card.score.pk:
            put_typed(card, bound, stale=stale)
    progress = queries.FieldProgress(rows[0].criterion.field or rows[0].criterion)
    for row in rows:
        if row.criterion.is_self_scored:
            progress.count(row)
    context = {
        "submission": submission, "cards": cards, "closed": closed, "progress": progress,
        "deadline": own.deadline_of(submission, at), "bound": bound,
        "shows_appraisal": queries.shows_appraisal(submission, at),
        "shows_final": queries.shows_final(submission, at),
        "state": SubmissionState(submission.state), "nav": "workspace",
        "crumbs": own.crumbs(submission, (str(progress.criterion), "")),
    }  # fmt: skip
    return render(request, "workspace/field.html", context, status=status)


def _cards(
    request: HttpRequest, submission: Submission, rows: list[CriterionScore], closed: str,
    at: dt.datetime,
) -> list[LeafCard]:  # fmt: skip
    person = own.person(request)
    held = set(submission.parts)  # type: ignore[attr-defined]
    shown = queries.shows_appraisal(submission, at)
    final = shown and queries.shows_final(submission, at)
    reasons = (queries.final_reasons_of if final else queries.reasons_of)(rows) if shown else {}
    earlier = reads.claims_last_year(submission, rows)
    cards = []
    for row in rows:
        shut = _why_shut(row, closed) or permissions.leaf_verdict(person, row, held).reason
        form = None if shut else LeafForm(score=row)
        cards.append(
            LeafCard(row, form, shut, reasons.get(row.pk, ""), last_year=earlier.get(row.pk))
        )
    return cards


def put_typed(card: LeafCard, typed: LeafForm, *, stale: bool) -> None:
    """Put what was typed on the card; beside the stored text when both must be shown."""
    if card.form is None:
        card.kept = typed
        return
    card.form = typed
    if stale:
        typed.score = card.score
        version = typed.cleaned_data.get("version", 0)
        card.conflict = both_texts(typed, claimed_at(card.score, version))
        typed.show_current_version()
        card.is_contested = True


def _why_shut(row: CriterionScore, closed: str) -> str:
    """Return why this leaf may not be changed, as `save_leaf` would say for every reader."""
    if row.criterion.method == Method.SURVEY:
        return _("The points of this leaf come from the sociological survey.")
    if row.criterion.method == Method.APPRAISER:
        return _("Only the appraiser gives points on this leaf.")
    if closed:
        return closed
    if not row.is_open_to_unit:
        return _("Only the leaves named in the return may be changed.")
    return ""
