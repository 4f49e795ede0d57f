"""The roles a person holds, read from dated rows (design 3 and 0.7)."""

import datetime as dt
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import F, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.choices import PortalRole
from assessments.models import Council, CouncilMember, Cycle
from assessments.permissions.verdicts import YES, Verdict, day_of, no
from assessments.roles import ROLES
from units.models import Membership, User

#: Who oversees every council without a seat in it.
_OVERSEERS = frozenset(
    {PortalRole.HOME_AFFAIRS_OFFICER, PortalRole.HOME_AFFAIRS_LEADER, PortalRole.AUDITOR}
)


def roles_of(user: User, day: dt.date) -> frozenset[str]:
    """Return the codes of `roles.ROLES` that the person holds on `day`."""
    if not user.is_active:
        return frozenset()
    named: list[Any] = [
        user.appointments.on(day),
        seats_of(user, day),
        user.memberships.on(day).exclude(role=Membership.Role.STAFF),
    ]
    rows = [each.order_by().annotate(held=F("role")).values_list("held") for each in named]
    rows += [
        each.on(day).order_by().annotate(held=Value("head")).values_list("held")
        for each in (user.tenures, user.authorisations)
    ]
    # One statement: every page of the portal asks which menus its reader has.
    return frozenset(role for (role,) in rows[0].union(*rows[1:]))


def has_role(user: User, role: str, at: dt.datetime) -> Verdict:
    """Tell whether the person holds the appointed role `role` (design 3) at `at`."""
    if user.is_active and user.appointments.on(day_of(at)).filter(role=role).exists():
        return YES
    return no(_("This act belongs to another role."))


def seats_of(user: User, day: dt.date) -> QuerySet[CouncilMember]:
    """Return the council seats the person holds on `day`; a dissolved council gives none."""
    return user.council_seats.on(day).filter(
        Q(council__dissolved_on=None) | Q(council__dissolved_on__gt=day)
    )


def councils_of(user: User, day: dt.date) -> QuerySet[Council]:
    """Return the councils whose seats and assignments the person may see on `day`."""
    if roles_of(user, day) & _OVERSEERS:
        return Council.objects.all()
    return Council.objects.filter(pk__in=seats_of(user, day).values("council"))


def seat_in(user: User, cycle: Cycle, role: str, at: dt.datetime) -> CouncilMember | None:
    """Return the person's seat of that role in the cycle's council at `at`, or None."""
    if not user.is_active:
        return None
    return seats_of(user, day_of(at)).filter(council__cycle=cycle, role=role).first()


class RoleBackend(BaseBackend):
    """Give Django's `has_perm` the codes of the roles a person holds today."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return the permission codes of the person's roles; none for an object."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        today = timezone.localdate()
        cached: tuple[dt.date, set[str]] | None = getattr(user_obj, "_role_codes", None)
        if cached is None or cached[0] != today:
            codes: set[str] = set()
            for role in roles_of(user_obj, today):
                codes |= ROLES[role].permissions
            cached = user_obj._role_codes = (today, codes)
        return cached[1]

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Tell whether one of the person's roles carries the code."""
        return perm in self.get_all_permissions(user_obj, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Tell whether one of the person's roles opens a menu of the app."""
        return any(code.startswith(f"{app_label}.") for code in self.get_all_permissions(user_obj))
