"""What an appraiser does from the grid: saved, refused with the text kept, and never a leak."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.models import Abstention, Appraisal, Event, Explanation
from tests.council.conftest import Enter
from tests.factories.council import appraise, make_judged_year, make_member
from tests.factories.cycles import D, Dossier, Year
from units.models import Membership

JSON = {"accept": "application/json"}
_MARKS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def page(year: Year, code: str = "1.1", name: str = "grid", query: str = "") -> str:
    return (
        reverse(f"admin:assessments_criterionscore_{name}", args=[year.criterion(code).pk]) + query
    )


def door(dossier: Dossier, code: str = "1.1", name: str = "judge", query: str = "") -> str:
    return (
        reverse(f"admin:assessments_criterionscore_{name}", args=[dossier.score(code).pk]) + query
    )


def typed(
    dossier: Dossier, code: str = "1.1", verb: str = "appraise", **given: Any
) -> dict[str, Any]:
    """Return what the row's form sends."""
    row = dossier.score(code)
    fields = {"points": "", "reason": "", "version": row.version} | given
    prefix = verb if verb in ("ask", "abstain") else "appraise"
    return {"verb": verb} | {f"{prefix}{row.pk}-{k}": v for k, v in fields.items()}


def statements(run: CaptureQueriesContext) -> list[str]:
    """Return the statements but for the marks of transactions."""
    return [row["sql"][:160] for row in run if not row["sql"].startswith(_MARKS)]


def due(year: Year) -> str:
    return f"{timezone.localtime(year.at + dt.timedelta(days=3)):%Y-%m-%dT%H:%M}"


def test_points_are_saved_and_the_grid_comes_back_to_the_row(year: Year, enter: Enter) -> None:
    query = "?tu=luoi&loc=chua-cham&page=1"
    data = typed(year.first, points="1,5", reason="Muộn")
    response = enter(year.member).post(door(year.first, query=query), data)
    place = f"{page(year, query='?loc=chua-cham&page=1')}#leaf-{year.first.score('1.1').pk}"
    assert (response.status_code, response["Location"]) == (302, place)
    assert Appraisal.objects.get().points == D("1.5")


def test_script_gets_what_it_writes_into_the_row(year: Year, enter: Enter) -> None:
    data = typed(year.first, points="1,5", reason="Muộn")
    answer = enter(year.member).post(door(year.first), data, headers=JSON)
    assert answer.status_code == 200
    row = year.first.score("1.1")
    found = {name: answer.json()[name] for name in ("leaf", "version", "points", "reason", "state")}
    assert found == {"leaf": row.pk, "version": row.version, "points": "1,5", "reason": "Muộn",
                     "state": "done"}  # fmt: skip


def test_agreeing_takes_over_the_units_points(year: Year, enter: Enter) -> None:
    data = typed(year.first, verb="agree")
    answer = enter(year.member).post(door(year.first), data, headers=JSON)
    assert (answer.status_code, answer.json()["points"]) == (200, "2")
    given = Appraisal.objects.get()
    assert (given.points, given.score_id) == (D(2), year.first.score("1.1").pk)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"points": "9"}, "over the maximum"),
        ({"points": "1"}, "Write why the points differ"),
        ({"points": "1", "reason": "x", "version": 7}, "The leaf changed meanwhile"),
    ],
)
def test_refusal_keeps_the_text_in_the_row(
    year: Year, enter: Enter, given: dict[str, Any], sentence: str
) -> None:
    client, data = enter(year.member), typed(year.first, **given)
    for query in ("?tu=luoi", "?tu=luoi&loc=dang-hoi", "?tu=ho-so"):
        response = client.post(door(year.first, query=query), data)
        assert response.status_code == 422
        row = next(r for r in response.context["rows"] if r.pk == year.first.score("1.1").pk)
        assert (row.points, row.reason) == (given["points"], given.get("reason", ""))
        assert sentence in row.errors[0]
        assert sentence in response.content.decode()
    answer = client.post(door(year.first), data, headers=JSON)
    assert answer.status_code == 422
    assert sentence in answer.json()["message"]
    # Only who looked at an older version needs the row anew.
    assert ("html" in answer.json()) == ("version" in given)
    assert not Appraisal.objects.exists()


