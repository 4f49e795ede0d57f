"""Filters behind the to-do: the very rows that its lines count."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.admin.scoped import user_of
from assessments.admin.sighted import sight_for
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
            mine = appraisal.waiting_for(user_of(request), timezone.now())
            return queryset.filter(pk__in=mine.values("pk"))
        if self.value() == "disputed":
            # How far apart points lie is no secret only where the points are none.
            seen = sight_for(request).seen_leaves(
                CriterionScore.objects.filter(pk__in=queryset.values("pk"), open_to_appraiser=True)
            )
            leaves = CriterionScore.objects.filter(pk__in=seen.values("pk"))
            return queryset.filter(pk__in=appraisal.disputed(leaves).values("pk"))
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
