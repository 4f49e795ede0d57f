"""A whole year through HTTP, from the first fact to a correction, each act by whose it is."""

import csv
import datetime as dt
import io
import json
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as portal
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import (
    Event,
    Explanation,
    Meeting,
    Publication,
    Receipt,
    RespondentKind,
    Submission,
    SurveyRound,
)  # fmt: skip
from tests.factories.council import make_member
from tests.factories.cycles import D, Dossier, Year, make_year
from tests.journeys.people import Calendar, Person, local, page
from tests.workspace import uploads
from units.models import Membership

pytestmark = pytest.mark.django_db
STAGE = dt.timedelta(days=10)
#: What both units state, and the points it gives the first: two places in the head of the reader.
FACTS: dict[str, dict[str, Any]] = {
    "1.1": {"met": "1"}, "1.3": {"a": "50", "b": "47"}, "1.4": {"a": "20", "b": "18"},
    "1.5": {"count": "2"}, "2.1": {"count": "1"}, "2.2": {"count": "1"},
}  # fmt: skip
POINTS = {
    "1.1": D(2), "1.2": D(2), "1.3": D("1.88"), "1.4": D("1.8"), "1.5": D(1), "2.1": D("0.75"),
    "2.2": D("0.5"),
}  # fmt: skip
DECISION = {
    "decision_number": "12/QĐ-UBND",
    "decision_date": "2032-03-01",
    "decision_signer": "Chủ tịch UBND Thành phố",
}


class Journey:
    """The year, its people by name, and what several steps share."""

    def __init__(self, year: Year, calendar: Calendar) -> None:
        self.year, self.calendar = year, calendar
        self.first, self.second = year.dossiers
        self.employed_user = make_member(year)
        Membership.objects.create(
            user=self.employed_user, unit=self.first.unit, since=dt.date(year.cycle.year, 1, 1)
        )
        users = {
            name: getattr(year, name)
            for name in (
                "secretary",
                "chair",
                "member",
                "officer",
                "leader",
                "survey_officer",
                "auditor",
                "outsider",
            )
        } | {"employed": self.employed_user}
        self.people = {name: Person(user, calendar) for name, user in users.items()}
        self.staff = {
            (dossier.unit.pk, name): Person(getattr(dossier, name), calendar)
            for dossier in year.dossiers for name in ("contributor", "focal", "head")
        }  # fmt: skip

    def __getattr__(self, name: str) -> Person:
        return self.people[name]

    def of(self, dossier: Dossier, name: str) -> Person:
        return self.staff[dossier.unit.pk, name]

    def state(self, dossier: Dossier) -> str:
        return Submission.objects.get(pk=dossier.submission.pk).state


def test_year_from_the_first_fact_to_a_correction(calendar: Calendar, tmp_path: Any) -> None:
    year = make_year(heading={"dispute_spread": D("0.5")})
    journey = Journey(year, calendar)

    units_fill_in_and_sign(journey)
    calendar.move_to(year.at + STAGE)
    secretary_starts_and_returns_a_leaf(journey)
    members_appraise(journey)
    member_employed_by_a_unit_meets_nothing_of_it(journey)
    calendar.move_to(year.at + 2 * STAGE)
    unit_answers(journey)
    calendar.move_to(year.at + 3 * STAGE)
    second_round(journey)
    calendar.move_to(year.at + 4 * STAGE)
    surveys_come_in(journey)
    council_decides_and_concludes(journey)
    calendar.move_to(year.at + 6 * STAGE)
    leader_approves(journey)
    moment = leader_schedules(journey)
    nothing_is_public_before_its_moment(journey)
    calendar.move_to(moment + dt.timedelta(seconds=1))
    results_are_public(journey, tmp_path)
    correction_is_a_new_publication(journey, tmp_path)


# The unit -------------------------------------------------------------------------------------