def test_question_abstention_and_withdrawal(year: Year, enter: Enter) -> None:
    client, query = enter(year.member), "?tu=tieu-chi"
    data = typed(year.first, verb="ask", question="Số?", due_at=due(year))
    assert client.post(door(year.first, query=query), data).status_code == 302
    assert Explanation.objects.get().closed_at is None
    panel = client.get(door(year.first, name="panel"))
    assert panel.context["row"].state == "asked"
    assert "Withdraw the question" in panel.content.decode()
    assert client.post(door(year.first), {"verb": "withdraw"}).status_code == 302
    assert Explanation.objects.get().closed_at is not None
    answer = client.post(
        door(year.first), typed(year.first, verb="abstain", reason="Người quen"), headers=JSON
    )
    assert answer.status_code == 200
    assert 'data-state="abstained"' in answer.json()["html"]
    assert Abstention.objects.get().reason == "Người quen"


@pytest.mark.parametrize("shown", [True, False])
def test_panel_says_when_a_reason_is_needed(year: Year, enter: Enter, shown: bool) -> None:
    year.council.claims_shown = shown
    year.council.save()
    client, said = enter(year.member), "Always needed: the unit's own points are not shown"
    panel = client.get(door(year.first, name="panel")).content.decode()
    data = typed(year.first, points="9", reason="x")
    refused = client.post(door(year.first, query="?tu=tieu-chi"), data)
    assert refused.status_code == 422
    for content in (panel, refused.content.decode()):
        assert (said in content) != shown
        assert ("Needed when the points" in content) == shown


def test_refused_question_comes_back_in_the_panel(year: Year, enter: Enter) -> None:
    past = f"{timezone.localtime(year.at - dt.timedelta(days=1)):%Y-%m-%dT%H:%M}"
    data = typed(year.first, verb="ask", question="Vì sao muộn?", due_at=past)
    response = enter(year.member).post(door(year.first, query="?tu=luoi"), data)
    assert response.status_code == 422
    content = response.content.decode()
    assert "Vì sao muộn?" in content
    assert "must end in the future" in content


# Who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["secretary", "chair", "leader", "auditor"])
def test_reader_is_refused_with_a_sentence(year: Year, enter: Enter, role: str) -> None:
    data = typed(year.first, points="2")
    answer = enter(getattr(year, role)).post(door(year.first), data, headers=JSON)
    assert (answer.status_code, answer.json()["message"]) == (
        422, "This field is not assigned to you.",
    )  # fmt: skip
    assert not Appraisal.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"),
    [("officer", 404), ("administrator", 404), ("outsider", 302), (None, 302)],
)
def test_whoever_has_no_part_meets_no_leaf(
    year: Year, enter: Enter, client: Any, role: str | None, status: int
) -> None:
    browser = enter(getattr(year, role)) if role else client
    for verb in ("appraise", "agree", "ask", "abstain", "withdraw"):
        data = typed(year.first, verb=verb, points="2")
        assert browser.post(door(year.first), data).status_code == status, verb
    assert browser.get(door(year.first, name="panel")).status_code == status
    assert not Appraisal.objects.exists()


def test_own_unit_has_neither_row_nor_panel_nor_act(year: Year, enter: Enter) -> None:
    year = make_judged_year(year=2044, units=4)
    Membership.objects.create(user=year.member, unit=year.first.unit, since=dt.date(2020, 1, 1))
    row = year.first.score("1.1")
    row.self_points = D(0)
    row.save()
    client = enter(year.member)
    response = client.get(page(year))
    assert year.first.unit.name not in response.content.decode()
    assert response.context["tally"].total == 3
    assert [each["count"] for each in response.context["filters"]][:2] == [3, 3]
    spread = response.context["spread"]
    assert (spread.units, spread.least, spread.at_zero) == (3, D(2), 0)
    assert client.get(door(year.first, name="panel")).status_code == 404
    for verb in ("appraise", "agree", "ask", "abstain", "withdraw"):
        answer = client.post(door(year.first), typed(year.first, verb=verb), headers=JSON)
        assert answer.status_code == 404, verb
    assert not Event.objects.filter(refused=False, actor=year.member).exists()


def test_other_methods_and_verbs_do_nothing(year: Year, enter: Enter) -> None:
    client = enter(year.member)
    assert client.get(door(year.first)).status_code == 405
    assert client.put(door(year.first)).status_code == 405
    assert client.post(door(year.first), {"verb": "conclude"}).status_code == 404
    gone = reverse("admin:assessments_criterionscore_judge", args=[10**9])
    assert client.post(gone, {"verb": "agree"}).status_code == 404


# Blindness -------------------------------------------------------------------------------------


