"""Every page: works, works for a colleague, is missing for outsiders, refuses a wrong method."""

import pytest
from django.urls import reverse

from assessments.workflow.documents import attach_file
from tests.workspace import uploads

PAGES = {
    "dossier": {}, "field": {"field": "1"}, "sign": {},
    "evidence": {"field": "1", "code": "1.1"},
}  # fmt: skip
POSTS = {
    "remarks": {}, "save": {"field": "1", "code": "1.1"},
    "detach": {"field": "1", "code": "1.1", "pk": 1},
}  # fmt: skip
OUTSIDERS = (
    "chair", "secretary", "member", "officer", "leader", "approver", "survey_officer", "auditor",
    "administrator", "outsider",
)  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("person", ["contributor", "focal", "head"])
def test_page_opens_for_own_staff(year, address, signed_in, name, person):
    response = signed_in(getattr(year.first, person)).get(address(name, **PAGES[name]))

    assert response.status_code == 200


@pytest.mark.parametrize("name", PAGES | POSTS)
@pytest.mark.parametrize("person", OUTSIDERS)
def test_page_is_missing_for_everybody_else(year, address, signed_in, name, person):
    browser = signed_in(getattr(year, person))
    send = browser.post if name in POSTS else browser.get

    assert send(address(name, **(PAGES | POSTS)[name])).status_code == 404


@pytest.mark.parametrize("name", PAGES | POSTS)
def test_page_is_missing_for_another_unit(year, address, signed_in, name):
    browser = signed_in(year.second.head)
    send = browser.post if name in POSTS else browser.get

    assert send(address(name, **(PAGES | POSTS)[name])).status_code == 404


@pytest.mark.parametrize("name", PAGES | POSTS)
def test_page_asks_a_stranger_to_sign_in(year, address, name, client):
    client.logout()
    path = address(name, **(PAGES | POSTS)[name])
    response = client.get(path)

    assert response.status_code == 302
    assert response.url == f"{reverse('account_login')}?next={path}"


@pytest.mark.parametrize("name", ["remarks", "save", "evidence"])
def test_form_of_a_stranger_is_answered_with_the_way_to_sign_in(year, address, name, client):
    client.logout()
    path = address(name, **(PAGES | POSTS)[name])
    response = client.post(path, {"note": "x"})

    assert response.status_code == 403
    assert f'href="{reverse("account_login")}?next={path}"' in response.content.decode()


@pytest.mark.parametrize("name", ["dossier", "field"])
def test_page_refuses_post(client, address, name):
    assert client.post(address(name, **PAGES[name])).status_code == 405


@pytest.mark.parametrize("name", POSTS)
def test_verb_refuses_delete(client, address, name):
    assert client.delete(address(name, **POSTS[name])).status_code == 405


@pytest.mark.parametrize("name", ["sign", "evidence"])
def test_page_refuses_delete(client, address, name):
    assert client.delete(address(name, **PAGES[name])).status_code == 405


def test_membership_that_ended_opens_nothing(year, client, address):
    yesterday = year.at.date().replace(month=1, day=1)
    year.first.contributor.memberships.update(until=yesterday)

    assert client.get(address("dossier")).status_code == 404


def test_unknown_places_are_missing(client, year, address):
    slug = year.first.unit.slug
    paths = [
        f"/tu-danh-gia/1999/{slug}/", f"/tu-danh-gia/{year.cycle.year}-minh-hoa/{slug}/",
        f"/tu-danh-gia/{year.cycle.year}/khong-co/", address("field", field="9"),
        address("evidence", field="1", code="2.1"), address("receipt", sequence=1),
        address("question", pk=1), "/tai-lieu/1/",
    ]  # fmt: skip

    assert [client.get(path).status_code for path in paths] == [404] * len(paths)


def test_start_sends_each_person_to_their_work(year, signed_in, client):
    start = reverse("start")
    secretary, nobody = signed_in(year.secretary), signed_in(year.outsider)

    assert client.get(start).url == reverse("workspace:home")
    assert secretary.get(start).url == reverse("admin:index")
    assert nobody.get(start).url == reverse("public:home")
    client.logout()
    assert client.get(start).url == reverse("public:home")


def test_home_of_a_person_without_a_unit_says_what_to_do(year, signed_in):
    response = signed_in(year.outsider).get(reverse("workspace:home"))

    assert response.context["cards"] == []
    assert 'class="empty__title"' in response.content.decode()


def test_evidence_of_another_unit_is_missing_by_every_route(year, signed_in, address):
    item = attach_file(
        score=year.first.score("1.1"),
        by=year.first.focal,
        at=year.at,
        upload=uploads.pdf(),
        number="1",
    )
    stranger = signed_in(year.second.focal)
    own = address("evidence", year.second, field="1", code="1.1")

    assert stranger.get(reverse("workspace:file", args=[item.revision_id])).status_code == 404
    chosen = stranger.post(own, {"choose": "1", "revision": item.revision_id})
    assert chosen.status_code == 422
    taken = stranger.post(address("detach", year.second, field="1", code="1.1", pk=item.pk))
    assert taken.status_code == 404
    item.refresh_from_db()
    assert item.removed_at is None
    assert year.second.score("1.1").evidence.count() == 0
