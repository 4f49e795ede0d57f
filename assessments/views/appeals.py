"""The unit's appeals before the publication and complaints after it: filing, clock, answer."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments import permissions
from assessments.choices import AppealKind, AppealState
from assessments.errors import BadInput, Refused
from assessments.forms import AppealForm, refuse
from assessments.models import Appeal, Submission
from assessments.queries import appeals as reads
from assessments.queries import outcomes, workdays, workspace
from assessments.queries.overviews import overviews
from assessments.views import own
from assessments.views.relogin import keeps_text
from assessments.workflow import appeals as verbs
from assessments.workflow import machine
from cchc.kit.workdays import WorkCalendar


@dataclass(frozen=True)
class Filed:
    """An appeal or a complaint as its unit sees it."""

    appeal: Appeal
    at: dt.datetime
    calendar: WorkCalendar

    @property
    def state(self) -> AppealState:
        """Return where it stands, with its word and tone."""
        return AppealState(self.appeal.state)

    @property
    def deadline(self) -> own.Deadline | None:
        """Return until when the answer is due; None once there is one."""
        if self.state != AppealState.FILED:
            return None
        return own.Deadline(self.appeal.due_at, self.at, self.calendar)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def appeals(request: HttpRequest, key: own.CycleKey, slug: str) -> HttpResponse:
    """List the dossier's appeals and complaints, and take another where its time has come."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    codes = submission.scores.order_by("criterion__position")
    sent = request.POST if request.method == "POST" else None
    form = AppealForm(codes.values_list("criterion__code", flat=True), sent)
    kind, closed = verbs.fileable(submission, own.person(request), now)
    if form.is_valid() and _filed(request, submission, form, kind, now):
        return redirect(own.address("appeals", submission))
    calendar = workdays.calendar()
    context = {
        "submission": submission, "form": form, "kind": kind, "closed": closed,
        "filed": [Filed(row, now, calendar) for row in reads.of_dossiers([submission])],
        "parts": _parts(submission, form, now) if not closed or form.is_bound else [],
        "runs": permissions.may_run(own.person(request), submission, now),
        "days": submission.cycle.appeal_days, "nav": "workspace",
        "crumbs": own.crumbs(submission, (_("Appeals and complaints"), "")),
    }  # fmt: skip
    return render(request, "workspace/appeals.html", context, status=422 if form.errors else 200)


def _filed(
    request: HttpRequest, submission: Submission, form: AppealForm, kind: AppealKind,
    at: dt.datetime,
) -> bool:  # fmt: skip
    try:
        made = verbs.file(
            submission=submission, by=own.person(request), at=at, kind=kind, **form.cleaned_data
        )
    except BadInput as refusal:
        refuse(form, refusal)
        return False
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(
        request,
        _("It is filed; its answer is due before %(end)s.")
        % {"end": own.Deadline(made.due_at, at).text},
    )
    return True


def _parts(submission: Submission, form: AppealForm, at: dt.datetime) -> list[dict[str, Any]]:
    """Return the leaves to choose from: first those that differ, then the rest field by field."""
    (overview,) = overviews(Submission.objects.filter(pk=submission.pk))
    if not workspace.shows_appraisal(overview.submission, at):
        return []
    leaves = outcomes.leaves_in_eyes(overview, at)
    differing = [leaf for leaf in leaves if leaf.differs]
    parts: list[dict[str, Any]] = [
        {"title": _("Criteria whose points differ from your own"), "leaves": differing}
    ]
    for field in overview.fields:
        rest = [
            leaf for leaf in leaves
            if leaf.score.criterion.field_id == field.criterion.pk and not leaf.differs
        ]  # fmt: skip
        parts.append({"title": str(field.criterion), "leaves": rest, "folded": True})
    ticked = set(form.ticked)
    for part in parts:
        part["opened"] = any(leaf.score.criterion.code in ticked for leaf in part["leaves"])
    return [part for part in parts if part["leaves"]]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw(request: HttpRequest, key: own.CycleKey, slug: str, pk: int) -> HttpResponse:
    """Withdraw what waits for its answer; a mere visit, as after signing in, leads to the list."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    appeal = get_object_or_404(reads.of_dossiers([submission]), pk=pk)
    if request.method == "POST":
        try:
            machine.perform("withdraw_appeal", appeal, by=own.person(request), at=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("It is withdrawn."))
    return redirect(own.address("appeals", submission))


def appeals_address(submission: Submission, at: dt.datetime) -> str:
    """Return the address of the page, an empty text while there is nothing to appeal against."""
    shown = workspace.shows_final(submission, at) or submission.appeals.exists()
    return own.address("appeals", submission) if shown else ""
