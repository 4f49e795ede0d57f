"""What a unit's own people may do with its dossier."""

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.models import Submission
from assessments.permissions.verdicts import YES, Verdict, day_of, no
from units.models import Membership, SigningAuthorisation, Succession, UnitHead, User


def staff_unit_ids(user: User, at: dt.datetime, *roles: str) -> set[int]:
    """Return the units for whose dossiers the person works, with the units they follow.

    Staff of a successor finish what its predecessors began. Without `roles` every part counts.
    """
    wanted = roles or (
        Membership.Role.CONTRIBUTOR, Membership.Role.FOCAL, Membership.Role.HEAD,
    )  # fmt: skip
    day = day_of(at)
    if not user.is_active:
        return set()
    found = set(user.memberships.on(day).filter(role__in=wanted).values_list("unit_id", flat=True))
    if Membership.Role.HEAD in wanted:
        found |= set(user.tenures.on(day).values_list("unit_id", flat=True))
        found |= set(user.authorisations.on(day).values_list("unit_id", flat=True))
    edge = set(found)
    while edge:
        edge = (
            set(
                Succession.objects.filter(successor__in=edge).values_list(
                    "predecessor_id", flat=True
                )
            )
            - found
        )
        found |= edge
    return found


def own_submissions(user: User, at: dt.datetime) -> QuerySet[Submission]:
    """Return the dossiers of the person's units: what the workspace shows."""
    return Submission.objects.filter(unit_id__in=staff_unit_ids(user, at))


def may_fill(user: User, submission: Submission, at: dt.datetime) -> Verdict:
    """Tell whether the person may fill in leaves of the dossier (state and window apart)."""
    if submission.unit_id in staff_unit_ids(user, at):
        return YES
    return no(_("This dossier belongs to another unit."))


def may_answer(user: User, submission: Submission, at: dt.datetime) -> Verdict:
    """Tell whether the person answers questions for the unit: focal officer or head (design 3)."""
    own = may_fill(user, submission, at)
    answering = (Membership.Role.FOCAL, Membership.Role.HEAD)
    if not own or submission.unit_id in staff_unit_ids(user, at, *answering):
        return own
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


def signature_title(user: User, submission: Submission, at: dt.datetime) -> str:
    """Return how the person signs: the head's title, or KT./TUQ. with the deputy's title."""
    day = day_of(at)
    units = with_successors(submission.unit_id)
    head = UnitHead.objects.on(day).filter(unit__in=units, user=user).first()
    if head is not None:
        return f"{head.title} {head.full_name}"
    deputy = SigningAuthorisation.objects.on(day).filter(unit__in=units, user=user).first()
    return f"{deputy.form}. {deputy.title} {user.full_name}" if deputy else ""


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
