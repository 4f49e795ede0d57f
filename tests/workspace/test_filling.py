"""Leaf by leaf: facts in, points and trace out; what is wrong stays on screen."""

import datetime as dt
import html

import pytest

from assessments.choices import Stage
from assessments.errors import WindowClosed
from assessments.models import Extension
from assessments.queries import workspace as queries
from assessments.queries.wording import sentence
from assessments.scoring import Reason
from assessments.workflow import windows
from assessments.workflow.documents import attach_file
from assessments.workflow.scores import save_leaf
from tests.factories.cycles import D
from tests.workspace import uploads


def test_page_offers_an_input_for_every_method(client, address):
    first = client.get(address("field", field="1")).context["cards"]
    second = client.get(address("field", field="2")).context["cards"]
    common = ["no_evidence_reason", "note"]

    assert {card.criterion.code: list(card.form.fields) for card in first} == {
        "1.1": ["version", "met", *common],
        "1.2": ["version", "option", *common],
        "1.3": ["version", "a", "b", "not_applicable", *common],
        "1.4": ["version", "a", "b", "claimed_percent", *common],
        "1.5": ["version", "count", *common],
    }
    assert {card.criterion.code: card.form and list(card.form.fields) for card in second} == {
        "2.1": ["version", "count", *common],
        "2.2": ["version", "count", *common],
        "2.3": None,
        "2.4": None,
    }


@pytest.mark.parametrize(
    ("code", "facts", "points", "trace"),
    [
        ("1.1", {"met": "1"}, "2", "Đạt → 2,00"),
        ("1.1", {"met": "0"}, "0", "Không đạt → 0,00"),
        ("1.3", {"a": "50", "b": "47"}, "1.88", "b/a = 47/50 = 94 %"),
        ("1.3", {"a": "0", "b": "0"}, "0", "a = 0, không phát sinh"),
        ("1.3", {"not_applicable": "on"}, "0", "Không áp dụng"),
        ("1.4", {"claimed_percent": "79,99"}, "0", "Tỷ lệ = 79,99 %"),
        ("1.4", {"a": "20", "b": "18"}, "1.8", "b/a = 18/20 = 90 %"),
        ("1.5", {"count": "1"}, "0.5", "Số lượng = 1"),
        ("2.1", {"count": "5"}, "0", "< 0"),
        ("2.2", {"count": "3"}, "1", "> 1,00"),
    ],
)
def test_leaf_is_saved_with_points_and_trace(
    client, address, year, save, *, code, facts, points, trace
):
    response = save(code, **facts)
    score = year.first.score(code)

    assert response.status_code == 302
    assert response.url == f"{address('field', field=code[0])}#leaf-{score.pk}"
    assert score.self_points == D(points)
    assert trace in score.self_trace
    assert score.self_trace in html.unescape(client.get(response.url).content.decode())


def test_option_is_saved(year, save):
    level = year.criterion("1.2").levels.get(points=D("1.5"))

    assert save("1.2", option=level.pk).status_code == 302
    assert year.first.score("1.2").option == level
    assert year.first.score("1.2").self_points == D("1.5")


