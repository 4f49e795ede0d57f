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

from assessments.queries import grid_facts, grid_rows, grid_tally
from assessments.queries.grid import Reader
from assessments.queries.grid_facts import FILTERS, Fact, RowState
from assessments.queries.grid_spread import Spread

PAGE_SIZE, LARGEST_PAGE = 50, 200
#: Rows on a page that the table offers.
_SIZES = (25, 50, 100, 200)
#: What the address of a grid keeps when a row is saved and the page comes back.
_KEPT = ("ky", "loc", "linh-vuc", "page", "sau", "moi-trang")
#: The part of it that says where the page starts: its number, or the leaf it comes after.
_PLACE = ("page", "sau")


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
    here = typed.pk if typed else None
    found = [
        fact for fact in facts
        if wish not in FILTERS or wish in fact.flags or fact.row.pk == here
    ]  # fmt: skip
    size = _size(request, PAGE_SIZE if where.by_unit else LARGEST_PAGE)
    start = _start(request, facts, found, here, size)
    rows = grid_rows.rows_of(
        found[start : start + size], by_unit=where.by_unit, spreads=spreads, cycle=reader.cycle
    )
    if typed:
        typed.put_on(rows)
    kept = {name: value for name in _KEPT if (value := request.GET.get(name))}
    return {
        "rows": rows, "pager": _pager(found, start, size, where.url, kept),
        "sizes": _sizes(len(found), size, where.url, kept),
        "filters": _filters(counted, len(facts), wish, where.url, kept), "wish": wish,
        "back": urlencode({"tu": where.back, **kept}), "tally": grid_tally.tally_of(facts),
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


def _size(request: HttpRequest, usual: int) -> int:
    asked = request.GET.get("moi-trang", "")
    size = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else usual
    return min(max(size, 1), LARGEST_PAGE)


def _start(
    request: HttpRequest, facts: list[Fact], found: list[Fact], here: int | None, size: int
) -> int:
    """Return where the page starts in `found`: after the leaf named, else at the page asked for.

    The leaf is looked up among all `facts`: a row that its own judging took out of the filter
    still marks the place, so that no row is skipped. The page of the leaf `here` comes first.
    """
    order = {str(fact.row.pk): place for place, fact in enumerate(facts)}
    after = order.get(request.GET.get("sau", ""))
    if after is None:
        number = Paginator(found, size).get_page(request.GET.get("page")).number
        start = (number - 1) * size
    else:
        start = sum(order[str(fact.row.pk)] <= after for fact in found)
    place = next((n for n, fact in enumerate(found) if fact.row.pk == here), start)
    return start if start <= place < start + size else place // size * size


def _pager(
    found: list[Fact], start: int, size: int, url: str, kept: Mapping[str, str]
) -> dict[str, Any]:
    """Return the ways to the pages beside; `first` where the last one leaves rows behind."""
    rest = {name: value for name, value in kept.items() if name not in _PLACE}

    def link(begin: int) -> str:
        place = {"sau": found[begin - 1].row.pk} if begin > 0 else {}
        return f"{url}?{urlencode({**rest, **place})}"

    passed, left = -(-start // size), -(-(len(found) - start) // size)
    more = start + size < len(found)
    behind = any(fact.may and fact.state is RowState.UNTOUCHED for fact in found[:start])
    return {
        "number": passed + 1, "pages": passed + max(left, 1),
        "before": link(start - size) if start else "",
        "after": link(start + size) if more else "",
        "first": link(0) if behind and not more else "",
    }  # fmt: skip


def _sizes(total: int, size: int, url: str, kept: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows per page to choose from, filters kept; none where one page holds all."""
    rest = {name: value for name, value in kept.items() if name not in _PLACE}
    if total <= min(_SIZES):
        return []
    return [
        {"size": each, "current": each == size,
         "url": f"{url}?{urlencode({**rest, 'moi-trang': each})}"}
        for each in _SIZES
    ]  # fmt: skip


def _filters(
    counted: Counter[str], total: int, wish: str, url: str, kept: Mapping[str, str]
) -> list[dict[str, Any]]:
    rest = {name: value for name, value in kept.items() if name not in ("loc", *_PLACE)}
    offered = {"": _("all"), **FILTERS}
    return [
        {
            "word": word, "label": label, "count": counted[word] if word else total,
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
        ("?", _("this list")), ("a, p, r, q, x", _("inside the panel: the same for its row")),
    ]  # fmt: skip
