"""What a unit's own people may do with its dossier."""

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import CharField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from assessments.models import CriterionScore, Submission
from assessments.permissions.verdicts import YES, Verdict, day_of, no
from units.models import Membership, SigningAuthorisation, Succession, UnitHead, User

#: The parts that look after the whole dossier.
RUNNING = (Membership.Role.FOCAL, Membership.Role.HEAD)
_OTHERS = _("This dossier belongs to another unit.")
_ONLY_FOCAL = _("Only the focal officer and the head of the unit do this.")
Parts = dict[int, set[str]]
#: Every unit the person works for on a day, with the part they take; staff of a successor finish
#: what its predecessors began. One statement, for rights are read anew at every act.
PARTS = """
WITH RECURSIVE mine(unit_id, role) AS (
  SELECT unit_id, role FROM units_membership WHERE user_id = %(user)s AND role <> 'staff'
    AND since <= %(day)s AND (until IS NULL OR until >= %(day)s)
  UNION SELECT unit_id, 'head' FROM units_unithead WHERE user_id = %(user)s
    AND since <= %(day)s AND (until IS NULL OR until >= %(day)s)
  UNION SELECT unit_id, 'head' FROM units_signingauthorisation WHERE user_id = %(user)s
    AND since <= %(day)s AND (until IS NULL OR until >= %(day)s)
  UNION SELECT s.predecessor_id, mine.role
    FROM units_succession s JOIN mine ON mine.unit_id = s.successor_id
)"""


def parts_of(user: User, at: dt.datetime) -> Parts:
    """Return, unit by unit, the parts the person takes in its dossiers: Membership.Role values.

    Whoever may sign for a unit counts as its head here. One query.
    """
    found: Parts = {}
    if user.is_active:
        with connection.cursor() as cursor:
            cursor.execute(
                f"{PARTS} SELECT unit_id, role FROM mine",  # noqa: S608 - constants only
                {"user": user.pk, "day": day_of(at)},
            )
            for unit_id, role in cursor.fetchall():
                found.setdefault(unit_id, set()).add(role)
    return found


def own_unit_ids(user: User, at: dt.datetime) -> RawSQL:
    """Return the units of `parts_of` as a subquery, for the right side of an `__in`."""
    return _from_parts("SELECT unit_id FROM mine", user, at)


def parts_here(user: User, at: dt.datetime) -> RawSQL:
    """Return the parts of the person in the unit of a dossier, as an annotation of dossiers."""
    here = "SELECT role FROM mine WHERE mine.unit_id = assessments_submission.unit_id"
    found = _from_parts(here, user, at)
    return RawSQL(  # noqa: S611 - constants only
        f"ARRAY({found.sql})", found.params, output_field=ArrayField(CharField())
    )


def _from_parts(select: str, user: User, at: dt.datetime) -> RawSQL:
    person, day = (user.pk if user.is_active else None), day_of(at)
    sql = PARTS.replace("%(user)s", "%s").replace("%(day)s", "%s")
    return RawSQL(f"{sql} {select}", [person, day, day] * 3)  # noqa: S611 - constants only


def staff_unit_ids(user: User, at: dt.datetime, *roles: str) -> set[int]:
    """Return the units for whose dossiers the person works, with the units they follow.

    Without `roles` every part counts.
    """
    parts = parts_of(user, at)
    return {unit for unit, held in parts.items() if not roles or held.intersection(roles)}


def own_submissions(user: User, at: dt.datetime) -> QuerySet[Submission]:
    """Return the dossiers of the person's units: what the workspace shows."""
    return Submission.objects.filter(unit_id__in=own_unit_ids(user, at))


def may_fill(user: User, submission: Submission, at: dt.datetime) -> Verdict:
    """Tell whether the person may fill in leaves of the dossier (state and window apart)."""
    if submission.unit_id in staff_unit_ids(user, at):
        return YES
    return no(_OTHERS)


def leaf_verdict(user: User, score: CriterionScore, held: set[str]) -> Verdict:
    """Tell whether the person may fill in this leaf (state and window apart).

    Focal officer and head fill in every leaf, a contributor what is delegated to them or to
    nobody (design 3). `held` are the parts that the person takes in the dossier's unit, as
    `parts_of` tells them; no query when the leaf's `delegation` is at hand.
    """
    if not held:
        return no(_OTHERS)
    delegation = getattr(score, "delegation", None)
    if delegation is None or delegation.user_id == user.pk or held.intersection(RUNNING):
        return YES
    return no(_("This leaf is delegated to %s.") % delegation.user)


def may_run(user: User, submission: Submission, at: dt.datetime) -> Verdict:
    """Tell whether the person runs the unit's dossier, delegates its leaves and answers for it:
    its focal officer or its head (design 3)."""
    held = parts_of(user, at).get(submission.unit_id, set())
    if not held:
        return no(_OTHERS)
    return YES if held.intersection(RUNNING) else no(_ONLY_FOCAL)


def may_answer(user: User, submission: Submission, at: dt.datetime) -> Verdict:
    """Tell whether the person answers questions for the unit: focal officer or head (design 3)."""
    verdict = may_run(user, submission, at)
    if verdict or verdict.reason == _OTHERS:
        return verdict
    return no(_("Only the focal officer and the head of the unit answer questions."))


def may_sign(user: User, submission: Submission, at: dt.datetime) -> Verdict:
    """Tell whether the person signs for the unit: its head, or a deputy so authorised."""
    day = day_of(at)
    units = with_successors(submission.unit_id)
    if user.is_active and (
        UnitHead.objects.on(day).filter(unit__in=units, user=user).exists()
        or SigningAuthorisation.objects.on(day).filter(unit__in=units, user=user).exists()
    ):
        return YES
    return no(_("Only the head of the unit, or a deputy authorised on this day, signs."))


def with_successors(unit_id: int) -> set[int]:
    """Return the unit and all that followed it."""
    found, edge = {unit_id}, {unit_id}
    while edge:
        edge = (
            set(
                Succession.objects.filter(predecessor__in=edge).values_list(
                    "successor_id", flat=True
                )
            )
            - found
        )
        found |= edge
    return found
