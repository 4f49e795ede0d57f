"""The demo's years, worked through the same verbs as people use."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Q

from assessments import permissions
from assessments.choices import CouncilRole, Method, Stage
from assessments.demo import answers, surveys
from assessments.demo.calendar import Calendar
from assessments.demo.people import DECISION, person
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
)
from assessments.workflow import drafts, publications, questions, sets
from assessments.workflow.machine import perform
from assessments.workflow.remarks import save_remarks
from units.models import User

Say = Callable[[str], None]
#: Which appraiser has which fields; the fourth stands in where another has a conflict.
FIELDS = {
    "thamdinh1": ("1", "2"),
    "thamdinh2": ("3", "4"),
    "thamdinh3": ("5", "6", "7"),
    "thamdinh4": ("1", "2", "3", "4", "5", "6", "7"),
}
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


def fill(submission: Submission, at: dt.datetime, *, share: float = 1.0) -> None:
    """Fill the first `share` of the dossier's leaves in the name of the unit's head."""
    leaves = list(
        Criterion.objects.filter(scheme=submission.scheme_id)
        .self_scored()
        .prefetch_related("levels")
    )
    wanted = leaves[: round(len(leaves) * share)]
    open_leaves = set(
        submission.scores.filter(self_points=None).values_list("criterion_id", flat=True)
    )
    stated = answers.claims(submission, [leaf for leaf in wanted if leaf.pk in open_leaves])
    sets.save_leaves(submission=submission, by=signer(submission, at), at=at, claims=stated)


def signer(submission: Submission, at: dt.datetime) -> User:
    """Return the account of the unit's head on that day."""
    return User.objects.get(tenures__in=submission.unit.heads.on(permissions.day_of(at)))


def hand_in(submission: Submission, at: dt.datetime) -> None:
    """Fill the whole dossier, sign it and hand it in."""
    fill(submission, at)
    save_remarks(
        submission=submission,
        by=signer(submission, at),
        at=at,
        difficulties="Minh họa: một số nhiệm vụ phải phối hợp nhiều cơ quan nên kéo dài.",
        proposals="Minh họa: đề nghị kết nối số liệu giải quyết hồ sơ với hệ thống của Thành phố.",
        unchanged=lambda _stored: True,
    )
    perform("submit", submission, by=signer(submission, at), at=at, statement=True)


def actor(submission: Submission, role: str, at: dt.datetime) -> User:
    """Return who acts on the dossier in that role: the usual person, else the City approver."""
    usual = {
        CouncilRole.CHAIR: ("chutich.hd",),
        CouncilRole.SECRETARY: ("thuky.hd", "thuky2.hd"),
        "home_affairs_leader": ("lanhdao.snv",),
    }[role]
    for username in (*usual, "pheduyet.tp"):
        user = person(username)
        if permissions.acts_for(user, submission, role, at):
            return user
    raise LookupError(f"nobody may act as {role} on {submission}")


def start(submission: Submission, at: dt.datetime) -> None:
    """Let the secretariat start the appraisal."""
    perform("start", submission, by=actor(submission, CouncilRole.SECRETARY, at), at=at)


def appraise(
    submission: Submission, at: dt.datetime, *, usernames: tuple[str, ...] = tuple(FIELDS)
) -> None:
    """Let the members give points, each in the fields that nobody judged before them."""
    for username in usernames:
        seats = permissions.assigned_fields(person(username), submission, at)
        rows = (
            submission.scores.filter(criterion__field__in=seats, appraised_points=None)
            .exclude(criterion__method=Method.SURVEY)
            .select_related("criterion", "submission__cycle")
        )
        if rows:
            sets.judge_leaves(
                submission=submission,
                by=person(username),
                at=at,
                judgements=answers.judgements(rows),
            )


