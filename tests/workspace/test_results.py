"""What became of the dossier, on its page: when it shows, the sums, what differs, where next."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.choices import Stage, SubmissionState
from assessments.models import Appraisal, CouncilMember, CriterionScore
from tests.factories.busy import publish
from tests.factories.cycles import D, make_year
from tests.factories.leaves import LEAVES
from tests.workspace.test_after_submission import move_to, set_state

#: Code: self-assessed, appraised and official points, None where a leaf does not count.
POINTS = {
    "1.1": ("2", "2", "2"), "1.3": ("1.88", "1.5", "1.5"), "1.4": ("1.8", "1.8", "1.6"),
    "1.5": ("1", None, None), "2.1": ("0.5", "0.5", "0.5"),
}  # fmt: skip
REASON = "Thiếu căn cứ theo hướng dẫn"


@pytest.fixture
def year(db):
    return judged(make_year(stage=Stage.EXPLANATION, state=SubmissionState.EXPLAINING))


def judged(year):
    """Give the first unit's leaves points of every kind, and 1.3 the appraiser's reason."""
    for code, (claimed, appraised, final) in POINTS.items():
        CriterionScore.objects.filter(
            submission=year.first.submission, criterion__code=code
        ).update(
            self_points=D(claimed), appraised_applicable=appraised is not None, appraised_round=1,
            appraised_points=None if appraised is None else D(appraised),
            final_points=None if final is None else D(final), final_applicable=final is not None,
        )  # fmt: skip
    for code, reason in (("1.1", ""), ("1.3", REASON)):
        Appraisal.objects.create(
            score=year.first.score(code), member=CouncilMember.objects.get(user=year.member),
            round=1, points=D(1), reason=reason, seen_version=0, at=year.at,
        )  # fmt: skip
    return year


@pytest.fixture
def results(client, address):
    """Read the results that the dossier's page shows."""

    def read():
        return client.get(address("dossier")).context["card"].results

    return read


def sums(part, *names):
    return [(str(getattr(part, n).points), str(getattr(part, n).max_points)) for n in names]


def test_fields_and_total_add_up_the_leaves_that_count(results):
    shown = results()
    first, second = shown.fields

    assert sums(first, "claimed", "appraised") == [("6.6800", "7.0000"), ("5.3000", "6.0000")]
    assert sums(second, "claimed", "appraised") == [("0.5000", "1.0000"), ("0.5000", "1.0000")]
    assert sums(shown.together, "appraised") == [("5.8000", "7.0000")]
    assert shown.waiting == len(LEAVES) - len(POINTS)


def test_leaves_that_differ_are_named_with_both_points_and_the_reason(
    year, results, client, address
):
    shown = results()
    body = " ".join(client.get(address("dossier")).content.decode().split())

    assert [leaf.score.criterion.code for leaf in shown.differing] == ["1.3", "1.5"]
    assert [leaf.reason for leaf in shown.differing] == [REASON, ""]
    assert "tự chấm 1,88 → thẩm định <strong>1,50</strong>" in body
    assert "tự chấm 1,00 → thẩm định <strong>không áp dụng</strong>" in body
    link = f'{address("field", field="1")}#leaf-{year.first.score("1.3").pk}"'
    assert link in body[body.index('id="results"') :]


@pytest.mark.parametrize("stage", [Stage.SELF_ASSESSMENT, Stage.APPRAISAL])
def test_nothing_shows_before_the_explanation_stage(year, client, address, stage):
    move_to(year, stage)
    set_state(year, SubmissionState.APPRAISING)
    publish(year, year.first.unit.code, ago=0)

    page, home = client.get(address("dossier")), client.get(reverse("workspace:home"))

    assert page.context["card"].results is None
    for response in (page, home):
        body = response.content.decode()
        assert [word in body for word in (REASON, 'id="results"', "#results", "/don-vi/")] == [
            False
        ] * 4


@pytest.mark.parametrize("state", ["draft", "submitted", "locked"])
def test_nothing_shows_of_a_dossier_that_nobody_judged(year, results, state):
    set_state(year, state)

    assert results() is None


def test_official_points_show_only_once_published(year, results, client, address):
    set_state(year, SubmissionState.APPROVED)
    before, hidden = results(), client.get(address("dossier")).content.decode()
    set_state(year, SubmissionState.PUBLISHED)
    after, shown = results(), client.get(address("dossier")).content.decode()

    assert sums(before.together, "final") == [("0", "0")]
    assert [leaf.final for leaf in before.differing] == [None, None]
    assert [text in hidden for text in ("Điểm chính thức", "1,60")] == [False, False]
    assert sums(after.together, "final") == [("5.6000", "7.0000")]
    assert [leaf.score.criterion.code for leaf in after.differing] == ["1.3", "1.4", "1.5"]
    assert [text in shown for text in ("Điểm chính thức", "1,60")] == [True, True]


@pytest.mark.parametrize(("hours", "linked"), [(-1, True), (24, False)])
def test_scorecard_is_linked_once_the_public_reads_it(year, client, address, hours, linked):
    set_state(year, SubmissionState.PUBLISHED)
    made = publish(
        year, year.first.unit.code, ago=0, at=year.at + dt.timedelta(hours=hours)
    )  # fmt: skip
    card = made.results.get()

    page = client.get(address("dossier"))

    assert page.context["card"].results.scorecard == (card if linked else None)
    link = reverse("public:scorecard", args=[card.unit_slug, made.slug])
    assert (f'href="{link}"' in page.content.decode()) == linked


def test_scorecards_of_other_years_and_units_are_not_taken_for_the_dossier_s(year, results):
    set_state(year, SubmissionState.PUBLISHED)
    publish(year, year.first.unit.code, ago=1)
    publish(year, year.second.unit.code, ago=0)

    assert results().scorecard is None


def test_home_leads_to_the_results(year, client, address):
    assert f'href="{address("dossier")}#results"' in client.get(
        reverse("workspace:home")
    ).content.decode()  # fmt: skip


def test_queries_do_not_grow_with_leaves_that_differ(db, signed_in):
    counts = []
    for number, codes in enumerate((["1.3"], ["1.1", "1.3", "1.4", "1.5", "2.1"])):
        year = judged_any(make_year(
            year=2041 + number, codes=codes, stage=Stage.EXPLANATION,
            state=SubmissionState.PUBLISHED,
        ))  # fmt: skip
        publish(year, year.first.unit.code, ago=0)
        keys = {"key": year.cycle, "slug": year.first.unit.slug}
        browser, path = signed_in(year.first.focal), reverse("workspace:dossier", kwargs=keys)
        browser.get(path)
        with CaptureQueriesContext(connection) as captured:
            shown = browser.get(path).context["card"].results
        assert len(shown.differing) == len(codes)
        assert shown.scorecard is not None
        counts.append(len(captured))

    assert counts[0] == counts[1]


def judged_any(year):
    """Give every leaf of the first unit other appraised points than its own."""
    year.first.submission.scores.update(
        self_points=D(1), appraised_points=D("0.5"), appraised_applicable=True, appraised_round=1
    )
    return year
