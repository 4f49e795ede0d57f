"""Papers as PDF, and pictures of rankings, set by typst from templates beside this module.

The templates are ours and fixed; what people wrote goes in as JSON and comes out as text.
"""

import datetime as dt
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst
from django.conf import settings

from assessments.papers.annex import Annexes
from assessments.papers.fonts import fitting_folder
from assessments.papers.minutes import Minutes
from assessments.papers.receipt import ReceiptPaper
from assessments.papers.report import Report
from assessments.papers.text import breakable

_FOLDER = Path(__file__).parent
#: Parts with a hash, which fits its line and is copied by readers.
_WHOLE = ("sha256", "closing")
#: A picture says no moment of its making.
_NO_MOMENT = dt.datetime.fromtimestamp(0, tz=dt.UTC)


def report_pdf(report: Report, *, at: dt.datetime) -> bytes:
    """Return the report as PDF; `at` is the moment written into the file."""
    return _compiled("report.typ", {"title": report.subject} | asdict(report), at)


def receipt_pdf(paper: ReceiptPaper, *, at: dt.datetime) -> bytes:
    """Return the receipt as PDF; `at` is the moment written into the file."""
    return _compiled("receipt.typ", {"title": paper.subject} | asdict(paper), at)


def minutes_pdf(minutes: Minutes, *, at: dt.datetime) -> bytes:
    """Return minutes as PDF; `at` is the moment written into the file."""
    return _compiled("minutes.typ", {"title": minutes.subject} | asdict(minutes), at)


def annex_pdf(made: Annexes, *, at: dt.datetime) -> bytes:
    """Return the annexes of a decision as PDF; `at` is the moment written into the file."""
    return _compiled("annex.typ", asdict(made), at)


def result_report_pdf(paper: dict[str, Any], *, at: dt.datetime) -> bytes:
    """Return the report of the results as PDF; `at` is the moment written into the file."""
    return _compiled("result_report.typ", paper, at)


def share_png(card: dict[str, Any]) -> bytes:
    """Return the picture of a ranking for social networks, 1200 × 630 pixels."""
    return _compiled("share.typ", card, _NO_MOMENT, format="png", ppi=72)  # a point is a pixel


def _compiled(
    template: str, data: dict[str, Any], at: dt.datetime, *,
    format: Literal["pdf", "png"] = "pdf", ppi: float | None = None,
) -> bytes:  # fmt: skip
    sent = json.dumps(_breakable(data), ensure_ascii=False)
    made: bytes = typst.compile(
        str(_FOLDER / template), root=str(_FOLDER), format=format, ppi=ppi,
        font_paths=_fonts(fitting_folder(tuple(settings.PAPER_FONTS))), sys_inputs={"data": sent},
        timestamp=int(at.timestamp()),
    )  # fmt: skip
    return made


def _breakable(value: Any) -> Any:
    if isinstance(value, str):
        return breakable(value)
    if isinstance(value, dict):
        return {key: each if key in _WHOLE else _breakable(each) for key, each in value.items()}
    return [_breakable(each) for each in value] if isinstance(value, (list, tuple)) else value


@cache
def _fonts(folder: str | None) -> typst.Fonts:
    """Return the fonts of the folder; without one typst has its own serif."""
    paths = [folder] if folder else []
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=paths)
