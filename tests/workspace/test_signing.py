"""Signing: what stands in the way, the password again, the receipt and its hash."""

import hashlib
import html
import io
import json
import re
import zipfile

import pytest
from defusedxml.ElementTree import fromstring
from django.urls import reverse

from assessments.models import Receipt, SiteIdentity, Submission
from tests.factories.cycles import PASSWORD
from tests.workspace.filling import fill

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SELF_SCORED = ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2"]


@pytest.fixture
def head(year, signed_in):
    return signed_in(year.first.head)


def sign(browser, address, **data):
    """Send the statement and the password where it is asked for; return the last answer."""
    response = browser.post(address("sign"), {"statement": "on"} | data)
    if response.status_code == 302 and response.url.startswith(reverse("account_reauthenticate")):
        response = browser.post(response.url, {"password": PASSWORD})
    return response


def test_sign_page_lists_what_stands_in_the_way(year, head, address):
    response = head.get(address("sign"))

    blockers = response.context["blockers"]
    assert [[text for text, url in blocker if url] for blocker in blockers] == [SELF_SCORED] * 2
    assert dict(blockers[0])["2.1"] == (
        f"{address('field', field='2')}#leaf-{year.first.score('2.1').pk}"
    )
    assert [row.code for row in response.context["report"].unbacked] == SELF_SCORED


def test_button_is_not_active_while_something_stands_in_the_way(year, head, address):
    assert button_of(head.get(address("sign"))) == "disabled"

    fill(year.first, year.at)

    assert button_of(head.get(address("sign"))) == "active"


def test_refusal_stands_at_the_top_and_takes_the_focus(year, head, address):
    body = head.post(address("sign"), {"statement": "on"}).content.decode()
    summary = body.index('class="error-summary')

    assert summary < body.index("<h1>")
    assert 'role="alert" tabindex="-1"' in body[summary:]
    assert body.count('class="error-summary') == 1


@pytest.mark.parametrize("state", ["submitted", "appraising", "approved", "published", "locked"])
def test_dossier_out_of_the_units_hands_is_not_offered_for_signing(year, head, address, state):
    fill(year.first, year.at)
    Submission.objects.filter(pk=year.first.submission.pk).update(state=state)
    response = head.get(address("sign"))

    assert button_of(response) == "none"
    assert response.context["blockers"] == []


def test_draft_whose_time_is_over_cannot_be_signed(year, head, address):
    fill(year.first, year.at)
    year.cycle.milestones.filter(stage="self_assessment").update(closes_at=year.at)
    response = head.get(address("sign"))

    assert button_of(response) == "disabled"
    assert [[url for _text, url in each] for each in response.context["blockers"]] == [[""]]


def button_of(response):
    """Return how the page offers the signature."""
    buttons = re.findall(r'<button class="button" type="submit"[^>]*>', response.content.decode())
    if not buttons:
        return "none"
    assert len(buttons) == 1
    return "disabled" if " disabled" in buttons[0] else "active"


def test_sign_page_shows_the_three_parts_of_the_report(year, head, address):
    fill(year.first, year.at)
    year.first.submission.difficulties = "Thiếu người làm công nghệ"
    year.first.submission.save()

    response = head.get(address("sign"))
    body = response.content.decode()

    assert response.context["blockers"] == []
    assert "Tổng điểm tự chấm: 9,93 điểm trên 11,00 điểm" in body
    assert [row.points for row in response.context["report"].rows if row.kind == "field"] == [
        "8,68", "1,25",
    ]  # fmt: skip
    assert "b/a = 47/50 = 94 %" in body
    assert "Chưa có văn bản 1.3" in body
    assert "Thiếu người làm công nghệ" in body


def words_of_page(response):
    """Return the paper on the page without white space."""
    (paper,) = re.findall(r'<article class="paper".*?</article>', response.content.decode(), re.S)
    return "".join(html.unescape(re.sub(r"<[^>]+>", "", paper)).split())


def words_of_docx(response):
    with zipfile.ZipFile(io.BytesIO(response.content)) as file:
        body = fromstring(file.read("word/document.xml"))
    return "".join("".join(part.text or "" for part in body.iter(f"{W}t")).split())


