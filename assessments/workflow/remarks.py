"""Difficulties and proposals of a dossier: the third part of its report (design 1, step 5)."""

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.errors import NotPermitted, Stale
from assessments.models import Submission
from assessments.workflow import events, standing
from units.models import User


@events.logs_refusals("remarks", on="submission")
def save_remarks(
    *, submission: Submission, by: User, at: dt.datetime, difficulties: str, proposals: str,
    unchanged: Callable[[Submission], bool],
) -> Submission:  # fmt: skip
    """Save difficulties and proposals.

    Raise Stale when the stored ones are no longer those that the person saw (`unchanged` says
    so of the locked dossier), NotPermitted, WrongState or WindowClosed when they are read only.
    """
    with transaction.atomic():
        row = (
            Submission.objects.select_for_update(of=("self",))
            .select_related("cycle")
            .get(pk=submission.pk)
        )
        verdict = permissions.may_fill(by, row, at)
        if not verdict:
            raise NotPermitted(verdict.reason)
        standing.require_writable(row, at)
        if not unchanged(row):
            raise Stale(_("Somebody else saved these texts meanwhile. Both are shown."))
        row.difficulties, row.proposals = difficulties, proposals
        row.save(update_fields=["difficulties", "proposals", "updated_at"])
        events.record(action="remarks", obj=row, by=by, at=at)
    return row
