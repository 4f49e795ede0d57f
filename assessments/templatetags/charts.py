"""Draw the charts of assessments.charts as SVG with a table beside each (design 5).

Every chart takes `ident` (unique on the page), `title`, `decimals` and `made_up`: illustrative
figures say so in the chart itself, which is copied without its page.
"""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.charts import Dots, Gaps, Spread, Trend
from cchc.templatetags.portal import MISSING, decimal_filter, points, signed

register = template.Library()


@register.inclusion_tag("_components/charts/trend.html")
def trend_chart(
    chart: Trend, ident: str, title: str, decimals: int = 2, made_up: bool = False
) -> dict[str, Any]:
    """Draw an index over the years, its breaks numbered in the picture and named in words."""
    return _context(chart, ident, title, decimals, made_up) | {"finding": _trend(chart, decimals)}


@register.inclusion_tag("_components/charts/dots.html")
def dots_chart(
    chart: Dots, ident: str, title: str, decimals: int = 2, made_up: bool = False
) -> dict[str, Any]:
    """Draw each field's index against the group's median and best."""
    rows = [(row, against_median(row.gap, decimals)) for row in chart.rows]
    found = {"finding": _dots(chart, decimals), "rows": rows}
    return _context(chart, ident, title, decimals, made_up) | found


@register.inclusion_tag("_components/charts/spread.html")
def spread_chart(
    chart: Spread, ident: str, title: str, decimals: int = 2, made_up: bool = False
) -> dict[str, Any]:
    """Draw how many units of the group stand where, with the unit's own place marked."""
    return _context(chart, ident, title, decimals, made_up) | {"finding": _spread(chart, decimals)}


@register.inclusion_tag("_components/charts/gaps.html")
def gaps_chart(
    chart: Gaps, ident: str, title: str, decimals: int = 2, made_up: bool = False
) -> dict[str, Any]:
    """Draw the points claimed and concluded of each field as the two ends of a line."""
    rows = [(row, _gap(row.gap)) for row in chart.rows]
    found = {"finding": _gaps(chart), "rows": rows}
    return _context(chart, ident, title, decimals, made_up) | found


def _context(chart: Any, ident: str, title: str, decimals: int, made_up: bool) -> dict[str, Any]:
    return {
        "chart": chart,
        "ident": ident,
        "title": title,
        "decimals": decimals,
        "made_up": made_up,
    }


def against_median(gap: Decimal | None, decimals: int = 2) -> str:
    """Return a difference from the group's median in words, a dash for none known."""
    if gap is None:
        return MISSING
    size = decimal_filter(abs(gap), decimals)
    if not size.strip("0,."):
        return _("level with the group's median")
    if gap > 0:
        return _("%(points)s above the group's median") % {"points": size}
    return _("%(points)s below the group's median") % {"points": size}


def _trend(chart: Trend, decimals: int) -> str:
    last = chart.last
    value = decimal_filter(last.value, decimals)
    said = _("%(year)d: %(index)s") % {"year": last.year, "index": value}
    if last.value is not None and last.median is not None:
        said += f", {against_median(last.value - last.median, decimals)}"
    if (before := chart.before) and last.value is not None and before.value is not None:
        change = signed(last.value - before.value, decimals)
        compared = _("%(change)s since %(year)d") % {"change": change, "year": before.year}
        said += f"; {compared}"
    if chart.breaks:
        count = len(chart.breaks)
        broken = ngettext(
            "the line is broken in %(count)d place", "the line is broken in %(count)d places", count
        )
        said += f"; {broken % {'count': count}}"
    return f"{said}."


def _dots(chart: Dots, decimals: int) -> str:
    counts = {"above": chart.above, "below": chart.below, "all": len(chart.rows)}
    said = _("Of %(all)d fields, %(above)d stand above the group's median and %(below)d below.")
    said %= counts
    if (row := chart.furthest) is None:
        return said
    furthest = _("Furthest from it: “%(field)s”, %(difference)s.")
    return (
        f"{said} {furthest % {'field': row.label, 'difference': against_median(row.gap, decimals)}}"
    )


def _spread(chart: Spread, decimals: int) -> str:
    said = ngettext("%(count)d unit of the group", "%(count)d units of the group", chart.count)
    said %= {"count": chart.count}
    if chart.median is not None:
        median = _("median %(median)s") % {"median": decimal_filter(chart.median, decimals)}
        said += f", {median}"
    if chart.own is not None:
        value = decimal_filter(chart.own, decimals)
        difference = against_median(chart.gap, decimals)
        own = _("this unit %(index)s, %(difference)s") % {"index": value, "difference": difference}
        said += f"; {own}"
    return f"{said}."


def _gap(gap: Decimal) -> str:
    if not gap:
        return _("as claimed")
    if gap > 0:
        return _("%(points)s more than claimed") % {"points": points(gap)}
    return _("%(points)s less than claimed") % {"points": points(-gap)}


def _gaps(chart: Gaps) -> str:
    if not chart.rows:
        return _("Nothing was self-assessed.")
    said = _(
        "Of %(claimed)s points claimed, without surveys, %(final)s were concluded: %(difference)s."
    ) % {
        "claimed": points(chart.claimed),
        "final": points(chart.final),
        "difference": _gap(chart.gap),
    }
    if (row := chart.widest) is None:
        return said
    widest = _("Most was taken in “%(field)s”: %(difference)s.")
    return f"{said} {widest % {'field': row.label, 'difference': _gap(row.gap)}}"
