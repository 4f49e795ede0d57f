"""Official papers: the self-assessment report and the receipt, as PDF and Word, and all in one ZIP.

Views call these functions; the modules behind them set the papers.
"""

from assessments.papers.bundle import Bundle, bundle_of
from assessments.papers.pdf import receipt_pdf, report_pdf
from assessments.papers.receipt import ReceiptPaper, receipt_paper
from assessments.papers.report import Report, report_of, source_of
from assessments.papers.word import report_docx

__all__ = [
    "Bundle",
    "ReceiptPaper",
    "Report",
    "bundle_of",
    "receipt_paper",
    "receipt_pdf",
    "report_docx",
    "report_of",
    "report_pdf",
    "source_of",
]