def units_fill_in_and_sign(journey: Journey) -> None:
    bad_facts_stay_on_screen(journey)
    for dossier in (journey.first, journey.second):
        contributor = journey.of(dossier, "contributor")
        for code, facts in FACTS.items():
            assert contributor.save(dossier, code, **facts).status_code == 302, code
        option = dossier.score("1.2").criterion.levels.first()
        assert contributor.save(dossier, "1.2", option=option.pk).status_code == 302
    assert {code: journey.first.score(code).self_points for code in POINTS} == POINTS
    attach_a_paper(journey)
    for dossier in (journey.first, journey.second):
        sign(journey, dossier)
    assert Receipt.objects.count() == 2


def bad_facts_stay_on_screen(journey: Journey) -> None:
    contributor, first = journey.of(journey.first, "contributor"), journey.first
    for code, facts in (
        ("1.3", {"a": "50", "b": "60"}),
        ("1.3", {"a": "năm mươi", "b": "47"}),
        ("1.3", {"a": "1.234,5", "b": "1"}),
        ("1.4", {"a": "-3", "b": "1"}),
        ("1.5", {"count": "1.000"}),
    ):
        answer = contributor.save(first, code, **facts)
        assert answer.status_code == 422, facts
        for typed in facts.values():
            assert f'value="{typed}"' in answer.content.decode()
    assert first.score("1.3").self_points is None
    stranger = journey.of(journey.second, "contributor")
    assert stranger.save(first, "1.1", met="1").status_code == 404
    assert journey.secretary.save(first, "1.1", met="1").status_code == 404


def attach_a_paper(journey: Journey) -> None:
    first, content = journey.first, uploads.pdf().read()
    answer = journey.of(first, "contributor").post(
        page(first, "evidence", field="1", code="1.1"), upload=uploads.pdf(), number="05/KH-STN",
        issued_on="10/01/2026", issuer="Sở", abstract="Kế hoạch năm",
    )  # fmt: skip
    assert answer.status_code == 302
    item = first.score("1.1").evidence.get()
    address = reverse("workspace:file", args=[item.revision_id])
    served = journey.of(first, "focal").get(address)
    assert b"".join(served.streaming_content) == content
    assert served["Content-Disposition"].startswith("attachment")
    for name in ("outsider", "employed", "officer"):
        assert journey.people[name].get(address).status_code == 404
    assert journey.of(journey.second, "head").get(address).status_code == 404


def sign(journey: Journey, dossier: Dossier) -> None:
    contributor, head = journey.of(dossier, "contributor"), journey.of(dossier, "head")
    # The contributor reads the report and cannot sign it.
    assert contributor.post(page(dossier, "sign"), statement="on").status_code == 409
    assert head.post(page(dossier, "sign")).status_code == 422  # statement not confirmed
    assert head.post(page(dossier, "sign"), statement="on").status_code == 302
    receipt = Receipt.objects.filter(submission=dossier.submission).latest("sequence")
    shown = head.get(page(dossier, "receipt", sequence=receipt.sequence)).content.decode()
    assert receipt.number in shown
    assert receipt.sha256 in shown
    assert contributor.save(dossier, "1.1", met="0").status_code == 409
    assert journey.state(dossier) == "submitted"


# The council ----------------------------------------------------------------------------------


def secretary_starts_and_returns_a_leaf(journey: Journey) -> None:
    secretary, first = journey.secretary, journey.first
    for dossier in (first, journey.second):
        assert journey.member.act(dossier.submission, "start").status_code == 404
        assert secretary.act(dossier.submission, "start").status_code == 302
        assert journey.state(dossier) == "appraising"
    due = journey.calendar.now() + dt.timedelta(days=2)
    refused = secretary.act(first.submission, "return", leaves=["1.4"], due_at=local(due))
    assert refused.status_code == 200  # without a note the page asks for it
    assert journey.state(first) == "appraising"
    done = secretary.act(
        first.submission, "return", leaves=["1.4"], due_at=local(due), note="Xem lại b"
    )
    assert (done.status_code, journey.state(first)) == (302, "returned")

    contributor = journey.of(first, "contributor")
    assert contributor.save(first, "1.3", a="50", b="50").status_code == 409
    assert contributor.save(first, "1.4", a="20", b="17").status_code == 302
    assert first.score("1.4").self_points == D("1.7")
    assert journey.of(first, "head").post(page(first, "sign"), statement="on").status_code == 302
    assert Receipt.objects.filter(submission=first.submission).count() == 2
    assert secretary.act(first.submission, "start").status_code == 302


