"""The own unit of the printed accounts in the middle of its work: leaves in hands, old papers."""

import datetime as dt

from django.core.files.base import ContentFile

from assessments.choices import Stage
from assessments.demo import answers, verbs
from assessments.demo.calendar import Calendar
from assessments.demo.papers import illustrative_pdf
from assessments.demo.people import person
from assessments.models import DocumentRevision, Submission
from assessments.workflow import delegations, documents, library, sets
from units.models import User

FOCAL, CONTRIBUTOR = "daumoi.saigon", "chuyenvien.saigon"
#: Fields handed out: the first is due while the stage lasts, of the second the day is over.
FIELDS = ("1", "2")
#: Leaves that the contributor has reported done; the last of them came back.
DONE = 3
#: Papers of the year before: the first is confirmed and used again, the others wait for that.
PAPERS = ("Kế hoạch cải cách hành chính", "Kế hoạch tuyên truyền cải cách hành chính")
NOTE = "Minh họa: lấy số liệu tại Văn phòng, đính kèm văn bản có số, ngày."
MEND = "Minh họa: ghi rõ số liệu lấy từ báo cáo nào."


def work(submission: Submission, calendar: Calendar) -> None:
    """Hand leaves out, let some be done and one be given back, with papers of the year before."""
    focal, contributor = person(FOCAL), person(CONTRIBUTOR)
    papers = _carried(submission, focal, calendar)
    own, _late = (_delegate(submission, focal, contributor, calendar, code) for code in FIELDS)
    at = calendar.during(Stage.SELF_ASSESSMENT, 4)
    stated = answers.claims(submission, verbs.untouched(submission))
    claims = {code: stated[code] for code in own[:DONE]}
    sets.save_leaves(submission=submission, by=contributor, at=at, claims=claims)
    first = submission.scores.get(criterion__code=own[0])
    documents.attach_existing(
        score=first, by=contributor, at=at, revision=papers[0], confirmed=True
    )
    delegations.mark_done(submission=submission, codes=claims, by=contributor, at=at)
    delegations.give_back(
        submission=submission, codes=own[DONE - 1 : DONE], note=MEND, by=focal,
        at=calendar.during(Stage.SELF_ASSESSMENT, 5),
    )  # fmt: skip


def _delegate(
    submission: Submission, focal: User, contributor: User, calendar: Calendar, field: str
) -> list[str]:
    due = calendar.during(Stage.SELF_ASSESSMENT, 14 if field == FIELDS[0] else 6)
    codes = [leaf.code for leaf in verbs.untouched(submission) if leaf.code.startswith(f"{field}.")]
    delegations.delegate(
        submission=submission, codes=codes, to=contributor, by=focal, due_on=due.date(), note=NOTE,
        at=calendar.during(Stage.SELF_ASSESSMENT),
    )  # fmt: skip
    return codes


def _carried(submission: Submission, by: User, calendar: Calendar) -> list[DocumentRevision]:
    at = calendar.opens(Stage.SELF_ASSESSMENT) - dt.timedelta(days=60)
    year = submission.cycle.year - 1
    return [
        library.add_document(
            unit=submission.unit, by=by, at=at, issued_on=at.date(), issuer=submission.unit_name,
            number=f"{place:02d}/KH-UBND (minh họa)", abstract=f"{title} năm {year} (minh họa)",
            upload=ContentFile(illustrative_pdf(f"{title} {year}"), name=f"ke-hoach-{place}.pdf"),
        )
        for place, title in enumerate(PAPERS, start=1)
    ]  # fmt: skip
