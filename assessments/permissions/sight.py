"""What appraisers are shown while they judge: the two flags of the council (design 0.30).

They bind the seats of members only; whoever reads the whole year besides (chair, secretary, Home
Affairs, approver, auditor) sees everything, and everybody does once a dossier is concluded.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    Expression,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from assessments.choices import CouncilRole, PortalRole, SubmissionState
from assessments.models import Abstention, Appointment, Appraisal, CriterionScore, Submission
from assessments.permissions.held import seats_of
from assessments.permissions.verdicts import day_of
from units.models import User

#: States of a dossier that is not concluded: what the flags keep back is kept back in them.
UNDECIDED = (
    SubmissionState.SUBMITTED, SubmissionState.RETURNED, SubmissionState.APPRAISING,
    SubmissionState.EXPLAINING, SubmissionState.CORRECTING,
)  # fmt: skip
_SEES_ALL = (PortalRole.HOME_AFFAIRS_LEADER, PortalRole.CITY_APPROVER, PortalRole.AUDITOR)


@dataclass(frozen=True)
class Sight:
    """What is kept from one person, by the ids of the cycles in which it is.

    `unclaimed`: the units' own points. `own_first`: what others gave a leaf in a round, or why they
    gave nothing, until the person gave points in that round or a later one. Their abstention opens
    nothing: it can be taken back.
    """

    user_id: int | None = None
    unclaimed: frozenset[int] = frozenset()
    own_first: frozenset[int] = frozenset()

    def shows_claims(self, submission: Submission) -> bool:
        """Tell whether the person is shown the unit's own points, in figures and in traces."""
        return submission.state not in UNDECIDED or submission.cycle_id not in self.unclaimed

    def on_leaves(self, leaves: QuerySet[CriterionScore]) -> QuerySet[Any]:
        """Annotate leaves with what the person is shown of them.

        `claim_seen` (the twin of `shows_claims`) and `others_seen` are booleans; `shown_self`,
        `shown_appraised` and `shown_final` are the points or None: order and filter by these, never
        by the fields, and show neither traces nor reasons where the booleans say no.
        """
        own = _own_round(self.user_id) if self.own_first else Value(0)
        claimed, given = self._claims_kept(), self._others_kept()
        return leaves.alias(own_round=own).annotate(
            claim_seen=_unless(claimed, Value(True), Value(False)),
            others_seen=_unless(given, Value(True), Value(False)),
            shown_self=_unless(claimed, F("self_points")),
            shown_appraised=_unless(given, F("appraised_points")),
            shown_final=_unless(given, F("final_points")),
        )

    def seen_leaves(self, leaves: QuerySet[CriterionScore]) -> QuerySet[CriterionScore]:
        """Return the leaves on which the person is shown what counts of the others' points."""
        if not self.own_first:
            return leaves
        return leaves.alias(own_round=_own_round(self.user_id)).filter(
            Q(appraised_round=None) | ~self._undecided(self.own_first)
            | Q(appraised_round__lte=F("own_round"))
        )  # fmt: skip

    def seen_appraisals(self, rows: QuerySet[Appraisal]) -> QuerySet[Appraisal]:
        """Return the points and opinions that the person is shown: the own, and others' in time."""
        return rows.filter(self._given_seen()) if self.own_first else rows

    def seen_abstentions(self, rows: QuerySet[Abstention]) -> QuerySet[Abstention]:
        """Return the abstentions that the person is shown: the own, and others' in time."""
        return rows.filter(self._given_seen()) if self.own_first else rows

    def _given_seen(self) -> Q:
        own = Appraisal.objects.filter(
            score=OuterRef("score"), member__user=self.user_id, round__gte=OuterRef("round")
        )
        kept = self._undecided(self.own_first, "score__submission")
        return Q(member__user=self.user_id) | ~kept | Q(Exists(own))

    def _undecided(self, cycles: frozenset[int], path: str = "submission") -> Q:
        return Q(**{f"{path}__cycle__in": cycles, f"{path}__state__in": UNDECIDED})

    def _claims_kept(self) -> Q | None:
        return self._undecided(self.unclaimed) if self.unclaimed else None

    def _others_kept(self) -> Q | None:
        kept = self._undecided(self.own_first) & Q(appraised_round__gt=F("own_round"))
        return kept if self.own_first else None


#: The sight of those from whom nothing is kept.
EVERYTHING = Sight()


def _unless(kept: Q | None, shown: Any, instead: Any = None) -> Any:
    """Return the expression `shown`, or `instead` where `kept` holds."""
    if kept is None:
        return shown
    output: Any = {"output_field": BooleanField()} if isinstance(shown, Value) else {}
    return Case(When(kept, then=instead), default=shown, **output)


def _own_round(user_id: int | None) -> Expression:
    """Return the last round in which the person gave the leaf points, 0 for never."""
    own = Appraisal.objects.filter(score=OuterRef("pk"), member__user=user_id)
    last = Subquery(own.order_by("-round").values("round")[:1])
    return Coalesce(last, 0, output_field=IntegerField())


def sight_of(user: User, at: dt.datetime) -> Sight:
    """Return what is kept from the person on the council's side at `at`. One query."""
    day = day_of(at)
    wide = Appointment.objects.on(day).filter(user=user, role__in=_SEES_ALL)
    rows = list(
        seats_of(user, day).annotate(wide=Exists(wide)).values_list(
            "role", "council__cycle_id", "council__claims_shown", "council__others_after_own",
            "wide",
        )
    )  # fmt: skip
    free = {cycle for role, cycle, *_flags, wide in rows if wide or role != CouncilRole.MEMBER}
    bound = [row for row in rows if row[1] not in free]
    return Sight(
        user.pk,
        frozenset(cycle for _role, cycle, claims, _own, _wide in bound if not claims),
        frozenset(cycle for _role, cycle, _claims, own, _wide in bound if own),
    )


def shows_claims(user: User, submission: Submission, at: dt.datetime) -> bool:
    """Tell whether the person is shown the unit's own points in this dossier at `at`."""
    return sight_of(user, at).shows_claims(submission)