def members_appraise(journey: Journey) -> None:
    member, first, second = journey.member, journey.first, journey.second
    for dossier in (first, second):
        for code in POINTS:
            row = dossier.score(code)
            agreed = f"{row.self_points.normalize():f}".replace(".", ",")
            assert member.appraise(row, agreed).status_code == 302, code
        assert member.appraise(dossier.score("2.3"), "1,5").status_code == 302
    changed = first.score("1.1")
    assert member.appraise(changed, "1").status_code == 200  # a change without a reason
    assert first.score("1.1").appraised_points == D(2)
    assert member.appraise(changed, "3", "Quá điểm").status_code == 200  # over the maximum
    assert member.appraise(changed, "1", "Kế hoạch ban hành muộn").status_code == 302
    assert first.score("1.1").appraised_points == D(1)
    # The other member differs by more than the scheme allows: an opinion, and a dispute.
    assert (
        journey.employed.appraise(second.score("1.1"), "0,5", "Thiếu nội dung").status_code == 302
    )
    assert second.score("1.1").appraised_points == D(2)

    row = first.score("1.2")
    asked = member.post(
        reverse("admin:assessments_submission_appraisal", args=[first.submission.pk]),
        **{"score": row.pk, "verb": "ask", f"ask{row.pk}-question": "Ban hành ngày nào?",
           f"ask{row.pk}-due_at": local(journey.calendar.now() + dt.timedelta(days=12))},
    )  # fmt: skip
    assert asked.status_code == 302
    assert (
        member.appraise(first.score("1.2"), "1,5", "Chờ").status_code == 200
    )  # the leaf is frozen
    assert journey.secretary.act(first.submission, "request_explanation").status_code == 302
    assert journey.state(first) == "explaining"


def member_employed_by_a_unit_meets_nothing_of_it(journey: Journey) -> None:
    employed, first, second = journey.employed, journey.first, journey.second
    lists = (
        "submission",
        "criterionscore",
        "appraisal",
        "explanation",
        "adjustment",
        "councildecision",
    )
    for model in lists:
        for query in ("", f"?q={first.unit.code}"):
            body = employed.get(
                reverse(f"admin:assessments_{model}_changelist") + query
            ).content.decode()
            assert first.unit.name not in body, model
    shown = employed.get(reverse("admin:assessments_submission_changelist")).content.decode()
    assert second.unit.name in shown
    pages = [
        reverse("admin:assessments_submission_appraisal", args=[first.submission.pk]),
        reverse("admin:assessments_submission_council", args=[first.submission.pk]),
        reverse("workspace:file", args=[first.score("1.1").evidence.get().revision_id]),
        page(first, "dossier"),
    ]
    assert [employed.get(address).status_code for address in pages] == [404] * len(pages)
    before = first.score("1.3")
    assert employed.appraise(before, "0", "Tôi không được chấm").status_code == 404
    assert first.score("1.3").version == before.version
    assert first.unit.name not in employed.get(reverse("admin:index")).content.decode()


