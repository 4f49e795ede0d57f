"""Evidence: attaching and taking off files of a leaf, and the one way to read a file (design 6)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments import permissions
from assessments.choices import ScanState
from assessments.errors import BadInput, Refused
from assessments.forms import LibraryForm, PaperForm, refuse
from assessments.models import CriterionScore, DocumentRevision, Evidence
from assessments.queries import appraisal
from assessments.queries import workspace as queries
from assessments.views import own
from assessments.views.relogin import keeps_text
from assessments.workflow import documents
from cchc.kit.downloads import attachment
from units.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def evidence(
    request: HttpRequest, key: own.CycleKey, slug: str, field: str, code: str
) -> HttpResponse:
    """Attach a file to a leaf, new or from the unit's library."""
    now, person = timezone.now(), own.person(request)
    submission = own.dossier_of(request, key, slug, now)
    score = own.leaf_of(submission, field, code)
    library = queries.library_of(submission).exclude(
        pk__in=[item.revision_id for item in queries.files_of(score)]
    )
    paper, choice = PaperForm(), LibraryForm(library=library)
    if request.method == "POST":
        if "choose" in request.POST:
            choice = LibraryForm(request.POST, library=library)
        else:
            paper = PaperForm(request.POST, request.FILES)
        sent = choice if choice.is_bound else paper
        if sent.is_valid() and _attached(sent, score, person, now):
            messages.success(request, _("The file is attached to criterion %s.") % code)
            return redirect(own.address("evidence", submission, field=field, code=code))
    closed = documents.attachable(score, person, now).reason
    return _evidence_page(request, score, paper, choice, closed)


def _evidence_page(
    request: HttpRequest, score: CriterionScore, paper: PaperForm, choice: LibraryForm, closed: Any
) -> HttpResponse:
    submission, back = score.submission, own.leaf_address(score)
    context = {
        "submission": submission, "score": score, "paper": paper, "choice": choice,
        "has_library": choice.library.exists(), "closed": closed, "back_url": back,
        "nav": "workspace", "question": queries.open_question_of(score),
        "crumbs": own.crumbs(submission, (str(score.criterion.field), back), (_("Evidence"), "")),
    }  # fmt: skip
    failed = paper.is_bound or choice.is_bound
    return render(request, "workspace/evidence.html", context, status=422 if failed else 200)


def _attached(form: Any, score: CriterionScore, by: User, at: Any) -> bool:
    """Attach what a valid form holds; show a refusal on the form and return False."""
    data = dict(form.cleaned_data)
    try:
        if "revision" in data:
            documents.attach_existing(score=score, by=by, at=at, **data)
        else:
            documents.attach_file(score=score, by=by, at=at, **data)
    except BadInput as refusal:
        refuse(form, refusal)
        return False
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


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
    """Hand a file of evidence to who may read it; to everybody else there is none.

    The unit's own staff, and who reads a leaf that it backs on the council's side; a file that
    waits for the scanner is opened by its unit only, a quarantined one by nobody.
    """
    revision = get_object_or_404(DocumentRevision.objects.select_related("document"), pk=pk)
    if not _may_read(own.person(request), revision):
        raise Http404
    return attachment(revision.file, name=revision.name, content_type=revision.content_type)


def _may_read(user: User, revision: DocumentRevision) -> bool:
    now = timezone.now()
    if revision.scan_state == ScanState.QUARANTINED:
        return False
    if revision.document.unit_id in permissions.staff_unit_ids(user, now):
        return True
    if revision.scan_state == ScanState.PENDING:
        return False
    backed = Evidence.objects.filter(revision=revision, removed_at=None).values("score")
    return appraisal.readable_leaves(user, now).filter(pk__in=backed).exists()
