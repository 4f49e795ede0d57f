"""The checks before submission, as the unit's own people see them."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import permissions
from assessments.choices import SubmissionState
from assessments.models import Submission
from assessments.queries.checks import report
from assessments.queries.findings import Finding, by_leaf
from assessments.views import own


@require_safe
@login_required
def checks(request: HttpRequest, key: own.CycleKey, slug: str) -> HttpResponse:
    """Show what stands in the way of submitting, and what deserves a second look."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    context = _found(submission, now) | {
        "submission": submission, "state": SubmissionState(submission.state),
        "deadline": own.deadline_of(submission, now), "closed": own.why_closed(submission, now),
        "may_sign": permissions.may_sign(own.person(request), submission, now),
        "nav": "workspace", "crumbs": own.crumbs(submission, (_("Checks"), "")),
    }  # fmt: skip
    return render(request, "workspace/checks.html", context)


def _found(submission: Submission, at: dt.datetime) -> dict[str, Any]:
    found = report(submission, at)
    return {
        "report": found,
        "blocking": _linked(submission, found.blocking),
        "advisory": _linked(submission, found.advisory),
    }


def _linked(submission: Submission, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    remarks = f"{own.address('dossier', submission)}#remarks"
    return [
        {
            "title": group.leaf.criterion if group.leaf else _("The whole dossier"),
            "url": own.leaf_address(group.leaf) if group.leaf else remarks,
            "findings": group.findings,
        }
        for group in by_leaf(findings)
    ]
