"""Who holds which leaves of a dossier, how far each person is, and who may be given any."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from assessments import permissions
from assessments.choices import HandState
from assessments.models import CriterionScore, Delegation, Submission
from assessments.queries.workspace import is_settled
from units.models import Membership, SigningAuthorisation, UnitHead, User

_PARTS = [role.value for role in Membership.Role if role != Membership.Role.STAFF]


def members_of(submission: Submission, at: dt.datetime) -> QuerySet[User]:
    """Return the people who take part in the unit's dossier at `at`: those of `parts_of`."""
    day, units = permissions.day_of(at), permissions.with_successors(submission.unit_id)
    here = {"unit__in": units}
    return User.objects.filter(
        Q(pk__in=Membership.objects.on(day).filter(role__in=_PARTS, **here).values("user"))
        | Q(pk__in=UnitHead.objects.on(day).filter(**here).values("user"))
        | Q(pk__in=SigningAuthorisation.objects.on(day).filter(**here).values("user")),
        is_active=True,
    ).order_by("full_name", "pk")


def delegation_of(score: CriterionScore) -> Delegation | None:
    """Return in whose hands the leaf is; no query when `delegation` was read with it."""
    return getattr(score, "delegation", None)


@dataclass(frozen=True)
class Hand:
    """One leaf with the person who holds it, as it stands on a day."""

    score: CriterionScore
    today: dt.date

    @property
    def delegation(self) -> Delegation | None:
        """Return in whose hands the leaf is."""
        return delegation_of(self.score)

    @property
    def is_settled(self) -> bool:
        """Tell whether the leaf carries points, and evidence or a reason."""
        return is_settled(self.score)

    @property
    def state(self) -> HandState:
        """Return how the leaf stands; what came back says so even when its day is over."""
        held = self.delegation
        if held is None:
            return HandState.NOBODY
        if held.done_at:
            return HandState.DONE
        if held.returned_at:
            return HandState.GIVEN_BACK
        return HandState.OVERDUE if self.is_overdue else HandState.IN_WORK

    @property
    def is_overdue(self) -> bool:
        """Tell whether the day agreed on is over and the leaf not reported done."""
        held = self.delegation
        due = held.due_on if held else None
        return held is not None and due is not None and due < self.today and held.done_at is None


@dataclass
class PersonProgress:
    """How far one person is with the leaves in their hands; `user` None: leaves in nobody's."""

    user: User | None
    hands: list[Hand] = field(default_factory=list)

    @property
    def leaves(self) -> int:
        """Return the number of leaves."""
        return len(self.hands)

    @property
    def settled(self) -> int:
        """Return the number of leaves that carry points, and evidence or a reason."""
        return sum(hand.is_settled for hand in self.hands)

    @property
    def done(self) -> int:
        """Return the number of leaves reported done."""
        return sum(hand.state == HandState.DONE for hand in self.hands)

    @property
    def overdue(self) -> int:
        """Return the number of leaves whose day is over and that are not reported done."""
        return sum(hand.is_overdue for hand in self.hands)

    @property
    def given_back(self) -> int:
        """Return the number of leaves that came back for mending."""
        return sum(hand.state == HandState.GIVEN_BACK for hand in self.hands)


def by_person(rows: Iterable[CriterionScore], today: dt.date) -> list[PersonProgress]:
    """Return the self-scored leaves person by person, those in nobody's hands last.

    Empty while nothing is delegated: a table of nobody alone tells nothing.
    """
    found: dict[int, PersonProgress] = {}
    for row in rows:
        held = delegation_of(row)
        key = held.user_id if held else 0
        person = found.setdefault(key, PersonProgress(held.user if held else None))
        person.hands.append(Hand(row, today))
    if found.keys() <= {0}:
        return []
    return sorted(found.values(), key=lambda person: (person.user is None, str(person.user)))


def in_hands_of(user: User, rows: Iterable[CriterionScore], today: dt.date) -> list[Hand]:
    """Return the leaves delegated to the person: what was given back first, what is done last."""

    def urgency(hand: Hand) -> tuple[bool, bool, dt.date, int]:
        held = hand.score.delegation
        return (
            held.done_at is not None, held.returned_at is None, held.due_on or dt.date.max,
            hand.score.criterion.position,
        )  # fmt: skip

    mine = [row for row in rows if (held := delegation_of(row)) and held.user_id == user.pk]
    return sorted((Hand(row, today) for row in mine), key=urgency)
