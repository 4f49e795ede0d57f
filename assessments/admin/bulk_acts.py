"""Acts of the table on many dossiers at once: first what stands in the way of each, then done.

Each dossier is a transaction of its own, so that one refusal holds back no other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import permissions
from assessments.admin.scoped import user_of
from assessments.choices import CouncilRole, PortalRole
from assessments.errors import Refused
from assessments.models import Submission
from assessments.workflow import machine
from assessments.workflow.machine import Text, Transition

#: Acts that ask for nothing but a yes, so that many may be done with one.
BULK = ("start", "request_explanation", "resume")
#: So many refusals are told after an act; the history of the dossiers has them all.
_TOLD = 20


@dataclass(frozen=True)
class Outlook:
    """One dossier before the act, with what stands in its way."""

    submission: Submission
    problems: list[Text]


class BulkActsMixin:
    """Offer the acts above the list of dossiers to those who may do one of them."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Add the acts for secretaries, and for the City approver, who stands in for them."""
        found: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        held = permissions.roles_of(user_of(request), timezone.localdate())
        if held & {CouncilRole.SECRETARY, PortalRole.CITY_APPROVER}:
            for action in BULK:
                row = machine.row_of(Submission, action)
                found[action] = (_shown(row), action, row.label)
        return found


def _shown(row: Transition) -> Callable[..., HttpResponse | None]:
    """Return the action of the list that does this act after its page was confirmed."""

    def run(admin: Any, request: HttpRequest, queryset: QuerySet[Submission]) -> Any:
        chosen = list(
            queryset.select_related("cycle", "cycle_scheme__scheme", "group", "unit")
            .order_by("group__position", "unit__sort_name")
        )  # fmt: skip
        if "confirm" in request.POST:
            _perform(request, row, chosen)
            return None
        outlooks = [Outlook(each, _problems(request, row, each)) for each in chosen]
        context = {
            **admin.admin_site.each_context(request), "opts": admin.opts, "title": row.label,
            "row": row, "ready": [each for each in outlooks if not each.problems],
            "blocked": [each for each in outlooks if each.problems],
            "checkbox": ACTION_CHECKBOX_NAME,
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/submission/bulk_act.html", context)

    return run


def _problems(request: HttpRequest, row: Transition, submission: Submission) -> list[Text]:
    """Return what stands in the way of the act on one dossier, in the order of its checks."""
    user, now = user_of(request), timezone.now()
    verdict = row.who(user, submission, now)
    if not verdict:
        return [verdict.reason]
    if submission.state not in row.sources:
        words = {"act": row.label, "state": submission.get_state_display()}
        return [_("“%(act)s” does not start from the state “%(state)s”.") % words]
    return machine.problems(row.action, submission, by=user, at=now)


def _perform(request: HttpRequest, row: Transition, chosen: list[Submission]) -> None:
    done, refused = 0, []
    for submission in chosen:
        try:
            machine.perform(row.action, submission, by=user_of(request), at=timezone.now())
        except Refused as refusal:
            refused.append(f"{submission.unit_name}: {refusal}")
        else:
            done += 1
    if done:
        said = ngettext(
            "%(act)s: done for %(count)d dossier.", "%(act)s: done for %(count)d dossiers.", done
        )
        messages.success(request, said % {"act": row.label, "count": done})
    for text in refused[:_TOLD]:
        messages.warning(request, text)
    if len(refused) > _TOLD:
        messages.warning(request, _("%s more dossiers were refused.") % (len(refused) - _TOLD))
