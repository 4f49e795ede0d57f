"""What the dry run says has changed since the last one, and who may ever read what it keeps."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Publication, Submission
from assessments.queries import dry_run_changes, dry_runs
from assessments.queries.dry_run_changes import What
from assessments.workflow import drafts
from assessments.workflow.machine import perform
from tests.factories.cycles import D, Year
from tests.factories.results import give_final_points, make_draft, make_finished_year

pytestmark = pytest.mark.django_db


def changes(draft: Publication, at: dt.datetime) -> dict[str, Any]:
    """Return the moved units by name."""
    draft.refresh_from_db()
    found = dry_run_changes.changes(draft.dry_run_figures, dry_runs.report(draft, at))
    return {row.name: row for group in found for row in group.rows}


def client_of(user: Any) -> Client:
    client = Client(headers={"accept-language": "vi"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def test_dry_run_keeps_what_was_seen_and_when(year: Year) -> None:
    draft = make_draft(year)

    first = draft.dry_run_figures[year.first.unit.code]

    assert draft.dry_run_at == year.at
    assert (first["rank"], first["group"], first["band"]) == (1, year.group.code, "Tốt")
    assert D(first["index"]) == D("90.0000000000")


def test_nothing_moved_while_the_figures_stand(year: Year) -> None:
    draft = make_draft(year)

    assert changes(draft, year.at) == {}


def test_overtaken_unit_moves_in_index_rank_and_band(year: Year) -> None:
    draft = make_draft(year)
    give_final_points(year.first.submission, "0.7")

    found = changes(draft, year.at)

    fallen, risen = found[year.first.unit.name], found[year.second.unit.name]
    assert fallen.what == (What.INDEX, What.RANK, What.BAND)
    assert (fallen.places, fallen.gained) == (-1, D(-20))
    assert (risen.what, risen.places, risen.gained) == ((What.RANK,), 1, D(0))


def test_unit_that_came_and_unit_that_went_are_told(year: Year) -> None:
    draft = make_draft(year)
    row = draft.dry_run_figures.pop(year.first.unit.code)
    draft.dry_run_figures["CŨ-1"] = row | {"name": "Sở Đã giải thể"}
    draft.save()

    found = changes(draft, year.at)

    assert found[year.first.unit.name].what == (What.NEW,)
    assert found["Sở Đã giải thể"].what == (What.GONE,)
    assert found["Sở Đã giải thể"].gained is None


def test_unit_no_longer_ranked_has_no_places_to_compare(year: Year) -> None:
    draft = make_draft(year)
    Submission.objects.filter(pk=year.first.submission.pk).update(
        ranked=False, unranked_reason="Mới thành lập"
    )

    moved = changes(draft, year.at)[year.first.unit.name]

    assert (moved.what, moved.places, moved.now.rank) == ((What.RANK,), None, None)


def test_nothing_is_told_before_every_dossier_is_approved_again(year: Year) -> None:
    draft = make_draft(year)
    give_final_points(year.first.submission, "0.7")
    Submission.objects.filter(pk=year.second.submission.pk).update(state="appraised")

    assert changes(draft, year.at) == {}


def test_page_shows_the_changes_and_forgets_them_once_seen(year: Year) -> None:
    draft = make_draft(year)
    give_final_points(year.first.submission, "0.7")
    address = reverse("admin:assessments_publication_dry_run", args=[draft.pk])
    client = client_of(year.leader)

    shown = client.get(address)
    content = shown.content.decode()
    assert [len(group.rows) for group in shown.context["changes"]] == [2]
    assert f"{timezone.localtime(year.at):%d/%m/%Y %H:%M:%S}" in content

    client.post(address, {"digest": shown.context["run"].digest})
    assert client.get(address).context["changes"] == ()


def test_page_says_when_only_points_that_balance_out_differ(year: Year) -> None:
    draft = make_draft(year)
    scores = year.first.submission.scores
    one, other = scores.get(criterion__code="1.1"), scores.get(criterion__code="1.2")
    one.final_points, other.final_points = (
        one.final_points - D("0.1"),
        other.final_points + D("0.1"),
    )
    one.save()
    other.save()
    Submission.objects.filter(pk=year.first.submission.pk).update(unit_name="Sở Tên Mới")

    answer = client_of(year.leader).get(
        reverse("admin:assessments_publication_dry_run", args=[draft.pk])
    )

    assert answer.context["run"].changed is True
    assert answer.context["changes"] == ()
    assert 'id="changes"' in answer.content.decode()


@pytest.mark.parametrize("role", ["officer", "auditor", "leader"])
def test_kept_figures_are_on_no_other_page(role: str) -> None:
    year = make_finished_year(("0.8123", "0.7"))
    draft = make_draft(year)
    mark = draft.dry_run_figures[year.first.unit.code]["index"]
    client = client_of(getattr(year, role))

    for name in ("change", "history"):
        body = client.get(reverse(f"admin:assessments_publication_{name}", args=[draft.pk]))
        assert body.status_code == 200
        assert mark[:7] not in body.content.decode()
        assert mark[:7].replace(".", ",") not in body.content.decode()
    listed = client.get(reverse("admin:assessments_publication_changelist"), {"q": mark[:7]})
    assert list(listed.context["cl"].result_list) == []


def test_event_of_the_dry_run_holds_no_figure(year: Year) -> None:
    make_draft(year)

    event = year.cycle.events.get(action="dry_run")

    assert set(event.data) == {"digest"}


@pytest.mark.parametrize("wish", ["dry_run_figures = '{\"a\": 1}'", "dry_run_at = now()"])
def test_kept_figures_move_in_a_draft_only(year: Year, wish: str) -> None:
    draft = make_draft(year)
    perform(
        "schedule", draft, by=year.leader, at=year.at, published_at=year.at + dt.timedelta(hours=1)
    )

    frozen = pytest.raises(IntegrityError, match="assessments_publication is frozen")
    with frozen, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE assessments_publication SET {wish}")


def test_queries_do_not_grow_with_the_units(django_assert_max_num_queries: Any) -> None:
    counts = []
    for number, shares in enumerate((("0.9",), ("0.9", "0.8", "0.7"))):
        year = make_finished_year(shares, year=2051 + number)
        draft = make_draft(year)
        give_final_points(year.first.submission, "0.5")
        with django_assert_max_num_queries(20) as queries:
            drafts.dry_run(publication=draft, by=year.leader, at=year.at)
        counts.append(len(queries))
    assert counts[0] == counts[1]
