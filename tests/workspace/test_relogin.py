"""A session that ends while somebody types: the text comes back after signing in (design 0.24)."""

import html
import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from assessments.views import relogin
from tests.factories.cycles import PASSWORD
from tests.workspace import uploads

TYPED = "Giải pháp mới: <b>một cửa</b> & “liên thông”\nDòng thứ hai"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def browser(year: Any) -> Client:
    """Return a browser that checks forgery, in which the contributor has signed in."""
    client = Client(enforce_csrf_checks=True)
    return sign_in(client, year.first.contributor)


def sign_in(client: Client, user: Any, then: str = "") -> Client:
    page = client.get(reverse("account_login")).content.decode()
    data = {"login": user.username, "password": PASSWORD, "next": then} | dict(HIDDEN.findall(page))
    client.answer = client.post(reverse("account_login"), data)
    assert client.answer.status_code == 302
    return client


def form_of(page: Any, action: str) -> dict[str, str]:
    """Return the hidden inputs of the form that goes to `action`, as a browser would send them."""
    body = page.content.decode()
    form = body[body.index(f'action="{action}"') :]
    pairs = HIDDEN.findall(form[: form.index("</form>")])
    return {name: html.unescape(text) for name, text in pairs}


def end_of_session() -> None:
    Session.objects.all().delete()


def typed_too_late(browser: Client, address: Any, **data: Any) -> tuple[str, Any]:
    """Fill in leaf 1.3 on a page whose session then ends; return its address and the answer."""
    target = address("save", field="1", code="1.3")
    sent = form_of(browser.get(address("field", field="1")), target)
    end_of_session()
    return target, browser.post(target, sent | {"a": "50", "b": "47", "note": TYPED} | data)


def test_text_is_kept_over_the_sign_in_and_sent_again(year, browser, address):
    target, over = typed_too_late(browser, address)

    assert over.status_code == 403
    assert over.context["kept"] is True
    assert html.escape(TYPED.split("\n", maxsplit=1)[0]) in over.content.decode()
    assert over["Cache-Control"] == "private, no-store"
    resume = reverse("workspace:resume")
    assert over.context["login_url"] == f"{reverse('account_login')}?next={resume}"
    assert year.first.score("1.3").version == 0

    sign_in(browser, year.first.contributor, resume)
    assert browser.answer.url == resume
    shown = browser.get(resume)
    assert dict(shown.context["typed"])["Ghi chú"] == TYPED
    assert year.first.score("1.3").version == 0
    again = form_of(shown, target)
    assert browser.post(target, again).status_code == 302
    assert year.first.score("1.3").note == TYPED
    assert year.first.score("1.3").b == 47
    assert browser.get(resume).status_code == 302


def test_another_account_never_sees_the_text(year, browser, address):
    typed_too_late(browser, address)
    resume = reverse("workspace:resume")

    sign_in(browser, year.first.focal, resume)
    answer = browser.get(resume, follow=True)

    assert answer.redirect_chain == [(reverse("workspace:home"), 302)]
    assert "một cửa" not in answer.content.decode()
    assert relogin.KEPT not in browser.session
    browser.logout()
    sign_in(browser, year.first.contributor, resume)
    assert browser.get(resume).status_code == 302


def test_unknown_author_is_told_to_copy_the_text(year, browser, address):
    target = address("save", field="1", code="1.3")
    sent = form_of(browser.get(address("field", field="1")), target)
    end_of_session()
    del browser.cookies[relogin.MARK]

    over = browser.post(target, sent | {"note": TYPED})

    assert (over.status_code, over.context["kept"]) == (403, False)
    assert html.escape(TYPED.split("\n", maxsplit=1)[0]) in over.content.decode()
    assert over.context["login_url"] == f"{reverse('account_login')}?next={target}"
    assert Session.objects.count() == 0


def test_mark_cannot_be_forged(year, browser, address):
    browser.get(address("field", field="1"))
    browser.cookies[relogin.MARK] = f"{year.first.contributor.pk}:forged"

    _target, over = typed_too_late(browser, address)

    assert over.context["kept"] is True  # the page itself marked the browser anew
    end_of_session()
    browser.cookies[relogin.MARK] = f"{year.first.contributor.pk}:forged"
    token = {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    late = browser.post(address("save", field="1", code="1.3"), token | {"note": "x"})
    assert late.context["kept"] is False


def test_too_long_a_text_is_not_kept(browser, address):
    _target, over = typed_too_late(browser, address, note="x" * (relogin.KEPT_BYTES + 1))

    assert over.context["kept"] is False
    assert Session.objects.count() == 0


def test_forged_form_is_refused_before_anything_is_kept(browser, address):
    browser.get(address("dossier"))
    end_of_session()

    answer = browser.post(address("remarks"), {"difficulties": "x"})

    assert answer.status_code == 403
    assert answer.context is None or "kept" not in answer.context
    assert [row.get_decoded() for row in Session.objects.all()] == []


def test_kept_text_can_be_discarded(year, browser, address):
    typed_too_late(browser, address)
    resume = reverse("workspace:resume")
    sign_in(browser, year.first.contributor, resume)
    token = browser.get(resume).context["csrf_token"]

    answer = browser.post(resume, {"csrfmiddlewaretoken": str(token)})

    assert answer.url == reverse("workspace:home")
    assert relogin.KEPT not in browser.session


def test_file_is_not_kept_and_the_page_says_so(year, client, address):
    target = address("evidence", field="1", code="1.1")
    client.get(target)
    end_of_session()

    over = client.post(target, {"upload": uploads.pdf(), "number": "12/KH", "attach": "1"})
    assert over.context["had_file"] is True
    sign_in(client, year.first.contributor, reverse("workspace:resume"))
    shown = client.get(reverse("workspace:resume"))

    assert shown.context["had_file"] is True
    assert [text for _label, text in shown.context["typed"]] == ["12/KH"]
    answer = client.post(target, form_of(shown, target))
    assert answer.status_code == 422
    assert list(answer.context["paper"].errors) == ["upload"]
    assert answer.context["paper"]["number"].value() == "12/KH"


@pytest.mark.parametrize(
    ("verb", "page"),
    [
        (("save", {"field": "1", "code": "1.3"}), ("field", {"field": "1"})),
        (("remarks", {}), ("dossier", {})),
        (
            ("detach", {"field": "1", "code": "1.3", "pk": 1}),
            ("evidence", {"field": "1", "code": "1.3"}),
        ),
    ],
)
def test_visit_of_a_save_address_leads_to_its_page(client, address, verb, page):
    answer = client.get(address(verb[0], **verb[1]))

    assert answer.status_code == 302
    assert answer.url.partition("#")[0] == address(page[0], **page[1])
    assert client.get(answer.url).status_code == 200
