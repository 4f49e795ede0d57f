"""The page of the checks: for the unit's own people, and for who reads the scores."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.choices import SubmissionState
from assessments.models import Assignment, CriterionScore, DeclaredConflict, Submission
from tests.factories.cycles import D, make_dossier, make_year
from tests.workspace.filling import fill
from tests.workspace.papers import attach


@pytest.fixture
def filled(year: Any) -> Any:
    fill(year.first, year.at)
    Submission.objects.filter(pk=year.first.submission.pk).update(difficulties="Thiếu người")
    return year.first


def office(year: Any) -> str:
    return reverse("admin:assessments_submission_checks", args=[year.first.submission.pk])


def hand_in() -> None:
    Submission.objects.update(state=SubmissionState.SUBMITTED)


def shown(response: Any) -> tuple[list[str], list[str]]:
    """Return the titles of the groups that stand in the way, and of the others."""
    titles = [
        [str(group["title"]) for group in response.context[name]]
        for name in ("blocking", "advisory")
    ]
    return titles[0], titles[1]


@pytest.mark.parametrize("person", ["contributor", "focal", "head"])
def test_own_people_see_each_finding_with_the_way_to_its_leaf(year, address, signed_in, person):
    response = signed_in(getattr(year.first, person)).get(address("checks"))
    body = response.content.decode()

    assert response.status_code == 200
    assert len(response.context["report"].blocking) == 14
    assert [len(group["findings"]) for group in response.context["blocking"]] == [2] * 7
    for code in ("1.1", "2.2"):
        leaf = year.first.score(code)
        assert f'href="{address("field", field=code[0])}#leaf-{leaf.pk}"' in body
    assert f'href="{address("dossier")}#remarks"' in body


def test_page_of_another_unit_is_missing(year, address, signed_in):
    for person in (year.second.head, year.secretary, year.auditor, year.outsider):
        assert signed_in(person).get(address("checks")).status_code == 404


def test_page_only_shows(client, address):
    assert client.post(address("checks")).status_code == 405


def test_stranger_is_asked_to_sign_in(year, address):
    path = address("checks")

    assert Client().get(path).url == f"{reverse('account_login')}?next={path}"


def test_dossier_without_findings_says_what_to_do_next(year, filled, address, signed_in):
    for person in (filled.head, filled.focal):
        page = signed_in(person).get(address("checks"))
        body = page.content.decode()

        assert shown(page) == ([], [])
        assert _("Nothing is missing. The head of the unit can sign and submit.") in body
        assert f'href="{address("sign")}"' in body


def test_notes_alone_lead_to_signing_as_well(year, filled, address, signed_in):
    attach(filled, "1.1", issued_on=dt.date(2032, 1, 1))
    bodies = [
        signed_in(person).get(address("checks")).content.decode()
        for person in (filled.head, filled.focal)
    ]

    words = (
        _("Look through the notes below, then sign and submit."),
        _("Look through the notes below; the head of the unit can sign and submit."),
    )
    assert [[text in body for text in words] for body in bodies] == [[True, False], [False, True]]


def test_dossier_out_of_the_units_hands_says_so(year, filled, client, address):
    hand_in()
    page = client.get(address("checks"))

    assert page.context["closed"] in page.content.decode()
    assert page.context["closed"]
    assert _("Nothing is missing. The head of the unit can sign and submit.") not in (
        page.content.decode()
    )


@pytest.mark.parametrize("name", ["sign", "dossier"])
def test_checks_are_reached_from_the_dossier_and_the_report(client, address, name):
    assert f'href="{address("checks")}"' in client.get(address(name)).content.decode()


def test_other_unit_with_the_same_file_is_not_named(year, filled, client, address):
    attach(year.second, "2.1", number="SO-CUA-HO", abstract="Trích yếu của họ")
    attach(filled, "1.1")

    body = client.get(address("checks")).content.decode()

    assert (
        _("“%(paper)s”: another unit uses the very same file this year.") % {"paper": "12/BC-STN"}
        in body
    )
    other = year.second
    for secret in (other.unit.name, other.unit.code, "SO-CUA-HO", "Trích yếu của họ", "2.1"):
        assert secret not in body


def test_names_are_escaped(year, filled, client, address):
    attach(filled, "1.1", number="<b>1</b>", issued_on=dt.date(2032, 1, 1))

    body = client.get(address("checks")).content.decode()

    assert "&lt;b&gt;1&lt;/b&gt;" in body
    assert "<b>1</b>" not in body


def test_page_takes_the_same_queries_for_few_and_many_leaves(db, signed_in):
    counts = []
    for number, codes in enumerate((["1.1"], ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2"])):
        year = make_year(year=2031 + number, codes=codes)
        for code in codes:
            for letter in "abc":
                attach(year.first, code, sha256=f"{letter}{code}" * 16)
        browser = signed_in(year.first.focal)
        keys = {"key": year.cycle, "slug": year.first.unit.slug}
        counts.append(_queries(browser, reverse("workspace:checks", kwargs=keys)))
        hand_in()
        counts.append(_queries(signed_in(year.secretary), office(year)))

    assert counts[:2] == counts[2:]


def _queries(browser: Client, path: str) -> int:
    browser.get(path)  # what is read once per process is read before
    with CaptureQueriesContext(connection) as context:
        assert browser.get(path).status_code == 200
    return len(context)


# The council's side ---------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["secretary", "chair", "leader", "approver", "auditor"])
def test_readers_of_scores_see_the_units_list(year, filled, client, *, address, signed_in, person):
    attach(filled, "1.1", issued_on=dt.date(2032, 1, 1))
    CriterionScore.objects.filter(pk=filled.score("1.3").pk).update(self_points=None)
    own = client.get(address("checks"))
    hand_in()

    page = signed_in(getattr(year, person)).get(office(year))

    assert page.status_code == 200
    assert shown(page) == shown(own) == (["1.3. Tỷ lệ hồ sơ đúng hạn"], ["1.1. Ban hành kế hoạch"])
    appraisal = reverse("admin:assessments_submission_appraisal", args=[filled.submission.pk])
    assert f'href="{appraisal}#leaf-{filled.score("1.1").pk}"' in page.content.decode()


def test_page_is_missing_before_the_dossier_is_handed_in(year, filled, signed_in):
    assert signed_in(year.secretary).get(office(year)).status_code == 404


@pytest.mark.parametrize("person", ["officer", "survey_officer", "administrator"])
def test_page_is_missing_for_who_reads_no_scores(year, filled, signed_in, person):
    hand_in()

    assert signed_in(getattr(year, person)).get(office(year)).status_code == 404


def test_page_is_missing_for_a_secretary_with_a_conflict(year, filled, signed_in):
    hand_in()
    DeclaredConflict.objects.create(
        member=year.council.members.get(user=year.secretary), unit=filled.unit,
        since=dt.date(2020, 1, 1), reason="Người thân",
    )  # fmt: skip

    assert signed_in(year.secretary).get(office(year)).status_code == 404


def test_member_sees_findings_of_the_own_fields_only(year, filled, signed_in):
    hand_in()
    Assignment.objects.filter(field__code="2").delete()
    CriterionScore.objects.filter(submission=filled.submission).update(version=0)

    page = signed_in(year.member).get(office(year))

    assert {group["title"].code for group in page.context["advisory"]} == {
        "1.1", "1.2", "1.3", "1.4", "1.5",
    }  # fmt: skip


def test_secretary_compares_with_this_years_dossiers_and_the_unit_does_not(
    year, filled, client, *, address, signed_in
):
    day = dt.date(year.at.year, 1, 1)
    for dossier in (year.second, *(make_dossier(year.cycle_scheme, since=day) for _n in "ab")):
        CriterionScore.objects.filter(
            submission=dossier.submission, criterion__code="2.2"
        ).update(self_points=D("0.9137"))  # fmt: skip
    hand_in()

    page = signed_in(year.secretary).get(office(year))

    assert shown(page) == ([], ["2.2. Mô hình hay"])
    assert "0,9137" in page.content.decode()
    assert "0,9137" not in client.get(address("checks")).content.decode()


def test_change_form_leads_to_the_checks(year, filled, signed_in):
    hand_in()
    change = reverse("admin:assessments_submission_change", args=[filled.submission.pk])

    bodies = {
        person: signed_in(getattr(year, person)).get(change).content.decode()
        for person in ("secretary", "officer")
    }

    assert f'href="{office(year)}"' in bodies["secretary"]
    assert office(year) not in bodies["officer"]
