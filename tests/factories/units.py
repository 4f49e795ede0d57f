"""Units and people for tests."""

import datetime as dt
import itertools
from typing import Any

from units.models import Membership, Merger, Unit, UnitGroup, User

_numbers = itertools.count(1)
DECISION = {
    "decision_number": "12/QĐ-UBND",
    "decision_date": dt.date(2025, 6, 1),
    "decision_signer": "Nguyễn Văn Chủ",
}


def make_group(code: str = "SBN", name: str = "Sở, ban, ngành") -> UnitGroup:
    """Return the group with this code."""
    return UnitGroup.objects.get_or_create(code=code, defaults={"name": name})[0]


def make_unit(name: str, **fields: Any) -> Unit:
    """Return a new unit of that name."""
    fields.setdefault("code", f"U-{next(_numbers):03d}")
    fields.setdefault("group", make_group())
    return Unit.objects.create(name=name, **fields)


def make_user(username: str, **fields: Any) -> User:
    """Return a new account without a password."""
    fields.setdefault("full_name", f"Người {username}")
    fields.setdefault("email", f"{username}@tphcm.example")
    return User.objects.create_user(username, **fields)


def make_membership(user: User, unit: Unit, **fields: Any) -> Membership:
    """Return an employment since 2020."""
    fields.setdefault("since", dt.date(2020, 1, 1))
    return Membership.objects.create(user=user, unit=unit, **fields)


def make_merger(*predecessors: Unit, **fields: Any) -> Merger:
    """Return a decided plan that takes effect on 1 July 2025."""
    fields.setdefault("kind", "merged")
    fields.setdefault("effective_on", dt.date(2025, 7, 1))
    merger = Merger.objects.create(**{**DECISION, **fields})
    merger.predecessors.set(predecessors)
    return merger
