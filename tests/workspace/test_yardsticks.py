"""Points far from last year's and from the group's: only what the reader may know is compared."""

import datetime as dt

import pytest

from assessments.choices import SubmissionState
from assessments.models import CriterionScore, DeclaredConflict, Submission
from assessments.queries import appraisal, checks
from assessments.workflow import publications
from assessments.workflow.machine import perform
from tests.factories.cycles import D, make_dossier, make_year
from tests.factories.results import make_draft, make_finished_year, take_group_over
from tests.factories.units import DECISION
from tests.workflow.world import past_triggers
from tests.workspace.filling import fill
from units.models import Succession


@pytest.fixture
def year(db):
    """Return the year of which 2.2 has half of its points and every other leaf three quarters."""
    made = make_year()
    fill(made.first, made.at)
    Submission.objects.update(difficulties="Thiếu người")
    return made


def last_year(year, shares=("0.9", "0.8", "0.7"), *, same=0, published=True, of=2030):
    """Publish the year before, in which the unit `same` had the code of this year's first."""
    before = make_finished_year(shares, year=of)
    if same is not None:
        code = before.dossiers[same].submission.unit_code
        Submission.objects.filter(pk=year.first.submission.pk).update(unit_code=code)
    if published:
        publications.publish_now(publication=make_draft(before), by=before.leader, at=before.at)
    take_group_over(year, before)
    return before


def advice(year, *args):
    submission = Submission.objects.get(pk=year.first.submission.pk)
    report = checks.report(submission, year.at + dt.timedelta(minutes=1), *args)
    return sorted((row.code, row.leaf.criterion.code) for row in report.advisory)


def test_points_far_from_last_years_and_the_median(year):
    last_year(year)

    assert advice(year) == [("last_year", "2.2"), ("median", "2.2")]


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        (("0.8", "0.75", "0.75"), [("last_year", "2.2")]),
        (("0.79", "0.75", "0.75"), []),
        (("0.75", "0.8", "0.8"), [("median", "2.2")]),
        (("0.75", "0.9"), []),
    ],
)
def test_far_means_three_tenths_and_a_median_needs_three_units(year, shares, expected):
    last_year(year, shares)

    assert advice(year) == expected


def test_embargoed_or_missing_year_is_no_yardstick(year):
    last_year(year, published=False)
    assert advice(year) == []

    last_year(year, of=2029)
    assert advice(year) == []


def test_scheduled_year_is_no_yardstick_before_its_moment(year):
    before = last_year(year, published=False)
    take_group_over(before, year)
    perform(
        "schedule", make_draft(before), by=before.leader, at=before.at,
        published_at=before.at + dt.timedelta(days=3),
    )  # fmt: skip
    take_group_over(year, before)

    assert advice(year) == []


def test_leaf_without_points_is_told_once(year):
    points_of(year.first, "0")
    assert advice(year) == [("arithmetic", "2.2"), ("zero", "2.2")]

    last_year(year)
    assert advice(year) == [("arithmetic", "2.2"), ("last_year", "2.2"), ("median", "2.2")]


def own(year):
    return [row for row in advice(year) if row[0] == "last_year"]


def test_unit_is_found_by_its_only_predecessor(year):
    before = last_year(year, ("0.9", "0.4", "0.4"), same=None)
    assert own(year) == []

    Succession.objects.create(
        predecessor=before.first.unit, successor=year.first.unit, kind="renamed",
        effective_on=dt.date(2030, 7, 1), **DECISION,
    )  # fmt: skip
    assert own(year) == [("last_year", "2.2")]


def test_leaf_whose_meaning_changed_is_not_compared(year):
    last_year(year)
    past_triggers(
        "UPDATE assessments_criterion SET name = 'Tiêu chí khác' WHERE scheme_id = %s"
        " AND code = '2.2'",
        year.scheme.pk,
    )

    assert advice(year) == []


def test_unit_is_never_measured_against_this_years_dossiers(year):
    before = advice(year)
    for dossier in (year.second, *(make_more(year, 3))):
        points_of(dossier, "0.05")

    assert advice(year) == before == []


def make_more(year, number):
    day = dt.date(year.at.year, 1, 1)
    return [make_dossier(year.cycle_scheme, since=day) for _ in range(number)]


def points_of(dossier, points):
    CriterionScore.objects.filter(
        submission=dossier.submission, criterion__code="2.2"
    ).update(self_points=D(points))  # fmt: skip


def test_council_compares_with_the_dossiers_it_may_read(year):
    others = [year.second, *make_more(year, 2)]
    for dossier in others:
        points_of(dossier, "0.9")
    Submission.objects.update(state=SubmissionState.SUBMITTED)
    leaves = appraisal.readable_leaves(year.secretary, year.at)
    assert advice(year, leaves) == [("live_median", "2.2")]

    seat = year.council.members.get(user=year.secretary)
    DeclaredConflict.objects.create(
        member=seat, unit=others[0].unit, since=dt.date(2020, 1, 1), reason="Người thân"
    )
    leaves = appraisal.readable_leaves(year.secretary, year.at)
    assert advice(year, leaves) == []


def test_dossiers_not_handed_in_are_in_no_median(year):
    for dossier in (year.second, *make_more(year, 2)):
        points_of(dossier, "0.9")
    Submission.objects.filter(pk=year.first.submission.pk).update(state=SubmissionState.SUBMITTED)

    assert advice(year, appraisal.readable_leaves(year.secretary, year.at)) == []
