"""Independent figures: what a national system says of a leaf, entered by Home Affairs (0.23)."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import permissions, scoring
from assessments.choices import PortalRole, SubmissionState
from assessments.errors import BadInput, NotPermitted, WrongState
from assessments.models import CriterionScore, Submission
from assessments.scoring import Facts, ScoringError
from assessments.workflow import events, refusals, scores, standing
from units.models import User

_SETTLED = (SubmissionState.APPRAISED, SubmissionState.APPROVED, SubmissionState.PUBLISHED)
Figure = Decimal | str


def may_record(user: User, submission: Submission, at: dt.datetime) -> permissions.Verdict:
    """Tell whether the person enters independent figures of this dossier."""
    return permissions.acts_for(user, submission, PortalRole.HOME_AFFAIRS_OFFICER, at)


def is_settled(submission: Submission) -> bool:
    """Tell whether the dossier is concluded, so that its figures stay as they are."""
    return submission.state in _SETTLED


@events.logs_refusals("record_independent", on="score")
def record_independent(
    *, score: CriterionScore, by: User, at: dt.datetime, a: Figure, b: Figure, source: str
) -> CriterionScore:
    """Put what an independent source says beside the unit's claim; the points stay as they are.

    Raise NotPermitted unless the Home Affairs officer acts, WrongState after the conclusion, or
    BadInput for figures that the leaf's rule refuses or that name no source.
    """
    with transaction.atomic():
        row = standing.hold_leaf(score)
        row.independent_a, row.independent_b = check(row, by=by, at=at, a=a, b=b, source=source)
        row.independent_source = source
        scores.stamp(row, by=by, at=at, action="office.independent")
        events.record(
            action="record_independent", obj=row, by=by, at=at,
            data={"code": row.criterion.code, "a": scores.text(row.independent_a),
                  "b": scores.text(row.independent_b)},
        )  # fmt: skip
    return row


def check(
    score: CriterionScore, *, by: User, at: dt.datetime, a: Figure, b: Figure, source: str
) -> tuple[Decimal, Decimal]:
    """Return a and b as numbers; raise what `record_independent` raises."""
    verdict = may_record(by, score.submission, at)
    if not verdict:
        raise NotPermitted(verdict.reason)
    if is_settled(score.submission):
        raise WrongState(
            _("The dossier is in the state “%s” and is read only.")
            % score.submission.get_state_display()
        )
    if not score.criterion.has_independent_figure:
        raise BadInput(
            _("The scheme names no independent figure for criterion %s.") % score.criterion.code,
            field="criterion",
        )
    try:
        due, done = _number(a, "a"), _number(b, "b")
        scoring.score(score.criterion.to_rule(), Facts(a=due, b=done))
    except ScoringError as error:
        raise refusals.refused(error) from error
    if not source.strip():
        raise BadInput(_("Name the source of the figure."), field="source")
    return due, done


def _number(value: Figure, name: str) -> Decimal:
    return scoring.parse_count(value if isinstance(value, str) else f"{value:f}", field=name)
