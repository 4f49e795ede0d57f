"""Proposals of bonus and penalty by the unit, the officer and the secretary."""

from typing import Any

import pytest
from django.urls import reverse

from assessments.choices import SubmissionState
from assessments.models import Adjustment
from assessments.workflow import decisions
from tests.council.conftest import Enter
from tests.factories.council import make_judged_year
from tests.factories.cycles import D, Dossier, Year

SENT = {"adjust-kind": "bonus", "adjust-points": "0,5", "adjust-reason": "Sáng kiến cấp Thành phố"}


@pytest.fixture
def year(db: Any) -> Year:
    """Return a year whose scheme allows one index point of bonus and no penalty."""
    return make_judged_year(heading={"bonus_cap": D(1)})


def of_unit(year: Year, dossier: Dossier) -> str:
    values = {"key": year.cycle, "slug": dossier.unit.slug}
    return reverse("workspace:adjustments", kwargs=values)


def of_office(dossier: Dossier) -> str:
    return reverse("admin:assessments_submission_adjust", args=[dossier.submission.pk])


def listed(response: Any) -> list[str]:
    return [row.reason for row in response.context["adjustments"]]


def test_unit_proposes_and_sees_what_became_of_it(year: Year, enter: Enter) -> None:
    client, address = enter(year.first.focal), of_unit(year, year.first)
    dossier = reverse("workspace:dossier", kwargs={"key": year.cycle, "slug": year.first.unit.slug})
    assert f'href="{address}"' in client.get(dossier).content.decode()
    assert client.post(address, SENT).status_code == 302
    made = Adjustment.objects.get()
    assert (made.kind, made.points, made.proposed_by) == ("bonus", D("0.5"), year.first.focal)
    assert "proposed" in client.get(address).content.decode()
    decisions.decide_adjustment(adjustment=made, by=year.chair, at=year.at, accept=True)
    assert "accepted" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"adjust-points": "1,5"}, "points"),
        ({"adjust-points": "abc"}, "points"),
        ({"adjust-reason": ""}, "reason"),
        ({"adjust-kind": "penalty"}, "kind"),
    ],
)
def test_refused_proposal_stays_on_screen(
    year: Year, enter: Enter, given: dict[str, str], field: str
) -> None:
    for user, address in (
        (year.first.focal, of_unit(year, year.first)),
        (year.officer, of_office(year.first)),
    ):
        form = enter(user).post(address, SENT | given).context["form"]
        assert list(form.errors) == [field]
        assert form["points"].value() == (SENT | given)["adjust-points"]
    assert not Adjustment.objects.exists()


def test_unit_sees_its_own_proposals_only(year: Year, enter: Enter) -> None:
    for by, reason in ((year.secretary, "Của thư ký"), (year.first.focal, "Của đơn vị")):
        decisions.propose_adjustment(
            submission=year.first.submission, by=by, at=year.at, kind="bonus", points="0.1",
            reason=reason,
        )  # fmt: skip
    assert listed(enter(year.first.head).get(of_unit(year, year.first))) == ["Của đơn vị"]
    assert enter(year.second.head).get(of_unit(year, year.first)).status_code == 404
    assert listed(enter(year.officer).get(of_office(year.first))) == []
    seen = enter(year.secretary).get(of_office(year.first))
    assert sorted(listed(seen)) == ["Của thư ký", "Của đơn vị"]


def test_officer_and_secretary_propose_on_the_page_of_the_dossier(year: Year, enter: Enter) -> None:
    change = reverse("admin:assessments_submission_change", args=[year.first.submission.pk])
    for user in (year.officer, year.secretary):
        client = enter(user)
        assert of_office(year.first) in client.get(change).content.decode()
        assert client.post(of_office(year.first), SENT).status_code == 302
    assert [row.proposed_by for row in Adjustment.objects.order_by("pk")] == [
        year.officer, year.secretary,
    ]  # fmt: skip
    for user in (year.member, year.chair, year.leader, year.auditor):
        assert enter(user).get(of_office(year.first)).status_code == 404


def test_no_proposal_after_the_conclusion(year: Year, enter: Enter) -> None:
    year.first.submission.state = SubmissionState.APPRAISED
    year.first.submission.save()
    response = enter(year.first.head).post(of_unit(year, year.first), SENT)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["__all__"])
    assert not Adjustment.objects.exists()


def test_scheme_without_a_limit_has_no_page(db: Any, enter: Enter) -> None:
    year = make_judged_year(year=2033)
    assert enter(year.first.head).get(of_unit(year, year.first)).status_code == 404
    assert enter(year.officer).get(of_office(year.first)).status_code == 404
