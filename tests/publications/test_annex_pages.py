"""The annex in the admin: for whom, when, and what is said when the figures cannot leave yet."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Publication, Submission
from assessments.workflow import drafts
from assessments.workflow.machine import perform
from tests.factories.cycles import Year
from tests.factories.published import make_record
from tests.factories.results import DECISION, give_final_points, make_draft, make_finished_year

pytestmark = pytest.mark.django_db
STARTS = {"pdf": b"%PDF", "docx": b"PK", "xlsx": b"PK"}
HOUR = dt.timedelta(hours=1)


def client_of(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def address(publication: Publication, ending: str = "xlsx") -> str:
    return reverse("admin:assessments_publication_annex", args=[publication.pk, ending])


def cells(content: bytes) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]


@pytest.mark.parametrize("ending", STARTS)
def test_leader_takes_the_annex_of_a_seen_dry_run(year: Year, ending: str) -> None:
    answer = client_of(year.leader).get(address(make_draft(year), ending))

    assert answer.status_code == 200
    assert answer.content.startswith(STARTS[ending])
    assert answer["Content-Disposition"] == f'attachment; filename="phu-luc-2031.{ending}"'
    assert answer["Cache-Control"] == "private, no-store"


def test_annex_without_a_decision_is_named_a_draft(year: Year) -> None:
    draft = drafts.create_draft(cycle=year.cycle, by=year.leader, at=year.at)
    drafts.dry_run(publication=draft, by=year.leader, at=year.at)

    answer = client_of(year.leader).get(address(draft))

    assert 'filename="phu-luc-2031-du-thao.xlsx"' in answer["Content-Disposition"]
    assert "DỰ THẢO" in cells(answer.content)


def test_illustrative_annex_says_so() -> None:
    year = make_finished_year(illustrative=True)

    answer = client_of(year.leader).get(address(make_draft(year)))

    assert "minh-hoa" in answer["Content-Disposition"]
    assert "DỮ LIỆU MINH HỌA" in cells(answer.content)


@pytest.mark.parametrize("role", ["officer", "auditor", "approver", "chair", "administrator"])
@pytest.mark.parametrize("frozen", [False, True])
def test_others_find_no_annex(year: Year, role: str, frozen: bool) -> None:
    made = make_draft(year)
    if frozen:
        made = perform("schedule", made, by=year.leader, at=year.at, published_at=year.at + HOUR)

    assert client_of(getattr(year, role)).get(address(made)).status_code == 404


def refused(year: Year, draft: Publication) -> list[str]:
    """Return what the leader is told in place of the annex."""
    answer = client_of(year.leader).get(address(draft), follow=True)
    change = reverse("admin:assessments_publication_change", args=[draft.pk])
    assert answer.redirect_chain == [(change, 302)]
    return [str(message) for message in answer.context["messages"]]


def test_annex_waits_for_the_dry_run(year: Year) -> None:
    (told,) = refused(year, make_draft(year, seen=False))

    assert told == "Hãy xem bản chạy thử trước."


def test_annex_waits_for_the_last_approval(year: Year) -> None:
    draft = make_draft(year)
    Submission.objects.filter(pk=year.first.submission.pk).update(state="appraised")

    (told,) = refused(year, draft)

    assert told.startswith(f"Hồ sơ chưa được phê duyệt: {year.first.unit.name} (")


def test_annex_waits_for_another_look_when_figures_moved(year: Year) -> None:
    draft = make_draft(year)
    give_final_points(year.first.submission, "0.5")

    (told,) = refused(year, draft)

    assert told == "Số liệu đã thay đổi sau bản chạy thử; hãy xem lại."


def test_annex_of_what_is_published_does_not_follow_the_live_rows(year: Year) -> None:
    made = perform("schedule", make_draft(year), by=year.leader, at=year.at,
                   published_at=year.at + HOUR)  # fmt: skip
    before = cells(client_of(year.leader).get(address(made)).content)
    give_final_points(year.first.submission, "0.1")
    Submission.objects.update(unit_name="Tên khác")

    assert cells(client_of(year.leader).get(address(made)).content) == before


def test_withdrawn_publication_has_no_annex(year: Year) -> None:
    made = perform("schedule", make_draft(year), by=year.leader, at=year.at,
                   published_at=timezone.now() + HOUR)  # fmt: skip
    perform("withdraw", made, by=year.leader, at=year.at, note="Dừng")

    assert client_of(year.leader).get(address(made)).status_code == 404


def test_record_of_the_press_has_no_annex(year: Year) -> None:
    record = make_record([{"unit": "Sở Tư pháp", "rank": 1}], printed=False)

    assert client_of(year.leader).get(address(record)).status_code == 404


@pytest.mark.parametrize("ending", ["html", "pdf2", "PDF", "exe"])
def test_other_endings_are_not_found(year: Year, ending: str) -> None:
    assert client_of(year.leader).get(address(make_draft(year), ending)).status_code == 404


def test_change_page_links_to_the_three_files(year: Year) -> None:
    draft = make_draft(year)
    change = reverse("admin:assessments_publication_change", args=[draft.pk])

    content = client_of(year.leader).get(change).content.decode()

    assert all(address(draft, ending) in content for ending in STARTS)
    assert address(draft) not in client_of(year.officer).get(change).content.decode()


def test_results_are_headed_in_words(year: Year) -> None:
    made = perform("schedule", make_draft(year), by=year.leader, at=year.at,
                   published_at=timezone.now() + HOUR)  # fmt: skip
    client = Client(headers={"accept-language": "vi"})
    client.force_login(year.leader, "django.contrib.auth.backends.ModelBackend")

    content = client.get(
        reverse("admin:assessments_publication_change", args=[made.pk])
    ).content.decode()

    assert "Rank basis" not in content
    assert DECISION["decision_number"] in content
    assert content.count(year.group.name) >= 2


def test_results_inline_reads_in_constant_queries(django_assert_max_num_queries: Any) -> None:
    counts = []
    for number, shares in enumerate((("0.9",), ("0.9", "0.8", "0.7"))):
        year = make_finished_year(shares, year=2061 + number)
        made = perform("schedule", make_draft(year), by=year.leader, at=year.at,
                       published_at=timezone.now() + HOUR)  # fmt: skip
        client = client_of(year.leader)
        change = reverse("admin:assessments_publication_change", args=[made.pk])
        client.get(change)
        with django_assert_max_num_queries(40) as queries:
            client.get(change)
        counts.append(len(queries))
    assert counts[0] == counts[1]
