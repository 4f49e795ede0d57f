"""Drafts, dry run, schedule, withdraw, flip, correction."""

import datetime as dt
import gzip
import hashlib
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from assessments.choices import CycleState, SubmissionState
from assessments.choices import PublicationState as State
from assessments.errors import BadInput, GuardFailed, NotPermitted, Stale, WrongState
from assessments.models import (
    Adjustment,
    CriterionScore,
    Cycle,
    Event,
    FrozenPage,
    Publication,
    PublishedGroup,
    PublishedResult,
    PublishedScore,
    Submission,
)  # fmt: skip
from assessments.queries import dry_runs
from assessments.queries.public.opendata import open_data, sha256_of
from assessments.workflow import drafts, effects, publications
from assessments.workflow.machine import available, perform
from tests.factories.results import (
    DECISION,
    give_final_points,
    make_draft,
    make_finished_year,
    take_group_over,
)  # fmt: skip

D = Decimal
HOUR = dt.timedelta(hours=1)


def schedule(year, draft, when=None):
    when = when or year.at + HOUR
    return perform("schedule", draft, by=year.leader, at=year.at, published_at=when)


def reasons(year, draft, **data):
    with pytest.raises(GuardFailed) as caught:
        perform("schedule", draft, by=year.leader, at=year.at, **{"published_at": year.at} | data)
    return len(caught.value.reasons)


# Drafts and dry run


def test_draft_takes_kind_and_address_from_its_cycle(year):
    draft = make_draft(year, seen=False)

    assert (draft.kind, draft.slug, draft.revision, draft.state) == ("official", "2031", 1, "draft")


@pytest.mark.django_db
def test_illustrative_cycle_has_an_illustrative_address():
    draft = make_draft(make_finished_year(illustrative=True, year=2023), seen=False)

    assert (draft.kind, draft.slug) == ("illustrative", "2023-minh-hoa")


def test_second_draft_of_a_cycle_is_refused(year):
    make_draft(year, seen=False)

    with pytest.raises(Stale):
        make_draft(year, seen=False)


def test_draft_is_the_leaders(year):
    with pytest.raises(NotPermitted):
        drafts.create_draft(cycle=year.cycle, by=year.officer, at=year.at)


@pytest.mark.django_db
def test_dry_run_shows_ranks_ties_and_firmness():
    year = make_finished_year(("0.9", "0.9", "0.897", "0.5"))
    draft = make_draft(year, seen=False)

    run = drafts.dry_run(publication=draft, by=year.leader, at=year.at)

    rows = run.groups[0].rows
    assert [(r.standing.rank, r.tied, r.best, r.worst) for r in rows] == [
        (1, True, 1, 3), (1, True, 1, 3), (3, False, 1, 3), (4, False, 4, 4),
    ]  # fmt: skip
    assert (run.groups[0].shaky, run.changed, run.compared_with) == (3, None, None)
    draft.refresh_from_db()
    assert draft.dry_run_digest == run.digest != ""


@pytest.mark.django_db
def test_dry_run_lengthens_what_prints_alike():
    year = make_finished_year(("0.9", "0.9"))
    leaf = year.first.score("2.4")
    CriterionScore.objects.filter(pk=leaf.pk).update(final_points=leaf.final_points + D("0.0004"))

    run = dry_runs.report(make_draft(year, seen=False), year.at)

    assert [row.shown for row in run.groups[0].rows] == ["90,0025", "90,0000"]


def test_dry_run_hides_every_figure_until_all_are_approved(year):
    Submission.objects.filter(pk=year.first.submission.pk).update(state=SubmissionState.APPRAISED)

    run = dry_runs.report(make_draft(year), year.at)

    assert (run.groups, run.digest) == ((), "")
    assert [name for name, _state in run.unfinished] == [year.first.submission.unit_name]


def test_dry_run_tells_that_figures_changed(year):
    draft = make_draft(year)
    assert dry_runs.report(draft, year.at).changed is False

    give_final_points(year.second.submission, "0.95")

    assert dry_runs.report(draft, year.at).changed is True


def test_dry_run_of_other_figures_than_seen_is_refused(year):
    draft = make_draft(year, seen=False)

    with pytest.raises(Stale):
        drafts.dry_run(publication=draft, by=year.leader, at=year.at, seen="0" * 64)

    draft.refresh_from_db()
    assert draft.dry_run_digest == ""


def test_dry_run_counts_movement_from_the_year_before(year):
    publications.publish_now(publication=make_draft(year), by=year.leader, at=year.at)
    after = make_finished_year(("0.6", "0.8"), year=2032, at=year.at)
    take_group_over(after, year)
    for old, new in zip(year.dossiers, after.dossiers, strict=True):
        Submission.objects.filter(pk=new.submission.pk).update(unit_code=old.submission.unit_code)

    run = dry_runs.report(make_draft(after, seen=False), year.at)

    assert run.compared_with.slug == "2031"
    assert [
        (r.standing.rank, r.change.before.rank, r.change.places) for r in run.groups[0].rows
    ] == [(1, 2, 1), (2, 1, -1)]


# Guards of schedule


