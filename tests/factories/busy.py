"""A dossier in the middle of its work: leaves in hands, a question, a return, a year before."""

import datetime as dt

from assessments.choices import PublicationKind
from assessments.models import EventNote, Explanation, Publication
from assessments.workflow import delegations, events, scores
from tests.factories.cycles import D, Year
from tests.factories.published import make_publication
from units.models import User

DAY = dt.timedelta(days=1)


def ask(year: Year, due_at: dt.datetime, code: str = "1.1") -> Explanation:
    """Ask the first unit about a leaf, whatever the state of its dossier."""
    return Explanation.objects.create(
        score=year.first.score(code), round=1, question="Vì sao?", asked_at=year.at - DAY,
        asked_by=year.council.members.get(user=year.member), due_at=due_at,
    )  # fmt: skip


def publish(
    year: Year, unit_code: str, *, ago: int = 1, kind: str = PublicationKind.OFFICIAL,
    at: dt.datetime | None = None,
) -> Publication:  # fmt: skip
    """Publish a result of the unit of that code some years before."""
    return make_publication(
        year=year.cycle.year - ago, kind=kind, at=at, printed=False,
        groups={("N", "Nhóm"): [(unit_code, "Đơn vị năm trước")]},
    )  # fmt: skip


def make_busy(year: Year, head: User) -> None:
    """Give the first dossier everything that its pages may show, and `head` as its head."""
    first = year.first
    first.unit.heads.update(user=head)
    if not first.unit.memberships.filter(user=head).exists():
        first.unit.memberships.create(user=head, role="head", since=dt.date(2020, 1, 1))
    publish(year, first.unit.code)
    ask(year, year.at + DAY)
    for code in ("1.1", "1.3"):
        delegations.delegate(
            submission=first.submission, codes=[code], to=first.contributor, by=head, at=year.at,
            due_on=(year.at + DAY).date(), note=f"Lấy số liệu {code} ở Văn thư",
        )  # fmt: skip
    scores.save_leaf(
        score=first.score("1.3"), by=first.contributor, at=year.at, version=0, a=D(50), b=D(47)
    )
    told = events.record(action="return", obj=first.submission, by=None, at=year.at)
    EventNote.objects.create(event=told, text="Xem lại")
