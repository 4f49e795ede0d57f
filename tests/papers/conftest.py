"""A filled-in dossier of a known unit, and what its papers look like from outside."""

import datetime as dt
from typing import Any

import pypdfium2
import pytest

from assessments.models import Receipt, SiteIdentity, Submission
from assessments.papers import Report, report_of
from assessments.workflow import receipts
from tests.factories.cycles import Year, make_year
from tests.workspace.filling import fill


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.CLAMAV = ""


@pytest.fixture
def year(db: None) -> Year:
    made = make_year()
    made.cycle.decision_number, made.cycle.decision_signer = "7/KH-UBND", "Chủ tịch"
    made.cycle.decision_date = dt.date(2031, 3, 9)
    made.cycle.save()
    SiteIdentity.objects.create(pk=1, city_name="Thành phố Hồ Chí Minh", governing_body="Sở Nội vụ")
    fill(made.first, made.at)
    submission = made.first.submission
    submission.unit_name, submission.head_title = "Sở Tư pháp", "Giám đốc"
    submission.head_name = "Nguyễn Thị Hoa"
    submission.difficulties = "Thiếu người làm công nghệ.\nHệ thống gián đoạn."
    submission.save()
    return made


@pytest.fixture
def submission(year: Year) -> Submission:
    return year.first.submission


@pytest.fixture
def receipt(year: Year) -> Receipt:
    return receipts.write(
        year.first.submission, by=year.first.head, at=year.at, signed_as="Giám đốc"
    )


@pytest.fixture
def report(year: Year) -> Report:
    return report_of(year.first.submission, year.at)


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of every page."""
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_bounded() for page in document]
