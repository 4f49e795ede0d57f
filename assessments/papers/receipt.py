"""The receipt (biên nhận) as a paper: what was received, its hash, and how to check it."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from assessments.models import Receipt, SiteIdentity
from assessments.papers.heading import BLANK, Heading, full_name, written
from assessments.papers.text import clean, fit

_CHECKS = (
    "1. Tại trang biên nhận này trên Cổng, chọn “Tải nội dung về (JSON)”; không mở tệp để sửa hay"
    " lưu lại.",
    "2. Tính mã băm SHA-256 của tệp: trên Windows dùng lệnh certutil -hashfile tệp.json SHA256;"
    " trên Linux dùng lệnh sha256sum tệp.json.",
    "3. So với mã băm in trên. Trùng từng ký tự là nội dung còn nguyên như lúc nộp; khác là tệp"
    " không phải nội dung đã nộp.",
    "4. Mỗi tài liệu kiểm chứng có mã băm riêng ghi trong tệp nội dung, kiểm tra theo cùng một"
    " cách.",
)


@dataclass(frozen=True)
class ReceiptPaper:
    """The paper, ready to be set."""

    heading: Heading
    subject: str
    facts: tuple[tuple[str, str], ...]
    sha256: str
    covers: tuple[str, ...]
    checks: tuple[str, ...]
    marks: tuple[str, ...]


def receipt_paper(receipt: Receipt) -> ReceiptPaper:
    """Return the paper of one receipt."""
    content = fit(json.loads(receipt.content))
    site = SiteIdentity.objects.first()
    moment = timezone.localtime(receipt.signed_at)
    unit = content["unit"]
    issuer = (clean(site.governing_body).upper(),) if site else ()
    place = clean(site.city_name) if site else BLANK
    heading = Heading(
        parent="", body=issuer, number=f"Số: {receipt.number}", number_note="",
        place_and_date=f"{place}, {written(moment.date())}",
    )  # fmt: skip
    return ReceiptPaper(
        heading=heading,
        subject=f"Nộp hồ sơ tự đánh giá Chỉ số cải cách hành chính năm {content['cycle']}",
        facts=(
            ("Số biên nhận:", receipt.number),
            ("Đơn vị nộp:", clean(f"{full_name(unit['name'])} ({unit['code']})")),
            ("Kỳ đánh giá:", clean(content["cycle_title"])),
            ("Thời điểm nộp:", f"{moment:%H:%M:%S} {written(moment.date())}"),
            ("Người thực hiện:", clean(receipt.signed_by.full_name)),
            ("Ký với tư cách:", clean(receipt.signed_as)),
        ),
        sha256=receipt.sha256,
        covers=_covers(content),
        checks=_CHECKS,
        marks=heading.marks(signed=True, illustrative=content["illustrative"]),
    )


def _covers(content: dict[str, Any]) -> tuple[str, ...]:
    leaves = content["leaves"]
    files = sum(len(leaf["evidence"]) for leaf in leaves)
    scheme = content["scheme"]
    return (
        f"Toàn bộ {len(leaves)} tiêu chí theo {clean(scheme['title'])} (phiên bản"
        f" {scheme['version']}): số liệu kê khai, điểm tự chấm, cách tính, giải trình.",
        f"{files} lượt tài liệu kiểm chứng: số, ngày, cơ quan ban hành, tên tệp và mã băm từng"
        " tệp.",
        "Khó khăn, vướng mắc và đề xuất, kiến nghị của đơn vị; số, thời điểm và tư cách ký của"
        " biên nhận này.",
    )
