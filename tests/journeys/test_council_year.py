"""The council's year through HTTP: three units, six seats, two rounds, a tie, a dispute, an appeal.

What the units do before is walked in `test_year`; here every act is the council's, Home Affairs'
or an answer to them, on the pages on which people do it.
"""

import datetime as dt
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.choices import CouncilRole
from assessments.models import (
    Appeal,
    Assignment,
    CouncilDecision,
    CouncilMember,
    CriterionScore,
    Explanation,
    Meeting,
    Message,
    Publication,
    Submission,
)  # fmt: skip
from tests.factories.council import survey
from tests.factories.cycles import PASSWORD, D, Dossier, Year, make_user, make_year
from tests.journeys.people import Calendar, Person, local, page
from tests.journeys.test_year import DECISION, FACTS, POINTS, STAGE, empty_inlines, recompute
from tests.workspace import uploads
from units.models import Membership, User

pytestmark = pytest.mark.django_db


def seat(year: Year, name: str) -> User:
    user = make_user(name)
    CouncilMember.objects.create(
        council=year.council, user=user, role=CouncilRole.MEMBER,
        since=year.council.members.get(user=year.member).since,
    )  # fmt: skip
    return user


class Council:
    """The year, its people with their browsers, and what several steps share."""

    def __init__(self, year: Year, calendar: Calendar) -> None:
        self.year, self.calendar = year, calendar
        self.same, self.equal, self.lower = year.dossiers
        Assignment.objects.all().delete()
        employed = seat(year, "Thành viên của đơn vị")
        Membership.objects.create(
            user=employed, unit=self.same.unit, since=dt.date(year.cycle.year, 1, 1)
        )
        users = {
            "chair": year.chair, "secretary": year.secretary, "first": year.member,
            "second": seat(year, "Thành viên hai"), "third": seat(year, "Thành viên ba"),
            "employed": employed, "leader": year.leader,
        }  # fmt: skip
        self.people = {name: Person(user, calendar) for name, user in users.items()}
        self.staff = {
            (dossier.unit.pk, name): Person(getattr(dossier, name), calendar)
            for dossier in year.dossiers for name in ("contributor", "focal", "head")
        }  # fmt: skip

    def __getattr__(self, name: str) -> Person:
        return self.people[name]

    def of(self, dossier: Dossier, name: str) -> Person:
        return self.staff[dossier.unit.pk, name]

    def seat_of(self, name: str) -> CouncilMember:
        return self.year.council.members.get(user=self.people[name].user)

    def grid(self, code: str) -> str:
        return reverse("admin:assessments_criterionscore_grid", args=[self.year.criterion(code).pk])

    def judge(self, name: str, row: CriterionScore, verb: str, **typed: Any) -> Any:
        """Send what the grid's script sends, and return the answer."""
        browser = self.people[name]._signed_in()
        data = {f"{verb}{row.pk}-{key}": value for key, value in typed.items()}
        if verb in ("appraise", "agree"):
            data[f"appraise{row.pk}-version"] = row.version
        return browser.post(
            reverse("admin:assessments_criterionscore_judge", args=[row.pk]),
            {"verb": verb, **data}, headers={"accept": "application/json"},
        )  # fmt: skip

    def states(self) -> list[str]:
        """Return the states of the three dossiers."""
        rows = Submission.objects.in_bulk([each.submission.pk for each in self.year.dossiers])
        return [rows[each.submission.pk].state for each in self.year.dossiers]

    def tick(self) -> None:
        """Let the clock do what is due and tell the people."""
        call_command("tick", stdout=io.StringIO())


