"""The form of a field: what each leaf shows, and a constant of queries however long it is."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.choices import SubmissionState
from assessments.models import Delegation, Document, DocumentRevision, Evidence, Submission
from assessments.workflow.independent import record_independent
from tests.factories.cycles import D, make_year
from tests.factories.leaves import LEAVES
from tests.workflow.world import past_triggers
from units.models import Succession


def lengthen(monkeypatch, leaves):
    """Give the first field of the next schemes so many leaves of the ratio kind."""
    for number in range(6, leaves + 1):
        leaf = LEAVES["1.3"] | {"name": f"Tỷ lệ thứ {number}"}
        monkeypatch.setitem(LEAVES, f"1.{number}", leaf)


def back(dossier, code, at, files=2):
    """Tie so many files of the library to a leaf, without their bytes."""
    for number in range(files):
        paper = Document.objects.create(unit=dossier.unit, number=f"{code}-{number}/BC")
        revision = DocumentRevision.objects.create(
            document=paper, file="x", name="a.pdf", size=1, sha256=f"{paper.pk:064}",
            content_type="application/pdf", uploaded_by=dossier.focal, uploaded_at=at,
        )  # fmt: skip
        Evidence.objects.create(
            score=dossier.score(code), revision=revision, added_by=dossier.focal, added_at=at
        )


@pytest.mark.parametrize("leaves", [20, 60])
def test_field_takes_at_most_twelve_queries(db, monkeypatch, signed_in, *, leaves):
    lengthen(monkeypatch, leaves)
    earlier, year = make_year(year=2030), make_year(year=2031)
    earlier.first.submission.unit = year.first.unit
    earlier.first.submission.save()
    for number in range(1, 21):
        back(year.first, f"1.{number}", year.at)
        Delegation.objects.create(
            score=year.first.score(f"1.{number}"), user=year.first.contributor,
            given_by=year.first.focal, given_at=year.at,
        )  # fmt: skip
    browser = signed_in(year.first.contributor)
    page = reverse(
        "workspace:field", kwargs={"key": year.cycle, "slug": year.first.unit.slug, "field": "1"}
    )
    browser.get(page)  # the session is written at the first visit

    with CaptureQueriesContext(connection) as run:
        answer = browser.get(page)

    assert [len(card.score.files) for card in answer.context["cards"]][:21] == [2] * 20 + [0] * (
        leaves > 20
    )
    assert sum(card.last_year is not None for card in answer.context["cards"]) == leaves
    assert len(run) <= 12, "\n".join(row["sql"][:160] for row in run)


@pytest.fixture
def before(year):
    """Return the same unit's dossier of the year before, published."""
    earlier = make_year(year=2030)
    earlier.first.submission.unit = year.first.unit
    earlier.first.submission.save()
    score = earlier.first.score("1.3")
    score.a, score.b, score.self_points, score.final_points = D(10), D(9), D("1.8"), D("1.6")
    score.save()
    return earlier.first


@pytest.mark.parametrize(("published", "shown"), [(True, True), (False, False)])
def test_last_years_answer_stands_beside_the_leaf(
    year, before, client, address, *, published, shown
):
    if published:
        past_triggers(
            "UPDATE assessments_submission SET state = %s WHERE id = %s",
            SubmissionState.PUBLISHED, before.submission.pk,
        )  # fmt: skip
    year.first.score("1.3")
    body = client.get(address("field", field="1")).content.decode()

    assert "Kết quả năm trước: 1,80" in " ".join(body.split())
    assert ("Điểm chính thức: 1,60" in body or "Chính thức: 1,60" in body) is shown


def test_change_since_last_year_is_told(year, before, client, address, save):
    save("1.3", a="10", b="10")
    card = client.get(address("field", field="1")).context["cards"][2]
    assert card.points_since == D("0.2")


def test_leaf_of_other_words_has_no_last_year(year, before, client, address):
    past_triggers(
        "UPDATE assessments_criterion SET name = 'Tiêu chí khác' WHERE id = %s",
        before.score("1.3").criterion_id,
    )
    assert client.get(address("field", field="1")).context["cards"][2].last_year is None


def test_only_predecessor_speaks_for_last_year_and_own_dossier_before_it(
    year, before, client, address
):
    other = make_year(year=2029)
    past_triggers("UPDATE assessments_cycle SET year = 2030, illustrative = true WHERE id = %s",
                  other.cycle.pk)  # fmt: skip
    page, old = address("field", field="1"), before.score("1.3")
    old.submission.unit = other.first.unit
    old.submission.save()
    assert client.get(page).context["cards"][2].last_year is None

    link = Succession.objects.create(
        predecessor=other.first.unit, successor=year.first.unit, kind=Succession.Kind.MERGED,
        effective_on=dt.date(2031, 1, 1),
    )  # fmt: skip
    assert client.get(page).context["cards"][2].last_year == old
    second = Submission.objects.exclude(pk=old.submission_id).get(cycle=old.submission.cycle)
    link.pk = None
    link.predecessor = second.unit
    link.save()
    assert client.get(page).context["cards"][2].last_year is None


def test_delegation_and_note_are_shown(year, client, address):
    Delegation.objects.create(
        score=year.first.score("1.1"), user=year.first.contributor, given_by=year.first.focal,
        given_at=year.at, due_on=dt.date(2031, 1, 5), note="Bổ sung quyết định",
        returned_at=timezone.now(),
    )  # fmt: skip
    body = client.get(address("field", field="1")).content.decode()
    assert f"Phân công cho {year.first.contributor}" in body
    assert "hạn hoàn thành 05/01/2031" in body
    assert "Trả lại để hoàn thiện" in body
    assert "Bổ sung quyết định" in body


def test_independent_figure_stands_beside_the_claim(year, client, address):
    record_independent(
        score=year.first.score("1.3"), by=year.officer, at=year.at, a=D(10), b=D(8),
        source="Hệ thống thông tin giải quyết TTHC",
    )  # fmt: skip
    body = " ".join(client.get(address("field", field="1")).content.decode().split())
    assert "a = 10, b = 8 (Hệ thống thông tin giải quyết TTHC)" in body
