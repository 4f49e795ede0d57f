"""Lists and pages of points, as the council's two flags let their reader see them (design 0.30)."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments import permissions
from assessments.admin.scoped import user_of
from assessments.models import Council, CriterionScore
from assessments.workflow import events

#: What an address may not filter leaves by: it would tell what the pages keep back.
_KEPT_BACK = (
    "self_points", "self_applicable", "self_trace", "appraised_points", "appraised_applicable",
    "appraised_round", "final_points", "final_applicable", "final_trace", "version",
)  # fmt: skip


def sight_for(request: HttpRequest) -> permissions.Sight:
    """Return what is kept from the signed-in person, read once for a request."""
    kept: Any = request
    if not hasattr(kept, "sight"):
        kept.sight = permissions.sight_of(user_of(request), timezone.now())
    found: permissions.Sight = kept.sight
    return found


class AppraisedLeaves(admin.SimpleListFilter):
    """Leaves with or without appraised points, as far as the person is shown them."""

    title = _("appraised points")
    parameter_name = "appraised"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the two."""
        return [("yes", _("Not empty")), ("no", _("Empty"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list to them."""
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(shown_appraised__isnull=self.value() == "no")


class SightedLeavesMixin:
    """Show of leaves what the reader is shown; orders and filters know no more than that."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the leaves with what the reader is shown of them."""
        rows: QuerySet[CriterionScore] = super().get_queryset(request)  # type: ignore[misc]
        return sight_for(request).on_leaves(rows)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Keep points out of the addresses of the list: it has filters for what may be asked."""
        if lookup.split("__", maxsplit=1)[0] in _KEPT_BACK:
            return False
        return bool(super().lookup_allowed(lookup, value, request))  # type: ignore[misc]

    @admin.display(description=_("self-assessed points"), ordering="shown_self")
    def shown_self_points(self, obj: Any) -> Decimal | None:
        """Return the unit's own points."""
        shown: Decimal | None = obj.shown_self
        return shown

    @admin.display(description=_("how they come about"))
    def shown_self_trace(self, obj: Any) -> str | None:
        """Return how the unit's own points come about."""
        return obj.self_trace if obj.claim_seen else None

    @admin.display(description=_("appraised points"), ordering="shown_appraised")
    def shown_appraised_points(self, obj: Any) -> Decimal | None:
        """Return the points that count."""
        shown: Decimal | None = obj.shown_appraised
        return shown

    @admin.display(description=_("counts, says the appraiser"), boolean=True)
    def shown_appraised_applicable(self, obj: Any) -> bool | None:
        """Return whether the leaf counts, by its appraiser."""
        return obj.appraised_applicable if obj.others_seen else None

    @admin.display(description=_("appraised in round"))
    def shown_appraised_round(self, obj: Any) -> int | None:
        """Return the round of the points that count."""
        return obj.appraised_round if obj.others_seen else None

    @admin.display(description=_("final points"), ordering="shown_final")
    def shown_final_points(self, obj: Any) -> Decimal | None:
        """Return the final points."""
        shown: Decimal | None = obj.shown_final
        return shown

    @admin.display(description=_("counts in the end"), boolean=True)
    def shown_final_applicable(self, obj: Any) -> bool | None:
        """Return whether the leaf counts in the end."""
        return obj.final_applicable if obj.others_seen else None

    @admin.display(description=_("how the final points come about"))
    def shown_final_trace(self, obj: Any) -> str | None:
        """Return how the final points come about; it may speak of the unit's own."""
        return obj.final_trace if obj.claim_seen and obj.others_seen else None


class SightedGivenMixin:
    """Show of the members' points those that the reader is shown."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the reader's own points, and others' in their time."""
        return sight_for(request).seen_appraisals(super().get_queryset(request))  # type: ignore[misc]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the trace back where it would tell the unit's own points."""
        if obj is None or sight_for(request).shows_claims(obj.score.submission):
            return super().get_exclude(request, obj)  # type: ignore[misc]
        return ("trace",)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Keep traces out of the addresses of the list: they tell the units' own points."""
        if lookup.split("__", maxsplit=1)[0] == "trace":
            return False
        return bool(super().lookup_allowed(lookup, value, request))  # type: ignore[misc]


class SightedDecisionsMixin:
    """Show decisions on the leaves whose appraised points the reader is shown."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the decisions on those."""
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        sight = sight_for(request)
        if not sight.own_first:
            return rows
        leaves = CriterionScore.objects.filter(pk__in=rows.values("score"))
        return rows.filter(score__in=sight.seen_leaves(leaves).values("pk"))


class LogsSightMixin:
    """Log it when a council changes what its appraisers are shown."""

    def save_model(self, request: HttpRequest, obj: Council, form: Any, change: bool) -> None:
        """Save and log."""
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        if {"claims_shown", "others_after_own"}.intersection(form.changed_data):
            events.record(
                action="set_sight", obj=obj, by=user_of(request), at=timezone.now(),
                data={"claims": obj.claims_shown, "others_after_own": obj.others_after_own},
            )  # fmt: skip
