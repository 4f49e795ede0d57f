"""What the minutes of a meeting hold beside its agenda, as far as their reader may read it."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from assessments import permissions
from assessments.choices import AdjustmentState
from assessments.models import Adjustment, CriterionScore, Event, Meeting, Submission
from assessments.queries import appraisal
from units.models import User


def dossiers(meeting: Meeting) -> QuerySet[Submission]:
    """Return the dossiers of the meeting: talked about, decided on or concluded in it.

    As long as no conclusion cites the meeting, also those that only wait for their conclusion.
    """
    concluded = _told_of(meeting, "conclude", "close_without_dossier")
    leaf = CriterionScore.objects.filter(submission=OuterRef("pk"))
    touched = Exists(leaf.filter(Q(agenda_items__meeting=meeting) | Q(decision__meeting=meeting)))
    everyone = Submission.objects.filter(cycle=meeting.council.cycle_id)
    found = Q(touched) | Q(pk__in=concluded)
    if not concluded:
        found |= Q(pk__in=appraisal.concludable(everyone).values("pk"))
    return everyone.filter(found)


def with_left_out(meeting: Meeting, user: User, at: dt.datetime) -> QuerySet[Submission]:
    """Return the meeting's dossiers that the person reads and in which some leaf does not count."""
    mine = permissions.readable_submissions(user, at).values("pk")
    rows = _with_left_out(meeting).filter(pk__in=mine)
    return rows.order_by("group__position", "unit__sort_name")


def adjustments(meeting: Meeting, user: User, at: dt.datetime) -> QuerySet[Adjustment]:
    """Return bonuses and penalties decided from this meeting on and before the council's next."""
    mine = permissions.readable_submissions(user, at).values("pk")
    rows = _adjustments(meeting).filter(submission__in=mine).select_related("submission")
    return rows.order_by(
        "submission__group__position", "submission__unit__sort_name", "decided_at"
    )  # fmt: skip


def is_omitted(meeting: Meeting, user: User, at: dt.datetime) -> bool:
    """Tell whether the minutes have content that the person does not read.

    What the meeting concluded counts, and a decision taken in it that was set aside or taken again
    elsewhere: the signed copy still tells of them.
    """
    leaves = appraisal.readable_leaves(user, at).values("pk")
    mine = permissions.readable_submissions(user, at).values("pk")
    concluded = _told_of(meeting, "conclude", "close_without_dossier")
    decided = _told_of(meeting, "decide_leaf")
    return (
        meeting.agenda.exclude(score__in=leaves).exists()
        or meeting.decisions.exclude(score__in=leaves).exists()
        or CriterionScore.objects.filter(pk__in=decided).exclude(pk__in=leaves).exists()
        or Submission.objects.filter(pk__in=concluded).exclude(pk__in=mine).exists()
        or _with_left_out(meeting).exclude(pk__in=mine).exists()
        or _adjustments(meeting).exclude(submission__in=mine).exists()
    )


def _told_of(meeting: Meeting, *actions: str) -> list[int]:
    """Return the ids of what the log says was acted upon in the meeting."""
    rows = Event.objects.filter(
        cycle=meeting.council.cycle_id, action__in=actions, refused=False, data__meeting=meeting.pk
    )
    return [int(each) for each in rows.values_list("object_id", flat=True)]


def _with_left_out(meeting: Meeting) -> QuerySet[Submission]:
    out = CriterionScore.objects.filter(submission=OuterRef("pk")).filter(
        Q(decision__applicable=False) | Q(decision=None, appraised_applicable=False)
    )
    return dossiers(meeting).filter(Exists(out))


def _adjustments(meeting: Meeting) -> QuerySet[Adjustment]:
    rows = Adjustment.objects.exclude(state=AdjustmentState.PROPOSED).filter(
        submission__cycle=meeting.council.cycle_id, decided_at__gte=_midnight(meeting.held_on)
    )
    later = Meeting.objects.filter(council=meeting.council_id, held_on__gt=meeting.held_on)
    next_one = later.order_by("held_on").first()
    return rows.filter(decided_at__lt=_midnight(next_one.held_on)) if next_one else rows


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
