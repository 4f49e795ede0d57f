"""Official papers: the self-assessment report and the receipt, as PDF and Word, and all in one ZIP.

Views call these functions; the modules behind them set the papers.
"""

from assessments.papers.bundle import Bundle, bundle_of
from assessments.papers.files import PaperFile, file_stem, report_file
from assessments.papers.pdf import receipt_pdf, report_pdf
from assessments.papers.receipt import ReceiptPaper, receipt_paper
from assessments.papers.report import Report, report_of, source_of
from assessments.papers.word import report_docx

__all__ = [
    "Bundle",
    "PaperFile",
    "ReceiptPaper",
    "Report",
    "bundle_of",
    "file_stem",
    "receipt_paper",
    "receipt_pdf",
    "report_docx",
    "report_file",
    "report_of",
    "report_pdf",
    "source_of",
]
