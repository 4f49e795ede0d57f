"""Whom an act concerns, read from dated rows at the moment of telling (design 0.6 and 0.7)."""

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from assessments import permissions
from assessments.choices import CouncilRole, PortalRole
from assessments.models import (
    Appointment,
    Appraisal,
    Assignment,
    CouncilMember,
    Criterion,
    Cycle,
    Delegation,
    Explanation,
    Submission,
)  # fmt: skip
from units.models import Membership, SigningAuthorisation, UnitHead, User

Users = set[User]


class Audience:
    """The people of one cycle at one moment; what was read once is kept.

    Nobody of the council's side is returned about a unit in whose appraisal they have a conflict
    of interest.
    """

    def __init__(self, cycle: Cycle, at: dt.datetime) -> None:
        self.cycle, self.at, self.day = cycle, at, permissions.day_of(at)
        self._conflicts: dict[int, set[int]] = {}
        self._units: dict[int, tuple[Users, Users]] = {}

    # The unit's own people ---------------------------------------------------------------------

    def unit(self, unit_id: int) -> Users:
        """Return focal officers, heads and signers of the unit, or of what followed it."""
        focal, heads = self._of_unit(unit_id)
        return focal | heads

    def focal(self, unit_id: int) -> Users:
        """Return the focal officers of the unit; its heads where it has none."""
        focal, heads = self._of_unit(unit_id)
        return focal or heads

    def head(self, unit_id: int) -> Users:
        """Return heads and signers of the unit, or of what followed it."""
        return self._of_unit(unit_id)[1]

    def _of_unit(self, unit_id: int) -> tuple[Users, Users]:
        if unit_id not in self._units:
            here = permissions.with_successors(unit_id)
            rows = Membership.objects.on(self.day).filter(unit__in=here)
            focal = _active(rows.filter(role=Membership.Role.FOCAL))
            heads = _active(rows.filter(role=Membership.Role.HEAD))
            for signers in (UnitHead, SigningAuthorisation):
                heads |= _active(signers.objects.on(self.day).filter(unit__in=here))
            self._units[unit_id] = (focal, heads)
        return self._units[unit_id]

    def holders(self, submission: Submission, codes: Iterable[str]) -> Users:
        """Return who of the unit holds one of the leaves, and still works there."""
        rows = Delegation.objects.filter(
            score__submission=submission, score__criterion__code__in=list(codes)
        )
        return {
            user for user in _active(rows)
            if permissions.parts_of(user, self.at).get(submission.unit_id)
        }  # fmt: skip

    # The council's side ------------------------------------------------------------------------

    def clear(self, users: Iterable[User], unit_id: int | None) -> Users:
        """Return those without a conflict of interest with the unit."""
        found = set(users)
        if unit_id is None:
            return found
        new = [user.pk for user in found if user.pk not in self._conflicts]
        if new:
            self._conflicts |= permissions.conflicts_of(new, self.cycle, self.at)
        return {user for user in found if unit_id not in self._conflicts[user.pk]}

    @cached_property
    def _seats(self) -> list[CouncilMember]:
        rows = CouncilMember.objects.on(self.day).filter(council__cycle=self.cycle)
        living = Q(council__dissolved_on=None) | Q(council__dissolved_on__gt=self.day)
        return list(rows.filter(living, user__is_active=True).select_related("user"))

    @cached_property
    def council(self) -> Users:
        """Return everybody who has a seat."""
        return {seat.user for seat in self._seats}

    def seated(self, role: CouncilRole, unit_id: int | None = None) -> Users:
        """Return who acts in that role on the unit's dossier; the City approver where all are
        conflicted (design 0.1)."""
        found = {seat.user for seat in self._seats if seat.role == role}
        return self._acting(found, unit_id)

    def appointed(self, role: PortalRole, unit_id: int | None = None) -> Users:
        """Return who holds the appointed role, for the unit's dossier if one is named."""
        return self._acting(_active(Appointment.objects.on(self.day).filter(role=role)), unit_id)

    def _acting(self, usual: Users, unit_id: int | None) -> Users:
        found = self.clear(usual, unit_id)
        if found or unit_id is None:
            return found
        rows = Appointment.objects.on(self.day).filter(role=PortalRole.CITY_APPROVER)
        return self.clear(_active(rows), unit_id)

    def members(self, seats: Iterable[int]) -> Users:
        """Return who holds the seats of those ids."""
        wanted = set(seats)
        return {seat.user for seat in self._seats if seat.pk in wanted}

    @cached_property
    def _assignments(self) -> list[Assignment]:
        members = [seat.pk for seat in self._seats]
        rows = Assignment.objects.on(self.day).filter(member__in=members)
        return list(rows.select_related("member__user", "field"))

    def assigned(self, submission: Submission, codes: Iterable[str] = ()) -> Users:
        """Return who appraises the dossier now: all its fields, or those of the leaves named."""
        scheme, named = submission.cycle_scheme.scheme_id, list(codes)
        fields: set[int | None] | None = None
        if named:
            rows = Criterion.objects.filter(scheme=scheme, code__in=named)
            fields = set(rows.values_list("field_id", flat=True))
        users = {
            row.member.user for row in self._assignments
            if row.field.scheme_id == scheme
            and row.unit_id in (None, submission.unit_id)
            and (fields is None or row.field_id in fields)
        }  # fmt: skip
        return self.clear(users, submission.unit_id)

    def judges(self, score: int, before: dt.datetime, unit_id: int) -> Users:
        """Return whose points, or opinion, stood on the leaf at a moment and who has a seat."""
        rows = Appraisal.objects.filter(score=score, at__lt=before, flagged_conflict=False)
        users = {row.member.user for row in rows.select_related("member__user")}
        return self.clear(users & self.council, unit_id)

    def askers(self, questions: Iterable[int], unit_id: int) -> Users:
        """Return who asked the questions and still has a seat."""
        rows = Explanation.objects.filter(pk__in=list(questions))
        users = {row.asked_by.user for row in rows.select_related("asked_by__user")}
        return self.clear(users & self.council, unit_id)


def _active(rows: QuerySet[Any]) -> Users:
    """Return the accounts of dated rows, the closed ones left out."""
    return {row.user for row in rows.filter(user__is_active=True).select_related("user")}