def test_council_year_from_the_matrix_to_the_corrected_publication(
    calendar: Calendar, tmp_path: Any
) -> None:
    year = make_year(units=3, heading={"dispute_spread": D("0.5")})
    council = Council(year, calendar)

    secretary_distributes(council)
    units_hand_in(council)
    calendar.move_to(year.at + STAGE)
    secretary_starts_all_at_once(council)
    members_appraise_in_the_grid(council)
    employed_member_meets_nothing(council)
    calendar.move_to(year.at + 2 * STAGE)
    one_answers_and_one_lets_the_clock_close(council)
    calendar.move_to(year.at + 3 * STAGE)
    second_round_is_the_last(council)
    calendar.move_to(year.at + 4 * STAGE)
    council_meets_and_concludes(council)
    calendar.move_to(year.at + 5 * STAGE)
    unit_appeals_and_is_answered(council)
    calendar.move_to(year.at + 6 * STAGE)
    leader_approves_the_group(council)
    publish(council, Publication.objects.none(), tmp_path)
    units_hear_of_it_and_complain(council)
    correction_is_published(council, tmp_path)


def secretary_distributes(council: Council) -> None:
    fields = {code: council.year.criterion(code).pk for code in "12"}
    wanted = [
        f"{council.seat_of(name).pk}-{fields[code]}"
        for name, code in (("first", "1"), ("second", "2"), ("employed", "1"), ("third", "2"))
    ]
    address = reverse("admin:assessments_assignment_matrix", args=[council.year.council.pk])
    assert council.first.post(address, cell=wanted, seen="").status_code == 404
    shown = council.secretary.post(address, cell=wanted, seen="")
    assert (shown.status_code, Assignment.objects.count()) == (200, 0)  # a preview changes nothing
    saved = council.secretary.post(address, cell=wanted, seen="", confirm="1")
    assert saved.status_code == 302
    assert Assignment.objects.count() == 4


def units_hand_in(council: Council) -> None:
    for dossier in council.year.dossiers:
        contributor, head = council.of(dossier, "contributor"), council.of(dossier, "head")
        stated = FACTS | ({"1.1": {"met": "0"}} if dossier is council.lower else {})
        for code, facts in stated.items():
            assert contributor.save(dossier, code, **facts).status_code == 302, code
        option = dossier.score("1.2").criterion.levels.first()
        assert contributor.save(dossier, "1.2", option=option.pk).status_code == 302
        assert head.post(page(dossier, "sign"), statement="on").status_code == 302


def secretary_starts_all_at_once(council: Council) -> None:
    keys = [dossier.submission.pk for dossier in council.year.dossiers]
    listed = reverse("admin:assessments_submission_changelist")
    asked = council.secretary.post(listed, action="start", _selected_action=keys)
    assert (asked.status_code, council.states()) == (200, ["submitted"] * 3)
    council.secretary.post(listed, action="start", _selected_action=keys, confirm="yes", apply="1")
    assert council.states() == ["appraising"] * 3


def members_appraise_in_the_grid(council: Council) -> None:
    year = council.year
    # One criterion for all units with one confirmation; each leaf is an act of its own.
    for code in ("1.3", "1.4", "1.5"):
        agree_with_all(council, "first", code)
    for code in ("2.1", "2.2"):
        agree_with_all(council, "second", code)
    for dossier in year.dossiers:
        row = dossier.score("1.1")
        assert council.judge("first", row, "agree").status_code == 200
        given = council.judge("second", dossier.score("2.3"), "appraise", points="1,5")
        assert given.status_code == 200
        assert dossier.score("2.3").appraised_points == D("1.5")
    # The third abstains from what the second has judged already: an opinion is not owed.
    abstained = council.judge("third", council.lower.score("2.3"), "abstain", reason="Mới nhận")
    assert abstained.status_code == 200
    # An opinion further away than the scheme allows makes a dispute.
    row = council.equal.score("1.1")
    assert council.judge("employed", row, "appraise", points="0,5").status_code == 422
    assert council.equal.score("1.1").appraisals.count() == 1  # a change needs a reason
    row.version -= 1  # the screen shows the leaf as it was before the other member's act
    stale = council.judge("employed", row, "appraise", points="0,5", reason="Thiếu nội dung")
    assert stale.status_code == 422
    row = council.equal.score("1.1")
    given = council.judge("employed", row, "appraise", points="0,5", reason="Thiếu nội dung")
    assert given.status_code == 200
    assert council.equal.score("1.1").appraised_points == D(2)
    for dossier in (council.same, council.lower):
        due = local(council.calendar.now() + dt.timedelta(days=12))
        asked = council.judge(
            "first", dossier.score("1.2"), "ask", question="Ban hành ngày nào?", due_at=due
        )
        assert asked.status_code == 200, asked.content.decode()
        refused = council.judge("first", dossier.score("1.2"), "agree")
        assert refused.status_code == 422  # frozen by the question
        done = council.secretary.act(dossier.submission, "request_explanation")
        assert done.status_code == 302
    assert council.judge("first", council.equal.score("1.2"), "agree").status_code == 200
    assert council.states() == ["explaining", "appraising", "explaining"]


