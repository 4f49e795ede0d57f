"""What a person sees in the admin is what `permissions` gives, superusers included (design 3)."""

import datetime as dt
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from assessments import permissions
from assessments.models import Cycle
from assessments.queries import appraisal
from units.models import User


def user_of(request: HttpRequest) -> User:
    """Return the signed-in person; admin views have one."""
    return cast(User, request.user)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Show rows and change nothing: what stands in them moves through the workflow only."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse everybody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse everybody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse everybody."""
        return False


class LeafScopedAdmin(ReadOnlyAdmin):
    """Rows that hang on leaves: those of readable leaves only, so never the own unit's."""

    #: Lookup from the row to its leaf; empty when the row is the leaf.
    leaf_path: ClassVar[str] = "score"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows of the leaves that the person may read."""
        leaves = appraisal.readable_leaves(user_of(request), timezone.now()).values("pk")
        lookup = f"{self.leaf_path}__in" if self.leaf_path else "pk__in"
        return super().get_queryset(request).filter(**{lookup: leaves})


class DossierScopedAdmin(ReadOnlyAdmin):
    """Rows that hang on whole dossiers: those that the person may read."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows of the dossiers whose scores the person may read."""
        dossiers = permissions.readable_submissions(user_of(request), timezone.now()).values("pk")
        return super().get_queryset(request).filter(submission__in=dossiers)


def without_conflicts(user: User, at: dt.datetime, cycle: str, unit: str) -> Q:
    """Return the condition that a row's unit is none in whose appraisal the person has a conflict.

    `cycle` and `unit` are the lookups from the row; rows without a unit stay.
    """
    allowed = Q(**{f"{unit}__isnull": True}) | Q(**{f"{cycle}__isnull": True})
    for row in Cycle.objects.all():
        ids = permissions.conflicted_unit_ids(user, row, at)
        allowed |= Q(**{cycle: row.pk}) & ~Q(**{f"{unit}__in": ids})
    return allowed
