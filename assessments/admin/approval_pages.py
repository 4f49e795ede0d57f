"""Approval by Home Affairs, a group at a time: what stands there, and many approved at once."""

import datetime as dt
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.admin.grid_tables import frame
from assessments.admin.scoped import user_of
from assessments.errors import Refused
from assessments.models import Cycle, CycleScheme, Submission
from assessments.queries import approvals
from assessments.workflow import machine
from cchc.kit.requests import row_ids

APPROVALS = "assessments_cycle_approvals"
APPROVE_MANY = "assessments_cycle_approve_many"
#: So many dossiers at most are named in one request: more than any group has.
_MOST = 1000


class ApprovalPagesMixin:
    """Add …/duyet/<group of the cycle>/ and its confirm page to the admin of cycles."""

    def get_urls(self) -> list[URLPattern]:
        """Put the pages before the admin's own."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("duyet/<int:part>/", wrap(self.approvals_view), name=APPROVALS),
            path("duyet/<int:part>/xac-nhan/", wrap(self.approve_many_view), name=APPROVE_MANY),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def buttons(self, request: HttpRequest, obj: Cycle) -> list[dict[str, Any]]:
        """Add a page for each group to the acts, for those who read them."""
        shown: list[dict[str, Any]] = super().buttons(request, obj)  # type: ignore[misc]
        if not approvals.may_read(user_of(request), timezone.now()):
            return shown
        parts = obj.cycle_schemes.select_related("group").order_by("group__position")
        return [
            *shown,
            *(
                {
                    "label": _("Approvals: %s") % part.group.name, "danger": False,
                    "url": reverse(f"admin:{APPROVALS}", args=[part.pk]),
                }
                for part in parts
            ),
        ]  # fmt: skip

    def approvals_view(self, request: HttpRequest, part: int) -> HttpResponse:
        """Show the dossiers of a group that the person may read, each with what stands there."""
        group, now = _part(request, part), timezone.now()
        context = self._approval_context(group)
        context |= {
            "title": _("Approval: %s") % group.group.name,
            "overview": approvals.overview(group, user_of(request), now),
        }
        return TemplateResponse(request, "admin/assessments/cycle/approvals.html", context)

    def approve_many_view(self, request: HttpRequest, part: int) -> HttpResponse:
        """Ask for the password, name what is ticked, and approve it on POST."""
        page, group = reauthentication_required(self._approve_many), _part(request, part)
        return page(request, group=group)  # type: ignore[no-any-return]

    def _approve_many(self, request: HttpRequest, *, group: CycleScheme) -> HttpResponse:
        now = timezone.now()
        ticked = _ticked(request, group, now)
        if not ticked:
            messages.warning(request, _("Tick at least one concluded dossier."))
            return HttpResponseRedirect(reverse(f"admin:{APPROVALS}", args=[group.pk]))
        if request.method == "POST":
            _report(request, _approve(request, ticked, now))
            return HttpResponseRedirect(reverse(f"admin:{APPROVALS}", args=[group.pk]))
        context = self._approval_context(group)
        context |= {"title": _("Approve many dossiers"), **_judged(request, ticked, now)}
        return TemplateResponse(request, "admin/assessments/cycle/approve_many.html", context)

    def _approval_context(self, part: CycleScheme) -> dict[str, Any]:
        admin_self: Any = self
        return {
            **frame(admin_self.admin_site), "opts": admin_self.opts, "part": part,
            "cancel_url": reverse(f"admin:{APPROVALS}", args=[part.pk]),
        }  # fmt: skip


def _part(request: HttpRequest, pk: int) -> CycleScheme:
    """Return the group of the cycle; raise Http404 for who does not read such pages."""
    parts = CycleScheme.objects.select_related("cycle", "group", "scheme")
    found = parts.filter(pk=pk).first()
    if found is None or not approvals.may_read(user_of(request), timezone.now()):
        raise Http404
    return found


def _ticked(request: HttpRequest, part: CycleScheme, at: dt.datetime) -> list[Submission]:
    """Return the concluded dossiers that the request names and the person may approve."""
    sent = request.POST if request.method == "POST" else request.GET
    keys = row_ids(sent.getlist("dossier")[:_MOST])
    rows: QuerySet[Submission] = approvals.concluded_of(part, user_of(request), at)
    chosen = rows.filter(pk__in=keys)
    row = machine.row_of(Submission, "approve")
    return [dossier for dossier in chosen if row.who(user_of(request), dossier, at)]


def _judged(request: HttpRequest, ticked: list[Submission], at: dt.datetime) -> dict[str, Any]:
    """Part what can be approved from what cannot, which comes with what stands in the way."""
    free, held = [], []
    for dossier in ticked:
        found = machine.problems("approve", dossier, by=user_of(request), at=at)
        if found:
            held.append((dossier, found))
        else:
            free.append(dossier)
    return {"free": free, "held": held}


def _approve(
    request: HttpRequest, ticked: list[Submission], at: dt.datetime
) -> list[tuple[Submission, str]]:
    """Approve each by itself; return each with its refusal, empty when it is approved."""
    note, outcomes = request.POST.get("note", "")[:2000], []
    for dossier in ticked:
        try:
            machine.perform("approve", dossier, by=user_of(request), at=at, note=note)
        except Refused as refusal:
            outcomes.append((dossier, str(refusal)))
        else:
            outcomes.append((dossier, ""))
    return outcomes


def _report(request: HttpRequest, outcomes: list[tuple[Submission, str]]) -> None:
    done = [dossier.unit_name for dossier, refusal in outcomes if not refusal]
    if done:
        words = ngettext(
            "%(count)s dossier is approved: %(names)s.",
            "%(count)s dossiers are approved: %(names)s.", len(done),
        )  # fmt: skip
        messages.success(request, words % {"count": len(done), "names": "; ".join(done)})
    for dossier, refusal in outcomes:
        if refusal:
            messages.error(
                request,
                _("Not approved: %(name)s. %(reason)s")
                % {"name": dossier.unit_name, "reason": refusal},
            )
