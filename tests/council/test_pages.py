"""The appraisal page and the council's page: what is shown, saved, refused and kept."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.admin.appraisal_forms import AskForm
from assessments.choices import SubmissionState
from assessments.models import (
    Adjustment,
    Appraisal,
    CouncilDecision,
    Document,
    DocumentRevision,
    Evidence,
    Explanation,
    SurveyDecision,
)
from assessments.workflow.appraisals import abstain
from tests.council.conftest import Enter
from tests.factories.council import (
    appraise,
    appraise_all,
    make_judged_year,
    make_meeting,
    make_member,
    survey,
)
from tests.factories.cycles import D, Dossier, Year


def page(dossier: Dossier, name: str = "appraisal") -> str:
    return reverse(f"admin:assessments_submission_{name}", args=[dossier.submission.pk])


def points(dossier: Dossier, code: str, **given: Any) -> dict[str, Any]:
    """Return what the browser sends with the points of a leaf."""
    row = dossier.score(code)
    fields = {"points": "", "reason": "", "version": row.version} | given
    return {"score": row.pk, "verb": "appraise"} | {
        f"appraise{row.pk}-{k}": v for k, v in fields.items()
    }


def test_page_shows_claim_trace_and_form(year: Year, enter: Enter) -> None:
    response = enter(year.member).get(page(year.first))
    content = response.content.decode()
    assert response.status_code == 200
    assert "tự chấm 1.1" in content
    assert f'name="appraise{year.first.score("1.1").pk}-points"' in content
    shown = {row.code: row.may for row in response.context["rows"]}
    assert shown == {code: code != "2.4" for code in shown}


def test_points_are_saved_and_the_page_returns_to_the_leaf(year: Year, enter: Enter) -> None:
    row = year.first.score("1.1")
    response = enter(year.member).post(
        page(year.first), points(year.first, "1.1", points="1,5", reason="Muộn")
    )
    assert response.status_code == 302
    assert response["Location"].endswith(f"#leaf-{row.pk}")
    assert Appraisal.objects.get().points == D("1.5")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"points": "9"}, "over the maximum"),
        ({"points": "1"}, "Write why the points differ"),
        ({"points": "1", "version": 7}, "The leaf changed meanwhile"),
    ],
)
def test_refused_points_keep_what_was_typed(
    year: Year, enter: Enter, given: dict[str, Any], sentence: str
) -> None:
    data = points(year.first, "1.1", **given)
    response = enter(year.member).post(page(year.first), data)
    assert response.status_code == 200
    row = next(row for row in response.context["rows"] if row.code == "1.1")
    assert (len(row.errors), row.points) == (1, given["points"])
    assert sentence in row.errors[0]
    assert not Appraisal.objects.exists()


def test_question_is_asked_and_withdrawn(year: Year, enter: Enter) -> None:
    client, row = enter(year.member), year.first.score("1.1")
    due = (year.at + dt.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    data = {
        "score": row.pk,
        "verb": "ask",
        f"ask{row.pk}-question": "Số?",
        f"ask{row.pk}-due_at": due,
    }
    assert client.post(page(year.first), data).status_code == 302
    shown = next(r for r in client.get(page(year.first)).context["rows"] if r.pk == row.pk)
    assert (shown.may, shown.state) == (False, "asked")
    assert client.post(page(year.first), {"score": row.pk, "verb": "withdraw"}).status_code == 302
    assert Explanation.objects.get().closed_at is not None
    again = client.post(page(year.first), {"score": row.pk, "verb": "withdraw"})
    assert "No question on this leaf is open." in again.content.decode()


def test_day_s_end_is_typed_as_its_last_minute(year: Year) -> None:
    row, midnight = year.first.score("1.1"), dt.datetime(2031, 3, 4, 17, tzinfo=dt.UTC)
    form = AskForm(row, due=midnight)
    assert 'value="2031-03-04T23:59"' in str(form["due_at"])
    for typed, read in (
        ("2031-03-04T23:59", midnight), ("2031-03-05T00:00", midnight),
        ("2031-03-04T17:00", midnight - dt.timedelta(hours=7)),
    ):  # fmt: skip
        name = f"ask{row.pk}"
        given = AskForm(row, {f"{name}-question": "Số?", f"{name}-due_at": typed})
        assert given.is_valid()
        assert given.cleaned_data["due_at"] == read


def test_reader_gets_no_form_and_saves_nothing(year: Year, enter: Enter) -> None:
    for user in (year.secretary, year.chair, year.leader, year.auditor):
        client = enter(user)
        rows = client.get(page(year.first)).context["rows"]
        assert [row.may for row in rows] == [False] * 9
        response = client.post(page(year.first), points(year.first, "1.1", points="2"))
        assert response.status_code == 200
    assert not Appraisal.objects.exists()


@pytest.mark.parametrize("number", ["", "abc", "-1", "9" * 4400, "²", "١"])
def test_unknown_leaf_is_not_found(year: Year, enter: Enter, number: str) -> None:
    client = enter(year.member)
    assert client.post(page(year.first), {"verb": "appraise", "score": number}).status_code == 404


def test_leaf_of_another_dossier_is_not_found(year: Year, enter: Enter) -> None:
    data = points(year.second, "1.1", points="2")
    assert enter(year.member).post(page(year.first), data).status_code == 404


def test_other_methods_change_nothing(year: Year, enter: Enter) -> None:
    client = enter(year.member)
    for verb in ("put", "delete", "patch"):
        getattr(client, verb)(page(year.first))
    assert not Appraisal.objects.exists()


def test_council_page_puts_disputes_first_and_decides(db: None, enter: Enter) -> None:
    year = make_judged_year(heading={"dispute_spread": D("0.5")})
    appraise(year, year.first, "1.4")
    appraise(year, year.first, "1.4", by=make_member(year), points="0", reason="Khác")
    client, row = enter(year.chair), year.first.score("1.4")
    rows = client.get(page(year.first, "council")).context["rows"]
    assert [(item["score"].criterion.code, item["disputed"]) for item in rows][:2] == [
        ("1.4", True),
        ("1.1", False),
    ]
    fields = {"meeting": make_meeting(year).pk, "points": "1,25", "reason": "Biểu quyết",
              "votes_for": 5, "votes_against": 1, "dissent": ""}  # fmt: skip
    data = {"score": row.pk, "verb": "decide"} | {
        f"decide{row.pk}-{k}": v for k, v in fields.items()
    }
    bad = client.post(page(year.first, "council"), data | {f"decide{row.pk}-points": "9"})
    assert bad.status_code == 200
    assert not CouncilDecision.objects.exists()
    assert client.post(page(year.first, "council"), data).status_code == 302
    assert CouncilDecision.objects.get().points == D("1.25")
    assert client.get(page(year.first, "council")).context["rows"][0]["disputed"] is False


def test_council_page_opens_what_waits_and_folds_the_rest(db: None, enter: Enter) -> None:
    year = make_judged_year(heading={"dispute_spread": D("0.5")})
    appraise(year, year.first, "1.4")
    appraise(year, year.first, "1.4", by=make_member(year), points="0", reason="Khác")
    abstain(score=year.first.score("2.1"), by=year.member, at=year.at, reason="Ngoài chuyên môn")
    client = enter(year.chair)
    shown = client.get(page(year.first, "council"))
    codes = [item["score"].criterion.code for item in shown.context["first"]]
    assert codes == ["1.4", "2.1"]
    rest = {part["field"].code: len(part["rows"]) for part in shown.context["fields"]}
    assert rest == {"1": 4, "2": 2}
    content = shown.content.decode()
    assert '<a href="#to-decide">2 leaves to decide</a>' in content
    assert content.count('<details class="fold">') == 3  # two fields and the survey leaves
    row = year.first.score("1.1")
    bad = client.post(page(year.first, "council"), {"score": row.pk, "verb": "decide"})
    assert [part["open"] for part in bad.context["fields"]] == [True, False]


def test_survey_decision_is_chosen_not_taken_as_offered(db: None, enter: Enter) -> None:
    year = make_judged_year()
    survey(year, year.first, sample=3)
    client, row = enter(year.chair), year.first.score("2.4")
    shown = client.get(page(year.first, "council")).context["surveys"]
    form = shown["rows"][0]["form"]
    assert (shown["waiting"], shown["open"]) == (1, False)
    assert form.fields["decision"].choices[0][0] == ""
    data = {"score": row.pk, "verb": "survey", f"survey{row.pk}-reason": "Ít phiếu",
            f"survey{row.pk}-decision": ""}  # fmt: skip
    bad = client.post(page(year.first, "council"), data)
    assert bad.context["surveys"]["open"]
    assert list(bad.context["surveys"]["rows"][0]["form"].errors) == ["decision"]
    assert not SurveyDecision.objects.exists()


def test_secretary_reads_the_council_page_but_decides_nothing(year: Year, enter: Enter) -> None:
    client, row = enter(year.secretary), year.first.score("1.1")
    assert client.get(page(year.first, "council")).status_code == 200
    fields = {"meeting": make_meeting(year).pk, "points": "1", "reason": "Tự ý", "votes_for": 1,
              "votes_against": 0}  # fmt: skip
    data = {"score": row.pk, "verb": "decide"} | {
        f"decide{row.pk}-{k}": v for k, v in fields.items()
    }
    assert client.post(page(year.first, "council"), data).status_code == 200
    assert not CouncilDecision.objects.exists()
    for user in (year.member, year.leader, year.auditor):
        assert enter(user).get(page(year.first, "council")).status_code == 404


def test_survey_leaf_and_adjustment_on_the_council_page(db: None, enter: Enter) -> None:
    year = make_judged_year(heading={"bonus_cap": D(1)})
    survey(year, year.first, sample=3)
    client, row = enter(year.chair), year.first.score("2.4")
    data = {
        "score": row.pk,
        "verb": "survey",
        f"survey{row.pk}-decision": "use",
        f"survey{row.pk}-reason": "Ít phiếu",
    }
    assert client.post(page(year.first, "council"), data).status_code == 302
    assert SurveyDecision.objects.get().decision == "use"
    adjust = {
        "verb": "adjust",
        "adjust-kind": "bonus",
        "adjust-points": "0,5",
        "adjust-reason": "Sáng kiến",
    }
    response = enter(year.secretary).post(page(year.first, "council"), adjust)
    assert response.status_code == 302
    proposed = Adjustment.objects.get()
    url = reverse("admin:assessments_adjustment_act", args=[proposed.pk, "accept"])
    assert enter(year.secretary).post(url).status_code == 404
    assert client.post(url, {"note": ""}).status_code == 302
    proposed.refresh_from_db()
    assert proposed.state == "accepted"


def test_conclusion_by_the_button(year: Year, enter: Enter) -> None:
    url = reverse("admin:assessments_submission_act", args=[year.first.submission.pk, "conclude"])
    client, meeting = enter(year.chair), make_meeting(year)
    early = client.post(url, {"meeting": meeting.pk, "note": ""})
    assert early.status_code == 200
    assert "Leaves without points" in early.content.decode()
    appraise_all(year, year.first)
    assert client.post(url, {"meeting": "", "note": ""}).status_code == 200
    assert client.post(url, {"meeting": meeting.pk, "note": ""}).status_code == 302
    year.first.submission.refresh_from_db()
    assert year.first.submission.state == SubmissionState.APPRAISED


def test_approval_asks_for_the_password_again(year: Year, enter: Enter) -> None:
    year.first.submission.state = SubmissionState.APPRAISED
    year.first.submission.save()
    url = reverse("admin:assessments_submission_act", args=[year.first.submission.pk, "approve"])
    response = enter(year.leader).post(url, {"note": ""})
    assert response.status_code == 302
    assert "reauthenticate" in response["Location"]


def test_returning_names_leaves_and_time(year: Year, enter: Enter) -> None:
    url = reverse("admin:assessments_submission_act", args=[year.first.submission.pk, "return"])
    client = enter(year.secretary)
    due = (year.at + dt.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(url, {"note": "Thiếu", "due_at": due}).status_code == 200
    offered = [code for code, _label in client.get(url).context["form"].fields["leaves"].choices]
    assert offered == ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2"]
    assert client.post(url, {"note": "Thiếu", "due_at": due, "leaves": ["1.1"]}).status_code == 302
    assert year.first.score("1.1").open_to_unit is True


@pytest.mark.parametrize("name", ["appraisal", "council"])
def test_queries_do_not_grow_with_the_rows(db: None, enter: Enter, name: str) -> None:
    counts = []
    for number, codes in enumerate((["1.1"], ["1.1", "1.2", "1.3"])):
        year = make_judged_year(year=2040 + number, codes=codes)
        for code in codes:
            appraise(year, year.first, code)
        client = enter(year.chair if name == "council" else year.member)
        client.get(page(year.first, name))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(page(year.first, name)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("model", ["submission", "criterionscore", "appraisal"])
def test_list_queries_do_not_grow_with_the_rows(db: None, enter: Enter, model: str) -> None:
    counts = []
    for number, units in enumerate((1, 3)):
        year = make_judged_year(year=2050 + number, units=units, codes=["1.1"])
        for dossier in year.dossiers:
            appraise(year, dossier, "1.1")
        client = enter(year.chair)
        url = reverse(f"admin:assessments_{model}_changelist")
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(url).context["cl"].result_list) == units
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_evidence_links_to_its_file(year: Year, enter: Enter) -> None:
    document = Document.objects.create(
        unit=year.first.unit,
        number="12/QĐ",
        issued_on=dt.date(2031, 1, 9),
        issuer="Sở",
        abstract="Kế hoạch",
    )
    file = DocumentRevision.objects.create(
        document=document, name="ke-hoach.pdf", sha256="0" * 64, size=1,
        content_type="application/pdf", uploaded_by=year.first.focal, uploaded_at=year.at,
    )  # fmt: skip
    Evidence.objects.create(
        score=year.first.score("1.1"), revision=file, added_by=year.first.focal, added_at=year.at
    )
    client, row = enter(year.member), year.first.score("1.1")
    panel = reverse("admin:assessments_criterionscore_panel", args=[row.pk])
    content = client.get(panel).content.decode()
    assert f'href="{reverse("workspace:file", args=[file.pk])}"' in content
    rows = client.get(page(year.first)).context["rows"]
    assert [shown.evidence for shown in rows if shown.pk == row.pk] == [1]


def test_page_before_the_conclusion_has_no_button_while_something_stands_in_the_way(
    year: Year, enter: Enter
) -> None:
    url = reverse("admin:assessments_submission_act", args=[year.first.submission.pk, "conclude"])
    client, button = enter(year.chair), '<button class="button" type="submit">Conclude</button>'
    for response in (client.get(url), client.post(url, {"meeting": make_meeting(year).pk})):
        content = response.content.decode()
        assert "Leaves without points" in content
        assert (button in content, f'href="{page(year.first, "council")}"' in content) == (
            False, True,
        )  # fmt: skip
    appraise_all(year, year.first)
    assert button in client.get(url).content.decode()


def test_page_before_the_conclusion_lists_leaves_left_out(year: Year, enter: Enter) -> None:
    appraise_all(year, year.first)
    appraise(year, year.first, "1.3", applicable=False, reason="Không phát sinh hồ sơ")
    url = reverse("admin:assessments_submission_act", args=[year.first.submission.pk, "conclude"])
    ((_heading, lines),) = enter(year.chair).get(url).context["form"].facts
    assert lines == [f"{year.criterion('1.3')}: Không phát sinh hồ sơ"]
