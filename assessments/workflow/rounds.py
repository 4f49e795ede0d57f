"""Rounds of explanation: how many a dossier still has, which questions wait, and their clock."""

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import Explanation, Submission
from assessments.workflow import events


def open_questions(submission: Submission) -> QuerySet[Explanation]:
    """Return the questions that wait for the unit's answer."""
    return Explanation.objects.filter(score__submission=submission, closed_at=None)


def spent(submission: Submission) -> list[str]:
    """Return one problem once the dossier had all the rounds of explanation that the year has."""
    rounds = submission.cycle.explanation_rounds
    if not rounds:
        return [_("The year has no round of explanation: the unit is asked nothing.")]
    if submission.explained < rounds:
        return []
    return [
        ngettext(
            "The year has %(rounds)s round of explanation, and this dossier has had it: the unit "
            "is asked no more.",
            "The year has %(rounds)s rounds of explanation, and this dossier has had them all: "
            "the unit is asked no more.",
            rounds,
        ) % {"rounds": rounds}
    ]  # fmt: skip


def close_unanswered(
    submission: Submission, at: dt.datetime, rows: QuerySet[Explanation]
) -> list[Explanation]:
    """Close by the clock those of the questions `rows` that fell due, an event for each leaf.

    The dossier must be held by the caller, as every act that closes a question holds it.
    """
    overdue = rows.filter(closed_at=None, due_at__lte=at).select_related("score__criterion")
    closed = list(overdue.select_for_update(of=("self",)).order_by("pk"))
    for row in closed:
        row.closed_at, row.closed_by_clock = at, True
        row.save(update_fields=["closed_at", "closed_by_clock"])
        row.score.submission = submission
        events.record(
            action="close_question", obj=row.score, by=None, at=at,
            data={"code": row.score.criterion.code, "question": row.pk, "round": row.round,
                  "due": row.due_at.isoformat()},
        )  # fmt: skip
    return closed
