"""What the secretariat writes to units whose dossiers it waits for (design 0.31)."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.choices import CouncilRole, SubmissionState
from assessments.errors import BadInput, NotPermitted, WrongState
from assessments.models import EventNote, Explanation, Submission
from assessments.workflow import events
from units.models import User

#: Characters of a reminder; a message quotes it whole.
LONGEST = 300
_NOT_HANDED_IN = (SubmissionState.DRAFT, SubmissionState.LOCKED, SubmissionState.RETURNED)


def awaited(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    """Return the dossiers that are not handed in, or have a question that waits for the unit."""
    asked = Explanation.objects.filter(score__submission=OuterRef("pk"), closed_at=None)
    return submissions.filter(Q(state__in=_NOT_HANDED_IN) | Exists(asked))


def remind(
    *, submissions: Iterable[Submission], by: User, at: dt.datetime, text: str
) -> list[Submission]:
    """Write a short text to focal officer and head of each dossier's unit, all or none of them.

    The text stands beside the event and reaches people with their messages. Raise NotPermitted
    unless the secretary acts, WrongState for a dossier that waits for nothing, or BadInput for no
    text or one of more than LONGEST characters.
    """
    text = text.strip()
    if not text:
        raise BadInput(_("Write the reminder."), field="text")
    if len(text) > LONGEST:
        said = _("A reminder has at most %(most)s characters; this one has %(number)s.")
        raise BadInput(said % {"most": LONGEST, "number": len(text)}, field="text")
    rows = list(submissions)
    for row in rows:
        _require(submission=row, by=by, at=at)
    with transaction.atomic():
        for row in rows:
            event = events.record(action="remind", obj=row, by=by, at=at)
            EventNote.objects.create(event=event, text=text)
    return rows


@events.logs_refusals("remind", on="submission")
def _require(*, submission: Submission, by: User, at: dt.datetime) -> None:
    verdict = permissions.acts_for(by, submission, CouncilRole.SECRETARY, at)
    if not verdict:
        raise NotPermitted(verdict.reason)
    if not awaited(Submission.objects.filter(pk=submission.pk)).exists():
        raise WrongState(_("Nothing is awaited of %s.") % submission)
