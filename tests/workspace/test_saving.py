"""Saving while a person types: kept once acknowledged, never over somebody else's words."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.errors import BadInput, NotPermitted
from assessments.models import Delegation, Event, ScoreHistory
from assessments.workflow import documents, finals
from assessments.workflow.independent import record_independent
from assessments.workflow.scores import Claim, save_leaf, stamp
from assessments.workflow.sets import save_leaves
from tests.factories.cycles import D, make_user, make_year
from tests.workspace import uploads
from units.models import Membership

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def typed(client, address):
    """Send a leaf as the page's script does, by the first unit's contributor unless told."""

    def send(code, browser=client, **data):
        return browser.post(address("save", field=code[0], code=code), data, **JSON)

    return send


def test_answer_brings_version_points_and_trace(typed, year):
    answer = typed("1.3", version=0, a="50", b="47", no_evidence_reason="Đang chờ")

    assert answer.status_code == 200
    score = year.first.score("1.3")
    saved_at = f"{timezone.localtime(score.saved_at):%H:%M:%S}"
    data = answer.json()
    html = data.pop("html")
    assert data == {"version": 1, "at": saved_at, "complete": True}
    assert "Tự chấm: 1,88 trên 2,00 điểm" in html
    assert "b/a = 47/50 = 94 %" in html


def test_half_filled_leaf_is_kept_without_points(typed, year):
    answer = typed("1.3", version=0, a="50", note="còn chờ số liệu")

    score = year.first.score("1.3")
    assert (answer.status_code, answer.json()["complete"]) == (200, False)
    assert (score.a, score.b, score.self_points, score.version) == (D(50), None, None, 1)
    assert "Chưa có điểm" in answer.json()["html"]
    assert "(b)" in answer.json()["html"]


def test_refused_fact_comes_back_beside_its_input(typed, year):
    answer = typed("1.3", version=0, a="10", b="11")

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["b"]
    assert year.first.score("1.3").version == 0


def test_second_editor_gets_the_leaf_with_both_texts(typed, year, signed_in):
    typed(
        "1.3", version=0, a="10", b="5", note="của người trước", browser=signed_in(year.first.focal)
    )
    answer = typed("1.3", version=0, a="10", b="9", note="của tôi")

    html = answer.json()["html"]
    assert answer.status_code == 409
    assert f"{year.first.focal} đã lưu tiêu chí này lúc" in html
    assert all(text in html for text in ("của người trước", "của tôi", "data-discard"))
    assert 'name="version" value="1"' in html
    assert year.first.score("1.3").b == D(5)


def test_inputs_left_alone_take_what_the_other_wrote(typed, year, signed_in, save):
    """One changes the note, the other the figures: nobody undoes what they never touched."""
    focal = signed_in(year.first.focal)
    typed("1.3", version=0, a="10", b="5", note="cũ")
    typed("1.3", version=1, a="10", b="5", note="của người khác", browser=focal)
    answer = save("1.3", version=1, a="10", b="9", note="cũ")
    card = next(c for c in answer.context["cards"] if c.criterion.code == "1.3")

    assert answer.status_code == 409
    assert [row[1:] for row in card.conflict] == [("5", "9")]
    assert {name: card.form[name].value() for name in ("a", "b", "note")} == {
        "a": "10", "b": "9", "note": "của người khác",
    }  # fmt: skip
    assert year.first.score("1.3").note == "của người khác"


def test_changes_of_different_inputs_are_put_together(typed, year, signed_in):
    typed("1.3", version=0, note="cũ", not_applicable="on")
    typed("1.3", version=1, note="mới", not_applicable="on", browser=signed_in(year.first.focal))
    answer = typed("1.3", version=1, note="cũ", a="10", b="9")

    html = answer.json()["html"]
    assert answer.status_code == 409
    assert "Hai bên sửa các ô khác nhau" not in html
    assert all(text in html for text in ("mới", 'value="10"', "Không phát sinh"))


def test_save_whose_answer_was_lost_is_followed_not_contradicted(typed, year):
    key = str(uuid.uuid4())
    typed("1.3", version=0, key=key, a="10", b="5")
    again = typed("1.3", version=0, key=key, a="10", b="9", note="viết tiếp khi mất mạng")

    assert again.status_code == 200
    score = year.first.score("1.3")
    assert (score.b, score.version, score.note) == (D(9), 2, "viết tiếp khi mất mạng")


def test_file_or_figure_that_came_meanwhile_is_no_conflict(typed, year):
    score = year.first.score("1.3")
    documents.attach_file(
        score=score, by=year.first.focal, at=year.at, number="1",
        upload=uploads.upload("a.pdf", uploads.printed()),
    )  # fmt: skip
    record_independent(
        score=year.first.score("1.3"), by=year.officer, at=year.at, a=D(10), b=D(8), source="Cục"
    )
    assert year.first.score("1.3").version == 2
    answer = typed("1.3", version=0, a="10", b="9")

    assert (answer.status_code, answer.json()["version"]) == (200, 3)
    assert typed("1.3", version=2, a="10", b="7").status_code == 409
    assert typed("1.3", version=9, a="10", b="7").status_code == 409


def test_unit_is_told_who_saved_not_who_judged(year, client, address):
    score = year.first.score("1.3")
    save_leaf(score=score, by=year.first.focal, at=year.at, version=0, a=D(10), b=D(9))
    stamp(year.first.score("1.3"), by=year.member, at=year.at, action="council.appraise")
    finals.stamp_all(
        [year.first.score("1.3")], by=year.chair, at=year.at, action="council.conclude"
    )
    body = client.get(address("field", field="1")).content.decode()

    assert f"{year.first.focal} lưu lúc" in body
    assert not any(str(person) in body for person in (year.member, year.chair))


def test_key_of_somebody_else_overrides_nothing(typed, year, signed_in):
    key = str(uuid.uuid4())
    typed("1.3", version=0, key=key, a="10", b="5", browser=signed_in(year.first.focal))
    assert typed("1.3", version=0, key=key, a="10", b="9").status_code == 409
    assert year.first.score("1.3").b == D(5)


@pytest.mark.parametrize("key", ["a\0b", "x" * 50, "<script>"])
def test_key_that_is_no_key_is_none(typed, year, key):
    assert typed("1.3", version=0, key=key, note="một").status_code == 200
    assert year.first.score("1.3").saved_key == ""


def test_workbook_ends_what_an_earlier_key_could_follow(typed, year):
    key = str(uuid.uuid4())
    typed("1.3", version=0, key=key, a="10", b="5")
    save_leaves(
        submission=year.first.submission, by=year.first.contributor, at=year.at,
        claims={"1.3": Claim(a=D(10), b=D(8))},
    )  # fmt: skip
    assert typed("1.3", version=0, key=key, a="10", b="9").status_code == 409


def test_leaf_delegated_between_reading_and_saving_is_refused(year):
    read = year.first.score("1.1")
    assert getattr(read, "delegation", None) is None
    Delegation.objects.create(
        score=read, user=year.first.focal, given_by=year.first.focal, given_at=year.at
    )
    stale = type(read).objects.select_related("delegation").get(pk=read.pk)
    stale._state.fields_cache["delegation"] = None
    with pytest.raises(NotPermitted):
        save_leaf(score=stale, by=year.first.contributor, at=year.at, version=0, met=True)


def test_heaps_of_marks_and_characters_of_no_text_are_not_kept(typed, year):
    typed("1.3", version=0, note="a" + "\u0301" * 3000 + "\ufffe\uffffz")
    note = year.first.score("1.3").note
    assert (len(note), note[-1]) == (10, "z")


def test_saving_what_is_stored_leaves_no_trace(typed, year):
    typed("1.3", version=0, a="10", b="5")
    answer = typed("1.3", version=1, a="10", b="5")

    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert ScoreHistory.objects.filter(score=year.first.score("1.3")).count() == 1
    assert Event.objects.filter(action="save", refused=False).count() == 1


def test_prefilled_leaf_confirmed_by_the_unit_is_saved(typed, year):
    score = year.first.score("1.3")
    score.not_applicable = True
    score.save()
    assert typed("1.3", version=0, not_applicable="on").json()["version"] == 1
    assert year.first.score("1.3").saved_by == year.first.contributor


@pytest.mark.parametrize(
    ("code", "claim", "field"),
    [
        ("1.3", {"a": D(10), "not_applicable": True}, "not_applicable"),
        ("1.4", {"a": D(20), "b": D(18), "claimed_percent": D(95)}, "claimed_percent"),
    ],
)
def test_no_way_in_takes_facts_that_contradict_each_other(year, *, code, claim, field):
    score, by = year.first.score(code), year.first.focal
    with pytest.raises(BadInput) as one:
        save_leaf(score=score, by=by, at=year.at, version=0, **claim)
    with pytest.raises(BadInput) as many:
        save_leaves(
            submission=year.first.submission, by=by, at=year.at, claims={code: Claim(**claim)}
        )
    assert (one.value.field, one.value.code) == (many.value.field, many.value.code) == (field, code)
    assert year.first.score(code).version == 0


def test_ended_session_is_told_to_the_script_and_nothing_is_saved(typed, year):
    answer = typed("1.3", version=0, a="10", b="5", browser=Client())
    assert (answer.status_code, list(answer.json())) == (401, ["login"])
    assert year.first.score("1.3").version == 0


def test_token_of_the_cookie_is_enough(address, year):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(year.first.focal, backend="django.contrib.auth.backends.ModelBackend")
    browser.get(address("field", field="1"))
    target = address("save", field="1", code="1.1")
    assert browser.post(target, {"version": 0, "met": "1"}, **JSON).status_code == 403
    token = browser.cookies["csrftoken"].value
    answer = browser.post(target, {"version": 0, "met": "1"}, HTTP_X_CSRFTOKEN=token, **JSON)
    assert answer.status_code == 200


def test_leaf_in_a_colleagues_hands_is_read_only_for_another_contributor(
    typed, year, address, signed_in
):
    colleague = make_user("Đồng nghiệp")
    Membership.objects.create(
        user=colleague, unit=year.first.unit, role=Membership.Role.CONTRIBUTOR,
        since=dt.date(2020, 1, 1),
    )  # fmt: skip
    Delegation.objects.create(
        score=year.first.score("1.1"), user=colleague, given_by=year.first.focal, given_at=year.at
    )
    answer = typed("1.1", version=0, met="1")

    sentence = f"Tiêu chí này đã được phân công cho {colleague}."
    assert (answer.status_code, answer.json()) == (403, {"refused": sentence})
    assert typed("1.1", version=0, met="1", browser=signed_in(colleague)).status_code == 200
    assert typed("1.1", version=1, met="0", browser=signed_in(year.first.focal)).status_code == 200
    page = signed_in(year.first.contributor).get(address("field", field="1"))
    card = page.context["cards"][0]
    assert (card.form, str(card.closed)) == (None, sentence)


@pytest.mark.parametrize(("code", "facts"), [("1.3", {"a": "9", "b": "5"}), ("1.4", {"a": "9"})])
def test_autosave_takes_at_most_eight_queries(typed, *, code, facts):
    """Session, person, leaf, tiers, standing, update, history, event; marks of the transaction
    apart."""
    typed(code, version=0, note="lần đầu")
    with CaptureQueriesContext(connection) as run:
        assert typed(code, version=1, **facts).status_code == 200
    asked = [row["sql"] for row in run if "SAVEPOINT" not in row["sql"]]
    assert len(asked) == 8


@pytest.mark.django_db(transaction=True)
def test_fifty_savers_of_one_dossier_lose_nothing():
    """Fifty people save at once, many on the same leaf; what was acknowledged is what is kept."""
    year = make_year()
    codes = ["1.1", "1.3", "1.4", "1.5", "2.1"]
    people = [make_user(f"Cán bộ {number}") for number in range(50)]
    for person in people:
        Membership.objects.create(
            user=person, unit=year.first.unit, role=Membership.Role.CONTRIBUTOR,
            since=dt.date(2020, 1, 1),
        )  # fmt: skip
    start, kept, refused = threading.Barrier(50), [], []

    def save(number: int) -> None:
        browser, code = Client(), codes[number % len(codes)]
        browser.force_login(people[number], backend="django.contrib.auth.backends.ModelBackend")
        names = {"key": year.cycle, "slug": year.first.unit.slug, "field": code[0], "code": code}
        target = reverse("workspace:save", kwargs=names)
        start.wait()
        try:
            version = 0
            for _try in range(60):
                note = f"{people[number].pk}"
                answer = browser.post(target, {"version": version, "note": note}, **JSON)
                if answer.status_code == 200:
                    kept.append((code, answer.json()["version"], note))
                    return
                assert answer.status_code == 409
                refused.append(code)
                version = year.first.score(code).version
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[number]) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    stored = {
        (row.score.criterion.code, row.version, row.values["note"])
        for row in ScoreHistory.objects.select_related("score__criterion")
    }
    assert len(kept) == 50
    assert set(kept) == stored
    assert len(refused) > 0
    last = {code: max(version for of, version, _note in kept if of == code) for code in codes}
    assert {code: year.first.score(code).version for code in codes} == last


def test_session_lives_on_but_is_written_once_a_minute(client, address, monkeypatch):
    now = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC).timestamp()
    seen = []
    for later in (0, 30, 61):
        monkeypatch.setattr("cchc.middleware.time.time", lambda later=later: now + later)
        seen.append("sessionid" in client.get(address("field", field="1")).cookies)
    assert seen == [True, False, True]
