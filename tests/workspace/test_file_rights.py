"""Who opens a file of evidence: the same answer by every route, asked anew at every request."""

import datetime as dt

import pytest
from django.urls import reverse

from assessments.models import Assignment, CouncilMember, DeclaredConflict, Evidence
from assessments.workflow import documents, receipts
from tests.factories.council import make_member
from tests.workspace import uploads
from units.models import Membership

#: The one way to bytes and pictures, for readers on both sides.
OPEN = ("file", "preview", "preview_page")
#: The pages of the unit's own people.
LIBRARY = ("library", "document", "document_renew", "document_confirm", "document_delete")


@pytest.fixture
def item(year):
    """Attach a file to a leaf of the first unit and hand the dossier in."""
    found = documents.attach_file(
        score=year.first.score("1.1"), by=year.first.focal, at=year.at, number="1",
        upload=uploads.upload("a.pdf", uploads.printed()),
    )  # fmt: skip
    type(year.first.submission).objects.filter(pk=year.first.submission.pk).update(
        state="submitted"
    )
    return found


def routes(year, item):
    """Return every address that leads to the file or its paper, by name."""
    revision, unit = item.revision, year.first.unit
    found = {name: reverse(f"workspace:{name}", args=[revision.pk]) for name in OPEN[:2]}
    found["preview_page"] = reverse("workspace:preview_page", args=[revision.pk, 1])
    found["library"] = reverse("workspace:library", args=[unit.slug])
    more = {"document_confirm": [year.cycle]}
    for name in LIBRARY[1:]:
        keys = [unit.slug, revision.document_id, *more.get(name, [])]
        found[name] = reverse(f"workspace:{name}", args=keys)
    return found


def statuses(browser, year, item):
    return {name: uploads.status(browser, path) for name, path in routes(year, item).items()}


def allowed(*names, staff=False):
    """Return what is expected: 404 but for the names; staff are led on where only a POST acts."""
    led_on = ("document_renew", "document_confirm") if staff else ()
    return {
        name: 302 if name in led_on else 200 if name in names else 404 for name in OPEN + LIBRARY
    }


@pytest.mark.parametrize("person", ["contributor", "focal", "head"])
def test_own_people_open_everything(year, item, signed_in, person):
    browser = signed_in(getattr(year.first, person))

    assert statuses(browser, year, item) == allowed(*OPEN, *LIBRARY, staff=True)


@pytest.mark.parametrize("person", ["contributor", "focal", "head"])
def test_people_of_another_unit_open_nothing(year, item, signed_in, person):
    assert statuses(signed_in(getattr(year.second, person)), year, item) == allowed()


@pytest.mark.parametrize(
    "person", ["member", "secretary", "chair", "leader", "approver", "auditor"]
)
def test_council_side_opens_the_file_and_never_the_library(year, item, signed_in, person):
    assert statuses(signed_in(getattr(year, person)), year, item) == allowed(*OPEN)


@pytest.mark.parametrize("person", ["officer", "survey_officer", "administrator", "outsider"])
def test_others_open_nothing(year, item, signed_in, person):
    assert statuses(signed_in(getattr(year, person)), year, item) == allowed()


def test_nobody_is_let_in_without_signing_in(year, item, client):
    client.logout()

    assert set(statuses(client, year, item).values()) == {302}
    assert client.post(routes(year, item)["library"]).status_code == 403


def test_member_without_the_field_opens_nothing(year, item, signed_in):
    browser = signed_in(year.member)
    assert statuses(browser, year, item) == allowed(*OPEN)

    Assignment.objects.filter(field__code="1").delete()
    assert statuses(browser, year, item) == allowed()


def test_employed_member_opens_nothing(year, item, signed_in):
    member = make_member(year)
    browser = signed_in(member)
    assert statuses(browser, year, item) == allowed(*OPEN)

    Membership.objects.create(
        user=member, unit=year.first.unit, role=Membership.Role.STAFF, since=year.cycle.first_day
    )
    assert statuses(browser, year, item) == allowed()


def test_member_with_a_declared_conflict_opens_nothing(year, item, signed_in):
    browser = signed_in(year.member)
    DeclaredConflict.objects.create(
        member=CouncilMember.objects.get(user=year.member), unit=year.first.unit,
        since=year.at.date(), reason="Người thân",
    )  # fmt: skip

    assert statuses(browser, year, item) == allowed()


def test_right_is_asked_anew_after_the_picture_was_drawn(year, item, signed_in):
    browser = signed_in(year.secretary)
    assert statuses(browser, year, item) == allowed(*OPEN)

    Evidence.objects.update(removed_at=year.at)
    assert statuses(browser, year, item) == allowed()


def test_file_that_a_receipt_lists_stays_readable_to_who_judged_it(year, item, signed_in):
    """Taken off in a returned dossier, it is still what the first appraisal saw."""
    browser, hour = signed_in(year.member), dt.timedelta(hours=1)
    receipts.write(year.first.submission, by=year.first.head, at=year.at + hour, signed_as="x")
    Evidence.objects.update(removed_at=year.at + 2 * hour)
    assert statuses(browser, year, item) == allowed(*OPEN)

    Evidence.objects.update(removed_at=year.at + hour / 2)
    assert statuses(browser, year, item) == allowed()


def test_member_sees_no_way_into_the_library(year, item, signed_in):
    page = signed_in(year.member).get(routes(year, item)["preview"]).content.decode()

    assert "thu-vien" not in page
    assert routes(year, item)["file"] in page


@pytest.mark.parametrize(
    "name", ["document", "document_renew", "document_confirm", "document_delete"]
)
def test_paper_is_not_reached_through_the_own_units_library(year, item, signed_in, name):
    browser = signed_in(year.second.focal)
    keys = [year.second.unit.slug, item.revision.document_id]
    if name == "document_confirm":
        keys.append(year.cycle)
    path = reverse(f"workspace:{name}", args=keys)

    assert browser.get(path).status_code == 404
    assert browser.post(path, {"upload": uploads.pdf(), "number": "x"}).status_code == 404


def test_guessed_file_is_not_attached_and_not_found(year, item, signed_in, address):
    browser = signed_in(year.second.focal)
    leaf = address("evidence", year.second, field="1", code="1.1")

    for sent in ({"revision": item.revision_id}, {"revision": item.revision_id, "confirmed": "on"}):
        response = browser.post(leaf, {"choose": "1"} | sent)
        assert response.status_code == 422
        assert item.revision.name not in response.content.decode()
    assert list(browser.get(leaf, {"q": item.revision.name}).context["papers"]) == []
    assert year.second.score("1.1").evidence.count() == 0
