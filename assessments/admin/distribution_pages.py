"""The matrix of a council: who appraises which field, with a proposal."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.admin.grid_tables import frame
from assessments.admin.scoped import user_of
from assessments.choices import CouncilRole
from assessments.errors import Refused
from assessments.models import Assignment, Council, Submission
from assessments.queries import boards
from assessments.queries import distribution as reads
from assessments.workflow import distribution
from assessments.workflow.distribution import Cell
from cchc.kit.requests import row_id

MATRIX = "assessments_assignment_matrix"
PROPOSAL = "assessments_assignment_proposal"
#: So many single dossiers without an appraiser are listed at once.
GAPS_SHOWN = 50


class DistributionPagesMixin:
    """Add …/ma-tran/<council>/ with its proposal to the admin of assignments."""

    def get_urls(self) -> list[URLPattern]:
        """Put the pages before the admin's own."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        base = "ma-tran/<int:council>/"
        return [
            path(base, wrap(self.matrix_view), name=MATRIX),
            path(f"{base}de-xuat/", wrap(self.proposal_view), name=PROPOSAL),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Lead from the list to the matrices of the person's councils."""
        shown = permissions.councils_of(user_of(request), timezone.localdate())
        context = {"councils": shown.order_by("-cycle__year"), **(extra_context or {})}
        return super().changelist_view(request, context)  # type: ignore[misc,no-any-return]

    def council_for(self, request: HttpRequest, pk: int, *, editing: bool = False) -> Council:
        """Return the council if the person reads, or distributes, its work; else raise Http404."""
        admin_self: Any = self
        met = permissions.councils_of(user_of(request), timezone.localdate())
        found = met.filter(pk=pk).select_related("cycle").first()
        if found is None or not admin_self.has_view_permission(request):
            raise Http404
        if editing and not may_distribute(request, found):
            raise Http404
        return found

    # The matrix -------------------------------------------------------------------------------
    def matrix_view(self, request: HttpRequest, council: int) -> HttpResponse:
        """Show the matrix; on POST the difference first, and save it when it is confirmed."""
        posted = request.method == "POST"
        held = self.council_for(request, council, editing=posted)
        if not posted:
            return self._matrix(request, held)
        wanted = _cells(request.POST.getlist("cell"))
        seen = _cells(request.POST.get("seen", "").split())
        try:
            if "confirm" not in request.POST:
                return self._preview(request, held, wanted, seen)
            done = distribution.distribute(
                council=held, by=user_of(request), at=timezone.now(), wanted=wanted, seen=seen
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return self._matrix(request, held, ticked=wanted)
        messages.success(
            request, _("Saved: %(added)s assignments begun, %(ended)s ended.")
            % {"added": len(done.added), "ended": len(done.ended)},
        )  # fmt: skip
        return to_matrix(held)

    def _matrix(
        self, request: HttpRequest, council: Council, ticked: set[Cell] | None = None
    ) -> HttpResponse:
        user, now = user_of(request), timezone.now()
        found = reads.read(council, _dossiers(request, council), now, reader=user)
        current = distribution.cells(distribution.standing(council, permissions.day_of(now)))
        gaps = found.gaps
        edits = may_distribute(request, council)
        context = {
            **self.council_context(request, council, _("Distribution")),
            "found": found, "edits": edits, "seen": _text(current), "by": user,
            "ticked": set(_text(current if ticked is None else ticked).split()),
            "gaps": [
                {"column": column, "dossier": dossier,
                 "free": reads.free_for(found, column, dossier, but=user) if edits else []}
                for column, dossier in gaps[:GAPS_SHOWN]
            ],
            "more_gaps": len(gaps[GAPS_SHOWN:]),
            "bare": any(column.bare for column in found.columns),
            "counts_conflicts": user.has_perm("assessments.view_declaredconflict"),
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/assignment/matrix.html", context)

    def _preview(
        self, request: HttpRequest, council: Council, wanted: set[Cell], seen: set[Cell],
        proposed: Iterable[reads.Proposed] = (),
    ) -> HttpResponse:  # fmt: skip
        """Show what would be added and ended; raise Refused where it could not be saved."""
        user, now, dossiers = user_of(request), timezone.now(), _dossiers(request, council)
        plan = distribution.plan(council=council, wanted=wanted, at=now)
        distribution.require_givable(council, plan.added, by=user, at=now)
        running = reads.running_points(plan.ended, dossiers)
        found = reads.read(council, dossiers, now, reader=user)
        gone = {row.pk for row in plan.ended}
        rows = [row for row in found.assignments if row.pk not in gone]
        rows += [Assignment(member=seat, field=field) for seat, field in plan.added]
        reads.uncover(found.columns, rows, found.conflicts)
        context = {
            **self.council_context(request, council, _("Check the changes")), "plan": plan,
            "ended": [(row, running.get((row.member_id, row.field_id), 0)) for row in plan.ended],
            "left": [column for column in found.columns if column.uncovered or column.bare],
            "proposed": list(proposed), "seen": _text(seen), "wanted": _text(wanted).split(),
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/assignment/preview.html", context)

    def proposal_view(self, request: HttpRequest, council: int) -> HttpResponse:
        """Show a proposal for the fields without an appraiser as a difference to confirm."""
        held = self.council_for(request, council, editing=True)
        now, user = timezone.now(), user_of(request)
        found = reads.read(held, _dossiers(request, held), now, reader=user)
        made = reads.propose(found, but=user)
        seen = distribution.cells(distribution.standing(held, permissions.day_of(now)))
        wanted = seen | {(each.seat.pk, each.column.field.pk) for each in made}
        try:
            return self._preview(request, held, wanted, seen, made)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return to_matrix(held)

    def council_context(self, request: HttpRequest, council: Council, title: str) -> dict[str, Any]:
        """Return what every page of a council's distribution shows."""
        admin_self: Any = self
        user, now = user_of(request), timezone.now()
        return {
            **frame(admin_self.admin_site), "opts": admin_self.opts,
            "council": council, "title": title, "today": permissions.day_of(now),
            "has_board": boards.board_sight_of(user, council.cycle, now) is not None,
        }  # fmt: skip


def may_distribute(request: HttpRequest, council: Council) -> bool:
    """Tell whether the person distributes the council's work: its secretary."""
    seat = permissions.seat_in(
        user_of(request), council.cycle, CouncilRole.SECRETARY, timezone.now()
    )
    return seat is not None


def _dossiers(request: HttpRequest, council: Council) -> QuerySet[Submission]:
    return boards.dossiers_of(user_of(request), council.cycle, timezone.now())


def to_matrix(council: Council) -> HttpResponse:
    """Lead back to the matrix."""
    return HttpResponseRedirect(reverse(f"admin:{MATRIX}", args=[council.pk]))


def _text(cells: Iterable[Cell]) -> str:
    return " ".join(f"{seat}-{field}" for seat, field in sorted(cells))


def ids_of(text: str, count: int) -> list[int]:
    """Return the ids that a tick stands for; raise Http404 for what no page of ours sends."""
    parts = [row_id(part) for part in text.split("-")]
    known = [part for part in parts if part is not None]
    if len(parts) != count or len(known) != count:
        raise Http404
    return known


def _cells(values: Iterable[str]) -> set[Cell]:
    return {(seat, field) for seat, field in (ids_of(value, 2) for value in values)}
