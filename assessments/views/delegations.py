"""Who fills in which leaf: handed out and followed by the focal officer, reported by the others."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assessments import permissions
from assessments.choices import SubmissionState
from assessments.errors import BadInput, NotPermitted, Refused
from assessments.forms import refuse
from assessments.forms.delegations import DelegationForm
from assessments.models import Criterion, CriterionScore, Submission
from assessments.queries import delegations as reads
from assessments.queries.workspace import leaves_of
from assessments.views import own
from assessments.views.relogin import keeps_text
from assessments.workflow import delegations as verbs
from units.models import User


@dataclass(frozen=True)
class Board:
    """What the page shows to one person: every leaf to who runs the dossier, else the own ones."""

    submission: Submission
    at: dt.datetime
    person: User
    rows: list[CriterionScore]
    runs: bool
    closed: str

    @property
    def today(self) -> dt.date:
        """Return the local day."""
        return permissions.day_of(self.at)

    @property
    def open_rows(self) -> list[CriterionScore]:
        """Return the leaves that may be handed out now."""
        return [row for row in self.rows if row.is_open_to_unit]

    @property
    def mine(self) -> list[reads.Hand]:
        """Return the leaves in the person's own hands, the most urgent first."""
        return reads.in_hands_of(self.person, self.rows, self.today)

    @property
    def fields(self) -> list[tuple[Criterion, list[reads.Hand]]]:
        """Return the leaves field by field."""
        found: dict[Criterion, list[reads.Hand]] = {}
        for row in self.rows:
            head = row.criterion.field or row.criterion
            found.setdefault(head, []).append(reads.Hand(row, self.today))
        return list(found.items())


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def delegations(request: HttpRequest, key: own.CycleKey, slug: str) -> HttpResponse:
    """Show who holds which leaf, and do what the form asks with the leaves ticked in it."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    board = _board(request, submission, now)
    data = request.POST if request.method == "POST" else None
    form = DelegationForm(data, rows=board.open_rows, members=reads.members_of(submission, now))
    status = 200
    if data is not None:
        status = _done(request, board, form)
        if not status:
            return redirect(_after(request, submission))
    return render(request, "workspace/delegations.html", _context(board, form), status=status)


def _board(request: HttpRequest, submission: Submission, at: dt.datetime) -> Board:
    leaves = leaves_of([submission]).select_related("delegation__user")
    rows = [row for row in leaves if row.criterion.is_self_scored]
    for row in rows:
        row.submission = submission
    person = own.person(request)
    runs = bool(permissions.may_run(person, submission, at))
    return Board(submission, at, person, rows, runs, own.why_closed(submission, at))


def _context(board: Board, form: DelegationForm) -> dict[str, Any]:
    submission = board.submission
    return {
        "submission": submission, "board": board, "form": form, "nav": "workspace",
        "state": SubmissionState(submission.state), "closed": board.closed,
        "deadline": own.deadline_of(submission, board.at),
        "parts": board.fields if board.runs else [],
        "people": reads.by_person(board.rows, board.today) if board.runs else [],
        "open_codes": {row.criterion.code for row in board.open_rows},
        "crumbs": own.crumbs(submission, (_("Delegation"), "")),
    }  # fmt: skip


def _after(request: HttpRequest, submission: Submission) -> str:
    if request.POST.get("then") == "home":
        return reverse("workspace:home")
    return own.address("delegations", submission)


Act = Callable[..., Any]


def _delegate(form: DelegationForm, **who: Any) -> None:
    data = form.cleaned_data
    if data["to"] is None:
        raise BadInput(_("Choose a person."), field="to")
    verbs.delegate(
        codes=form.codes, to=data["to"], due_on=data["due_on"], note=data["note"], **who
    )  # fmt: skip


def _take_back(form: DelegationForm, **who: Any) -> None:
    verbs.take_back(codes=form.codes, **who)


def _give_back(form: DelegationForm, **who: Any) -> None:
    verbs.give_back(codes=form.codes, note=form.cleaned_data["note"], **who)


def _mark_done(form: DelegationForm, **who: Any) -> None:
    verbs.mark_done(codes=form.codes, **who)


#: What the page's buttons do, and what is said afterwards.
ACTS: dict[str, tuple[Act, Any]] = {
    "delegate": (_delegate, gettext_lazy("The leaves are delegated.")),
    "take_back": (_take_back, gettext_lazy("The leaves are taken back.")),
    "give_back": (_give_back, gettext_lazy("The leaves are given back with your note.")),
    "done": (_mark_done, gettext_lazy("The leaves are reported done.")),
}


def _done(request: HttpRequest, board: Board, form: DelegationForm) -> int:
    """Do the act; return 0 when it is done, else the status of the page that says why not."""
    act, said = ACTS.get(request.POST.get("do", ""), (None, ""))
    if not form.is_valid():
        return 422
    if act is None:
        form.add_error(None, _("Choose what to do with the leaves."))
        return 422
    try:
        act(form, submission=board.submission, by=board.person, at=board.at)
    except BadInput as refusal:
        refuse(form, refusal)
        return 422
    except NotPermitted as refusal:
        form.add_error(None, str(refusal))
        return 403
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return 409
    messages.success(request, said)
    return 0
