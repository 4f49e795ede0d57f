"""Filters behind the to-do: the very rows that its lines count."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.admin.scoped import user_of
from assessments.models import CriterionScore, Submission
from assessments.queries import appraisal


class WaitingLeaves(admin.SimpleListFilter):
    """Leaves that wait for the person's points, or for the council's decision."""

    title = _("waiting")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the two."""
        return [
            ("mine", _("for my appraisal")),
            ("disputed", _("disputed, for the council's decision")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[CriterionScore]
    ) -> QuerySet[CriterionScore]:
        """Narrow the list to them."""
        if self.value() == "mine":
            leaves = appraisal.assigned_leaves(user_of(request), timezone.now())
            return queryset.filter(pk__in=appraisal.untouched(leaves).values("pk"))
        if self.value() == "disputed":
            open_leaves = queryset.filter(open_to_appraiser=True)
            return queryset.filter(pk__in=appraisal.disputed(open_leaves).values("pk"))
        return queryset


class ReadyDossiers(admin.SimpleListFilter):
    """Dossiers with nothing in the way of their conclusion."""

    title = _("conclusion")
    parameter_name = "conclusion"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the one."""
        return [("ready", _("ready to conclude"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Submission]
    ) -> QuerySet[Submission]:
        """Narrow the list to them."""
        if self.value() == "ready":
            return queryset.filter(pk__in=appraisal.concludable(queryset).values("pk"))
        return queryset
