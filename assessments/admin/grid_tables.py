"""The table that both directions of the grid share: filters with counts, a page of rows, links."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.queries import grid_facts, grid_rows
from assessments.queries.grid import Reader
from assessments.queries.grid_facts import FILTERS, Fact, RowState
from assessments.queries.grid_spread import Spread

PAGE_SIZE, LARGEST_PAGE = 50, 200
#: Rows on a page that the table offers.
_SIZES = (25, 50, 100, 200)
#: What the address of a grid keeps when a row is saved and the page comes back.
_KEPT = ("ky", "loc", "linh-vuc", "page", "moi-trang")


@dataclass
class Typed:
    """What a person typed into one row, with why it was refused."""

    pk: int
    points: str = ""
    reason: str = ""
    not_applicable: bool = False
    errors: list[str] = field(default_factory=list)

    def put_on(self, rows: Iterable[grid_rows.GridRow]) -> None:
        """Show the text and the refusal in its row."""
        for row in rows:
            if row.pk == self.pk:
                row.points, row.reason = self.points, self.reason
                row.given_na, row.errors = self.not_applicable, self.errors


@dataclass(frozen=True)
class Direction:
    """Which way the grid is read: `back` is its word in the address, `url` its page."""

    back: str
    url: str
    by_unit: bool


def table(
    request: HttpRequest, facts: list[Fact], reader: Reader, *, spreads: Mapping[int, Spread],
    where: Direction, typed: Typed | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return what the shared table prints of the leaves, narrowed and paged as asked."""
    counted = grid_facts.mark(facts, spreads)
    wish = request.GET.get("loc", "")
    found = [fact for fact in facts if wish not in FILTERS or wish in fact.flags]
    if typed and typed.pk not in {fact.row.pk for fact in found}:
        found = [*(fact for fact in facts if fact.row.pk == typed.pk), *found]
    page = _page(request, found, typed, PAGE_SIZE if where.by_unit else LARGEST_PAGE)
    rows = grid_rows.rows_of(
        page.object_list, by_unit=where.by_unit, spreads=spreads, cycle=reader.cycle
    )
    if typed:
        typed.put_on(rows)
    kept = {name: value for name in _KEPT if (value := request.GET.get(name))}
    return {
        "rows": rows, "pager": _pager(page, where.url, kept),
        "sizes": _sizes(page.paginator, where.url, kept),
        "filters": _filters(counted, len(facts), wish, where.url, kept), "wish": wish,
        "back": urlencode({"tu": where.back, **kept}), "done": _done(facts), "total": len(facts),
        **shared(by_unit=where.by_unit), "judging": any(fact.judged for fact in facts),
        "help_keys": help_keys(), "owner": reader.user.pk,
    }  # fmt: skip


def frame(site: AdminSite) -> dict[str, Any]:
    """Return what every page of the admin has, without the list of models.

    The side bar gives its room to the table; leaving out its list saves its statements too.
    """
    return {
        "site_title": site.site_title, "site_header": site.site_header, "site_url": site.site_url,
        "has_permission": True, "available_apps": [], "is_popup": False,
        "is_nav_sidebar_enabled": False,
    }  # fmt: skip


def shared(*, by_unit: bool) -> dict[str, Any]:
    """Return what a row needs besides its leaf: words, and the address of the pages of leaves."""
    base = reverse("admin:assessments_criterionscore_changelist")
    return {"words": words(by_unit=by_unit), "leaf_base": base, "by_unit": by_unit}


def back_query(request: HttpRequest) -> str:
    """Return the part of the address that leads back to the page a leaf was opened from."""
    kept = {name: request.GET[name] for name in ("tu", *_KEPT) if request.GET.get(name)}
    return urlencode(kept)


def _done(facts: Iterable[Fact]) -> int:
    settled = (RowState.DONE, RowState.OTHERS, RowState.ABSTAINED)
    return sum(fact.state in settled for fact in facts)


def _page(request: HttpRequest, found: list[Fact], typed: Typed | None, usual: int) -> Any:
    asked = request.GET.get("moi-trang", "")
    size = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else usual
    size = min(max(size, 1), LARGEST_PAGE)
    number: Any = request.GET.get("page")
    for place, fact in enumerate(found):
        if typed and fact.row.pk == typed.pk:
            number = place // size + 1
    return Paginator(found, size).get_page(number)


def _pager(page: Any, url: str, kept: Mapping[str, str]) -> dict[str, Any]:
    def link(number: int) -> str:
        return f"{url}?{urlencode({**kept, 'page': number})}"

    return {
        "number": page.number, "pages": page.paginator.num_pages,
        "before": link(page.number - 1) if page.has_previous() else "",
        "after": link(page.number + 1) if page.has_next() else "",
    }  # fmt: skip


def _sizes(paginator: Paginator[Fact], url: str, kept: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows per page to choose from, filters kept; none where one page holds all."""
    rest = {name: value for name, value in kept.items() if name != "page"}
    if paginator.count <= min(_SIZES):
        return []
    return [
        {"size": size, "current": size == paginator.per_page,
         "url": f"{url}?{urlencode({**rest, 'moi-trang': size})}"}
        for size in _SIZES
    ]  # fmt: skip


def _filters(
    counted: Counter[str], total: int, wish: str, url: str, kept: Mapping[str, str]
) -> list[dict[str, Any]]:
    rest = {name: value for name, value in kept.items() if name not in ("loc", "page")}
    offered = {"": _("all"), **FILTERS}
    return [
        {
            "label": label, "count": counted[word] if word else total,
            "current": word == wish or (not word and wish not in FILTERS),
            "url": f"{url}?{urlencode({**rest, 'loc': word} if word else rest)}",
        }
        for word, label in offered.items()
    ]  # fmt: skip


def words(*, by_unit: bool) -> dict[str, str]:
    """Return the words of the table once, not once for each row."""
    return {
        "head": _("Unit") if by_unit else _("Criterion"), "claim": _("Claim"),
        "own": _("Self-assessed"), "evidence": _("Evidence"), "last": _("Last year"),
        "independent": _("Independent figure"), "group": _("Against the median"),
        "points": _("My points"), "counted": _("Appraised points"), "reason": _("Reason"),
        "acts": _("Acts"), "others": _("Others"), "save": _("Save"), "agree": _("Agree"),
        "tick": _("Tick"), "na": _("does not apply"), "differs": _("differs from the claim"),
        "far": _("far from the group"), "none": _("none"), "error": _("Error"),
    }  # fmt: skip


def help_keys() -> list[tuple[str, str]]:
    """Return the keys of the grid with what they do."""
    return [
        ("j, ↓", _("next row")), ("k, ↑", _("previous row")),
        ("Enter", _("open the panel of the row")),
        ("a", _("agree with the unit and go to the next row not appraised")),
        ("p", _("type points")), ("r", _("type the reason")), ("q", _("ask the unit")),
        ("x", _("give no points")), ("Ctrl + Enter", _("save and go to the next row")),
        ("/", _("go to the filters")), ("Esc", _("leave the input, close the panel")),
        ("?", _("this list")),
    ]  # fmt: skip
