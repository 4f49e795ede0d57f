"""The lineage of a dossier: each step with who, when and why, and nobody sees more than may be."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import permissions
from assessments.choices import SubmissionState
from assessments.models import Assignment, CouncilMember, Submission
from assessments.queries import appraisal
from assessments.queries.lineage import Kind, Line, Lineage, Move, lineage
from assessments.workflow import appraisals, decisions, receipts
from assessments.workflow.machine import perform
from assessments.workflow.scores import save_leaf
from tests.council.conftest import Enter
from tests.factories.council import (
    appraise,
    appraise_all,
    conclude,
    make_judged_year,
    make_meeting,
    make_member,
    reach,
    survey,
)
from tests.factories.cycles import D, Dossier, Year, make_year
from units.models import Membership, User

READERS = ("member", "secretary", "chair", "leader", "approver", "auditor")
OTHERS = ("officer", "survey_officer", "administrator", "outsider")


def page(dossier: Dossier, name: str = "lineage") -> str:
    return reverse(f"admin:assessments_submission_{name}", args=[dossier.submission.pk])


def seen(year: Year, dossier: Dossier, user: User) -> Lineage:
    dossier.submission.refresh_from_db()
    leaves = appraisal.readable_leaves(user, year.at)
    return lineage(dossier.submission, leaves, permissions.sight_of(user, year.at))


def line(year: Year, code: str, user: User | None = None) -> Line:
    found = seen(year, year.first, user or year.chair)
    return next(
        row for _field, rows in found.fields for row in rows if row.leaf.criterion.code == code
    )


def sent_back(year: Year, code: str) -> None:
    """Conclude the first dossier and send one leaf back, which begins the second round."""
    survey(year, year.first)
    conclude(year, year.first)
    reach(year, "approval")
    perform(
        "send_back", year.first.submission, by=year.leader, at=year.at, note="Xem lại",
        leaves=[code],
    )  # fmt: skip


# The steps


def test_claim_is_told_with_its_author_and_time(db: None) -> None:
    year = make_year()
    row = year.first.score("1.1")
    save_leaf(score=row, by=year.first.focal, at=year.at, version=row.version, met=True)
    Submission.objects.filter(pk=year.first.submission.pk).update(state="appraising")

    claim = line(year, "1.1").claim

    assert claim is not None
    assert (claim.points, claim.who, claim.at) == (D(2), str(year.first.focal), year.at)
    assert claim.version == 1


def test_agreement_and_change_are_told_in_words(year: Year) -> None:
    appraise(year, year.first, "1.1")
    appraise(year, year.first, "1.4", points="1.25", reason="Thiếu văn bản")

    ((kept,),) = line(year, "1.1").rounds
    ((cut,),) = line(year, "1.4").rounds

    assert (kept.move, kept.difference) == (Move.SAME, D(0))
    assert (cut.move, cut.difference, cut.why) == (Move.DOWN, D("-0.75"), "Thiếu văn bản")
    assert (cut.who, cut.at) == (str(year.member), year.at)


def test_opinion_and_conflict_stand_beside_what_counts(year: Year) -> None:
    other = make_member(year)
    appraise(year, year.first, "1.1")
    appraise(year, year.first, "1.1", by=other, points="1", reason="Khác")

    (steps,) = line(year, "1.1").rounds

    assert [(step.kind, step.points) for step in steps] == [
        (Kind.COUNTS, D(2)), (Kind.OPINION, D(1)),
    ]  # fmt: skip
    assert steps[1].move == Move.FIRST


def test_leaf_that_does_not_apply_is_left_out_and_taken_in_again(year: Year) -> None:
    appraise_all(year, year.first)
    appraise(year, year.first, "1.3", applicable=False, reason="Không phát sinh")

    ((out,),) = line(year, "1.3").rounds

    assert (out.points, out.applies, out.move) == (None, False, Move.OUT)


def test_rounds_stand_side_by_side(year: Year) -> None:
    appraise_all(year, year.first)
    sent_back(year, "1.4")
    appraise(year, year.first, "1.4", points="1", reason="Vòng hai")

    found = line(year, "1.4")

    first, second = found.rounds
    assert [step.points for step in first] == [D(2)]
    assert [(step.points, step.why, step.move) for step in second] == [
        (D(1), "Vòng hai", Move.DOWN)
    ]
    assert found.final is None
    untouched = line(year, "1.1")
    assert (len(untouched.rounds), untouched.rounds[1]) == (2, ())
    assert untouched.final is not None


def test_decision_of_the_council_and_what_was_set_aside_are_told(year: Year) -> None:
    appraise_all(year, year.first)
    decisions.decide_leaf(
        score=year.first.score("1.4"), by=year.chair, at=year.at, meeting=make_meeting(year),
        points=D("1.5"), reason="Biểu quyết", votes_for=5, votes_against=1, dissent="Một ý khác",
    )  # fmt: skip

    (decided,) = line(year, "1.4").council
    assert (decided.points, decided.move, decided.who) == (D("1.5"), Move.DOWN, str(year.chair))
    assert decided.why.startswith("03/BB-HĐTĐ")
    assert "5 for, 1 against" in decided.why
    assert "Dissent: Một ý khác" in decided.why

    sent_back(year, "1.4")
    (undone,) = line(year, "1.4").council
    assert (undone.kind, undone.points) == (Kind.SET_ASIDE, D("1.5"))
    assert "Biểu quyết" in undone.why


def test_final_points_tell_who_concluded_and_who_approved(year: Year) -> None:
    appraise_all(year, year.first)
    survey(year, year.first)
    conclude(year, year.first)
    final = line(year, "1.1").final
    assert final is not None
    assert (final.points, final.move, final.who) == (D(2), Move.SAME, str(year.chair))
    assert seen(year, year.first, year.chair).approval is None

    reach(year, "approval")
    perform("approve", year.first.submission, by=year.leader, at=year.at)

    approval = seen(year, year.first, year.chair).approval
    assert approval is not None
    assert approval.by == year.leader
    final = line(year, "1.1").final
    assert final is not None
    assert (final.points, final.who, final.at) == (D(2), str(year.leader), approval.at)


def test_signed_receipts_are_listed(year: Year, enter: Enter) -> None:
    receipt = receipts.write(
        year.first.submission, by=year.first.head, at=year.at, signed_as="Giám đốc"
    )

    answer = enter(year.chair).get(page(year.first))

    assert answer.context["lineage"].receipts == (receipt,)
    assert receipt.number in answer.content.decode()


# Who sees what


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("name", ["lineage", "lineage_book"])
def test_readers_have_page_and_workbook(year: Year, enter: Enter, role: str, name: str) -> None:
    assert enter(getattr(year, role)).get(page(year.first, name)).status_code == 200


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("name", ["lineage", "lineage_book"])
def test_others_have_neither(year: Year, enter: Enter, role: str, name: str) -> None:
    assert enter(getattr(year, role)).get(page(year.first, name)).status_code in (302, 404)


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("name", ["lineage", "lineage_book"])
def test_own_unit_is_not_found(year: Year, enter: Enter, role: str, name: str) -> None:
    user = getattr(year, role)
    Membership.objects.create(user=user, unit=year.first.unit, since=dt.date(2020, 1, 1))

    assert enter(user).get(page(year.first, name)).status_code == 404
    assert enter(user).get(page(year.second, name)).status_code == 200


def test_dossier_not_handed_in_is_not_found(year: Year, enter: Enter) -> None:
    Submission.objects.filter(pk=year.first.submission.pk).update(state=SubmissionState.DRAFT)

    assert enter(year.leader).get(page(year.first)).status_code == 404


def test_member_sees_the_assigned_field_only(year: Year, enter: Enter) -> None:
    Assignment.objects.filter(member__user=year.member, field__code="2").delete()

    answer = enter(year.member).get(page(year.first))

    found = answer.context["lineage"]
    assert [field.code for field, _lines in found.fields] == ["1"]
    assert "tự chấm 2.1" not in answer.content.decode()


def test_points_of_others_wait_for_the_own(year: Year, enter: Enter) -> None:
    other = make_member(year)
    appraise(year, year.first, "1.4", points="1.2345", reason="LÝ-DO-CỦA-NGƯỜI-KHÁC")
    client = enter(other)

    for name in ("lineage", "lineage_book"):
        assert "1.2345" not in told(client.get(page(year.first, name)))
        assert "LÝ-DO-CỦA-NGƯỜI-KHÁC" not in told(client.get(page(year.first, name)))
    assert line(year, "1.4", other).given_kept

    appraise(year, year.first, "1.4", by=other, points="1", reason="Của tôi")
    assert "1.2345" in told(client.get(page(year.first)))
    assert "LÝ-DO-CỦA-NGƯỜI-KHÁC" in told(client.get(page(year.first, "lineage_book")))


@pytest.mark.parametrize("own", ["", "points", "abstention"])
def test_abstentions_of_others_wait_for_the_own_points(year: Year, enter: Enter, own: str) -> None:
    other, score = make_member(year), year.first.score("1.4")
    appraisals.abstain(score=score, by=other, at=year.at, reason="LÝ-DO-KHÔNG-CHẤM")
    if own == "points":
        appraise(year, year.first, "1.4")
    elif own:
        appraisals.abstain(score=score, by=year.member, at=year.at, reason="CỦA-TÔI")

    for name in ("lineage", "lineage_book"):
        mine = told(enter(year.member).get(page(year.first, name)))
        assert ("LÝ-DO-KHÔNG-CHẤM" in mine) is (own == "points")
        assert (str(other) in mine) is (own == "points")
        assert ("CỦA-TÔI" in mine) is (own == "abstention")
        assert "LÝ-DO-KHÔNG-CHẤM" in told(enter(year.chair).get(page(year.first, name)))


def test_decision_waits_for_the_own_points_as_well(year: Year) -> None:
    other = make_member(year)
    appraise(year, year.first, "1.4")
    decisions.decide_leaf(
        score=year.first.score("1.4"), by=year.chair, at=year.at, meeting=make_meeting(year),
        points=D("1.5"), reason="Biểu quyết", votes_for=5, votes_against=1, dissent="",
    )  # fmt: skip

    kept = line(year, "1.4", other)

    assert (kept.council, kept.final, kept.rounds) == ((), None, ((),))
    assert line(year, "1.4").council


def test_claims_are_kept_back_where_the_council_wants_it(year: Year, enter: Enter) -> None:
    year.council.claims_shown = False
    year.council.save()
    row = year.first.score("1.4")
    row.self_points, row.self_trace = D("1.8765"), "VẾT-TỰ-CHẤM"
    row.save()
    appraise(year, year.first, "1.4", points="1.8765", reason="Đúng hồ sơ")

    for name in ("lineage", "lineage_book"):
        mine = told(enter(year.member).get(page(year.first, name)))
        assert "VẾT-TỰ-CHẤM" not in mine
        assert "tự chấm 1,8765" not in mine
        assert "VẾT-TỰ-CHẤM" in told(enter(year.chair).get(page(year.first, name)))
    assert line(year, "1.4", year.member).claim_kept
    ((step,),) = line(year, "1.4", year.member).rounds
    assert (step.points, step.move) == (D("1.8765"), Move.FIRST)


def told(answer: Any) -> str:
    """Return all words of a page or of the cells of a workbook."""
    assert answer.status_code == 200
    if not answer["Content-Type"].startswith("application/"):
        return str(answer.content.decode())
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)


# The workbook


def test_workbook_has_the_rows_of_the_page(year: Year, enter: Enter) -> None:
    appraise(year, year.first, "1.4", points="1.25", reason="=HYPERLINK(1)")

    answer = enter(year.chair).get(page(year.first, "lineage_book"))

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    heads = [cell.value for cell in sheet[4]]
    rows = {row[0].value: dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=5)}
    assert list(rows) == ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3", "2.4"]
    cut = rows["1.4"]
    assert (cut["Self-assessed: points"].value, cut["Round 1: points"].value) == (2, 1.25)
    assert cut["Round 1: points"].data_type == "n"
    assert cut["Round 1: change"].value == "lowered"
    assert cut["Round 1: why"].value.startswith("'=HYPERLINK(1)")
    assert cut["Round 1: why"].data_type == "s"
    assert cut["Round 1: when"].is_date
    assert answer["Cache-Control"] == "private, no-store"


def test_illustrative_workbook_says_so(db: None, enter: Enter) -> None:
    year = make_judged_year(illustrative=True)

    answer = enter(year.chair).get(page(year.first, "lineage_book"))

    assert "minh-hoa" in answer["Content-Disposition"]
    assert "(ILLUSTRATIVE)" in told(answer)


# Cost


def test_queries_do_not_grow_with_leaves_rounds_or_opinions(db: None, enter: Enter) -> None:
    counts, years = [], []
    for number, codes in enumerate((["1.1"], ["1.1", "1.2", "1.4"])):
        year = make_judged_year(year=2071 + number, codes=codes)
        years.append(year)
        for code in codes:
            appraise(year, year.first, code)
            if number:
                appraise(year, year.first, code, by=make_member(year), points="1", reason="x")
    for year in years:
        client = enter(year.chair)
        client.get(page(year.first))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page(year.first)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_buttons_lead_to_the_page_for_readers_only(year: Year, enter: Enter) -> None:
    change = reverse("admin:assessments_submission_change", args=[year.first.submission.pk])

    assert page(year.first) in enter(year.auditor).get(change).content.decode()
    assert page(year.first) not in enter(year.officer).get(change).content.decode()
    assert CouncilMember.objects.filter(user=year.officer).count() == 0
