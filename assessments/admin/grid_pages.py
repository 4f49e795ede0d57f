"""The appraisal grid: one criterion over all units that the person reads, a row for each."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments.admin import grid_tables
from assessments.admin.grid_tables import Direction, Typed
from assessments.admin.scoped import user_of
from assessments.models import Criterion
from assessments.queries import grid, grid_facts, grid_spread
from assessments.queries.grid import Reader

GRIDS = "assessments_criterionscore_grids"
GRID = "assessments_criterionscore_grid"


class GridPagesMixin:
    """Add …/luoi/ and …/luoi/<criterion>/ to the admin of leaves."""

    def get_urls(self) -> list[URLPattern]:
        """Put the pages before the admin's own."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("luoi/<int:criterion>/", wrap(self.grid_view), name=GRID),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def grid_view(self, request: HttpRequest, criterion: int) -> HttpResponse:
        """Show the criterion's rows, narrowed and paged as the address asks."""
        return self.grid_page(request, criterion)

    def grid_page(
        self, request: HttpRequest, pk: int, typed: Typed | None = None, status: int = 200
    ) -> HttpResponse:
        """Return the page of a criterion; `typed` is a refused row with its text."""
        criteria = grid.criteria_beside(pk)
        criterion, reader = _asked(request, criteria, pk)
        facts = grid_facts.facts_of(reader.leaves().filter(criterion=criterion), reader)
        spread = grid_spread.spread_of_rows([fact.row for fact in facts], criterion.max_points)
        where = Direction("luoi", reverse(f"admin:{GRID}", args=[pk]), by_unit=True)
        mine = [row for row in criteria if reader.reads_field(row.field_id)]
        before, after = grid.around(mine, pk)
        context = {
            **self.page_context(request), "title": _("Appraisal grid"), "criterion": criterion,
            "cycle": reader.cycle, "spread": spread, "before": before, "after": after,
            **grid_tables.table(request, facts, reader, {pk: spread}, where, typed),
        }  # fmt: skip
        template = "admin/assessments/criterionscore/grid.html"
        return TemplateResponse(request, template, context, status=status)

    def page_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page of the admin has; the side bar gives its room to the table."""
        admin_self: Any = self
        return {
            **admin_self.admin_site.each_context(request), "opts": admin_self.opts,
            "is_nav_sidebar_enabled": False,
        }  # fmt: skip


def _asked(request: HttpRequest, criteria: list[Criterion], pk: int) -> tuple[Criterion, Reader]:
    """Return the criterion and how the person stands in its year; raise Http404 for no right."""
    criterion = next((row for row in criteria if row.pk == pk), None)
    cycle = grid.cycle_of(pk, request.GET.get("ky")) if criterion else None
    if criterion is None or cycle is None:
        raise Http404
    reader = grid.reader_of(user_of(request), cycle, timezone.now())
    if not reader.reads_field(criterion.field_id):
        raise Http404
    return criterion, reader
