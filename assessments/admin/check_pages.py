"""The checks of a dossier for those on the council's side who may read its scores."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.admin.appraisal_pages import APPRAISAL
from assessments.admin.scoped import user_of
from assessments.models import Submission
from assessments.queries import appraisal
from assessments.queries.checks import report
from assessments.queries.findings import Finding, by_leaf

CHECKS = "assessments_submission_checks"


class CheckPagesMixin:
    """Add …/<id>/kiem-tra/ to the admin of dossiers."""

    def get_urls(self) -> list[URLPattern]:
        """Put the page before the admin's own."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("<int:pk>/kiem-tra/", wrap(self.checks_view), name=CHECKS),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def buttons(self, request: HttpRequest, obj: Submission) -> list[dict[str, Any]]:
        """Add the page to the acts, for those who may read the scores."""
        shown: list[dict[str, Any]] = super().buttons(request, obj)  # type: ignore[misc]
        if _reads_checks(request, obj):
            url = reverse(f"admin:{CHECKS}", args=[obj.pk])
            shown = [*shown, {"label": _("Checks"), "danger": False, "url": url}]
        return shown

    def checks_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what the unit is shown, and this year's medians of the leaves the reader may see."""
        admin_self: Any = self
        submission = admin_self.readable_object(request, pk)
        now = timezone.now()
        if not _reads_checks(request, submission):
            raise Http404
        found = report(submission, now, appraisal.readable_leaves(user_of(request), now))
        context = {
            **admin_self.admin_site.each_context(request), "opts": admin_self.opts,
            "submission": submission, "title": _("Checks"), "report": found,
            "act_buttons": self.buttons(request, submission),
            "blocking": _linked(submission, found.blocking),
            "advisory": _linked(submission, found.advisory),
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/submission/checks.html", context)


def _reads_checks(request: HttpRequest, submission: Submission) -> bool:
    """Tell whether the person reads the scores and is shown the unit's own points: checks speak
    of them."""
    user, now = user_of(request), timezone.now()
    readable = permissions.may_read_scores(user, submission, now)
    return bool(readable) and permissions.shows_claims(user, submission, now)


def _linked(submission: Submission, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    page = reverse(f"admin:{APPRAISAL}", args=[submission.pk])
    return [
        {
            "title": group.leaf.criterion if group.leaf else _("The whole dossier"),
            "url": f"{page}#leaf-{group.leaf.pk}" if group.leaf else page,
            "findings": group.findings,
        }
        for group in by_leaf(findings)
    ]
