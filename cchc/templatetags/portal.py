"""Print figures, dates, states and components in the portal's dress (design 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

MISSING = "—"
STORED_PLACES = 4
TONE_ICONS = {
    "neutral": "dot",
    "active": "arrow",
    "good": "check",
    "warn": "warning",
    "bad": "cross",
}


def _exact(value: Decimal | int | str | None) -> Decimal | None:
    """Return the figure as a Decimal, None when it is missing.

    Open data hold decimal strings with a point, so those are read too. Raise
    TypeError for a float: scores are never floats (design 4).
    """
    if value is None or value == "":
        return None
    if isinstance(value, float):
        raise TypeError(f"a score must not be a float: {value!r}")
    return Decimal(value)


def _rounded(value: Decimal, places: int) -> str:
    """Round half up to `places` and print with the mark of the active language."""
    number = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    # A tiny negative rounds to "-0.00", which would read as a loss.
    text = format(number if number else abs(number), "f")
    return text.replace(".", ",") if (get_language() or "vi").startswith("vi") else text


def _trimmed(text: str) -> str:
    """Drop the zeros that end the decimals of a printed figure."""
    mark = "," if "," in text else "."
    return text.rstrip("0").rstrip(mark) if mark in text else text


@register.filter(name="decimal")
def decimal_filter(value: Decimal | int | str | None, places: int = 2) -> str:
    """Print a figure with `places` decimals, half up; a missing one as a dash."""
    number = _exact(value)
    return MISSING if number is None else _rounded(number, int(places))


@register.filter
def points(value: Decimal | int | str | None, places: int | None = None) -> str:
    """Print points with `places` decimals, or trimmed to what is stored (4 at most)."""
    number = _exact(value)
    if number is None:
        return MISSING
    if places is not None:
        return _rounded(number, int(places))
    return _trimmed(_rounded(number, STORED_PLACES))


@register.filter
def grouped(count: int) -> str:
    """Print a count with the thousands parted as the active language parts them."""
    text = f"{count:,}"
    return text.replace(",", ".") if (get_language() or "vi").startswith("vi") else text


@register.filter
def percent(value: Decimal | int | str | None, places: int = 2) -> str:
    """Print a percentage (95.06 means 95.06 %, not a ratio) with its sign."""
    number = _exact(value)
    return MISSING if number is None else f"{_rounded(number, int(places))}%"


@register.filter
def signed(value: Decimal | int | str | None, places: int = 2) -> str:
    """Print a change in points with a plus or a minus; none as a plain zero."""
    number = _exact(value)
    if number is None:
        return MISSING
    text = _rounded(number, int(places))
    if text.startswith("-"):
        return f"\N{MINUS SIGN}{text[1:]}"
    return f"+{text}" if text.strip("0,.") else text


@register.filter
def rule_lines(text: str) -> list[str]:
    """Return the parts of a rule as the scheme words it: one a line, or split at upright bars."""
    lines = text.replace(" | ", "\n").splitlines()
    return [line.strip() for line in lines if line.strip()]


def _local(value: dt.date | dt.datetime) -> dt.date | dt.datetime:
    """Return an aware moment in the portal's time zone, anything else as it is."""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def vn_date(value: dt.date | dt.datetime | None) -> str:
    """Print a day as dd/mm/yyyy in both languages (design 5)."""
    return _local(value).strftime("%d/%m/%Y") if value else MISSING


@register.filter
def vn_datetime(value: dt.datetime | None) -> str:
    """Print a moment as dd/mm/yyyy HH:MM:SS in the portal's time zone."""
    return _local(value).strftime("%d/%m/%Y %H:%M:%S") if value else MISSING


@register.filter
def vn_deadline(end: dt.datetime | None) -> str:
    """Print the last second before a deadline: midnight reads 23:59:59 of the day before."""
    return vn_datetime(end - dt.timedelta(seconds=1)) if end else MISSING


