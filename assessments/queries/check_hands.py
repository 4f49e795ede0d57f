"""Checks of who in the unit has what still to do; for the unit's own people alone."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from assessments.choices import SubmissionState
from assessments.models import CriterionScore
from assessments.queries.delegations import delegation_of
from assessments.queries.findings import Finding

_IN_WORK = (SubmissionState.DRAFT, SubmissionState.RETURNED)


def hand_findings(leaves: Iterable[CriterionScore]) -> Iterator[Finding]:
    """Yield the leaves in somebody's hands that are not reported done, or not again since."""
    for leaf in leaves:
        held = delegation_of(leaf)
        if held is None or held.done_at is not None:
            continue
        if leaf.submission.state not in _IN_WORK or not leaf.is_open_to_unit:
            continue
        if held.returned_at is None:
            words = _("Delegated to %(person)s, who has not reported it done yet.")
            yield Finding("undone", words % {"person": held.user}, leaf)
        else:
            words = _("Given back to %(person)s and not mended yet: %(note)s")
            told = {"person": held.user, "note": held.note}
            yield Finding("given_back", words % told, leaf)
