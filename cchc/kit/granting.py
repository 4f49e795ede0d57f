"""Rows that give rights: nobody gives themself one, and what has counted is never rewritten."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _


class GrantingForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuse a row for oneself, and changes that would hide what was in force.

    Conflicts of interest are read from these rows, also from past ones (design 0.6): a row may be
    mended on the day it was made; afterwards only its last day moves, and not into the past.
    """

    granted_by: Any = None
    #: Fields that say something about the row and give no right.
    descriptive = frozenset({"full_name", "title"})

    def clean(self) -> dict[str, Any]:
        """Check who gains the right, and what of an older row is changed."""
        cleaned = super().clean() or self.cleaned_data
        person = cleaned.get("user") or getattr(self.instance, "user", None)
        if self.has_changed() and person is not None and person == self.granted_by:
            self.add_error(
                "user" if "user" in self.fields else None, _("Nobody does this for themself.")
            )
        if self.instance.pk and not made_today(self.instance):
            self._keep_the_past(cleaned)
        return cleaned

    def _keep_the_past(self, cleaned: dict[str, Any]) -> None:
        for name in set(self.changed_data) - self.descriptive - {"until"}:
            self.add_error(name, _("This was in force; end the row and make a new one."))
        if "until" in self.changed_data and reaches_back(
            self.initial.get("until"), cleaned.get("until")
        ):
            self.add_error("until", _("The last day moves from today on only."))


def reaches_back(before: dt.date | None, after: dt.date | None) -> bool:
    """Tell whether moving a row's last day would change a day that is over."""
    today = timezone.localdate()
    return any(day is not None and day < today for day in (before, after))


def made_today(row: Any) -> bool:
    """Tell whether a row was made on this day and may still be mended."""
    return timezone.localtime(row.created_at).date() == timezone.localdate()


class GrantingMixin:
    """For admins and inlines of such rows; put it before ModelAdmin or TabularInline."""

    form: Any = GrantingForm

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Tell the form who acts."""
        made: Any = super().get_form(request, obj, change, **kwargs)  # type: ignore[misc]
        return type(made.__name__, (made,), {"granted_by": request.user})

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Tell the forms of an inline who acts."""
        kwargs["form"] = type("RowForm", (self.form,), {"granted_by": request.user})
        return super().get_formset(request, obj, **kwargs)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let others delete a row on the day it was made only; later it is ended."""
        allowed: bool = super().has_delete_permission(request, obj)  # type: ignore[misc]
        inline_parent = obj is not None and not hasattr(obj, "since")
        if not allowed or inline_parent or obj is None:
            return allowed and not inline_parent
        return made_today(obj) and obj.user_id != request.user.pk

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer no deletion of many at once."""
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        actions.pop("delete_selected", None)
        return actions
