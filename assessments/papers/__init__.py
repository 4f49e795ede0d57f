"""Official papers as PDF and Word: the unit's report and receipt, the council's minutes; a ZIP.

Views call these functions; the modules behind them set the papers.
"""

from assessments.papers.annex import Annexes, annexes_of
from assessments.papers.annex_word import annex_docx
from assessments.papers.bundle import Bundle, bundle_of
from assessments.papers.files import PaperFile, file_stem, minutes_file, report_file
from assessments.papers.minutes import Minutes, minutes_of
from assessments.papers.minutes_word import minutes_docx
from assessments.papers.pdf import (
    annex_pdf,
    minutes_pdf,
    receipt_pdf,
    report_pdf,
    result_report_pdf,
    share_png,
)
from assessments.papers.receipt import ReceiptPaper, receipt_paper
from assessments.papers.report import Report, report_of, source_of
from assessments.papers.result_report import ResultReport, paper_of, result_report_of
from assessments.papers.word import report_docx

__all__ = [
    "Annexes",
    "Bundle",
    "Minutes",
    "PaperFile",
    "ReceiptPaper",
    "Report",
    "ResultReport",
    "annex_docx",
    "annex_pdf",
    "annexes_of",
    "bundle_of",
    "file_stem",
    "minutes_docx",
    "minutes_file",
    "minutes_of",
    "minutes_pdf",
    "paper_of",
    "receipt_paper",
    "receipt_pdf",
    "report_docx",
    "report_file",
    "report_of",
    "report_pdf",
    "result_report_of",
    "result_report_pdf",
    "share_png",
    "source_of",
]
