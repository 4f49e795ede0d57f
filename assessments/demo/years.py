"""The demo's years: planned, opened, worked through step by step, and published."""

import datetime as dt
from collections.abc import Callable
from types import ModuleType
from typing import Any

from django.core.files.base import ContentFile

from assessments.choices import CouncilRole, Stage
from assessments.demo import hands, pages, surveys, verbs
from assessments.demo.calendar import Calendar
from assessments.demo.papers import illustrative_pdf
from assessments.demo.people import DECISION, FIELDS, person
from assessments.models import (
    Assignment,
    Council,
    CouncilMember,
    Criterion,
    Cycle,
    CycleScheme,
    Meeting,
    Publication,
    Scheme,
    Submission,
)  # fmt: skip
from assessments.workflow import drafts, meetings, publications
from assessments.workflow.machine import perform

Say = Callable[[str], None]
#: The unit of the printed unit accounts.
OWN_UNIT = "26740"
_SEATS = {
    "chutich.hd": CouncilRole.CHAIR,
    "thuky.hd": CouncilRole.SECRETARY,
    "thuky2.hd": CouncilRole.SECRETARY,
} | dict.fromkeys(FIELDS, CouncilRole.MEMBER)


def open_year(year: int, schemes: list[Scheme], calendar: Calendar) -> Cycle:
    """Plan a year for the groups of `schemes`, seat its council and open it."""
    cycle = Cycle.objects.create(
        year=year, title=f"Kỳ đánh giá năm {year} (minh họa)", illustrative=True, **DECISION
    )
    calendar.write(cycle)
    for scheme in schemes:
        CycleScheme.objects.create(cycle=cycle, group=scheme.group, scheme=scheme)
    _seat_council(cycle, schemes, calendar)
    at = calendar.opens(Stage.SELF_ASSESSMENT) - dt.timedelta(hours=1)
    return perform("open", cycle, by=person("chuyenvien.snv"), at=at)  # type: ignore[no-any-return]


def _seat_council(cycle: Cycle, schemes: list[Scheme], calendar: Calendar) -> None:
    council = Council.objects.create(
        cycle=cycle,
        name=f"Hội đồng đánh giá, xác định Chỉ số CCHC năm {cycle.year} (minh họa)",
        **DECISION,
    )
    since = calendar.first
    for username, role in _SEATS.items():
        user = person(username)
        job = user.memberships.select_related("unit").first()
        seat = CouncilMember.objects.create(
            council=council, user=user, role=role, since=since, unit=job.unit if job else None
        )
        fields = Criterion.objects.fields().filter(
            scheme__in=schemes, code__in=FIELDS.get(username, ())
        )
        Assignment.objects.bulk_create(
            Assignment(member=seat, field=field, since=since) for field in fields
        )


def finish(cycle: Cycle, calendar: Calendar, say: Say, *, by_pages: bool = False) -> None:
    """Carry a year from empty dossiers to its publication.

    `by_pages` takes the first dossier of every group through the pages, as people do.
    """
    dossiers = _dossiers(cycle)
    surveys.load_results(cycle)
    firsts = first_of_groups(dossiers)
    for place, submission in enumerate(dossiers, start=1):
        way = pages if by_pages and submission in firsts else verbs
        way.hand_in(submission, calendar.during(Stage.SELF_ASSESSMENT, 15))
        way.start(submission, calendar.during(Stage.APPRAISAL))
        way.appraise(submission, calendar.during(Stage.APPRAISAL, 10))
        if submission in firsts:
            way.explain(submission, calendar)
        _tell(say, place, dossiers, "đã nộp và thẩm định")
    surveys.decide_small_samples(cycle, calendar.during(Stage.COUNCIL))
    meeting = _meet(cycle, calendar)
    for place, submission in enumerate(dossiers, start=1):
        way = pages if by_pages and submission in firsts else verbs
        way.conclude(submission, calendar.during(Stage.COUNCIL, 4), meeting)
        if submission in firsts:
            verbs.appeal(submission, calendar)
        way.approve(submission, calendar.during(Stage.APPROVAL))
        _tell(say, place, dossiers, "đã kết luận và phê duyệt")
    publish(cycle, calendar.during(Stage.APPROVAL, 9))