def test_schedule_needs_a_decision(year):
    draft = drafts.create_draft(cycle=year.cycle, by=year.leader, at=year.at)
    drafts.dry_run(publication=draft, by=year.leader, at=year.at)

    assert reasons(year, draft) == 1


def test_schedule_needs_the_dry_run(year):
    assert reasons(year, make_draft(year, seen=False)) == 1


def test_schedule_is_refused_when_figures_changed(year):
    draft = make_draft(year)
    give_final_points(year.first.submission, "0.91")

    assert reasons(year, draft) == 1


def test_schedule_is_refused_while_a_dossier_is_not_approved(year):
    draft = make_draft(year)
    Submission.objects.filter(pk=year.first.submission.pk).update(state=SubmissionState.APPRAISED)

    assert reasons(year, draft) == 1


def test_schedule_is_refused_with_a_missing_leaf(year):
    CriterionScore.objects.filter(pk=year.first.score("1.1").pk).update(final_points=None)

    assert reasons(year, make_draft(year)) == 1


def test_schedule_is_refused_in_the_past(year):
    assert reasons(year, make_draft(year), published_at=year.at - HOUR) == 1


def test_schedule_needs_a_moment(year):
    with pytest.raises(BadInput):
        perform("schedule", make_draft(year), by=year.leader, at=year.at)


@pytest.mark.parametrize("role", ["officer", "chair", "approver", "administrator", "outsider"])
def test_schedule_is_the_leaders(year, role):
    draft = make_draft(year)

    with pytest.raises(NotPermitted):
        perform("schedule", draft, by=getattr(year, role), at=year.at, published_at=year.at)

    assert Event.objects.get(refused=True).action == "schedule"


def test_refused_schedule_leaves_nothing(year):
    reasons(year, make_draft(year, seen=False))

    assert not PublishedResult.objects.exists()


def test_unranked_dossier_without_points_may_be_published(year):
    Submission.objects.filter(pk=year.second.submission.pk).update(
        ranked=False, unranked_reason="Không có hồ sơ"
    )
    CriterionScore.objects.filter(submission=year.second.submission).update(final_points=None)

    made = schedule(year, make_draft(year))

    result = made.results.get(unit_code=year.second.unit.code)
    assert (result.index, result.rank, result.scores.count()) == (None, None, 0)


# What is frozen


def test_schedule_copies_results_leaves_and_scheme(year):
    made = schedule(year, make_draft(year))

    group = made.groups.get()
    result = made.results.get(rank=1)
    leaf = result.scores.get(code="1.1")
    assert (group.name, group.scheme_code) == (year.group.name, year.scheme.code)
    minima = [band["min_index"] for band in group.bands]
    assert minima == ["80.0000", "70.0000", "50.0000", "0.0000"]
    assert [node["code"] for node in group.criteria][:2] == ["1", "1.1"]
    assert (result.unit_name, result.index, result.band) == (year.first.unit.name, D(90), "Tốt")
    assert result.fields[0] == {
        "code": "1", "achieved": "8.1000", "applicable": "9.0000", "index": "90.0000000000",
    }  # fmt: skip
    assert (leaf.final_points, leaf.trace, leaf.applicable) == (D("1.8"), "0.9 × 2.0000", True)
    assert made.results.get(rank=2).scores.count() == 9


def test_schedule_prints_hash_and_chain_head(year):
    made = Publication.objects.get(pk=schedule(year, make_draft(year)).pk)

    assert made.sha256 == sha256_of(open_data(made))
    sealed = Event.objects.filter(cycle=year.cycle, position__isnull=False).order_by("-position")
    assert made.chain_head == sealed[0].hash


def test_press_may_add_pages_while_the_publication_is_frozen(year, monkeypatch):
    def press(publication, at):
        body = gzip.compress(b"trang")
        FrozenPage.objects.create(
            publication=publication, path="x.html", content_type="text/html", body=body,
            sha256=hashlib.sha256(body).hexdigest(),
        )  # fmt: skip

    monkeypatch.setitem(effects._HANDLERS, "publication.frozen", [press])

    assert schedule(year, make_draft(year)).pages.count() == 1


def test_open_data_has_exact_strings_and_nulls(year):
    Adjustment.objects.create(
        submission=year.first.submission, kind="bonus", points=D(1), state="accepted",
        reason="Sáng kiến", proposed_by=year.secretary, decided_by_user=year.chair,
    )  # fmt: skip
    data = open_data(schedule(year, make_draft(year)))

    result = data["groups"][0]["results"][0]
    assert data["publication"]["id"] == "2031"
    assert data["publication"]["decision"]["date"] == "2032-03-01"
    # The scheme's cap of 0 leaves nothing of the bonus.
    assert (result["index"], result["bonus"]) == ("90.0000000000", "0.0000")
    assert result["scores"][0]["self_points"] is None
    assert "sha256" not in data
    assert "sha256" not in data["publication"]


