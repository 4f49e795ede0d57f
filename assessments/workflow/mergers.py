"""What an open year has to say about a merger of units."""

from django.utils.translation import gettext as _

from assessments.choices import CycleState, SubmissionState
from assessments.models import Submission
from units import mergers
from units.models import Merger

#: The unit answers against a clock in these states; its people must not change meanwhile.
_CLOCK_RUNS = (SubmissionState.RETURNED, SubmissionState.EXPLAINING)


def running_clocks(merger: Merger) -> list[str]:
    """Return a sentence for each dossier of a predecessor in which the unit's clock runs.

    Other open dossiers stand in no way: the successor's people finish them under the old name.
    """
    dossiers = Submission.objects.filter(
        unit__in=merger.predecessors.all(), cycle__state=CycleState.OPEN, state__in=_CLOCK_RUNS
    )
    return [
        _("%(dossier)s: the unit still has to answer (%(state)s).")
        % {"dossier": dossier, "state": dossier.get_state_display()}
        for dossier in dossiers.select_related("cycle")
    ]


def register() -> None:
    """Register the checks that units.mergers asks (design 0.16)."""
    mergers.register_check(running_clocks)