def unit_answers(journey: Journey) -> None:
    first, question = journey.first, Explanation.objects.get()
    address = page(first, "question", pk=question.pk)
    assert (
        journey.of(journey.second, "focal").post(address, answer="Không phải việc tôi").status_code
        == 404
    )
    assert journey.of(first, "focal").post(address, answer=" ").status_code == 422
    assert journey.of(first, "focal").post(address, answer="Ngày 10/01/2031").status_code == 302
    question.refresh_from_db()
    assert (question.answer, question.answered_by) == ("Ngày 10/01/2031", first.focal)
    assert journey.secretary.act(first.submission, "resume").status_code == 302
    assert Submission.objects.get(pk=first.submission.pk).round == 2


def second_round(journey: Journey) -> None:
    first = journey.first
    assert (
        journey.member.appraise(first.score("1.2"), "1,5", "Ban hành sau ngày 15").status_code
        == 302
    )
    row = first.score("1.2")
    assert (row.self_points, row.appraised_points, row.appraised_round) == (D(2), D("1.5"), 2)
    # The unit now reads the reasons, still no rank.
    shown = journey.of(first, "contributor").get(page(first, "field", field="1")).content.decode()
    assert "Kế hoạch ban hành muộn" in shown


def surveys_come_in(journey: Journey) -> None:
    year, officer = journey.year, journey.survey_officer
    made = journey.officer.post(
        reverse("admin:assessments_surveyround_add"), cycle=year.cycle.pk, body="Viện Nghiên cứu",
        method_note="Phiếu giấy", min_sample="30",
    )  # fmt: skip
    assert made.status_code == 302
    kind = RespondentKind.objects.get(code="nguoi-dan")
    for dossier, mean in ((journey.first, "80"), (journey.second, "90.5")):
        answer = officer.post(
            reverse("admin:assessments_surveyresult_add"),
            round=SurveyRound.objects.get().pk,
            unit=dossier.unit.pk,
            criterion=year.criterion("2.4").pk,
            kind=kind.pk,
            sample="100",
            mean=mean,
        )
        assert answer.status_code == 302, answer.context["errors"]


def council_decides_and_concludes(journey: Journey) -> None:
    year, chair, first, second = journey.year, journey.chair, journey.first, journey.second
    made = journey.secretary.post(
        reverse("admin:assessments_meeting_add"), council=year.council.pk,
        held_on=timezone.localdate().isoformat(),
        minutes_number="03/BB-HĐTĐ", minutes_file=uploads.pdf("Biên bản.pdf"),
    )  # fmt: skip
    assert made.status_code == 302
    meeting = Meeting.objects.get()
    disputed = chair.act(second.submission, "conclude", meeting=meeting.pk)
    assert (disputed.status_code, journey.state(second)) == (200, "appraising")
    row = second.score("1.1")
    decided = chair.post(
        reverse("admin:assessments_submission_council", args=[second.submission.pk]),
        **{"score": row.pk, "verb": "decide", f"decide{row.pk}-points": "1,25",
           f"decide{row.pk}-reason": "Hội đồng thống nhất", f"decide{row.pk}-meeting": meeting.pk,
           f"decide{row.pk}-votes_for": "5", f"decide{row.pk}-votes_against": "1"},
    )  # fmt: skip
    assert decided.status_code == 302
    for dossier in (first, second):
        assert (
            journey.secretary.act(dossier.submission, "conclude", meeting=meeting.pk).status_code
            == 404
        )
        assert chair.act(dossier.submission, "conclude").status_code == 200  # without minutes
        assert chair.act(dossier.submission, "conclude", meeting=meeting.pk).status_code == 302
        assert journey.state(dossier) == "appraised"
    assert (first.score("1.2").final_points, second.score("1.1").final_points) == (
        D("1.5"),
        D("1.25"),
    )
    assert (first.score("2.4").final_points, second.score("2.4").final_points) == (
        D("2.4"),
        D("2.715"),
    )


# Home Affairs ---------------------------------------------------------------------------------


