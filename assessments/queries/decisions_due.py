"""Lines of the to-do for those who decide: answers, what follows from them, approvals."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments import permissions
from assessments.choices import AppealKind, SubmissionState
from assessments.queries import appeals
from units.models import User

_TO_ANSWER = {
    AppealKind.APPEAL: _("appeals to answer"), AppealKind.COMPLAINT: _("complaints to answer"),
}  # fmt: skip
_TO_FOLLOW = {
    AppealKind.APPEAL: _("appeals found right, to send back to the council"),
    AppealKind.COMPLAINT: _("complaints found right, to correct"),
}


@dataclass(frozen=True)
class Item:
    """One thing that waits: how many, of which model, and the query or object that shows it."""

    label: str | Promise
    count: int
    model: str = "submission"
    query: str = ""
    pk: int | None = None


def to_answer(user: User, at: dt.datetime, *kinds: AppealKind) -> list[Item]:
    """Return what of each kind waits for this very person's answer."""
    rows = appeals.waiting(user, at)
    return [
        Item(
            _TO_ANSWER[kind], rows.filter(kind=kind).count(), "appeal",
            f"waiting=mine&kind__exact={kind}",
        )
        for kind in kinds
    ]  # fmt: skip


def to_follow(user: User, at: dt.datetime) -> list[Item]:
    """Return what was found right and waits for the act on the dossier by which points move."""
    rows = appeals.to_follow(user, at)
    return [
        Item(label, rows.filter(kind=kind).count(), "appeal", f"waiting=follow&kind__exact={kind}")
        for kind, label in _TO_FOLLOW.items()
    ]


def approvals(user: User, at: dt.datetime) -> list[Item]:
    """Return a line for each group with concluded dossiers, leading to its page of approvals."""
    rows = permissions.readable_submissions(user, at).filter(state=SubmissionState.APPRAISED)
    parts = rows.order_by().values_list("cycle_scheme", "cycle__year", "group__name")
    counted = parts.annotate(Count("pk")).order_by("-cycle__year", "group__position")
    return [
        Item(
            _("%(year)s, %(group)s: dossiers to approve") % {"year": year, "group": group},
            number, "approvals", pk=part,
        )
        for part, year, group, number in counted
    ]  # fmt: skip
