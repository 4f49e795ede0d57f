"""Pages of evidence as pictures that we drew; the right is the file's, asked at every request."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import permissions
from assessments.choices import ScanState
from assessments.models import DocumentRevision
from assessments.queries import library as queries
from assessments.views import own
from assessments.views.library import document_address, library_address
from cchc.kit import previews
from cchc.kit.downloads import picture


def file_of(request: HttpRequest, pk: int) -> DocumentRevision:
    """Return a file that the person may open now; raise Http404 for any other or none."""
    revision = get_object_or_404(DocumentRevision.objects.select_related("document__unit"), pk=pk)
    if not queries.may_open(own.person(request), revision, timezone.now()):
        raise Http404
    return revision


@require_safe
@login_required
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one page of a file with the way to the others, or say why it cannot be shown."""
    revision = file_of(request, pk)
    asked = request.GET.get("trang", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0
    context = {"revision": revision, "number": number, "nav": "workspace"}
    try:
        context["picture"] = _drawn(revision, number)
    except previews.NoPage as error:
        raise Http404 from error
    except previews.Unshown as error:
        context["reason"] = error.message
    document, name = revision.document, (revision.name, "")
    if document.unit_id in permissions.staff_unit_ids(own.person(request), timezone.now()):
        context["crumbs"] = own.crumbs(
            None, (_("Library"), library_address(document.unit)),
            (str(document), document_address(document)), name,
        )  # fmt: skip
    else:
        context["crumbs"] = [name]
    return render(request, "workspace/preview.html", context)


@require_safe
@login_required
def preview_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Hand out the picture of one page."""
    try:
        return picture(_drawn(file_of(request, pk), number).png)
    except previews.Unshown as error:
        raise Http404 from error


def _drawn(revision: DocumentRevision, number: int) -> previews.Picture:
    if revision.scan_state == ScanState.PENDING:
        raise previews.Unshown(_("The file waits for the virus scan; it is shown after that."))
    return previews.page_of(revision.file, revision.content_type, number)
