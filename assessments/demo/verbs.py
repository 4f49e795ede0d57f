"""The steps of a dossier by the workflow's verbs, whole sets at once: most dossiers of the demo."""

import datetime as dt

from assessments import permissions
from assessments.choices import AppealKind, CouncilRole, Method, PortalRole, Stage
from assessments.demo import answers
from assessments.demo.calendar import Calendar
from assessments.demo.people import FIELDS, actor, person, signer
from assessments.models import Criterion, CriterionScore, Meeting, Submission
from assessments.workflow import appeals, questions, sets
from assessments.workflow.machine import perform
from assessments.workflow.remarks import save_remarks

DIFFICULTIES = "Minh họa: một số nhiệm vụ phải phối hợp nhiều cơ quan nên kéo dài."
PROPOSALS = "Minh họa: đề nghị kết nối số liệu giải quyết hồ sơ với hệ thống của Thành phố."
QUESTION = "Minh họa: đề nghị nêu rõ số liệu làm căn cứ tính điểm."
APPEAL = "Minh họa: đề nghị xem xét lại điểm vì đơn vị đã bổ sung số liệu."
APPEAL_ANSWER = "Minh họa: số liệu bổ sung đã được tính ở vòng thẩm định thứ hai."
ANSWER = "Minh họa: số liệu lấy từ báo cáo năm của đơn vị."


def untouched(submission: Submission, share: float = 1.0) -> list[Criterion]:
    """Return those of the first `share` of the self-scored leaves that nobody has filled."""
    leaves = list(
        Criterion.objects.filter(scheme=submission.scheme_id)
        .self_scored()
        .prefetch_related("levels")
    )
    empty = set(submission.scores.filter(self_points=None).values_list("criterion_id", flat=True))
    return [leaf for leaf in leaves[: round(len(leaves) * share)] if leaf.pk in empty]


def to_judge(submission: Submission, username: str, at: dt.datetime) -> list[CriterionScore]:
    """Return the leaves of the member's fields that nobody has judged."""
    fields = permissions.assigned_fields(person(username), submission, at)
    rows = submission.scores.filter(criterion__field__in=fields, appraised_points=None)
    return list(
        rows.exclude(criterion__method=Method.SURVEY).select_related(
            "criterion", "submission__cycle"
        )
    )


def asked_leaf(submission: Submission) -> CriterionScore:
    """Return the leaf about which the demo's appraiser asks."""
    leaves = submission.scores.filter(criterion__field__code="5")
    return leaves.exclude(criterion__method=Method.SURVEY)[0]


def fill(submission: Submission, at: dt.datetime, *, share: float = 1.0) -> None:
    """Fill the first `share` of the dossier's leaves in the name of the unit's head."""
    stated = answers.claims(submission, untouched(submission, share))
    sets.save_leaves(submission=submission, by=signer(submission, at), at=at, claims=stated)


def hand_in(submission: Submission, at: dt.datetime) -> None:
    """Fill the whole dossier, sign it and hand it in."""
    fill(submission, at)
    head = signer(submission, at)
    save_remarks(
        submission=submission, by=head, at=at, difficulties=DIFFICULTIES, proposals=PROPOSALS,
        unchanged=lambda _stored: True,
    )  # fmt: skip
    perform("submit", submission, by=head, at=at, statement=True)


def start(submission: Submission, at: dt.datetime) -> None:
    """Let the secretariat start the appraisal."""
    perform("start", submission, by=actor(submission, CouncilRole.SECRETARY, at), at=at)


def appraise(
    submission: Submission, at: dt.datetime, *, usernames: tuple[str, ...] = tuple(FIELDS)
) -> None:
    """Let the members give points, each in the fields that nobody judged before them."""
    for username in usernames:
        rows = to_judge(submission, username, at)
        if rows:
            sets.judge_leaves(
                submission=submission, by=person(username), at=at,
                judgements=answers.judgements(rows),
            )  # fmt: skip


def explain(submission: Submission, calendar: Calendar) -> None:
    """Let a member ask about one leaf, the unit answer, and the second round begin."""
    asked_at = calendar.during(Stage.APPRAISAL, 20)
    question = questions.ask(
        score=asked_leaf(submission), by=person("thamdinh3"), at=asked_at, question=QUESTION,
        due_at=calendar.during(Stage.EXPLANATION, 6),
    )  # fmt: skip
    secretary = actor(submission, CouncilRole.SECRETARY, asked_at)
    perform("request_explanation", submission, by=secretary, at=asked_at)
    at = calendar.during(Stage.EXPLANATION)
    questions.answer(explanation=question, by=signer(submission, at), at=at, answer=ANSWER)
    at = calendar.during(Stage.SECOND_APPRAISAL)
    perform("resume", submission, by=actor(submission, CouncilRole.SECRETARY, at), at=at)


def conclude(submission: Submission, at: dt.datetime, meeting: Meeting) -> None:
    """Let the chair conclude by the minutes of a meeting."""
    chair = actor(submission, CouncilRole.CHAIR, at)
    perform("conclude", submission, by=chair, at=at, meeting=meeting)


def appeal(submission: Submission, calendar: Calendar) -> None:
    """Let the unit appeal against one leaf, and the chair answer with reasons."""
    at = calendar.during(Stage.APPEAL)
    made = appeals.file(
        submission=submission, by=signer(submission, at), at=at, kind=AppealKind.APPEAL,
        leaves=[asked_leaf(submission).criterion.code], text=APPEAL,
    )  # fmt: skip
    at = calendar.during(Stage.APPEAL, 4)
    chair = actor(submission, CouncilRole.CHAIR, at)
    perform("reject", made, by=chair, at=at, note=APPEAL_ANSWER)


def approve(submission: Submission, at: dt.datetime) -> None:
    """Let the Home Affairs leader, or who stands in, approve the final points."""
    leader = actor(submission, PortalRole.HOME_AFFAIRS_LEADER, at)
    perform("approve", submission, by=leader, at=at)
