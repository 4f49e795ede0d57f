"""The unit's report and its signed copies, for those on the council's side who read all of it."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assessments import papers
from assessments.admin.scoped import user_of
from assessments.choices import ScanState
from assessments.models import SignedCopy, Submission
from assessments.queries.papers import reads_whole
from cchc.kit.downloads import handed_out

REPORT = "assessments_submission_report"


class PaperPagesMixin:
    """Add …/<id>/bao-cao.pdf to the admin of dossiers, and a field with links to the papers."""

    def get_urls(self) -> list[URLPattern]:
        """Put the page before the admin's own."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        view = path("<int:pk>/bao-cao.pdf", wrap(self.report_view), name=REPORT)
        return [view, *super().get_urls()]  # type: ignore[misc]

    def report_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand over the report of a dossier that the person reads as a whole."""
        now, admin_self = timezone.now(), self
        submission: Submission = admin_self.readable_object(request, pk)  # type: ignore[attr-defined]
        if not reads_whole(user_of(request), submission, now):
            raise Http404
        receipt = papers.source_of(submission)
        file = papers.report_file(submission, now, ending="pdf", receipt=receipt)
        return handed_out(HttpResponse(file.body, content_type=file.content_type), file.name)

    @admin.display(description=_("papers"))
    def papers(self, obj: Submission) -> SafeString:
        """Link to the report and to the signed copies that may be opened."""
        links: list[tuple[str, Any]] = [
            (reverse(f"admin:{REPORT}", args=[obj.pk]), _("Report as PDF"))
        ]
        links += [
            (reverse("workspace:copy", args=[row.pk]), row.name)
            for row in SignedCopy.objects.filter(
                receipt__submission=obj, scan_state__in=(ScanState.CLEAN, ScanState.UNSCANNED)
            ).order_by("-uploaded_at")
        ]
        return format_html("{}", format_html_join(" · ", '<a href="{}">{}</a>', links))