def explain(submission: Submission, calendar: Calendar) -> None:
    """Let a member ask about one leaf, the unit answer, and the second round begin."""
    asked_at = calendar.during(Stage.APPRAISAL, 20)
    leaf = (
        submission.scores.filter(criterion__field__code="5")
        .exclude(criterion__method=Method.SURVEY)
        .first()
    )
    if leaf is None:
        return
    due = calendar.during(Stage.EXPLANATION, 6)
    question = questions.ask(
        score=leaf,
        by=person("thamdinh3"),
        at=asked_at,
        due_at=due,
        question="Minh họa: đề nghị nêu rõ số liệu làm căn cứ tính điểm.",
    )
    secretary = actor(submission, CouncilRole.SECRETARY, asked_at)
    perform("request_explanation", submission, by=secretary, at=asked_at)
    at = calendar.during(Stage.EXPLANATION)
    questions.answer(
        explanation=question,
        by=signer(submission, at),
        at=at,
        answer="Minh họa: số liệu lấy từ báo cáo năm của đơn vị.",
    )
    submission.refresh_from_db()
    at = calendar.during(Stage.SECOND_APPRAISAL)
    perform("resume", submission, by=actor(submission, CouncilRole.SECRETARY, at), at=at)


def finish(cycle: Cycle, calendar: Calendar, say: Say) -> None:
    """Carry a year from empty dossiers to its publication."""
    dossiers = list(cycle.submissions.select_related("cycle", "cycle_scheme", "unit"))
    first_of_group = {row.group_id: row.pk for row in reversed(dossiers)}
    surveys.load_results(cycle)
    meeting = Meeting.objects.create(
        council=cycle.council,
        minutes_number=f"01/BB-HĐ-{cycle.year} (minh họa)",
        held_on=calendar.during(Stage.COUNCIL).date(),
    )
    for submission in dossiers:
        hand_in(submission, calendar.during(Stage.SELF_ASSESSMENT, 15))
        start(submission, calendar.during(Stage.APPRAISAL))
        appraise(submission, calendar.during(Stage.APPRAISAL, 10))
        if submission.pk in first_of_group.values():
            explain(submission, calendar)
    say(f"  {len(dossiers)} hồ sơ đã nộp và thẩm định")
    surveys.decide_small_samples(cycle, calendar.during(Stage.COUNCIL))
    for submission in dossiers:
        at = calendar.during(Stage.COUNCIL, 4)
        perform(
            "conclude",
            submission,
            by=actor(submission, CouncilRole.CHAIR, at),
            at=at,
            meeting=meeting,
        )
        at = calendar.during(Stage.APPROVAL)
        perform("approve", submission, by=actor(submission, "home_affairs_leader", at), at=at)
    publish(cycle, calendar.during(Stage.APPROVAL, 9))


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
    dossiers = list(cycle.submissions.select_related("cycle", "cycle_scheme", "unit"))
    for place, submission in enumerate(dossiers):
        if place % 40 == 39:
            fill(submission, calendar.during(Stage.SELF_ASSESSMENT, 15), share=0.6)
            continue
        hand_in(submission, calendar.during(Stage.SELF_ASSESSMENT, 15))
        if place % 7 == 6:
            continue
        start(submission, calendar.during(Stage.APPRAISAL))
        if place % 3 == 0:
            appraise(
                submission,
                calendar.during(Stage.APPRAISAL, 4),
                usernames=("thamdinh1", "thamdinh2"),
            )
    say(f"  {len(dossiers)} hồ sơ, đang thẩm định")


def leave_in_self_assessment(cycle: Cycle, calendar: Calendar, say: Say) -> None:
    """Bring a year to the middle of its self-assessment: some done, some begun, most untouched."""
    untouched = Q(unit__code="26740")  # the printed accounts' own unit, left for the person to try
    dossiers = list(
        cycle.submissions.exclude(untouched).select_related("cycle", "cycle_scheme", "unit")
    )
    at = calendar.during(Stage.SELF_ASSESSMENT, 5)
    for place, submission in enumerate(dossiers):
        if place % 12 == 0:
            hand_in(submission, at)
        elif place % 4 == 1:
            fill(submission, at, share=0.25 + (place % 3) * 0.25)
    say(f"  {len(dossiers) + 1} hồ sơ, đang tự đánh giá")