def leader_approves(journey: Journey) -> None:
    for dossier in (journey.first, journey.second):
        assert journey.chair.act(dossier.submission, "approve").status_code == 404
        assert journey.officer.act(dossier.submission, "approve").status_code == 404
        asked = journey.leader.get(
            reverse("admin:assessments_submission_act", args=[dossier.submission.pk, "approve"])
        )
        assert asked.status_code in (200, 302)  # 302 asks for the password once
        assert journey.leader.act(dossier.submission, "approve").status_code == 302
        assert journey.state(dossier) == "approved"


def try_and_schedule(journey: Journey, draft: Publication, moment: dt.datetime | None) -> Any:
    leader = journey.leader
    dry_run = reverse("admin:assessments_publication_dry_run", args=[draft.pk])
    run = leader.get(dry_run).context["run"]
    assert leader.post(dry_run, digest="0" * 64).status_code == 302  # not the figures on screen
    draft.refresh_from_db()
    assert draft.dry_run_digest != run.digest
    assert leader.post(dry_run, digest=run.digest).status_code == 302
    return leader.act(draft, "schedule", published_at=local(moment) if moment else "")


def leader_schedules(journey: Journey) -> dt.datetime:
    year = journey.year
    add = reverse("admin:assessments_publication_add")
    assert journey.officer.post(add, cycle=year.cycle.pk, **DECISION).status_code == 403
    assert (
        journey.leader.post(add, cycle=year.cycle.pk, title="", note="", **DECISION).status_code
        == 302
    )
    draft = Publication.objects.get()
    unseen = journey.leader.act(draft, "schedule", published_at="")
    assert unseen.status_code == 200  # nobody looked at the dry run
    moment = (journey.calendar.now() + dt.timedelta(days=1)).replace(second=0, microsecond=0)
    assert try_and_schedule(journey, draft, moment).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.published_at) == ("scheduled", moment)
    return moment


def public_addresses(journey: Journey, slug: str) -> dict[str, str]:
    year, unit = journey.year, journey.first.unit
    return {
        "ranking": reverse("public:ranking", args=[slug, year.group.code]),
        "unit": reverse("public:unit", args=[unit.slug]),
        "scorecard": reverse("public:scorecard", args=[unit.slug, slug]),
        "data": reverse("public:data", args=[slug]),
        "csv": reverse("public:csv", args=[f"{slug}-{year.group.code}"]),
    }  # fmt: skip


def nothing_is_public_before_its_moment(journey: Journey) -> None:
    publication, visitor = Publication.objects.get(), Client()
    addresses = public_addresses(journey, publication.slug)
    for name in ("ranking", "scorecard", "data", "csv"):
        assert visitor.get(addresses[name]).status_code == 404, name
    indexes = [f"{row.index:.2f}".replace(".", ",") for row in publication.results.all()]
    for address in (
        "/",
        "/xep-hang/",
        "/du-lieu-mo/",
        "/du-lieu-mo/index.json",
        "/sitemap.xml",
        addresses["unit"],
    ):
        body = visitor.get(address).content.decode()
        assert not any(index in body for index in indexes), address
        assert addresses["data"] not in body, address
    # The year is frozen meanwhile: nothing reopens behind the scheduled figures.
    again = journey.leader.act(journey.first.submission, "reopen", leaves=["1.1"], note="Muốn sửa")
    assert (again.status_code, journey.state(journey.first)) == (200, "approved")


