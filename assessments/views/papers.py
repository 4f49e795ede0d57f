"""Papers of a dossier to take away: report, receipt, signed copies, and all of it as one file."""

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments import papers
from assessments.errors import BadInput, Refused
from assessments.forms import refuse
from assessments.forms.papers import CopyForm
from assessments.models import Receipt, SignedCopy, Submission
from assessments.queries.papers import may_open
from assessments.views import own
from assessments.views.signing import receipt_page
from assessments.workflow import signed_copies
from cchc.kit.downloads import attachment, handed_out
from cchc.kit.files import CONTENT_TYPES

_ZIP = "application/zip"


@require_safe
@login_required
def report(request: HttpRequest, key: own.CycleKey, slug: str, ending: str) -> HttpResponse:
    """Hand over the report as PDF or Word: as signed, or as a draft while it may change."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    return _report(submission, papers.source_of(submission), ending, now)


@require_safe
@login_required
def receipt_report(
    request: HttpRequest, key: own.CycleKey, slug: str, *, sequence: int, ending: str
) -> HttpResponse:
    """Hand over the report that one receipt covers, whatever became of the dossier since."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    return _report(submission, _receipt(submission, sequence), ending, now)


def _report(
    submission: Submission, receipt: Receipt | None, ending: str, now: dt.datetime
) -> HttpResponse:
    file = papers.report_file(submission, now, ending=ending, receipt=receipt)
    return handed_out(HttpResponse(file.body, content_type=file.content_type), file.name)


@require_safe
@login_required
def receipt_pdf(
    request: HttpRequest, key: own.CycleKey, slug: str, sequence: int
) -> HttpResponse:  # fmt: skip
    """Hand over the receipt as a paper."""
    submission = own.dossier_of(request, key, slug, timezone.now())
    row = _receipt(submission, sequence)
    body = papers.receipt_pdf(papers.receipt_paper(row), at=row.signed_at)
    name = f"bien-nhan-{row.number.replace('/', '-')}.pdf"
    return handed_out(HttpResponse(body, content_type=CONTENT_TYPES["pdf"]), name)


@require_safe
@login_required
def bundle(request: HttpRequest, key: own.CycleKey, slug: str) -> StreamingHttpResponse:
    """Stream report, receipt and evidence as one ZIP file."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    made = papers.bundle_of(submission, now, papers.source_of(submission))
    answer = StreamingHttpResponse(made.stream(), content_type=_ZIP)
    return handed_out(answer, f"{papers.file_stem('ho-so', submission)}.zip")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add_copy(request: HttpRequest, key: own.CycleKey, slug: str, sequence: int) -> HttpResponse:
    """Keep a scan of the signed report; a mere visit, as after signing in, leads to the receipt."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    row = _receipt(submission, sequence)
    back = redirect(own.address("receipt", submission, sequence=sequence))
    if request.method != "POST":
        return back
    form = CopyForm(request.POST, request.FILES)
    if not form.is_valid():
        return receipt_page(request, row, form, status=422)
    try:
        signed_copies.attach_copy(
            receipt=row, by=own.person(request), at=now, upload=form.cleaned_data["upload"]
        )
    except BadInput as refusal:
        refuse(form, refusal)
        return receipt_page(request, row, form, status=422)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return receipt_page(request, row, form, status=409)
    messages.success(request, _("The signed copy is kept with the receipt."))
    return back


@require_safe
@login_required
def copy(request: HttpRequest, pk: int) -> FileResponse:
    """Hand a signed copy to who may open it; to everybody else there is none."""
    rows = SignedCopy.objects.select_related("receipt__submission")
    row = get_object_or_404(rows, pk=pk)
    if not may_open(own.person(request), row, timezone.now()):
        raise Http404
    return attachment(row.file, name=row.name, content_type=row.content_type)


def _receipt(submission: Submission, sequence: int) -> Receipt:
    return get_object_or_404(submission.receipts.select_related("signed_by"), sequence=sequence)