def agree_with_all(council: Council, name: str, code: str) -> None:
    person = council.people[name]
    criterion = council.year.criterion(code)
    address = reverse("admin:assessments_criterionscore_agree", args=[criterion.pk])
    preview = person.post(address, all="1")
    rows = preview.context["rows"]
    assert len(rows) == 3
    done = person.post(address, leaf=[f"{row.pk}:{row.version}" for row in rows], confirm="1")
    assert (len(done.context["done"]), done.context["refused"]) == (3, [])
    for dossier in council.year.dossiers:
        row = dossier.score(code)
        assert (row.appraised_points, row.self_points) == (POINTS[code], POINTS[code])


def employed_member_meets_nothing(council: Council) -> None:
    own, others = council.same, (council.equal, council.lower)
    body = council.employed.get(council.grid("1.1")).content.decode()
    assert own.unit.name not in body
    assert all(dossier.unit.name in body for dossier in others)
    row = own.score("1.1")
    assert council.judge("employed", row, "appraise", points="0", reason="x").status_code == 404
    pages = [
        reverse("admin:assessments_criterionscore_panel", args=[row.pk]),
        reverse("admin:assessments_submission_lineage", args=[own.submission.pk]),
        reverse("admin:assessments_submission_appraisal", args=[own.submission.pk]),
    ]
    assert [council.employed.get(address).status_code for address in pages] == [404] * 3
    board = reverse("admin:assessments_cycle_board", args=[council.year.cycle.pk])
    assert own.unit.name not in council.employed.get(board).content.decode()
    council.tick()
    told = Message.objects.filter(user=council.employed.user, of_appraisal=True)
    assert own.unit.pk not in set(told.values_list("unit", flat=True))


def one_answers_and_one_lets_the_clock_close(council: Council) -> None:
    question = Explanation.objects.get(score=council.same.score("1.2"))
    address = page(council.same, "question", pk=question.pk)
    focal = council.of(council.same, "focal")
    assert focal.get(page(council.same, "dossier")).status_code == 200
    assert focal.post(address, answer="Ngày 10/01").status_code == 302
    assert council.secretary.act(council.same.submission, "resume").status_code == 302
    council.calendar.move(days=3)
    council.tick()
    silent = Explanation.objects.get(score=council.lower.score("1.2"))
    assert (silent.closed_by_clock, silent.answer) == (True, "")
    assert council.states() == ["appraising"] * 3
    rounds = Submission.objects.order_by("pk").values_list("round", flat=True)
    assert list(rounds) == [2, 1, 2]


def second_round_is_the_last(council: Council) -> None:
    for dossier in (council.same, council.lower):
        row = dossier.score("1.2")
        assert council.judge("first", row, "agree").status_code == 200
        assert dossier.score("1.2").appraised_round == 2
    # One round of explanation is what the cycle plans.
    due = local(council.calendar.now() + dt.timedelta(days=1))
    again = council.judge("first", council.same.score("1.3"), "ask", question="Nữa?", due_at=due)
    assert again.status_code == 422
    assert Explanation.objects.count() == 2


