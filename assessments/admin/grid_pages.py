"""The appraisal grid: one criterion over all units that the person reads, a row for each."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.admin import grid_tables
from assessments.admin.grid_tables import Direction, Typed
from assessments.admin.leaf_pages import LeafPagesMixin
from assessments.admin.scoped import user_of
from assessments.choices import CycleState
from assessments.models import Criterion, Cycle
from assessments.queries import grid, grid_facts, grid_rows, grid_spread, grid_tally
from assessments.queries.grid import Reader
from assessments.queries.grid_facts import FILTERS, Fact, RowState
from assessments.queries.grid_tally import Work
from assessments.workflow import sets
from cchc.kit.requests import row_id, whole_number

GRIDS = "assessments_criterionscore_grids"
GRID = "assessments_criterionscore_grid"
AGREE = "assessments_criterionscore_agree"


class GridPagesMixin(LeafPagesMixin):
    """Add …/luoi/, …/luoi/<criterion>/ and …/dong-y/ below it to the admin of leaves."""

    # The tables' own template shows a button to none but who may add a row.
    import_export_change_list_template = "admin/assessments/criterionscore/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Put the pages before the admin's own."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("luoi/", wrap(self.grids_view), name=GRIDS),
            path("luoi/<int:criterion>/", wrap(self.grid_view), name=GRID),
            path("luoi/<int:criterion>/dong-y/", wrap(self.agree_view), name=AGREE),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Offer the grids above the list of leaves."""
        dossiers = permissions.readable_submissions(user_of(request), timezone.now())
        context = {**(extra_context or {}), "reads_grids": dossiers.exists()}
        return super().changelist_view(request, context)  # type: ignore[misc,no-any-return]

    def grids_view(self, request: HttpRequest) -> HttpResponse:
        """List the criteria that the person reads, by year and field, with what waits.

        Of the year asked for, else of the open years, those first in which something waits.
        """
        user, now = user_of(request), timezone.now()
        cycles = grid.cycles_of(user, now)
        if not cycles:
            raise Http404
        shown = _shown(cycles, request.GET.get("ky"))
        years: list[dict[str, Any]] = [
            {
                "cycle": cycle,
                "fields": _by_field(grid_tally.work_of(grid.reader_of(user, cycle, now), now)),
            }
            for cycle in shown
        ]
        years.sort(key=lambda year: not any(each["waiting"] for each in year["fields"]))
        rest = [cycle for cycle in cycles if cycle not in shown]
        context = {
            **self.page_context(), "title": _("Appraisal grids"), "years": years,
            "open_years": [cycle for cycle in rest if cycle.state == CycleState.OPEN],
            "past_years": [cycle for cycle in rest if cycle.state != CycleState.OPEN],
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/criterionscore/grids.html", context)

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
            **self.page_context(), "title": _("Appraisal grid"), "criterion": criterion,
            "cycle": reader.cycle, "spread": spread, "before": before, "after": after,
            "agree_url": reverse(f"admin:{AGREE}", args=[pk]),
            **grid_tables.table(
                request, facts, reader, spreads={pk: spread}, where=where, typed=typed
            ),
        }  # fmt: skip
        template = "admin/assessments/criterionscore/grid.html"
        return TemplateResponse(request, template, context, status=status)

    def agree_view(self, request: HttpRequest, criterion: int) -> HttpResponse:
        """Show what agreeing with many units would do; do it when confirmed, and tell of each."""
        criteria = grid.criteria_beside(criterion)
        found, reader = _asked(request, criteria, criterion)
        facts = grid_facts.facts_of(reader.leaves().filter(criterion=found), reader)
        spread = grid_spread.spread_of_rows([fact.row for fact in facts], found.max_points)
        grid_facts.mark(facts, {criterion: spread})
        back = grid_tables.back_query(request)
        context = {
            **self.page_context(), "title": _("Agree with many units"), "criterion": found,
            "back": back, "back_url": f"{reverse(f'admin:{GRID}', args=[criterion])}?{back}",
        }  # fmt: skip
        if "confirm" in request.POST:
            context |= _agreed(request, facts)
        else:
            chosen = _chosen(request, facts)
            context["rows"] = grid_rows.rows_of(
                chosen, by_unit=True, spreads={criterion: spread}, cycle=reader.cycle
            )
        return TemplateResponse(request, "admin/assessments/criterionscore/agree.html", context)

    def page_context(self) -> dict[str, Any]:
        """Return what every page of the admin has."""
        admin_self: Any = self
        return {**grid_tables.frame(admin_self.admin_site), "opts": admin_self.opts}


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


def _shown(cycles: list[Cycle], asked: str | None) -> list[Cycle]:
    """Return the year asked for by its id, else the open ones, else the latest."""
    named = [cycle for cycle in cycles if str(cycle.pk) == asked]
    running = [cycle for cycle in cycles if cycle.state == CycleState.OPEN]
    return named or running or cycles[:1]


def _by_field(rows: Iterable[Work]) -> list[dict[str, Any]]:
    """Return the fields in their order, each with its criteria and what waits in all."""
    fields: dict[int | None, dict[str, Any]] = {}
    for row in rows:
        field = row.criterion.field
        group = row.criterion.scheme.group
        known = fields.setdefault(
            field.pk if field else None, {"field": field, "group": group, "rows": [], "waiting": 0}
        )
        known["rows"].append(row)
        known["waiting"] += row.waiting
    return list(fields.values())


def _chosen(request: HttpRequest, facts: Iterable[Fact]) -> list[Fact]:
    """Return the ticked rows, or all untouched ones of the filter, that can be agreed with."""
    able = [
        fact for fact in facts
        if fact.may and fact.row.claim_seen and fact.row.shown_self is not None
    ]  # fmt: skip
    if "all" in request.POST:
        wish = request.GET.get("loc", "")
        return [
            fact for fact in able
            if fact.state is RowState.UNTOUCHED and (wish not in FILTERS or wish in fact.flags)
        ]  # fmt: skip
    ticked = set(request.POST.getlist("leaf"))
    return [fact for fact in able if str(fact.row.pk) in ticked]


def _agreed(request: HttpRequest, facts: Iterable[Fact]) -> dict[str, Any]:
    """Agree with the rows confirmed, each at the version shown, and name what was refused."""
    units = {fact.row.pk: fact.row.unit for fact in facts}
    versions = {}
    for text in request.POST.getlist("leaf"):
        key, _colon, version = text.partition(":")
        pk, seen = row_id(key), whole_number(version)
        if pk is not None and pk in units and seen is not None:
            versions[pk] = seen
    outcome = sets.agree(
        scores=list(versions), by=user_of(request), at=timezone.now(), versions=versions
    )
    return {
        "settled": True, "done": [units[pk] for pk in outcome.done],
        "refused": [(units[pk], sentence) for pk, sentence in outcome.refused.items()],
    }  # fmt: skip