def _dossiers(cycle: Cycle) -> list[Submission]:
    return list(cycle.submissions.select_related("cycle", "cycle_scheme", "unit"))


def first_of_groups(dossiers: list[Submission]) -> list[Submission]:
    """Return the first dossier of every group."""
    return list({row.group_id: row for row in reversed(dossiers)}.values())


def _tell(say: Say, place: int, dossiers: list[Submission], done: str) -> None:
    if place % 20 == 0 or place == len(dossiers):
        say(f"  {place}/{len(dossiers)} hồ sơ {done}")


def _meet(cycle: Cycle, calendar: Calendar) -> Meeting:
    at = calendar.during(Stage.COUNCIL)
    number = f"01/BB-HĐ-{cycle.year} (minh họa)"
    paper = illustrative_pdf(f"Biên bản số {number}")
    meeting = Meeting(
        council=cycle.council, minutes_number=number, held_on=at.date(),
        begins_at=dt.time(8), ends_at=dt.time(11, 30), place="Phòng họp số 1 (minh họa)",
    )  # fmt: skip
    secretary = person("thuky.hd")
    meetings.save_meeting(
        meeting=meeting, by=secretary, at=at,
        upload=ContentFile(paper, name=f"bien-ban-{cycle.year}-minh-hoa.pdf"),
    )  # fmt: skip
    present = {seat.pk: (True, "") for seat in cycle.council.members.all()}
    meetings.record_attendance(meeting=meeting, by=secretary, at=at, present=present)
    return meeting


def publish(cycle: Cycle, at: dt.datetime) -> Publication:
    """Try the publication, then publish at once."""
    leader = person("lanhdao.snv")
    decision: dict[str, Any] = DECISION | {
        "decision_date": at.date(),
        "decision_number": f"{cycle.year}-MH/QĐ-UBND (minh họa)",
    }
    draft = drafts.create_draft(cycle=cycle, by=leader, at=at, **decision)
    drafts.dry_run(publication=draft, by=leader, at=at)
    return publications.publish_now(publication=draft, by=leader, at=at)


def leave_in_appraisal(cycle: Cycle, calendar: Calendar, say: Say) -> None:
    """Bring a year to the middle of its appraisal: most handed in, some judged, some overdue."""
    dossiers = _dossiers(cycle)
    firsts = first_of_groups(dossiers)
    for place, submission in enumerate(dossiers, start=1):
        if place % 40 == 0:
            verbs.fill(submission, calendar.during(Stage.SELF_ASSESSMENT, 15), share=0.6)
        else:
            way = pages if submission in firsts else verbs
            _bring_to_appraisal(submission, calendar, place, way)
        _tell(say, place, dossiers, "trong kỳ đang thẩm định")


def _bring_to_appraisal(
    submission: Submission, calendar: Calendar, place: int, way: ModuleType
) -> None:
    way.hand_in(submission, calendar.during(Stage.SELF_ASSESSMENT, 15))
    if place % 7 == 0:
        return
    way.start(submission, calendar.during(Stage.APPRAISAL))
    if place % 3 == 1:
        way.appraise(
            submission, calendar.during(Stage.APPRAISAL, 4), usernames=("thamdinh1", "thamdinh2")
        )


def leave_in_self_assessment(cycle: Cycle, calendar: Calendar, say: Say) -> None:
    """Bring a year to the middle of its self-assessment: some done, some begun, most untouched."""
    # The printed accounts' own unit is only begun, the rest is left for the person to try.
    rows = _dossiers(cycle)
    hands.work(next(row for row in rows if row.unit_code == OWN_UNIT), calendar)
    dossiers = [row for row in rows if row.unit_code != OWN_UNIT]
    at = calendar.during(Stage.SELF_ASSESSMENT, 5)
    for place, submission in enumerate(dossiers, start=1):
        if place % 12 == 1:
            verbs.hand_in(submission, at)
        elif place % 4 == 2:
            verbs.fill(submission, at, share=0.25 + (place % 3) * 0.25)
        _tell(say, place, dossiers, "trong kỳ đang tự đánh giá")
