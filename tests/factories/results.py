"""Finished years for tests of publications: approved dossiers with final points."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from assessments.choices import SubmissionState
from assessments.models import CriterionScore, Publication, Submission
from assessments.workflow import drafts
from tests.factories.cycles import Year, make_year
from units.models import UnitGroup

D = Decimal
DECISION = {
    "decision_number": "12/QĐ-UBND", "decision_date": dt.date(2032, 3, 1),
    "decision_signer": "Chủ tịch UBND Thành phố",
}  # fmt: skip


def give_final_points(submission: Submission, share: str) -> None:
    """Give every leaf of a dossier `share` of its highest points as final, with a trace."""
    for leaf in CriterionScore.objects.filter(submission=submission).select_related("criterion"):
        leaf.final_points = leaf.criterion.max_points * D(share)
        leaf.final_applicable = True
        leaf.final_trace = f"{share} × {leaf.criterion.max_points}"
        leaf.save()


def make_finished_year(shares: Sequence[str] = ("0.9", "0.75"), **fields: object) -> Year:
    """Make an open cycle whose dossiers are approved, with these shares of the points."""
    year = make_year(units=len(shares), state=SubmissionState.APPROVED, **fields)  # type: ignore[arg-type]
    for dossier, share in zip(year.dossiers, shares, strict=True):
        give_final_points(dossier.submission, share)
    return year


def take_group_over(after: Year, before: Year) -> None:
    """Give the group of a later year the code of the earlier year's, as the same group has."""
    code = before.group.code
    UnitGroup.objects.filter(pk=before.group.pk).update(code=f"X{code}")
    UnitGroup.objects.filter(pk=after.group.pk).update(code=code)


def make_draft(year: Year, *, seen: bool = True) -> Publication:
    """Make a decided draft of the year's publication; `seen`: with its dry run on record."""
    draft = drafts.create_draft(cycle=year.cycle, by=year.leader, at=year.at, **DECISION)
    if seen:
        drafts.dry_run(publication=draft, by=year.leader, at=year.at)
        draft.refresh_from_db()
    return draft