def council_meets_and_concludes(council: Council) -> None:
    year, chair, secretary = council.year, council.chair, council.secretary
    for dossier in year.dossiers:
        survey(year, dossier)
    day = timezone.localtime(council.calendar.now()).date()
    made = secretary.post(
        reverse("admin:assessments_meeting_add"), council=year.council.pk,
        held_on=f"{day:%d/%m/%Y}", minutes_number="", place="Phòng họp số 1",
        begins_at="08:00", ends_at="11:00", proceedings="",
    )  # fmt: skip
    assert made.status_code == 302, made.context["errors"]
    meeting = Meeting.objects.get()
    agenda = reverse("admin:assessments_meeting_agenda", args=[meeting.pk])
    assert secretary.post(agenda, verb="all").status_code == 302
    row = council.equal.score("1.1")
    assert list(meeting.agenda.values_list("score", flat=True)) == [row.pk]
    present = {f"roll-present{each.pk}": "on" for each in year.council.members.all()}
    assert secretary.post(agenda, verb="roll", **present).status_code == 302
    assert meeting.attendances.filter(present=True).count() == 6

    assert decide(council, row, meeting, "2", votes=(3, 3)).status_code == 200  # no majority
    assert decide(council, row, meeting, "2", votes=(9, 0)).status_code == 200  # more than are here
    assert not CouncilDecision.objects.exists()
    assert decide(council, row, meeting, "2", votes=(5, 1)).status_code == 302
    draft = secretary.get(reverse("admin:assessments_meeting_paper", args=[meeting.pk, "docx"]))
    assert draft.status_code == 200

    assert chair.act(council.equal.submission, "conclude", meeting=meeting.pk).status_code == 200
    signed = secretary.post(
        reverse("admin:assessments_meeting_change", args=[meeting.pk]), council=year.council.pk,
        held_on=f"{day:%d/%m/%Y}", minutes_number="03/BB-HĐTĐ", place="Phòng họp số 1",
        begins_at="08:00", ends_at="11:00", proceedings="",
        minutes_file=uploads.pdf("Biên bản.pdf"),
    )  # fmt: skip
    assert signed.status_code == 302, signed.context["errors"]
    for dossier in year.dossiers:
        done = chair.act(dossier.submission, "conclude", meeting=meeting.pk)
        assert done.status_code == 302
    assert council.states() == ["appraised"] * 3


def decide(
    council: Council, row: CriterionScore, meeting: Meeting, points: str, votes: tuple[int, int]
) -> Any:
    prefix = f"decide{row.pk}"
    return council.chair.post(
        reverse("admin:assessments_submission_council", args=[row.submission_id]),
        **{"score": row.pk, "verb": "decide", f"{prefix}-points": points,
           f"{prefix}-reason": "Hội đồng thống nhất", f"{prefix}-meeting": meeting.pk,
           f"{prefix}-votes_for": votes[0], f"{prefix}-votes_against": votes[1],
           f"{prefix}-votes_abstained": 0},
    )  # fmt: skip


def unit_appeals_and_is_answered(council: Council) -> None:
    focal = council.of(council.lower, "focal")
    address = page(council.lower, "appeals")
    assert focal.post(address, leaves=["1.1"], text=" ").status_code == 422
    assert focal.post(address, leaves=["1.1"], text="Kế hoạch đã ban hành").status_code == 302
    appeal = Appeal.objects.get()
    council.tick()
    assert Message.objects.filter(user=council.chair.user, unit=council.lower.unit).exists()
    early = council.leader.act(council.lower.submission, "approve")
    assert (early.status_code, council.states()[2]) == (200, "appraised")
    assert council.leader.act(appeal, "reject", note="Không").status_code == 404
    assert council.chair.act(appeal, "reject", note="Văn bản ban hành năm sau").status_code == 302
    answered = focal.get(address).content.decode()
    assert "Văn bản ban hành năm sau" in answered


def leader_approves_the_group(council: Council) -> None:
    part = council.year.cycle_scheme
    overview = reverse("admin:assessments_cycle_approvals", args=[part.pk])
    body = council.leader.get(overview)
    assert body.status_code == 200
    many = reverse("admin:assessments_cycle_approve_many", args=[part.pk])
    keys = [dossier.submission.pk for dossier in council.year.dossiers]
    query = "&".join(f"dossier={key}" for key in keys)
    asked = council.leader.get(f"{many}?{query}")
    assert asked.status_code in (200, 302)  # 302 asks for the password once
    if asked.status_code == 302:
        council.leader.browser.post(asked.url, {"password": PASSWORD})
    council.leader.post(f"{many}?{query}", dossier=keys)
    assert council.states() == ["approved"] * 3


