"""The lineage of a dossier's points, leaf by leaf, to read and as a workbook."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.admin.grid_tables import frame
from assessments.admin.scoped import user_of
from assessments.models import Submission
from assessments.papers import file_stem
from assessments.queries import appraisal
from assessments.queries.lineage import Lineage, lineage
from assessments.resources.lineage import lineage_book
from cchc.kit.downloads import handed_out
from cchc.kit.files import CONTENT_TYPES

LINEAGE = "assessments_submission_lineage"
LINEAGE_BOOK = "assessments_submission_lineage_book"


class LineagePagesMixin:
    """Add …/<id>/qua-trinh-diem/ and its workbook to the admin of dossiers."""

    def get_urls(self) -> list[URLPattern]:
        """Put the pages before the admin's own."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("<int:pk>/qua-trinh-diem/", wrap(self.lineage_view), name=LINEAGE),
            path("<int:pk>/qua-trinh-diem.xlsx", wrap(self.lineage_book_view), name=LINEAGE_BOOK),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def buttons(self, request: HttpRequest, obj: Submission) -> list[dict[str, Any]]:
        """Add the page to the acts, for those who may read the scores."""
        shown: list[dict[str, Any]] = super().buttons(request, obj)  # type: ignore[misc]
        if permissions.may_read_scores(user_of(request), obj, timezone.now()):
            url = reverse(f"admin:{LINEAGE}", args=[obj.pk])
            shown = [*shown, {"label": _("Lineage of the points"), "danger": False, "url": url}]
        return shown

    def lineage_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show self, rounds, council and final points of the leaves that the person may read."""
        admin_self: Any = self
        found = self._lineage(request, pk)
        context = {
            **frame(admin_self.admin_site), "opts": admin_self.opts,
            "submission": found.submission, "title": _("Lineage of the points"), "lineage": found,
            "act_buttons": self.buttons(request, found.submission),
            "book_url": reverse(f"admin:{LINEAGE_BOOK}", args=[pk]),
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/submission/lineage.html", context)

    def lineage_book_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand over the same rows as a workbook."""
        found = self._lineage(request, pk)
        body, name = lineage_book(found), f"{file_stem('qua-trinh-diem', found.submission)}.xlsx"
        return handed_out(HttpResponse(body, content_type=CONTENT_TYPES["xlsx"]), name)

    def _lineage(self, request: HttpRequest, pk: int) -> Lineage:
        admin_self: Any = self
        submission: Submission = admin_self.readable_object(request, pk)
        user, now = user_of(request), timezone.now()
        leaves = appraisal.readable_leaves(user, now)
        found = lineage(submission, leaves, permissions.sight_of(user, now))
        if not found.fields:
            raise Http404
        return found
