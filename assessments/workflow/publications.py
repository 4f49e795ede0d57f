"""The table of a publication: schedule, withdraw, the moment itself, record (design 3).

How drafts, corrections and dry runs come about stands in `drafts`.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import CycleState, PublicationKind, SubmissionState
from assessments.choices import PublicationState as State
from assessments.errors import BadInput, GuardFailed
from assessments.models import Cycle, Publication, Submission
from assessments.permissions import Verdict, no
from assessments.workflow import freezing
from assessments.workflow.drafts import figure_problems, may_publish
from assessments.workflow.machine import Act, Text, Transition, perform, register
from units.models import User

#: So long before its moment a publication can no longer be withdrawn.
_LAST_CALL = dt.timedelta(minutes=1)

# Scheduling -----------------------------------------------------------------------------------


def _of_cycle(user: User, publication: Publication, at: dt.datetime) -> Verdict:
    if publication.kind == PublicationKind.RECORD:
        return no(_("A record of the press is not scheduled."))
    return may_publish(user, publication, at)


def _schedule_problems(publication: Publication, act: Act) -> list[Text]:
    cycle = publication.cycle
    if cycle is None:
        return [_("A record of the press is not scheduled.")]
    found = _basis_problems(publication, cycle)
    when = act.data.get("published_at")
    if when is not None and when < act.at:
        found.append(_("The moment of publication lies in the past."))
    return [*found, *figure_problems(publication)]


def _basis_problems(publication: Publication, cycle: Cycle) -> list[Text]:
    found: list[Text] = []
    if not publication.is_decided:
        found.append(_("Give the number, date and signer of the decision to publish."))
    old = publication.corrects
    if old is not None:
        if not publication.correction_reason.strip():
            found.append(_("Write the reason for the correction."))
        if old.decision_number == publication.decision_number:
            found.append(_("A correction rests on a decision of its own."))
    if (publication.kind == PublicationKind.ILLUSTRATIVE) != cycle.illustrative:
        found.append(_("An illustrative cycle is published as illustrative, any other is not."))
    fitting = CycleState.OPEN if old is None else CycleState.PUBLISHED
    if cycle.state != fitting:
        found.append(_("The cycle is in the state “%s”.") % cycle.get_state_display())
    return found


def _schedule(publication: Publication, act: Act) -> dict[str, Any]:
    when = act.data.get("published_at")
    if when is None:
        raise BadInput(_("Give the moment of publication."), field="published_at")
    # Nothing may move between the last check and the copy.
    list(Submission.objects.select_for_update().filter(cycle=publication.cycle).order_by("pk"))
    reasons = _schedule_problems(publication, act)
    if reasons:
        raise GuardFailed(reasons)
    publication.published_at = when
    freezing.copy_results(publication)
    freezing.close(publication, act.at)
    return {
        "slug": publication.slug, "published_at": when.astimezone(dt.UTC).isoformat(),
        "sha256": publication.sha256, "chain_head": publication.chain_head,
    }  # fmt: skip


def _too_late(publication: Publication, act: Act) -> list[Text]:
    # Until a withdrawal is stored, readers go by the moment: it must be stored before that.
    if publication.published_at is None or publication.published_at - _LAST_CALL <= act.at:
        return [
            _(
                "The results are public or will be within a minute; "
                "correct them by a new publication."
            )
        ]
    return []


# The moment -----------------------------------------------------------------------------------


def _too_early(publication: Publication, act: Act) -> list[Text]:
    if publication.published_at is None or act.at < publication.published_at:
        return [_("The moment of publication has not come.")]
    return []


def _flip(publication: Publication, act: Act) -> dict[str, Any]:
    approved = Submission.objects.filter(cycle=publication.cycle, state=SubmissionState.APPROVED)
    dossiers = [perform("publish", row, by=None, at=act.at) for row in approved.order_by("pk")]
    cycle = publication.cycle
    if cycle is not None and cycle.state == CycleState.OPEN:
        perform("publish", cycle, by=None, at=act.at)
    return {"dossiers": len(dossiers)}


def flip_due(at: dt.datetime) -> list[Publication]:
    """Publish what is scheduled and due at `at`; return what was flipped. Safe to repeat.

    Rows that another process is flipping are left to it: the public sees a due publication by
    its time, not by its state (design 0.19).
    """
    due = Publication.objects.filter(state=State.SCHEDULED, published_at__lte=at)
    if not due.exists():
        return []
    with transaction.atomic():
        ours = list(due.select_for_update(of=("self",), skip_locked=True).order_by("published_at"))
        return [perform("flip", row, by=None, at=at) for row in ours]


def publish_now(*, publication: Publication, by: User, at: dt.datetime) -> Publication:
    """Schedule a draft for this moment and publish it; raise what `schedule` raises."""
    perform("schedule", publication, by=by, at=at, published_at=at)
    flip_due(at)
    return Publication.objects.get(pk=publication.pk)


# Records --------------------------------------------------------------------------------------


def _of_record(user: User, publication: Publication, at: dt.datetime) -> Verdict:
    if publication.kind != PublicationKind.RECORD:
        return no(_("Only a record of the press is published without a cycle."))
    return may_publish(user, publication, at)


def _record_problems(publication: Publication, act: Act) -> list[Text]:
    found: list[Text] = []
    results = publication.results.all()
    if not results.exists():
        found.append(_("The record has no result."))
    bare = list(results.filter(source="").values_list("unit_name", flat=True))
    if bare:
        found.append(_("Results without a source: %s.") % "; ".join(bare))
    if publication.corrects and not publication.correction_reason.strip():
        found.append(_("Write the reason for the correction."))
    return found


def _record(publication: Publication, act: Act) -> dict[str, Any]:
    publication.published_at = act.at
    freezing.close(publication, act.at)
    return {"slug": publication.slug, "sha256": publication.sha256}


_LEADER = gettext_lazy("Home Affairs leader")
_CLOCK = gettext_lazy("the clock")
register(
    Transition(
        "schedule", Publication, (State.DRAFT,), State.SCHEDULED,
        label=gettext_lazy("Schedule the publication"),
        confirm=gettext_lazy(
            "The results are copied and frozen now and become public at the moment you set."
        ),
        who=_of_cycle, who_text=_LEADER, guard=_schedule_problems,
        guard_text=gettext_lazy(
            "decision given; every dossier approved; dry run seen and unchanged; moment not past"
        ),
        effect=_schedule, reauthenticate=True, danger=True,
    ),
    Transition(
        "withdraw", Publication, (State.SCHEDULED,), State.WITHDRAWN,
        label=gettext_lazy("Withdraw before publication"),
        confirm=gettext_lazy("The frozen copy is never shown; a new draft may follow."),
        who=may_publish, who_text=_LEADER, guard=_too_late,
        guard_text=gettext_lazy("a minute or more before the moment of publication"),
        needs_note=True,
        reauthenticate=True, danger=True,
    ),
    Transition(
        "flip", Publication, (State.SCHEDULED,), State.PUBLISHED,
        label=gettext_lazy("Publish"), confirm=gettext_lazy("The results are public."),
        who_text=_CLOCK, guard=_too_early,
        guard_text=gettext_lazy("the moment of publication has come"), effect=_flip, clock=True,
        in_admin=False,
    ),
    Transition(
        "record", Publication, (State.DRAFT,), State.PUBLISHED,
        label=gettext_lazy("Publish the record"),
        confirm=gettext_lazy(
            "The figures of the press are frozen with their sources and public at once."
        ),
        who=_of_record, who_text=_LEADER, guard=_record_problems,
        guard_text=gettext_lazy("every result names its source"), effect=_record,
        reauthenticate=True, danger=True,
    ),
    Transition(
        "publish", Submission, (SubmissionState.APPROVED,), SubmissionState.PUBLISHED,
        label=gettext_lazy("Publish"), confirm=gettext_lazy("The dossier's results are public."),
        who_text=_CLOCK, guard_text=gettext_lazy("its publication is due"), clock=True,
        in_admin=False,
    ),
    Transition(
        "publish", Cycle, (CycleState.OPEN,), CycleState.PUBLISHED,
        label=gettext_lazy("Publish"), confirm=gettext_lazy("The cycle's results are public."),
        who_text=_CLOCK, guard_text=gettext_lazy("its publication is due"), clock=True,
        in_admin=False,
    ),
)  # fmt: skip