@register.filter
def labelled(bound: BoundField) -> SafeString:
    """Render a widget that carries its own label, for cells of a table of inputs."""
    return bound.as_widget(attrs={"aria-label": str(bound.label)})


@register.inclusion_tag("_components/badge.html")
def badge(label: str, tone: str = "neutral") -> dict[str, str]:
    """Show a state as word and icon. Raise KeyError for an unknown tone."""
    return {"label": label, "tone": tone, "icon": TONE_ICONS[tone]}


@register.inclusion_tag("_components/badge.html")
def state_badge(state: Any) -> dict[str, str]:
    """Show a member of a choices enum with `label` and `tone` as word and icon.

    Raise AttributeError for a bare value: it has no words to show.
    """
    return badge(str(state.label), state.tone)


@register.inclusion_tag("_components/movement.html")
def movement(places: int | None) -> dict[str, Any]:
    """Show a change of rank; positive `places` is up, None is not comparable."""
    return {"places": places, "distance": abs(places or 0)}


@register.inclusion_tag("_components/index_bar.html")
def index_bar(
    value: Decimal | int | str | None,
    maximum: Decimal | int = 100,
    mark: Decimal | int | str | None = None,
    label: str = "",
) -> dict[str, str]:
    """Draw `value` out of `maximum` as a bar, `mark` as a line across it.

    Without a label the bar is hidden from screen readers: the figure stands beside it.
    """

    def share(figure: Decimal | int | str | None) -> str:
        number = _exact(figure)
        if number is None or not maximum:
            return ""
        part = min(max(number / Decimal(maximum), Decimal(0)), Decimal(1)) * 100
        return format(part.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP), "f")

    return {"width": share(value), "mark": share(mark), "label": label}


@register.inclusion_tag("_components/field.html")
def form_field(bound: BoundField, note: str = "") -> dict[str, Any]:
    """Show one bound field with label, help, note and errors tied to the input."""
    # A list of checkboxes is a fieldset of its own, no single box with its label behind it.
    single = isinstance(bound.field.widget, forms.CheckboxInput)
    return {"field": bound, "note": note, "is_checkbox": single}


@register.inclusion_tag("_components/error_summary.html")
def error_summary(form: BaseForm | None) -> dict[str, Any]:
    """List the errors of a bound form, each a link to its field."""
    fields: Iterable[BoundField] = form if form and form.errors else []
    rows = [("" if b.is_hidden else b.auto_id, _named(b, str(e))) for b in fields for e in b.errors]
    return {"form": form, "rows": rows}


def _named(bound: BoundField, error: str) -> str:
    """Return an error after its field's name, once: many sentences begin with the name."""
    label = str(bound.label)
    begins = error.casefold().startswith(label.casefold())
    return error if begins or bound.is_hidden else f"{label}: {error}"


@register.inclusion_tag("_components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any], param: str = "page") -> dict[str, Any]:
    """Link the pages of a list and keep the rest of the query string."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    query = context["request"].GET.copy()
    query.pop(param, None)
    tail = f"&{query.urlencode()}" if query else ""
    return {
        "page": page,
        "numbers": list(numbers),
        "ellipsis": page.paginator.ELLIPSIS,
        "param": param,
        "tail": tail,
    }


@register.simple_block_tag
def table_region(content: str, label: str, wide: bool = False) -> SafeString:
    """Wrap a table so that it scrolls by itself and by keyboard on a narrow screen."""
    return format_html(
        '<div class="table-region{}" role="region" tabindex="0" aria-label="{}">{}</div>',
        " table-region--wide" if wide else "",
        label,
        content,
    )


@register.simple_block_tag
def captured(content: str) -> str:
    """Keep a rendered block for a second use: `{% captured as name %}…{% endcaptured %}`."""
    return content


@register.filter(is_safe=True)
def trim(value: str) -> str:
    """Strip the white space around a captured block, which stays as escaped as it is."""
    return value.strip()
