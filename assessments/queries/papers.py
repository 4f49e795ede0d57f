"""Who reads the papers of a dossier on the council's side."""

import datetime as dt

from assessments import permissions
from assessments.choices import ScanState
from assessments.models import SignedCopy, Submission
from assessments.queries import appraisal
from units.models import User


def reads_whole(user: User, submission: Submission, at: dt.datetime) -> bool:
    """Tell whether the person reads every leaf of the dossier, so its report as well.

    An appraiser who has some of its fields only does not, nor one to whom the unit's own points
    are not shown.
    """
    if not permissions.shows_claims(user, submission, at):
        return False
    readable = appraisal.readable_leaves(user, at).filter(submission=submission).count()
    return 0 < readable == submission.scores.count()


def may_open(user: User, copy: SignedCopy, at: dt.datetime) -> bool:
    """Tell whether the person may open a signed copy, by the rule for evidence (design 6).

    One that waits for the scanner is opened by its unit only, a quarantined one by nobody.
    """
    submission = copy.receipt.submission
    if copy.scan_state == ScanState.QUARANTINED:
        return False
    if submission.unit_id in permissions.staff_unit_ids(user, at):
        return True
    return copy.scan_state != ScanState.PENDING and reads_whole(user, submission, at)