def results_are_public(journey: Journey, folder: Any) -> None:
    visitor, publication = Client(), Publication.objects.get()
    addresses = public_addresses(journey, publication.slug)
    assert (
        addresses["ranking"] in visitor.get("/").content.decode()
    )  # the first visitor rings the bell
    answers = {name: visitor.get(address) for name, address in addresses.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        addresses, 200
    )
    publication.refresh_from_db()
    assert publication.state == "published"
    assert {journey.state(dossier) for dossier in journey.year.dossiers} == {"published"}

    data = json.loads(answers["data"].content, parse_float=Decimal)
    (group,) = data["groups"]
    by_code = {row["unit"]["code"]: row for row in group["results"]}
    assert set(by_code) == {journey.first.unit.code, journey.second.unit.code}
    assert sorted(row["rank"] for row in group["results"]) == [1, 2]
    rows = list(csv.reader(io.StringIO(answers["csv"].content.decode("utf-8-sig"))))
    assert len(rows) == 3
    for row in by_code.values():
        printed = f"{Decimal(row['index']):.2f}".replace(".", ",")
        assert printed in answers["ranking"].content.decode()
    assert (
        "Kế hoạch ban hành muộn" not in answers["scorecard"].content.decode()
    )  # reasons stay inside
    recompute(answers["data"].content, folder)
    assert (
        visitor.get(
            addresses["ranking"], headers={"if-none-match": answers["ranking"]["ETag"]}
        ).status_code
        == 304
    )


def recompute(content: bytes, folder: Any) -> None:
    """Let the script that citizens get recompute every index and rank from the file alone."""
    path = folder / "data.json"
    path.write_bytes(content)
    script = portal.BASE_DIR / "cchc" / "static" / "cchc" / "recompute.py"
    run = subprocess.run(
        [sys.executable, script, path],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 chỗ sai khác" in run.stdout


def correction_is_a_new_publication(journey: Journey, folder: Any) -> None:
    first, leader, old = journey.first, journey.leader, Publication.objects.get()
    frozen = Client().get(public_addresses(journey, old.slug)["data"]).content
    named = leader.act(
        first.submission, "open_correction", leaves=["1.1"], note="Khiếu nại có căn cứ"
    )
    assert (named.status_code, journey.state(first)) == (302, "correcting")
    assert journey.member.appraise(first.score("1.3"), "0", "Không được mở").status_code == 200
    assert journey.member.appraise(first.score("1.1"), "2").status_code == 302
    assert (
        journey.chair.act(
            first.submission, "conclude", meeting=Meeting.objects.get().pk
        ).status_code
        == 302
    )
    assert leader.act(first.submission, "approve").status_code == 302

    begun = leader.post(
        reverse("admin:assessments_publication_correct", args=[old.pk]), reason="Sửa tiêu chí 1.1"
    )
    assert begun.status_code == 302
    draft = Publication.objects.get(corrects=old)
    change = reverse("admin:assessments_publication_change", args=[draft.pk])
    decided = leader.post(
        change, title=draft.title, note="", correction_reason=draft.correction_reason,
        **DECISION | {"decision_number": "15/QĐ-UBND"}, **empty_inlines(leader.get(change)),
    )  # fmt: skip
    assert decided.status_code == 302
    assert try_and_schedule(journey, draft, None).status_code == 302

    draft.refresh_from_db()
    assert (draft.state, draft.revision, draft.slug) == ("published", 2, f"{old.slug}-2")
    visitor, addresses = Client(), public_addresses(journey, draft.slug)
    content = visitor.get(addresses["data"]).content
    recompute(content, folder)
    assert visitor.get(public_addresses(journey, old.slug)["data"]).content == frozen
    was, now = (index_of(part, first.unit.code) for part in (frozen, content))
    assert now > was
    page_of_old = visitor.get(public_addresses(journey, old.slug)["ranking"]).content.decode()
    assert addresses["ranking"] in page_of_old or draft.slug in page_of_old
    assert Event.objects.filter(action="open_correction", refused=False).count() == 1


def empty_inlines(answer: Any) -> dict[str, Any]:
    """Return the management forms of a change page, as the browser sends them unchanged."""
    sent = {}
    for inline in answer.context["inline_admin_formsets"]:
        form = inline.formset.management_form
        sent |= {form.add_prefix(name): form.initial.get(name, 0) for name in form.fields}
    return sent


def index_of(content: bytes, code: str) -> Decimal:
    rows = json.loads(content)["groups"][0]["results"]
    return next(Decimal(row["index"]) for row in rows if row["unit"]["code"] == code)
