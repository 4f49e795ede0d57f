"""Addresses of the unit's workspace and of evidence files; signed-in people only (design 5)."""

from django.urls import path, register_converter

from assessments.views import (
    adjustments,
    appeals,
    checks,
    delegations,
    documents,
    inbox,
    leaves,
    library,
    library_document,
    papers,
    previews,
    questions,
    relogin,
    saving,
    sheets,
    signing,
    workspace,
)
from assessments.views.own import CycleConverter

register_converter(CycleConverter, "cycle")
_LIBRARY = "tu-danh-gia/thu-vien/<slug:slug>/"
_DOSSIER = "tu-danh-gia/<cycle:key>/<slug:slug>/"
_RECEIPT = f"{_DOSSIER}bien-nhan/<int:sequence>/"
_LEAF = f"{_DOSSIER}linh-vuc/<str:field>/tieu-chi/<str:code>/"

app_name = "workspace"
urlpatterns = [
    path("tu-danh-gia/", workspace.home, name="home"),
    path("hop-thu/", inbox.inbox, name="inbox"),
    path("hop-thu/<int:pk>/", inbox.message, name="message"),
    path("hop-thu/da-doc/", inbox.read, name="read"),
    path("hop-thu/thu-dien-tu/", inbox.mail, name="mail"),
    path("tu-danh-gia/gui-lai/", relogin.resume, name="resume"),
    path(_LIBRARY, library.library, name="library"),
    path(f"{_LIBRARY}<int:pk>/", library_document.document, name="document"),
    path(f"{_LIBRARY}<int:pk>/tep-moi/", library_document.renew, name="document_renew"),
    path(
        f"{_LIBRARY}<int:pk>/xac-nhan/<cycle:key>/", library_document.confirm,
        name="document_confirm",
    ),
    path(f"{_LIBRARY}<int:pk>/xoa/", library_document.delete, name="document_delete"),
    path(_DOSSIER, workspace.dossier, name="dossier"),
    path(f"{_DOSSIER}kho-khan-de-xuat/", workspace.remarks, name="remarks"),
    path(f"{_DOSSIER}diem-thuong/", adjustments.adjustments, name="adjustments"),
    path(f"{_DOSSIER}kien-nghi/", appeals.appeals, name="appeals"),
    path(f"{_DOSSIER}kien-nghi/<int:pk>/rut/", appeals.withdraw, name="appeal_withdraw"),
    path(f"{_DOSSIER}phan-cong/", delegations.delegations, name="delegations"),
    path(f"{_DOSSIER}kiem-tra/", checks.checks, name="checks"),
    path(f"{_DOSSIER}nop/", signing.sign, name="sign"),
    path(f"{_DOSSIER}bien-nhan/<int:sequence>/", signing.receipt, name="receipt"),
    path(
        f"{_DOSSIER}bien-nhan/<int:sequence>/noi-dung.json", signing.receipt_content,
        name="receipt_content",
    ),
    path(f"{_RECEIPT}bien-nhan.pdf", papers.receipt_pdf, name="receipt_pdf"),
    path(f"{_RECEIPT}bao-cao.pdf", papers.receipt_report, {"ending": "pdf"}, "receipt_report"),
    path(f"{_RECEIPT}bao-cao.docx", papers.receipt_report, {"ending": "docx"}, "receipt_report"),
    path(f"{_RECEIPT}ban-ky/", papers.add_copy, name="add_copy"),
    path(f"{_DOSSIER}bao-cao.pdf", papers.report, {"ending": "pdf"}, "report"),
    path(f"{_DOSSIER}bao-cao.docx", papers.report, {"ending": "docx"}, "report"),
    path(f"{_DOSSIER}ho-so.zip", papers.bundle, name="bundle"),
    path(f"{_DOSSIER}giai-trinh/<int:pk>/", questions.question, name="question"),
    path(f"{_DOSSIER}bang-tinh/", sheets.sheet, name="sheet"),
    path(f"{_DOSSIER}bang-tinh/tai-ve/", sheets.download, name="sheet_download"),
    path(f"{_DOSSIER}linh-vuc/<str:field>/", leaves.field_form, name="field"),
    path(_LEAF, saving.save, name="save"),
    path(f"{_LEAF}tai-lieu/", documents.evidence, name="evidence"),
    path(f"{_LEAF}tai-lieu/<int:pk>/go/", documents.detach, name="detach"),
    path("tai-lieu/ban-ky/<int:pk>/", papers.copy, name="copy"),
    path("tai-lieu/<int:pk>/", documents.download, name="file"),
    path("tai-lieu/<int:pk>/xem/", previews.preview, name="preview"),
    path("tai-lieu/<int:pk>/trang/<int:number>.png", previews.preview_page, name="preview_page"),
]  # fmt: skip