def publish(council: Council, before: Any, folder: Any) -> None:
    leader, year = council.leader, council.year
    add = reverse("admin:assessments_publication_add")
    made = leader.post(add, cycle=year.cycle.pk, title="", note="", **DECISION)
    assert made.status_code == 302
    draft = Publication.objects.exclude(pk__in=before).get()
    annex = reverse("admin:assessments_publication_annex", args=[draft.pk, "pdf"])
    assert leader.get(annex).status_code == 302  # nobody has seen the dry run
    try_and_schedule(council, draft)
    assert leader.get(annex).status_code == 200
    data = json.loads(results_of(draft), parse_float=Decimal)
    (group,) = data["groups"]
    ranks = {row["unit"]["code"]: row["rank"] for row in group["results"]}
    assert ranks == {
        council.same.unit.code: 1, council.equal.unit.code: 1, council.lower.unit.code: 3
    }  # fmt: skip
    recompute(results_of(draft), folder)


def try_and_schedule(council: Council, draft: Publication) -> None:
    dry_run = reverse("admin:assessments_publication_dry_run", args=[draft.pk])
    run = council.leader.get(dry_run).context["run"]
    assert council.leader.post(dry_run, digest=run.digest).status_code == 302
    done = council.leader.act(draft, "schedule", published_at="")
    assert done.status_code == 302
    draft.refresh_from_db()
    assert draft.state == "published"


def results_of(publication: Publication) -> bytes:
    answer = Client().get(reverse("public:data", args=[publication.slug]))
    assert answer.status_code == 200
    return answer.content


def units_hear_of_it_and_complain(council: Council) -> None:
    council.tick()
    heads = {council.of(dossier, "head").user.pk for dossier in council.year.dossiers}
    told = Message.objects.filter(user__in=heads, kind="result")
    assert set(told.values_list("user", flat=True)) == heads
    inbox = council.of(council.lower, "head").get(reverse("workspace:inbox"))
    assert inbox.status_code == 200

    head = council.of(council.lower, "head")
    filed = head.post(page(council.lower, "appeals"), leaves=["1.1"], text="Đã có văn bản số 5")
    assert filed.status_code == 302
    complaint = Appeal.objects.get(kind="complaint")
    assert council.chair.act(complaint, "uphold", note="Đúng").status_code == 404
    assert council.leader.act(complaint, "uphold", note="Văn bản hợp lệ").status_code == 302


def correction_is_published(council: Council, folder: Any) -> None:
    leader, dossier = council.leader, council.lower
    old = Publication.objects.get()
    frozen = results_of(old)
    opened = leader.act(
        dossier.submission, "open_correction", leaves=["1.1"], note="Khiếu nại có căn cứ"
    )
    assert opened.status_code == 302
    row = dossier.score("1.1")
    given = council.judge("first", row, "appraise", points="2", reason="Có văn bản số 5")
    assert given.status_code == 200
    meeting = Meeting.objects.get()
    done = council.chair.act(dossier.submission, "conclude", meeting=meeting.pk)
    assert done.status_code == 302
    assert leader.act(dossier.submission, "approve").status_code == 302
    correct = reverse("admin:assessments_publication_correct", args=[old.pk])
    assert leader.post(correct, reason="Sửa tiêu chí 1.1").status_code == 302
    draft = Publication.objects.get(corrects=old)
    change = reverse("admin:assessments_publication_change", args=[draft.pk])
    decided = leader.post(
        change, title=draft.title, note="", correction_reason=draft.correction_reason,
        **DECISION | {"decision_number": "15/QĐ-UBND"}, **empty_inlines(leader.get(change)),
    )  # fmt: skip
    assert decided.status_code == 302
    try_and_schedule(council, draft)

    content = results_of(draft)
    recompute(content, folder)
    ranks = [row["rank"] for row in json.loads(content)["groups"][0]["results"]]
    assert ranks == [1, 1, 1]
    assert results_of(old) == frozen
    lineage = leader.get(
        reverse("admin:assessments_submission_lineage", args=[dossier.submission.pk])
    ).content.decode()
    assert "Khiếu nại" in lineage or "Có văn bản số 5" in lineage