def test_claims_are_kept_from_an_appraiser_where_the_council_says_so(
    year: Year, enter: Enter
) -> None:
    year.council.claims_shown = False
    year.council.save()
    client = enter(year.member)
    response = client.get(page(year))
    row = response.context["rows"][0]
    assert (row.own, row.trace, row.offset, row.agreeable) == ("", "", "", False)
    assert response.context["spread"].middle is None
    panel = client.get(door(year.first, name="panel")).content.decode()
    assert "tự chấm" not in panel
    answer = client.post(door(year.first), typed(year.first, verb="agree"), headers=JSON)
    assert answer.status_code == 422
    assert enter(year.secretary).get(page(year)).context["rows"][0].own == "2"


def test_points_of_others_are_shown_after_the_own(year: Year, enter: Enter) -> None:
    other = make_member(year)
    appraise(year, year.first, "1.1", by=other, points="1", reason="LOI-KHAC")
    client = enter(year.member)
    for address in (page(year), door(year.first, name="panel")):
        assert "LOI-KHAC" not in client.get(address).content.decode()
    appraise(year, year.first, "1.1")
    for address in (page(year), door(year.first, name="panel")):
        assert "LOI-KHAC" in client.get(address).content.decode()


# Agree with many -------------------------------------------------------------------------------


def test_many_are_agreed_with_after_a_preview(year: Year, enter: Enter) -> None:
    client = enter(year.member)
    first, second = (dossier.score("1.1") for dossier in year.dossiers)
    preview = client.post(page(year, name="agree"), {"all": "1"})
    assert [row.pk for row in preview.context["rows"]] == [first.pk, second.pk]
    assert not Appraisal.objects.exists()
    appraise(year, year.second, "1.1", by=make_member(year))  # the version moves meanwhile
    leaves = [f"{row.pk}:{row.version}" for row in (first, second)]
    done = client.post(page(year, name="agree"), {"confirm": "1", "leaf": leaves})
    assert done.context["done"] == [year.first.unit.name]
    assert [unit for unit, _sentence in done.context["refused"]] == [year.second.unit.name]
    assert Appraisal.objects.filter(member__user=year.member).count() == 1
    assert Event.objects.filter(action="appraise", actor=year.member, refused=False).count() == 1


@pytest.mark.parametrize("number", ["9" * 30, "9" * 4400, "-1", "²", ""])
def test_numbers_that_are_none_agree_with_nothing(year: Year, enter: Enter, number: str) -> None:
    key = year.first.score("1.1").pk
    for leaf in (f"{number}:0", f"{key}:{number}"):
        sent = {"confirm": "1", "leaf": leaf}
        done = enter(year.member).post(page(year, name="agree"), sent)
        assert (done.status_code, done.context["done"]) == (200, [])
    assert not Appraisal.objects.exists()


def test_preview_takes_only_ticked_rows_and_those_of_the_filter(year: Year, enter: Enter) -> None:
    client, row = enter(year.member), year.second.score("1.1")
    ticked = client.post(page(year, name="agree"), {"leaf": [row.pk, "9999999"]})
    assert [each.pk for each in ticked.context["rows"]] == [row.pk]
    none = client.post(page(year, name="agree", query="?loc=dang-hoi"), {"all": "1"})
    assert none.context["rows"] == []


# Speed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["appraise", "agree"])
def test_saving_a_leaf_takes_ten_statements(year: Year, enter: Enter, verb: str) -> None:
    client = enter(year.member)
    client.post(door(year.second), typed(year.second, points="2"), headers=JSON)
    address, data = door(year.first), typed(year.first, verb=verb, points="2")
    with CaptureQueriesContext(connection) as run:
        assert client.post(address, data, headers=JSON).status_code == 200
    assert len(statements(run)) <= 10, "\n".join(statements(run))


@pytest.mark.parametrize("role", ["member", "auditor"])
def test_statements_do_not_grow_with_the_rows(db: Any, enter: Enter, role: str) -> None:
    counts = []
    for number, units in enumerate((1, 3, 60)):
        year = make_judged_year(year=2050 + number, units=units, codes=["1.1"])
        appraise(year, year.first, "1.1")
        client = enter(getattr(year, role))
        address = page(year, query="?moi-trang=200")
        client.get(address)
        with CaptureQueriesContext(connection) as run:
            response = client.get(address)
            assert len(response.context["rows"]) == units
        counts.append(len(statements(run)))
    assert counts[0] == counts[1] == counts[2]
    assert counts[0] <= 15, "\n".join(statements(run))
