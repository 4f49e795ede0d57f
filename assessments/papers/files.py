"""The report as a file with its name, for whoever hands it out."""

import datetime as dt
from dataclasses import dataclass

from assessments.models import Meeting, Receipt, Submission
from assessments.papers.minutes import minutes_of
from assessments.papers.minutes_word import minutes_docx
from assessments.papers.pdf import minutes_pdf, report_pdf
from assessments.papers.report import report_of
from assessments.papers.word import report_docx
from cchc.kit.files import CONTENT_TYPES
from units.models import User


@dataclass(frozen=True)
class PaperFile:
    """The bytes of a paper and how they are called."""

    name: str
    content_type: str
    body: bytes


def report_file(
    submission: Submission, at: dt.datetime, *, ending: str, receipt: Receipt | None
) -> PaperFile:
    """Return the report as PDF or, by its `ending`, as Word; a draft without a receipt."""
    made = report_of(submission, at, receipt=receipt)
    moment = receipt.signed_at if receipt else at
    body = report_docx(made) if ending == "docx" else report_pdf(made, at=moment)
    name = f"{file_stem('bao-cao', submission)}{'-du-thao' if made.draft else ''}.{ending}"
    return PaperFile(name, CONTENT_TYPES[ending], body)


def file_stem(what: str, submission: Submission) -> str:
    """Return the name of a file about a dossier, without its ending."""
    mark = "-minh-hoa" if submission.cycle.illustrative else ""
    return f"{what}-{submission.cycle.year}{mark}-{submission.unit.slug}"


def minutes_file(meeting: Meeting, *, reader: User, at: dt.datetime, ending: str) -> PaperFile:
    """Return the minutes as the reader may read them, as PDF or, by its `ending`, as Word."""
    made = minutes_of(meeting, reader=reader, at=at)
    body = minutes_docx(made) if ending == "docx" else minutes_pdf(made, at=at)
    cycle = meeting.council.cycle
    mark = "-minh-hoa" if cycle.illustrative else ""
    name = f"bien-ban-{cycle.year}{mark}-{meeting.held_on:%d-%m-%Y}"
    draft = "-du-thao" if made.draft else ""
    return PaperFile(f"{name}{draft}.{ending}", CONTENT_TYPES[ending], body)
