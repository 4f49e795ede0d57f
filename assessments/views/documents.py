"""Evidence: attaching and taking off files of a leaf, and the one way to read a file (design 6)."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments.errors import Refused
from assessments.forms import LibraryForm, PaperForm
from assessments.models import CriterionScore, Evidence
from assessments.queries import library
from assessments.queries import workspace as queries
from assessments.views import own, uploads
from assessments.views.library import document_address, library_address
from assessments.views.previews import file_of
from assessments.views.relogin import keeps_text, wants_json
from assessments.workflow import documents
from cchc.kit.downloads import attachment


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def evidence(
    request: HttpRequest, key: own.CycleKey, slug: str, field: str, code: str
) -> HttpResponse:
    """Attach a file to a leaf, new or from the unit's library."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    score = own.leaf_of(submission, field, code)
    paper, choice = PaperForm(), LibraryForm(files=queries.library_of(submission))
    if request.method == "POST":
        by = {"score": score, "by": own.person(request), "at": now}
        if "choose" in request.POST:
            choice = LibraryForm(request.POST, files=queries.library_of(submission))
            item = uploads.done(choice, documents.attach_existing, **by)
        else:
            paper = PaperForm(request.POST, request.FILES)
            item = uploads.done(paper, documents.attach_file, **by)
        sentence = _("The file is attached to criterion %s.") % code
        if wants_json(request):
            address = document_address(item.revision.document) if item else ""
            return uploads.told(request, paper, sentence, address)
        if item:
            messages.success(request, sentence)
            return redirect(own.address("evidence", submission, field=field, code=code))
    closed = documents.attachable(score, own.person(request), now).reason
    return _evidence_page(request, score, paper, choice, closed)


def _evidence_page(
    request: HttpRequest, score: CriterionScore, paper: PaperForm, choice: LibraryForm, closed: Any
) -> HttpResponse:
    submission, back = score.submission, own.leaf_address(score)
    text = request.GET.get("q", "").strip()[:100]
    context = {
        "submission": submission, "score": score, "paper": paper, "choice": choice,
        "papers": _papers(request, score, text), "text": text, "closed": closed, "back_url": back,
        "max_bytes": settings.EVIDENCE_MAX_BYTES, "scanner": bool(settings.CLAMAV),
        "nav": "workspace",
        "question": queries.open_question_of(score),
        "library_url": library_address(submission.unit, submission),
        "crumbs": own.crumbs(submission, (str(score.criterion.field), back), (_("Evidence"), "")),
    }  # fmt: skip
    failed = paper.is_bound or choice.is_bound
    return render(request, "workspace/evidence.html", context, status=422 if failed else 200)


def _papers(request: HttpRequest, score: CriterionScore, text: str) -> Page[Any]:
    """Return one page of the papers that may be chosen, each with its newest usable file."""
    attached = [item.revision_id for item in queries.files_of(score)]
    rows = library.search(library.choice_for(score.submission, attached), text)
    page: Page[Any] = Paginator(rows, library.CHOICE).get_page(request.GET.get("page"))
    for row in page:
        row.file = next(file for file in row.files if file.pk == row.newest)
    return page


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def detach(
    request: HttpRequest, key: own.CycleKey, slug: str, *, field: str, code: str, pk: int
) -> HttpResponse:
    """Take a file off its leaf; a mere visit, as after signing in, leads to the leaf's evidence."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    score = own.leaf_of(submission, field, code)
    back = redirect(own.address("evidence", submission, field=field, code=code))
    if request.method != "POST":
        return back
    row = get_object_or_404(Evidence.objects.select_related("score"), pk=pk, score=score)
    row.score = score
    try:
        documents.detach(evidence=row, by=own.person(request), at=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The file is taken off; it stays in the unit's library."))
    return back


@require_safe
@login_required
def download(request: HttpRequest, pk: int) -> FileResponse:
    """Hand a file of evidence to who may read it; to everybody else there is none."""
    revision = file_of(request, pk)
    return attachment(revision.file, name=revision.name, content_type=revision.content_type)