@pytest.mark.parametrize(
    ("code", "facts", "field", "reason", "params"),
    [
        ("1.3", {"a": "10", "b": "11"}, "b", Reason.DONE_EXCEEDS_DUE, {"a": "10", "b": "11"}),
        ("1.3", {"a": "1.234,5", "b": "1"}, "a", Reason.BOTH_MARKS, {"value": "1.234,5"}),
        ("1.3", {"a": "1.234", "b": "1"}, "a", Reason.AMBIGUOUS,
         {"value": "1.234", "whole": "1234", "decimal": "1,234"}),
        ("1.3", {"a": "mười", "b": "1"}, "a", Reason.NOT_A_NUMBER, {"field": "a", "value": "mười"}),
        ("1.3", {"a": "-1", "b": "0"}, "a", Reason.NEGATIVE, {"field": "a", "value": "-1"}),
        ("1.4", {"claimed_percent": "100,5"}, "claimed_percent", Reason.PERCENT_OVER_100,
         {"value": D("100.5")}),
        ("1.5", {"count": "1,5"}, "count", Reason.NOT_WHOLE, {"field": "count", "value": "1,5"}),
        ("2.1", {"count": "NaN"}, "count", Reason.NOT_A_NUMBER, {"field": "count", "value": "NaN"}),
    ],
)  # fmt: skip
def test_bad_fact_stays_on_screen_beside_its_message(
    year, save, *, code, facts, field, reason, params
):
    response = save(code, **facts, note="Giữ lại")
    form = next(c for c in response.context["cards"] if c.criterion.code == code).form

    assert response.status_code == 422
    assert form.errors == {field: [sentence(reason, params)]}
    assert form["note"].value() == "Giữ lại"
    assert {name: form[name].value() for name in facts} == facts
    body = response.content.decode()
    assert all(f'value="{typed}"' in body for typed in facts.values() if typed)
    assert f'id="{form[field].auto_id}_error"' in body
    assert year.first.score(code).version == 0


@pytest.mark.parametrize(
    ("code", "facts", "field", "words"),
    [
        ("1.3", {"a": "10", "b": "9", "not_applicable": "on"}, "not_applicable",
         "Đã đánh dấu “Không phát sinh trong năm” nhưng vẫn nhập: Phải thực hiện (a), "),
        ("1.4", {"a": "20", "b": "18", "claimed_percent": "95"}, "claimed_percent",
         "Tỷ lệ 95 phần trăm không khớp với a = 20 và b = 18; hãy sửa hoặc bỏ một trong hai."),
        ("1.4", {"a": "0", "b": "0", "claimed_percent": "100"}, "claimed_percent", "a = 0"),
        ("2.1", {"count": "1,5"}, "count", "Số lượng phải là số nguyên: 1,5"),
        ("2.2", {"count": "0.25"}, "count", "Số lượng phải là số nguyên: 0,25"),
    ],
)  # fmt: skip
def test_contradiction_is_refused_and_stays_on_screen(year, save, *, code, facts, field, words):
    response = save(code, **facts)
    form = next(c for c in response.context["cards"] if c.criterion.code == code).form

    assert response.status_code == 422
    assert list(form.errors) == [field]
    assert words in form.errors[field][0]
    assert {name: form.data[name] for name in facts} == facts
    assert year.first.score(code).version == 0


@pytest.mark.parametrize(
    ("a", "b", "percent"),
    [("20", "18", "90"), ("3", "2", "66,7"), ("3", "2", "66,6667"), ("12,5", "10", "80,00")],
)
def test_percentage_that_follows_from_a_and_b_is_saved(save, a, b, percent):
    assert save("1.4", a=a, b=b, claimed_percent=percent).status_code == 302


def test_summary_names_the_field_once(save):
    summary = save("1.3", a="-1", b="0").content.decode().split("error-summary", 1)[1]
    line = summary[summary.index("<li>") : summary.index("</li>")]

    assert line.count("Phải thực hiện (a)") == 1


def test_only_the_note_and_an_unneeded_reason_are_marked_optional(client, address, save, year):
    def marked():
        panel = client.get(address("field", field="1")).content.decode()
        panel = panel[panel.index(f'id="leaf-{year.first.score("1.1").pk}"') :]
        return panel[: panel.index("</form>")].count("field__optional")

    assert marked() == 1
    attach_file(score=year.first.score("1.1"), by=year.first.focal, at=year.at,
                upload=uploads.pdf(), number="1")  # fmt: skip
    assert marked() == 2


def test_unknown_option_is_refused(year, save):
    response = save("1.2", option="999999")

    assert response.status_code == 422
    assert list(response.context["bound"].errors) == ["option"]
    assert year.first.score("1.2").version == 0


def test_blank_leaf_is_saved_without_points(year, save):
    save("1.3", a="10", b="5")

    assert save("1.3", a="", b="").status_code == 302
    assert year.first.score("1.3").self_points is None