@pytest.mark.parametrize("signed", [False, True])
def test_head_sees_word_for_word_the_paper_that_is_handed_out(year, head, address, signed):
    SiteIdentity.objects.create(pk=1, city_name="Thành phố Huế", governing_body="Sở Nội vụ")
    fill(year.first, year.at)
    submission = year.first.submission
    submission.unit_name, submission.difficulties = "Sở Tư pháp", "Thiếu <b>người</b>.\nChậm & cũ."
    submission.save()
    if signed:
        assert sign(head, address).status_code == 302

    page = words_of_page(head.get(address("sign")))

    assert page == words_of_docx(head.get(address("report", ending="docx")))
    assert page.startswith("ỦYBANNHÂNDÂNTHÀNHPHỐHUẾSỞTƯPHÁPSố:………/BC-………")
    assert ("mãbămSHA-256" in page) is signed


@pytest.mark.parametrize(
    ("person", "name"), [("head", "Ký và nộp"), ("focal", "Báo cáo tự đánh giá")]
)
def test_page_is_named_by_what_the_person_can_do_on_it(year, signed_in, address, person, name):
    page = signed_in(getattr(year.first, person)).get(address("sign"))

    assert page.context["crumbs"][-1] == (name, "")
    assert f"<title>{name} –" in page.content.decode()


def test_password_is_asked_for_before_signing(year, head, address):
    fill(year.first, year.at)

    response = head.post(address("sign"), {"statement": "on"})

    assert response.url.startswith(reverse("account_reauthenticate"))
    assert Receipt.objects.count() == 0


def test_head_signs_and_gets_a_receipt(year, head, address):
    fill(year.first, year.at)

    response = sign(head, address)
    receipt = Receipt.objects.get()
    page = head.get(response.url)
    content = head.get(address("receipt_content", sequence=1))
    year.first.submission.refresh_from_db()

    assert response.url == address("receipt", sequence=1)
    assert year.first.submission.state == "submitted"
    assert receipt.signed_by == year.first.head
    assert receipt.number == f"{year.cycle.year}/{year.first.unit.code}/1"
    assert receipt.number in page.content.decode()
    assert receipt.sha256 in page.content.decode()
    assert hashlib.sha256(content.content).hexdigest() == receipt.sha256
    assert content["Content-Disposition"].startswith("attachment;")
    leaves = {leaf["code"]: leaf["points"] for leaf in json.loads(content.content)["leaves"]}
    assert leaves["1.3"] == "1.8800"
    assert head.get(address("field", field="1")).context["closed"] != ""


def test_statement_must_be_confirmed(year, head, address):
    fill(year.first, year.at)

    response = head.post(address("sign"), {"statement": ""})

    assert response.status_code == 422
    assert len(response.context["form"].non_field_errors()) == 1
    assert Receipt.objects.count() == 0


def test_unfinished_dossier_is_not_signed(year, head, address):
    response = sign(head, address)

    assert response.status_code == 422
    assert Receipt.objects.count() == 0


@pytest.mark.parametrize("person", ["contributor", "focal"])
def test_colleague_reads_the_report_and_cannot_sign(year, signed_in, address, person):
    fill(year.first, year.at)
    browser = signed_in(getattr(year.first, person))

    assert not browser.get(address("sign")).context["verdict"]
    assert sign(browser, address).status_code == 409
    assert Receipt.objects.count() == 0


def test_stranger_is_not_even_asked_for_the_password(year, signed_in, address):
    response = signed_in(year.second.head).post(address("sign"), {"statement": "on"})

    assert response.status_code == 404


def test_receipt_is_the_units_own(year, head, signed_in, address):
    fill(year.first, year.at)
    sign(head, address)

    for name in ("receipt", "receipt_content"):
        path = address(name, sequence=1)
        assert signed_in(year.first.focal).get(path).status_code == 200
        assert signed_in(year.second.head).get(path).status_code == 404
        assert signed_in(year.secretary).get(path).status_code == 404
        assert head.post(path).status_code == 405


def test_window_that_closed_while_the_password_was_typed_stops_the_signature(year, head, address):
    fill(year.first, year.at)
    asked = head.post(address("sign"), {"statement": "on"})
    year.cycle.milestones.filter(stage="self_assessment").update(closes_at=year.at)

    response = head.post(asked.url, {"password": PASSWORD})

    assert response.status_code == 422
    assert Receipt.objects.count() == 0
