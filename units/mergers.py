"""Merge, split and rename units: plan, preview, confirm. History is never rewritten (design 1)."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cchc.kit.text import fold
from units import permissions
from units.errors import MergerRefused, NotPermitted
from units.models import (
    Membership,
    Merger,
    SigningAuthorisation,
    Succession,
    Unit,
    UnitAlias,
    UnitHead,
    User,
)

Check = Callable[[Merger], list[str]]

#: What other apps say against a merger, for instance dossiers of an open year (design 0.16).
checks: list[Check] = []

#: Who is a member of several of the units keeps the first of these roles.
_ROLE_ORDER = (
    Membership.Role.HEAD,
    Membership.Role.FOCAL,
    Membership.Role.CONTRIBUTOR,
    Membership.Role.STAFF,
)


def register_check(check: Check) -> Check:
    """Ask `check` before every merger; the sentences it returns block the confirmation."""
    if check not in checks:
        checks.append(check)
    return check


@dataclass(frozen=True)
class Opening:
    """A membership that will begin at the successor."""

    user: User
    role: str
    until: dt.date | None

    def __str__(self) -> str:
        return f"{self.user} – {Membership.Role(self.role).label}"


@dataclass(frozen=True)
class Preview:
    """What confirming a merger will do, and why it may not."""

    merger: Merger
    successor: Unit | None
    successor_name: str
    last_day: dt.date
    dissolved: tuple[Unit, ...] = ()
    heads: tuple[UnitHead, ...] = ()
    authorisations: tuple[SigningAuthorisation, ...] = ()
    memberships: tuple[Membership, ...] = ()
    openings: tuple[Opening, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def can_be_confirmed(self) -> bool:
        """Tell whether nothing stands against the merger."""
        return not self.problems


def plan(merger: Merger) -> Preview:
    """Return what confirming `merger` would do; change nothing."""
    units = tuple(merger.predecessors.select_related("group"))
    last_day = merger.effective_on - dt.timedelta(days=1)
    running = {"unit__in": units, "since__lte": last_day}
    memberships = tuple(
        Membership.objects.overlapping(last_day, last_day)
        .filter(**running)
        .select_related("user", "unit")
    )
    openings, already = _openings(merger, memberships)
    return Preview(
        merger=merger,
        successor=merger.successor,
        successor_name=merger.successor.name if merger.successor else merger.new_name,
        last_day=last_day,
        dissolved=tuple(unit for unit in units if unit.dissolved_on is None),
        heads=tuple(UnitHead.objects.on(last_day).filter(**running).select_related("unit")),
        authorisations=tuple(
            SigningAuthorisation.objects.on(last_day)
            .filter(**running)
            .select_related("unit", "user")
        ),
        memberships=memberships,
        openings=openings,
        warnings=tuple(_warnings(merger, already)),
        problems=tuple(_problems(merger, units)),
    )


def _openings(
    merger: Merger, memberships: Iterable[Membership]
) -> tuple[tuple[Opening, ...], list[User]]:
    """Return the memberships to open, one a person, and who is a member there already."""
    there = set()
    if merger.successor:
        later = merger.successor.memberships.overlapping(merger.effective_on, dt.date.max)
        there = set(later.values_list("user_id", flat=True))
    last_day = merger.effective_on - dt.timedelta(days=1)
    # The first part of a split has ended these rows already; the other parts go on from them.
    further_part = merger.predecessors.filter(dissolved_on=merger.effective_on).exists()
    openings: dict[int, Opening] = {}
    already: dict[int, User] = {}
    for row in sorted(memberships, key=lambda row: _ROLE_ORDER.index(Membership.Role(row.role))):
        if row.until == last_day and not further_part:
            continue
        if row.user_id in there:
            already[row.user_id] = row.user
        else:
            until = None if row.until == last_day else row.until
            openings.setdefault(row.user_id, Opening(row.user, row.role, until))
    return tuple(openings.values()), list(already.values())


def _warnings(merger: Merger, already: list[User]) -> list[str]:
    found = [
        _("The successor has no head from %(day)s until you enter one; nobody can sign before.")
        % {"day": f"{merger.effective_on:%d/%m/%Y}"}
    ]
    if merger.successor and merger.successor.head_on(merger.effective_on):
        found = []
    if already:
        names = ", ".join(str(user) for user in already)
        found.append(
            _("Already members of the successor, nothing is opened for: %(names)s.")
            % {"names": names}
        )
    return found


def _problems(merger: Merger, units: tuple[Unit, ...]) -> list[str]:
    found = []
    if merger.confirmed_at:
        found.append(_("This plan was already confirmed."))
    if not merger.is_decided:
        found.append(_("Enter the decision: number, date and signer."))
    if not units:
        found.append(_("Choose the units that end."))
    if merger.kind != Succession.Kind.MERGED and len(units) > 1:
        found.append(_("A split or a renaming starts from one unit."))
    for unit in units:
        found += _unit_problems(merger, unit)
    found += _successor_problems(merger, units)
    for check in checks:
        found += check(merger)
    return found


def _unit_problems(merger: Merger, unit: Unit) -> list[str]:
    words = {"unit": unit.name, "day": f"{merger.effective_on:%d/%m/%Y}"}
    found = []
    further_part = merger.kind == Succession.Kind.SPLIT and unit.dissolved_on == merger.effective_on
    if unit.dissolved_on and not further_part:
        found.append(_("%(unit)s was already dissolved.") % words)
    if unit.established_on and unit.established_on >= merger.effective_on:
        found.append(_("%(unit)s did not exist before %(day)s.") % words)
    later = {"unit": unit, "since__gte": merger.effective_on}
    for model in (UnitHead, Membership, SigningAuthorisation):
        if model.objects.filter(**later).exists():
            words["rows"] = str(model._meta.verbose_name_plural)
            found.append(
                _("%(unit)s has rows that begin on %(day)s or later (%(rows)s): end them first.")
                % words
            )
    return found


def _successor_problems(merger: Merger, units: tuple[Unit, ...]) -> list[str]:
    successor = merger.successor
    if successor is None:
        return _new_unit_problems(merger)
    words = {"unit": successor.name, "day": f"{merger.effective_on:%d/%m/%Y}"}
    found = []
    if successor in units:
        found.append(_("%(unit)s cannot follow itself.") % words)
    if not Unit.objects.existing(merger.effective_on).filter(pk=successor.pk).exists():
        found.append(_("%(unit)s does not exist on %(day)s.") % words)
    if Succession.objects.filter(predecessor__in=units, successor=successor).exists():
        found.append(_("%(unit)s already follows one of these units.") % words)
    return found


def _new_unit_problems(merger: Merger) -> list[str]:
    found = []
    key = fold(merger.new_name)
    if not (merger.new_code and merger.new_name and merger.new_group_id):
        found.append(_("Choose the successor, or give the new unit's code, name and group."))
    if Unit.objects.filter(code=merger.new_code).exists():
        found.append(_("Another unit has the code of the new unit."))
    if (
        Unit.objects.filter(folded_name=key).exists()
        or UnitAlias.objects.filter(folded_name=key).exists()
    ):
        found.append(
            _("Another unit has the name of the new unit: choose it as the successor instead.")
        )
    return found


@transaction.atomic
def confirm(*, merger: Merger, by: User, at: dt.datetime) -> Preview:
    """Carry out `merger` and return what was done.

    Raise NotPermitted or MergerRefused; then nothing was changed. Dossiers, results and other
    history keep their unit.
    """
    if not permissions.may_confirm_merger(by):
        raise NotPermitted(_("You may not confirm mergers of units."))
    # Predecessors are joined to several rows each: lock the plan first, then the units in order.
    locked = Merger.objects.select_for_update(of=("self",)).get(pk=merger.pk)
    touched = set(locked.predecessors.values_list("pk", flat=True))
    if locked.successor_id:
        touched.add(locked.successor_id)
    list(Unit.objects.select_for_update().filter(pk__in=touched).order_by("pk"))
    preview = plan(locked)
    if preview.problems:
        raise MergerRefused(*preview.problems)
    successor = locked.successor or _create_successor(locked)
    _record_successions(locked, successor)
    for unit in preview.dissolved:
        unit.dissolved_on = locked.effective_on
        unit.save(update_fields=["dissolved_on", "updated_at"])
    _end_and_open(preview, successor)
    locked.successor = successor
    locked.confirmed_at = at
    locked.confirmed_by = by
    locked.save()
    merger.refresh_from_db()
    return preview


def _create_successor(merger: Merger) -> Unit:
    unit = Unit(
        code=merger.new_code,
        name=merger.new_name,
        group=merger.new_group,
        established_on=merger.effective_on,
        handles_procedures=merger.predecessors.filter(handles_procedures=True).exists(),
    )
    unit.set_keys()
    unit.full_clean()
    unit.save()
    return unit


def _record_successions(merger: Merger, successor: Unit) -> None:
    for unit in merger.predecessors.all():
        Succession.objects.create(
            predecessor=unit,
            successor=successor,
            kind=merger.kind,
            effective_on=merger.effective_on,
            decision_number=merger.decision_number,
            decision_date=merger.decision_date,
            decision_signer=merger.decision_signer,
        )


def _end_and_open(preview: Preview, successor: Unit) -> None:
    ending: list[Any] = [*preview.heads, *preview.authorisations, *preview.memberships]
    for row in ending:
        row.until = preview.last_day
        row.save(update_fields=["until", "updated_at"])
    for opening in preview.openings:
        Membership.objects.create(
            user=opening.user,
            unit=successor,
            role=opening.role,
            since=preview.merger.effective_on,
            until=opening.until,
        )
