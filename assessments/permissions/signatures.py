"""How a person's signature stands under a paper of the unit: the head's own, KT. or TUQ."""

import datetime as dt
from dataclasses import dataclass

from assessments.models import Submission
from assessments.permissions.unit_side import with_successors
from assessments.permissions.verdicts import day_of
from units.models import SigningAuthorisation, UnitHead, User


@dataclass(frozen=True)
class Signature:
    """Who signs: `form` is empty for the head, else KT or TUQ; `head_title` whom a deputy stands
    for."""

    form: str
    title: str
    name: str
    head_title: str


def signature_of(user: User, submission: Submission, at: dt.datetime) -> Signature | None:
    """Return how the person signs for the unit on that day, None without the right to."""
    day = day_of(at)
    units = with_successors(submission.unit_id)
    heads = UnitHead.objects.on(day).filter(unit__in=units)
    head = heads.filter(user=user).first()
    if head is not None:
        return Signature("", head.title, head.full_name, head.title)
    deputy = SigningAuthorisation.objects.on(day).filter(unit__in=units, user=user).first()
    if deputy is None:
        return None
    stood_for = heads.filter(unit=deputy.unit_id).first()
    title = stood_for.title if stood_for else submission.head_title
    return Signature(deputy.form, deputy.title, user.full_name, title)


def signature_title(user: User, submission: Submission, at: dt.datetime) -> str:
    """Return how the person signs, in a line: the head's title, or KT./TUQ. with the deputy's."""
    found = signature_of(user, submission, at)
    if found is None:
        return ""
    form = f"{found.form}. " if found.form else ""
    return f"{form}{found.title} {found.name}"
