"""The board of a cycle, its table as a workbook, and who has not handed in yet."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.admin.grid_tables import frame
from assessments.admin.scoped import user_of
from assessments.choices import CouncilRole, PortalRole, SubmissionState
from assessments.models import Cycle, Submission
from assessments.queries import boards, clocks
from assessments.queries import distribution as reads
from assessments.resources.boards import write_board
from cchc.kit.downloads import handed_out
from cchc.kit.files import CONTENT_TYPES
from units.models import User

BOARD = "assessments_cycle_board"
TABLE = "assessments_cycle_board_table"
MISSING = "assessments_cycle_missing"


@dataclass(frozen=True)
class Chosen:
    """The filters of the board; what is no choice of it is left out."""

    group: str
    state: str

    @property
    def lookups(self) -> dict[str, str]:
        """Return them as lookups of dossiers."""
        return {name: value for name, value in self.__dict__.items() if value}


class BoardPagesMixin:
    """Add …/<id>/tien-do/ with its table, and …/<id>/chua-nop/, to the admin of cycles."""

    def get_urls(self) -> list[URLPattern]:
        """Put the pages before the admin's own."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("<int:pk>/tien-do/", wrap(self.board_view), name=BOARD),
            path("<int:pk>/tien-do/bang/", wrap(self.table_view), name=TABLE),
            path("<int:pk>/chua-nop/", wrap(self.missing_view), name=MISSING),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def board_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the stages, the dossiers field by field, and the members' work."""
        cycle, sight = _met(request, pk)
        user, now = user_of(request), timezone.now()
        dossiers = boards.dossiers_of(user, cycle, now)
        chosen = _chosen(request)
        sections = boards.read(user, dossiers.filter(**chosen.lookups), sight, now)
        lines = [line for section in sections for line in section.lines]
        page = Paginator(lines, boards.PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **self._page(cycle, _("Progress")), "sight": sight, "page": page,
            "sections": boards.paged(sections, page.number), "chosen": chosen,
            "groups": _groups(dossiers), "states": SubmissionState,
            "clocks": clocks.clocks(cycle, dossiers, now), "council": boards.council_of(cycle),
            "members": _members(user, cycle, dossiers, sight),
            "sees_missing": sees_missing(user), "query": request.GET.urlencode(),
        }  # fmt: skip
        context["has_matrix"] = _has_matrix(user, context["council"])
        return TemplateResponse(request, "admin/assessments/cycle/board.html", context)

    def table_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand out what the board shows, all pages of it, as a workbook."""
        cycle, sight = _met(request, pk)
        user, now = user_of(request), timezone.now()
        dossiers = boards.dossiers_of(user, cycle, now).filter(**_chosen(request).lookups)
        body = write_board(boards.read(user, dossiers, sight, now), disputes=sight.disputes)
        name = f"tien-do-{cycle.year}-{timezone.localdate():%Y-%m-%d}.xlsx"
        return handed_out(HttpResponse(body, content_type=CONTENT_TYPES["xlsx"]), name)

    def missing_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show who has not handed in yet, with whom to call; made for a telephone."""
        cycle, _sight = _met(request, pk)
        user, now = user_of(request), timezone.now()
        if not sees_missing(user):
            raise Http404
        rows = clocks.missing(cycle, boards.dossiers_of(user, cycle, now), now)
        context = {**self._page(cycle, _("Not handed in yet")), "rows": rows}
        return TemplateResponse(request, "admin/assessments/cycle/missing.html", context)

    def _page(self, cycle: Cycle, title: str) -> dict[str, Any]:
        admin_self: Any = self
        return {
            **frame(admin_self.admin_site), "opts": admin_self.opts,
            "cycle": cycle, "title": title, "now": timezone.now(),
        }  # fmt: skip


def sees_missing(user: User) -> bool:
    """Tell whether the person reminds units: secretaries and Home Affairs."""
    roles = {
        CouncilRole.SECRETARY, PortalRole.HOME_AFFAIRS_OFFICER, PortalRole.HOME_AFFAIRS_LEADER,
    }  # fmt: skip
    return bool(permissions.roles_of(user, timezone.localdate()) & roles)


def _met(request: HttpRequest, pk: int) -> tuple[Cycle, boards.BoardSight]:
    """Return the cycle and what the person meets of it; raise Http404 when that is nothing."""
    cycle = Cycle.objects.filter(pk=pk).first()
    sight = boards.board_sight_of(user_of(request), cycle, timezone.now()) if cycle else None
    if cycle is None or sight is None:
        raise Http404
    return cycle, sight


def _chosen(request: HttpRequest) -> Chosen:
    group, state = (request.GET.get(name, "") for name in ("group", "state"))
    return Chosen(
        group if group.isascii() and group.isdigit() and len(group) < 10 else "",
        state if state in SubmissionState else "",
    )


def _groups(dossiers: QuerySet[Submission]) -> list[tuple[str, str]]:
    rows = dossiers.order_by("group__position", "group").values_list("group", "group__name")
    return [(str(pk), name) for pk, name in rows.distinct()]


def _members(
    user: User, cycle: Cycle, dossiers: QuerySet[Submission], sight: boards.BoardSight
) -> reads.Distribution | None:
    """Return the members' work by field; of an appraiser only the own."""
    council = boards.council_of(cycle)
    if council is None:
        return None
    found = reads.read(council, dossiers, timezone.now(), reader=user)
    found.rows = [
        row for row in found.rows
        if (row.load or row.done) and (sight.whole or row.seat.user_id == user.pk)
    ]  # fmt: skip
    used = [
        place for place in range(len(found.columns))
        if any(row.parts[place].load or row.parts[place].done for row in found.rows)
    ]  # fmt: skip
    found.columns = [found.columns[place] for place in used]
    for row in found.rows:
        row.parts = [row.parts[place] for place in used]
    return found


def _has_matrix(user: User, council: Any) -> bool:
    return (
        council is not None
        and user.has_perm("assessments.view_assignment")
        and permissions.councils_of(user, timezone.localdate()).filter(pk=council.pk).exists()
    )
