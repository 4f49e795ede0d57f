"""Signing a dossier and its numbered receipts (design 1, step 5)."""

import datetime as dt
import re

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments import papers, permissions
from assessments.choices import SubmissionState
from assessments.errors import GuardFailed, Refused
from assessments.forms import SignForm
from assessments.forms.papers import CopyForm
from assessments.models import Receipt, Submission
from assessments.views import own
from assessments.workflow.machine import perform, problems, row_of
from cchc.kit.downloads import handed_out

#: A code of a leaf as it stands in a sentence, without the full stop behind it.
_WORD = re.compile(r"\w+(?:\.\w+)*")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sign(request: HttpRequest, key: own.CycleKey, slug: str) -> HttpResponse:
    """Show the report as it will be signed and what stands in its way; sign it.

    The dossier is looked up before the password is asked for, so that strangers meet a 404, and
    so is what stands in the way: nobody types a password for nothing.
    """
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    if request.method != "POST":
        return _sign_page(request, submission, now, SignForm())
    form, person = SignForm(request.POST), own.person(request)
    ticked = form.is_valid() and form.cleaned_data["statement"]
    if permissions.may_sign(person, submission, now) and _can_start(submission):
        reasons = problems("submit", submission, by=person, at=now, statement=ticked)
        if reasons:
            for reason in reasons:
                form.add_error(None, str(reason))
            return _sign_page(request, submission, now, form, status=422)
    return _sign(request, submission)


def _can_start(submission: Submission) -> bool:
    return submission.state in row_of(Submission, "submit").sources


@reauthentication_required
def _sign(request: HttpRequest, submission: Submission) -> HttpResponse:
    now = timezone.now()
    form = SignForm(request.POST)
    form.full_clean()
    try:
        done = perform(
            "submit", submission, by=own.person(request), at=now,
            statement=bool(form.cleaned_data.get("statement")),
        )  # fmt: skip
    except GuardFailed as refusal:
        for reason in refusal.reasons:
            form.add_error(None, str(reason))
        return _sign_page(request, submission, now, form, status=422)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _sign_page(request, submission, now, form, status=409)
    messages.success(request, _("The dossier is signed and submitted."))
    sequence = done.receipts.latest("sequence").sequence
    return redirect(own.address("receipt", submission, sequence=sequence))


def _sign_page(
    request: HttpRequest, submission: Submission, at: dt.datetime, form: SignForm,
    *, status: int = 200,
) -> HttpResponse:  # fmt: skip
    can_start = _can_start(submission)
    report = papers.report_of(submission, at, receipt=papers.source_of(submission))
    verdict = permissions.may_sign(own.person(request), submission, at)
    here = _("Sign and submit") if verdict else _("Self-assessment report")
    context = {
        "submission": submission, "report": report, "form": form, "can_start": can_start,
        "verdict": verdict,
        "state": SubmissionState(submission.state),
        "blockers": _blockers(request, submission, at) if can_start else [],
        "signed_as": permissions.signature_title(own.person(request), submission, at),
        "deadline": own.deadline_of(submission, at), "nav": "workspace",
        "crumbs": own.crumbs(submission, (here, "")),
    }  # fmt: skip
    return render(request, "workspace/sign.html", context, status=status)


def _blockers(
    request: HttpRequest, submission: Submission, at: dt.datetime
) -> list[list[tuple[str, str]]]:
    """Return what stands in the way: sentences in pieces, with the address of each leaf named."""
    texts = problems("submit", submission, by=own.person(request), at=at, statement=True)
    if not texts:
        return []
    addresses = {}
    for row in submission.scores.select_related("criterion__field"):
        row.submission = submission
        addresses[row.criterion.code] = own.leaf_address(row)
    return [_linked(str(text), addresses) for text in texts]


def _linked(text: str, addresses: dict[str, str]) -> list[tuple[str, str]]:
    pieces, done = [], 0
    for word in _WORD.finditer(text):
        if word[0] in addresses:
            pieces += [(text[done : word.start()], ""), (word[0], addresses[word[0]])]
            done = word.end()
    return [*pieces, (text[done:], "")]


@require_safe
@login_required
def receipt(request: HttpRequest, key: own.CycleKey, slug: str, sequence: int) -> HttpResponse:
    """Show one receipt: number, time, signer and the hash of all that was submitted."""
    submission = own.dossier_of(request, key, slug, timezone.now())
    row = get_object_or_404(submission.receipts.select_related("signed_by"), sequence=sequence)
    row.submission = submission
    return receipt_page(request, row, CopyForm())


def receipt_page(
    request: HttpRequest, row: Receipt, form: CopyForm, *, status: int = 200
) -> HttpResponse:
    """Show a receipt with its signed copies, and the form for another to who runs the dossier."""
    submission = row.submission
    context = {
        "submission": submission, "receipt": row, "nav": "workspace", "form": form,
        "copies": row.copies.select_related("uploaded_by"),
        "may_add": permissions.may_run(own.person(request), submission, timezone.now()),
        "crumbs": own.crumbs(submission, (_("Receipt %s") % row.number, "")),
    }  # fmt: skip
    return render(request, "workspace/receipt.html", context, status=status)


@require_safe
@login_required
def receipt_content(
    request: HttpRequest, key: own.CycleKey, slug: str, sequence: int
) -> HttpResponse:
    """Hand over the very bytes that the receipt's hash covers."""
    submission = own.dossier_of(request, key, slug, timezone.now())
    row = get_object_or_404(submission.receipts, sequence=sequence)
    answer = HttpResponse(row.content.encode(), content_type="application/json; charset=utf-8")
    return handed_out(answer, f"bien-nhan-{row.number.replace('/', '-')}.json")
