"""What a dossier shows at a glance: progress, remarks, and a constant of queries."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Event
from tests.factories.cycles import D, make_year
from tests.workspace.filling import fill


def test_progress_counts_what_is_filled_and_what_lacks_evidence(year, client, save):
    save("1.3", a="50", b="47")
    save("1.5", count="2", no_evidence_reason="Chưa có")

    card = client.get(reverse("workspace:home")).context["cards"][0]
    first, second = card.overview.fields

    assert (first.leaves, first.filled, len(first.bare)) == (5, 2, 4)
    assert (first.points, first.max_points) == (D("2.88"), D(9))
    assert (second.leaves, second.filled, len(second.bare)) == (2, 0, 2)
    assert not first.done


def test_leaf_left_out_does_not_count_in_the_denominator(year, client, address, save):
    save("1.3", not_applicable="on")

    progress = client.get(address("field", field="1")).context["progress"]

    assert (progress.points, progress.max_points) == (D(0), D(7))


def test_remarks_are_saved_and_a_lost_update_is_noticed(year, client, address):
    page = client.get(address("dossier"))
    seen = page.context["form"]["seen"].value()
    post = address("remarks")

    saved = client.post(
        post, {"seen": seen, "difficulties": "Thiếu người", "proposals": "Tập huấn"}
    )
    stale = client.post(post, {"seen": seen, "difficulties": "Khác", "proposals": ""})
    submission = year.first.submission
    submission.refresh_from_db()

    assert saved.status_code == 302
    assert stale.status_code == 409
    assert (submission.difficulties, submission.proposals) == ("Thiếu người", "Tập huấn")
    assert "Thiếu người" in stale.content.decode()
    assert stale.context["form"]["difficulties"].value() == "Khác"
    again = client.post(
        post, {"seen": stale.context["form"]["seen"].value(), "difficulties": "Khác"}
    )
    assert again.status_code == 302
    assert Event.objects.filter(action="remarks").count() == 2


def test_remarks_are_refused_once_the_dossier_is_submitted(year, client, address):
    fill(year.first, year.at)
    type(year.first.submission).objects.update(state="submitted")
    seen = client.get(address("dossier")).context["form"]["seen"].value()

    response = client.post(address("remarks"), {"seen": seen, "difficulties": "Muộn"})

    assert response.status_code == 409
    year.first.submission.refresh_from_db()
    assert year.first.submission.difficulties == ""


@pytest.mark.parametrize("name", ["field", "dossier", "sign", "evidence"])
def test_queries_do_not_grow_with_leaves(db, signed_in, name):
    counts = []
    for number, codes in enumerate((["1.1"], ["1.1", "1.3", "1.5"])):
        year = make_year(year=2031 + number, codes=codes)
        more = {"field": {"field": "1"}, "evidence": {"field": "1", "code": "1.1"}}.get(name, {})
        keys = {"key": year.cycle, "slug": year.first.unit.slug} | more
        counts.append(
            _queries(signed_in(year.first.focal), reverse(f"workspace:{name}", kwargs=keys))
        )

    assert counts[0] == counts[1]


def test_queries_of_home_do_not_grow_with_dossiers(db, signed_in):
    counts = []
    for dossiers in (1, 3):
        years = [make_year(year=2030 + 10 * dossiers + n, units=1) for n in range(dossiers)]
        person = years[0].first.focal
        for each in years[1:]:
            each.first.unit.memberships.create(user=person, role="focal", since=dt.date(2020, 1, 1))
        counts.append(_queries(signed_in(person), reverse("workspace:home")))

    assert counts[0] == counts[1]


def _queries(browser, path):
    browser.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return len(captured)
