"""Votes of the council: who votes on a unit in a meeting, and whether the votes carry."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments import permissions
from assessments.errors import BadInput
from assessments.models import Meeting, Submission


@dataclass(frozen=True)
class Votes:
    """The votes on one leaf; none at all mean agreement without a vote."""

    for_: int
    against: int
    abstained: int

    @property
    def total(self) -> int:
        """Return how many voted."""
        return self.for_ + self.against + self.abstained

    def fields(self) -> dict[str, int]:
        """Return the votes under the names of a decision's fields."""
        return {
            "votes_for": self.for_, "votes_against": self.against,
            "votes_abstained": self.abstained,
        }  # fmt: skip


def check(votes: Votes, meeting: Meeting, submission: Submission, at: dt.datetime) -> None:
    """Raise BadInput where the votes carry nothing, or are more than those who may vote."""
    if not votes.total:
        return
    if votes.for_ <= votes.against:
        raise BadInput(
            _("%(for)d for and %(against)d against: the proposal has no majority.")
            % {"for": votes.for_, "against": votes.against},
            field="votes_for",
        )
    may = voters(meeting, submission, at)
    if may is not None and votes.total > may:
        raise BadInput(
            _(
                "%(votes)d votes are counted; %(voters)d members were present who take part in "
                "the appraisal of this unit."
            )
            % {"votes": votes.total, "voters": may},
            field="votes_for",
        )


def voters(meeting: Meeting, submission: Submission, at: dt.datetime) -> int | None:
    """Return how many present persons may vote on the dossier; None without a roll of attendance.

    Who has a conflict of interest with the unit does not count.
    """
    roll = list(meeting.attendances.values_list("member__user", "present"))
    if not roll:
        return None
    present = {user for user, came in roll if came}
    conflicts = permissions.conflicts_of(present, submission.cycle, at)
    return sum(submission.unit_id not in units for units in conflicts.values())