def test_not_applicable_is_not_offered_where_the_leaf_always_applies(year, save):
    save("1.1", not_applicable="on")

    assert year.first.score("1.1").not_applicable is False
    assert year.first.score("1.1").self_points is None


def test_zero_due_is_refused_where_the_leaf_always_applies(year, save):
    response = save("1.4", a="0", b="0")

    assert response.status_code == 422
    assert year.first.score("1.4").self_points is None


def test_stale_save_shows_both_texts_and_lets_the_person_choose(year, save):
    save("1.3", a="10", b="5", note="của người trước", version=0)

    response = save("1.3", a="10", b="9", note="của tôi", version=0)
    card = next(c for c in response.context["cards"] if c.criterion.code == "1.3")

    assert response.status_code == 409
    assert [row[1:] for row in card.conflict] == [("5", "9"), ("của người trước", "của tôi")]
    assert "đã lưu tiêu chí này lúc" in response.content.decode()
    assert card.form["b"].value() == "9"
    assert card.form["note"].value() == "của tôi"
    assert year.first.score("1.3").b == D(5)
    again = save("1.3", a="10", b="9", note="của tôi", version=card.form["version"].value())
    assert again.status_code == 302
    assert year.first.score("1.3").b == D(9)


def test_window_closes_to_the_second(year, address, client):
    end = year.milestone().closes_at
    score = year.first.score("1.1")

    save_leaf(
        score=score, by=year.first.focal, at=end - dt.timedelta(microseconds=1), version=0, met=True
    )
    with pytest.raises(WindowClosed):
        save_leaf(score=score, by=year.first.focal, at=end, version=1, met=False)
    assert year.first.score("1.1").met is True


def test_closed_window_makes_the_page_read_only_and_keeps_what_was_typed(
    year, address, client, save
):
    year.cycle.milestones.filter(stage=Stage.SELF_ASSESSMENT).update(closes_at=year.at)

    page = client.get(address("field", field="1"))
    response = save("1.3", a="10", b="7", note="vừa gõ")
    card = next(c for c in response.context["cards"] if c.criterion.code == "1.3")

    assert [card.form for card in page.context["cards"]] == [None] * 5
    assert page.context["closed"] != ""
    assert response.status_code == 409
    assert [str(text) for _label, text in card.typed] == ["10", "7", "vừa gõ"]
    assert year.first.score("1.3").version == 0


def test_extension_keeps_the_page_open(year, address, client):
    year.cycle.milestones.filter(stage=Stage.SELF_ASSESSMENT).update(closes_at=year.at)
    until = year.at + dt.timedelta(days=2)
    Extension.objects.create(
        cycle=year.cycle,
        stage=Stage.SELF_ASSESSMENT,
        unit=year.first.unit,
        until=until,
        reason="Bão",
    )
    page = client.get(address("field", field="1"))

    assert page.context["closed"] == ""
    assert page.context["deadline"].end == until
    assert page.context["deadline"].days_left == 2
    assert windows.closes_at(year.cycle, Stage.SELF_ASSESSMENT, year.first.unit.pk) == until
    assert queries.closes_at(year.cycle, Stage.SELF_ASSESSMENT, year.second.unit.pk) == year.at


def test_deadline_prints_the_last_second(year, address, client):
    end = year.milestone().closes_at
    last = (end - dt.timedelta(seconds=1)).astimezone(dt.timezone(dt.timedelta(hours=7)))

    page = client.get(address("dossier"))

    assert page.context["deadline"].text == f"23:59:59 {last:%d/%m/%Y}"
    assert f"23:59:59 {last:%d/%m/%Y}" in page.content.decode()


def test_returned_dossier_opens_only_the_named_leaves(year, address, client):
    submission = year.first.submission
    submission.state, submission.returned_from = "returned", "submitted"
    submission.return_due_at = year.at + dt.timedelta(days=3)
    submission.save()
    submission.scores.filter(criterion__code="1.3").update(open_to_unit=True)

    cards = client.get(address("field", field="1")).context["cards"]

    assert [card.criterion.code for card in cards if card.form] == ["1.3"]