CHANGES = [
    "UPDATE assessments_publication SET title = 'x'",
    "UPDATE assessments_publication SET published_at = now()",
    "UPDATE assessments_publication SET state = 'draft'",
    "DELETE FROM assessments_publication",
    "UPDATE assessments_publishedresult SET rank = 1",
    "DELETE FROM assessments_publishedscore",
    "UPDATE assessments_publishedscore SET final_points = 0",
    "UPDATE assessments_publishedgroup SET bands = '[]'",
    "TRUNCATE assessments_publishedscore",
    "INSERT INTO assessments_publishedgroup (publication_id, position, code, name, scheme_code,"
    " decimals, bands, criteria) SELECT id, 9, 'X', 'X', '', 2, '[]', '[]'"
    " FROM assessments_publication",
]  # fmt: skip


@pytest.mark.parametrize("statement", CHANGES)
def test_frozen_rows_refuse_sql(year, statement):
    schedule(year, make_draft(year))

    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")  # or TRUNCATE trips over them

    with pytest.raises(DatabaseError, match="is frozen"), transaction.atomic():
        connection.cursor().execute(statement)


# Time


def test_nothing_is_public_before_the_moment(year):
    made = schedule(year, make_draft(year))

    assert not Publication.objects.public(year.at + HOUR - dt.timedelta(seconds=1)).exists()
    assert Publication.objects.current(year.at + HOUR).get() == made
    assert publications.flip_due(year.at) == []


def test_flip_publishes_dossiers_and_cycle(year):
    schedule(year, make_draft(year))

    flipped = publications.flip_due(year.at + HOUR)

    assert [row.state for row in flipped] == [State.PUBLISHED]
    assert set(Submission.objects.values_list("state", flat=True)) == {SubmissionState.PUBLISHED}
    assert Cycle.objects.get().state == CycleState.PUBLISHED
    assert publications.flip_due(year.at + HOUR) == []


def test_flip_is_nobodys_button(year):
    made = schedule(year, make_draft(year))

    assert [row.action for row in available(made, by=year.leader, at=year.at)] == ["withdraw"]
    with pytest.raises(NotPermitted):
        perform("flip", made, by=year.leader, at=year.at + HOUR)


def test_withdraw_gives_the_address_back(year):
    made = schedule(year, make_draft(year))

    withdrawn = perform("withdraw", made, by=year.leader, at=year.at, note="Sai số quyết định")
    again = make_draft(year)

    assert (withdrawn.state, again.slug) == (State.WITHDRAWN, "2031")
    assert not Publication.objects.public(year.at + 2 * HOUR).exists()
    assert publications.flip_due(year.at + 2 * HOUR) == []


def test_withdraw_after_the_moment_is_refused(year):
    made = schedule(year, make_draft(year))

    with pytest.raises(GuardFailed):
        perform("withdraw", made, by=year.leader, at=year.at + HOUR, note="Muộn")


# Correction


def test_correction_replaces_and_keeps_the_old_one(year):
    old = publications.publish_now(publication=make_draft(year), by=year.leader, at=year.at)
    Submission.objects.filter(pk=year.second.submission.pk).update(state=SubmissionState.APPROVED)
    give_final_points(year.second.submission, "0.95")
    draft = drafts.create_correction(
        publication=old, by=year.leader, at=year.at, reason="Khiếu nại được chấp nhận"
    )
    for name, value in (DECISION | {"decision_number": "40/QĐ-UBND"}).items():
        setattr(draft, name, value)
    draft.save()
    drafts.dry_run(publication=draft, by=year.leader, at=year.at)

    new = publications.publish_now(publication=draft, by=year.leader, at=year.at)

    assert (new.slug, new.revision, new.corrects) == ("2031-2", 2, old)
    assert Publication.objects.current(year.at).get() == new
    assert Publication.objects.public(year.at).count() == 2
    assert new.results.get(rank=1).unit_code == year.second.unit.code
    assert old.results.get(rank=1).unit_code == year.first.unit.code
    assert open_data(new)["publication"]["supersedes"] == "2031"
    assert Submission.objects.get(pk=year.second.submission.pk).state == SubmissionState.PUBLISHED


def test_correction_rests_on_a_decision_of_its_own(year):
    old = publications.publish_now(publication=make_draft(year), by=year.leader, at=year.at)
    draft = drafts.create_correction(publication=old, by=year.leader, at=year.at, reason="Sai")
    for name, value in DECISION.items():
        setattr(draft, name, value)
    draft.save()
    drafts.dry_run(publication=draft, by=year.leader, at=year.at)

    assert reasons(year, draft) == 1


def test_correction_needs_a_reason_and_a_publication_in_force(year):
    draft = make_draft(year)
    with pytest.raises(WrongState):
        drafts.create_correction(publication=draft, by=year.leader, at=year.at, reason="Sai")

    old = publications.publish_now(publication=draft, by=year.leader, at=year.at)
    with pytest.raises(BadInput):
        drafts.create_correction(publication=old, by=year.leader, at=year.at, reason=" ")


def test_frozen_tables_hold_no_key_to_live_rows():
    for model in (PublishedGroup, PublishedResult, PublishedScore, FrozenPage):
        targets = {f.related_model.__name__ for f in model._meta.fields if f.related_model}
        assert targets <= {"Publication", "PublishedGroup", "PublishedResult"}
