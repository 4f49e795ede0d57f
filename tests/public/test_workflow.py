"""From the approved dossiers to the pages: the press runs inside the workflow's transaction."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from assessments.choices import CycleState, PublicationState
from assessments.models import CriterionScore, Cycle, Event, FrozenPage, Publication
from assessments.workflow import publications
from assessments.workflow.machine import perform
from tests.factories.results import make_draft, make_finished_year
from tests.public.conftest import HOUR
from tests.public.test_data import recompute


def test_published_year_is_complete_and_recomputes(tmp_path: Path, db: None) -> None:
    year = make_finished_year(shares=("0.9", "0.75", "0.9"))
    done = publications.publish_now(publication=make_draft(year), by=year.leader, at=year.at)
    group = done.groups.get()
    page = Client().get(f"/xep-hang/{done.slug}/{group.code}/").content.decode()
    for result in done.results.all():
        assert result.unit_name in page
        card = Client().get(f"/don-vi/{result.unit_slug}/{done.slug}/")
        assert card.status_code == 200
    file = Client().get(f"/du-lieu-mo/{done.slug}.json").content.decode()
    assert f'"sha256":"{done.sha256}"' in file
    checked = recompute(tmp_path, file)
    assert checked.stdout == f"{done.slug}: 3 đơn vị, 0 chỗ sai khác\n"


def test_unfinished_unranked_dossier_recomputes(tmp_path: Path, db: None) -> None:
    year = make_finished_year()
    submission = year.first.submission
    submission.ranked, submission.unranked_reason = False, "Giải thể trong năm"
    submission.save()
    leaf = CriterionScore.objects.filter(submission=submission).first()
    assert leaf is not None
    leaf.final_points = leaf.final_applicable = None
    leaf.save()
    done = publications.publish_now(publication=make_draft(year), by=year.leader, at=year.at)
    assert done.results.filter(index=None).count() == 1
    file = Client().get(f"/du-lieu-mo/{done.slug}.json").content.decode()
    assert recompute(tmp_path, file).returncode == 0
    page = Client().get(f"/xep-hang/{done.slug}/{done.groups.get().code}/").content.decode()
    assert "Giải thể trong năm" in page


def test_unit_without_leaves_links_no_scorecard(db: None) -> None:
    year = make_finished_year()
    submission = year.second.submission
    submission.ranked, submission.unranked_reason = False, "Không có hồ sơ"
    submission.save()
    CriterionScore.objects.filter(submission=submission).update(
        final_points=None, final_applicable=None
    )
    done = publications.publish_now(publication=make_draft(year), by=year.leader, at=year.at)
    slugs = {result.unit_slug: result.scores.count() for result in done.results.all()}
    assert 0 in slugs.values()
    for slug, leaves in slugs.items():
        path = f"/don-vi/{slug}/{done.slug}/"
        assert (path in Client().get(f"/don-vi/{slug}/").content.decode()) == bool(leaves)
        assert Client().get(path).status_code == (200 if leaves else 404)


def test_first_reader_after_the_moment_flips_the_publication(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    year = make_finished_year()
    draft = make_draft(year)
    when = timezone.now() + HOUR
    perform("schedule", draft, by=year.leader, at=year.at, published_at=when)
    path = f"/xep-hang/{draft.slug}/"
    assert FrozenPage.objects.filter(publication=draft).exists()
    assert Client().get(path).status_code == 404
    assert Publication.objects.get().state == PublicationState.SCHEDULED
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + 2 * HOUR)
    assert Client().get(path).status_code == 302
    assert Publication.objects.get().state == PublicationState.PUBLISHED
    assert Cycle.objects.get().state == CycleState.PUBLISHED


def test_failing_press_schedules_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def jam(*arguments: object) -> str:
        raise OSError("out of paper")

    year = make_finished_year()
    draft = make_draft(year)
    monkeypatch.setattr("assessments.press.files.data_file", jam)
    with pytest.raises(OSError, match="out of paper"):
        publications.publish_now(publication=draft, by=year.leader, at=year.at)
    assert Publication.objects.get().state == PublicationState.DRAFT
    assert not FrozenPage.objects.exists()


@pytest.mark.parametrize("page", ["ranking", "scorecard", "data", "unit"])
def test_first_reader_of_any_page_of_it_flips_the_publication_once(
    db: None, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    year = make_finished_year()
    draft = make_draft(year)
    when = timezone.now() + HOUR
    draft = perform("schedule", draft, by=year.leader, at=year.at, published_at=when)
    unit = year.first.unit.slug
    path = {
        "ranking": f"/xep-hang/{draft.slug}/{draft.groups.get().code}/",
        "scorecard": f"/don-vi/{unit}/{draft.slug}/",
        "data": f"/du-lieu-mo/{draft.slug}.json",
        "unit": f"/don-vi/{unit}/",
    }[page]
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + 2 * HOUR)
    assert [Client().get(path).status_code for _ in range(2)] == [200, 200]
    assert Publication.objects.get().state == PublicationState.PUBLISHED
    assert Cycle.objects.get().state == CycleState.PUBLISHED
    assert Event.objects.filter(action="flip").count() == 1


def test_scorecard_tells_how_the_unit_and_the_council_came_to_their_points(db: None) -> None:
    year = make_finished_year()
    leaf = year.first.score("1.3")
    CriterionScore.objects.filter(pk=leaf.pk).update(
        self_trace="b/a = 47/50 = 94 %", final_trace="Thẩm định: 1 điểm; tự chấm 1,88 điểm"
    )
    done = publications.publish_now(publication=make_draft(year), by=year.leader, at=year.at)
    card = Client().get(f"/don-vi/{year.first.unit.slug}/{done.slug}/").content.decode()
    assert "Đơn vị: b/a = 47/50 = 94 %. Thẩm định: 1 điểm; tự chấm 1,88 điểm<" in card
