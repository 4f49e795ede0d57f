"""What people wrote to each other about the first unit: each text carries its mark."""

import datetime as dt
from collections.abc import Mapping

from django.core.files.base import ContentFile

from assessments.models import (
    AgendaItem,
    Appeal,
    Attendance,
    CouncilDecision,
    DeclaredConflict,
    Explanation,
    Message,
)
from assessments.queries import agenda
from assessments.workflow import appraisals
from tests.factories.council import make_meeting
from tests.factories.cycles import D, Year
from tests.permissions.marks import (
    ABSTAINED,
    APPEALED,
    ASKED,
    ATTENDED,
    DECLARED,
    EXPLAINED,
    JUDGED,
    REPLIED,
    SAID,
    TOLD,
)
from units.models import User

_DAYS = dt.timedelta(days=9)


def ask(year: Year) -> Explanation:
    """Leave an open question and an open appeal, and of either kind one that was answered."""
    question = Explanation.objects.create(
        score=year.first.score("1.4"), round=1, asked_by=year.council.members.get(user=year.member),
        question=ASKED[0], asked_at=year.at, due_at=year.at + dt.timedelta(days=3),
    )  # fmt: skip
    Explanation.objects.create(
        score=year.first.score("1.5"), round=1, asked_by=question.asked_by, question=ASKED[0],
        asked_at=year.at, due_at=question.due_at, answer=EXPLAINED[0],
        answered_by=year.first.head, closed_at=year.at,
    )  # fmt: skip
    _appeal(year)
    _appeal(year, state="rejected", answer=REPLIED[0], answered_by=year.chair, answered_at=year.at)
    return question


def _appeal(year: Year, **answered: object) -> None:
    appeal = Appeal.objects.create(
        submission=year.first.submission, kind="appeal", text=APPEALED[0], round=1,
        filed_by=year.first.head, filed_at=year.at, due_at=year.at + _DAYS, **answered,
    )  # fmt: skip
    appeal.leaves.add(year.first.score("1.3"))


def meet(year: Year) -> None:
    """Hold a meeting about the unit; one member gave no points, and keeps out of another unit."""
    appraisals.abstain(
        score=year.first.score("1.2"), by=year.member, at=year.at, reason=ABSTAINED[0]
    )
    meeting, chair = make_meeting(year), year.council.members.get(user=year.chair)
    meeting.proceedings = SAID[0]
    meeting.minutes_file.save("bien-ban.pdf", ContentFile(JUDGED[2].encode()))
    for code in ("1.2", "1.3"):
        AgendaItem.objects.create(
            meeting=meeting, score=year.first.score(code), reason="chosen", added_at=year.at
        )
    for seat in agenda.seats_of_day(meeting):
        Attendance.objects.create(
            meeting=meeting, member=seat, present=seat.role != "member", note=ATTENDED[0]
        )
    CouncilDecision.objects.create(
        score=year.first.score("1.4"), meeting=meeting, points=D("0.7713"), reason=JUDGED[2],
        decided_by=chair, decided_by_user=year.chair, at=year.at,
    )  # fmt: skip
    DeclaredConflict.objects.create(
        member=year.council.members.get(user=year.member), unit=year.second.unit,
        since=dt.date(2020, 1, 1), reason=DECLARED[0],
    )  # fmt: skip


def tell(year: Year, people: Mapping[str, User | None]) -> dict[str, Message]:
    """Send each of the people the same message on the unit's appraisal."""
    return {
        name: Message.objects.create(
            user=user, kind="answer", unit=year.first.unit, cycle=year.cycle, text=TOLD[0],
            url="/hop-thu/", key=f"mark-{name}", of_appraisal=True, at=year.at,
        )
        for name, user in people.items()
    }  # fmt: skip
