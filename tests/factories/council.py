"""A year in the council's hands: claims made, dossiers started, points given."""

from typing import Any

from django.utils import timezone

from assessments.choices import CouncilRole, Stage, SubmissionState
from assessments.models import (
    Assignment,
    CouncilMember,
    Meeting,
    RespondentKind,
    Submission,
    SurveyResult,
    SurveyRound,
)  # fmt: skip
from assessments.workflow import appraisals, approvals, conclusions, machine, surveys  # noqa: F401
from tests.factories.cycles import D, Dossier, Year, make_milestones, make_user, make_year
from units.models import Unit, User

#: What both units claim, in points.
CLAIMED = {
    "1.1": D(2), "1.2": D("1.5"), "1.3": D("1.8"), "1.4": D(2), "1.5": D("0.5"),
    "2.1": D("0.75"), "2.2": D(1),
}  # fmt: skip


def make_judged_year(**fields: Any) -> Year:
    """Make a year whose dossiers are under appraisal, with the units' own points.

    The council sits already: members still judge leaves, and the chair decides and concludes.
    """
    values = {"stage": Stage.COUNCIL, "state": SubmissionState.APPRAISING} | fields
    year = make_year(**values)
    for dossier in year.dossiers:
        for row in dossier.submission.scores.select_related("criterion"):
            row.self_points = CLAIMED.get(row.criterion.code)
            row.self_trace = f"tự chấm {row.criterion.code}" if row.self_points is not None else ""
            row.open_to_appraiser = True
            row.save()
    return year


def make_member(year: Year, unit: Unit | None = None, *, assigned: bool = True) -> User:
    """Seat another member, assigned to every field unless told otherwise."""
    since = year.council.members.get(user=year.member).since
    user = make_user("Thành viên")
    seat = CouncilMember.objects.create(
        council=year.council, user=user, role=CouncilRole.MEMBER, unit=unit, since=since
    )
    for field in year.scheme.criteria.fields() if assigned else []:
        Assignment.objects.create(member=seat, field=field, since=since)
    return user


def make_meeting(year: Year, number: str = "03/BB-HĐTĐ") -> Meeting:
    """Hold a meeting of the council today; of its minutes only the name of the file is there."""
    return Meeting.objects.create(
        council=year.council, held_on=timezone.localtime(year.at).date(), minutes_number=number,
        minutes_file="minutes/bien-ban.pdf",
    )  # fmt: skip


def appraise(year: Year, dossier: Dossier, code: str, by: User | None = None, **given: Any) -> Any:
    """Appraise one leaf at its present version, as the member unless told otherwise."""
    row = dossier.score(code)
    return appraisals.appraise(
        score=row, by=by or year.member, at=year.at, version=row.version,
        **({"points": CLAIMED.get(code, D(1))} | given),
    )  # fmt: skip


def appraise_all(year: Year, dossier: Dossier) -> None:
    """Agree with the unit on every leaf; one point on the leaf that only the appraiser scores."""
    for row in conclusions.judged_leaves(dossier.submission):
        appraise(year, dossier, row.criterion.code)


def survey(year: Year, dossier: Dossier, *, mean: str = "80", sample: int = 100) -> SurveyResult:
    """Put a result on the survey leaf of a dossier."""
    round_, _made = SurveyRound.objects.get_or_create(
        cycle=year.cycle,
        body="Viện Nghiên cứu",
        defaults={"method_note": "Phiếu giấy", "min_sample": 30},
    )
    return SurveyResult.objects.create(
        round=round_, unit=dossier.unit, criterion=year.criterion("2.4"), sample=sample,
        kind=RespondentKind.objects.get(code="nguoi-dan"), mean=D(mean),
    )  # fmt: skip


def reach(year: Year, stage: str) -> None:
    """Let time pass, or turn back, until `stage` is half over at `year.at`: the dates move."""
    year.cycle.milestones.all().delete()
    make_milestones(year.cycle, at=year.at, stage=stage)


def conclude(year: Year, dossier: Dossier, **data: Any) -> Submission:
    """Conclude a dossier as the chair, with a meeting, while the council sits."""
    data.setdefault("meeting", year.council.meetings.first() or make_meeting(year))
    return machine.perform("conclude", dossier.submission, by=year.chair, at=year.at, **data)


def make_concluded(year: Year, dossier: Dossier) -> Submission:
    """Bring a dossier to its conclusion, survey included, and the year to the approvals."""
    appraise_all(year, dossier)
    survey(year, dossier)
    concluded = conclude(year, dossier)
    reach(year, Stage.APPROVAL)
    return concluded
